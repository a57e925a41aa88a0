"""Energies of any order: a constant and products of spins, ``c_T prod_{i in T} s_i``.

No quadratisation: a product of k spins stays one term.  Energies are exact, as those of
:class:`IsingProblem` are.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import (
    IsingProblem,
    all_integer,
    as_states,
    blocks,
    check_labels,
    ising,
    real_array,
)


class Terms(NamedTuple):
    """All terms of one order k, distinct and sorted."""

    variables: NDArray[np.int64]  # [m, k], rising along each row
    coefficient: NDArray  # [m] int64 or float64, none of them zero


@dataclass(frozen=True, eq=False)
class PolynomialProblem:
    """Minimise ``E(s) = offset + sum_T c_T prod_{i in T} s_i``, s in {-1, +1}.

    Build one with :func:`from_terms` or :func:`problems.from_poly`, which check and normalise.

    Attributes:
        num_variables: n.
        terms: one entry for each order that occurs, in rising order, all of them at least 1.
        offset: constant energy, a Python int or float.
        labels: tuple of n distinct labels, or ``range(n)``.
    """

    num_variables: int
    terms: tuple[Terms, ...] = ()
    offset: int | float = 0
    labels: Sequence[Hashable] = field(default_factory=tuple)

    @property
    def order(self) -> int:
        """Spins in the longest term; 0 without terms."""
        return self.terms[-1].variables.shape[1] if self.terms else 0

    @property
    def num_interactions(self) -> int:
        """Terms of two spins or more."""
        return sum(t.coefficient.size for t in self.terms if t.variables.shape[1] > 1)

    @property
    def is_integer(self) -> bool:
        """True where coefficients and offset are integers whose absolute sum is below 2**53."""
        return isinstance(self.offset, int)

    def energies(self, spins: ArrayLike) -> NDArray:
        """Exact energies of one or many states.

        Args:
            spins: [..., n] values -1 or +1, in the order of `labels`.

        Returns:
            [...] int64 where `is_integer`, else float64.

        Raises:
            ValueError: on a wrong last axis or a value other than -1 and +1.

        Example:
            >>> from problems import from_terms
            >>> from_terms([([[0, 1, 2]], [5])]).energies([[1, 1, 1], [-1, 1, 1]]).tolist()
            [5, -5]
        """
        states, lead = as_states(spins, self.num_variables)
        dtype = np.int64 if self.is_integer else np.float64
        result = np.full(states.shape[0], self.offset, dtype)
        for variables, coefficient in self.terms:
            for part in blocks(states.shape[0], coefficient.size):
                block, product = states[part], np.ones((1, 1), np.int8)
                for column in variables.T:
                    product = product * block[:, column]
                # Sums over the last axis round the same for one state as for many.
                result[part] += (product * coefficient).sum(-1)
        return result.reshape(lead)

    def to_ising(self) -> IsingProblem:
        """The same problem as an Ising model.

        Raises:
            ValueError: where a term has more than two spins.

        Example:
            >>> from problems import from_terms
            >>> from_terms([([[0], [1]], [3, 4]), ([[0, 1]], [-2])]).to_ising().h.tolist()
            [3, 4]
        """
        if self.order > 2:
            raise ValueError(f"the problem has terms of {self.order} spins; expected 2 at most")
        h = np.zeros(self.num_variables, np.int64 if self.is_integer else np.float64)
        pairs, coupling = np.zeros((0, 2), np.int64), h[:0]
        for variables, coefficient in self.terms:
            if variables.shape[1] == 1:
                h[variables[:, 0]] = coefficient
            else:
                pairs, coupling = variables, coefficient
        return ising(h, pairs[:, 0], pairs[:, 1], coupling, self.offset, self.labels)


Problem = IsingProblem | PolynomialProblem


def from_terms(
    terms: Iterable[tuple[ArrayLike, ArrayLike]],
    num_variables: int | None = None,
    offset: float = 0,
    labels: Sequence[Hashable] | None = None,
) -> PolynomialProblem:
    """Check and normalise terms, given order by order, into a :class:`PolynomialProblem`.

    Spins of a term are sorted; a spin that stands in it twice drops out, as s*s = 1; equal terms
    are added up; terms of no spins join the offset; zero terms are dropped.  Integer values
    (whatever their dtype) give an integer problem as long as their absolute sum stays below 2**53;
    anything else gives a float64 problem.

    Args:
        terms: pairs (variables [m, k], coefficients [m]); any number of them for one order k.
        num_variables: n; default one more than the largest variable, or the number of labels.
        offset: constant energy.
        labels: n distinct hashable labels, ``range(n)`` if None.

    Raises:
        ValueError: on values that are not finite real numbers, variables out of range, shapes that
            do not fit or repeated labels.

    Example:
        >>> from problems import from_terms
        >>> problem = from_terms([([[2, 0, 1], [0, 1, 2]], [1, 2]), ([[1]], [-1])], offset=0.5)
        >>> [(t.variables.tolist(), t.coefficient.tolist()) for t in problem.terms]
        [([[1]], [-1.0]), ([[0, 1, 2]], [3.0])]
    """
    parts = [_checked(*entry) for entry in terms]
    constant = real_array("offset", offset)
    largest = max((int(v.max()) for v, _ in parts if v.size), default=-1)
    n = _number_of_variables(num_variables, labels, largest)
    integer = all_integer(constant, *(c for _, c in parts))
    dtype = np.int64 if integer else np.float64
    by_order: dict[int, list[Terms]] = {}
    for variables, coefficient in parts:
        for group in _without_squares(np.sort(variables, axis=1), coefficient.astype(dtype)):
            by_order.setdefault(group.variables.shape[1], []).append(group)
    constant = constant.astype(dtype).item()
    constant += sum(group.coefficient.sum().item() for group in by_order.pop(0, []))
    merged = (_merged(by_order[k]) for k in sorted(by_order))
    found = tuple(group for group in merged if group.coefficient.size)
    return PolynomialProblem(n, found, constant, check_labels(labels, n))


def _checked(variables: ArrayLike, coefficient: ArrayLike) -> Terms:
    values, index = real_array("coefficients", coefficient), np.asarray(variables)
    if index.ndim != 2 or values.ndim != 1 or index.shape[0] != values.size:
        raise ValueError(
            f"variables have shape {index.shape}, coefficients {values.shape}; expected [m, k], [m]"
        )
    if index.size and (index.dtype.kind not in "iu" or index.min() < 0):
        raise ValueError("a term names a variable that is no integer of at least 0")
    return Terms(index.astype(np.int64), values)


def _number_of_variables(given: int | None, labels: Sequence | None, largest: int) -> int:
    n = given
    if n is None:
        n = largest + 1 if labels is None else len(labels)
    if n <= largest or n < 0:
        raise ValueError(f"a term names variable {largest}; expected variables 0..{n - 1}")
    return int(n)


def _without_squares(variables: NDArray, coefficient: NDArray) -> Iterator[Terms]:
    """Terms, sorted along rows, with spins that stand in them an even number of times left out."""
    repeated = np.any(variables[:, 1:] == variables[:, :-1], axis=1)
    yield Terms(variables[~repeated], coefficient[~repeated])
    for k in np.flatnonzero(repeated):
        members, counts = np.unique(variables[k], return_counts=True)
        yield Terms(members[counts % 2 == 1][None], coefficient[k : k + 1])


def _merged(groups: list[Terms]) -> Terms:
    """All terms of one order: sorted, equal ones added up, zeros dropped."""
    variables = np.concatenate([group.variables for group in groups])
    coefficient = np.concatenate([group.coefficient for group in groups])
    order = np.lexsort(variables.T[::-1])
    variables, coefficient = variables[order], coefficient[order]
    first = np.flatnonzero(np.any(np.diff(variables, axis=0, prepend=-1), axis=1))
    if first.size < coefficient.size:
        coefficient = np.add.reduceat(coefficient, first)
    keep = coefficient != 0
    return Terms(variables[first][keep], coefficient[keep])
