"""A phase that m_z turns, in a field of the plane: what p-bits of disks have in common.

The equations and the law are in :mod:`pbits.devices.field_disk`; a step here is split into the
field's push and the free turning of :mod:`pbits.devices.kubo`.
"""

from abc import abstractmethod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from pbits.devices import rotor
from pbits.devices.checking import Number
from pbits.devices.kubo import EasyPlane, Turn
from pbits.devices.pbit_model import Draw, PBitModel, Shared

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_PHASES = 256
_HALVINGS = 24
_ANGLE = 0.25  # rad, of the oscillation in the field in one part of a step
State = tuple[jax.Array, jax.Array]  # m_z over its standard deviation, and the phase


class Swing(NamedTuple):
    """A step in parts: half of the field's push, free turning, the other half."""

    turn: Turn
    push: jax.Array  # of m_z over its standard deviation, in half a part
    pull: jax.Array  # of the phase itself
    bias: jax.Array
    parts: Shared  # how many


class BiasedRotor(PBitModel):
    """A disk whose input gives the phase a bias, the comparator a level, or both.

    Attributes:
        disk: without a field.
    """

    disk: EasyPlane

    @abstractmethod
    def at(self, inputs: Number) -> tuple[jax.Array, jax.Array]:
        """Bias over kT that the phase feels, and the comparator's level, of the inputs' shape."""

    @property
    def length(self) -> jax.Array:
        """Mean length of m in its plane, ``1 - 1 / (4 kappa)``; 2 kappa is G / D."""
        return 1 - jnp.asarray(self.disk.diffusion) / (2 * jnp.asarray(self.disk.damping))

    def distribution(self, inputs: Number = 0.0) -> tuple[jax.Array, jax.Array]:
        """m_x [k] at even phases, and their probabilities [..., k]."""
        cosine = jnp.cos(jnp.pi * (jnp.arange(_PHASES) + 0.5) / _PHASES)
        return cosine, jax.nn.softmax(self.at(inputs)[0][..., None] * cosine, axis=-1)

    def mean_direction(self, inputs: Number = 0.0) -> jax.Array:
        """Long-run mean of m_x (of m_1 . m_2 for two layers)."""
        cosine, weights = self.distribution(inputs)
        return self.length * jnp.sum(weights * cosine, -1)

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin."""
        bias, level = self.at(inputs)
        near, far = _masses(bias, _edge(level))
        return (near - far) / (near + far)

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Of the bit, from :class:`pbits.devices.rotor.Rotor`; does not differentiate."""
        turns = jnp.abs(jnp.asarray(times)) * self.disk.turning
        return self._solved(rotor.autocorrelations, turns, inputs)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the bit's autocorrelation, seconds; does not differentiate."""
        return self._solved(rotor.correlation_times, 0.0, inputs) / self.disk.turning

    def _solved(self, solver: Any, turns: Number, inputs: Number) -> jax.Array:
        """A solution by float64 outside JAX; every number broadcasts."""
        ratios = (
            jnp.asarray(x) / self.disk.turning for x in (self.disk.damping, self.disk.diffusion)
        )
        parts = jnp.broadcast_arrays(jnp.asarray(turns), *ratios, *self.at(inputs))
        shape = jax.ShapeDtypeStruct(parts[0].shape, jnp.float32)
        return jax.pure_callback(solver, shape, *parts, vmap_method="broadcast_all")

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Mean time between two flips by Rice's formula, of the turning alone, seconds.

        Infinite where the bit is certain; see :meth:`EasyPlane.mean_dwell`.
        """
        bias, level = self.at(inputs)
        near, far = _masses(bias, jnp.full(bias.shape, jnp.pi))
        density = jnp.exp(-bias * level - jnp.abs(bias)) / (2 * (near + far))
        rate = 2 * density * jnp.sqrt(2 / jnp.pi) * self.disk.turning
        return jnp.where(jnp.abs(level) >= 1, jnp.inf, 1 / rate)

    def propagator(self, inputs: Number, dt: Number) -> Swing:
        """Coefficients of parts in which the field turns by at most a quarter radian.

        Exact without a field; with one the law keeps to about 1e-3, whatever dt.
        """
        bias, level = self.at(inputs)
        largest = jnp.sqrt(jnp.max(jnp.abs(bias), initial=0.0)) * jnp.max(
            jnp.asarray(self.disk.turning)
        )
        parts = jnp.maximum(jnp.ceil(jnp.max(jnp.asarray(dt)) * largest / _ANGLE), 1.0)
        part = jnp.asarray(dt) / parts
        push, pull = (
            jnp.asarray(rate) * bias * part / 2 for rate in (self.disk.turning, self.disk.diffusion)
        )
        turn = self.disk.propagator(level, part)
        return Swing(turn, push, pull, bias, Shared(parts.astype(jnp.uint32)))

    def begin(self, draw: Draw, given: Swing) -> State:
        """m_z over its standard deviation, and a phase of von Mises' law."""
        out, chosen = self.disk.begin(draw, given.turn)
        half = jnp.abs(chosen / jnp.pi - 1)
        total = sum(_masses(given.bias, jnp.full(half.shape, jnp.pi)))

        def halved(_: int, ends: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            low, high = ends
            middle = (low + high) / 2
            beyond = _masses(given.bias, middle)[0] > half * total
            return jnp.where(beyond, low, middle), jnp.where(beyond, middle, high)

        zero = jnp.zeros(half.shape)
        phase = lax.fori_loop(0, _HALVINGS, halved, (zero, zero + jnp.pi))[0]
        return out, jnp.where(chosen < jnp.pi, phase, 2 * jnp.pi - phase)

    def step(self, draw: Draw, state: State, given: Swing) -> State:
        """Both dt later."""

        def pushed(state: State) -> State:
            out, phase = state
            return out - given.push * jnp.sin(phase), phase - given.pull * jnp.sin(phase)

        def one(part: jax.Array, state: State) -> State:
            def own(number: int, part: Any = part) -> jax.Array:
                return draw(number, part)

            return pushed(self.disk.step(own, pushed(state), given.turn))

        return lax.fori_loop(jnp.uint32(0), given.parts.value, one, state)

    def showing(self, spins: jax.Array) -> State:
        """In the plane, along or against the reference."""
        return self.disk.showing(spins)

    def spin(self, state: State, given: Swing) -> jax.Array:
        """Sign of m_x + level."""
        return self.disk.spin(state, given.turn)


def _edge(level: jax.Array) -> jax.Array:
    """Phase at which the bit turns."""
    return jnp.arccos(jnp.clip(-level, -1.0, 1.0))


def _masses(bias: jax.Array, edge: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Integrals of ``exp(b cos phase - |b|)`` from 0 to an edge and from there to pi."""

    def integral(low: Any, high: Any) -> jax.Array:
        half = (high - low)[..., None] / 2
        phase = jnp.asarray(low)[..., None] + half * (1 + jnp.asarray(_NODES, jnp.float32))
        size = jnp.abs(bias)[..., None]
        weight = jnp.exp(bias[..., None] * jnp.cos(phase) - size)
        return jnp.sum(weight * half * jnp.asarray(_WEIGHTS, jnp.float32), -1)

    return integral(jnp.zeros_like(edge), edge), integral(edge, jnp.full_like(edge, jnp.pi))
