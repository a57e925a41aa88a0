"""What one inference costs on arrays, layer by layer, beside a digital processor.

Layers follow one another, each in arrays of its own.  What arrays, converters and adders take is
counted by `crossbar.counting`; inputs are fetched from a buffer for every product and results put
back, and each result takes one digital addition (its bias).  Activation functions and pooling are
not counted on either side.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from crossbar.cells.cell import Cell
from crossbar.costs import Costs
from crossbar.counting import Layout, count_events, count_parts, count_path, with_converter
from crossbar.design import Design
from crossbar.ledger import charge
from crossbar.mapping import encode
from pbits.neural.cost_report import InferenceCost, LayerCost
from pbits.neural.mapping import Mapped
from pbits.neural.network import LinearNode
from pbits.neural.processor import Processor

RESULT_BITS = 8


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


def _planes(design: Design, codes: np.ndarray) -> Any:
    return encode(codes, design.mapping, design.weight_bits, design.cell.num_levels)


def _levels(cell: Cell) -> np.ndarray:
    return np.asarray(cell.levels, np.float64)
