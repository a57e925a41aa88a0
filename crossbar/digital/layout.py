"""Where the bits of a matrix lie: banks of 256 rows by 4 columns, merged for wider weights.

One bank holds 4 bits of 256 weights.  A weight of B bits takes B / 4 neighbouring banks, the most
significant bits in the first, so a macro of 64 banks holds 256 x (256 / B) weights; at 12 bits one
bank is left over.  Larger matrices are cut into tiles, one per macro.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crossbar.digital.operands import check_width

MOST_ROW_TILES = 2**15
"""From so many on the words of `arithmetic.multiply` overflow."""


@dataclass(frozen=True)
class Organisation:
    """Size of a macro; the defaults are the published ones (64 banks, 256 rows, 4 columns)."""

    banks: int = 64
    rows: int = 256
    columns: int = 4

    def __post_init__(self) -> None:
        for name, most in (("banks", 4096), ("rows", 256), ("columns", 4)):
            value = getattr(self, name)
            if not isinstance(value, int) or not 1 <= value <= most:
                raise ValueError(f"{name} is {value!r}; expected a whole number from 1 to {most}")
        if self.columns != 4:
            raise ValueError(f"columns is {self.columns}; a bank holds 4 bits of a weight")

    @property
    def bitcells(self) -> int:
        """Bits of one macro."""
        return self.banks * self.rows * self.columns


@dataclass(frozen=True)
class Layout:
    """The tiles of an ``[inputs, outputs]`` matrix.

    Attributes:
        inputs, outputs: size of the matrix.
        weight_bits: of a weight.
        organisation: of a macro.

    Example:
        >>> tiles = Layout(600, 40, 8)
        >>> tiles.row_tiles, tiles.column_tiles, tiles.outputs_per_macro
        (3, 2, 32)
    """

    inputs: int
    outputs: int
    weight_bits: int
    organisation: Organisation = field(default_factory=Organisation)

    def __post_init__(self) -> None:
        check_width("weight_bits", self.weight_bits)
        if self.outputs_per_macro < 1:
            raise ValueError(
                f"a weight of {self.weight_bits} bits takes {self.banks_per_weight} banks; "
                f"the macro has {self.organisation.banks}"
            )
        if self.row_tiles >= MOST_ROW_TILES:
            raise ValueError(
                f"the matrix has {self.inputs} inputs, {self.row_tiles} tiles of rows; expected "
                f"fewer than {MOST_ROW_TILES}: cut it, and add the results"
            )

    @property
    def banks_per_weight(self) -> int:
        """Banks that are merged."""
        return self.weight_bits // self.organisation.columns

    @property
    def outputs_per_macro(self) -> int:
        """Whole weights in a row of one macro."""
        return self.organisation.banks // self.banks_per_weight

    @property
    def row_tiles(self) -> int:
        """Tiles whose results are added."""
        return math.ceil(self.inputs / self.organisation.rows)

    @property
    def column_tiles(self) -> int:
        """Tiles side by side."""
        return math.ceil(self.outputs / self.outputs_per_macro)

    @property
    def tiles(self) -> int:
        """Macros the matrix fills."""
        return self.row_tiles * self.column_tiles

    @property
    def written_rows(self) -> int:
        """Rows of macros that hold weights; the rest of a last tile is never written."""
        return self.inputs * self.column_tiles


def to_cells(weights: NDArray[np.int32], layout: Layout) -> NDArray[np.bool_]:
    """Stored bits ``[inputs, column tiles, banks, 4]``, most significant first.

    Cells without a weight hold 0.

    Example:
        >>> bits = to_cells(np.array([[-8, 7]], np.int32), Layout(1, 2, 4))
        >>> bits.shape, bits[0, 0, :2].astype(int).tolist()
        ((1, 1, 64, 4), [[1, 0, 0, 0], [0, 1, 1, 1]])
    """
    per, width = layout.outputs_per_macro, layout.weight_bits
    padded = np.zeros((layout.inputs, layout.column_tiles * per), np.int32)
    padded[:, : layout.outputs] = weights
    shifts = np.arange(width - 1, -1, -1, dtype=np.int32)
    bits = (padded[:, :, None] >> shifts) & 1
    cells = np.zeros((layout.inputs, layout.column_tiles, layout.organisation.banks, 4), np.bool_)
    used = per * layout.banks_per_weight
    cells[:, :, :used] = bits.reshape(layout.inputs, layout.column_tiles, used, 4)
    return cells


def from_cells(cells: NDArray[np.bool_], layout: Layout) -> NDArray[np.int32]:
    """The weights ``[inputs, outputs]`` that stored bits stand for; undoes `to_cells`."""
    per, width = layout.outputs_per_macro, layout.weight_bits
    used = per * layout.banks_per_weight
    bits = cells[:, :, :used].reshape(layout.inputs, layout.column_tiles * per, width)
    return (bits[:, : layout.outputs] @ significance(width)).astype(np.int32)


def significance(width: int) -> NDArray[np.int64]:
    """What each bit of a two's-complement number counts, most significant first.

    Example:
        >>> significance(4).tolist()
        [-8, 4, 2, 1]
    """
    values = 2 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    values[0] = -values[0]
    return values
