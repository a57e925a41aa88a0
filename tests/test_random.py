"""The random numbers: what they may depend on, and that nothing shows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from battery import dieharder_stream
from scipy.stats import chi2

from pbits import random
from pbits.random import WORDS_PER_LANE, row_keys, seed_key, sweep_key, words

LEVEL = 1e-4


def drawn(seed: int = 0, sweep: int = 0, spins=range(8), lanes=range(64), index: int = 0):
    """Words [spins, lanes] as a kernel draws them."""
    key = sweep_key(seed_key(seed), jnp.uint32(sweep))
    keys = row_keys(key, jnp.asarray(list(spins), jnp.uint32))
    return np.asarray(words(keys, jnp.asarray(list(lanes), jnp.uint32), index))


def bit_counts(x: np.ndarray) -> np.ndarray:
    return np.bitwise_count(x).astype(np.int64)


def test_a_word_does_not_depend_on_what_is_drawn_beside_it():
    whole = drawn(spins=range(20), lanes=range(50))
    np.testing.assert_array_equal(
        drawn(spins=[13, 4], lanes=[49, 3, 7]), whole[[13, 4]][:, [49, 3, 7]]
    )


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**40 + 7])
def test_numpy_version_of_the_battery_is_the_same_generator(seed: int):
    for index in (0, 17, WORDS_PER_LANE - 1):
        spin, lane = np.arange(5)[:, None], np.array([0, 1, 2**26 - 1])
        found = dieharder_stream.word(seed, 9, spin, lane, index)
        np.testing.assert_array_equal(drawn(seed, 9, range(5), lane, index), found)


def test_streams_of_the_battery_are_what_their_names_say():
    lanes, spins, planes = (dieharder_stream.ORDERS[k](3, 2) for k in ("lanes", "spins", "planes"))
    np.testing.assert_array_equal(lanes, spins.T)
    np.testing.assert_array_equal(planes[..., 0], lanes)
    assert dieharder_stream.sweeps(3, 5)[1, 2] == lanes[5, 1]
    assert dieharder_stream.seeds(0, 2)[0, 3] == lanes[0, 0]
    number = dieharder_stream.bits(3, 2)[0, 0] & 0xFFFF
    assert number == sum(int(word & 1) << k for k, word in enumerate(planes[0, 0]))


def test_words_of_different_origin_differ():
    many = [
        drawn(seed, sweep, index=index)
        for seed in (0, 1, 2**32) for sweep in (0, 1, 2) for index in (0, 1, 63)
    ]  # fmt: skip
    flat = np.stack(many).ravel()
    # Of 13,824 words of 32 bits, 0.02 pairs agree by chance.
    assert np.unique(flat).size == flat.size


@pytest.mark.parametrize("argument", ["seed", "sweep", "spins", "lanes", "index"])
def test_one_bit_of_any_argument_changes_half_the_bits(argument: str):
    """Avalanche, over every bit of the argument that can occur; 2048 words each."""
    size = {"seed": 64, "sweep": 32, "spins": 24, "lanes": 26, "index": 6}[argument]
    for bit in range(size):
        before, after = _pair(argument, 1 << bit)
        flips = bit_counts(before ^ after)
        z = (flips.mean() - 16) / np.sqrt(8 / flips.size)
        assert abs(z) < 4.5, (bit, z)
        per_bit = [((before ^ after) >> k & 1).mean() for k in range(32)]
        assert np.abs(np.array(per_bit) - 0.5).max() < 5 * 0.5 / np.sqrt(flips.size), bit


def _pair(argument: str, flip: int) -> tuple[np.ndarray, np.ndarray]:
    base = {"seed": 12, "sweep": 34, "spins": np.arange(32), "lanes": np.arange(64), "index": 5}
    changed = dict(base)
    changed[argument] = base[argument] ^ flip
    return drawn(**base), drawn(**changed)


@pytest.mark.parametrize("order", dieharder_stream.ORDERS)
def test_bytes_are_uniform(order: str):
    values = np.ascontiguousarray(dieharder_stream.ORDERS[order](1, 0)).view(np.uint8).ravel()
    counts = np.bincount(values, minlength=256)
    expected = values.size / 256
    pvalue = chi2.sf(((counts - expected) ** 2 / expected).sum(), 255)
    assert LEVEL < pvalue < 1 - LEVEL


@pytest.mark.parametrize("order", dieharder_stream.ORDERS)
def test_successive_words_are_unrelated(order: str):
    """Pairs of successive top bytes against 65,536 equal cells."""
    top = np.concatenate([dieharder_stream.ORDERS[order](1, k).ravel() for k in range(8)]) >> 24
    pairs = top[: top.size // 2 * 2].reshape(-1, 2).astype(np.int64)
    counts = np.bincount(pairs[:, 0] * 256 + pairs[:, 1], minlength=2**16)
    expected = pairs.shape[0] / 2**16
    pvalue = chi2.sf(((counts - expected) ** 2 / expected).sum(), 2**16 - 1)
    assert LEVEL < pvalue < 1 - LEVEL


def test_uniforms_fill_the_half_open_interval():
    extremes = jnp.asarray([0, 255, 256, 0xFFFFFFFF], jnp.uint32)
    expected = [0, 0, 2.0**-24, 1 - 2.0**-24]
    assert random.to_uniform(extremes).tolist() == expected
    key = sweep_key(seed_key(0), jnp.uint32(0))
    keys = row_keys(key, jnp.arange(64, dtype=jnp.uint32))
    values = np.asarray(jax.jit(random.uniforms)(keys, jnp.arange(2048, dtype=jnp.uint32)))
    assert values.dtype == np.float32
    assert abs(values.mean() - 0.5) < 4.5 / np.sqrt(12 * values.size)
    assert abs(np.corrcoef(values[:-1].ravel(), values[1:].ravel())[0, 1]) < 4.5 / 2**8.5


def test_random_spins_are_fair():
    keys = row_keys(sweep_key(seed_key(0), jnp.uint32(0)), jnp.arange(64, dtype=jnp.uint32))
    spins = np.asarray(random.random_spins(keys, jnp.arange(1024, dtype=jnp.uint32)))
    assert set(np.unique(spins)) == {-1, 1}
    assert abs(spins.mean()) < 4.5 / 256


def test_seeds_above_64_bits_are_cut():
    assert seed_key(2**64 + 3).tolist() == [3, 0]
