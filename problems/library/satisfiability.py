"""SAT and MAX-SAT: the clauses of a formula, as many of them true as can be.

``E = sum_c w_c [clause c is false]``, where that bracket is the product of (1 - s) / 2 over the
clause's variables and (1 + s) / 2 over its negated ones: up to five spins as it stands, or pairs
with auxiliary spins (`clause_energy` proves both exact; Lucas, Front. Phys. 2, 5 (2014), doi
10.3389/fphy.2014.00005, section 4.2, goes through independent sets with a spin per literal).

Hard clauses weigh more than all soft ones can differ: W > sum of w over soft clauses of two or more
variables + sum_v |w(v) - w(not v)| over those of one.  A state that breaks a hard clause costs W +
min or more, min the least that the soft ones can cost if each is taken for itself, and any that
breaks none costs max < W + min or less.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import positive
from problems.library.clause_energy import ClauseEnergy, Factors
from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.library.formula import (
    Clauses,
    as_clauses,
    check_weights,
    values_of,
    variable_count,
)
from problems.polynomial import PolynomialProblem, Problem

Assignment = tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class Satisfiability(Encoded[Assignment]):
    """Truth values for variables; build one with :func:`satisfiability`.

    Solutions are tuples of n truth values, variable 1 first.  The objective is the weight of the
    soft clauses that are false; where there are none, the number of clauses that are.
    """

    kind: ClassVar[str] = "sat"
    lightens: ClassVar[tuple[str, ...]] = ("hard_weight",)

    clauses: Clauses
    hard: Clauses | None
    weights: tuple[int | float, ...] | None
    hard_weight: int | float
    num_variables: int
    quadratic: bool

    @property
    def is_plain(self) -> bool:
        """Whether every clause has to hold."""
        return self.weights is None and self.hard is None

    @property
    def penalties(self) -> dict[str, float]:
        return {"hard clauses": self.hard_weight} if self.hard is not None else {}

    @cached_property
    def _energy(self) -> ClauseEnergy:
        energy = ClauseEnergy(self.num_variables)
        soft = np.ones(len(self.clauses)) if self.weights is None else np.array(self.weights)
        parts = [(self.clauses, soft)]
        if self.hard is not None:
            parts.append((self.hard, np.full(len(self.hard), self.hard_weight)))
        for clauses, weight in parts:
            for which, literals in clauses.by_length():
                bits = Factors(np.abs(literals) - 1, -np.sign(literals).astype(np.int8))
                energy.clauses(bits, weight[which].astype(np.float64), self.quadratic)
        return energy

    @cached_property
    def problem(self) -> Problem:
        extra = self._energy.num_spins - self.num_variables
        labels = [*range(1, self.num_variables + 1), *(("auxiliary", k) for k in range(extra))]
        found: PolynomialProblem = self._energy.problem(labels)
        return found.to_ising() if self.quadratic else found

    @property
    def ideal(self) -> int:
        return 0

    def decode(self, spins: ArrayLike) -> Assignment:
        state = one_state(spins, self.problem.num_variables)
        return tuple((state[: self.num_variables] > 0).tolist())

    def encode(self, solution: Assignment) -> NDArray[np.int8]:
        values = values_of(solution, self.num_variables)
        return self._energy.complete(np.where(values, 1, -1).astype(np.int8))

    def certificate(self, solution: Assignment) -> Certificate:
        values = values_of(solution, self.num_variables)
        wrong = self.clauses.false(values)
        name, must = ("clauses", wrong) if self.is_plain else ("hard", self._hard_false(values))
        words = [f"{name}[{k}] is false" for k in must]
        soft = [1] * len(wrong) if self.weights is None else [self.weights[k] for k in wrong]
        facts = {"false_clauses": len(wrong) + (0 if self.is_plain else len(must))}
        return certificate(sum(soft), words, **facts)

    def repair(self, solution: Assignment) -> Assignment:
        """Change one variable at a time, each time the one that most helps the hard clauses."""
        clauses = self.clauses if self.hard is None and self.is_plain else self.hard
        values = values_of(solution, self.num_variables).copy()
        while clauses is not None and len(clauses.false(values)):
            gain = clauses.gains(values)
            best = int(gain.argmax()) if gain.size else 0
            if not gain.size or gain[best] <= 0:
                return solution
            values[best] ^= True
        return tuple(values.tolist())

    def draw(self, solution: Assignment, axes: Any) -> None:
        """Clauses in rows, variables in columns: literals that hold and that do not."""
        values = values_of(solution, self.num_variables)
        both = [self.clauses, *([] if self.hard is None else [self.hard])]
        for clauses, top in zip(both, (0, len(self.clauses)), strict=False):
            right = values[clauses.variable] == clauses.positive
            rows, false = top + clauses.clause, np.isin(clauses.clause, clauses.false(values))
            looks = (("tab:blue", right), ("lightgrey", ~right & ~false), ("tab:red", false))
            for colour, chosen in looks:
                at = clauses.variable[chosen] + 1, rows[chosen]
                axes.scatter(*at, c=colour, marker="s", s=12)
        axes.invert_yaxis()
        axes.set(xlabel="variable", ylabel="clause", title="blue: true; red: clause is false")

    def plain(self, solution: Assignment) -> list[int]:
        """Literals that hold: ``[1, -2, 3]``."""
        values = values_of(solution, self.num_variables)
        return [k if up else -k for k, up in enumerate(values.tolist(), 1)]

    def words(self, solution: Assignment) -> str:
        return " ".join(map(str, self.plain(solution)))

    def from_plain(self, data: Any) -> Assignment:
        return literals_assignment(data, self.num_variables)

    def _hard_false(self, values: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.zeros(0, np.int64) if self.hard is None else self.hard.false(values)


def literals_assignment(literals: Iterable[int], num_variables: int) -> Assignment:
    """Truth values of literals that hold, as solvers list them; variables left out are false.

    Raises:
        ValueError: on a literal out of range, or one together with its negation.

    Example:
        >>> literals_assignment([-1, 3], 3)
        (False, False, True)
    """
    if isinstance(literals, str) or not isinstance(literals, Iterable):
        raise ValueError(f"{literals!r:.60} given; expected a list of literals")
    values: dict[int, bool] = {}
    for literal in literals:
        if type(literal) is not int or not 0 < abs(literal) <= num_variables:
            raise ValueError(f"literal {literal!r} given; expected 1 to {num_variables} or minus")
        if values.setdefault(abs(literal), literal > 0) != (literal > 0):
            raise ValueError(f"literals {literal} and {-literal} given; expected one of them")
    return tuple(values.get(k, False) for k in range(1, num_variables + 1))


def satisfiability(
    clauses: Iterable[Sequence[int]],
    num_variables: int | None = None,
    weights: Sequence[float] | None = None,
    hard: Iterable[Sequence[int]] | None = None,
    quadratic: bool = False,
    hard_weight: float | None = None,
) -> Satisfiability:
    """SAT, or MAX-SAT where weights or hard clauses are given.

    Args:
        clauses: lists of literals, v or -v with v from 1.  A literal that stands twice counts
            once; a clause with v and -v is always true, one without literals always false.
        num_variables: n, by default the largest that occurs.
        weights: of `clauses`, 0 or more; 1 each by default.
        hard: further clauses, which have to hold, so that those of `clauses` need not.
        quadratic: whether to use pairs of spins only, with k - 2 auxiliary spins for a clause of
            k > 2 literals; otherwise those of more than five take k - 5.
        hard_weight: W of the module's energy; by default just above the proven bound.

    Raises:
        ValueError: on literals that are no integers but 0, variables beyond n or wrong weights.

    Example:
        >>> formula = satisfiability([[1, -2, 3], [-1, 2]])
        >>> formula.certificate((True, False, False)).violations
        ('clauses[1] is false',)
        >>> choice = satisfiability([[-1], [-2]], weights=[3, 2], hard=[[1, 2]])
        >>> choice.certificate((False, True)).objective
        2
    """
    soft = as_clauses(clauses, "clauses")
    must = None if hard is None else as_clauses(hard, "hard")
    largest = max(soft.largest, 0 if must is None else must.largest)
    n = variable_count(num_variables, largest)
    known = None if weights is None else check_weights(weights, len(soft))
    bound = _spread(soft, known)
    if hard_weight is None:
        step = 1 if isinstance(bound, int) else min(w for w in known or (1,) if w > 0)
        hard_weight = bound + step
    weight = positive("hard_weight", hard_weight)
    return Satisfiability(soft, must, known, weight, n, bool(quadratic))


def _spread(clauses: Clauses, weights: tuple[int | float, ...] | None) -> int | float:
    """How far the costs of soft clauses can lie apart, at most; those of one variable together."""
    alone: dict[int, int | float] = {}
    total: int | float = 0
    for k, literals in enumerate(clauses.kept):
        weight = 1 if weights is None else weights[k]
        if literals is not None and len(literals) == 1:
            variable, sign = abs(literals[0]), 1 if literals[0] > 0 else -1
            alone[variable] = alone.get(variable, 0) + sign * weight
        elif literals:
            total += weight
    return total + sum(map(abs, alone.values()))
