"""Plasticity from stochastic switching: binary synapses set and reset with probabilities.

At a spike of the neuron behind it, a synapse whose last input spike is `lag` seconds old is set
with ``P_set exp(-lag / window)``, and otherwise reset with ``P_reset``: simplified spike-timing
dependent plasticity (after A. F. Vincent et al., IEEE TBioCAS 9, 166 (2015); the
exponential window as of G. Srinivasan et al., Sci. Rep. 6, 29545 (2016)).  The probabilities are
those of write pulses, :mod:`~pbits.devices.writing`.

Where each event sets with P+ and resets with P-, one or the other, the weight w in {0, 1} obeys
``E[dw] = P+ (1 - w) - P- w``: in the long run its mean is ``P+ / (P+ + P-)`` and its variance
``w (1 - w)``; what it was is forgotten as ``(1 - P+ - P-)**events``.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike

from pbits import random


class Rule(NamedTuple):
    """Probabilities of a pulse, numbers or [synapses].

    Attributes:
        set: of switching to 1 at no lag.
        reset: of switching to 0.
        window: s, of the exponential; inputs older than `longest` windows reset.
        longest: lag, in windows, beyond which an event resets.
    """

    set: ArrayLike
    reset: ArrayLike
    window: ArrayLike = 20e-3
    longest: ArrayLike = 3.0


def probabilities(rule: Rule, lag: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """P+ and P- of an event.

    Args:
        rule: of the synapses.
        lag: s since the input spike, at least 0; inf for none.

    Example:
        >>> up, down = probabilities(Rule(0.5, 0.1), [0.0, 1.0])
        >>> up.tolist(), [round(float(x), 3) for x in down]
        ([0.5, 0.0], [0.0, 0.1])
    """
    windows = jnp.asarray(lag, jnp.float32) / jnp.asarray(rule.window, jnp.float32)
    recent = windows <= jnp.asarray(rule.longest, jnp.float32)
    up = jnp.where(recent, jnp.asarray(rule.set, jnp.float32) * jnp.exp(-windows), 0.0)
    return up, jnp.where(recent, 0.0, jnp.asarray(rule.reset, jnp.float32))


def update(
    key: jax.Array, weight: jax.Array, up: ArrayLike, down: ArrayLike, synapse: jax.Array
) -> jax.Array:
    """One event of every synapse.

    Args:
        key: uint32 [2], of the event: ``random.sweep_key(run, event)``.
        weight: int8 [synapses], 0 or 1.
        up, down: probabilities of being set and of being reset, numbers or [synapses].
        synapse: uint32 [synapses], their numbers, for their randomness.

    Example:
        >>> key, number = random.seed_key(1), jnp.arange(4, dtype=jnp.uint32)
        >>> update(key, jnp.zeros(4, jnp.int8), 1.0, 0.0, number).tolist()
        [1, 1, 1, 1]
    """
    keys = random.row_keys(key, jnp.zeros(1, jnp.uint32))
    chance = random.uniforms(keys, synapse)[0]
    switched = chance < jnp.where(weight == 0, jnp.asarray(up), jnp.asarray(down))
    return jnp.where(switched, 1 - weight, weight).astype(jnp.int8)


def learn(key: jax.Array, weight: jax.Array, rule: Rule, lags: jax.Array) -> jax.Array:
    """Weights after a train of events.

    Args:
        key: uint32 [2], of the run.
        weight: int8 [synapses], 0 or 1.
        rule: of the synapses.
        lags: [events, synapses] s, ages of the last input spikes at each event, inf for none.

    Example:
        >>> lags = jnp.zeros((50, 3))
        >>> learn(random.seed_key(1), jnp.zeros(3, jnp.int8), Rule(0.5, 0.1), lags).tolist()
        [1, 1, 1]
    """
    number = jnp.arange(weight.shape[0], dtype=jnp.uint32)

    def event(state: tuple[jax.Array, jax.Array], lag: jax.Array) -> tuple:
        weight, count = state
        up, down = probabilities(rule, lag)
        weight = update(random.sweep_key(key, count), weight, up, down, number)
        return (weight, count + np.uint32(1)), None

    (weight, _), _ = lax.scan(event, (weight, jnp.uint32(0)), jnp.asarray(lags, jnp.float32))
    return weight


def stationary_weight(up: ArrayLike, down: ArrayLike) -> jax.Array:
    """Mean weight in the long run, ``P+ / (P+ + P-)``; its variance is w (1 - w).

    Where events differ, P+ and P- are their means over events.

    Example:
        >>> round(float(stationary_weight(0.3, 0.1)), 4)
        0.75
    """
    up = jnp.asarray(up, jnp.float32)
    return up / (up + jnp.asarray(down, jnp.float32))


def expected_weight(weight: ArrayLike, up: ArrayLike, down: ArrayLike, events: int) -> jax.Array:
    """Mean weight after some equal events, from a mean weight.

    Example:
        >>> round(float(expected_weight(0.0, 0.3, 0.1, 1)), 4)
        0.3
    """
    final = stationary_weight(up, down)
    return (
        final + (jnp.asarray(weight) - final) * (1 - jnp.asarray(up) - jnp.asarray(down)) ** events
    )
