"""Partition functions from a ladder of temperatures, by thermodynamic integration.

``d log Z / d beta = -<E>`` with ``Z = sum_s exp(-beta E(s))``, and log Z = n log 2 at beta = 0:
A. Gelman & X.-L. Meng, Stat. Sci. 13, 163 (1998), doi 10.1214/ss/1028905934, section 3.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.results import TemperResult
from problems import IsingProblem

_NEAR_ZERO = 0.5  # beta times the energy's standard deviation at infinite temperature
_MIN_LADDERS = 8


class LogZ(NamedTuple):
    """Natural logarithms of partition functions along a ladder, [T] each.

    Attributes:
        betas: inverse temperatures, rising, in inverse units of the energy.
        log_z: of Z itself or, where `is_difference`, of Z over that of ``betas[0]``.
        error: standard errors of sampling and integration, if the run was in equilibrium.
        lower, upper: bounds that no coarseness of the ladder breaks, if only the mean energies are
            right.
        is_difference: whether the ladder starts too cold to reach beta = 0.
    """

    betas: NDArray[np.float64]
    log_z: NDArray[np.float64]
    error: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    is_difference: bool


def log_z(problem: IsingProblem, result: TemperResult) -> LogZ:
    """Integrate the mean energies of a tempering run over beta.

    It starts at beta = 0, where all moments are known, if ``betas[0]`` times the energy's standard
    deviation there, ``sqrt(sum h^2 + sum J^2)``, is at most 1/2.  Trapezoids are corrected by the
    variances of the energy at their ends (Euler-Maclaurin).  As ``<E>`` falls with beta, rectangles
    are bounds.

    The error holds the noise of mean energies, as if they came from the present states alone, one
    per ladder, which is too much for a long run; and half of the correction.  It knows nothing of
    temperatures that have not mixed, nor of the start, which the means of a run with given `betas`
    (or without adaptation) include: let those run long.

    Args:
        problem: what was tempered.
        result: of `temper`, with at least 8 ladders and one sweep.

    Raises:
        ValueError: on fewer.

    Example:
        >>> from pbits import temper
        >>> from problems.generators import ferromagnet
        >>> problem = ferromagnet((4, 4))
        >>> run = temper(problem, beta_range=(0.05, 1), num_temperatures=12, seed=1)
        >>> found = log_z(problem, run)  # nearly 2 exp(32), of the two ground states
        >>> bool(abs(found.log_z[-1] - 32.7) < 5 * found.error[-1] < 2), found.is_difference
        (True, False)
    """
    ladders, _, n = result.states.shape
    if ladders < _MIN_LADDERS or (n and not result.num_sweeps):
        raise ValueError(
            f"the run has {ladders} ladders and did {result.num_sweeps} sweeps; expected at least "
            f"{_MIN_LADDERS} and 1: raise num_reads or num_sweeps of temper"
        )
    betas, mean = result.betas, result.mean_energy
    variance = problem.energies(result.states).astype(np.float64).var(0, ddof=1)
    noise = variance / ladders
    free = sum(float((x.astype(np.float64) ** 2).sum()) for x in (problem.h, problem.coupling))
    reaches = betas[0] * math.sqrt(free) <= _NEAR_ZERO
    if reaches:
        betas, mean = np.append(0, betas), np.append(problem.offset, mean)
        variance, noise = np.append(free, variance), np.append(0, noise)
    found = _integrate(betas, mean, variance, noise)
    start = n * math.log(2) if reaches else 0.0
    # What was added in front of the ladder is not part of it.
    log, error, lower, upper = (part[1:] if reaches else part for part in found)
    return LogZ(result.betas, start + log, error, start + lower, start + upper, not reaches)


def _integrate(
    betas: NDArray, mean: NDArray, variance: NDArray, noise: NDArray
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Integral of -<E> from the first beta to each, its error, and its bounds."""
    step = np.diff(betas)
    correction = step**2 / 12 * (variance[:-1] - variance[1:])
    trapezoid = -step / 2 * (mean[:-1] + mean[1:])
    # weights[k, t] of rung t in the sum of the first k intervals
    half = step[:, None] / 2 * (np.eye(step.size, betas.size) + np.eye(step.size, betas.size, 1))
    weights = _from_zero(half)
    coarseness = _from_zero(np.abs(correction)) / 2
    error = np.sqrt((weights**2 @ noise) + coarseness**2)
    low, high = -step * mean[:-1], -step * mean[1:]
    return (
        _from_zero(trapezoid + correction),
        error,
        _from_zero(np.minimum(low, high)),
        _from_zero(np.maximum(low, high)),
    )


def _from_zero(parts: NDArray) -> NDArray:
    """Running sums over the first axis, before the first part too."""
    return np.concatenate([np.zeros((1, *parts.shape[1:])), np.cumsum(parts, axis=0)])
