"""A tile that has fewer arrays than others: converters that are not there give no codes."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

from pbits import random
from pbits.machine.crossbar_fields import CROSSBAR, ArrayFields


class Shifted(NamedTuple):
    """A converter that is off by one."""

    def convert(self, drawn, values, step, key):
        return values + drawn * step


def field(present):
    """Of one tile: two arrays of two word lines, the second of which is not there."""
    parameters = ArrayFields(
        lines=np.array([[[0, 1], [2, 2]]], np.int32),
        weight=np.array([[[[3.0, 5.0]], [[0.0, 0.0]]]], np.float32),
        constant=None, noise=None,
        step=np.full((1, 2, 1, 1, 1), 7.0, np.float32),
        drawn=np.ones((1, 2, 1, 1), np.float32),
        present=present,
        adc=Shifted(),
        significance=np.ones(1, np.float32),
        scale=np.ones((1, 1, 1), np.float32), offset=np.zeros((1, 1, 1), np.float32),
    )  # fmt: skip
    values = jnp.asarray([[1, 1], [1, -1], [0, 0]], jnp.int8)
    keys = random.row_keys(random.seed_key(1), jnp.zeros(1, jnp.uint32))
    lane = jnp.arange(2, dtype=jnp.uint32)
    return CROSSBAR.field(parameters, jnp.int32(0), values, keys, lane, in_place=True)


def test_an_array_that_is_not_there_gives_nothing():
    there = np.array([1.0, 0.0], np.float32).reshape(1, 2, 1, 1, 1)
    assert np.asarray(field(there)) == pytest.approx(np.array([[15.0, 5.0]]))
    assert np.asarray(field(None)) == pytest.approx(np.array([[22.0, 12.0]]))
