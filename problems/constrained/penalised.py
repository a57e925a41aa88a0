"""Constrained quadratic models of dimod: penalties for constraints, bits for integers.

``E = objective + sum_c W_c P_c``: P_c is 0 where constraint c holds, with the best slack, and 1 or
more where it does not (`terms`); default W_c are proven large enough (`weights`).  Soft constraints
cost what the model says.  A solution gives every variable of the model a value; its certificate
comes from the model alone.
"""

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import dimod
import numpy as np
from dimod.higherorder.polynomial import BinaryPolynomial
from numpy.typing import ArrayLike, NDArray

from problems.constrained.expressions import Expression
from problems.constrained.integral import integral
from problems.constrained.repair import Moves
from problems.constrained.terms import Term, term_of
from problems.constrained.variables import expression_of, variables_of
from problems.constrained.weights import Parts, code_key, local_weights, proven_weights
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, by_name, certificate, one_state
from problems.library.integers import ENCODINGS
from problems.library.selection import as_name
from problems.poly import from_poly
from problems.polynomial import Problem, from_terms

Values = Mapping[Hashable, int | float]
_TOLERANCE = 1e-9  # of a violation, by the size of the right side or 1


@dataclass(frozen=True, eq=False)
class Penalised(Encoded[Values]):
    """A constrained model with penalties; build one with :func:`penalise`.

    Solutions map the model's variables to values.  The objective is what the model minimises, soft
    constraints included, or the negative of that where `maximise`.

    Attributes:
        cqm: the model; not to be changed afterwards.
        parts: its bits, objective and terms.
        weights: by label of a hard constraint, and by ``("code", name)`` for integers whose bits
            can mean no number.  Constraints that always hold have none.
        maximise: whether the model is the negative of what is to be largest, as that of an LP
            file that maximises.
    """

    kind: ClassVar[str] = "constrained"
    lightens: ClassVar[tuple[str, ...]] = ("weights",)

    cqm: dimod.ConstrainedQuadraticModel
    parts: Parts
    weights: Mapping[Hashable, float]
    maximise: bool = False  # type: ignore[misc]

    @property
    def penalties(self) -> Mapping[Any, float]:
        return dict(self.weights)

    @cached_property
    def proven(self) -> Mapping[Hashable, float]:
        """Weights that keep every ground state feasible and optimal."""
        return proven_weights(self.parts)

    @cached_property
    def local(self) -> Mapping[Hashable, float]:
        """Smaller weights to start from; these prove nothing."""
        return local_weights(self.parts, dict(self.proven))

    def lightened(self, factor: float) -> "Penalised":
        """The same with `factor` times all weights of hard constraints."""
        return self.reweighted({label: factor * weight for label, weight in self.weights.items()})

    def reweighted(self, weights: float | Mapping[Hashable, float]) -> "Penalised":
        """The same with other weights; what a mapping does not name keeps its own.

        Raises:
            ValueError: on a label of no hard constraint or a weight that is not a positive number.
        """
        given = weights if isinstance(weights, Mapping) else dict.fromkeys(self.weights, weights)
        for label, weight in given.items():
            known = self.cqm.constraints.get(label)
            if label not in self.weights and (known is None or known.lhs.is_soft()):
                raise ValueError(f"weight of {label!r} given; expected labels of hard constraints")
            if not isinstance(weight, int | float | np.number) or not 0 < weight < math.inf:
                raise ValueError(f"weight of {label!r} is {weight!r}; expected a positive number")
        return replace(self, weights={k: given.get(k, w) for k, w in self.weights.items()})

    @cached_property
    def problem(self) -> Problem:
        energy = Binaries(self._num_bits)
        self.parts.objective.put(energy)
        higher: dict[tuple[int, ...], float] = {}
        for term in self.parts.terms:
            found = term.put(energy, self.weights.get(term.label, 0))
            for bits, value in found.items():
                higher[bits] = higher.get(bits, 0) + value
        for v in self.parts.variables.values():
            if v.has_code:
                v.number.penalise(energy, v.index, self.weights[code_key(v.name)])
        ising = energy.problem(self._labels)
        if not higher:
            return ising
        low = [
            (np.arange(ising.num_variables)[:, None], ising.h),
            (np.stack([ising.row, ising.col], 1), ising.coupling),
        ]
        n = ising.num_variables
        more = from_poly(BinaryPolynomial(higher, dimod.BINARY), range(n))
        return from_terms([*low, *more.terms], n, ising.offset + more.offset, ising.labels)

    def decode(self, spins: ArrayLike) -> dict[Hashable, int | float]:
        """The values that one state [n] means; bits that mean no number are read as the nearest."""
        ones = (one_state(spins, self._num_bits) > 0).astype(np.int8)
        return {v.name: v.read(ones) for v in self.parts.variables.values()}

    def encode(self, solution: Values) -> NDArray[np.int8]:
        self._check_names(solution)
        ones = np.zeros(self._num_bits, np.int8)
        for v in self.parts.variables.values():
            ones[v.index] = v.write(solution[v.name])
        for term in self.parts.terms:
            term.best_slack(ones)
        return (2 * ones - 1).astype(np.int8)

    def certificate(self, solution: Values) -> Certificate:
        """Check and score by the model itself; a violation of 1e-9 of the right side is none."""
        self._check_names(solution)
        words = [word for name in self.cqm.variables if (word := self._outside(name, solution))]
        sample = ([[solution[name] for name in self.cqm.variables]], list(self.cqm.variables))
        objective, broken_soft = float(self.cqm.objective.energies(sample)[0]), 0
        for datum in self.cqm.iter_constraint_data(sample) if self.cqm.variables else ():
            if datum.violation <= _TOLERANCE * max(1.0, abs(datum.rhs_energy)):
                continue
            left = self.cqm.constraints[datum.label].lhs
            if left.is_soft():
                objective += left.weight() * datum.violation ** (
                    2 if left.penalty() == "quadratic" else 1
                )
                broken_soft += 1
            else:
                words.append(
                    f"constraint {datum.label!r}: {datum.lhs_energy:g} {datum.sense.value} "
                    f"{datum.rhs_energy:g} does not hold"
                )
        facts = {"broken_soft": broken_soft} if self.cqm.num_soft_constraints() else {}
        sign = -1 if self.maximise else 1
        return certificate(_plain_number(sign * objective), words, **facts)

    def repair(self, solution: Values) -> Values:
        """Feasible values nearby, changed one at a time where constraints have no products."""
        found = self._moves.mended(solution)
        return solution if found is None else found

    def improve(
        self, solution: Values, exchanges: bool = True, stop: Callable[[], bool] | None = None
    ) -> Values:
        """Feasible values that no step of one variable improves, and no exchange of two.

        Infeasible ones, and those of models with products in constraints, come back as they are.
        `stop`, asked before each step, ends it with the values reached by then.
        """
        found = self._moves.improved(solution, exchanges, stop)
        return solution if found is None else found

    def states(self, samples: Any) -> NDArray[np.int8]:
        """The distinct states [k, n] among samples, as `answer` takes them.

        Raises:
            ValueError: on samples of another problem, or none.
        """
        found = self._states(samples)
        if not len(found):
            raise ValueError("there are no samples; expected one or more")
        return found

    def values(self, states: ArrayLike) -> NDArray[np.float64]:
        """What many states [k, n] mean, as `decode` of each: [k, variables]."""
        ones = (np.atleast_2d(np.asarray(states)) > 0).astype(np.float64)
        variables = self.parts.variables.values()
        columns = [v.read_all(ones) for v in variables]
        return np.stack(columns, 1) if columns else np.zeros((len(ones), 0))

    def costs(self, states: ArrayLike) -> NDArray[np.float64]:
        """What the model minimises, soft constraints included, of what states [k, n] mean."""
        return self._moves.costs(self.values(states))

    def broken(self, states: ArrayLike) -> dict[Hashable, NDArray[np.bool_]]:
        """Which of some states [k, n] break what, by the keys of `penalties`; each array is [k]."""
        ones = np.atleast_2d(np.asarray(states)) > 0
        found: dict[Hashable, NDArray[np.bool_]] = {}
        variables = self.parts.variables
        sample = (self.values(states), list(variables))
        for key in self.weights:
            constraint = self.cqm.constraints.get(key)
            if constraint is None:
                continue
            rhs = float(constraint.rhs)
            over = np.asarray(constraint.lhs.energies(sample)) - rhs
            amount = {"<=": over, ">=": -over, "==": np.abs(over)}[constraint.sense.value]
            found[key] = amount > _TOLERANCE * max(1.0, abs(rhs))
        for v in variables.values():
            if v.has_code:
                found[code_key(v.name)] = np.array(
                    [v.number.decode(row[v.index]) is None for row in ones], bool
                )
        return found

    def plain(self, solution: Values) -> list[list[Any]]:
        return [[name, solution[name]] for name in self.parts.variables]

    def words(self, solution: Values) -> str:
        return by_name(((name, solution[name]) for name in self.parts.variables), "=")

    def draw(self, solution: Values, axes: Any) -> None:
        """A bar for the value of each variable."""
        values = self.plain(solution)
        axes.barh(range(len(values)), [value for _, value in values])
        axes.set_yticks(range(len(values)), [str(name) for name, _ in values])
        axes.set(xlabel="value")
        axes.invert_yaxis()

    def from_plain(self, data: Any) -> dict[Hashable, int | float]:
        """Values from pairs, or from an object with names as keys."""
        try:
            pairs = data.items() if isinstance(data, Mapping) else [(v, value) for v, value in data]
        except (TypeError, ValueError) as error:
            raise ValueError(f"{data!r:.60} given; expected pairs of a name and a value") from error
        names = {**{str(name): name for name in self.parts.variables}}
        names |= {name: name for name in self.parts.variables}
        found = {}
        for name, value in pairs:
            key = as_name(name)
            if key not in names:
                raise ValueError(f"variable {key!r} given; expected those of the model")
            found[names[key]] = value
        self._check_names(found)
        return found

    @cached_property
    def _moves(self) -> Moves:
        return Moves(self.cqm, self.parts.variables)

    @property
    def _num_bits(self) -> int:
        own = sum(v.number.num_bits for v in self.parts.variables.values())
        return own + sum(term.num_bits for term in self.parts.terms)

    @cached_property
    def _labels(self) -> list[Hashable]:
        """A bit of a binary or spin variable goes by its name."""
        short: list[Hashable] = []
        long: list[Hashable] = []
        for v in self.parts.variables.values():
            is_bit = v.vartype in (dimod.BINARY, dimod.SPIN)
            long += [("bit", v.name, k) for k in range(v.number.num_bits)]
            short += [v.name] if is_bit else long[len(short) :]
        for term in self.parts.terms:
            slack = [("slack", term.label, k) for k in range(term.num_bits)]
            long += slack
            short += slack
        return short if len(set(short)) == len(short) else long

    def _check_names(self, solution: Values) -> None:
        for name in self.cqm.variables:
            value = solution.get(name)
            if not isinstance(value, int | float | np.number) or not math.isfinite(float(value)):
                raise ValueError(
                    f"variable {name!r} is {value!r}; expected a number for each variable"
                )

    def _outside(self, name: Hashable, solution: Values) -> str | None:
        """In words, how a value is outside the domain that the model gives it."""
        value, vartype = float(solution[name]), self.cqm.vartype(name)
        if vartype is dimod.SPIN:
            return None if value in (-1, 1) else f"{name} is {value:g}; expected -1 or +1"
        low, high = float(self.cqm.lower_bound(name)), float(self.cqm.upper_bound(name))
        room = _TOLERANCE * max(1.0, abs(value))
        if vartype is not dimod.REAL and value != round(value):
            return f"{name} is {value:g}; expected a whole number"
        if low - room <= value <= high + room:
            return None
        return f"{name} is {value:g}; expected {low:g} to {high:g}"


