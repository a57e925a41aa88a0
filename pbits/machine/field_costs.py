"""What computing the fields of one clock takes, from the layout of the arrays alone.

Arrays whose currents are added into the same fields are a group, a matrix of its own for
:mod:`crossbar.counting`; groups work side by side, so that their energies add and the slowest of
them counts in time.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from crossbar.costs import Costs
from crossbar.counting import (
    Layout,
    array_pitch,
    count_events,
    count_parts,
    count_path,
    with_converter,
)
from crossbar.design import Design
from crossbar.ledger import charge
from crossbar.routing import scatter
from pbits import checks

_MILLI = 1e-3


class FieldRead(NamedTuple):
    """What computing the fields of one clock takes; nothing at all for an ideal coupling.

    Attributes:
        events, path: of one clock.
        parts: of one chip.
        cells: of one chip, for the leakage of what surrounds them.
        costs: a table that has the converter; None for the built-in one.
        notes: what is assumed.
    """

    events: Mapping[str, float] = {}
    path: Mapping[str, float] = {}
    parts: Mapping[str, float] = {}
    cells: int = 0
    costs: Costs | None = None
    notes: tuple[str, ...] = ("the coupling is ideal: it takes no time, energy or area",)

    @property
    def seconds(self) -> float:
        """Of one clock."""
        return charge(path=self.path, costs=self.costs).latency


IDEAL = FieldRead()
NOTHING = FieldRead(notes=("all coefficients are 0: no array is written or read",))


def column_layouts(
    design: Design, arrays: Sequence[int], *, planes: int = 2, slices: int = 1,
    outputs: int | None = None,
) -> tuple[Layout, ...]:  # fmt: skip
    """Layouts of the arrays whose currents are added into the same fields.

    Args:
        design: sizes of an array.
        arrays: in each column of arrays, those that are not empty.
        planes, slices: of a programmed matrix's `layout`.
        outputs: fields of each column; all columns of an array by default.

    Example:
        >>> from crossbar.cells.presets import get
        >>> design = Design(get("sot"), rows=64, columns=64)
        >>> [layout.arrays for layout in column_layouts(design, [3, 1])]
        [6, 2]
    """
    wide = design.columns - (planes == 1) if outputs is None else outputs
    counts = [checks.whole_number("arrays", count, 1) for count in arrays]
    return tuple(Layout(k * design.rows, wide, planes, slices, k, 1) for k in counts)


def field_read(
    design: Design,
    layouts: Sequence[Layout],
    *,
    share: float = 1.0,
    row_blocks: int | None = None,
    cell_joules: float | None = None,
    costs: Costs | None = None,
) -> FieldRead:
    """What reading a chip's arrays once takes.

    Args:
        design: of the arrays.
        layouts: one for each group of arrays whose currents are added; see `column_layouts`.
        share: of the groups, read in a clock on average: those that hold p-bits of its colour.
        row_blocks: different blocks of spins that drive arrays; each block's spins are wired to
            all groups it takes part in.  As few as the largest group has by default.
        cell_joules: in cells and wires, of reading all groups (the "cell.read" of `mvm`); by
            default all lines driven fully over cells of the mean level, without wires.
        costs: a table of your own.

    Raises:
        ValueError: without arrays, or on a share that is not above 0 and at most 1.

    Example:
        >>> from crossbar.cells.presets import get
        >>> design = Design(get("sot"), rows=64, columns=64, encoding="sign-magnitude",
        ...                 input_bits=2)
        >>> read = field_read(design, column_layouts(design, [2, 2]))
        >>> read.cells, read.seconds > 10e-9
        (32768, True)
    """
    if not layouts:
        raise ValueError("layouts is empty; expected the arrays of at least one group of fields")
    checks.positive("share", share, most=1.0)
    cells = sum(layout.arrays for layout in layouts) * design.rows * design.columns
    notes = []
    if cell_joules is None:
        cell_joules = cells * _read_joules(design)
        notes.append("power in the cells: every line driven, cells at their mean level, no wires")
    table = with_converter(Costs.load() if costs is None else costs, design)
    events = _sum(count_events(design, layout, 1) for layout in layouts)
    events["wire.bit_mm"] += _broadcast(design, layouts, row_blocks)
    events["cell.read"] = checks.non_negative("cell_joules", cell_joules)
    paths = [count_path(design, layout, 1) for layout in layouts]
    slowest = max(paths, key=lambda path: charge(path=path, costs=table).latency)
    return FieldRead(
        {name: share * count for name, count in events.items()},
        slowest,
        _sum(count_parts(design, layout) for layout in layouts),
        cells,
        table,
        (*notes, "signals on wires between arrays take no time"),
    )


def _broadcast(design: Design, layouts: Sequence[Layout], row_blocks: int | None) -> float:
    """Bits times millimetres from the spins to the groups of arrays they drive."""
    taken = sum(layout.blocks for layout in layouts)
    least = max(layout.blocks for layout in layouts)
    blocks = least if row_blocks is None else checks.whole_number("row_blocks", row_blocks, least)
    pitch = float(array_pitch(design))
    each = scatter(design.routing, ceil(taken / blocks), design.dac_bits, pitch)
    return blocks * design.rows * design.num_digits * each / _MILLI


def _read_joules(design: Design) -> float:
    """Of one cell at its mean level on a driven line, over all digits of an input."""
    cell = design.cell
    mean = float(np.mean(np.asarray(cell.levels)))
    return design.num_digits * float(cell.read_voltage) ** 2 * float(cell.read_time) * mean


def _sum(counts: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for one in counts:
        for name, count in one.items():
            total[name] = total.get(name, 0.0) + float(np.sum(np.asarray(count, np.float64)))
    return total
