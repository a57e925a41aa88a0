"""Penalties of constraints: 0 where one holds, 1 or more where it does not.

Of ``E <= 0`` or ``E == 0`` with whole coefficients, in the first form that fits:

    table    E depends on two bits at most: the violation itself, as every function of two bits is
             quadratic
    bound    E is never below 0: E itself; for equations also never above 0: -E
    pairs    at most one of several bits, or their complements, is 1: the number of pairs that are
    square   (E + slack)^2 with 0 <= slack <= -min E; E^2 for equations; of order 4 for quadratic E

(The first three need no slack; for pairs of bits they are those of F. Glover, G. Kochenberger &
Y. Du, 4OR 17, 335 (2019), table 1.)  Soft constraints are charged by the amount or its square:
by a table, a square, or an equation E + slack - excess = 0 (E - above + below = 0) that makes the
amount a variable, which costs its weight.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems.constrained.expressions import Expression
from problems.constrained.integral import Integral
from problems.library.binaries import Binaries
from problems.library.integers import IntegerBits, integer_bits

HighTerms = dict[tuple[int, ...], float]


@dataclass(frozen=True)
class Slack:
    """A whole number that a penalty adds to its expression, `sign` times.

    Attributes:
        number, start: its bits.
        sign: +1 for what is missing to the bound, -1 for what is above it.
        cost: of one unit in the energy.
    """

    number: IntegerBits
    start: int
    sign: int
    cost: float = 0

    @property
    def index(self) -> NDArray[np.int64]:
        return np.arange(self.start, self.start + self.number.num_bits)

    @property
    def form(self) -> Expression:
        pairs = zip(self.index.tolist(), self.number.coefficients.tolist(), strict=True)
        return Expression(0, {i: c for i, c in pairs if c})


@dataclass(frozen=True)
class Term:
    """The penalty of one constraint.

    Attributes:
        label: of the constraint.
        shape: "table", "bound", "pairs", "square" or "soft", see the module.
        constraint: with whole coefficients.
        once: penalty of weight one, for all shapes but "square".
        slacks: of a "square".
        price: cost of one unit (or unit squared) of a soft constraint, 0 for a hard one: its weight
            is then given, but for that of the equation of a linear one.
        is_squared: whether a soft constraint pays the square.
    """

    label: Hashable
    shape: str
    constraint: Integral
    once: Expression = field(default_factory=Expression)
    slacks: tuple[Slack, ...] = ()
    price: float = 0
    is_squared: bool = False

    @property
    def is_weighted(self) -> bool:
        """Whether it has a weight that can be chosen."""
        return not self.price or (len(self.slacks) > 0 and not self.is_squared)

    @property
    def inside(self) -> Expression:
        """What is squared: E and its slacks."""
        found = self.constraint.expression
        for slack in self.slacks:
            found = found.add(slack.form, slack.sign)
        return found

    @property
    def num_bits(self) -> int:
        return sum(slack.number.num_bits for slack in self.slacks)

    def put(self, energy: Binaries, weight: float) -> HighTerms:
        """Add the penalty to an energy; terms of three bits and more are handed back."""
        if not self.is_weighted:
            weight = self.price
        higher: HighTerms = {}
        if self.shape == "square":
            higher = self._square(energy, weight)
        else:
            self.once.put(energy, weight)
        for slack in self.slacks:
            energy.add(slack.index, slack.cost * slack.number.coefficients)
            slack.number.penalise(energy, slack.index, weight)
        return higher

    def _square(self, energy: Binaries, weight: float) -> HighTerms:
        inside = self.inside
        if inside.is_linear:
            linear = inside.linear
            energy.square(list(linear), list(linear.values()), inside.constant, weight)
            return {}
        quadratic, higher = Expression(), {}
        for bits, value in inside.square().items():
            if len(bits) > 2:
                higher[bits] = weight * value
            elif len(bits) == 2:
                quadratic.pairs[bits[0], bits[1]] = value
            elif bits:
                quadratic.linear[bits[0]] = value
            else:
                quadratic.constant = value
        quadratic.put(energy, weight)
        return higher

    def best_slack(self, ones: NDArray) -> None:
        """Set the slack bits within `ones` [n] to what costs least, given the others."""
        left = self.constraint.expression.value(ones)
        for slack in self.slacks:
            value = int(np.clip(-slack.sign * left, 0, slack.number.span))
            ones[slack.index] = slack.number.encode(value)
            left += slack.sign * value


def term_of(
    label: Hashable,
    constraint: Integral,
    groups: Sequence[Collection[int]],
    encoding: str,
    start: int,
    price: float = 0,
    is_squared: bool = False,
) -> Term | None:
    """The penalty of a constraint, None where bounds make it hold by itself.

    Args:
        label: of the constraint.
        constraint: with whole coefficients.
        groups: bits of which exactly one is 1, by their code.
        encoding: of slacks.
        start: index of the first slack bit.
        price: of a soft constraint, per unit of E (squared); 0 for hard ones.
        is_squared: see `Term`.

    Raises:
        ValueError: where a hard constraint cannot hold.
    """
    form, is_equal = constraint.expression, constraint.is_equal
    low, high = (round(edge) for edge in form.range(groups))
    if not price:
        _check_possible(label, constraint, low, high)
    if high <= 0 and (not is_equal or low == 0):
        return None
    soft: dict[str, Any] = {"price": price, "is_squared": is_squared}
    if len(form.bits) <= 2:
        once = _table(form, _amount(is_equal, is_squared))
        return Term(label, "table", constraint, once, **soft)
    lowest, highest = (round(edge) for edge in form.range())
    if not is_squared and lowest == 0:
        return Term(label, "bound", constraint, form, **soft)
    if not is_squared and is_equal and highest == 0:
        return Term(label, "bound", constraint, Expression().add(form, -1), **soft)
    if not price and _is_at_most_one(constraint):
        return Term(label, "pairs", constraint, _pairs(form), **soft)
    ranges: list[tuple[int, int, float]] = []
    charged = price if not is_squared else 0
    if not is_equal and low < 0:
        ranges.append((+1, -low, 0))
    if charged and high > 0:
        ranges.append((-1, high, charged))
    if charged and is_equal and low < 0:
        ranges.append((+1, -low, charged))
    slacks = []
    for sign, span, cost in ranges:
        slacks.append(Slack(integer_bits(encoding, 0, span), start, sign, cost))
        start += slacks[-1].number.num_bits
    return Term(label, "square", constraint, Expression(), tuple(slacks), **soft)


def _check_possible(label: Hashable, constraint: Integral, low: int, high: int) -> None:
    if constraint.never:
        raise ValueError(
            f"constraint {label!r} cannot hold: its coefficients have a common divisor that its "
            "right side lacks"
        )
    if low > 0 or (constraint.is_equal and high < 0):
        unit = constraint.unit
        raise ValueError(
            f"constraint {label!r} cannot hold within the bounds of its variables: it is broken by "
            f"{(low if low > 0 else -high) * unit:g} or more"
        )


def _amount(is_equal: bool, is_squared: bool) -> Callable[[float], float]:
    def amount(value: float) -> float:
        found = abs(value) if is_equal else max(value, 0)
        return found**2 if is_squared else found

    return amount


def _table(form: Expression, amount: Callable[[float], float]) -> Expression:
    """The quadratic function of at most two bits that equals ``amount(form)`` everywhere."""
    bits = form.bits

    def at(*ones: int) -> float:
        return amount(form.value(dict(zip(bits, ones, strict=False))))

    if not bits:
        return Expression(amount(form.constant))
    if len(bits) == 1:
        return Expression().add(Expression(at(0), {bits[0]: at(1) - at(0)}))
    i, j = bits
    none, one, other, both = at(0, 0), at(1, 0), at(0, 1), at(1, 1)
    linear = {i: one - none, j: other - none}
    return Expression().add(Expression(none, linear, {(i, j): both - one - other + none}))


def _is_at_most_one(constraint: Integral) -> bool:
    form = constraint.expression
    is_unit = form.is_linear and all(abs(a) == 1 for a in form.linear.values())
    return is_unit and not constraint.is_equal and round(form.range()[0]) == -1


def _pairs(form: Expression) -> Expression:
    """k (k - 1) / 2 of the k = E + 1 bits, or complements, that are 1."""
    c = form.constant + 1
    linear = {i: (a * a + 2 * c * a - a) / 2 for i, a in form.linear.items()}
    pairs = {
        (min(i, j), max(i, j)): a * b for (i, a), (j, b) in combinations(form.linear.items(), 2)
    }
    return Expression().add(Expression(c * (c - 1) / 2, linear, pairs))
