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

from problems.library.amounts import amount
from problems.library.encoded import Certificate, Encoded, by_name, certificate, one_state
from problems.library.selection import as_name
from problems.model import IsingProblem, real_array
from problems.qubo import ising_from_binary

Bits = Mapping[Hashable, int]


@dataclass(frozen=True, eq=False)
class Qubo(Encoded[Bits]):
    """Bits by label; build one with :func:`qubo`.

    Attributes:
        row, col: [m] places of the bits of each product; a bit alone is its own square.
        value: [m] coefficients.
        offset: constant of the function.
        labels: of the bits, in the order of the spins.
    """

    kind: ClassVar[str] = "qubo"

    row: NDArray[np.int64]
    col: NDArray[np.int64]
    value: NDArray
    offset: int | float
    labels: Sequence[Hashable]

    @cached_property
    def problem(self) -> IsingProblem:
        sign = -1 if self.maximise else 1
        n, linear = len(self.labels), self.row == self.col
        alone = np.zeros(n, self.value.dtype)
        np.add.at(alone, self.row[linear], self.value[linear])
        pairs = self.row[~linear], self.col[~linear], sign * self.value[~linear]
        return ising_from_binary(sign * alone, *pairs, sign * self.offset, self.labels)

    def decode(self, spins: ArrayLike) -> Bits:
        state = one_state(spins, len(self.labels))
        return {v: int(s > 0) for v, s in zip(self.labels, state, strict=True)}

    def encode(self, solution: Bits) -> NDArray[np.int8]:
        self._check(solution)
        return np.array([2 * int(solution[v]) - 1 for v in self.labels], np.int8)

    def certificate(self, solution: Bits) -> Certificate:
        self._check(solution)
        bits = np.array([solution[v] for v in self.labels], bool)
        value = self.value[bits[self.row] & bits[self.col]].sum().item() + self.offset
        return certificate(value, ones=int(bits.sum()))

    def plain(self, solution: Bits) -> list[int]:
        """The bits in the order of the labels."""
        return [int(solution[v]) for v in self.labels]

    def draw(self, solution: Bits, axes: Any) -> None:
        """The coefficients as a matrix, bits that are 1 first: what is added up is in the frame."""
        self._check(solution)
        bits = np.array([solution[v] for v in self.labels], bool)
        order = np.argsort(~bits, kind="stable")
        table = np.zeros((bits.size, bits.size))
        np.add.at(table, (self.row, self.col), self.value)
        table = np.triu(table) + np.tril(table, -1).T
        shown = (table + np.triu(table, 1).T)[np.ix_(order, order)]
        size = np.abs(shown).max(initial=0) or 1
        axes.imshow(shown, cmap="RdBu_r", vmin=-size, vmax=size)
        ones = bits.sum() - 0.5
        axes.plot([-0.5, ones, ones, -0.5, -0.5], [-0.5, -0.5, ones, ones, -0.5], color="black")
        if bits.size <= 30:
            names = [str(self.labels[i]) for i in order]
            axes.set_xticks(range(bits.size), names)
            axes.set_yticks(range(bits.size), names)
        axes.set_title("coefficients; framed: bits that are 1")

    def words(self, solution: Bits) -> str:
        return by_name(((v, int(solution[v])) for v in self.labels), "=")

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
        terms: the same as rows ``[i, j, value]`` of any labels, for JSON, where lists stand for
            tuples; equal pairs add up.

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
    made = MaximisedQubo if maximise else Qubo
    constant = amount("offset", offset)
    if terms is not None:
        return made(*_from_rows(terms, constant))
    if isinstance(Q, Mapping) and not hasattr(Q, "nnz"):  # a sparse matrix of keys is both
        return made(*_from_rows(_rows(Q), constant))
    row, col, value, n = _from_matrix(Q)
    return made(row, col, value, constant, range(n))


def _rows(Q: Mapping[Any, Any]) -> list[tuple[Any, Any, Any]]:
    odd = [key for key in Q if not (isinstance(key, tuple) and len(key) == 2)]
    if odd:
        raise ValueError(f"Q has the key {odd[0]!r}; expected pairs {{(i, j): value}}")
    return [(*pair, value) for pair, value in Q.items()]


def _from_rows(rows: Any, offset: float) -> tuple[Any, ...]:
    try:
        named = [(as_name(i), as_name(j), value) for i, j, value in rows]
        listed = [(i, j, amount(f"the value of {i!r}, {j!r}", value)) for i, j, value in named]
        seen = list(dict.fromkeys(v for i, j, _ in listed for v in (i, j)))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{rows!r:.60}: {error}; expected rows [i, j, value]") from error
    whole = range(len(seen))
    labels = whole if set(seen) == set(whole) else seen
    place = {v: i for i, v in enumerate(labels)}
    ends = np.array([(place[i], place[j]) for i, j, _ in listed], np.int64).reshape(-1, 2)
    value = real_array("value", [value for *_, value in listed])
    return ends[:, 0], ends[:, 1], value, offset, labels


def _from_matrix(Q: Any) -> tuple[NDArray, NDArray, NDArray, int]:
    from scipy.sparse import coo_array, issparse

    matrix: Any = Q if issparse(Q) else real_array("Q", Q)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"Q has shape {matrix.shape}; expected a square [n, n] matrix")
    entries = coo_array(matrix)
    row, col = (np.asarray(part, np.int64) for part in (entries.row, entries.col))
    return row, col, real_array("Q", entries.data), matrix.shape[0]
