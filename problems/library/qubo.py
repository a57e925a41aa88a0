"""Quadratic function of bits, minimised or maximised: ``sum_ij Q_ij x_i x_j + offset``.

The problem is that of :func:`problems.from_qubo`, negated where the function is maximised; every
state is a solution, so there is nothing to penalise.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.library.graphs import finite
from problems.model import IsingProblem
from problems.qubo import from_qubo

Bits = Mapping[Hashable, int]
Terms = Mapping[tuple[Hashable, Hashable], int | float]


@dataclass(frozen=True, eq=False)
class Qubo(Encoded[Bits]):
    """Bits by label; build one with :func:`qubo`.

    Attributes:
        terms: coefficients by pair of labels, (i, i) for a bit alone.
        offset: constant of the function.
        labels: of the bits, in the order of the spins.
    """

    kind: ClassVar[str] = "qubo"

    terms: Terms
    offset: int | float
    labels: Sequence[Hashable]

    @cached_property
    def problem(self) -> IsingProblem:
        sign = -1 if self.maximise else 1
        terms = {pair: sign * value for pair, value in self.terms.items()}
        return from_qubo(terms, sign * self.offset, self.labels)

    def decode(self, spins: ArrayLike) -> Bits:
        state = one_state(spins, len(self.labels))
        return {v: int(s > 0) for v, s in zip(self.labels, state, strict=True)}

    def encode(self, solution: Bits) -> NDArray[np.int8]:
        self._check(solution)
        return np.array([2 * int(solution[v]) - 1 for v in self.labels], np.int8)

    def certificate(self, solution: Bits) -> Certificate:
        self._check(solution)
        value = self.offset + sum(
            q for (i, j), q in self.terms.items() if solution[i] and solution[j]
        )
        return certificate(value, ones=sum(int(solution[v]) for v in self.labels))

    def plain(self, solution: Bits) -> list[int]:
        """The bits in the order of the labels."""
        return [int(solution[v]) for v in self.labels]

    def from_plain(self, data: Any) -> Bits:
        if not isinstance(data, list | tuple) or len(data) != len(self.labels):
            raise ValueError(f"{data!r:.60} given; expected a list of {len(self.labels)} bits")
        solution = dict(zip(self.labels, data, strict=True))
        self._check(solution)
        return solution

    def _check(self, solution: Bits) -> None:
        for v in self.labels:
            if v not in solution or solution[v] not in (0, 1):
                found = repr(solution[v]) if v in solution else "missing"
                raise ValueError(f"bit {v!r} is {found}; expected 0 or 1 for each")


class MaximisedQubo(Qubo):
    """A function that is to be as large as can be."""

    maximise: ClassVar[bool] = True


def qubo(
    Q: Any = None,
    offset: float = 0,
    maximise: bool = False,
    terms: Sequence[Sequence[Any]] | None = None,
) -> Qubo:
    """Least, or largest, value of ``sum_ij Q_ij x_i x_j + offset`` over bits x.

    Args:
        Q: square array, scipy sparse matrix or dict {(i, j): value} of any labels; both triangles
            count.  None where `terms` are given.
        offset: constant.
        maximise: whether the largest value is wanted.
        terms: the same as rows ``[i, j, value]`` of any labels, for JSON; equal pairs add up.

    Raises:
        ValueError: where not exactly one of Q and `terms` is given, Q is not square, or a value
            is not a finite number.

    Example:
        >>> either = qubo(terms=[["a", "a", 3], ["b", "b", 2], ["a", "b", -9]], maximise=True)
        >>> either.certificate({"a": 1, "b": 0}).objective
        3
    """
    if (Q is None) == (terms is None):
        raise ValueError("expected either Q or terms, and not both")
    found, labels = _from_rows(terms) if terms is not None else _from_matrix(Q)
    made = MaximisedQubo if maximise else Qubo
    return made(found, finite(offset, "offset"), labels)


def _from_rows(rows: Any) -> tuple[Terms, Sequence[Hashable]]:
    terms: dict[tuple[Hashable, Hashable], int | float] = {}
    try:
        for i, j, value in rows:
            terms[i, j] = terms.get((i, j), 0) + finite(value, f"the value of {i!r}, {j!r}")
    except TypeError as error:
        raise ValueError(f"{rows!r:.60} given; expected rows [i, j, value]") from error
    return terms, _labels(terms)


def _from_matrix(Q: Any) -> tuple[Terms, Sequence[Hashable]]:
    from scipy.sparse import coo_array, issparse

    if isinstance(Q, Mapping) and not issparse(Q):
        problem = from_qubo(Q)  # checks keys and values
        return {pair: finite(value, "Q") for pair, value in Q.items()}, problem.labels
    n = from_qubo(Q).num_variables
    entries: Any = coo_array(Q if issparse(Q) else np.asarray(Q))
    entries.sum_duplicates()
    rows = zip(entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True)
    return {(i, j): finite(value, "Q") for i, j, value in rows}, range(n)


def _labels(terms: Terms) -> Sequence[Hashable]:
    """0..n-1 where those are the labels, else labels in order of appearance."""
    seen = list(dict.fromkeys(v for pair in terms for v in pair))
    whole = range(len(seen))
    return whole if set(seen) == set(whole) else seen
