"""What a product takes, counted: conversions, additions, bits moved, steps, cells.

Counts follow from the layout alone; only the power in cells and wires depends on the data, and
`ProgrammedMatrix.mvm` adds it.  For each digit of an input all arrays are read at once; columns
that share a converter are converted in turn; digits follow one another.  Slices and digits are
shifted and added beside their array, arrays along the inputs are added on the way out (`routing`).

In time only reads, conversions and the last additions follow one another: others are made while the
next columns are converted, and wires between arrays are taken for faster than a step of an adder.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossbar.converters.flash import FlashAdc
from crossbar.cost_formulas import adc_survey, neurosim_sar
from crossbar.costs import Cost, Costs
from crossbar.design import Design
from crossbar.routing import gather, scatter

_MILLI = 1e-3
# Bits of a sum that is not rounded, in place of a converter's: those of a float32.
_UNROUNDED = 24


@dataclass(frozen=True)
class Layout:
    """Arrays of a programmed matrix.

    Attributes:
        inputs, outputs: of the matrix.
        planes, slices, blocks, tiles: arrays for signs, for slices of a weight, along the inputs
            and along the outputs; their product is the number of arrays.
    """

    inputs: int
    outputs: int
    planes: int
    slices: int
    blocks: int
    tiles: int

    @property
    def arrays(self) -> int:
        """All of them."""
        return self.planes * self.slices * self.blocks * self.tiles


def converter_name(design: Design) -> str:
    """Entry of the table of costs for the design's converter."""
    slices = reads_in_turn(design).size
    return next(iter(design.adc.events(slices, slices)))


def reads_in_turn(design: Design) -> NDArray[np.int64]:
    """How often each column is read: one number for all slices of a weight, or one for each.

    A stochastic read-out reads several times; others read once.
    """
    return np.atleast_1d(getattr(design.adc, "samples", 1))


def count_events(design: Design, layout: Layout, vectors: int) -> dict[str, Any]:
    """Events of a number of products, but for those that depend on the data."""
    digits = design.num_digits
    copies = layout.tiles * layout.slices * layout.planes
    conversions = digits * layout.blocks * layout.slices * layout.outputs
    wide = accumulator_bits(design)
    joined = gather(design.routing, layout.blocks, wide, 1.0)
    spread = scatter(design.routing, copies, design.dac_bits, 1.0)
    moved = layout.outputs * joined.bit_metres + layout.inputs * digits * spread
    events = {
        **design.adc.events(conversions, layout.slices),
        "dac.bit": digits * design.dac_bits * layout.inputs * copies,
        "tree.add_bit": conversions * wide + layout.outputs * joined.added_bits,
        "register.bit": conversions * wide,
        "wire.bit_mm": moved * array_pitch(design) / _MILLI,
    }
    return {name: vectors * count for name, count in events.items()}


def count_path(design: Design, layout: Layout, vectors: int) -> dict[str, float]:
    """What of a number of products follows one after another."""
    steps = gather(design.routing, layout.blocks, accumulator_bits(design), 0.0).steps
    columns = min(design.columns_per_adc, widths(design, layout)[0])
    turns = columns * int(reads_in_turn(design).max())
    read = design.num_digits * float(design.cell.read_time)
    path = {
        "cell.read": read,
        converter_name(design): design.num_digits * turns,
        "tree.add_bit": 1 + steps,
    }
    return {name: vectors * count for name, count in path.items()}


def count_parts(design: Design, layout: Layout) -> dict[str, float]:
    """What is built; a flash converter is one comparator for each step between its codes."""
    cells = layout.arrays * design.rows * design.columns
    each = sum(-(-width // design.columns_per_adc) for width in widths(design, layout))
    units = 2**design.adc.bits - 1 if isinstance(design.adc, FlashAdc) else 1
    return {
        "cell.area": cells * float(design.cell.area),
        converter_name(design): layout.blocks * layout.slices * each * units,
    }


def widths(design: Design, layout: Layout) -> list[int]:
    """Columns of the matrix in each array along the outputs; arrays share no converters."""
    full = design.columns - (layout.planes == 1)
    return [min(full, layout.outputs - start) for start in range(0, layout.outputs, full)]


def accumulator_bits(design: Design) -> int:
    """Bits of the sum over digits and slices of one array; nothing is lost."""
    bits = _UNROUNDED if design.adc.bits is None else design.adc.bits
    return bits + design.input_bits + design.weight_bits


def array_pitch(design: Design) -> Any:
    """m, between arrays: the side of a square of twice the area of the cells, which is assumed."""
    return (2 * design.rows * design.columns * design.cell.area) ** 0.5


def with_converter(costs: Costs, design: Design) -> Costs:
    """The table with an entry for the design's converter, from a formula where it has none.

    A successive-approximation converter is always computed, since its energy depends on the
    resistance of the column, unless the table differs from the built-in one there.

    Raises:
        UnknownCostError: for a kind of converter without entry or formula.
        ValueError: for bits that a formula does not reach.
    """
    name = converter_name(design)
    own = name in costs and costs[name] != Costs.load().get(name)
    computed = design.adc.part == "adc.sar" and design.adc.bits is not None
    if own or (name in costs and not computed):
        return costs
    return Costs({**costs, name: _converter(name, design)})


def _converter(name: str, design: Design) -> Cost:
    bits = design.adc.bits or 0
    if design.adc.part == "adc.sar":
        column = 1 / (design.rows * float(np.mean(design.cell.levels)))
        energy, time = neurosim_sar(bits, column)
        text = f"NeuroSim's 22-nm SAR converter at a column of {column:.3g} ohm (cost_formulas)"
        return Cost(name, "conversion", text, "simulated", energy, time, node="22 nm")
    if design.adc.part == "adc.ramp":
        text = (
            "energy: ADC survey's fit at 28 nm stands for a ramp; 2^bits steps of 1 ns are assumed"
        )
        return Cost(name, "conversion", text, "assumed", adc_survey(bits), 1e-9 * 2**bits)
    return Costs.load()[name]
