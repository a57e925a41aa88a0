"""Layers behind functions that may or may not be negative."""

import jax.numpy as jnp
import pytest

from pbits.neural import chain
from pbits.neural.layers import Clip, Dense, Pad, Relu, Tanh
from pbits.neural.signs import unsigned_layers

SIDES = ((1, 0),)


@pytest.mark.parametrize(
    ("layer", "never"),
    [
        (Relu(), True), (Clip(0.0, 6.0), True), (Clip(-1.0, 1.0), False), (Tanh(), False),
        (Pad(SIDES, 0.5), True), (Pad(SIDES, -0.5), False),
    ],
)  # fmt: skip
def test_only_what_is_never_negative_is_unsigned(layer, never):
    width = 3 if isinstance(layer, Pad) else 2
    net = chain([layer, Dense(jnp.ones((width, 2)))], (2,))
    assert ("dense1" in unsigned_layers(net, unsigned_input=True)) == never
