"""Easy-plane p-bits in a field of their plane, and two disks that feel each other.

:mod:`pbits.devices.kubo` with the energy ``-b cos(phase)`` (over kT): m_z also feels the field,
``dm_z/dt ~ -b sin(phase)``, and the long-run law of the phase is von Mises', ``exp(b cos phase)``.
The same equations hold for the angle between two equal disks with stray fields, to whose
difference both turn, so that :func:`coupled_layers` needs no model of its own.

m_z takes ``1 / (4 kappa)`` of m_x's length on average, and as much of the bias.  Good where the
field is well below the one that holds m in its plane: beyond ``|b| = kappa / 2``, B a quarter of
B_d, it is refused; up to there the mean spin is within 0.005 from kappa = 5 on.  A field along
the reference, or a field-like torque, is such a bias; a damping-like torque in the plane is not: it
has no energy, acts far less, and drives a disk out of its plane from ``alpha B_d / 2`` on.  Use
:class:`pbits.devices.sphere.SphericalMagnet` or :func:`pbits.devices.simulation.simulate` for it.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer
from numpy.typing import ArrayLike, NDArray

from pbits.devices.checking import Number, check_known
from pbits.devices.kubo import EasyPlane, Turn, double_layer, easy_plane
from pbits.devices.macrospin import BOLTZMANN
from pbits.devices.pbit_model import Draw, PBitModel, Shared
from pbits.devices.rotor import Rotor

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


class _Rotor(PBitModel):
    """What both p-bits here share: bias and level from the input."""

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
        return self._solved(_autocorrelations, turns, inputs)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the bit's autocorrelation, seconds; does not differentiate."""
        return self._solved(_correlation_times, 0.0, inputs) / self.disk.turning

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


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FieldDisk(_Rotor):
    """A disk steered by a field in its plane, T, and read by the sign of m_x.

    Attributes:
        disk: without a field, :func:`pbits.devices.kubo.easy_plane`.
        thermal: T, field at which ``Ms V B = kT``; :func:`field_disk` computes it.
        offset: T, field at which the mean spin is zero.

    Raises:
        ValueError: on a thermal field not above zero; at inputs beyond a quarter of the field
            that holds the magnet in its plane.

    Example:
        >>> pbit = field_disk(moment=1.5e-18, hard_field=0.8, alpha=0.01)
        >>> round(float(pbit.transfer(2e-3)), 3)
        0.43
    """

    disk: EasyPlane
    thermal: Number
    offset: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_known("thermal", self.thermal, 0.0, strictly=True)

    def at(self, inputs: Number) -> tuple[jax.Array, jax.Array]:
        """Bias and level."""
        bias = (jnp.asarray(inputs) - self.offset) / self.thermal
        _check_flat(self.disk, bias)
        return self.length * bias, jnp.zeros_like(bias)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BiasedDisk(_Rotor):
    """A disk in a constant field of its plane, held against the input: s = +1 where m_x > -input.

    Attributes:
        disk: without a field.
        bias: b, energy in the field over kT.

    Raises:
        ValueError: on a bias beyond half of kappa.

    Example:
        >>> disk = easy_plane(moment=1.5e-18, hard_field=0.8, alpha=0.01)
        >>> round(float(BiasedDisk(disk, bias=-0.5).transfer(0.0)), 3)
        -0.307
    """

    disk: EasyPlane
    bias: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_flat(self.disk, self.bias)

    def at(self, inputs: Number) -> tuple[jax.Array, jax.Array]:
        """Bias and level."""
        # The comparator sees a vector that is shorter in the plane.
        level = jnp.asarray(inputs) / self.length
        bias, level = jnp.broadcast_arrays(self.length * self.bias, level)
        return bias, level


def field_disk(
    moment: Number, hard_field: Number, alpha: Number, temperature: Number = 300.0
) -> FieldDisk:
    """A disk steered by a field, from its material; arguments of :func:`kubo.easy_plane`."""
    disk = easy_plane(moment, hard_field, alpha, temperature)
    return FieldDisk(disk, BOLTZMANN / 1e-23 * temperature / (jnp.asarray(moment) * 1e23))


def coupled_layers(
    moment: Number,
    hard_field: Number,
    alpha: Number,
    stray: tuple[Number, Number],
    temperature: Number = 300.0,
) -> BiasedDisk:
    """Two equal free disks with stray fields, read against each other: m_1 . m_2 for m_x.

    With little damping they swing in the stray fields, and four correlation times are not enough
    for independent bits: wait 4 / G.  A current between the layers is left out: it turns both
    alike.  In the preset "double-free-layer" that is true to about 0.2 V (74 mT of torque), where
    the mean of m_1 . m_2 has moved by 0.04; at 0.3 V by 0.07, measured with `pair`.

    Args:
        moment, hard_field, alpha, temperature: of each, see :func:`kubo.easy_plane`.
        stray: T, of one layer in the other along its in-plane and its perpendicular m:
            :meth:`pbits.devices.junction.Junction.coupling_field`.  The first is the bias; the
            second stiffens the motion of one layer against the other.

    Example:
        >>> alone = coupled_layers(6.3e-20, 1.0, 0.01, (0.0, 0.0))
        >>> pair = coupled_layers(6.3e-20, 1.0, 0.01, (-0.035, 0.07))
        >>> [round(abs(float(p.mean_direction())), 2) for p in (alone, pair)]
        [0.0, 0.23]
    """
    across, along = stray
    one = easy_plane(moment, jnp.asarray(hard_field) + along, alpha, temperature)
    thermal = BOLTZMANN / 1e-23 * temperature / (jnp.asarray(moment) * 1e23)
    return BiasedDisk(double_layer(one), across / thermal)


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


def _check_flat(disk: EasyPlane, bias: Number) -> None:
    """|b| <= kappa / 2, with 2 kappa = G / D."""
    numbers = disk.damping, disk.diffusion, bias
    known = float | int | np.ndarray | np.generic | jax.Array
    if not all(isinstance(x, known) and not isinstance(x, Tracer) for x in numbers):
        return
    kappa = np.asarray(disk.damping) / np.maximum(2 * np.asarray(disk.diffusion), 1e-30)
    share = float(np.max(np.abs(np.asarray(bias)) / kappa, initial=0.0))
    if not share <= 0.5:
        raise ValueError(
            f"the field is {share / 2:.3g} of the one that holds the magnet in its plane (bias "
            "over 2 kappa); expected at most 0.25. Use pbits.devices.simulation.simulate"
        )


def _rotors(*numbers: ArrayLike) -> tuple[list[Rotor], NDArray[np.intp]]:
    """Distinct rotors, and which one each element is."""
    parts = np.stack([np.ravel(np.asarray(x, np.float64)) for x in numbers])
    found, which = np.unique(parts, axis=1, return_inverse=True)
    return [Rotor(*(float(x) for x in column)) for column in found.T], which.ravel()


def _autocorrelations(turns: ArrayLike, *numbers: ArrayLike) -> NDArray[np.float32]:
    rotors, which = _rotors(*numbers)
    flat = np.ravel(np.asarray(turns, np.float64))
    found = np.empty(flat.size, np.float32)
    for k, rotor in enumerate(rotors):
        times, back = np.unique(flat[which == k], return_inverse=True)
        found[which == k] = rotor.autocorrelation(times)[back]
    return found.reshape(np.shape(turns))


def _correlation_times(shape_of: ArrayLike, *numbers: ArrayLike) -> NDArray[np.float32]:
    rotors, which = _rotors(*numbers)
    found = np.array([rotor.correlation_time() for rotor in rotors], np.float32)
    return found[which].reshape(np.shape(shape_of))
