"""Inverse temperatures and transverse fields of an anneal: schedules, and default ranges.

Defaults are computed from the data and scale with it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.checks import pair
from problems.polynomial import PolynomialProblem, Problem

KINDS = ("linear", "geometric", "custom")
MAX_BETA = 1e30  # float32, with room for products
_HOT_ACCEPTANCE = 0.35
_COLD_EXCITATIONS = 0.02
_LOW = 0.1  # quantile
# In units of the largest typical field of a spin.
_SLICE_BETA = 2.0
_FIELD_RANGE = (1.0, 0.1)
_MAX_BOND = 40.0  # neighbours of unlike sign have a weight of exp(-2 * 40)


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
    return _steps(kind, hot, cold, num_betas)


def _steps(kind: str, first: float, last: float, count: int) -> NDArray[np.float64]:
    make = np.geomspace if kind == "geometric" else np.linspace
    # A single step runs cold, as the end of any longer schedule.
    return make(first, last, count) if count > 1 else np.full(count, last)


def stations(
    problem: Problem, betas: ArrayLike | None, beta_range: Sequence[float] | None
) -> NDArray[np.float64]:
    """Inverse temperatures above 0 that a run which starts at 0 must visit, rising.

    Args:
        problem: the default is the cold end of its `default_beta_range`.
        betas: any number of them, or None.
        beta_range: two of them, or None; the hot one may be 0.

    Raises:
        ValueError: where both are given, or one that does not rise, is negative or not finite.

    Example:
        >>> from problems.generators import ferromagnet
        >>> stations(ferromagnet((4, 4)), None, (0, 2)).tolist()
        [2.0]
    """
    if betas is not None and beta_range is not None:
        raise ValueError("betas and beta_range are both given; expected one of them")
    if betas is None and beta_range is None:
        return np.array([default_beta_range(problem)[1]])
    name, given = ("betas", betas) if beta_range is None else ("beta_range", pair(beta_range))
    found = np.asarray(given, np.float64).reshape(-1)
    fits = found.size and np.all((found >= 0) & (found <= MAX_BETA))  # not so with NaN
    if not fits or np.any(np.diff(found) <= 0):
        raise ValueError(f"{name} is {given!r}; expected rising numbers from 0 to {MAX_BETA:g}")
    return found[found > 0]


def default_beta_range(problem: Problem) -> tuple[float, float]:
    """A hot and a cold inverse temperature for annealing this problem.

    Hot: a spin in a random configuration feels a field of the order of its root sum of squares,
    not of its sum of absolute values; moves against such a field on the most strongly coupled spin
    are accepted with probability 0.35.  That is well above ordering; hotter sweeps are wasted.
    Cold: the smallest excitation that matters is frozen to a probability of 0.02 per attempt.  For
    integer couplings that is the smallest possible nonzero field; for real ones a low quantile of
    the couplings, because the single smallest of many random numbers says nothing about the model
    (the usual default, which takes it, spends most of a schedule frozen).  Where biases balance
    couplings, as in a QUBO whose products are large and positive and whose linear terms are small,
    low states are those in which they cancel, and a low quantile of what then remains,
    ``abs(abs(h_i) - sum_j abs(J_ij))``, is the smallest field if it is less.

    Both ends scale inversely with the problem, and turning spins around does not change them.

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


def default_path(
    problem: Problem, num_slices: int, beta: float | None = None
) -> tuple[float, tuple[float, float]]:
    """Inverse temperature, and first and last transverse field, for quantum annealing.

    Every slice is at beta / num_slices, which is what matters, so that is fixed in units
    of the largest field that a spin typically feels (Martonak et al. found P T of about 1 best for
    couplings of about 1, which is the same).  The transverse field starts where slices hardly know
    of each other and ends where few bonds are broken.

    Args:
        problem: what to anneal.
        num_slices: P.
        beta: the inverse temperature where it is given.

    Example:
        >>> from problems.generators import ferromagnet
        >>> beta, (strong, weak) = default_path(ferromagnet((8, 8)), 16)
        >>> strong > weak > 0
        True
    """
    largest = float(_typical_field(problem).max(initial=0)) or 1.0
    if beta is None:
        beta = _SLICE_BETA * num_slices / largest
    strong, weak = (factor * largest for factor in _FIELD_RANGE)
    return beta, (strong, weak)


