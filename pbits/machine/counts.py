"""What a run of a machine takes, counted from plain numbers: events, critical path, parts.

A clock computes fields, lets them settle, waits for the p-bits and reads them, one after another.
A sweep is some clocks, a read some sweeps, and reads follow one another on each chip.  Only
:func:`crossbar.ledger.charge` makes joules, seconds and square metres of it.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from crossbar.costs import Costs
from crossbar.counting import Layout, count_events, count_parts, count_path, with_converter
from crossbar.design import Design
from crossbar.ledger import charge
from pbits import checks
from pbits.machine.pbit_costs import PBitCost

_MEGABYTE = 2**23  # cells of one bit
_RESTING = "memory.stt.leakage"


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


class MachineCounts(NamedTuple):
    """A run.

    Attributes:
        events, path, parts: for `crossbar.ledger.charge`.
        updates: of all p-bits, sweeps and reads.
        clocks: of all reads.
        reads: anneals or chains.
        period: s, of one clock.
        costs: the table.
        notes: what is assumed.
    """

    events: dict[str, float]
    path: dict[str, float]
    parts: dict[str, float]
    updates: float
    clocks: float
    reads: int
    period: float
    costs: Costs | None
    notes: tuple[str, ...]


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
    cell_joules: float | None = None,
    costs: Costs | None = None,
) -> FieldRead:
    """What reading a chip's arrays once takes.

    Args:
        design: of the arrays.
        layouts: one for each group of arrays whose currents are added; see `column_layouts`.
        share: of the groups, read in a clock on average: those that hold p-bits of its colour.
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
    events["cell.read"] = checks.non_negative("cell_joules", cell_joules)
    paths = [count_path(design, layout, 1) for layout in layouts]
    slowest = max(paths, key=lambda path: charge(path=path, costs=table).latency)
    return FieldRead(
        {name: share * count for name, count in events.items()},
        slowest,
        _sum(count_parts(design, layout) for layout in layouts),
        cells,
        table,
        (*notes, "spins reach all arrays within the clock: their wires are not counted"),
    )


def _read_joules(design: Design) -> float:
    """Of one cell at its mean level on a driven line, over all digits of an input."""
    cell = design.cell
    mean = float(np.mean(np.asarray(cell.levels)))
    return design.num_digits * float(cell.read_voltage) ** 2 * float(cell.read_time) * mean


def _sum(counts: object) -> dict[str, float]:
    total: dict[str, float] = {}
    for one in counts:  # type: ignore[attr-defined]
        for name, count in one.items():
            total[name] = total.get(name, 0.0) + float(np.sum(np.asarray(count, np.float64)))
    return total


def machine_counts(
    *,
    num_spins: int,
    num_sweeps: float,
    pbit: PBitCost,
    clocks_per_sweep: float = 1.0,
    num_reads: int = 1,
    coupling: FieldRead = IDEAL,
    settling: float = 0.0,
    period: float | None = None,
    always_on: bool = True,
    chips: int = 1,
) -> MachineCounts:
    """Everything that a run takes but writing the problem.

    Args:
        num_spins: p-bits of a chip, copies included.
        num_sweeps: of each read, those before the first sample included.
        pbit: one p-bit, with the time it is waited for.
        clocks_per_sweep: clocks in which every p-bit is updated once on average: the number of
            colours, or 1 over the share of p-bits that a parallel clock updates.
        num_reads: chains or anneals.
        coupling: fields of one clock.
        settling: s, of fields, each clock: the synapse's lag.
        period: s, of a clock; by default what coupling, settling and p-bits take.
        always_on: whether the p-bits' current flows all the time, as in a divider without a
            switch, or only while their own decision is waited for.
        chips: with the same problem, which share the reads.

    Raises:
        ValueError: on numbers out of range, or a period shorter than coupling and settling.

    Example:
        >>> from pbits.machine.pbit_costs import divider_cost
        >>> counts = machine_counts(num_spins=100, num_sweeps=10, pbit=divider_cost(), num_reads=2)
        >>> counts.updates, f"{counts.period * 1e12:.0f} ps"
        (2000.0, '543 ps')
    """
    spins = checks.whole_number("num_spins", num_spins, 1)
    reads, chips = (
        checks.whole_number(name, value, 1)
        for name, value in (("num_reads", num_reads), ("chips", chips))
    )
    sweeps = checks.positive("num_sweeps", num_sweeps)
    per_sweep = checks.positive("clocks_per_sweep", clocks_per_sweep)
    clock = _clock(coupling, checks.non_negative("settling", settling), pbit, period)
    updates = float(spins) * sweeps * reads
    clocks = sweeps * reads * per_sweep
    in_turn = sweeps * ceil(reads / chips) * per_sweep
    seconds, lit = sum(clock.values()), clock["pbit.wait"]
    # A chip that has fewer reads than others is off when it is done.
    on = spins * clocks * seconds
    flowing = on if always_on else updates * lit
    events = {name: clocks * count for name, count in coupling.events.items()}
    events["pbit.decision"] = pbit.power * flowing + pbit.switching * updates
    events["pbit.leakage"] = pbit.leakage * on
    events[_RESTING] = coupling.cells / _MEGABYTE * clocks * seconds
    path = {name: in_turn * count for name, count in coupling.path.items()}
    path |= {name: in_turn * clock[name] for name in ("synapse.settling", "pbit.wait", "pbit.idle")}
    parts = {name: chips * count for name, count in coupling.parts.items()}
    parts["pbit.area"] = chips * spins * pbit.area
    return MachineCounts(
        _some(events), _some(path), _some(parts), updates, clocks, reads, seconds, coupling.costs,
        (*_told(reads, chips, always_on, coupling), *_waited(lit, pbit), *pbit.notes,
         *coupling.notes),
    )  # fmt: skip


def _clock(
    coupling: FieldRead, settling: float, pbit: PBitCost, period: float | None
) -> dict[str, float]:
    """Seconds of the parts of one clock, one after another."""
    before = coupling.seconds + settling
    wait = pbit.seconds
    idle = 0.0
    if period is not None:
        left = checks.positive("period", period) - before
        if left <= 0:
            raise ValueError(
                f"period is {period:.3g} s and fields take {before:.3g} s of it; expected more: "
                "share fewer columns per converter, use fewer bits, or give a longer period"
            )
        wait, idle = min(wait, left), max(left - wait, 0.0)
    return {
        "coupling": coupling.seconds,
        "synapse.settling": settling,
        "pbit.wait": wait,
        "pbit.idle": idle,
    }


def _told(reads: int, chips: int, always_on: bool, coupling: FieldRead) -> list[str]:
    """What the counts themselves assume."""
    one = "one chip" if chips == 1 else f"each of {chips} chips"
    told = [f"{reads} reads, one after another on {one}"] if reads > 1 else []
    told.append(
        "current flows through all p-bits all the time"
        if always_on
        else "current flows through a p-bit only while its decision is waited for"
    )
    if coupling.cells:
        told.append("leakage around the arrays: that of 1 MB of STT memory, by number of cells")
    told.append("the host, annealing's control and reading out samples are not counted")
    return told


def _waited(seconds: float, pbit: PBitCost) -> list[str]:
    tau = pbit.correlation_time
    return [f"p-bits are read after {seconds / tau:.3g} correlation times"] if tau else []


def _some(counts: dict[str, float]) -> dict[str, float]:
    """Those that are not 0."""
    return {name: float(count) for name, count in counts.items() if count}
