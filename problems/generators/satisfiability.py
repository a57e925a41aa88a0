"""Random formulas with a planted solution.

Clauses have k different variables, and each holds under the planted values.  With every pattern of
signs that holds equally likely, literals agree with the solution more often than not (4 in 7 for
k = 3), so that a majority vote over a variable's literals points at it and such formulas are easy.
`balanced` draws a pattern with t literals that hold in proportion to q^t instead, q such that half
of all literals hold on average: (1 + q)^(k - 1) (1 - q) = 1, the golden ratio's 0.618 for k = 3.
That is the way of H. Jia, C. Moore and D. Strain, J. Artif. Intell. Res. 28, 107 (2007).  It hides
single variables; correlations of several still differ from those of formulas without a solution.
"""

import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from problems.generators.couplings import seeded


@dataclass(frozen=True, eq=False)
class PlantedFormula:
    """Clauses and values under which all hold; from :func:`planted_satisfiability`.

    Attributes:
        clauses: [m, k] int64 literals, v or -v with v from 1.
        values: [n] bool, the planted solution.
    """

    clauses: NDArray[np.int64]
    values: NDArray[np.bool_]


def planted_satisfiability(
    n: int, num_clauses: int, k: int = 3, *, balanced: bool = True, seed: int = 0
) -> PlantedFormula:
    """A random k-SAT formula that holds under random values.

    Args:
        n: number of variables, at least k.
        num_clauses: m; around 4.26 n the hardest of k = 3.
        k: literals of a clause, at least 2.
        balanced: whether literals hold as often as not, so that they do not give the values away.
        seed: of formula and values.

    Raises:
        ValueError: on counts out of range or a seed that is not an integer >= 0.

    Example:
        >>> formula = planted_satisfiability(20, 84, seed=1)
        >>> held = formula.values[abs(formula.clauses) - 1] == (formula.clauses > 0)
        >>> bool(held.any(1).all()), formula.clauses.shape
        (True, (84, 3))
    """
    if operator.index(k) < 2 or operator.index(n) < k or operator.index(num_clauses) < 0:
        raise ValueError(
            f"n = {n}, {num_clauses} clauses, k = {k} given; expected n >= k >= 2, no fewer than 0"
        )
    rng = seeded(seed)
    values = rng.random(n) < 0.5
    variables = _distinct(rng, n, num_clauses, k)
    right = _patterns(rng, num_clauses, k, _preference(k) if balanced else 1.0)
    signs = np.where(right == values[variables], 1, -1)
    return PlantedFormula(signs * (variables + 1), values)


def _distinct(rng: np.random.Generator, n: int, m: int, k: int) -> NDArray[np.int64]:
    """[m, k] of 0..n-1, different within a row (Floyd's way of drawing them)."""
    found = np.zeros((m, k), np.int64)
    for j in range(k):
        last = n - k + j
        drawn = rng.integers(0, last + 1, m)
        taken = (found[:, :j] == drawn[:, None]).any(1)
        found[:, j] = np.where(taken, last, drawn)
    return found


def _preference(k: int) -> float:
    """q in (0, 1) with (1 + q)^(k - 1) (1 - q) = 1; 0 for k = 2, where no q > 0 balances."""
    low, high = (0.0, 0.0) if k == 2 else (1e-6, 1.0)
    for _ in range(60):
        middle = (low + high) / 2
        above = (1 + middle) ** (k - 1) * (1 - middle) > 1
        low, high = (middle, high) if above else (low, middle)
    return (low + high) / 2


def _patterns(rng: np.random.Generator, m: int, k: int, q: float) -> NDArray[np.bool_]:
    """Which literals [m, k] hold, never none, by q to the number of those that do."""
    masks = (np.arange(1, 2**k)[:, None] >> np.arange(k) & 1).astype(bool)
    # For q = 0 exactly one literal of each clause holds: the limit of q to 0.
    chance = q ** (masks.sum(1) - 1.0)
    return masks[rng.choice(len(masks), m, p=chance / chance.sum())]
