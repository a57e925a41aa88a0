"""Ladders of inverse temperatures: where they begin, and where their rungs belong.

Temperatures are placed so that each swap is refused equally often (Syed et al., arXiv:1905.02939).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks
from pbits.schedules import MAX_BETA, default_beta_range
from problems.polynomial import Problem

PILOT_RUNGS = 16


def first_ladder(
    problem: Problem,
    betas: ArrayLike | None,
    beta_range: Sequence[float] | None,
    num_temperatures: int | None,
) -> tuple[NDArray[np.float64], bool]:
    """A geometric ladder, or the one given; and whether its number of rungs is still open."""
    if betas is not None:
        given = np.asarray(betas, np.float64).reshape(-1)
        size = None if num_temperatures is None else int(num_temperatures)
        if given.size < 2 or np.any(np.diff(given) <= 0) or size not in (None, given.size):
            raise ValueError(
                f"betas holds {given.size} values and num_temperatures is {num_temperatures}; "
                "expected two or more rising values, and as many temperatures or None"
            )
        ladder = given
    else:
        hot, cold = default_beta_range(problem) if beta_range is None else checks.pair(beta_range)
        count = PILOT_RUNGS
        if num_temperatures is not None:
            count = checks.whole_number("num_temperatures", num_temperatures, 2)
        if not 0 < float(hot) < float(cold):
            raise ValueError(f"beta_range is {beta_range!r}; expected hot < cold, both above 0")
        ladder = np.geomspace(float(hot), float(cold), count)
    if not np.all(np.isfinite(ladder) & (ladder >= 0) & (ladder <= MAX_BETA)):
        raise ValueError(f"a beta is not in 0..{MAX_BETA:g}; expected inverse temperatures there")
    return ladder, betas is None and num_temperatures is None


def equal_rejection(
    betas: NDArray[np.float64], rejection: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """`count` betas between the same ends that share the barrier equally.

    Args:
        betas: [T] rising.
        rejection: [T - 1] probabilities that neighbours refuse to swap.
        count: rungs wanted.

    Example:
        >>> equal_rejection(np.array([0.0, 1.0, 2.0]), np.array([0.75, 0.25]), 3).round(3).tolist()
        [0.0, 0.667, 2.0]
    """
    # A floor keeps the barrier rising where no refusal was seen.
    barrier = np.concatenate([[0], np.cumsum(np.maximum(rejection, 1e-3))])
    return np.interp(np.linspace(0, barrier[-1], count), barrier, betas)


@dataclass
class Stretch:
    """What a ladder has shown since it last moved.

    Sums are of whole numbers: they do not depend on the calls that rounds were cut into.

    Attributes:
        num_rungs: T.
        certain: the count of a refusal that is certain.
        energy_steps: [k] energies of one step of each of the k counts that make up an energy.
        offset: energy beyond the counts.
        rounds: so far.
    """

    num_rungs: int
    certain: int
    energy_steps: NDArray[np.float64]
    offset: float
    rounds: int = 0
    _refused: NDArray[np.float64] = field(init=False)
    _energy: NDArray[np.int64] = field(init=False)
    _swaps: int = 0

    def __post_init__(self) -> None:
        self._refused = np.zeros(self.num_rungs)
        self._energy = np.zeros((len(self.energy_steps), self.num_rungs), np.int64)

    def note(
        self, refused: NDArray[np.float64], num_swaps: int, energy: NDArray[np.int64], rounds: int
    ) -> None:
        """Some more rounds.

        Args:
            refused: [T] counts.
            num_swaps: that were offered between two rungs: as many as energies were seen.
            energy: [k, T] counts.
            rounds: how many.
        """
        self.rounds += rounds
        self._swaps += num_swaps
        self._refused = self._refused + refused
        self._energy = self._energy + energy

    @property
    def energy(self) -> NDArray[np.float64]:
        """[T] mean energies, 0 where there were no rounds."""
        if not self._swaps:
            return np.zeros(self.num_rungs)
        return self.energy_steps @ self._energy / self._swaps + self.offset

    @property
    def rejection(self) -> NDArray[np.float64]:
        """[T - 1] probabilities that neighbours refuse to swap, 0 where there were no rounds.

        Example:
            >>> seen = Stretch(2, certain=4, energy_steps=np.array([10.0, 0.5]), offset=1)
            >>> seen.note(np.array([6.0, 0.0]), 3, np.array([[0, -1], [6, 8]]), 3)
            >>> seen.rejection.tolist(), seen.energy.tolist()
            ([0.5], [2.0, -1.0])
        """
        return self._refused[:-1] / (self.certain * max(self._swaps, 1))
