"""Sums whose terms have least energies that are known: closed loops, small cliques, squares."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from problems.model import IsingProblem, ising

_LARGEST_CLIQUE = 12


@dataclass(frozen=True, eq=False)
class Cycles:
    """Closed loops of couplings, laid end to end.

    Around a loop every spin stands twice, so the product of ``s_i s_j`` over its bonds is +1.  The
    bonds can all be satisfied where the product of ``-J`` is positive; else at least one is not,
    the weakest at best: the energy is at least ``-sum |J| + 2 min |J|``.

    Attributes:
        spins: [t] spin indices, loop after loop.
        coupling: [t] J between each spin and the next of its loop, the last and the first.
        start: [k] where each loop begins in `spins`.
        labels: of the n spins.
    """

    spins: NDArray[np.int64]
    coupling: NDArray[np.int64]
    start: NDArray[np.int64]
    labels: Sequence[Hashable]

    def total(self) -> IsingProblem:
        """The sum of all loops."""
        following = np.arange(1, self.spins.size + 1)
        following[np.append(self.start[1:], self.spins.size) - 1] = self.start
        zeros = np.zeros(len(self.labels), np.int64)
        ends = self.spins, self.spins[following]
        return ising(zeros, *ends, self.coupling, labels=self.labels)

    def bounds(self) -> NDArray[np.int64]:
        """[k] least energy of each loop."""
        strength = np.abs(self.coupling)
        total = np.add.reduceat(strength, self.start)
        weakest = np.minimum.reduceat(strength, self.start)
        satisfiable = np.multiply.reduceat(-np.sign(self.coupling), self.start) >= 0
        return np.where(satisfiable, -total, 2 * weakest - total)

    def bound(self) -> int:
        """Sum of the least energies of all loops."""
        return int(self.bounds().sum())


@dataclass(frozen=True, eq=False)
class Cliques:
    """Copies of a small problem on chosen spins, bounded by going through all of its states.

    Attributes:
        spins: [k, w] spin indices of each copy.
        h: [k, w] biases.
        coupling: [k, w, w] J above the diagonal.
        n: number of spins.
    """

    spins: NDArray[np.int64]
    h: NDArray[np.int64]
    coupling: NDArray[np.int64]
    n: int

    def total(self) -> IsingProblem:
        """The sum of all copies."""
        width = self.spins.shape[1]
        i, j = np.triu_indices(width, 1)
        h = np.zeros(self.n, np.int64)
        np.add.at(h, self.spins.ravel(), self.h.ravel())
        row, col = self.spins[:, i].ravel(), self.spins[:, j].ravel()
        return ising(h, row, col, self.coupling[:, i, j].ravel())

    def bounds(self) -> NDArray[np.int64]:
        """[k] least energy of each copy over all of its 2^w states."""
        width = self.spins.shape[1]
        if width > _LARGEST_CLIQUE:
            raise ValueError(f"cliques of {width} spins given; expected at most {_LARGEST_CLIQUE}")
        states = 2 * ((np.arange(2**width)[:, None] >> np.arange(width)) & 1) - 1
        pairs = np.einsum("kij,si,sj->ks", np.triu(self.coupling, 1), states, states, optimize=True)
        return (self.h @ states.T + pairs).min(-1)

    def bound(self) -> int:
        """Sum of the least energies of all copies."""
        return int(self.bounds().sum())


@dataclass(frozen=True, eq=False)
class Squares:
    """``E(s) = 1/2 sum_k (w_k . s)^2 - 1/2 sum_k |w_k|^2``, on the complete graph.

    The first sum is never negative, so no state has an energy below the second.

    Attributes:
        vectors: [n, k] the w_k as columns.
    """

    vectors: NDArray

    def total(self) -> IsingProblem:
        """The sum of all squares: J = W W^T off the diagonal."""
        n = self.vectors.shape[0]
        row, col = np.triu_indices(n, 1)
        return ising(np.zeros(n, np.int64), row, col, (self.vectors @ self.vectors.T)[row, col])

    def bound(self) -> int | float:
        """Energy where all squares vanish."""
        total = np.square(self.vectors).sum()
        return -(total / 2).item() if total.dtype.kind == "f" or total % 2 else -(total.item() // 2)
