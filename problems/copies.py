"""Spins with too many neighbours, replaced by copies that are coupled ferromagnetically.

A spin of degree d becomes a tree of k copies, each with at most `fan_in` neighbours: any tree has
room for ``k (fan_in - 2) + 2`` couplings.  Copies are how Ising machines with few connections per
spin hold dense problems (Sajeeb et al., arXiv:2503.01177; minor embedding: Choi, arXiv:0804.4884).

*Strength that is always enough.*  Let a bond of strength F cut a tree into two sides, and W be the
smaller of the sums of |h| and |J| over the copies of a side.  Where the bond is broken, turning all
copies of that side mends it, changes no other bond, and costs at most 2 W of the 2 F gained.  So
with F > W for every bond no ground state has a broken bond.  (Fang & Warburton, doi
10.1007/s11128-020-02681-x, go further for the tree as a whole, at a higher cost.)

*Strength that is mostly enough* and disturbs less: 1.414 times the root mean square of J times the
root of the mean degree, `uniform_torque_compensation` of D-Wave's Ocean tools.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.chains import (
    SHAPES,
    bonds_of,
    copies_of_ends,
    copy_weights,
    spread_biases,
    torque_strength,
)
from problems.model import IsingProblem, as_states, ising

_MARGIN = 1 + 2**-10  # of a bound that must be exceeded, where coefficients are not integers


@dataclass(frozen=True, eq=False)
class Sparsified:
    """A problem in copies.  Where no chain is broken, its energy is that of the original.

    Attributes:
        problem: of the N copies; those of one spin are neighbours in the order of variables.
        original: the problem of n spins.
        start: [n + 1] copies `start[i]` to `start[i + 1] - 1` are the chain of spin i.
        row, col: [b] bonds between copies of the same spin, by copy, ``row < col``.
        strength: [b] of the bonds.
        guaranteed: [b] strengths with which no ground state has a broken chain.
        fan_in: most neighbours of a copy.
    """

    problem: IsingProblem
    original: IsingProblem
    start: NDArray[np.int64]
    row: NDArray[np.int64]
    col: NDArray[np.int64]
    strength: NDArray
    guaranteed: NDArray
    fan_in: int

    @property
    def chains(self) -> list[range]:
        """Copies of each spin."""
        return [
            range(a, b) for a, b in zip(self.start.tolist(), self.start[1:].tolist(), strict=False)
        ]

    @property
    def is_guaranteed(self) -> bool:
        """Whether no ground state has a broken chain."""
        return bool((self.strength >= self.guaranteed).all())

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """[n] copies of each spin."""
        return np.diff(self.start)

    def encode(self, spins: ArrayLike) -> NDArray[np.int8]:
        """States [..., n] of spins as states [..., N] of copies."""
        states, lead = as_states(spins, self.original.num_variables)
        return np.repeat(states, self.sizes, axis=1).reshape(*lead, -1)

    def decode(self, spins: ArrayLike) -> "Decoded":
        """States of copies as states of spins, by majority.

        As many copies up as down: the spin takes the value of lower energy among the spins decided
        before it, in their order, or that of its first copy where both are equal.

        Args:
            spins: [..., N] of -1 and +1.

        Example:
            >>> from problems import ising
            >>> star = ising([0] * 5, [0] * 4, [1, 2, 3, 4], [-1] * 4)
            >>> copies = limit_fan_in(star, 3)
            >>> copies.chains[0], copies.decode([1, -1, 1, 1, 1, 1]).spins.tolist()
            (range(0, 2), [1, 1, 1, 1, 1])
        """
        states, lead = as_states(spins, self.problem.num_variables)
        total = np.zeros((len(states), len(self.sizes)), np.int64)
        if self.sizes.size:
            total = np.add.reduceat(states, self.start[:-1], axis=1, dtype=np.int64)
        decided = np.sign(total).astype(np.int8)
        self._break_ties(decided, states)
        shape = (*lead, len(self.sizes))
        broken = (np.abs(total) != self.sizes).reshape(shape)
        decided = decided.reshape(shape)
        return Decoded(decided, self.original.energies(decided), broken)

    def _break_ties(self, decided: NDArray[np.int8], copies: NDArray[np.int8]) -> None:
        """Decide what is 0, spin by spin, in place."""
        tied = np.flatnonzero((decided == 0).any(axis=0))
        for spin in tied.tolist():
            states = np.flatnonzero(decided[:, spin] == 0)
            ends = slice(*self._symmetric.indptr[spin : spin + 2])
            others, couplings = self._symmetric.indices[ends], self._symmetric.data[ends]
            field = decided[np.ix_(states, others)] @ couplings
            value = -np.sign(field + self.original.h[spin])
            decided[states, spin] = np.where(value, value, copies[states, self.start[spin]])

    @cached_property
    def _symmetric(self) -> Any:
        """J of the original, both triangles."""
        from scipy import sparse

        row, col, values = self.original.row, self.original.col, self.original.coupling
        ends = (np.concatenate([row, col]), np.concatenate([col, row]))
        size = self.original.num_variables
        return sparse.csr_array((np.concatenate([values, values]), ends), shape=(size, size))


@dataclass(frozen=True, eq=False)
class Decoded:
    """States of the original spins.

    Attributes:
        spins: [..., n] int8.
        energies: [...] of the original problem, exact.
        broken: [..., n] whether copies of a spin differed.
    """

    spins: NDArray[np.int8]
    energies: NDArray
    broken: NDArray[np.bool_]

    @property
    def broken_chains(self) -> NDArray[np.int64]:
        """[...] spins whose copies differed."""
        return self.broken.sum(-1)


def limit_fan_in(
    problem: IsingProblem,
    fan_in: int,
    chain_strength: float | str | None = None,
    *,
    shape: str = "path",
) -> Sparsified:
    """Replace spins of more than `fan_in` neighbours by chains of copies.

    Neighbours and biases are spread evenly over the copies of a spin, biases of whole numbers in
    whole numbers.  A bias is no neighbour, nor is a coupling of 0.

    Args:
        fan_in: most neighbours of a copy, other copies included; at least 3.
        chain_strength: "guaranteed" takes for every bond what keeps chains whole in all ground
            states; "torque" the published rule, the same for all; None the smaller of both, bond
            by bond; a number is taken as it is.  The first three are rounded up to whole numbers
            where the problem has no others.
        shape: of chains: "path", or "tree", where copies are fewer steps apart and those inside
            have no neighbours but copies.

    Raises:
        ValueError: on another shape, a fan-in below 3 or a strength that is not above 0.

    Example:
        >>> from problems import ising
        >>> copies = limit_fan_in(ising([0] * 6, [0] * 5, [1, 2, 3, 4, 5], [1] * 5), 3)
        >>> copies.sizes.tolist(), copies.strength.tolist()
        ([3, 1, 1, 1, 1, 1], [2, 2])
        >>> copies.problem.energies(copies.encode([1, -1, -1, -1, -1, -1])).item()
        -5
    """
    if isinstance(fan_in, bool) or not isinstance(fan_in, Integral) or fan_in < 3:
        raise ValueError(
            f"fan_in is {fan_in!r}; expected a whole number of at least 3, since a copy inside a "
            "chain has two copies as neighbours"
        )
    if shape not in SHAPES:
        raise ValueError(f"shape is {shape!r}; expected one of {', '.join(SHAPES)}")
    _check_strength(chain_strength)
    real = problem.coupling != 0
    row, col, coupling = problem.row[real], problem.col[real], problem.coupling[real]
    degree = np.bincount(np.concatenate([row, col]), minlength=problem.num_variables)
    sizes = np.where(degree > fan_in, -(-(degree - 2) // (fan_in - 2)), 1)
    start = np.concatenate([[0], np.cumsum(sizes)])
    ends = copies_of_ends(row, col, degree, start, int(fan_in), shape)
    h = spread_biases(problem.h, sizes)
    bonds = bonds_of(start, sizes, int(fan_in), shape, copy_weights(h, ends, coupling))
    guaranteed = bonds.weaker + 1 if problem.is_integer else bonds.weaker * _MARGIN
    strength = _strength(problem, coupling, guaranteed, chain_strength)
    spread = ising(
        h,
        np.concatenate([ends[0], bonds.row]),
        np.concatenate([ends[1], bonds.col]),
        np.concatenate([coupling, -strength]),
        problem.offset + strength.sum().item(),
    )
    return Sparsified(
        spread, problem, start, bonds.row, bonds.col, strength, guaranteed, int(fan_in)
    )


def _check_strength(strength: float | str | None) -> None:
    if strength is None or strength in ("guaranteed", "torque"):
        return
    if not isinstance(strength, Real) or not 0 < float(strength) < math.inf:
        raise ValueError(
            f"chain_strength is {strength!r}; expected a number above 0, 'guaranteed' or 'torque'"
        )


def _strength(
    problem: IsingProblem, coupling: NDArray, guaranteed: NDArray, asked: float | str | None
) -> NDArray:
    """Of every bond."""
    if isinstance(asked, Real):
        return np.full(guaranteed.shape, asked)
    torque = torque_strength(problem)
    if problem.is_integer:
        torque = math.ceil(torque)
    if asked == "torque":
        return np.full(guaranteed.shape, torque)
    return guaranteed if asked == "guaranteed" else np.minimum(guaranteed, torque)
