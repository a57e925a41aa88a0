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
        0.216
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
        weight = jax.nn.softmax(self.delta * z * z)
        up, down = (jnp.sum(weight * jnp.exp(2 * self.delta * s * i * z), -1) for s in (1, -1))
        return (up - down) / (up + down)

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Of the sign, a sum over modes; `inputs` is one number here."""
        decays, shares = self._decays(float(np.asarray(inputs)))
        seen = np.exp(-np.multiply.outer(np.asarray(times, np.float64), decays)) @ shares
        return jnp.asarray(seen)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the autocorrelation, seconds: shorter than the slowest decay."""
        flat = np.atleast_1d(np.asarray(inputs, np.float64)).ravel()
        pairs = [self._decays(float(i)) for i in flat]
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
        laws = [self._law(float(i)) for i in different]
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

    def _law(self, value: float) -> AxialMagnet:
        return AxialMagnet(self.delta, (value - self.offset) / self.critical, self.num_cells)

    def _decays(self, value: float) -> tuple[NDArray, NDArray]:
        """Decay rates in 1/s, and their shares of the sign's variance."""
        law = self._law(value)
        values, vectors = law.modes
        shares = (vectors.T @ (np.sqrt(law.stationary) * np.sign(law.centres)))[1:] ** 2
        return values[1:] * self.diffusion, shares / shares.sum()


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
