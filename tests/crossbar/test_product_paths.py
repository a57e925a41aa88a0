"""``x @ memory`` and `mvm` are one product: of NumPy arrays too, with or without its energy."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.converters.dac import Dac
from crossbar.converters.flash import FlashAdc
from crossbar.design import Design
from crossbar.programmed import _product, digitise, drive_levels, input_codes, read_energy
from crossbar.programming import program
from crossbar.wires.wire import Wire

X = np.random.default_rng(1).normal(size=(2, 3, 40)).astype(np.float32)


@cache
def memory(encoding: str, dac_bits: int, bits: int | None = None, wire: Wire | None = None):
    weights = np.random.default_rng(0).normal(size=(40, 12))
    design = Design(
        Cell(jnp.array([1e-6, 4e-6]), read_noise=0.05), adc=IdealAdc(bits), wire=wire,
        rows=16, columns=8, encoding=encoding, dac_bits=dac_bits,
    )  # fmt: skip
    return program(random.key(0), weights, design), weights


def test_all_ways_to_multiply_agree() -> None:
    held, weights = memory("twos-complement", 1, bits=8, wire=Wire(2.0, 2.0))
    plain, (result, events) = X @ held, held.mvm(X)
    assert plain.shape == (2, 3, 12)
    assert np.array_equal(plain, result)
    assert np.array_equal(plain, jnp.asarray(X) @ held)
    assert float(events["cell.read"]) > 0
    assert np.corrcoef(np.ravel(plain), np.ravel(X @ weights))[0, 1] > 0.98


def test_all_products_are_in_full_precision() -> None:
    """Energy and noise too; accelerators take less by themselves."""
    held, _ = memory("twos-complement", 1, bits=8, wire=Wire(2.0, 2.0))
    text = str(jax.make_jaxpr(_product)(held, X.reshape(6, 40), random.key(1)))
    full = text.count("precision=(Precision.HIGHEST, Precision.HIGHEST)")
    assert text.count("dot_general[") == full >= 3


def test_digits_and_slices_add_up_to_the_product_of_whole_numbers() -> None:
    """Neither converters nor wires: only inputs and weights are rounded."""
    held, _ = memory("sign-magnitude", 3)
    scale = np.abs(X).max() / 127
    exact = np.rint(X / scale) * scale @ np.asarray(held.matrix())
    assert np.abs(X @ held - exact).max() < 1e-5 * np.abs(exact).max()


def test_noise_is_of_its_key() -> None:
    held, _ = memory("sign-magnitude", 3)
    one, again, other = (held.mvm(X, random.key(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert np.abs(one - other).max() > 0
    # Arrays, slices and reads differ: no two columns of the noise are alike.
    noise = np.asarray(one - held.mvm(X)[0]).reshape(-1, 12)
    assert np.abs(np.corrcoef(noise.T) - np.eye(12)).max() < 0.999


def test_it_can_be_traced() -> None:
    held, _ = memory("sign-magnitude", 3)
    assert np.allclose(jax.jit(lambda x, held: x @ held)(X, held), X @ held, atol=1e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {"adc": FlashAdc(4, offset=0.5)},
        {"mapping": "unary", "weight_bits": 5, "encoding": "unsigned", "adc": FlashAdc(4)},
        {"dac": Dac(gain=0.05, mismatch=0.05), "dac_bits": 3, "encoding": "sign-magnitude"},
    ],
    ids=["deviating", "many slices", "drivers"],
)
def test_digit_by_digit_is_what_all_digits_at_once_give(changes: dict) -> None:
    """In NumPy: converters that differ, more slices than go side by side, digits of three bits."""
    design = Design(Cell(jnp.array([1e-6, 4e-6])), rows=16, columns=8, weight_bits=4)
    design = design.replace(**{"adc": IdealAdc(4)} | changes)
    held = program(random.key(0), np.random.default_rng(0).normal(size=(40, 6)), design)
    x = np.abs(X[0]) if design.encoding == "unsigned" else X[0]
    codes, scale = input_codes(held, jnp.asarray(x))
    levels, worth = drive_levels(held, codes)
    stacked, transfer, significance = map(np.asarray, (levels, held.transfer, held.significance))
    blocks, slices = transfer.shape[:2]
    convert = jax.jit(digitise)
    steps = np.broadcast_to(held.step, (blocks, slices))
    total, clipped = np.zeros((3, 6)), 0.0
    for block in range(blocks):
        for piece in range(slices):
            sums = stacked[:, block] @ transfer[block, piece]
            seen = np.asarray(convert(held, sums, block, piece, steps[block, piece], None))
            clipped += float(np.abs(seen - sums).max())
            parts = seen.astype(np.float64).reshape(len(worth), 3, 6)
            total += significance[piece] * np.tensordot(worth, parts, 1)
    assert clipped > 0  # converters do something
    expected = total * np.asarray(scale * held.weight_scale)
    result, events = held.mvm(x)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    energy = float(read_energy(held, levels))
    assert float(events["cell.read"]) == pytest.approx(energy, rel=1e-5, abs=0)
