"""Spins held at a value: a smaller problem with the same energies.

What is clamped leaves the problem and acts on the rest by biases, shorter terms and the offset.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from problems.model import IsingProblem
from problems.polynomial import PolynomialProblem, Terms, from_terms

AnyProblem = TypeVar("AnyProblem", bound=IsingProblem | PolynomialProblem)


def clamp(problem: AnyProblem, values: Mapping[Any, int]) -> AnyProblem:
    """The problem of the spins that stay free, with the energies of the whole.

    Couplings of zero are dropped.

    Args:
        problem: any problem.
        values: -1 or +1 for each label that is held.  The other labels keep their order.

    Raises:
        ValueError: on an unknown label or a value other than -1 and +1.

    Example:
        >>> from problems import ising
        >>> held = clamp(ising([0, 1], [0], [1], [2], labels="ab"), {"b": -1})
        >>> held.labels, held.h.tolist(), held.offset
        (('a',), [-2], -1)
    """
    fixed = _fixed(problem, values)
    free = np.flatnonzero(fixed == 0)
    labels = [problem.labels[i] for i in free.tolist()] if values else problem.labels
    place = np.cumsum(fixed == 0) - 1
    terms = problem.terms if isinstance(problem, PolynomialProblem) else _terms(problem)
    groups = [group for part in terms for group in _shortened(part, fixed, place)]
    held = from_terms(groups, free.size, problem.offset, labels)
    found = held if isinstance(problem, PolynomialProblem) else held.to_ising()
    return cast(AnyProblem, found)


def _fixed(
    problem: IsingProblem | PolynomialProblem, values: Mapping[Any, int]
) -> NDArray[np.int64]:
    """[n] the value of each spin that is held, 0 where it is free."""
    place = {label: i for i, label in enumerate(problem.labels)}
    fixed = np.zeros(problem.num_variables, np.int64)
    for label, value in values.items():
        if label not in place:
            raise ValueError(f"{label!r} is to be clamped; expected one of the problem's labels")
        if value not in (-1, 1):
            raise ValueError(f"{label!r} is to be clamped at {value!r}; expected -1 or +1")
        fixed[place[label]] = value
    return fixed


def _terms(problem: IsingProblem) -> list[Terms]:
    pairs = np.column_stack([problem.row, problem.col])
    return [
        Terms(np.arange(problem.num_variables)[:, None], problem.h),
        Terms(pairs, problem.coupling),
    ]


def _shortened(part: Terms, fixed: NDArray, place: NDArray) -> list[Terms]:
    """Terms of one order without the spins that are held, sorted by what is left of them."""
    held = fixed[part.variables]
    signed = part.coefficient * np.where(held == 0, 1, held).prod(1)
    left = (held == 0).sum(1)
    found = []
    for k in np.unique(left).tolist():
        rows = left == k
        variables = part.variables[rows][held[rows] == 0].reshape(int(rows.sum()), k)
        found.append(Terms(place[variables], signed[rows]))
    return found
