"""``x @ memory`` and `mvm` are one product: of NumPy arrays too, with or without its energy."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.design import Design
from crossbar.programmed import _product
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
