"""What a run searches: the problem, or the smaller one that presolving leaves of it."""

import numpy as np

from problems.model import IsingProblem
from problems.polynomial import Problem
from problems.reduction import Reduced, presolve

_WORTH = 0.05  # of all spins that must go
_SECONDS = 2e-5  # to look at a spin or a coupling, generously
_OF_THE_TIME = 0.2
_MOST = 2_000_000  # spins and couplings


def reduced(problem: Problem, wanted: bool | None, time_limit: float | None) -> Reduced | None:
    """The problem without the spins that need no search; None where that is not worth while.

    Args:
        problem: what is to be minimised.
        wanted: True or False as the caller said; None decides from size, time and degrees.
        time_limit: seconds in all, None for no limit.
    """
    if wanted is False or not isinstance(problem, IsingProblem):
        return None
    if wanted is None and not _promises(problem, time_limit):
        return None
    found = presolve(problem)
    gone = problem.num_variables - found.problem.num_variables
    return found if gone and (wanted or gone >= _WORTH * problem.num_variables) else None


def _promises(problem: IsingProblem, time_limit: float | None) -> bool:
    """Whether looking is cheap, and some spins can go at once: others go only after these."""
    size = problem.num_variables + problem.num_interactions
    if size > min(_MOST, np.inf if time_limit is None else _OF_THE_TIME * time_limit / _SECONDS):
        return False
    n, ends = problem.num_variables, np.concatenate([problem.row, problem.col])
    degree = np.bincount(ends, minlength=n)
    weight = np.bincount(ends, np.tile(np.abs(problem.coupling), 2), minlength=n)
    few = (degree <= 2) | ((degree == 3) & (problem.h == 0))
    ready = few | (np.abs(problem.h) >= weight)
    return bool(ready.sum() >= _WORTH / 2 * n)
