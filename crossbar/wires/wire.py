"""The wires of one array, and the law of small losses that tells how large it may be."""

from bisect import bisect_right
from dataclasses import dataclass, field

import jax

from crossbar.checking import check_range, check_word, is_concrete

Number = float | jax.Array
ENDS = ("one", "both")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Wire:
    """Wires of an array; a segment leads from one cell to the next.

    Word lines run along rows and are driven, bit lines run along columns and are sensed at virtual
    ground.  One more segment lies between the driver and the first cell, and between the last
    cell and the ground.

    Args:
        word: Ohm, of a segment of a word line.
        bit: Ohm, of a segment of a bit line.
        source: Ohm, of each driver.
        sense: Ohm, of each sensing input.
        drive: "one": word lines driven before column 0; "both": at both ends.
        ground: "one": bit lines sensed after the last row; "both": at both ends, summed.

    Raises:
        ValueError: on a negative or infinite resistance or another end.

    Example:
        >>> Wire(word=1.56, bit=1.56).drive
        'one'
    """

    word: Number = 0.0
    bit: Number = 0.0
    source: Number = 0.0
    sense: Number = 0.0
    drive: str = field(default="one", metadata={"static": True})
    ground: str = field(default="one", metadata={"static": True})

    def __post_init__(self) -> None:
        for name in ("word", "bit", "source", "sense"):
            check_range(name, getattr(self, name), 0.0, unit="Ohm")
        check_word("drive", self.drive, ENDS)
        check_word("ground", self.ground, ENDS)

    @property
    def is_ideal(self) -> bool:
        """Whether no resistance is above zero; False while tracing."""
        values = (self.word, self.bit, self.source, self.sense)
        return all(is_concrete(value) and float(value) == 0 for value in values)


def small_loss(wire: Wire, conductance: Number, rows: int, columns: int) -> Number:
    """Mean share of the current that is lost where that is little, all word lines driven.

    To the first order in the resistances; ``(r_word columns^2 + r_bit rows^2) G / 3`` for large
    arrays, which is 2/3 r G N^2 for square ones, and a quarter of a wire's part where it is
    connected at both ends.

    Args:
        conductance: S, the mean of the cells.

    Example:
        >>> round(small_loss(Wire(word=1.56, bit=1.56), 1 / 1e6, 128, 128), 4)
        0.0172
    """
    word = wire.word * _mean_drop(columns, wire.drive)
    bit = wire.bit * _mean_drop(rows, wire.ground)
    ends = wire.source * columns / (1 + (wire.drive == "both"))
    ends = ends + wire.sense * rows / (1 + (wire.ground == "both"))
    return conductance * (word + bit + ends)


def _mean_drop(cells: int, ends: str) -> float:
    """Mean over the cells of a line, in volts per ohm of a segment and ampere of a cell."""
    if ends == "both":
        return (cells + 1) * (cells + 2) / 12
    return (cells + 1) * (2 * cells + 1) / 6


def largest_array(wire: Wire, conductance: float, loss: float = 0.01) -> int:
    """Cells along a side of the largest square array that loses no more than a share; 0 for none.

    Raises:
        ValueError: on wires without resistance, or a conductance or loss not above 0.

    Example:
        >>> largest_array(Wire(word=1.56, bit=1.56), 1 / 1.7e6)
        127
    """
    check_range("conductance", conductance, 1e-30, unit="S")
    check_range("loss", loss, 1e-30, 1.0)
    if wire.is_ideal:
        raise ValueError("the wires have no resistance: any array is small enough")
    return bisect_right(range(1, 2**24), loss, key=lambda n: small_loss(wire, conductance, n, n))
