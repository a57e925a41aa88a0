"""Descent to states that no single flip improves, for many states at once.

One-opt local search: improving spins are flipped until there are none.  Runs on the host, so that
nothing is compiled; states that an anneal has left cost little more than one sparse product.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from problems.model import IsingProblem, as_states, blocks
from problems.polynomial import PolynomialProblem, Problem

# Changes of the energy that are rounding, relative to all terms of a spin; so many flips in a row
# add up less.
_ROUNDING = 1e-12
_ROUNDS_PER_REFRESH = 256
Stop = Callable[[], bool]


def descend(
    problem: Problem, spins: ArrayLike, *, stop: Stop | None = None
) -> tuple[NDArray[np.int8], NDArray]:
    """Flip improving spins until no single flip lowers the energy.

    Each round flips, in every state, the spins whose flip gains more than that of any spin coupled
    to them, or in a term with them (the lower index on a tie): none of them spoils another's gain,
    and steepest descent is what this amounts to where all spins are coupled.  Every state is
    treated alone.

    Args:
        problem: what to minimise; a polynomial's gains are counted anew in every round.
        spins: [..., n] of -1 and +1; not changed.
        stop: asked before every round; where it answers True, states are returned as they are
            by then, on the way to their minima.

    Returns:
        Spins, int8 [..., n], and their energies [...], recomputed by `problem`.  In an integer
        problem no flip lowers an energy; with real weights none does by more than 1e-12 of the
        spin's terms, ``abs(h_i) + sum_j abs(J_ij)``, which is rounding.

    Raises:
        ValueError: on a wrong last axis or a value other than -1 and +1.

    Example:
        >>> from problems import ising
        >>> chain = ising([0, 0, 0], [0, 1], [1, 2], [-1, -1])
        >>> spins, energies = descend(chain, [[1, -1, 1], [1, -1, -1]])
        >>> spins.tolist(), energies.tolist()
        ([[1, 1, 1], [-1, -1, -1]], [-2, -2])
    """
    states, lead = as_states(spins, problem.num_variables)
    descend_in_place(landscape(problem), states, stop)
    return states.reshape(*lead, problem.num_variables), problem.energies(states).reshape(lead)


def descend_in_place(given: "Landscape", states: NDArray[np.int8], stop: Stop | None) -> None:
    """Move `states` [k, n], contiguous, to local minima, some at a time."""
    for part in blocks(len(states), given.width):
        given.descend(states[part], stop or _never)


def _never() -> bool:
    return False


def flip_gains(problem: Problem, spins: ArrayLike) -> NDArray:
    """By how much flipping each spin would change the energy: negative where it improves.

    Args:
        problem: gives the energy.
        spins: [..., n] of -1 and +1.

    Returns:
        ``-2 s_i (h_i + sum_j J_ij s_j)``, or -2 times all terms of a spin of a polynomial:
        [..., n], int64 where the problem is integer.

    Raises:
        ValueError: on a wrong last axis or a value other than -1 and +1.

    Example:
        >>> from problems import ising
        >>> flip_gains(ising([1, 0], [0], [1], [-3]), [1, 1]).tolist()
        [4, 6]
    """
    states, lead = as_states(spins, problem.num_variables)
    return landscape(problem).gains(states).reshape(*lead, problem.num_variables)


class Landscape(Protocol):
    """A problem laid out for descents."""

    @property
    def width(self) -> int:
        """Scratch entries that one state needs at most."""
        ...

    def gains(self, states: NDArray[np.int8]) -> NDArray:
        """[k, n] changes of the energy by single flips of `states` [k, n]."""
        ...

    def descend(self, states: NDArray[np.int8], stop: Stop) -> None:
        """Move `states` [k, n], contiguous, to local minima in place."""
        ...


def landscape(problem: Problem) -> Landscape:
    """Lay out a problem once for many descents."""
    if isinstance(problem, PolynomialProblem):
        return _Polynomial.of(problem)
    return _Pairs.of(problem)


@dataclass(frozen=True)
class _Pairs:
    """Couplings of a problem both ways, and what counts as a gain."""

    h: NDArray
    couplings: sparse.csr_array
    floor: NDArray  # [n], gains below it are real
    is_dense: bool

    @classmethod
    def of(cls, problem: IsingProblem) -> "_Pairs":
        n = problem.num_variables
        upper = sparse.csr_array((problem.coupling, (problem.row, problem.col)), shape=(n, n))
        both = (upper + upper.T).tocsr()
        floor = np.zeros(n, np.int64)
        if not problem.is_integer:
            floor = -_ROUNDING * (np.abs(problem.h) + abs(both).sum(axis=1))
        return cls(problem.h, both, floor, 100 * problem.num_interactions > n * n)

    @property
    def width(self) -> int:
        """Scratch entries that one state needs at most."""
        return self.h.size + (0 if self.is_dense else self.couplings.nnz)

    def gains(self, states: NDArray[np.int8]) -> NDArray:
        """[k, n] changes of the energy by single flips of `states` [k, n]."""
        wide = states.astype(self.h.dtype)
        return -2 * wide * (np.ascontiguousarray((self.couplings @ wide.T).T) + self.h)

    def descend(self, states: NDArray[np.int8], stop: Stop) -> None:
        """Move `states` [k, n], contiguous, to local minima in place."""
        spins = states.reshape(-1)
        gains = self.gains(states)
        while self._improving(gains).any():
            for _ in range(_ROUNDS_PER_REFRESH):
                if stop():
                    return
                chosen = self._best_of_each(gains) if self.is_dense else self._winners(gains)
                if not chosen.size:
                    break
                self._flip(spins, gains.reshape(-1), chosen)
            gains = self.gains(states)  # real gains have the last word

    def _improving(self, gains: NDArray) -> NDArray[np.bool_]:
        return gains < self.floor

    def _best_of_each(self, gains: NDArray) -> NDArray[np.int64]:
        """The best spin of every state that has an improving one, as indices into all spins."""
        best = np.where(self._improving(gains), gains, 0).argmin(axis=1)
        rows = np.flatnonzero(np.take_along_axis(gains, best[:, None], 1)[:, 0] < self.floor[best])
        return rows * gains.shape[1] + best[rows]

    def _winners(self, gains: NDArray) -> NDArray[np.int64]:
        """Improving spins that gain more than their neighbours, as indices into all spins."""
        active = np.flatnonzero(self._improving(gains))
        owner, there, _ = self._neighbours(active)
        flat = gains.reshape(-1)
        mine, theirs = flat[active][owner], flat[there]
        beaten = (theirs < mine) | ((theirs == mine) & (there < active[owner]))
        wins = np.ones(active.size, bool)
        wins[owner[beaten]] = False
        return active[wins]

    def _flip(self, spins: NDArray[np.int8], gains: NDArray, chosen: NDArray[np.int64]) -> None:
        """Flip uncoupled spins, `chosen` of all spins [k * n]; gains of their neighbours follow."""
        owner, there, coupling = self._neighbours(chosen)
        np.add.at(gains, there, 4 * coupling * spins[chosen][owner] * spins[there])
        gains[chosen] *= -1
        spins[chosen] *= -1

    def _neighbours(self, chosen: NDArray[np.int64]) -> tuple[NDArray, NDArray, NDArray]:
        """All couplings of `chosen`: position in it, the other spin, J; of indices [k * n]."""
        site = chosen % max(1, self.h.size)
        first = self.couplings.indptr[site].astype(np.int64)
        count = self.couplings.indptr[site + 1] - first
        owner = np.repeat(np.arange(chosen.size), count)
        entry = (first - np.cumsum(count) + count)[owner] + np.arange(owner.size)
        there = (chosen - site)[owner] + self.couplings.indices[entry]
        return owner, there, self.couplings.data[entry]


@dataclass(frozen=True)
class _Polynomial:
    """Terms of a polynomial and where each spin stands in them."""

    variables: tuple[NDArray[np.int64], ...]  # [m, k] by order, rising along rows
    coefficient: NDArray  # [all terms]
    member: sparse.csr_array  # [n, all terms] of ones
    floor: NDArray  # [n], gains below it are real

    @classmethod
    def of(cls, problem: PolynomialProblem) -> "_Polynomial":
        groups = tuple(group.variables for group in problem.terms)
        kind = np.int64 if problem.is_integer else np.float64
        coefficient = np.concatenate([np.zeros(0), *(c for _, c in problem.terms)]).astype(kind)
        orders = np.repeat([g.shape[1] for g in groups], [len(g) for g in groups]).astype(int)
        spin = np.concatenate([np.zeros(0, np.int64), *(g.ravel() for g in groups)])
        place = spin, np.repeat(np.arange(coefficient.size), orders)
        shape = problem.num_variables, coefficient.size
        member = sparse.csr_array((np.ones(spin.size, kind), place), shape=shape)
        floor = np.zeros(shape[0], np.int64)
        if not problem.is_integer:
            floor = -_ROUNDING * np.asarray(member @ np.abs(coefficient))
        return cls(groups, coefficient, member, floor)

    @property
    def width(self) -> int:
        """Scratch entries that one state needs at most."""
        return self.floor.size + 2 * self.member.nnz

    def gains(self, states: NDArray[np.int8]) -> NDArray:
        """[k, n] changes of the energy by single flips of `states` [k, n]."""
        signs = [states[:, group].prod(2, dtype=np.int8) for group in self.variables]
        signs = np.concatenate([np.zeros((len(states), 0), np.int8), *signs], axis=1)
        return np.ascontiguousarray((self.member @ (-2 * self.coefficient * signs).T).T)

    def descend(self, states: NDArray[np.int8], stop: Stop) -> None:
        """Move `states` [k, n] to local minima in place."""
        left = np.arange(len(states))
        while left.size and not stop():
            flips = self._winners(self.gains(states[left]))
            states[left] *= np.where(flips, np.int8(-1), np.int8(1))
            left = left[flips.any(axis=1)]

    def _winners(self, gains: NDArray) -> NDArray[np.bool_]:
        """Improving spins that gain most in each of their terms: bool [k, n]."""
        wins = gains < self.floor
        gains = np.where(wins, gains, 0)
        for group in self.variables:
            best = gains[:, group].argmin(2)
            for place, spin in enumerate(group.T):
                state, term = np.nonzero(best != place)
                wins[state, spin[term]] = False
        return wins
