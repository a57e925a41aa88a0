"""What every problem of the library can do: into spins, back, and a certificate.

A certificate is worked out from the problem's own data - edges, clauses, distances - and never from
an energy, so that neither the encoding nor the sampler has to be trusted.
"""

import json
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, Self, TypeVar

import dimod
import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.bqm import to_bqm
from problems.model import as_states
from problems.polynomial import PolynomialProblem, Problem

S = TypeVar("S")
_MOST_WORDS = 20  # violations that are put into words; all are counted


@dataclass(frozen=True)
class Certificate:
    """What a solution is worth, from the problem's own data.

    Attributes:
        feasible: whether every constraint holds.
        objective: of the solution as it stands, None where it has no value (a tour that visits
            no city twice is needed to have a length).
        violations: constraints that do not hold, in words; the first twenty.
        num_violations: how many do not hold.
        facts: more of the problem's own terms, such as the number of colours used.
    """

    feasible: bool
    objective: int | float | None
    violations: tuple[str, ...] = ()
    num_violations: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


def certificate(
    objective: int | float | None, violations: Sequence[str] = (), **facts: Any
) -> Certificate:
    """A certificate that is feasible where nothing is violated.

    Example:
        >>> certificate(3, ["node 1 has no colour"]).feasible
        False
    """
    words = tuple(violations[:_MOST_WORDS])
    return Certificate(not violations, objective, words, len(violations), facts)


@dataclass(frozen=True)
class Answer(Generic[S]):
    """The best of some states, in the problem's own terms.

    Attributes:
        solution: decoded, and repaired where `repaired` says so.
        certificate: of that solution.
        repaired: whether the state itself meant something else.
        spins: int8 [n], the state that was decoded.
    """

    solution: S
    certificate: Certificate
    repaired: bool
    spins: NDArray[np.int8] = field(repr=False)


