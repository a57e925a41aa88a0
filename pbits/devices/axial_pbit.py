"""The p-bit of a perpendicular magnet at any barrier, none included: m_z itself, not two states.

Below a barrier of about 3 kT m_z wanders, dwells are not exponential, and the mean of its sign is
``tanh(2 delta <|m_z|> i)``.  Means and times differentiate (:mod:`pbits.devices.axial_law`).  For
samples the Fokker-Planck equation of :mod:`pbits.devices.axial` on a grid is solved once per input;
a step of any length is then a draw from a row of its exact propagator.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from numpy.typing import ArrayLike, NDArray

from pbits.devices.axial import AxialMagnet
from pbits.devices.axial_law import (
    Law,
    axial_law,
    correlation_time,
    mean_spin,
    passage_time,
    slowest_rate,
)
from pbits.devices.checking import Number, check_known
from pbits.devices.pbit_model import Draw, PBitModel, Shared

_THRESHOLD = 0.5
_STEEPEST = 75.0  # energies over kT beyond which float32 ends


class Chain(NamedTuple):
    """Exact steps of the cells, for each different input."""

    rows: Shared  # [inputs, cells, cells] cumulated probabilities of the next cell
    long_run: Shared  # [inputs, cells] cumulated
    which: jax.Array  # the input of each device


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class AxialPBit(PBitModel):
    """A uniaxial magnet under an axial field or torque, read by its sign.

    Attributes:
        delta: barrier over kT at no bias; 0 is a free magnet, which knows no critical input: give
            a small number.
        diffusion: D in 1/s, :func:`pbits.devices.macrospin.diffusion`.
        critical, offset: bias ``i = (input - offset) / critical``.
        num_cells: of the grid of samples and autocorrelations, an even number.

    Raises:
        ValueError: on a negative barrier, or numbers not above zero.

    Example:
        >>> pbit = AxialPBit(delta=1.0, diffusion=1e9)
        >>> round(float(pbit.transfer(0.2)), 3)
        0.231
        >>> pbit.sample(np.zeros(4), dt=1e-9, num_samples=3, seed=1).spins.shape
        (3, 4)
    """

    delta: Number
    diffusion: Number
    critical: Number = 1.0
    offset: Number = 0.0
    num_cells: int = field(default=100, metadata={"static": True})

    def __post_init__(self) -> None:
        super().__post_init__()
        check_known("delta", self.delta, 0.0)
        check_known("diffusion", self.diffusion, 0.0, strictly=True)
        check_known("critical", self.critical, 0.0, strictly=True)

    def bias(self, inputs: Number) -> jax.Array:
        """Reduced, of the inputs' shape."""
        return (jnp.asarray(inputs) - self.offset) / self.critical

    def law(self, inputs: Number) -> Law:
        """Of m_z at inputs, see :mod:`pbits.devices.axial_law`."""
        return axial_law(self.delta, self.bias(inputs))

    def distribution(self, inputs: Number = 0.0) -> tuple[jax.Array, jax.Array]:
        """m_z [cells] and its probabilities [..., cells]."""
        found = self.law(inputs)
        return found.centres, found.share

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean of sgn m_z, exact."""
        return mean_spin(self.law(inputs))

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Of the sign, a sum over modes in float64; does not differentiate."""
        return _autocorrelation(self, times, inputs, 0.0)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the autocorrelation, seconds: shorter than the slowest decay.

        Zero where the other sign's share is below what float32 holds.
        """
        return correlation_time(self.law(inputs)) / self.diffusion

    def relaxation_rate(self, inputs: Number = 0.0) -> jax.Array:
        """lambda_1, the slowest decay, 1/s.

        NaN where ``|bias| >= 1`` or ``delta (1 + |bias|)**2 > 75``: see
        :func:`pbits.devices.axial_law.slowest_rate`.

        Example:
            >>> pbit = AxialPBit(delta=3.0, diffusion=1e9)
            >>> slope = jax.grad(pbit.relaxation_rate)(0.1)
            >>> bool(slope > 0), round(float(pbit.relaxation_rate()) / 6e9, 5)
            (True, 0.07857)
        """
        bias = jnp.abs(self.bias(inputs))
        known = (bias < 1) & (self.delta * (1 + bias) ** 2 <= _STEEPEST)
        return jnp.where(known, slowest_rate(self.law(inputs)) * self.diffusion, jnp.nan)

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Between flips that a comparator with thresholds of +-0.5 sees, seconds.

        The sign alone flips without end whenever m_z is near zero.
        """
        bias = self.bias(inputs)
        up, down = (
            passage_time(axial_law(self.delta, s * bias), -_THRESHOLD, _THRESHOLD)
            for s in (1.0, -1.0)
        )
        return (up + down) / (2 * self.diffusion)

    def propagator(self, inputs: Number, dt: Number) -> Chain:
        """Rows of the exact propagator, in float64; 40 kB for each different magnet and input.

        Raises:
            ValueError: inside a JAX program, where nothing can be tabulated.
        """
        if any(isinstance(x, Tracer) for x in jax.tree.leaves((self, inputs, dt))):
            raise ValueError(
                "the propagator of an AxialPBit is tabulated and takes known numbers only, not "
                "those inside jit, vmap or grad; use a Telegraph, or call it outside"
            )
        numbers = self.delta, self.bias(inputs), jnp.asarray(dt) * self.diffusion
        (delta, bias, time), which = _different(*numbers)
        laws = [
            AxialMagnet(float(d), float(b), self.num_cells)
            for d, b in zip(delta, bias, strict=True)
        ]
        rows = np.stack([_rows(law, float(t)) for law, t in zip(laws, time, strict=True)])
        long_run = np.stack([np.cumsum(law.stationary) for law in laws])
        return Chain(Shared(jnp.asarray(rows)), Shared(jnp.asarray(long_run)), jnp.asarray(which))

    def begin(self, draw: Draw, given: Chain) -> jax.Array:
        """A cell from the long-run law."""
        return _picked(given.long_run.value[given.which], draw(0))

    def showing(self, spins: jax.Array) -> jax.Array:
        """The cell at a pole."""
        return jnp.where(spins > 0, self.num_cells - 1, 0)

    def step(self, draw: Draw, state: jax.Array, given: Chain) -> jax.Array:
        """The cell dt later."""
        return _picked(given.rows.value[given.which, state], draw(0))

    def direction(self, state: jax.Array) -> jax.Array:
        """m_z in the middle of the cell."""
        return (2 * state + 1) / self.num_cells - 1

    def spin(self, state: jax.Array, given: Chain) -> jax.Array:
        """The sign of m_z."""
        return jnp.where(2 * state >= self.num_cells, 1, -1).astype(jnp.int8)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class AxialComparator(PBitModel):
    """The same magnet at one bias, its m_z held against the input: s = +1 where m_z > -input.

    Samples know m_z to half a cell of the magnet's grid only.

    Attributes:
        magnet: whose `offset` and `critical` make a bias of `drive`.
        drive: what the magnet itself gets.

    Example:
        >>> comparator = AxialComparator(AxialPBit(delta=1.0, diffusion=1e9))
        >>> round(float(comparator.transfer(0.5)), 2)
        0.37
    """

    magnet: AxialPBit
    drive: Number = 0.0

    def distribution(self, inputs: Number = 0.0) -> tuple[jax.Array, jax.Array]:
        """m_z [cells] and its probabilities [..., cells]."""
        return self.magnet.distribution(self.drive)

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin; linear between the grid's edges."""
        return mean_spin(self.magnet.law(self.drive), inputs)

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Of the bit; does not differentiate."""
        return _autocorrelation(self.magnet, times, self.drive, inputs)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the autocorrelation, seconds."""
        return correlation_time(self.magnet.law(self.drive), inputs) / self.magnet.diffusion

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Of the magnet behind thresholds of +-0.5, whatever the input."""
        dwell = self.magnet.mean_dwell(self.drive)
        return jnp.broadcast_to(dwell, jnp.broadcast_shapes(dwell.shape, jnp.shape(inputs)))

    def propagator(self, inputs: Number, dt: Number) -> tuple[Chain, jax.Array]:
        """The magnet's, and the inputs."""
        levels = jnp.asarray(inputs)
        return self.magnet.propagator(levels * 0 + self.drive, dt), levels

    def begin(self, draw: Draw, given: tuple[Chain, jax.Array]) -> jax.Array:
        """A cell from the long-run law."""
        return self.magnet.begin(draw, given[0])

    def showing(self, spins: jax.Array) -> jax.Array:
        """The magnet's."""
        return self.magnet.showing(spins)

    def step(self, draw: Draw, state: jax.Array, given: tuple[Chain, jax.Array]) -> jax.Array:
        """The cell dt later."""
        return self.magnet.step(draw, state, given[0])

    def spin(self, state: jax.Array, given: tuple[Chain, jax.Array]) -> jax.Array:
        """Sign of m_z + input."""
        return jnp.where(self.magnet.direction(state) > -given[1], 1, -1).astype(jnp.int8)