def penalise(
    cqm: dimod.ConstrainedQuadraticModel,
    penalties: float | Mapping[Hashable, float] | None = None,
    encoding: str = "binary",
    real_step: float | Mapping[Hashable, float] | None = None,
    resolution: float | None = None,
) -> Penalised:
    """A constrained quadratic model as energies of spins.

    Constraints of two variables, and those that let at most one of several be 1, need no slack;
    other inequalities get one in `encoding`.  Constraints with products of variables give terms of
    up to four spins, which this package's samplers take as they are.

    Args:
        cqm: binary, spin and integer variables; real ones with `real_step`.  Integers need bounds,
            their own or of a linear constraint.
        penalties: weight of every constraint, or weights by label; by default proven ones, see
            `problems.constrained.weights`.  A weight is the price of one unit of the violation,
            or of its square, once coefficients are whole and without a common divisor.
        encoding: of integers and slacks: "binary", "unary", "domain-wall" or "one-hot".
        real_step: for real variables, by name or for all: they take their lower bound plus
            multiples of it.
        resolution: for inequalities whose coefficients have no common denominator of a useful
            size: rounded to multiples of it, to the safe side.

    Raises:
        ValueError: on a constraint that cannot hold within the bounds of its variables, real
            variables without a step, coefficients that need a resolution, unknown labels or
            weights that are not positive numbers.

    Example:
        >>> import dimod
        >>> cqm = dimod.ConstrainedQuadraticModel()
        >>> x, i = dimod.Binary("x"), dimod.Integer("i", upper_bound=5)
        >>> cqm.set_objective(-3 * x - i)
        >>> _ = cqm.add_constraint(2 * x + i <= 5, label="room")
        >>> encoded = penalise(cqm)
        >>> encoded.penalties
        {'room': 4}
        >>> found = dimod.ExactSolver().sample(encoded.bqm)
        >>> answer = encoded.answer(found)
        >>> answer.solution, answer.certificate.objective
        ({'x': 1, 'i': 3}, -6)
    """
    if not isinstance(cqm, dimod.ConstrainedQuadraticModel):
        raise ValueError(f"expected a dimod.ConstrainedQuadraticModel, not {type(cqm).__name__}")
    if not isinstance(encoding, str) or encoding not in ENCODINGS:
        raise ValueError(f"encoding {encoding!r} given; expected one of {', '.join(ENCODINGS)}")
    _check_finite(cqm)
    parts = _parts(cqm, encoding, real_step, resolution)
    found = Penalised(cqm, parts, proven_weights(parts))
    return found if penalties is None else found.reweighted(penalties)


