"""Numbers as data hold them: whole ones stay exact, decimals mean what is written."""

import math
from collections.abc import Iterable
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

Amount = int | float


def amount(name: str, value: Any, least: float | None = None) -> Amount:
    """A finite number; whole ones as int.

    Raises:
        ValueError: on anything else, or a number below `least`.

    Example:
        >>> amount("capacity", 3.0), amount("capacity", 0.5)
        (3, 0.5)
    """
    wanted = "a finite number" if least is None else f"a finite number of {least} or more"
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r}; expected {wanted}")
    if least is not None and value < least:
        raise ValueError(f"{name} is {value!r}; expected {wanted}")
    number: Any = value
    if isinstance(value, Integral) or float(number).is_integer():
        return int(number)
    return float(number)


def amounts(name: str, values: Iterable[Any], least: float | None = None) -> tuple[Amount, ...]:
    """Finite numbers, whole ones as int.

    Raises:
        ValueError: on no list of numbers, a number that is not finite or one below `least`.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ValueError(f"{name} is {values!r:.60}; expected a list of numbers")
    return tuple(amount(f"{name}[{i}]", value, least) for i, value in enumerate(values))


def exactly(value: Amount) -> Fraction:
    """The number that is written: 0.1 is one tenth, not the double next to it.

    Example:
        >>> exactly(0.1) + exactly(0.2) == exactly(0.3)
        True
    """
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def total(values: Iterable[Amount]) -> Amount:
    """The sum of the numbers that are written: exact where all are whole, else rounded once."""
    known = sum(map(exactly, values), Fraction(0))
    return known.numerator if known.denominator == 1 else float(known)


def common_unit(numbers: Iterable[Fraction]) -> Fraction:
    """The largest number that all are whole multiples of; 1 where all are 0.

    Example:
        >>> common_unit([Fraction(3, 4), Fraction(-1, 2)])
        Fraction(1, 4)
    """
    others = [abs(number) for number in numbers if number]
    if not others:
        return Fraction(1)
    down = math.lcm(*(number.denominator for number in others))
    return Fraction(math.gcd(*(int(number * down) for number in others)), down)
