"""What one inference costs on arrays, layer by layer, beside a digital processor.

Layers follow one another, each in arrays of its own.  What arrays, converters and adders take is
counted by `crossbar.counting`; inputs are fetched from a buffer for every product and results put
back, and each result takes one digital addition (its bias).  Activation functions and pooling are
not counted on either side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from crossbar.cells.cell import Cell
from crossbar.costs import Costs
from crossbar.counting import Layout, count_events, count_parts, count_path, with_converter
from crossbar.design import Design
from crossbar.ledger import Report, charge, si
from crossbar.mapping import encode
from pbits.neural.mapping import Mapped
from pbits.neural.network import LinearNode

RESULT_BITS = 8
GROUPS = {
    "cell": "cells and wires", "adc": "converters", "dac": "drivers", "tree": "adders",
    "add": "adders", "mac": "multiply-accumulate", "register": "registers", "wire": "routing",
    "sram": "buffer", "dram": "weights from memory", "hbm2": "weights from memory",
}  # fmt: skip
"""Parts of a breakdown, by the first word of an entry of the table of costs."""


@dataclass(frozen=True)
class Processor:
    """A digital processor to compare with.

    Each multiply-accumulate takes two operands from a buffer, whose every bit then serves `reuse`
    of them; weights come from a memory once for `images_per_load` images.

    Attributes:
        mac: entry of the table of costs.
        buffer: of activations and weights. memory: of weights.
        bits: of weights and activations.
        reuse: multiply-accumulates that a bit of the buffer serves; 16 is a systolic array's side,
            assumed.
        images_per_load: images that a weight from the memory serves.
    """

    mac: str = "mac.int8"
    buffer: str = "sram.32kB.bit"
    memory: str = "dram.bit"
    bits: int = 8
    reuse: float = 16.0
    images_per_load: float = 1.0

    def events(self, inputs: int, outputs: int, products: int) -> dict[str, float]:
        """Of one layer and image."""
        macs = inputs * outputs * products
        return {
            self.mac: macs,
            self.buffer: 2 * self.bits * macs / self.reuse + self.bits * outputs * products,
            self.memory: self.bits * inputs * outputs / self.images_per_load,
        }


class LayerCost(NamedTuple):
    """One layer and image.

    Attributes:
        name: of the layer.
        report: energy, latency and area on arrays.
        digital: energy of the processor.
        products: matrix-vector products. macs: multiply-accumulates. arrays: that hold it.
    """

    name: str
    report: Report
    digital: Report
    products: int
    macs: int
    arrays: int


def energy_parts(report: Report) -> dict[str, float]:
    """J of each kind of part of one report."""
    parts: dict[str, float] = {}
    for row in report.rows:
        if row.quantity == "energy":
            group = GROUPS.get(row.name.split(".")[0], row.name)
            parts[group] = parts.get(group, 0.0) + row.total
    return parts


@dataclass(frozen=True)
class InferenceCost:
    """One image through all layers; SI units.

    Attributes:
        layers: in order.
        processor: that is compared with.
    """

    layers: tuple[LayerCost, ...]
    processor: Processor = field(default_factory=Processor)

    @property
    def energy(self) -> float:
        """J an image."""
        return sum(layer.report.energy for layer in self.layers)

    @property
    def latency(self) -> float:
        """s from an image to its result, one layer after another."""
        return sum(layer.report.latency for layer in self.layers)

    @property
    def interval(self) -> float:
        """s from one image to the next where layers work on different images: the slowest one."""
        return max(layer.report.latency for layer in self.layers)

    @property
    def area(self) -> float:
        """m^2 of all parts of known area; see `missing`."""
        return sum(layer.report.area for layer in self.layers)

    @property
    def missing(self) -> tuple[str, ...]:
        """Parts whose area is not known."""
        return tuple(sorted({name for layer in self.layers for name in layer.report.missing}))

    @property
    def edp(self) -> float:
        """Energy times latency, J s."""
        return self.energy * self.latency

    @property
    def arrays(self) -> int:
        """Of all layers."""
        return sum(layer.arrays for layer in self.layers)

    @property
    def digital_energy(self) -> float:
        """J an image on the processor, data movement included."""
        return sum(layer.digital.energy for layer in self.layers)

    @property
    def advantage(self) -> float:
        """Energy of the processor over that of the arrays."""
        return self.digital_energy / self.energy

    @property
    def advantage_on_chip(self) -> float:
        """The same with a processor that has all weights in its buffer already."""
        parts = self.by_part(digital=True)
        stays = parts.get(GROUPS["mac"], 0.0) + parts.get(GROUPS["sram"], 0.0)
        return stays / self.energy

    def by_layer(self) -> dict[str, float]:
        """J of each layer."""
        return {layer.name: layer.report.energy for layer in self.layers}

    def by_part(self, *, digital: bool = False) -> dict[str, float]:
        """J of each kind of part, largest first, on arrays or on the processor."""
        parts: dict[str, float] = {}
        for layer in self.layers:
            for name, joules in energy_parts(layer.digital if digital else layer.report).items():
                parts[name] = parts.get(name, 0.0) + joules
        return dict(sorted(parts.items(), key=lambda item: -item[1]))

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "joules_per_image": self.energy,
            "seconds_per_image": self.latency,
            "seconds_between_images": self.interval,
            "area_square_metres": self.area,
            "area_missing": list(self.missing),
            "arrays": self.arrays,
            "joules_by_part": self.by_part(),
            "joules_by_layer": self.by_layer(),
            "digital": {
                "joules_per_image": self.digital_energy,
                "joules_by_part": self.by_part(digital=True),
                "assumed": vars(self.processor),
                "advantage": self.advantage,
                "advantage_with_weights_on_chip": self.advantage_on_chip,
            },
        }

    def __str__(self) -> str:
        head = (
            f"energy {si(self.energy, 'J')}, latency {si(self.latency, 's')} an image, "
            f"area {self.area * 1e6:.4g} mm^2 in {self.arrays} arrays; a digital processor takes "
            f"{si(self.digital_energy, 'J')} ({_times(self.advantage)} times as much, "
            f"{_times(self.advantage_on_chip)} if its weights are on the chip)"
        )
        parts = [f"  {name:20} {si(joules, 'J'):>10}" for name, joules in self.by_part().items()]
        return "\n".join([head, *parts])


def cost_of(
    mapped: Mapped,
    energies: Mapping[str, float],
    *,
    processor: Processor | None = None,
    costs: Costs | None = None,
) -> InferenceCost:
    """What an image takes on the arrays of a mapped network.

    Args:
        mapped: see `map_network`.
        energies: J of cells and wires an image, by layer; see `Mapped.counted`.
        processor: that is compared with; the default one if None.
        costs: the table; the built-in one if None.
    """
    machine, table = processor or Processor(), Costs.load() if costs is None else costs
    layers = []
    for node in mapped.network.linears():
        memory = mapped.arrays[node.name]
        layers.append(
            layer_cost(
                node.name, memory.design, memory.layout, node.products, energies[node.name],
                machine, table,
            )
        )  # fmt: skip
    return InferenceCost(tuple(layers), machine)


def estimate(
    linears: list[LinearNode] | list[tuple[str, int, int, int]],
    design: Design,
    *,
    activity: float = 0.25,
    processor: Processor | None = None,
    costs: Costs | None = None,
) -> InferenceCost:
    """What an image takes on arrays that are not simulated, from the shapes of layers alone.

    Cells are at the mean conductance of normal weights, wires without resistance.

    Args:
        linears: of `Network.linears`, or (name, inputs, outputs, products an image).
        design: of all layers; inputs as it encodes them.
        activity: share of the digits of inputs that are 1, or the mean square of larger ones.
        processor, costs: see `cost_of`.

    Example:
        >>> from pbits.neural.hardware import hardware
        >>> cost = estimate([("dense", 256, 64, 1)], hardware("sot"))
        >>> cost.arrays, f"{cost.energy:.1e}"
        (28, '3.7e-09')
    """
    machine, table = processor or Processor(), Costs.load() if costs is None else costs
    power = activity * float(mean_conductance(design)) * float(design.cell.read_voltage) ** 2
    each = power * float(design.cell.read_time) * design.num_digits
    layers = []
    for node in linears:
        if isinstance(node, LinearNode):
            name, (inputs, outputs), products = node.name, node.matrix.shape, node.products
        else:
            name, inputs, outputs, products = node
        layout = layout_of(design, inputs, outputs)
        driven = inputs * design.columns * layout.planes * layout.slices * layout.tiles
        layers.append(
            layer_cost(name, design, layout, products, each * driven * products, machine, table)
        )
    return InferenceCost(tuple(layers), machine)


def layer_cost(
    name: str,
    design: Design,
    layout: Layout,
    products: int,
    joules: float,
    processor: Processor,
    costs: Costs,
) -> LayerCost:
    """One layer and image; `joules` are those of cells and wires."""
    moved = layout.inputs * design.input_bits + layout.outputs * RESULT_BITS
    events = count_events(design, layout, products) | {
        "cell.read": joules,
        processor.buffer: products * moved,
        "add.int32": products * layout.outputs,
    }
    table = with_converter(costs, design)
    path, parts = count_path(design, layout, products), count_parts(design, layout)
    digital = processor.events(layout.inputs, layout.outputs, products)
    macs = layout.inputs * layout.outputs * products
    report = charge(events, path, parts, table)
    return LayerCost(name, report, charge(digital, costs=costs), products, macs, layout.arrays)


def layout_of(design: Design, inputs: int, outputs: int) -> Layout:
    """Arrays that a matrix of this size takes.

    Example:
        >>> from pbits.neural.hardware import hardware
        >>> layout_of(hardware("sot"), 300, 10).arrays  # 3 blocks, 7 slices, 2 signs
        42
    """
    shared = design.mapping == "offset"
    slices = len(_planes(design, np.zeros((1, 1), np.int32)).significance)
    width = design.columns - shared
    tiles, blocks = -(-outputs // width), -(-inputs // design.rows)
    return Layout(inputs, outputs, 1 if shared else 2, slices, blocks, tiles)


def mean_conductance(design: Design) -> float:
    """S, of cells that hold normal weights, the largest of 4096 at the end of its range."""
    weights = np.random.default_rng(0).normal(size=(64, 64))
    largest = 1 if design.mapping == "ternary" else 2 ** (design.weight_bits - 1) - 1
    codes = np.rint(weights / np.abs(weights).max() * largest).astype(np.int32)
    planes, levels = _planes(design, codes), _levels(design.cell)
    return float(np.mean([levels[planes.plus].mean(), levels[planes.minus].mean()]))


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2g}"


def _planes(design: Design, codes: np.ndarray) -> Any:
    return encode(codes, design.mapping, design.weight_bits, design.cell.num_levels)


def _levels(cell: Cell) -> np.ndarray:
    return np.asarray(cell.levels, np.float64)