class Encoded(ABC, Generic[S]):
    """A problem in its own terms, and as energies of spins.

    The energy of a feasible solution, with the best slack bits where there are any, is its
    objective, or minus its objective where larger is better; `energy_of` says so where a problem
    differs (a squared difference, say).

    Attributes:
        kind: name in `problems.library.KINDS`, or of a problem of your own.
        maximise: whether larger objectives are better.
        lightens: fields that hold weights which may be lighter than proven, see `lightened`.
        problem: what is to be sampled.
        penalties: weights of the constraints by name, empty where there are none.
    """

    kind: ClassVar[str] = "own problem"
    maximise: ClassVar[bool] = False
    lightens: ClassVar[tuple[str, ...]] = ()

    @property
    @abstractmethod
    def problem(self) -> Problem:
        """What is to be sampled; subclasses keep it, as a `functools.cached_property`."""

    @property
    def penalties(self) -> Mapping[str, float]:
        return {}

    @abstractmethod
    def decode(self, spins: ArrayLike) -> S:
        """The solution that one state [n] means, feasible or not.

        Raises:
            ValueError: on a shape other than [n] or a value other than -1 and +1.
        """

    @abstractmethod
    def encode(self, solution: S) -> NDArray[np.int8]:
        """A state [n] that means `solution`, of the least energy among those.

        Raises:
            ValueError: on what is no solution of this problem.
        """

    @abstractmethod
    def certificate(self, solution: S) -> Certificate:
        """Check and score a solution from the problem's own data.

        Raises:
            ValueError: on what is no solution of this problem.
        """

    def repair(self, solution: S) -> S:
        """A feasible solution nearby where a cheap way to one exists; else the same again, or one
        that breaks less."""
        return solution

    def draw(self, solution: S, axes: Any) -> None:
        """Draw a solution into matplotlib axes; here what `words` says of it, line by line."""
        lines = textwrap.fill(self.words(solution), 60)
        axes.text(0.5, 0.5, lines, ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()

    def plain(self, solution: S) -> Any:
        """The solution as lists, numbers and words, for JSON."""
        return solution

    def from_plain(self, data: Any) -> S:
        """The inverse of `plain`.

        Raises:
            ValueError: on data that are no solution of this problem.
        """
        return data

    def words(self, solution: S) -> str:
        """The solution in one line for people."""
        return json.dumps(self.plain(solution))

    def energy_of(self, objective: float) -> int | float:
        """Energy of a feasible solution of this objective."""
        return -objective if self.maximise else objective

    def lightened(self, factor: float) -> Self:
        """The same problem with `factor` times the weights of its constraints.

        States mean the same.  Weights below the proven ones may have ground states that break
        constraints, but are often easier to sample; certificates tell.
        """
        # Subclasses are dataclasses.
        values = {name: factor * getattr(self, name) for name in self.lightens}
        return replace(self, **values)  # type: ignore[type-var]

    @property
    def ideal(self) -> int | float | None:
        """An objective that no solution beats, so that reaching it ends a search; None: unknown."""
        return None

    @property
    def bqm(self) -> dimod.BinaryQuadraticModel:
        """The problem for any dimod sampler.

        Raises:
            ValueError: on terms of more than two spins, which `problems.to_poly` takes.
        """
        if isinstance(self.problem, PolynomialProblem):
            raise ValueError(
                f"{self.kind} has terms of {self.problem.order} spins here; expected at most two "
                "(problems.to_poly gives a dimod polynomial)"
            )
        return to_bqm(self.problem)

    def better(self, one: Certificate, other: Certificate) -> bool:
        """Whether `one` is of a better solution: feasible first, then the objective."""
        return self.rank(one) < self.rank(other)

    def answer(self, samples: Any, repair: bool = True) -> Answer[S]:
        """The best solution among samples.

        Args:
            samples: [n] or [reads, n] spins, a result of this package (which has `spins`), or a
                dimod SampleSet with this problem's labels.
            repair: whether solutions that break a constraint are repaired where that is cheap.

        Raises:
            ValueError: on samples of another problem, or none.
        """
        states = self._states(samples)
        found, least = None, ()
        for spins in states:
            solution = self.decode(spins)
            known, mended = self.certificate(solution), False
            if repair and not known.feasible:
                fixed = self.repair(solution)
                checked = self.certificate(fixed)
                if self.better(checked, known):
                    solution, known, mended = fixed, checked, True
            rank = *self.rank(known), mended
            if found is None or rank < least:
                found, least = Answer(solution, known, mended, spins), rank
        if found is None:
            raise ValueError("there are no samples; expected one or more")
        return found

    def rank(self, known: Certificate) -> tuple[bool, int, float]:
        """Smaller for better solutions: broken constraints first, then the objective."""
        objective = np.inf if known.objective is None else known.objective
        sign = -1 if self.maximise and known.objective is not None else 1
        return not known.feasible, known.num_violations, sign * objective

    def _states(self, samples: Any) -> NDArray[np.int8]:
        n = self.problem.num_variables
        if isinstance(samples, dimod.SampleSet):
            samples = self._ordered(samples)
        states, _ = as_states(getattr(samples, "spins", samples), n)
        return np.unique(states, axis=0) if len(states) > 1 else states

    def _ordered(self, samples: dimod.SampleSet) -> NDArray:
        wanted = list(self.problem.labels)
        missing = [label for label in wanted if label not in samples.variables]
        if missing:
            raise ValueError(
                f"samples lack variable {missing[0]!r}; expected those of this problem"
            )
        columns = [samples.variables.index(label) for label in wanted]
        values = samples.record.sample[:, columns]
        return values if samples.vartype is dimod.SPIN else 2 * values - 1


def by_name(pairs: Iterable[tuple[Any, Any]], joint: str = ":") -> str:
    """Names and their values in one line, ``-`` for None.

    Example:
        >>> by_name([("a", 1), ("b", None)])
        'a:1 b:-'
    """
    return " ".join(f"{name}{joint}{'-' if it is None else it}" for name, it in pairs)


def one_state(spins: ArrayLike, n: int) -> NDArray[np.int8]:
    """One state [n] as int8.

    Raises:
        ValueError: on another shape or a value other than -1 and +1.
    """
    states, lead = as_states(spins, n)
    if lead:
        raise ValueError(f"spins of shape {(*lead, n)} given; expected one state, shape [{n}]")
    return states[0]
