"""What a run searches: the problem, or the smaller one that presolving leaves of it."""

import time
from collections.abc import Callable

import numpy as np

from problems.model import IsingProblem
from problems.polynomial import Problem
from problems.reduction import Reduced, presolve

_WORTH = 0.05  # of all spins that must go
_SECONDS = 2e-5  # to look at a spin or a coupling and to undo it, generously
_OF_THE_TIME, _NO_LIMIT = 0.2, 5.0  # the seconds that may be spent: a fraction, or in all
_FLOWS = 50_000  # spins and couplings up to which roof duality takes tenths of a second


def reduced(
    problem: Problem,
    wanted: bool | None,
    time_limit: float | None,
    stop: Callable[[], bool] | None = None,
) -> Reduced | None:
    """The problem without the spins that need no search; None where that is not worth while.

    Args:
        problem: what is to be minimised.
        wanted: True or False as the caller said; None decides from size, time and degrees.
        time_limit: seconds in all, None for no limit.
        stop: ends it with what is done by then.
    """
    if wanted is False or not isinstance(problem, IsingProblem):
        return None
    size = problem.num_variables + problem.num_interactions
    # Roof duality knows nothing of problems that reversing all spins does not change.
    flows = bool(size <= _FLOWS and problem.h.any())
    seconds = _NO_LIMIT if time_limit is None else _OF_THE_TIME * time_limit
    if wanted is None and (size * _SECONDS > seconds or not (flows or _promises(problem))):
        return None
    due = time.perf_counter() + (np.inf if wanted and time_limit is None else seconds)
    found = _presolved(problem, flows, lambda: time.perf_counter() > due or bool(stop and stop()))
    gone = problem.num_variables - found.problem.num_variables
    return found if gone and (wanted or gone >= _WORTH * problem.num_variables) else None


def undoing_seconds(found: Reduced) -> float:
    """What putting the spins back will take."""
    begin = time.perf_counter()
    found.undo(np.ones((2, found.problem.num_variables), np.int8))
    return 1.5 * (time.perf_counter() - begin)


def _presolved(problem: IsingProblem, flows: bool, stop: Callable[[], bool]) -> Reduced:
    try:
        return presolve(problem, flows, stop)
    except ValueError:  # coefficients in which no flow can be counted
        return presolve(problem, False, stop)


def _promises(problem: IsingProblem) -> bool:
    """Whether some spins can go at once: others go only after these."""
    n, ends = problem.num_variables, np.concatenate([problem.row, problem.col])
    degree = np.bincount(ends, minlength=n)
    weight = np.bincount(ends, np.tile(np.abs(problem.coupling), 2), minlength=n)
    few = (degree <= 2) | ((degree == 3) & (problem.h == 0))
    ready = few | (np.abs(problem.h) >= weight)
    return bool(ready.sum() >= _WORTH / 2 * n)
