"""Weights as whole numbers: how many bits hold them exactly, and what fewer bits lose."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.checks import whole_number

_TOLERANCE = 1e-12  # of the largest weight, in a weight that is a multiple of a unit
_REMAINDER = 1e-8  # smaller ones of Euclid's algorithm are rounding
_LEAST = 1e-300  # below, floats have fewer digits
_MOST_REAL = 2**15


class WeightCodes(NamedTuple):
    """Weights as they are stored.

    Attributes:
        values: whole numbers, int64, of any shape.
        scale: real number per code.
        error: the most by which a weight is off, as a share of the largest; 0 where all are exact.
        vanished: weights that are not 0 and whose codes are.
    """

    values: NDArray[np.int64]
    scale: float
    error: float
    vanished: int


def unit_of(weights: ArrayLike) -> float | None:
    """The largest number of which all weights are whole multiples; None where there is none.

    Real numbers count as multiples to 12 digits, and where the largest is at most 2^15 of them.

    Example:
        >>> unit_of([6, -4, 0]), unit_of([0.75, 0.5]), unit_of([0.5, 2**0.5])
        (2.0, 0.25, None)
    """
    values = np.unique(np.abs(np.asarray(weights, np.float64)))
    values = values[values > 0]
    if values.size and values[-1] < _LEAST:
        return None
    if not values.size:
        return 1.0
    if (values == np.rint(values)).all() and values[-1] < 2**53:
        return float(np.gcd.reduce(values.astype(np.int64)))
    largest = unit = values[-1]
    for value in values[:-1]:
        unit = _common(value, unit, largest)
        if unit * _MOST_REAL < largest * (1 - _REMAINDER):
            return None
        unit = largest / round(largest / unit)  # remainders lose digits, the largest has them all
    counts = np.rint(values / unit)
    off = np.abs(values - counts * unit).max()
    return float(unit) if off <= _TOLERANCE * largest and counts.all() else None


def _common(large: float, small: float, largest: float) -> float:
    """Euclid's algorithm for real numbers."""
    while small > _REMAINDER * largest:
        large, small = small, abs(large - small * round(large / small))
    return large


def exact_bits(weights: ArrayLike) -> int | None:
    """Fewest bits, sign included, of whole multiples of a unit that are the weights; None if none.

    Example:
        >>> exact_bits([1, -1]), exact_bits([3.5, -0.5]), exact_bits([2**0.5, 1])
        (2, 4, None)
    """
    unit = unit_of(weights)
    if unit is None:
        return None
    largest = round(float(np.abs(np.asarray(weights, np.float64)).max(initial=0)) / unit)
    return max(2, largest.bit_length() + 1)


def encode_weights(weights: ArrayLike, bits: int) -> WeightCodes:
    """Whole numbers of at most ``2^(bits-1) - 1`` that stand for the weights.

    Exact where `exact_bits` are not more than `bits`: codes are then multiples of the largest
    number that leaves room, so that the range of a cell is used, whereas the largest weight at the
    largest code would round all others.  Else that is what is done.

    Raises:
        ValueError: on fewer than 2 bits, or weights whose largest is below 1e-300.

    Example:
        >>> encode_weights([2, -1], 8)
        WeightCodes(values=array([126, -63]), scale=0.015873015873015872, error=0.0, vanished=0)
        >>> round(encode_weights([2, -1], 2).error, 2)
        0.5
    """
    bits = whole_number("bits", bits, 2)
    values = np.asarray(weights, np.float64)
    largest, most = float(np.abs(values).max(initial=0)), 2 ** (bits - 1) - 1
    if not largest:
        return WeightCodes(np.zeros(values.shape, np.int64), 1.0, 0.0, 0)
    if largest < _LEAST:
        raise ValueError(
            f"the largest weight is {largest:g}; scale the problem to at least {_LEAST:g}"
        )
    unit = unit_of(values)
    if unit is not None and (count := round(largest / unit)) <= most:
        factor = most // count
        codes = np.rint(values / unit).astype(np.int64) * factor
        return WeightCodes(codes, unit / factor, 0.0, 0)
    scale = largest / most
    codes = np.rint(values / scale).astype(np.int64)
    error = float(np.abs(codes * scale - values).max()) / largest
    return WeightCodes(codes, scale, error, int(((codes == 0) & (values != 0)).sum()))
