"""Two-bit cells (X8), memory wall (X11), converters and noise (X12), trees of arrays (X14)."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from crossbar.cells.presets import get
from crossbar.cost_formulas import neurosim_sar
from crossbar.costs import Costs
from crossbar.counting import Layout, count_events
from crossbar.current_noise import thermal_noise, tunnel_noise
from crossbar.design import Design, lossless_bits
from crossbar.ledger import charge
from crossbar.mapping import encode
from crossbar.memory_wall import BITS_PER_MAC, analog_tile, claimed_range, compare
from crossbar.routing import gather
from pbits.validation.rows import Row

_ARITHMETIC = "arithmetic of Gupte et al., npj Unconv. Comput. 3, 8 (2026)"
_SUMS = "ceil(log2(N (2^b - 1) + 1))"
_NEUROSIM = "NeuroSim, SAR at 22 nm"
_MNSIM = "MNSIM, power over rate"
# 8 bits and a sign: a magnitude takes 8 cells of one bit, or 4 of two, at either end of a pair.
_WEIGHT_BITS = 9


def resnet18() -> Iterator[tuple[int, int, int]]:
    """Rows, columns and products of the layers of ResNet-18 for images of 32 x 32."""
    yield 27, 64, 32**2
    wide, size = 64, 32
    for stage, channels in enumerate((64, 128, 256, 512)):
        size //= 2 if stage else 1
        for inputs in (wide, channels, channels, channels):
            yield 9 * inputs, channels, size**2
        if stage:
            yield wide, channels, size**2
        wide = channels
    yield 512, 10, 1


def _slices(levels: int) -> int:
    """Cells of a weight at either end of its pair, by the mapping itself."""
    largest = 2 ** (_WEIGHT_BITS - 1) - 1
    return len(encode(np.array([[largest]]), "differential", _WEIGHT_BITS, levels).significance)


def _tiles(size: int, bits: int) -> int:
    """Square arrays, columns of all slices and signs side by side."""
    width = 2 * _slices(2**bits)
    return sum(-(-rows // size) * -(-columns * width // size) for rows, columns, _ in resnet18())


def _network_tiles(size: int, bits: int, full: bool) -> float:
    return _tiles(size, bits)


def _tile_ratio(size: int, full: bool) -> float:
    return _tiles(size, 1) / _tiles(size, 2)


def _conversions(levels: int) -> float:
    """Of one image, counted by the layout of each layer."""
    cell = get("granular", num_levels=levels)
    design = Design(cell, weight_bits=_WEIGHT_BITS)
    slices, total = _slices(levels), 0.0
    for rows, columns, products in resnet18():
        blocks, tiles = -(-rows // design.rows), -(-columns // design.columns)
        layout = Layout(rows, columns, 2, slices, blocks, tiles)
        total += count_events(design, layout, products)["adc.none"]
    return total


def _conversion_ratio(full: bool) -> float:
    return _conversions(2) / _conversions(4)


def _bits(bits: int, full: bool) -> float:
    return lossless_bits(128, 2**bits, 1, signed=False)


def _moved(memory: str, bits: float, full: bool) -> float:
    """pJ of bringing the bits of one multiply-accumulate, used once."""
    return 1e12 * compare(analog_tile(), [memory], bits=[bits]).rows[0].movement


def _in_memory(full: bool) -> float:
    return 1e12 * analog_tile().energy


def _advantage(which: int, reuse: float, full: bool) -> float:
    return claimed_range(reuse).ratios[which]


def _sar(column: float, full: bool) -> float:
    return 1e15 * neurosim_sar(8, column)[0]


def _conversion(name: str, full: bool) -> float:
    """pJ, through the ledger."""
    return 1e12 * charge({name: 1000}).energy / 1000


def _thermal(full: bool) -> float:
    """nA, of a column of 128 cells of 0.59 uS over 100 MHz."""
    return 1e9 * float(thermal_noise(128 * 0.59e-6, 100e6))


def _step(full: bool) -> float:
    """nA, of the SOT preset at 0.2 V, without the fall of its TMR with the voltage."""
    return 1e9 * float(get("sot", half_voltage=np.inf).step) * 0.2


def _with_shot(full: bool) -> float:
    return 1e9 * float(tunnel_noise(128 * 0.59e-6, 0.2, 100e6))


def _tree_levels(full: bool) -> float:
    """Of additions and of branching, for 2048 x 2048 in arrays of 128."""
    side = 2048 // 128
    return gather("h-tree", side, 8, 1e-4).steps * 2


def _tree_bits(full: bool) -> float:
    return gather("h-tree", 2048 // 128, 9, 1e-4).bits


ROWS = (
    *(
        Row(f"X8.{k}", f"ResNet-18 for CIFAR, 8 bits and a sign, cells of {bits} bit"
            f"{'s' * (bits > 1)}: arrays of {size} x {size}", _ARITHMETIC, count, 0.5,
            partial(_network_tiles, size, bits))
        for k, (size, bits, count) in enumerate(
            ((128, 1, 10944.0), (128, 2, 5472.0), (256, 1, 2782.0), (256, 2, 1392.0)), 1
        )
    ),
    *(
        Row(f"X8.{k}", f"arrays of {size} with one-bit cells over those with two-bit cells",
            _ARITHMETIC, 2.0, 0.01, partial(_tile_ratio, size))
        for k, size in ((5, 64), (6, 128), (7, 256))
    ),
    Row("X8.8", "conversions of an image with one-bit cells over those with two-bit cells",
        _ARITHMETIC, 2.0, 0.01, _conversion_ratio),
    *(
        Row(f"X8.{k}", f"bits that tell all sums of 128 cells of {bits} bit{'s' * (bits > 1)} apart",
            _SUMS, value, 0.5, partial(_bits, bits))
        for k, bits, value in ((9, 1, 8.0), (10, 2, 9.0))
    ),
    Row("X11.1", "10 bits from an HBM2 device for a multiply-accumulate: pJ",
        "O'Connor et al. 2017: 3.9 pJ/bit", 39.0, 0.1, partial(_moved, "hbm2.device.bit", BITS_PER_MAC[0])),
    Row("X11.2", "15 bits over the whole path of a GPU: pJ", "second-hand: 21 pJ/bit", 315.0, 0.5,
        partial(_moved, "hbm2.path.bit", BITS_PER_MAC[1])),
    Row("X11.3", "multiply-accumulate in an analog tile, 8 bits: pJ, at most about 1", "derived",
        0.5, 0.5, _in_memory),
    *(
        Row(f"X11.{k}", f"{which} advantage in memory over HBM where each bit moved serves 4: 10 to "
            "100 (reuse assumed)", "often quoted", 55.0, 45.0, partial(_advantage, index, 4.0))
        for k, which, index in ((4, "least", 0), (5, "greatest", 1))
    ),
    *(
        Row(f"X12.{k}", f"SAR converter of 8 bits on a column of {column / 1e3:g} kOhm: fJ",
            _NEUROSIM, energy, 0.5, partial(_sar, column))
        for k, column, energy in ((1, 1e3, 728.0), (2, 1e4, 143.0), (3, 1e5, 85.0))
    ),
    *(
        Row(f"X12.{k}", f"converter of {bits} bits, {rate:g} GS/s, {power:g} mW: pJ", _MNSIM,
            power / rate, 0.02 * power / rate, partial(_conversion, f"adc.mnsim.{bits}"))
        for k, (bits, rate, power) in enumerate(
            ((10, 1.5, 6.92), (8, 1.1, 4.0), (6, 1.0, 1.26), (4, 1.0, 0.7)), 4
        )
    ),
    Row("X12.8", "converter of 8 bits, 1.28 GS/s, 2 mW: pJ", "ISAAC", 2 / 1.28, 0.01,
        partial(_conversion, "adc.isaac.8")),
    *(
        Row(f"X12.{k}", f"converter of {bits} bits at 28 nm: pJ", "Murmann's survey, Accelergy's fit",
            energy, 0.005, partial(_conversion, f"adc.survey.{bits}"))
        for k, bits, energy in ((9, 4, 0.72), (10, 8, 1.33))
    ),
    Row("X12.11", "thermal noise of 128 cells of 0.59 uS over 100 MHz: nA", "sqrt(4 k T G df)",
        11.0, 0.5, _thermal),
    Row("X12.12", "least step of a current at 0.2 V, SOT preset, TMR of no voltage: nA", "derived", 72.0,
        3.0, _step),
    Row("X12.13", "step over thermal noise", "derived", 6.5, 0.35, lambda full: _step(full) / _thermal(full)),
    Row("X12.14", "the noise of the same cells as tunnel junctions at 0.2 V, shot noise: nA",
        "sqrt(2 q I df)", 22.0, 0.1, _with_shot),
    Row("X14.1", "2048 x 2048 in arrays of 128: levels of its two trees", "4 + 4", 8.0, 0.5,
        _tree_levels),
    Row("X14.2", "bits of a sum of 9 bits at the top of the tree", "a bit a level", 13.0, 0.5,
        _tree_bits),
)  # fmt: skip
