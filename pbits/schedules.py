"""Inverse temperatures of an anneal: schedules, and a default range computed from the data."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.checks import pair
from problems.polynomial import PolynomialProblem, Problem

KINDS = ("linear", "geometric", "custom")
MAX_BETA = 1e30  # float32, with room for products
_HOT_ACCEPTANCE = 0.35
_COLD_EXCITATIONS = 0.02


def beta_schedule(
    kind: str,
    beta_range: Sequence[float],
    num_betas: int,
    num_sweeps_per_beta: int = 1,
    custom: ArrayLike | None = None,
) -> NDArray[np.float32]:
    """One beta per sweep, float32 [num_betas * num_sweeps_per_beta].

    Args:
        kind: "linear", "geometric" or "custom".
        beta_range: first and last beta, in inverse units of the energy.
        num_betas: steps; with "custom", the length of `custom`.
        num_sweeps_per_beta: sweeps at each step.
        custom: the betas of a "custom" schedule.

    Raises:
        ValueError: on an unknown kind, betas that are negative or not finite, a geometric range
            that holds zero, or numbers of sweeps below zero.

    Example:
        >>> beta_schedule("linear", (0.0, 2.0), 3).tolist()
        [0.0, 1.0, 2.0]
    """
    if kind not in KINDS:
        raise ValueError(f"beta_schedule_type is {kind!r}; expected one of {', '.join(KINDS)}")
    if num_sweeps_per_beta < 1 or num_betas < 0:
        raise ValueError(
            f"{num_betas} betas of {num_sweeps_per_beta} sweeps each; expected 0 or more betas "
            "of at least 1 sweep"
        )
    if kind == "custom":
        if custom is None:
            raise ValueError("beta_schedule_type is 'custom'; give beta_schedule, one beta a step")
        betas = np.asarray(custom, np.float64).reshape(-1)
    else:
        betas = _between(kind, beta_range, num_betas)
    if not np.all(np.isfinite(betas) & (betas >= 0)):
        raise ValueError("a beta is negative or not finite; expected inverse temperatures >= 0")
    if np.any(betas > MAX_BETA):
        raise ValueError(f"a beta is above {MAX_BETA:g}; expected less: rescale the problem")
    return np.repeat(betas, num_sweeps_per_beta).astype(np.float32)


def _between(kind: str, beta_range: Sequence[float], num_betas: int) -> NDArray[np.float64]:
    if len(beta_range) != 2 or not np.all(np.isfinite(np.asarray(beta_range, np.float64))):
        raise ValueError(f"beta_range is {beta_range!r}; expected two finite numbers, hot and cold")
    hot, cold = (float(b) for b in beta_range)
    if kind == "geometric" and min(hot, cold) <= 0:
        raise ValueError(
            f"a geometric schedule cannot reach beta = {min(hot, cold)}; expected a positive "
            "beta_range, or beta_schedule_type='linear'"
        )
    make = np.geomspace if kind == "geometric" else np.linspace
    # A single step runs cold, as the end of any longer schedule.
    return make(hot, cold, num_betas) if num_betas > 1 else np.full(num_betas, cold)


from pbits.checks import pair
from problems.polynomial import PolynomialProblem, Problem
    """A hot and a cold inverse temperature for annealing this problem.

    Hot: a spin in a random configuration feels a field of the order of its root sum of squares,
    not of its sum of absolute values; moves against such a field on the most strongly coupled spin
    are accepted with probability 0.35.  That is well above ordering; hotter sweeps are wasted.
    Cold: the smallest excitation that matters is frozen to a probability of 0.02 per attempt.  For
    integer couplings that is the smallest possible nonzero field; for real ones a low quantile of
    the couplings, because the single smallest of many random numbers says nothing about the model
    (the usual default, which takes it, spends most of a schedule frozen).

    Example:
        >>> from problems.generators import ferromagnet
        >>> hot, cold = default_beta_range(ferromagnet((8, 8)))
        >>> hot < 0.4407 < cold  # both sides of the critical point
        True
    """
    field = _typical_field(problem)
    field = field[field > 0]
    if field.size == 0:
        return 0.1, 1.0
    hot = -np.log(_HOT_ACCEPTANCE) / (2 * field.max())
    cold = -np.log(_COLD_EXCITATIONS) / (2 * _smallest_field(problem, field))
    return float(hot), float(max(cold, 2 * hot))


def _typical_field(problem: Problem) -> NDArray[np.float64]:
    if isinstance(problem, PolynomialProblem):
        square = np.zeros(problem.num_variables)
        for variables, coefficient in problem.terms:
            for column in variables.T:
                square += np.bincount(column, coefficient.astype(np.float64) ** 2, square.size)
        return np.sqrt(square)
    square = problem.h.astype(np.float64) ** 2
    coupling = problem.coupling.astype(np.float64) ** 2
    for end in (problem.row, problem.col):
        square += np.bincount(end, coupling, problem.num_variables)
    return np.sqrt(square)


def _smallest_field(problem: Problem, field: NDArray[np.float64]) -> float:
    if isinstance(problem, PolynomialProblem):
        parts = [coefficient for _, coefficient in problem.terms]
    else:
        parts = [problem.h, problem.coupling]
    values = np.abs(np.concatenate(parts).astype(np.float64))
    values = values[values > 0]
    unit = values.min()
    if values.max() < 64 * unit and np.array_equal(np.rint(values / unit) * unit, values):
        return float(unit)
    return float(max(np.quantile(values, 0.1), 0.2 * np.median(field)))
