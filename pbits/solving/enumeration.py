"""All states of few spins, the lowest of them kept: the optimum, without any search."""

import numpy as np
from numpy.typing import NDArray

from problems.model import IsingProblem
from problems.polynomial import Problem

_MOST_SPINS, _MOST_IN_POLYNOMIALS = 22, 14


def is_enumerable(problem: Problem) -> bool:
    """Whether looking at all states takes a fraction of a second."""
    most = _MOST_SPINS if isinstance(problem, IsingProblem) else _MOST_IN_POLYNOMIALS
    return problem.num_variables <= most


def lowest_states(problem: Problem, count: int) -> NDArray[np.int8]:
    """States [k, n] of the least energies, k at most `count`, in no order.

    Spins of two halves meet in one product of matrices, which has the energies of all states.

    Example:
        >>> from problems.generators import ferromagnet
        >>> lowest_states(ferromagnet((3, 4)), 2).sum(1).tolist()
        [-12, 12]
    """
    n = problem.num_variables
    if not isinstance(problem, IsingProblem):
        states = all_states(n)
        return states[_lowest(problem.energies(states), count)]
    first, second = all_states(n // 2), all_states(n - n // 2)
    matrix = np.zeros((n, n))
    matrix[problem.row, problem.col] = problem.coupling
    cut, h = n // 2, problem.h.astype(np.float64)
    energies = (
        _energies(first, h[:cut], matrix[:cut, :cut])[:, None]
        + _energies(second, h[cut:], matrix[cut:, cut:])
        + first @ matrix[:cut, cut:] @ second.T
    )
    a, b = np.divmod(_lowest(energies.ravel(), count), len(second))
    return np.concatenate([first[a], second[b]], axis=1)


def all_states(n: int) -> NDArray[np.int8]:
    """[2**n, n]; one state where there is no spin."""
    bits = np.arange(2**n)[:, None] >> np.arange(n) & 1
    return (2 * bits - 1).astype(np.int8)


def _energies(states: NDArray[np.int8], h: NDArray, matrix: NDArray) -> NDArray[np.float64]:
    return states @ h + np.einsum("ki,ij,kj->k", states, matrix, states, optimize=True)


def _lowest(energies: NDArray, count: int) -> NDArray[np.int64]:
    if energies.size <= count:
        return np.arange(energies.size)
    return np.sort(np.argpartition(energies, count - 1)[:count])
