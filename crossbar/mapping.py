"""Whole-number weights as levels of cells: pairs, offsets and slices, and the way back.

Every mapping ends in the same form.  A weight is ``sum_s significance[s] (plus[s] - minus[s])``;
the two currents of a slice are subtracted before they are digitised, so that what all cells have
in common (a contrast of 2 leaves half the current in it) never reaches a converter.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossbar.checking import check_whole, check_word

Levels = NDArray[np.int32]


class Planes(NamedTuple):
    """Levels of all cells of a matrix.

    Attributes:
        plus: int32 [slices, rows, columns], from 0.
        minus: int32 [slices, rows, columns]; with one column, a reference that all share.
        significance: float64 [slices].
    """

    plus: Levels
    minus: Levels
    significance: NDArray[np.float64]


def encode(codes: Levels, mapping: str, bits: int, num_levels: int) -> Planes:
    """Levels that stand for signed weights.

    Args:
        codes: whole numbers of magnitude at most ``2^(bits-1) - 1``, at most 1 where ternary,
            [rows, columns].
        mapping: one of `MAPPINGS`.
            "differential": one cell of a pair carries the magnitude, the other its lowest level;
            "two-sided": both move, by halves; a pair spans twice the weights of one cell;
            "offset": one cell and a reference column at mid-scale;
            "ternary": weights -1, 0, 1, a pair of cells at their ends;
            "unary": pairs of cells at their ends, as many as the largest weight, all worth 1.
        bits: of a weight, 2 to 16.
        num_levels: of a cell.

    Raises:
        ValueError: on weights too large or not whole, or another mapping.

    Example:
        >>> planes = encode(np.array([[5, -3]]), "differential", 4, 2)
        >>> planes.plus[:, 0].tolist(), planes.significance.tolist()
        ([[1, 0], [0, 0], [1, 0]], [1.0, 2.0, 4.0])
    """
    check_word("mapping", mapping, tuple(MAPPINGS))
    check_whole("bits", bits, 2, 16)
    check_whole("num_levels", num_levels, 2, 2**16)
    if codes.ndim != 2 or not np.issubdtype(codes.dtype, np.integer):
        raise ValueError(
            f"codes are {codes.dtype} of shape {codes.shape}; expected whole numbers in rows and "
            "columns (`quantise` makes them)"
        )
    limit = 1 if mapping == "ternary" else 2 ** (bits - 1) - 1
    largest = int(np.abs(codes).max(initial=0))
    if largest > limit:
        raise ValueError(
            f"a weight is {largest}; {mapping} mapping of {bits} bits holds -{limit} to {limit}"
        )
    return MAPPINGS[mapping](codes.astype(np.int64), bits, num_levels)


def decode(planes: Planes) -> NDArray[np.int64]:
    """The weights that levels stand for."""
    difference = planes.plus.astype(np.int64) - planes.minus
    return np.rint(np.tensordot(planes.significance, difference, 1)).astype(np.int64)


def _slices(values: NDArray[np.int64], largest: int, base: int) -> tuple[Levels, NDArray]:
    """Digits of non-negative numbers, least first, as many as the largest needs."""
    count = 1
    while base**count <= largest:
        count += 1
    powers = base ** np.arange(count)
    return (values // powers[:, None, None] % base).astype(np.int32), powers.astype(np.float64)


def _differential(codes: NDArray[np.int64], bits: int, num_levels: int) -> Planes:
    largest = 2 ** (bits - 1) - 1
    plus, significance = _slices(np.maximum(codes, 0), largest, num_levels)
    return Planes(plus, _slices(np.maximum(-codes, 0), largest, num_levels)[0], significance)


def _two_sided(codes: NDArray[np.int64], bits: int, num_levels: int) -> Planes:
    # Digits of a balanced number system: each from -(L - 1) to L - 1, base 2 L - 1.
    top, base = num_levels - 1, 2 * num_levels - 1
    count = 1
    while (base**count - 1) // 2 < 2 ** (bits - 1) - 1:
        count += 1
    powers = base ** np.arange(count)
    shifted = codes + (base**count - 1) // 2
    digits = shifted // powers[:, None, None] % base - top
    plus = (top + digits + 1) // 2
    return Planes(plus.astype(np.int32), (plus - digits).astype(np.int32), powers.astype(float))


def _offset(codes: NDArray[np.int64], bits: int, num_levels: int) -> Planes:
    middle = 2 ** (bits - 1)
    plus, significance = _slices(codes + middle, 2**bits - 1, num_levels)
    column = np.full((codes.shape[0], 1), middle)
    return Planes(plus, _slices(column, 2**bits - 1, num_levels)[0], significance)


def _ternary(codes: NDArray[np.int64], bits: int, num_levels: int) -> Planes:
    del bits
    top = num_levels - 1
    plus, minus = ((top * (codes == sign)).astype(np.int32)[None] for sign in (1, -1))
    return Planes(plus, minus, np.array([1 / top]))


def _unary(codes: NDArray[np.int64], bits: int, num_levels: int) -> Planes:
    copies, top = np.arange(2 ** (bits - 1) - 1)[:, None, None], num_levels - 1
    plus, minus = ((top * (copies < sign * codes)).astype(np.int32) for sign in (1, -1))
    return Planes(plus, minus, np.full(copies.size, 1 / top))


MAPPINGS: dict[str, Callable[[NDArray[np.int64], int, int], Planes]] = {
    "differential": _differential,
    "two-sided": _two_sided,
    "offset": _offset,
    "ternary": _ternary,
    "unary": _unary,
}
