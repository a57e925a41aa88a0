"""Descent to states that no single flip improves, for many states at once.

One-opt local search: improving spins are flipped until there are none.  Runs on the host, so that
nothing is compiled; states that an anneal has left cost little more than one sparse product.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from pbits import checks
from problems.model import as_states, blocks
from problems.polynomial import Problem

# Changes of the energy that are rounding, relative to all terms of a spin; so many flips in a row
# add up less.
_ROUNDING = 1e-12
_ROUNDS_PER_REFRESH = 256


def descend(problem: Problem, spins: ArrayLike) -> tuple[NDArray[np.int8], NDArray]:
    """Flip improving spins until no single flip lowers the energy.

    Each round flips, in every state, the spins whose flip gains more than that of any spin coupled
    to them (the lower index on a tie): none of them spoils another's gain, and steepest descent is
    what this amounts to where all spins are coupled.  Every state is treated alone.

    Args:
        problem: what to minimise; no term of more than two spins.
        spins: [..., n] of -1 and +1; not changed.

    Returns:
        Spins, int8 [..., n], and their energies [...], recomputed by `problem`.  In an integer
        problem no flip lowers an energy; with real weights none does by more than 1e-12 of
        ``abs(h_i) + sum_j abs(J_ij)``, which is rounding.

    Raises:
        ValueError: on a wrong last axis, a value other than -1 and +1 or a longer term.

    Example:
        >>> from problems import ising
        >>> chain = ising([0, 0, 0], [0, 1], [1, 2], [-1, -1])
        >>> spins, energies = descend(chain, [[1, -1, 1], [1, -1, -1]])
        >>> spins.tolist(), energies.tolist()
        ([[1, 1, 1], [-1, -1, -1]], [-2, -2])
    """
    states, lead = as_states(spins, problem.num_variables)
    Landscape.of(problem).descend(states)
    return states.reshape(*lead, problem.num_variables), problem.energies(states).reshape(lead)


def flip_gains(problem: Problem, spins: ArrayLike) -> NDArray:
    """By how much flipping each spin would change the energy: negative where it improves.

    Args:
        problem: gives the energy; no term of more than two spins.
        spins: [..., n] of -1 and +1.

    Returns:
        ``-2 s_i (h_i + sum_j J_ij s_j)``, [..., n], int64 where the problem is integer.

    Raises:
        ValueError: on a wrong last axis, a value other than -1 and +1 or a longer term.

    Example:
        >>> from problems import ising
        >>> flip_gains(ising([1, 0], [0], [1], [-3]), [1, 1]).tolist()
        [4, 6]
    """
    states, lead = as_states(spins, problem.num_variables)
    return Landscape.of(problem).gains(states).reshape(*lead, problem.num_variables)


@dataclass(frozen=True)
class Landscape:
    """Couplings of a problem both ways, and what counts as a gain."""

    h: NDArray
    couplings: sparse.csr_array
    floor: NDArray  # [n], gains below it are real
    is_dense: bool

    @classmethod
    def of(cls, problem: Problem) -> "Landscape":
        """Lay out a problem without terms of more than two spins."""
        problem = checks.quadratic(problem, "descent")
        n = problem.num_variables
        ends = (
            np.concatenate([problem.row, problem.col]),
            np.concatenate([problem.col, problem.row]),
        )
        both = sparse.csr_array((np.tile(problem.coupling, 2), ends), shape=(n, n))
        terms = np.abs(problem.h) + abs(both).sum(axis=1)
        floor = np.zeros(n, np.int64) if problem.is_integer else -_ROUNDING * terms
        return cls(problem.h, both, floor, 100 * problem.num_interactions > n * n)

    @property
    def width(self) -> int:
        """Scratch entries that one state needs at most."""
        return self.h.size + (0 if self.is_dense else self.couplings.nnz)

    def gains(self, states: NDArray[np.int8]) -> NDArray:
        """[k, n] changes of the energy by single flips of `states` [k, n]."""
        wide = states.astype(self.h.dtype)
        return -2 * wide * (np.ascontiguousarray((self.couplings @ wide.T).T) + self.h)

    def descend(
        self, states: NDArray[np.int8], stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Move `states` [k, n], contiguous, to local minima in place.

        Where `stopped`, asked after every round of flips, answers True, they stay on the way.
        """
        for part in blocks(len(states), self.width):
            self._descend_together(states[part], stopped)

    def _descend_together(self, states: NDArray[np.int8], stopped: Callable[[], bool]) -> None:
        spins = states.reshape(-1)
        gains = self.gains(states)
        while self._improving(gains).any():
            for _ in range(_ROUNDS_PER_REFRESH):
                chosen = self._best_of_each(gains) if self.is_dense else self._winners(gains)
                if not chosen.size:
                    break
                if stopped():
                    return
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
