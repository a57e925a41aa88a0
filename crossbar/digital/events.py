"""What happened in a macro while a batch streamed through, in counts, joules and seconds."""

import math
from typing import Any, NamedTuple

from crossbar.digital.arithmetic import accumulator_bits
from crossbar.digital.energy import EnergyLaw
from crossbar.digital.layout import Layout
from crossbar.digital.points import OperatingPoint
from crossbar.digital.writing import Written


class MacroEvents(NamedTuple):
    """Events of one call of `mvm`.

    Attributes:
        vectors: inputs that streamed through.
        cycles: clock cycles from the first input bit to the last result.
        cell_cycles: bitcells times cycles in which their macro computed.
        input_toggles: changes of input lines, in all macros.
        toggle_rate: part of the driven lines that changed in a cycle.
        weight_sparsity: part of the matrix's stored bits that are 0.
        data_toggles: products of input bit and stored bit that changed.
        additions: sums of results of different macros, in 32-bit additions.
        macros, passes: macros at work, and how often they changed their tiles.
        row_writes: rows written because tiles take turns.
        expected_errors, errors: wrong bits expected at this voltage, and those that were drawn.
        seconds: latency of the batch. leakage, clocked, data: J.
        write: J of `row_writes`. verify: J of reading them back. write_seconds: their time.
    """

    vectors: int
    cycles: int
    cell_cycles: int
    input_toggles: int
    toggle_rate: float
    weight_sparsity: float
    data_toggles: int
    additions: int
    macros: int
    passes: int
    row_writes: int
    expected_errors: float
    errors: int
    seconds: float
    leakage: float
    clocked: float
    data: float
    write: float
    verify: float
    write_seconds: float

    @property
    def energy(self) -> float:
        """J of macros and writes, without the additions between macros."""
        return self.leakage + self.clocked + self.data + self.write + self.verify

    def charges(self) -> tuple[dict[str, float], dict[str, float]]:
        """Events and path for `crossbar.ledger.charge`."""
        events: dict[str, float] = {
            "macro.leakage": self.leakage,
            "macro.clocked": self.clocked,
            "macro.data": self.data,
        }
        path: dict[str, float] = {"macro.time": self.seconds}
        if self.additions:
            events["add.int32"] = self.additions
        if self.row_writes:
            events |= {"macro.write": self.write, "macro.verify": self.verify}
            path["macro.write_time"] = self.write_seconds
        return events, path

    def facts(self) -> dict[str, Any]:
        """All fields, for JSON."""
        return self._asdict()


def count_events(
    layout: Layout,
    *,
    point: OperatingPoint,
    law: EnergyLaw,
    vectors: int,
    input_bits: int,
    toggles: int,
    data_toggles: int,
    ones: int,
    macros: int,
    reload: Written | None,
    expected_errors: float,
    errors: int,
) -> MacroEvents:
    """Counts, joules and seconds from the toggles of a batch.

    Whole macros are clocked, also where the matrix does not fill them.  Tiles above one another are
    added by a tree outside the macros, one clock a level (assumed) in 32-bit adders.

    Args:
        layout: of the matrix.
        point, law: where the energy is.
        vectors, input_bits: of the batch.
        toggles: of input lines, all macros. data_toggles: of products.
        ones: stored bits that are 1.
        macros: at work at once.
        reload: what writing all tiles takes, if they take turns.
        expected_errors, errors: passed on.
    """
    passes = math.ceil(layout.tiles / macros)
    levels = (layout.row_tiles - 1).bit_length()
    cycles = vectors * input_bits * passes + levels
    cell_cycles = vectors * input_bits * layout.tiles * layout.organisation.bitcells
    lines = vectors * input_bits * layout.inputs * layout.column_tiles
    width = accumulator_bits(input_bits, layout.weight_bits, layout.inputs)
    additions = vectors * (layout.row_tiles - 1) * layout.outputs * math.ceil(width / 32)
    waits = macros * passes * vectors * input_bits * layout.organisation.bitcells
    leak, clocked, data = law.terms(point, 1.0)
    return MacroEvents(
        vectors=vectors,
        cycles=cycles,
        cell_cycles=cell_cycles,
        input_toggles=toggles,
        toggle_rate=toggles / lines,
        weight_sparsity=1 - ones / (layout.inputs * layout.outputs * layout.weight_bits),
        data_toggles=data_toggles,
        additions=additions,
        macros=macros,
        passes=passes,
        row_writes=reload.row_writes if reload else 0,
        expected_errors=expected_errors,
        errors=errors,
        seconds=cycles * point.period,
        leakage=leak * waits,
        clocked=clocked * cell_cycles,
        data=data * data_toggles,
        write=reload.energy if reload else 0.0,
        verify=reload.verify_energy if reload else 0.0,
        write_seconds=reload.seconds if reload else 0.0,
    )
