"""The variables of a constrained model as bits, and how large they can get."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from problems.constrained.expressions import Expression, times
from problems.library.integers import Binary, IntegerBits, OneHot, integer_bits

_HUGE = 2**40  # a range that no encoding could sample
_ROUNDS = 10


@dataclass(frozen=True)
class Variable:
    """One variable: ``low + step * (number of its bits)``.

    Attributes:
        name: in the model.
        vartype: of dimod.
        number: its bits; one bit for binary and spin variables.
        start: index of its first bit.
        low: value where the number is 0.
        step: value of one unit of the number.
    """

    name: Hashable
    vartype: dimod.Vartype
    number: IntegerBits
    start: int
    low: float
    step: float

    @property
    def index(self) -> NDArray[np.int64]:
        return np.arange(self.start, self.start + self.number.num_bits)

    @cached_property
    def form(self) -> Expression:
        """Its value as a function of its bits."""
        steps = [self.step * int(c) for c in self.number.coefficients]
        linear = dict(zip(self.index.tolist(), steps, strict=True))
        return Expression().add(Expression(self.low, linear))

    @property
    def has_code(self) -> bool:
        """Whether some states of its bits mean no number."""
        return type(self.number).penalise is not IntegerBits.penalise

    @property
    def is_one_hot(self) -> bool:
        return isinstance(self.number, OneHot)

    def read(self, ones: NDArray) -> int | float:
        """The value of bits [n] of all variables; of no code, the nearest: as many ones (domain
        wall), the least of several values or the lowest of all (one-hot)."""
        mine = ones[self.start : self.start + self.number.num_bits]
        found = self.number.decode(mine)
        if found is None:
            found = int(np.argmax(mine) if self.is_one_hot else mine.sum())
        return self.value(found)

    def read_all(self, ones: NDArray) -> NDArray[np.float64]:
        """The same of many states [k, n], as numbers [k]."""
        mine = ones[:, self.index]
        number = mine.argmax(1) if self.is_one_hot else mine @ self.number.coefficients
        return (self.low + self.step * number).astype(np.float64)

    def value(self, number: int) -> int | float:
        found = self.low + self.step * number
        return int(found) if self.vartype is not dimod.REAL else found

    def write(self, value: Any) -> NDArray[np.int8]:
        """Bits of a value.

        Raises:
            ValueError: on a value that it cannot have.
        """
        number = (value - self.low) / self.step
        if abs(number - round(number)) > 1e-6:
            raise ValueError(f"{self.name} is {value!r}; expected {self.words}")
        if not 0 <= round(number) <= self.number.span:
            raise ValueError(f"{self.name} is {value!r}; expected {self.words}")
        return self.number.encode(round(number))

    @property
    def words(self) -> str:
        """Its domain."""
        if self.vartype is dimod.BINARY:
            return "0 or 1"
        if self.vartype is dimod.SPIN:
            return "-1 or +1"
        last = self.value(self.number.span)
        steps = "" if self.vartype is dimod.INTEGER else f" in steps of {self.step}"
        return f"{self.value(0)} to {last}{steps}"


def variables_of(
    cqm: dimod.ConstrainedQuadraticModel,
    encoding: str,
    real_step: float | Mapping[Hashable, float] | None,
) -> dict[Hashable, Variable]:
    """All variables of a model with their bits, in the model's order.

    Raises:
        ValueError: on a real variable without a step, an integer whose range no constraint bounds,
            or bounds that leave no value.
    """
    limits, found, start = bounds_of(cqm), {}, 0
    for name in cqm.variables:
        vartype = cqm.vartype(name)
        if vartype in (dimod.BINARY, dimod.SPIN):
            low, step, number = (0, 1, Binary(0, 1))
            if vartype is dimod.SPIN:
                low, step = -1, 2
        else:
            low, high = limits[name]
            step = 1
            if vartype is dimod.REAL:
                step = _step_of(name, real_step)
                low = _on_grid(float(cqm.lower_bound(name)), low, step)
            steps = math.floor((high - low) / step + 1e-9) if high - low < math.inf else math.inf
            if not steps < _HUGE:
                raise ValueError(
                    f"variable {name!r} goes from {low:g} to {high:g}; expected bounds of its own "
                    "or linear constraints that bound it"
                )
            number = integer_bits(encoding, 0, int(steps))
            low = int(low) if vartype is dimod.INTEGER else low
        found[name] = Variable(name, vartype, number, start, low, step)
        start += number.num_bits
    return found


def expression_of(model: Any, variables: Mapping[Hashable, Variable]) -> Expression:
    """An objective or a left side as a function of bits."""
    found = Expression(float(model.offset))
    total: dict[int, float] = {}
    pairs: dict[tuple[int, int], float] = {}

    def gather(part: Expression, factor: float) -> None:
        found.constant += factor * part.constant
        for i, value in part.linear.items():
            total[i] = total.get(i, 0) + factor * value
        for ij, value in part.pairs.items():
            pairs[ij] = pairs.get(ij, 0) + factor * value

    for name, bias in model.iter_linear():
        gather(variables[name].form, float(bias))
    for one, other, bias in model.iter_quadratic():
        gather(times(variables[one].form, variables[other].form), float(bias))
    return found.add(Expression(0, total, pairs))


def bounds_of(cqm: dimod.ConstrainedQuadraticModel) -> dict[Hashable, tuple[float, float]]:
    """Least and largest value of every variable, from its bounds and the hard linear constraints.

    A linear constraint bounds each of its variables once the others are bounded; a few rounds of
    that are run.

    Raises:
        ValueError: where no value is left.
    """
    limits = {}
    for name in cqm.variables:
        low, high = float(cqm.lower_bound(name)), float(cqm.upper_bound(name))
        # dimod's own largest values stand for no bound.
        limits[name] = _rounded(cqm, name, low if low > -(2**53) + 1 else -math.inf, high)
        if high >= 2**53 - 1:
            limits[name] = (limits[name][0], math.inf)
    rows = [row for constraint in cqm.constraints.values() for row in _rows(constraint)]
    for _ in range(_ROUNDS):
        before = dict(limits)
        for terms, rhs in rows:
            _tighten(cqm, limits, terms, rhs)
        if before == limits:
            break
    for name, (low, high) in limits.items():
        if low > high:
            raise ValueError(
                f"variable {name!r} has no value: bounds and constraints leave {low:g} to {high:g}"
            )
    return limits


Row = tuple[list[tuple[Hashable, float]], float]  # sum a v <= rhs


def _rows(constraint: Any) -> list[Row]:
    """A linear hard constraint as one or two rows; none for any other."""
    lhs = constraint.lhs
    if not lhs.is_linear() or lhs.is_soft():
        return []
    rhs = float(constraint.rhs) - float(lhs.offset)
    signs = {"<=": (1,), ">=": (-1,), "==": (1, -1)}[constraint.sense.value]
    terms = [(name, float(bias)) for name, bias in lhs.iter_linear() if bias]
    return [([(name, sign * a) for name, a in terms], sign * rhs) for sign in signs]


def _tighten(cqm: Any, limits: dict, terms: list[tuple[Hashable, float]], rhs: float) -> None:
    least = [min(a * limits[v][0], a * limits[v][1]) for v, a in terms]
    unbounded = sum(part == -math.inf for part in least)
    finite = sum(part for part in least if part > -math.inf)
    for (name, a), part in zip(terms, least, strict=True):
        is_open = part == -math.inf
        if cqm.vartype(name) not in (dimod.INTEGER, dimod.REAL) or unbounded > is_open:
            continue
        edge = (rhs - (finite if is_open else finite - part)) / a
        low, high = limits[name]
        low, high = (low, min(high, edge)) if a > 0 else (max(low, edge), high)
        limits[name] = _rounded(cqm, name, low, high)


def _rounded(cqm: Any, name: Hashable, low: float, high: float) -> tuple[float, float]:
    """Whole bounds for whole numbers, with room for rounding errors."""
    if cqm.vartype(name) is not dimod.INTEGER:
        return low, high
    room = 1e-9
    low = low if math.isinf(low) else math.ceil(low - room * max(1, abs(low)))
    high = high if math.isinf(high) else math.floor(high + room * max(1, abs(high)))
    return low, high


def _on_grid(start: float, low: float, step: float) -> float:
    """The first of start, start + step, ... from `low` on: bounds do not shift the grid."""
    if start <= -_HUGE:
        return low
    return start + step * math.ceil((low - start) / step - 1e-9)


def _step_of(name: Hashable, given: float | Mapping[Hashable, float] | None) -> float:
    step = given.get(name) if isinstance(given, Mapping) else given
    if step is None:
        raise ValueError(
            f"variable {name!r} is real; expected binary, spin and integer ones, or a `real_step` "
            "in which it goes"
        )
    if not 0 < step < math.inf:
        raise ValueError(f"real_step is {step!r} for {name!r}; expected a positive number")
    return step
