"""What a run of a machine takes: its p-bits, clocks and fields, as `counts` asks for them."""

from typing import TYPE_CHECKING

from pbits.machine.clocking import Clocks
from pbits.machine.counts import MachineCounts, machine_counts, running_counts
from pbits.machine.field_costs import FieldRead
from pbits.machine.knobs import Turned
from pbits.machine.pbit_costs import PBitCost

if TYPE_CHECKING:
    from pbits.machine.machine import Machine


def run_counts(
    machine: "Machine",
    clocks: Clocks,
    reading: FieldRead,
    *,
    num_spins: int,
    num_sweeps: int,
    num_reads: int,
    turned: Turned | None = None,
) -> MachineCounts:
    """What reads of so many sweeps take, one read after another.

    Args:
        machine: it.
        clocks: of a sweep, at the temperature of the p-bits' numbers.
        reading: of the fields of one clock, at the arrays' read voltage.
        num_spins: p-bits, copies included.
        num_sweeps, num_reads: of the run.
        turned: its schedule, where temperature or voltage makes it.
    """
    if num_sweeps == 0 or num_spins == 0:
        notes = ("no sweep was made",)
        return MachineCounts({}, {}, {}, 0.0, 0.0, num_reads, 0.0, reading.costs, notes)
    cost = _of_device(machine, num_spins)
    if turned is not None:
        clocks, cost, reading = _turned(turned, num_sweeps, clocks, cost, reading)
    if machine.clocking.kind == "asynchronous":
        return running_counts(
            num_spins=num_spins, seconds=num_sweeps * clocks.count * clocks.dt, pbit=cost,
            num_reads=num_reads, coupling=reading,
        )  # fmt: skip
    return machine_counts(
        num_spins=num_spins, num_sweeps=num_sweeps, pbit=cost._replace(seconds=clocks.dt),
        clocks_per_sweep=clocks.count, updates_per_sweep=clocks.updates, num_reads=num_reads,
        coupling=reading,
    )  # fmt: skip


def _of_device(machine: "Machine", num_spins: int) -> PBitCost:
    """One p-bit; an ideal one's cost knows no device."""
    neurons = machine.neurons
    tau = neurons.cost.correlation_time or neurons.correlation_times(num_spins)[1]
    return neurons.cost._replace(correlation_time=tau)


def _turned(
    turned: Turned, sweeps: int, clocks: Clocks, cost: PBitCost, reading: FieldRead
) -> tuple[Clocks, PBitCost, FieldRead]:
    """The same, on the mean over a schedule."""
    longer, power = turned.longer(sweeps), turned.power(sweeps)
    events = {
        name: count * power if name == "cell.read" else count
        for name, count in reading.events.items()
    }
    tau, notes = cost.correlation_time * longer, (*cost.notes, *turned.notes)
    return (
        clocks._replace(dt=clocks.dt * longer),
        cost._replace(correlation_time=tau, notes=notes),
        reading._replace(events=events),
    )