def field_schedule(
    kind: str, field_range: Sequence[float], num_sweeps: int, custom: ArrayLike | None = None
) -> NDArray[np.float64]:
    """One transverse field per sweep, float64 [num_sweeps].

    Args:
        kind: "linear", "geometric" or "custom".
        field_range: first and last field, in units of the energy.
        num_sweeps: how many; with "custom", the length of `custom`.
        custom: the fields of a "custom" schedule.

    Raises:
        ValueError: on an unknown kind, fields that are negative or not finite, or a geometric range
            that holds zero.

    Example:
        >>> field_schedule("linear", (3.0, 1.0), 3).tolist()
        [3.0, 2.0, 1.0]
    """
    if kind not in KINDS:
        raise ValueError(f"field_schedule_type is {kind!r}; expected one of {', '.join(KINDS)}")
    if (custom is None) == (kind == "custom"):
        given = "no custom_fields" if custom is None else "custom_fields"
        raise ValueError(
            f"field_schedule_type is {kind!r} with {given}; expected custom_fields with "
            "'custom', and with nothing else"
        )
    ends = np.asarray(field_range if custom is None else custom, np.float64).reshape(-1)
    if not np.all(np.isfinite(ends) & (ends >= 0) & (ends <= MAX_BETA)):
        raise ValueError(f"a transverse field is not in 0..{MAX_BETA:g}; expected fields there")
    if custom is not None:
        return ends
    if ends.size != 2 or (kind == "geometric" and ends.min() == 0):
        raise ValueError(
            f"field_range is {field_range!r}; expected two numbers, the first and the last field, "
            "above 0 where the schedule is geometric"
        )
    return _steps(kind, float(ends[0]), float(ends[1]), num_sweeps)


def slice_bond(beta: float, field: ArrayLike, num_slices: int) -> NDArray[np.float64]:
    """Reduced coupling of neighbouring slices, ``-ln(tanh(beta field / num_slices)) / 2``.

    At most 40, which stands for no transverse field at all.

    Example:
        >>> slice_bond(8.0, [0.0, 1.0, 100.0], 8).round(3).tolist()
        [40.0, 0.136, 0.0]
    """
    angle = np.minimum(beta * np.asarray(field, np.float64) / num_slices, 300)
    # ln(tanh x) = -ln(1 + 2 / (exp(2 x) - 1)), without cancellation at large x.
    odds = 2 / np.maximum(np.expm1(2 * angle), 1e-100)
    return np.minimum(np.log1p(odds) / 2, _MAX_BOND)


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
    usual = max(np.quantile(values, _LOW), 0.2 * np.median(field))
    remainder = _remainder(problem)
    return float(min(usual, np.quantile(remainder, _LOW)) if remainder.size else usual)


def _remainder(problem: Problem) -> NDArray[np.float64]:
    """Field of every spin whose couplings all pull against its bias, where they do not cancel."""
    bias, pull = np.zeros((2, problem.num_variables))
    if isinstance(problem, PolynomialProblem):
        for variables, coefficient in problem.terms:
            into = bias if variables.shape[1] == 1 else pull
            for column in variables.T:
                into += np.bincount(column, np.abs(coefficient), into.size)
    else:
        bias += np.abs(problem.h)
        for end in (problem.row, problem.col):
            pull += np.bincount(end, np.abs(problem.coupling), pull.size)
    left = np.abs(bias - pull)
    return left[left > 1e-9 * pull]  # less is rounding
