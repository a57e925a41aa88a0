"""``pbits crossbar``: a matrix in memory, how well it multiplies and what it costs."""

import json
import secrets
from pathlib import Path
from typing import Any

from pbits.cli import crossbar_arguments as options
from pbits.cli import crossbar_input
from pbits.cli.errors import fail
from pbits.cli.output import check_picture, write_picture
from pbits.cli.progress import saying

_RANGES = {
    "size": (1, 8192, " rows and columns"),
    "batch": (2, 65536, " inputs"),
    "tile": (2, 4096, " rows and columns of an array"),
    "weight-bits": (2, 16, ", the sign among them"),
    "input-bits": (2, 16, ", the sign among them"),
    "adc": (2, 16, " bits, the sign among them: 8 tell all sums of 64 binary cells apart"),
}
_SIZE = 128


def crossbar(
    matrix: options.Matrix = None,
    size: options.Size = None,
    cell: options.CellName = "sot",
    tmr: options.Tmr = None,
    verify: options.Verify = None,
    tile: options.Tile = 128,
    one_tile: options.OneTile = False,
    adc: options.Adc = None,
    converter: options.Converter = "sar",
    offset: options.Offset = 0.0,
    reads: options.Reads = None,
    read_error: options.ReadError = None,
    wire: options.WireOhm = 1.56,
    weight_bits: options.WeightBits = 8,
    input_bits: options.InputBits = 8,
    mapping: options.Mapping = "differential",
    routing: options.Routing = "h-tree",
    no_calibrate: options.NoCalibrate = False,
    batch: options.Batch = 128,
    costs: options.CostFile = None,
    seed: options.Seed = None,
    plot: options.Plot = None,
    as_json: options.Json = False,
) -> None:
    """Put a matrix into magnetic memory: error, energy, latency and area of a product.

    The error is told apart into rounding, programming, wires, converters and
    reads; every energy has its source.

    $ pbits crossbar --matrix weights.npy --cell sot --tile 128 --adc 8

    $ pbits crossbar --cell stt --tile 64 --plot crossbar.png

    $ pbits crossbar --converter flash --adc 6 --offset 0.2
    """
    crossbar_input.check_ranges(
        _RANGES,
        {"size": size, "batch": batch, "tile": tile, "weight-bits": weight_bits,
         "input-bits": input_bits, "adc": adc},
    )  # fmt: skip
    _check_others(matrix, size, wire, verify, plot)
    seed = secrets.randbits(31) if seed is None else seed
    try:
        weights, source = crossbar_input.choose_weights(matrix, size or _SIZE, seed)
        table = crossbar_input.choose_costs(costs)
        design = crossbar_input.build_design(
            crossbar_input.choose_cell(cell, tmr), wire,
            crossbar_input.choose_converter(converter, adc, offset, reads), read_error,
            rows=tile, columns=tile, mapping=mapping, weight_bits=weight_bits,
            input_bits=input_bits, routing=routing,
        )  # fmt: skip
        crossbar_input.check_room(weights, design, one_tile)
        crossbar_input.check_price(table, design)
        from pbits import runtime
        from pbits.cli import crossbar_report

        runtime.ensure_configured()
        with saying("programming and multiplying"):
            found = crossbar_report.examine(weights, design, batch, seed, verify, not no_calibrate)
        facts = crossbar_report.record(found, cell, converter, source, seed, table)
    except (ValueError, KeyError, MemoryError) as error:
        fail(error)
    except OSError as error:
        fail(f"{error.filename} cannot be read ({error.strerror or error})")
    if plot is not None:
        write_picture(plot, crossbar_report.picture(found, table))
    _tell(facts, as_json)


def _tell(facts: dict[str, Any], as_json: bool) -> None:
    from pbits.cli import crossbar_report

    if as_json:
        print(json.dumps(facts, allow_nan=False))
    else:
        crossbar_report.show(facts)


def _check_others(
    matrix: Path | None, size: int | None, wire: float, verify: float | None, plot: Path | None
) -> None:
    crossbar_input.check_wire(wire)
    if matrix is not None and size is not None:
        fail("--size is of the random matrix: give it or --matrix, not both")
    if verify is not None and not 0 < verify < float("inf"):
        fail(f"--verify: tolerance is {verify:g}; expected more than 0, in steps of a level")
    if plot is not None:
        check_picture(plot)
