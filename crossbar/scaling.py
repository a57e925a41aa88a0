"""How error, energy, latency and area of a product grow with the matrix, and what helps.

A logical N x N matrix stands in one array, or in a grid of tiles whose partial sums are joined by
a tree (`routing`).  Three things are put in and left out: ranges of converters chosen from typical
inputs (`calibration`), compensation of what arrays do wrong (`compensation`, `write_verify`) and
the partition into tiles.  Wires are exact at every size: `wires.large` solves Kirchhoff's
equations for the columns that are looked at, to a residual that every point shows.

Errors are of y against the product in float64, quantisation of weights and inputs included; where a
word line settles is not modelled, so a large array is as quick as a small one.  What is left out is
listed with its reason, never skipped in silence.
"""

from collections.abc import Callable, Sequence
from typing import Final

from jax import random

from crossbar.cells.cell import Cell
from crossbar.cells.presets import get
from crossbar.checking import check_whole
from crossbar.converters.adc import Adc, IdealAdc
from crossbar.counting import accumulator_bits
from crossbar.design import Design
from crossbar.routing import width
from crossbar.scaling_results import Point as Point
from crossbar.scaling_results import Study as Study
from crossbar.scaling_sizes import VARIANTS as VARIANTS
from crossbar.scaling_sizes import Size, Task
from crossbar.scaling_sizes import Variant as Variant
from crossbar.wires.wire import Wire
from crossbar.write_verify import Verify

SIZES: Final = (16, 32, 64, 128, 256, 512, 1024)


def study(
    cell: str | Cell = "sot",
    *,
    wire: Wire | None = None,
    sizes: Sequence[int] = SIZES,
    tile: int = 64,
    adc: Adc | None = None,
    weight_bits: int = 8,
    input_bits: int = 8,
    routing: str = "h-tree",
    variants: Sequence[Variant] = VARIANTS,
    chips: int = 3,
    vectors: int = 32,
    outputs: int = 16,
    rounds: int = 1,
    verify: Verify | None = None,
    remap_limit: int = 64,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Study:
    """Error, energy, latency and area of products with normal matrices of growing size.

    Args:
        cell: a preset of `cells.presets`, or a datasheet.
        wire: of every array; 1.56 Ohm a segment (a 22-nm pitch of 4 F) if None.  One of no
            resistance is left out.
        sizes: N, each at most `tile` or a multiple of it.
        tile: rows and columns of a tile, at most 128.
        adc: converters; ideal ones of 8 bits if None.
        weight_bits, input_bits: see `Design`; weights are differential pairs.
        routing: of tiles; the other kinds are compared in `Study.routes`.
        variants: what is studied.
        chips: drawn for each variant, the same ones for all.
        vectors: inputs for the error, and as many others for calibration.
        outputs: columns looked at in one large array.
        rounds: of choosing codes.
        verify: how cells are written where they are verified.
        remap_limit: largest single array whose codes are chosen by its effective matrix.
        seed: of matrix, inputs and chips.
        progress: called with a line of text after each size.

    Up to 1024 this takes minutes on one core, about half of it compilation; 2048 as long again.
    The error of a single array rises with its size and that of tiles hardly, where wires are what
    limits it; the energy of tiles rises with their number, for each converts its own sums.  Gains
    are fitted to noisy products: where converters or spread make the error, they do not help.

    Raises:
        ValueError: on sizes that tiles do not fill, or numbers out of range.

    Example:
        >>> short = study("sot", sizes=(16,), tile=8, chips=2, weight_bits=3, variants=VARIANTS[:1])
        >>> short.points[0].variant, short.points[0].arrays
        ('none', 4)
    """
    _check(sizes, tile, chips, vectors)
    check_whole("outputs", outputs, 1, 4096)
    check_whole("rounds", rounds, 1, 50)
    check_whole("remap_limit", remap_limit, 0, 4096)
    sheet = get(cell) if isinstance(cell, str) else cell
    line = Wire(1.56, 1.56) if wire is None else wire
    design = Design(
        sheet, None if line.is_ideal else line, IdealAdc(8) if adc is None else adc,
        rows=tile, columns=tile, weight_bits=weight_bits, input_bits=input_bits, routing=routing,
    )  # fmt: skip
    points: list[Point] = []
    routes: list[tuple[int, str, float, float]] = []
    for size in sizes:
        task = Task(
            design, int(size), chips, vectors, outputs, rounds, verify or Verify(), remap_limit,
            random.fold_in(random.key(seed), size),
        )  # fmt: skip
        done = Size(task, tile, seed)
        points += [done.point(variant) for variant in variants]
        for variant in variants:
            if variant.name == "all" and variant.tree:
                routes += done.routes(variant)
        if progress is not None:
            progress(f"{size} x {size}")
    settings = {
        "cell": sheet.name, "sizes": [int(n) for n in sizes], "tile": tile, "chips": chips,
        "vectors": vectors, "outputs": outputs, "weight_bits": weight_bits, "rounds": rounds,
        "input_bits": input_bits, "adc_bits": design.adc.bits, "routing": routing, "seed": seed,
        "wire_ohm": [float(design.wire.word), float(design.wire.bit)] if design.wire else None,
        "output_bits": {
            str(n): width(-(-int(n) // tile), accumulator_bits(design)) for n in sizes
        },
    }  # fmt: skip
    return Study(tuple(points), tuple(routes), settings)


def _check(sizes: Sequence[int], tile: int, chips: int, vectors: int) -> None:
    check_whole("tile", tile, 2, 128)
    check_whole("chips", chips, 2, 10_000)
    check_whole("vectors", vectors, 2, 100_000)
    if not sizes:
        raise ValueError("sizes is empty; give at least one")
    for size in sizes:
        check_whole("size", size, 2, 4096)
        if size > tile and size % tile:
            raise ValueError(f"size is {size}; expected at most {tile}, or a multiple of it (tile)")
