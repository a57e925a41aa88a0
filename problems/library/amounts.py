"""Numbers as data hold them: whole ones stay exact, decimals mean what is written."""

import math
import operator
from collections.abc import Iterable
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

Amount = int | float
_LARGEST = 1e300  # sums of that many such numbers stay finite
_EXACT = 2**53  # from here on doubles do not hold all whole numbers


def amount(name: str, value: Any, least: float | None = None) -> Amount:
    """A finite number below 1e300; whole ones as int.

    Raises:
        ValueError: on anything else, or a number below `least`.

    Example:
        >>> amount("capacity", 3.0), amount("capacity", 0.5)
        (3, 0.5)
    """
    wanted = "a finite number" if least is None else f"a finite number of {least} or more"
    number: Any = value
    known = isinstance(value, Real) and not isinstance(value, bool)
    if not known or not abs(number) < _LARGEST or (least is not None and number < least):
        raise ValueError(f"{name} is {value!r:.60}; expected {wanted}")
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


def positive(name: str, value: Any) -> Amount:
    """A finite number above 0: weights of penalties, which need not be exact from 2^53 on.

    Raises:
        ValueError: on anything else.

    Example:
        >>> positive("weight", 2)
        2
    """
    number = amount(name, value)
    if not number > 0:
        raise ValueError(f"{name} is {value!r:.60}; expected a positive number")
    return number if number < _EXACT else float(number)


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number from `least` to `most`, Python's or NumPy's.

    Raises:
        ValueError: on anything else.

    Example:
        >>> whole("groups", 3, 2, 10)
        3
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        raise ValueError(
            f"{name} is {value!r:.60}; expected a whole number from {least} to {most:,}"
        )
    return number


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
