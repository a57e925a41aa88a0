"""A problem read from a file, with the objective that its publishers report."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import IsingProblem, as_states, blocks
from problems.polynomial import PolynomialProblem, Problem


@dataclass(frozen=True)
class Instance:
    """A problem to minimise and the value that its file's format counts.

    With W the sum of all couplings, the value of a state of energy E is

        "cut": (W - E) / 2, the weight of the edges whose ends differ (couplings are weights),
        "energy": E, or -E where the file asks for the largest value (`maximise_source`).

    Attributes:
        problem: what is minimised.
        name: short name, usually the file name without suffixes.
        format: name of the format, a key of ``problems.formats.FORMATS``.
        objective: "cut" or "energy".
        maximise_source: True where larger values are better: cuts, and OR-Library files.
    """

    problem: Problem
    name: str
    format: str
    objective: Literal["cut", "energy"] = "energy"
    maximise_source: bool = False

    def values(self, spins: ArrayLike) -> NDArray:
        """Objective values [...] of states [..., n] of -1 and +1, from the problem's own data.

        Returns:
            int64 where the problem is integer, so exact; else float64.

        Raises:
            ValueError: on a wrong last axis or a value other than -1 and +1.

        Example:
            >>> from problems.formats import Instance
            >>> from problems.model import ising
            >>> edge = Instance(ising([0, 0], [0], [1], [3]), "edge", "rudy", "cut", True)
            >>> edge.values([[1, 1], [1, -1]]).tolist()
            [0, 3]
        """
        if self.objective == "cut":
            return self._cuts(spins)
        return self.value_from_energy(self.problem.energies(spins))

    def _cuts(self, spins: ArrayLike) -> NDArray:
        problem = problem_of(self)
        states, lead = as_states(spins, problem.num_variables)
        cuts = np.zeros(states.shape[0], problem.coupling.dtype)
        for part in blocks(states.shape[0], problem.num_interactions):
            block = states[part]
            crosses = block[:, problem.row] != block[:, problem.col]
            cuts[part] = np.where(crosses, problem.coupling, 0).sum(-1)
        return cuts.reshape(lead)

    def value_from_energy(self, energy):
        """Value of a state of `energy`, a number or an array; integers stay integers.

        Example:
            >>> from problems.formats import Instance
            >>> from problems.model import ising
            >>> edge = Instance(ising([0, 0], [0], [1], [3]), "edge", "rudy", "cut", True)
            >>> edge.value_from_energy(-3), edge.energy_from_value(3)
            (3, -3)
        """
        if self.objective == "cut":
            return _half(self._total_weight() - energy)
        return -energy if self.maximise_source else energy

    def energy_from_value(self, value):
        """Energy of a state of `value`, the inverse of :meth:`value_from_energy`."""
        if self.objective == "cut":
            return self._total_weight() - 2 * value
        return -value if self.maximise_source else value

    def _total_weight(self) -> int | float:
        return problem_of(self).coupling.sum().item()


def problem_of(source: Problem | Instance) -> IsingProblem:
    """The problem of an instance; a problem is returned as it is.

    Raises:
        ValueError: on a polynomial, which only JSON has a place for.
    """
    problem = source.problem if isinstance(source, Instance) else source
    if isinstance(problem, PolynomialProblem):
        raise ValueError("a polynomial is given; expected an Ising problem, or the format json")
    return problem


def _half(difference):
    """`difference` / 2, kept an integer where it is even."""
    integer = np.asarray(difference).dtype.kind in "iu"
    return difference // 2 if integer and np.all(difference % 2 == 0) else difference / 2
