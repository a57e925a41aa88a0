"""Constraints with whole coefficients: ``E(x) <= 0`` or ``E(x) == 0`` over bits x.

Floating-point coefficients are read as the simplest fractions that round to them, multiplied by
their common denominator and divided by their common divisor.  Where that leads to numbers whose
squares float64 does not hold, a resolution rounds inequalities to the safe side: what holds after
rounding holds before.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from problems.constrained.expressions import Expression

_LARGEST = 2**26  # squares of such numbers, and sums of some, are exact in float64
_DENOMINATORS = (1, 10**3, 10**6, 10**9)


@dataclass(frozen=True)
class Integral:
    """A constraint as ``E <= 0`` or ``E == 0``, all coefficients ints.

    Attributes:
        expression: E.
        is_equal: whether it is an equation.
        unit: of the original left side per unit of E.
        never: whether no whole numbers can satisfy it.
    """

    expression: Expression
    is_equal: bool
    unit: float
    never: bool = False


def integral(
    label: Hashable,
    difference: Expression,
    sense: str,
    resolution: float | None,
    exact_amount: bool = False,
) -> Integral:
    """A constraint ``difference <= 0``, ``>= 0`` or ``== 0`` with whole coefficients.

    Args:
        label: of the constraint, for errors.
        difference: left side minus right side.
        sense: "<=", ">=" or "==".
        resolution: what coefficients are rounded to where they have no common denominator.
        exact_amount: whether the size of a violation matters too, as in soft constraints; then the
            constant is not rounded.

    Raises:
        ValueError: on coefficients without a common denominator of a useful size and no resolution,
            or an equation that would have to be rounded.
    """
    sign, is_equal = (-1 if sense == ">=" else 1), sense == "=="
    signed = Expression().add(difference, sign)
    parts = [signed.constant, *signed.coefficients]
    room = 4e-15 * max(map(abs, parts))
    fractions = [_fraction(part, room) for part in parts]
    scale = math.lcm(*(part.denominator for part in fractions))
    whole = [int(part * scale) for part in fractions]
    found = _reduced(_rebuilt(signed, whole), is_equal, exact_amount, 1 / scale)
    if _size(found.expression) < _LARGEST or found.never:
        return found
    if resolution is None or is_equal or exact_amount:
        _refuse(label, signed, resolution is not None)
    return _rounded(label, signed, float(resolution))  # type: ignore[arg-type]


def _size(found: Expression) -> float:
    return abs(found.constant) + sum(map(abs, found.coefficients))


def _reduced(found: Expression, is_equal: bool, exact_amount: bool, unit: float) -> Integral:
    """Divided by the common divisor of the coefficients; the constant is rounded up."""
    constant = int(found.constant)
    numbers = [int(value) for value in found.coefficients]
    divisor = math.gcd(*numbers, constant if exact_amount else 0) or 1
    never = is_equal and constant % divisor != 0
    if never:
        return Integral(found, is_equal, unit, True)
    whole = [-(-constant // divisor), *(value // divisor for value in numbers)]
    return Integral(_rebuilt(found, whole), is_equal, unit * divisor)


def _rounded(label: Hashable, found: Expression, resolution: float) -> Integral:
    if not 0 < resolution < math.inf:
        raise ValueError(f"resolution is {resolution!r}; expected a positive number")
    room = 1e-9
    whole = [math.ceil(part / resolution - room) for part in (found.constant, *found.coefficients)]
    if sum(map(abs, whole)) >= _LARGEST:
        raise ValueError(
            f"constraint {label!r} spans {sum(map(abs, whole)):.3g} steps of {resolution:g}; "
            f"expected below {_LARGEST:.3g}: take a larger `resolution`"
        )
    return _reduced(_rebuilt(found, whole), False, False, resolution)


def _rebuilt(found: Expression, whole: Sequence[float]) -> Expression:
    constant, *numbers = whole
    linear = dict(zip(found.linear, numbers, strict=False))
    pairs = dict(zip(found.pairs, numbers[len(linear) :], strict=True))
    return Expression().add(Expression(constant, linear, pairs))


def _fraction(value: float, room: float) -> Fraction:
    """The simplest fraction within `room` of `value`, itself where there is none."""
    exact = Fraction(value)
    for limit in _DENOMINATORS:
        near = exact.limit_denominator(limit)
        if abs(float(near) - value) <= room:
            return near
    return exact


def _refuse(label: Hashable, found: Expression, is_rounded: bool) -> None:
    shown = ", ".join(f"{value:.12g}" for value in found.coefficients[:3])
    remedy = "scale it, or round its coefficients"
    if not is_rounded:
        remedy += ", or give a `resolution` to which inequalities are rounded"
    raise ValueError(
        f"constraint {label!r} has coefficients ({shown}, ...) without a small common "
        f"denominator; expected whole numbers up to a factor, in all below {_LARGEST:.3g}: {remedy}"
    )
