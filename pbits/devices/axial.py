"""Fokker-Planck equation of a magnet with axial symmetry, exactly in its one coordinate m_z.

With U = E / kT and time in units of 1 / D, D being the rotational diffusion constant
``alpha gamma kT / ((1 + alpha**2) Ms V)`` (Brown, Phys. Rev. 130, 1677 (1963)),

``dp/dt = d/dz [(1 - z**2) (dp/dz + U' p)]``,  ``U = -delta z**2 - 2 delta bias z``.

`bias` is a field along the axis over the anisotropy field, plus a damping-like spin torque over its
critical value: on an axial magnet such a torque acts as a field does.  Finite volumes with
exponentially fitted fluxes (Scharfetter and Gummel), whose stationary state is exact.
NumPy and SciPy in float64: the reference that faster models are tested against.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh_tridiagonal, get_lapack_funcs

from pbits import checks

Array = NDArray[np.float64]
# L-stable and of second order (Bank et al., IEEE Trans. CAD 4, 436 (1985)).
_FACTOR, _SOLVE = get_lapack_funcs(("gttrf", "gttrs"), dtype=np.float64)
_TR_SHARE = 2 - np.sqrt(2)


@dataclass(frozen=True)
class AxialMagnet:
    """Distribution of m_z of a uniaxial magnet under an axial field or torque.

    Args:
        delta: barrier over kT, at least 0.
        bias: field or torque over its critical value, reduced.
        num_cells: of the grid in m_z.

    Raises:
        ValueError: on a negative barrier or a grid of fewer than two cells.

    Example:
        >>> magnet = AxialMagnet(3.0)
        >>> round(magnet.mean(magnet.centres**2), 4)
        0.6262
    """

    delta: float
    bias: float = 0.0
    num_cells: int = 2000

    def __post_init__(self) -> None:
        checks.whole_number("num_cells", self.num_cells, 2)
        if not (np.isfinite(self.delta) and self.delta >= 0):
            raise ValueError(f"delta is {self.delta!r}; expected a finite number, at least 0")
        if not np.isfinite(self.bias):
            raise ValueError(f"bias is {self.bias!r}; expected a finite number")

    @cached_property
    def centres(self) -> Array:
        """m_z in the middle of each cell, [cells]."""
        edges = np.linspace(-1, 1, self.num_cells + 1)
        return (edges[:-1] + edges[1:]) / 2

    @cached_property
    def energy(self) -> Array:
        """Energy over kT in each cell, [cells]."""
        return -self.delta * self.centres * (self.centres + 2 * self.bias)

    @cached_property
    def stationary(self) -> Array:
        """Probability of each cell in the long run, [cells]."""
        weights = np.exp(self.energy.min() - self.energy)
        return weights / weights.sum()

    def mean(self, values: ArrayLike, probabilities: Array | None = None) -> float:
        """Mean of a function given on `centres`, in the long run or under given probabilities."""
        p = self.stationary if probabilities is None else probabilities
        return float(np.dot(p, np.asarray(values, np.float64)))

    def mean_sign(self) -> float:
        """Long-run mean of the sign of m_z: P(m_z > 0) - P(m_z < 0).

        Example:
            >>> round(AxialMagnet(3.0, 0.1).mean_sign(), 4)
            0.423
        """
        return self.mean(np.sign(self.centres))

    def mean_over(self, function: Callable[[Array], Array]) -> float:
        """Long-run mean of a function of m_z."""
        return self.mean(function(self.centres))

    @cached_property
    def _rates(self) -> tuple[Array, Array]:
        """Rates to the next higher cell and back, [cells - 1] each, in units of D."""
        width = 2 / self.num_cells
        edges = (self.centres[:-1] + self.centres[1:]) / 2
        rise = np.diff(self.energy)
        scale = (1 - edges**2) / width**2
        return scale * _bernoulli(rise), scale * _bernoulli(-rise)

    def eigenvalues(self, count: int = 2) -> Array:
        """The smallest decay rates in units of D, ascending; the first is zero.

        Reliable to barriers of about 20, where rates come near the rounding of the largest ones;
        :func:`~pbits.devices.passage.escape_rate` has no such limit.
        """
        up, down = self._rates
        diagonal = np.zeros(self.num_cells)
        diagonal[:-1] += up
        diagonal[1:] += down
        picked = eigh_tridiagonal(
            diagonal, -np.sqrt(up * down), select="i", select_range=(0, count - 1)
        )
        return np.maximum(picked[0], 0.0)

    @cached_property
    def modes(self) -> tuple[Array, Array]:
        """All decay rates [cells] in units of D, and orthonormal modes [cells, cells] in columns.

        Of the symmetrised generator: a mode times the root of `stationary` decays on its own.
        For grids of a few hundred cells.
        """
        up, down = self._rates
        diagonal = np.zeros(self.num_cells)
        diagonal[:-1] += up
        diagonal[1:] += down
        values, vectors = eigh_tridiagonal(diagonal, -np.sqrt(up * down))
        return np.maximum(values, 0.0), vectors

    def evolve(self, start: Array, times: ArrayLike, *, steps_per_interval: int = 200) -> Array:
        """Probabilities at given times.

        Args:
            start: [cells] probabilities at time 0.
            times: [k] ascending, in units of 1 / D.
            steps_per_interval: implicit steps between two times.

        Returns:
            [k, cells].

        Raises:
            ValueError: where times do not ascend from 0 or above, or `start` has another length.
        """
        moments = np.atleast_1d(np.asarray(times, np.float64))
        if moments.size and (moments[0] < 0 or np.any(np.diff(moments) < 0)):
            raise ValueError(f"times are {times!r}; expected ascending numbers, at least 0")
        p = np.asarray(start, np.float64)
        if p.shape != (self.num_cells,):
            raise ValueError(f"start has shape {p.shape}; expected ({self.num_cells},)")
        found, now = np.empty((moments.size, p.size)), 0.0
        for k, moment in enumerate(moments):
            if moment > now:
                p = self._stepped(p, (moment - now) / steps_per_interval, steps_per_interval)
            found[k], now = p, moment
        return found

    def _stepped(self, p: Array, dt: float, count: int) -> Array:
        """TR-BDF2: half a trapezoid, then backward differentiation; one matrix, factored once."""
        share = _TR_SHARE
        up, down = self._rates
        part = share * dt / 2
        diagonal = np.ones(self.num_cells)
        diagonal[:-1] += part * up
        diagonal[1:] += part * down
        *factors, failed = _FACTOR(-part * up, diagonal, -part * down)
        assert not failed
        for _ in range(count):
            # The trapezoid's (2 - implicit) implicit**-1 p.
            middle = 2 * _SOLVE(*factors, p)[0] - p
            ahead = (middle - (1 - share) ** 2 * p) / (share * (2 - share))
            p = _SOLVE(*factors, ahead)[0]
        return p


def _bernoulli(x: Array) -> Array:
    """x / (exp(x) - 1), 1 at 0."""
    small = np.abs(x) < 1e-8
    safe = np.where(small, 1.0, x)
    return np.where(small, 1 - x / 2, safe / np.expm1(safe))
