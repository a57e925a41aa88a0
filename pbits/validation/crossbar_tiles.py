"""Arrays of a network with two-bit cells (X8), and trees that join arrays (X14)."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from crossbar.cells.presets import get
from crossbar.counting import Layout, count_events
from crossbar.design import Design, lossless_bits
from crossbar.mapping import encode
from crossbar.routing import gather
from pbits.validation.rows import Row

_ARITHMETIC = "arithmetic of Gupte et al., npj Unconv. Comput. 3, 8 (2026)"
_SUMS = "ceil(log2(N (2^b - 1) + 1))"
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
        Row(f"X8.{k}", f"bits that tell all sums of 128 cells of {bits} bit{'s' * (bits > 1)} "
            "apart", _SUMS, value, 0.5, partial(_bits, bits))
        for k, bits, value in ((9, 1, 8.0), (10, 2, 9.0))
    ),
    Row("X14.1", "2048 x 2048 in arrays of 128: levels of its two trees", "4 + 4", 8.0, 0.5,
        _tree_levels),
    Row("X14.2", "bits of a sum of 9 bits at the top of the tree", "a bit a level", 13.0, 0.5,
        _tree_bits),
)  # fmt: skip
