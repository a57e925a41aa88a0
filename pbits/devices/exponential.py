"""Action of a matrix exponential where the matrix is stiff: implicit steps of order eleven.

The step is Padé's approximant of exp with degrees 5 over 6, which damps whatever is too fast to be
followed (L-stable: E. Hairer & G. Wanner, Solving Ordinary Differential Equations II, section
IV.3), as a sum over its poles: one sparse factorisation for each pair of them.
"""

from collections.abc import Callable
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

Vector = NDArray[Any]
_ORDER = 6
_MOST = 4096  # substeps of one interval


def _poles(order: int) -> tuple[Vector, Vector]:
    """Poles in the upper half-plane and residues of the approximant order - 1 over order."""
    total = 2 * order - 1

    def coefficients(degree: int, sign: int) -> NDArray[np.float64]:
        rising = [
            sign**j * factorial(total - j) * factorial(degree)
            / (factorial(total) * factorial(j) * factorial(degree - j))
            for j in range(degree + 1)
        ]  # fmt: skip
        return np.array(rising[::-1])

    over, under = coefficients(order - 1, 1), coefficients(order, -1)
    poles = np.roots(under)
    poles = poles[poles.imag > 0]
    return poles, np.polyval(over, poles) / np.polyval(np.polyder(under), poles)


def observed(
    matrix: Any,
    start: Vector,
    interval: float,
    count: int,
    seen: Callable[[Vector], float],
    real: Callable[[Vector], Vector],
    tolerance: float = 1e-5,
) -> NDArray[np.float64]:
    """A linear function of ``exp(k interval matrix) start`` for k = 0 to count - 1.

    Args:
        matrix: sparse [n, n], stable: no eigenvalue grows.
        start: [n].
        interval: between two values.
        count: of values.
        seen: the function.
        real: the "real part" of a vector, half of the sum with its conjugate in the sense in
            which `matrix` and `start` are real.
        tolerance: steps are halved until no value changes by more than this share of the largest;
            the error is then some thousand times less.

    Returns:
        [count].

    Raises:
        ValueError: where the steps become too many, as with a matrix that is not stable.

    Example:
        >>> decay = sparse.csc_array([[-1.0]])
        >>> found = observed(decay, np.ones(1), 0.5, 3, lambda v: v[0].real, lambda v: v.real)
        >>> found.round(6).tolist()
        [1.0, 0.606531, 0.367879]
    """
    before, substeps = _stepped(matrix, start, interval, count, 1, seen, real), 2
    while substeps <= _MOST:
        found = _stepped(matrix, start, interval, count, substeps, seen, real)
        if np.max(np.abs(found - before)) <= tolerance * np.max(np.abs(found)):
            return found
        before, substeps = found, 2 * substeps
    raise ValueError(
        f"{_MOST} steps an interval of {interval:.3g} are too few; expected a shorter interval"
    )


def _stepped(
    matrix: Any,
    start: Vector,
    interval: float,
    count: int,
    substeps: int,
    seen: Callable[[Vector], float],
    real: Callable[[Vector], Vector],
) -> NDArray[np.float64]:
    scaled = (interval / substeps) * matrix
    one = sparse.eye_array(scaled.shape[0], format="csc")
    parts = [
        (splu((scaled - pole * one).tocsc()), 2 * residue)
        for pole, residue in zip(*_poles(_ORDER), strict=True)
    ]
    state, found = start.astype(complex), [seen(start)]
    for _ in range(count - 1):
        for _ in range(substeps):
            state = real(np.sum([weight * solver.solve(state) for solver, weight in parts], axis=0))
        found.append(seen(state))
    return np.array(found)