def _parts(
    cqm: dimod.ConstrainedQuadraticModel,
    encoding: str,
    real_step: float | Mapping[Hashable, float] | None,
    resolution: float | None,
) -> Parts:
    variables = variables_of(cqm, encoding, real_step)
    start = sum(v.number.num_bits for v in variables.values())
    codes = [v.index.tolist() for v in variables.values() if v.is_one_hot]
    terms: list[Term] = []
    for label, constraint in cqm.constraints.items():
        left = constraint.lhs
        difference = expression_of(left, variables)
        difference = difference.add(Expression(-float(constraint.rhs)))
        is_soft = left.is_soft()
        whole = integral(label, difference, constraint.sense.value, resolution, is_soft)
        is_squared = is_soft and left.penalty() == "quadratic"
        price = left.weight() * whole.unit ** (2 if is_squared else 1) if is_soft else 0
        term = term_of(label, whole, codes, encoding, start, price, is_squared)
        if term is not None:
            terms.append(term)
            start += term.num_bits
    groups, labels = _groups(terms, codes)
    return Parts(expression_of(cqm.objective, variables), terms, variables, groups, labels)


def _groups(terms: list[Term], codes: list[list[int]]) -> tuple[list[list[int]], list[Hashable]]:
    """Bits of which just one is 1, by their code or by a constraint; no bit is in two groups."""
    found, labels = list(codes), []
    taken = {i for group in codes for i in group}
    for term in terms:
        form = term.constraint.expression
        if (
            term.constraint.is_equal
            and not term.price
            and form.is_linear
            and abs(form.constant) == 1
            and all(a == -form.constant for a in form.linear.values())
            and not taken & set(form.linear)
        ):
            found.append(list(form.linear))
            labels.append(term.label)
            taken |= set(form.linear)
    return found, labels


def _check_finite(cqm: dimod.ConstrainedQuadraticModel) -> None:
    for label, model, rhs in [
        ("the objective", cqm.objective, 0.0),
        *((f"constraint {k!r}", c.lhs, c.rhs) for k, c in cqm.constraints.items()),
    ]:
        biases = [bias for _, bias in model.iter_linear()]
        biases += [bias for _, _, bias in model.iter_quadratic()]
        if not np.all(np.isfinite([*biases, model.offset, rhs])):
            raise ValueError(f"{label} holds a value that is not finite; expected finite numbers")


def _plain_number(value: float) -> int | float:
    return int(value) if value == int(value) and abs(value) < 2**53 else value
