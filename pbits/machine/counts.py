"""What a run of a machine takes, counted from plain numbers: events, critical path, parts.

A clock computes fields, lets them settle, waits for the p-bits and reads them, one after another.
A sweep is some clocks, a read some sweeps, and reads follow one another on each chip.  Only
:func:`crossbar.ledger.charge` makes joules, seconds and square metres of it.
"""

from math import ceil
from typing import NamedTuple

from crossbar.costs import Costs
from pbits import checks
from pbits.machine.field_costs import IDEAL, FieldRead
from pbits.machine.pbit_costs import PBitCost, input_joules

_MEGABYTE = 2**23  # cells of one bit
_RESTING = "memory.stt.leakage"


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


def machine_counts(
    *,
    num_spins: int,
    num_sweeps: float,
    pbit: PBitCost,
    clocks_per_sweep: float = 1.0,
    updates_per_sweep: float = 1.0,
    num_reads: int = 1,
    coupling: FieldRead = IDEAL,
    settling: float = 0.0,
    period: float | None = None,
    input_bits: int = 0,
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
        updates_per_sweep: of each p-bit on average, where such clocks are rounded.
        num_reads: chains or anneals.
        coupling: fields of one clock.
        settling: s, of fields, each clock: the synapse's lag.
        period: s, of a clock; by default what coupling, settling and p-bits take.
        input_bits: of a converter before each p-bit, where fields come as numbers; those of
            `pbit` by default.
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
    each = checks.positive("updates_per_sweep", updates_per_sweep)
    updates = float(spins) * sweeps * reads * each
    clocks = sweeps * reads * per_sweep
    in_turn = sweeps * ceil(reads / chips) * per_sweep
    seconds, lit = sum(clock.values()), clock["pbit.wait"]
    # A chip that has fewer reads than others is off when it is done.
    on = spins * clocks * seconds
    flowing = on if always_on else updates * lit
    events = {name: clocks * count for name, count in coupling.events.items()}
    events["pbit.decision"] = pbit.power * flowing + pbit.switching * updates
    events["pbit.input"] = input_joules(input_bits or pbit.input_bits) * updates
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


def running_counts(
    *,
    num_spins: int,
    seconds: float,
    pbit: PBitCost,
    num_reads: int = 1,
    coupling: FieldRead = IDEAL,
    refresh: float | None = None,
    chips: int = 1,
) -> MachineCounts:
    """The same for p-bits that run freely, which nothing waits for.

    An update is a correlation time of a p-bit, so that N of them make N / tau updates a second.

    Args:
        num_spins: p-bits of a chip.
        seconds: of each read, by the hardware's clock.
        pbit: one p-bit, with its correlation time; its waiting time does not count.
        num_reads: chains or anneals, one after another.
        coupling: of computing all fields once.
        refresh: s, between one computation of the fields and the next; as long as it takes by
            default.
        chips: that share the reads.

    Raises:
        ValueError: on numbers out of range, a p-bit without correlation time, or fields asked for
            faster than they come.

    Example:
        >>> from pbits.machine.pbit_costs import divider_cost
        >>> counts = running_counts(num_spins=100, seconds=1e-6, pbit=divider_cost())
        >>> f"{counts.updates:.3g} updates in {counts.path['pbit.wait']:.0e} s"
        '7.37e+05 updates in 1e-06 s'
    """
    spins = checks.whole_number("num_spins", num_spins, 1)
    reads, chips = (
        checks.whole_number(name, value, 1)
        for name, value in (("num_reads", num_reads), ("chips", chips))
    )
    tau = checks.positive("correlation_time", pbit.correlation_time)
    long, takes = checks.positive("seconds", seconds), coupling.seconds
    period = takes if refresh is None else checks.positive("refresh", refresh)
    if period < takes:
        raise ValueError(
            f"refresh is {period:.3g} s and fields take {takes:.3g} s; expected at least that"
        )
    computed = reads * long / period if period else 0.0
    updates = spins * reads * long / tau
    events = {name: computed * count for name, count in coupling.events.items()}
    events["pbit.decision"] = spins * reads * long * pbit.power + updates * pbit.switching
    events["pbit.input"] = input_joules(pbit.input_bits) * spins * computed
    events["pbit.leakage"] = spins * reads * long * pbit.leakage
    events[_RESTING] = coupling.cells / _MEGABYTE * reads * long
    parts = {name: chips * count for name, count in coupling.parts.items()}
    parts["pbit.area"] = chips * spins * pbit.area
    notes = (*_told(reads, chips, True, coupling), *pbit.notes, *coupling.notes)
    return MachineCounts(
        _some(events), {"pbit.wait": ceil(reads / chips) * long}, _some(parts), updates, computed,
        reads, period, coupling.costs,
        (*notes, "an update of a free p-bit is one correlation time of it"),
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
