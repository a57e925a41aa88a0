"""Digits are merged into one product only where that is the same to the last bit."""

import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from crossbar.programming import program
from pbits.neural.hardware import hardware
from pbits.neural.tiles import is_whole, multiply

WEIGHTS = np.random.default_rng(0).normal(size=(150, 4))
ROWS = jnp.asarray(np.random.default_rng(1).normal(size=(9, 150)), jnp.float32)


@pytest.fixture(scope="module")
def ideal():
    held = program(random.key(0), WEIGHTS, hardware("ideal"))
    return held.replace(input_scale=jnp.float32(3 / 127), gain=1 + held.gain / 7)


def test_one_product_is_the_same_to_the_last_bit(ideal):
    assert is_whole(ideal)
    bits = [multiply(ideal, ROWS, whole=whole)[0] for whole in (False, True)]
    assert np.array_equal(*bits)
    assert np.abs(bits[0]).max() > 1


def test_where_something_is_lost_digits_are_on_their_own(ideal):
    few = ideal.replace(design=ideal.design.replace(adc=type(ideal.design.adc)(4)))
    spread = 1 + 0.01 * random.normal(random.key(1), ideal.transfer.shape)
    for other in (
        few,
        ideal.replace(step=2 * ideal.step),
        ideal.replace(transfer=ideal.transfer * spread),
        ideal.replace(noise=jnp.ones_like(ideal.transfer)),
    ):
        assert not is_whole(other)
    lossy = multiply(few, ROWS)[0], multiply(few, ROWS, whole=True)[0]
    assert not np.array_equal(*lossy)