def _autocorrelation(pbit: AxialPBit, times: Number, inputs: Number, level: Number) -> jax.Array:
    """Of the sign of m_z + level; all broadcast."""
    reduced = jnp.abs(jnp.asarray(times)) * pbit.diffusion
    parts = jnp.broadcast_arrays(reduced, jnp.asarray(pbit.delta), pbit.bias(inputs), level)
    shape = jax.ShapeDtypeStruct(parts[0].shape, jnp.float32)
    summed = partial(_modes_summed, pbit.num_cells)
    return jax.pure_callback(summed, shape, *parts, vmap_method="broadcast_all")


def _modes_summed(num_cells: int, times: ArrayLike, *numbers: ArrayLike) -> NDArray[np.float32]:
    shape = np.shape(times)
    found = np.empty(np.size(times), np.float32)
    (deltas, biases, levels), which = _different(*numbers)
    for k, (delta, bias, level) in enumerate(zip(deltas, biases, levels, strict=True)):
        law = AxialMagnet(float(delta), float(bias), num_cells)
        decays, vectors = law.modes
        shares = (vectors.T @ (np.sqrt(law.stationary) * np.sign(law.centres + level)))[1:] ** 2
        here = which.ravel() == k
        decayed = np.exp(-np.multiply.outer(np.ravel(times)[here], decays[1:]))
        found[here] = decayed @ (shares / max(shares.sum(), 1e-30))
    return found.reshape(shape)


def _different(*numbers: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Distinct tuples [numbers, k] of arrays that broadcast, and which one each element has."""
    parts = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in numbers))
    found, which = np.unique(np.stack([p.ravel() for p in parts]), axis=1, return_inverse=True)
    return found, which.reshape(parts[0].shape)


def _rows(law: AxialMagnet, time: float) -> NDArray[np.float64]:
    """Cumulated probabilities of the cell after `time`, in units of 1 / D, one row per cell."""
    values, vectors = law.modes
    root = np.sqrt(law.stationary)
    moved = (vectors * np.exp(-values * time)) @ vectors.T * root / root[:, None]
    return np.cumsum(np.maximum(moved, 0), axis=1)


def _picked(cumulated: jax.Array, uniform: jax.Array) -> jax.Array:
    last = cumulated.shape[-1] - 1
    below = jnp.sum(cumulated <= uniform[..., None] * cumulated[..., -1:], axis=-1)
    return jnp.minimum(below, last)
