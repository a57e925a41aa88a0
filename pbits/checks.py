"""Arguments that the annealer and the sampler share, checked with the remedy in the message."""

import secrets
from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import IsingProblem
from problems.polynomial import PolynomialProblem, Problem

_MAX_SEED = 2**63


def whole_number(name: str, value: object, least: int) -> int:
    """An integer of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} is {value!r}; expected a whole number of at least {least}")
    return int(value)


def non_negative(name: str, value: object) -> float:
    """A finite number of at least zero."""
    if not isinstance(value, Real) or not np.isfinite(float(value)) or float(value) < 0:
        raise ValueError(f"{name} is {value!r}; expected a finite number of at least 0")
    return float(value)


def positive(name: str, value: object, most: float = np.inf) -> float:
    """A finite number above zero."""
    number = non_negative(name, value)
    if not 0 < number <= most:
        limit = "" if most == np.inf else f" and at most {most:g}"
        raise ValueError(f"{name} is {value!r}; expected a number above 0{limit}")
    return number


def finite(name: str, value: object) -> float | int:
    """A finite number, an integer staying one."""
    if not isinstance(value, Real) or not np.isfinite(float(value)):
        raise ValueError(f"{name} is {value!r}; expected a finite number")
    return int(value) if isinstance(value, Integral) else float(value)


def share(name: str, value: object) -> float:
    """A number between 0 and 1, both excluded."""
    if not isinstance(value, Real) or not 0 < float(value) < 1:
        raise ValueError(f"{name} is {value!r}; expected a share between 0 and 1, such as 0.1")
    return float(value)


def pair(beta_range: object) -> tuple[float, float]:
    """Two numbers; that they make sense is for the schedule to say."""
    if np.shape(np.asarray(beta_range, object)) != (2,):
        raise ValueError(f"beta_range is {beta_range!r}; expected two finite numbers, hot and cold")
    hot, cold = beta_range  # type: ignore[misc]
    return hot, cold


def seed_or_random(seed: int | None) -> int:
    """The seed given, or a fresh one below 2**32, so that every run can be repeated."""
    if seed is None:
        return secrets.randbits(32)
    number = whole_number("seed", seed, 0)
    if number >= _MAX_SEED:
        raise ValueError(f"seed is {seed}; expected a number below 2**63")
    return number


def initial_states(
    spins: ArrayLike | None, num_reads: int, problem: Problem
) -> NDArray[np.int8] | None:
    """Spins -1 and +1 of shape [num_reads, n], or None."""
    if spins is None:
        return None
    given = np.asarray(spins)
    expected = (num_reads, problem.num_variables)
    if given.shape != expected or not np.all(np.abs(given) == 1):
        raise ValueError(
            f"initial_spins has shape {given.shape}; expected {expected} (num_reads, variables) "
            "of -1 and +1"
        )
    return given.astype(np.int8)


def quadratic(problem: Problem, method: str) -> IsingProblem:
    """The problem in terms of at most two spins, for methods that know no others.

    Args:
        problem: an Ising problem, or a polynomial whose terms are short enough.
        method: what the message calls the method.

    Raises:
        ValueError: on a term of more than two spins, with the methods that take it.

    Example:
        >>> from problems import from_terms
        >>> quadratic(from_terms([([[0, 1]], [2])]), "descent").coupling.tolist()
        [2]
    """
    if not isinstance(problem, PolynomialProblem):
        return problem
    if problem.order > 2:
        raise ValueError(
            f"{method} takes terms of at most two spins, and the problem has one of "
            f"{problem.order}; use anneal, temper, population annealing or solve (auto)"
        )
    return problem.to_ising()
