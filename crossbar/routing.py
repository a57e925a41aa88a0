"""How arrays that share a result or an input are joined: a binary tree, a bus or a mesh.

Partial sums grow by a bit at each doubling, so that nothing is lost on the way.  Arrays stand on a
square grid; an H-tree joins neighbours, then pairs of pairs, and its branches double in length at
every second level.  Where the number of arrays is no power of two the last of a level has a branch,
but no partner.
"""

from math import isqrt
from typing import NamedTuple

from crossbar.checking import check_range, check_whole, check_word

KINDS = ("h-tree", "bus", "mesh")


class Route(NamedTuple):
    """What it takes to bring one number from each of several arrays together and add them.

    Attributes:
        added_bits: bits of all additions, each as wide as its result.
        bit_metres: m, bits times distance of all transfers.
        steps: additions one after another.
        metres: m, longest way of a number.
        bits: of the sum.
    """

    added_bits: int
    bit_metres: float
    steps: int
    metres: float
    bits: int


def gather(kind: str, arrays: int, bits: int, pitch: float) -> Route:
    """Sum of one number from each array.

    Args:
        kind: "h-tree": neighbours first, in ``log2(arrays)`` steps, rounded up; "bus": one after
            another over one shared line, repeated at each array, to an adder at its end; "mesh":
            handed from array to array and added on the way, all rows of the grid at once, then
            along one column.
        arrays: how many.
        bits: of each number.
        pitch: m, from array to array.

    Raises:
        ValueError: on another kind, or numbers out of range.

    Example:
        >>> gather("h-tree", 16, 8, 1e-4).steps, gather("bus", 16, 8, 1e-4).steps
        (4, 15)
        >>> gather("mesh", 16, 8, 1e-4).steps, gather("h-tree", 16, 8, 1e-4).bits
        (6, 12)
    """
    _check(kind, arrays, bits, pitch)
    return {"h-tree": _tree, "bus": _bus, "mesh": _mesh}[kind](arrays, bits, pitch)


def scatter(kind: str, arrays: int, bits: int, pitch: float) -> float:
    """Bit metres of bringing one number of some bits to every array; see `gather`."""
    _check(kind, arrays, bits, pitch)
    if kind == "h-tree":
        levels = (arrays - 1).bit_length()
        return bits * sum(-(-arrays // 2**k) * _branch(k, pitch) for k in range(levels))
    return bits * (arrays - 1) * pitch


def _check(kind: str, arrays: int, bits: int, pitch: float) -> None:
    check_word("kind", kind, KINDS)
    check_whole("arrays", arrays, 1, 2**24)
    check_whole("bits", bits, 1, 256)
    check_range("pitch", pitch, 0.0, unit="m")


def _branch(level: int, pitch: float) -> float:
    """Half the distance between two parts of 2^level arrays that are joined."""
    return pitch / 2 * 2 ** (level // 2)


def width(arrays: int, bits: int) -> int:
    """Bits of the sum of numbers of some bits.

    Example:
        >>> width(1, 8), width(2, 8), width(5, 8)
        (8, 9, 11)
    """
    return bits + (arrays - 1).bit_length()


def _tree(arrays: int, bits: int, pitch: float) -> Route:
    added, moved, longest, level, left = 0, 0.0, 0.0, 0, arrays
    while left > 1:
        moved += left * (bits + level) * _branch(level, pitch)
        longest += _branch(level, pitch)
        added += left // 2 * (bits + level + 1)
        left, level = left - left // 2, level + 1
    return Route(added, moved, level, longest, width(arrays, bits))


def _bus(arrays: int, bits: int, pitch: float) -> Route:
    final = width(arrays, bits)
    moved = bits * pitch * arrays * (arrays - 1) / 2
    return Route((arrays - 1) * final, moved, arrays - 1, (arrays - 1) * pitch, final)


def _mesh(arrays: int, bits: int, pitch: float) -> Route:
    side = isqrt(arrays - 1) + 1
    whole, rest = divmod(arrays, side)
    rows = [side] * whole + ([rest] if rest else [])
    # How many arrays are in each number that is handed on: along the rows, then down the column.
    sent = [count for row in rows for count in range(1, row)]
    sent += [side * done for done in range(1, len(rows))]
    sums = [count for row in rows for count in range(2, row + 1)]
    sums += [min(side * done, arrays) for done in range(2, len(rows) + 1)]
    steps = side + len(rows) - 2
    return Route(
        sum(width(count, bits) for count in sums),
        pitch * sum(width(count, bits) for count in sent),
        steps,
        steps * pitch,
        width(arrays, bits),
    )
