"""Batch normalisation in training: moments of the batch at hand, running moments after it."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from pbits.neural.activations import BatchNorm
from pbits.neural.network import DigitalHook, Network

Moments = dict[str, tuple[jax.Array, jax.Array]]
"""Mean and variance [channels] by layer."""


def by_batch(moments: Moments, other: DigitalHook | None = None) -> DigitalHook:
    """A hook that normalises by the batch, notes its mean and variance, and leaves the rest."""

    def digital(name: str, layer: Any, *inputs: jax.Array) -> jax.Array:
        if not isinstance(layer, BatchNorm):
            return layer(*inputs) if other is None else other(name, layer, *inputs)
        axes = tuple(range(inputs[0].ndim - 1))
        moments[name] = jnp.mean(inputs[0], axes), jnp.var(inputs[0], axes)
        return layer.scale(*moments[name])(*inputs)

    return digital


def remembering(network: Network, moments: Moments, memory: float = 0.9) -> Network:
    """Running moments that keep `memory` of what they were and take the rest from the batch."""
    layers = {}
    for name, (mean, variance) in moments.items():
        old = network[name]
        layers[name] = replace(
            old,
            mean=memory * old.mean + (1 - memory) * mean,
            variance=memory * old.variance + (1 - memory) * variance,
        )
    return network.replace(layers)
