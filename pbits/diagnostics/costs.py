"""What each spin of a sample pays to be as it is, from the problem's own terms.

NumPy and SciPy only: nothing of the kernels whose samples are judged.
"""

import numpy as np
from numpy.typing import NDArray

from problems import IsingProblem, PolynomialProblem
from problems.model import blocks
from problems.polynomial import Problem

_DENSE_LIMIT = 8192


def spin_costs(problem: Problem, spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """The part of the energy that spin i is in, ``s_i I_i``: minus half of what its flip adds.

    Args:
        problem: quadratic or of any order; the field is ``I_i = sum_{T with i} c_T prod_{j in T,
            j != i} s_j``.
        spins: [k, n].

    Returns:
        [k, n], exact where the problem is integer.

    Example:
        >>> from problems import from_terms
        >>> problem = from_terms([([[0]], [5]), ([[0, 1, 2]], [2])])
        >>> spin_costs(problem, np.array([[1, -1, 1]], np.int8)).tolist()
        [[3.0, -2.0, -2.0]]
    """
    if isinstance(problem, PolynomialProblem):
        return _costs_of_terms(problem, spins)
    return spins * _fields(problem, spins)


def _costs_of_terms(problem: PolynomialProblem, spins: NDArray[np.int8]) -> NDArray[np.float64]:
    from scipy import sparse

    costs = np.zeros(spins.shape)
    for variables, coefficient in problem.terms:
        count, order = variables.shape
        ends = (variables.reshape(-1), np.repeat(np.arange(count), order))
        values = np.repeat(coefficient.astype(np.float64), order)
        member = sparse.csr_array((values, ends), shape=(problem.num_variables, count))
        for part in blocks(len(spins), count):
            product = np.ones((1, 1), np.int8)
            for column in variables.T:
                product = product * spins[part][:, column]
            costs[part] += (member @ product.T.astype(np.float64)).T
    return costs


def _fields(problem: IsingProblem, spins: NDArray[np.int8]) -> NDArray[np.float64]:
    """Fields [k, n], exact where the problem is integer."""
    n, m = problem.num_variables, problem.num_interactions
    if n <= _DENSE_LIMIT and 20 * m > n * n:
        matrix = np.zeros((n, n))
        matrix[problem.row, problem.col] = problem.coupling
        matrix[problem.col, problem.row] = problem.coupling
        return spins @ matrix + problem.h
    from scipy import sparse

    ends = (np.append(problem.row, problem.col), np.append(problem.col, problem.row))
    values = np.tile(problem.coupling.astype(np.float64), 2)
    matrix = sparse.csr_array((values, ends), shape=(n, n))
    return (matrix @ spins.T.astype(np.float64)).T + problem.h
