"""The p-bit of a perpendicular magnet at any barrier, none included: m_z itself, not two states.

Below a barrier of about 3 kT m_z wanders, dwells are not exponential, and the mean of its sign is
``tanh(2 delta <|m_z|> i)``.  The Fokker-Planck equation of :mod:`pbits.devices.axial` on a grid is
solved once per input; a step of any length is then a draw from a row of its exact propagator.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits.devices.axial import AxialMagnet
from pbits.devices.checking import Number, check_known
from pbits.devices.passage import hysteresis_dwell
from pbits.devices.pbit_model import Draw, PBitModel

_FINE = 400  # cells of means


class Chain(NamedTuple):
    """Exact steps of the cells, for each different input."""

    rows: jax.Array  # [inputs, cells, cells] cumulated probabilities of the next cell
    long_run: jax.Array  # [inputs, cells] cumulated
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

    delta: float
    diffusion: float
    critical: float = 1.0
    offset: float = 0.0
    num_cells: int = field(default=100, metadata={"static": True})

    def __post_init__(self) -> None:
        check_known("delta", self.delta, 0.0)
        check_known("diffusion", self.diffusion, 0.0, strictly=True)
        check_known("critical", self.critical, 0.0, strictly=True)

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean of sgn m_z, exact; differentiates."""
        i = (jnp.asarray(inputs)[..., None] - self.offset) / self.critical
        z = (jnp.arange(_FINE) + 0.5) / _FINE
        up, down = (
            jax.nn.logsumexp(self.delta * z * (z + 2 * s * i), axis=-1) for s in (1.0, -1.0)
        )
        return jnp.tanh((up - down) / 2)

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Of the sign, a sum over modes; `inputs` is one number here."""
        decays, shares = self.decays(float(np.asarray(inputs)))
        seen = np.exp(-np.multiply.outer(np.asarray(times, np.float64), decays)) @ shares
        return jnp.asarray(seen)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the autocorrelation, seconds: shorter than the slowest decay."""
        flat = np.atleast_1d(np.asarray(inputs, np.float64)).ravel()
        pairs = [self.decays(float(i)) for i in flat]
        times = [np.sum(shares / decays) for decays, shares in pairs]
        return jnp.asarray(np.reshape(times, np.shape(inputs)))

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Between flips that a comparator with thresholds of +-0.5 sees, seconds.

        The sign alone flips without end whenever m_z is near zero.
        """
        biases = (np.asarray(inputs, np.float64) - self.offset) / self.critical
        both = [hysteresis_dwell(self.delta, s * b) for b in biases.flat for s in (1.0, -1.0)]
        unit = 1 / (2 * self.delta * self.diffusion)
        return jnp.asarray(unit * np.reshape(both, (*biases.shape, 2)).mean(-1))

    def propagator(self, inputs: Number, dt: Number) -> Chain:
        """Rows of the exact propagator; 40 kB for each different input."""
        different, which = np.unique(np.asarray(inputs), return_inverse=True)
        laws = [self.law_of(float(i)) for i in different]
        rows = np.stack([_rows(law, self.diffusion * float(np.asarray(dt))) for law in laws])
        long_run = np.stack([np.cumsum(law.stationary) for law in laws])
        which = jnp.asarray(which.reshape(np.shape(inputs)))
        return Chain(jnp.asarray(rows), jnp.asarray(long_run), which)

    def begin(self, draw: Draw, given: Chain) -> jax.Array:
        """A cell from the long-run law."""
        return _picked(given.long_run[given.which], draw(0))

    def step(self, draw: Draw, state: jax.Array, given: Chain) -> jax.Array:
        """The cell dt later."""
        return _picked(given.rows[given.which, state], draw(0))

    def direction(self, state: jax.Array) -> jax.Array:
        """m_z in the middle of the cell."""
        return (2 * state + 1) / self.num_cells - 1

    def spin(self, state: jax.Array, given: Chain) -> jax.Array:
        """The sign of m_z."""
        return jnp.where(2 * state >= self.num_cells, 1, -1).astype(jnp.int8)

    def law_of(self, value: float) -> AxialMagnet:
        """The magnet's law at one input."""
        return AxialMagnet(self.delta, (value - self.offset) / self.critical, self.num_cells)

    def decays(self, value: float, level: float = 0.0) -> tuple[NDArray, NDArray]:
        """Decay rates in 1/s, and their shares of the variance of the sign of m_z + level."""
        law = self.law_of(value)
        values, vectors = law.modes
        shares = (vectors.T @ (np.sqrt(law.stationary) * np.sign(law.centres + level)))[1:] ** 2
        return values[1:] * self.diffusion, shares / max(shares.sum(), 1e-30)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class AxialComparator(PBitModel):
    """The same magnet at one bias, its m_z held against the input: s = +1 where m_z > -input.

    Attributes:
        magnet: whose `offset` and `critical` make a bias of `drive`.
        drive: what the magnet itself gets, one number.

    Example:
        >>> comparator = AxialComparator(AxialPBit(delta=1.0, diffusion=1e9))
        >>> round(float(comparator.transfer(0.5)), 2)
        0.37
    """

    magnet: AxialPBit
    drive: float = 0.0

    def distribution(self, inputs: Number = 0.0) -> tuple[jax.Array, jax.Array]:
        """m_z [cells] and its probabilities [cells]."""
        found = self.magnet.law_of(self.drive)
        return jnp.asarray(found.centres), jnp.asarray(found.stationary)

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin; linear between the grid's edges."""
        share = np.concatenate([[0], np.cumsum(self.magnet.law_of(self.drive).stationary)])
        edges = jnp.linspace(-1, 1, len(share))
        return 1 - 2 * jnp.interp(-jnp.asarray(inputs), edges, jnp.asarray(share))

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Of the bit; `inputs` is one number here."""
        decays, shares = self.magnet.decays(self.drive, float(np.asarray(inputs)))
        seen = np.exp(-np.multiply.outer(np.asarray(times, np.float64), decays)) @ shares
        return jnp.asarray(seen)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the autocorrelation, seconds."""
        flat = np.asarray(inputs, np.float64).ravel()
        pairs = [self.magnet.decays(self.drive, float(i)) for i in flat]
        return jnp.asarray(np.reshape([np.sum(s / d) for d, s in pairs], np.shape(inputs)))

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Of the magnet behind thresholds of +-0.5, whatever the input."""
        return jnp.broadcast_to(self.magnet.mean_dwell(self.drive), jnp.shape(inputs))

    def propagator(self, inputs: Number, dt: Number) -> tuple[Chain, jax.Array]:
        """The magnet's, and the inputs."""
        levels = jnp.asarray(inputs)
        return self.magnet.propagator(np.full(levels.shape, self.drive), dt), levels

    def begin(self, draw: Draw, given: tuple[Chain, jax.Array]) -> jax.Array:
        """A cell from the long-run law."""
        return self.magnet.begin(draw, given[0])

    def step(self, draw: Draw, state: jax.Array, given: tuple[Chain, jax.Array]) -> jax.Array:
        """The cell dt later."""
        return self.magnet.step(draw, state, given[0])

    def spin(self, state: jax.Array, given: tuple[Chain, jax.Array]) -> jax.Array:
        """Sign of m_z + input."""
        return jnp.where(self.magnet.direction(state) > -given[1], 1, -1).astype(jnp.int8)


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
