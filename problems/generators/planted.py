"""Problems whose ground state is known because it was put there, and the proof that it is one.

A planted problem is a sum of parts whose least energies are known one by one.  Their sum bounds the
energy of every state from below; a state that reaches it is a ground state.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from problems.model import IsingProblem

# Sums of float64 terms round: relative to the sum of their absolute values.
_ROUNDING = 1e-12


class Parts(Protocol):
    """A sum of energies that are bounded one by one: `Cycles`, `Cliques` or `Squares`."""

    def total(self) -> IsingProblem:
        """The sum of all parts as one problem."""
        ...

    def bound(self) -> int | float:
        """Sum of the least energies of the parts, which no state's energy falls below."""
        ...


@dataclass(frozen=True)
class Certificate:
    """What a planted state was found to be, recomputed from problem and parts.

    Attributes:
        energy: of the planted state in the problem.
        lower_bound: sum of the least energies of the parts.
        parts_match: whether the parts add up to the problem.
        energy_matches: whether `energy` is the energy that was announced.
        is_ground_state: whether all of this proves the state to be one of least energy; exact for
            integer problems, to rounding otherwise.
    """

    energy: int | float
    lower_bound: int | float
    parts_match: bool
    energy_matches: bool
    is_ground_state: bool


@dataclass(frozen=True, eq=False)
class Planted:
    """A problem with a known ground state.

    There may be other states of the same energy, the planted one with all spins reversed among
    them where the problem has no biases.

    Attributes:
        problem: what is to be minimised.
        spins: [n] int8, the planted ground state.
        energy: its energy, the least there is.
        parts: the sum that proves it.
    """

    problem: IsingProblem
    spins: NDArray[np.int8]
    energy: int | float
    parts: Parts

    def certify(self) -> Certificate:
        """Recompute energy, bound and the sum of the parts; no solver has a hand in it.

        Example:
            >>> from problems import generators
            >>> certificate = generators.tile_planting((4, 6), seed=1).certify()
            >>> certificate.energy == certificate.lower_bound, certificate.is_ground_state
            (True, True)
        """
        problem = self.problem
        size = abs(problem.offset) + np.abs(problem.h).sum() + np.abs(problem.coupling).sum()
        slack = 0 if problem.is_integer else _ROUNDING * size
        energy, bound = problem.energies(self.spins).item(), self.parts.bound()
        matches = _is_same(problem, self.parts.total(), slack)
        announced = bool(abs(energy - self.energy) <= slack)
        reached = bool(energy - bound <= slack)
        return Certificate(energy, bound, matches, announced, matches and announced and reached)


def plant(parts: Parts, spins: NDArray[np.int8]) -> Planted:
    """The sum of the parts with `spins` [n] as its ground state, energy taken from the problem.

    Example:
        >>> import numpy as np
        >>> from problems.generators.parts import Squares
        >>> plant(Squares(np.array([[1], [1]])), np.array([1, -1], np.int8)).certify().lower_bound
        -1
    """
    problem = parts.total()
    return Planted(problem, spins, problem.energies(spins).item(), parts)


def random_spins(rng: np.random.Generator, n: int) -> NDArray[np.int8]:
    """[n] spins -1 or +1 with equal chance: the gauge in which a ground state is planted."""
    return rng.choice(np.array([-1, 1], np.int8), n)


def _is_same(a: IsingProblem, b: IsingProblem, slack: float) -> bool:
    """True where both have equal coefficients; a coupling that is missing counts as zero."""
    if a.num_variables != b.num_variables or list(a.labels) != list(b.labels):
        return False
    codes = [problem.row * problem.num_variables + problem.col for problem in (a, b)]
    _, place = np.unique(np.concatenate(codes), return_inverse=True)
    values = np.concatenate([a.coupling, -b.coupling]).astype(np.float64)
    difference = np.bincount(place, values)
    # The most by which energies of the two can differ.
    most = np.abs(difference).sum() + np.abs(a.h - b.h).sum() + abs(a.offset - b.offset)
    return bool(most <= slack)
