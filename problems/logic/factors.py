"""What both ways of factoring share: widths, the certificate, and division as a repair."""

from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import as_states

# Bits of X and Y, the fixed lowest ones included.
PUBLISHED = {35: (3, 3), 161: (3, 5), 945: (4, 6)}


@dataclass(frozen=True)
class FactorCertificate:
    """What one state says, multiplied out in whole numbers.

    Attributes:
        x, y: the factors that were read.
        product: x * y.
        is_factorisation: whether that is the number.
        is_nontrivial: whether it is, and neither factor is 1.
        energy: of the state.
        consistent_with_energy: whether the energy is what the bits say: the squared error, or 0
            exactly where all gates of a multiplier are satisfied.
    """

    x: int
    y: int
    product: int
    is_factorisation: bool
    is_nontrivial: bool
    energy: int | float
    consistent_with_energy: bool


def widths(number: int, bits_x: int | None, bits_y: int | None) -> tuple[int, int]:
    """Bits of the factors: those given, the published ones, or as many as any two can have.

    Raises:
        ValueError: on a number that is even or below 9, one width alone or a width below 2.

    Example:
        >>> widths(945, None, None), widths(143, None, None)
        ((4, 6), (4, 6))
    """
    if number < 9 or number % 2 == 0:
        raise ValueError(f"{number} given; expected an odd number of at least 9")
    if (bits_x is None) != (bits_y is None):
        raise ValueError("one width given; expected bits_x and bits_y, or neither")
    if bits_x is None or bits_y is None:
        found = isqrt(number).bit_length(), (number // 3).bit_length()
        bits_x, bits_y = PUBLISHED.get(number, found)
    if min(bits_x, bits_y) < 2:
        raise ValueError(f"factors of {bits_x} and {bits_y} bits; expected at least 2 each")
    return bits_x, bits_y


def certify(
    number: int, x: int, y: int, energy: int | float, consistent: bool
) -> FactorCertificate:
    """The certificate of two factors.

    Example:
        >>> certify(35, 5, 7, 0, True).is_nontrivial
        True
    """
    right = x * y == number
    return FactorCertificate(x, y, x * y, right, right and 1 not in (x, y), energy, consistent)


def divided(number: int, found: tuple[int, int], bits: tuple[int, ...]) -> tuple[int, int] | None:
    """Two factors, one of them found, that fit into `bits`; None where neither divides."""
    x, y = found
    for pair in ((x, number // max(x, 1)), (number // max(y, 1), y)):
        fits = all(value < 1 << width for value, width in zip(pair, bits, strict=True))
        if pair[0] * pair[1] == number and fits and 1 not in pair:
            return pair
    return None


def one_state(spins: ArrayLike, n: int) -> NDArray[np.int8]:
    """Checked spins of one state [n], and of no more."""
    states, lead = as_states(spins, n)
    if lead:
        raise ValueError(f"{len(states)} states given; expected one, shape [{n}]")
    return states[0]
