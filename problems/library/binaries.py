"""Energies of bits, x = (1 + s) / 2, added up term by term: what most encodings are written in."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import IsingProblem
from problems.qubo import ising_from_binary


class Binaries:
    """A sum of constants, bits and products of two bits, that ends as an Ising problem.

    Indices are 0..n-1; arrays of terms are taken as they come, equal ones add up.

    Example:
        >>> energy = Binaries(3)
        >>> energy.exactly_one([[0, 1, 2]], weight=2)
        >>> problem = energy.problem()
        >>> problem.energies([[1, -1, -1], [1, 1, -1], [-1, -1, -1]]).tolist()
        [0, 2, 2]
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._constant: float = 0
        self._linear: list[tuple[NDArray, NDArray]] = []
        self._pairs: list[tuple[NDArray, NDArray, NDArray]] = []

    def constant(self, value: float) -> None:
        """Add a number."""
        self._constant += value

    def add(self, index: ArrayLike, value: ArrayLike) -> None:
        """Add ``sum_k value_k x_{index_k}``; shapes broadcast."""
        where, what = np.broadcast_arrays(np.asarray(index, np.int64), np.asarray(value))
        self._linear.append((where.ravel(), what.ravel()))

    def couple(self, row: ArrayLike, col: ArrayLike, value: ArrayLike) -> None:
        """Add ``sum_k value_k x_{row_k} x_{col_k}``; shapes broadcast, a bit squared is itself."""
        one, other, what = (
            part.ravel()
            for part in np.broadcast_arrays(
                np.asarray(row, np.int64), np.asarray(col, np.int64), np.asarray(value)
            )
        )
        same = one == other
        self._linear.append((one[same], what[same]))
        self._pairs.append((one[~same], other[~same], what[~same]))

    def alike(self, row: ArrayLike, col: ArrayLike, value: ArrayLike) -> None:
        """Add `value_k` where the bits ``row_k`` and ``col_k`` are equal; shapes broadcast.

        Example:
            >>> energy = Binaries(2)
            >>> energy.alike(0, 1, 3)
            >>> energy.problem().energies([[1, 1], [1, -1], [-1, -1]]).tolist()
            [3.0, 0.0, 3.0]
        """
        one, other, what = np.broadcast_arrays(row, col, value)
        self.constant(what.sum().item())
        self.add(one, -what)
        self.add(other, -what)
        self.couple(one, other, 2 * what)

    def square(
        self, index: ArrayLike, coefficient: ArrayLike, constant: float = 0, weight: float = 1
    ) -> None:
        """Add ``weight (sum_k coefficient_k x_{index_k} + constant)^2``; shapes [k]."""
        where, what = np.broadcast_arrays(np.asarray(index, np.int64), np.asarray(coefficient))
        self.constant(weight * constant**2)
        self.add(where, weight * what * (what + 2 * constant))
        first, second = np.triu_indices(where.size, 1)
        self.couple(where[first], where[second], 2 * weight * what[first] * what[second])

    def at_most_one(self, groups: ArrayLike, weight: float) -> None:
        """Add `weight` for each pair of bits that are 1 in the same group; groups [g, k]."""
        bits = np.asarray(groups, np.int64)
        first, second = np.triu_indices(bits.shape[1], 1)
        self.couple(bits[:, first], bits[:, second], weight)

    def exactly_one(self, groups: ArrayLike, weight: float) -> None:
        """Add ``weight (1 - sum x)^2`` of each group of bits; groups [g, k]."""
        bits = np.asarray(groups, np.int64)
        self.constant(weight * bits.shape[0])
        self.add(bits, -weight)
        self.at_most_one(bits, 2 * weight)

    def problem(self, labels: Sequence[Hashable] | None = None) -> IsingProblem:
        """The sum as an Ising problem of n spins."""
        linear = np.zeros(self.n)
        for index, value in self._linear:
            np.add.at(linear, index, value)
        pairs = [np.concatenate(part) for part in zip(*self._pairs, strict=True)]
        row, col, value = pairs or (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        return ising_from_binary(linear, row, col, value, self._constant, labels)
