"""Bit-sliced arithmetic against NumPy integers."""

import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pbits.kernels import acceptance, bits

READS = 64
seeds = st.integers(0, 2**32 - 1)
# Every new shape compiles a few operations, so examples are few and vary in content.
few = settings(max_examples=25, deadline=None)


def random_words(rng: np.random.Generator, count: int) -> list:
    words = rng.integers(0, 2**32, (count, READS // 32), dtype=np.uint32)
    return [jnp.asarray(word) for word in words]


def value(digits: list) -> np.ndarray:
    """Numbers [READS] spelt by digits, least significant first."""
    planes = [np.asarray(bits.unpack(digit), np.int64) for digit in digits]
    return sum(plane << k for k, plane in enumerate(planes))


def spelt(numbers: np.ndarray, size: int) -> list:
    planes = [(numbers >> k) & 1 for k in range(size)]
    return [bits.pack(jnp.asarray(plane, jnp.uint32)) for plane in planes]


@few
@given(seeds, st.integers(1, 40), st.integers(0, 70), st.integers(0, 6))
def test_count_adds_words_digits_and_a_start(seed: int, size: int, start: int, carried: int):
    rng = np.random.default_rng(seed)
    words, digits = random_words(rng, size), random_words(rng, carried)
    expected = start + sum(np.asarray(bits.unpack(word), np.int64) for word in words)
    if digits:
        expected = expected + value(digits)
    np.testing.assert_array_equal(value(bits.count(words, start, digits)), expected)


@few
@given(seeds, st.integers(1, 7))
def test_negation_is_twos_complement(seed: int, size: int):
    rng = np.random.default_rng(seed)
    digits, (mask,) = random_words(rng, size), random_words(rng, 1)
    number, negate = value(digits), np.asarray(bits.unpack(mask), bool)
    expected = np.where(negate, (1 << size) - number, number) % (1 << size)
    np.testing.assert_array_equal(value(bits.negate_where(mask, digits)), expected)


@few
@given(seeds, st.integers(1, 20))
def test_select_picks_the_numbered_leaf(seed: int, count: int):
    rng = np.random.default_rng(seed)
    number = rng.integers(0, count, READS)
    leaves = random_words(rng, count)
    table = np.stack([np.asarray(bits.unpack(leaf)) for leaf in leaves])
    found = bits.unpack(bits.select(spelt(number, 5), leaves))
    np.testing.assert_array_equal(np.asarray(found), table[number, np.arange(READS)])


@few
@given(seeds, st.sampled_from([1, 8, 16, 32]))
def test_less_than_compares_read_by_read(seed: int, size: int):
    rng = np.random.default_rng(seed)
    random, level = rng.integers(0, 2**size, (2, READS))
    # Equal numbers are rare by chance and decide between < and <=.
    random[:3] = level[:3]
    inverted = [~digit for digit in spelt(random, size)]
    less = np.asarray(bits.unpack(bits.less_than(inverted, spelt(level, size))))
    np.testing.assert_array_equal(less, random < level)


@few
@given(
    st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3), st.sampled_from([8, 16, 24, 32])
)
def test_thresholds_are_probabilities_rounded_to_the_resolution(chances: list, num_bits: int):
    planes = bits.threshold_planes(jnp.asarray(chances, jnp.float32)[:, None], num_bits)
    shifts = np.arange(num_bits, dtype=np.uint64)
    number = ((np.asarray(planes)[..., 0] & 1).astype(np.uint64) << shifts).sum(1)
    error = np.abs(number.astype(np.float64) / 2.0**num_bits - chances)
    # Half a step, a whole one at the top, where 2**num_bits itself has no digits; float32 besides.
    steps = np.where(np.array(chances) >= 1 - 0.5 * 2.0**-num_bits, 1, 0.5)
    assert np.all(error <= steps * 2.0**-num_bits + 2.0**-24)
    assert set(np.unique(planes)) <= {0, 0xFFFFFFFF}


@few
@given(seeds)
def test_pack_inverts_unpack(seed: int):
    words = jnp.stack(random_words(np.random.default_rng(seed), 3))
    np.testing.assert_array_equal(np.asarray(bits.pack(bits.unpack(words))), np.asarray(words))


@few
@given(st.integers(1, 300))
def test_fields_fit_their_offset_binary_digits(half_width: int):
    """All up, all down and nothing must be told apart by the digits kept."""
    width = 2 * half_width
    size, start = acceptance.num_digits(width), acceptance.offset(width)
    assert 0 <= start
    assert start + width < 2**size or start + width == 2 ** (size - 1) + half_width
    assert start + half_width == 2 ** (size - 1)


def test_inner_digit_of_a_geometric_number():
    """P(K mod 8 >= j) in float64, from hot to cold."""
    for x in (0.0, 1e-14, 1e-6, 1e-3, 0.3, 4.0, 30.0):
        found = np.asarray(acceptance._inner_digit(jnp.full((1, 1), x, jnp.float32)))[:, 0]
        j = np.arange(1, 8)
        expected = np.exp(-x * j) * np.expm1(-x * (8 - j)) / np.expm1(-8 * x) if x else (8 - j) / 8
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-38)
