"""``pbits crossbar``: a matrix in memory, how well it multiplies and what it costs."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from pbits.cli import crossbar_input
from pbits.cli.errors import fail
from pbits.cli.progress import on_terminal

_MATRIX, _ARRAY, _RUN = "Matrix and cell", "Arrays", "Run and output"
_RANGES = {
    "size": (1, 8192, " rows and columns"),
    "batch": (2, 65536, " inputs"),
    "tile": (2, 4096, " rows and columns of an array"),
    "weight-bits": (2, 16, ", the sign among them"),
    "input-bits": (2, 16, ", the sign among them"),
    "adc": (2, 16, " bits, the sign among them: 8 tell all sums of 64 binary cells apart"),
}
_PICTURES = (".png", ".pdf", ".svg")
_SIZE = 128
# JAX makes its keys of the lowest 32 bits, and two seeds must not be one.
_LARGEST_SEED = 2**32 - 1


def _option(text: str, panel: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=panel, **more)


_Matrix = Annotated[
    Path | None,
    _option("Real numbers, inputs x outputs, as numpy.save writes them; random ones if not given.",
            _MATRIX, metavar="FILE.npy", show_default=False),
]  # fmt: skip
_Size = Annotated[
    int | None,
    _option("Rows and columns of the random matrix; 128 by default.", _MATRIX, metavar="N",
            show_default=False),
]  # fmt: skip
_CellName = Annotated[
    str,
    _option("stt, stt-aggressive, stt-28nm, stt-2t2m, sot, sot-multilevel, spin-loss, "
            "granular, granular-50nm, reram, reram-1d, reram-2d, pcm or pcm-joshi.",
            _MATRIX, metavar="PRESET"),
]  # fmt: skip
_Tmr = Annotated[
    float | None,
    _option("Tunnelling magnetoresistance at no voltage, of cells that have one; default: the "
            "preset's.", _MATRIX, metavar="PERCENT", show_default=False),
]  # fmt: skip
_Verify = Annotated[
    float | None,
    _option("Write and read each cell until it is this near its target, in steps of a level.",
            _MATRIX, metavar="STEPS", show_default=False),
]  # fmt: skip
_Tile = Annotated[int, _option("Rows and columns of an array.", _ARRAY, metavar="N")]
_OneTile = Annotated[
    bool, _option("Refuse a matrix that does not fit one array.", _ARRAY, "--one-tile", metavar="")
]
_Adc = Annotated[
    int | None,
    _option("Bits of a converter, with sign; 8 by default.", _ARRAY, metavar="BITS",
            show_default=False),
]  # fmt: skip
_Converter = Annotated[
    str,
    _option("sar, flash (up to 10 bits), ramp, sense (one bit, the sign) or stochastic (a random "
            "bit a read); each at its own price.", _ARRAY, metavar="KIND"),
]  # fmt: skip
_Offset = Annotated[
    float,
    _option("Standard deviation of comparators, in codes.", _ARRAY, metavar="CODES"),
]  # fmt: skip
_Reads = Annotated[
    int | None,
    _option("Reads of a stochastic converter for one code; 1 by default.", _ARRAY, metavar="N",
            min=1, max=2**20, show_default=False),
]  # fmt: skip
_ReadError = Annotated[
    float | None,
    _option("Read so long that noise takes a sum for its neighbour this often; by default as long "
            "as the preset says.", _ARRAY, metavar="P", show_default=False),
]  # fmt: skip
_WireOhm = Annotated[
    float,
    _option("Resistance of a wire from cell to cell; 0 for none. Default: NeuroSim's 22-nm wires, "
            "four feature sizes.", _ARRAY, "--wire", metavar="OHM"),
]  # fmt: skip
_WeightBits = Annotated[int, _option("Bits of a weight, with sign.", _ARRAY, metavar="BITS")]
_InputBits = Annotated[int, _option("Bits of an input, with sign.", _ARRAY, metavar="BITS")]
_Mapping = Annotated[
    str,
    _option("differential, two-sided, offset, ternary or unary.", _ARRAY, metavar="NAME"),
]
_Routing = Annotated[str, _option("h-tree, bus or mesh.", _ARRAY, metavar="NAME")]
_NoCalibrate = Annotated[
    bool,
    _option("Leave converters at the range of all possible sums and columns without gains.", _RUN,
            "--no-calibrate", metavar=""),
]  # fmt: skip
_Batch = Annotated[int, _option("Random inputs to measure with.", _RUN, metavar="N")]
_CostFile = Annotated[
    Path | None,
    _option("Your own costs of events, whose entries replace the built-in ones.", _RUN,
            metavar="FILE.toml", show_default=False),
]  # fmt: skip
_Seed = Annotated[
    int | None,
    _option("Seed of chip, inputs and reads; drawn and reported by default.", _RUN, metavar="N",
            min=0, max=_LARGEST_SEED),
]  # fmt: skip
_Plot = Annotated[
    Path | None,
    _option("Draw the error map, the errors and the energy (.png, .pdf, .svg).", _RUN,
            metavar="FILE", show_default=False),
]  # fmt: skip
_Json = Annotated[
    bool, _option("Print one JSON object, with every number's source.", _RUN, "--json", metavar="")
]


def crossbar(
    matrix: _Matrix = None,
    size: _Size = None,
    cell: _CellName = "sot",
    tmr: _Tmr = None,
    verify: _Verify = None,
    tile: _Tile = 128,
    one_tile: _OneTile = False,
    adc: _Adc = None,
    converter: _Converter = "sar",
    offset: _Offset = 0.0,
    reads: _Reads = None,
    read_error: _ReadError = None,
    wire: _WireOhm = 1.56,
    weight_bits: _WeightBits = 8,
    input_bits: _InputBits = 8,
    mapping: _Mapping = "differential",
    routing: _Routing = "h-tree",
    no_calibrate: _NoCalibrate = False,
    batch: _Batch = 128,
    costs: _CostFile = None,
    seed: _Seed = None,
    plot: _Plot = None,
    as_json: _Json = False,
) -> None:
    """Put a matrix into magnetic memory: error, energy, latency and area of a product.

    The error is told apart into rounding, programming, wires, converters and
    reads; every energy has its source.

    $ pbits crossbar --matrix weights.npy --cell sot --tile 128 --adc 8

    $ pbits crossbar --cell stt --tile 64 --plot crossbar.png

    $ pbits crossbar --converter flash --adc 6 --offset 0.2
    """
    _check_numbers(
        {"size": size, "batch": batch, "tile": tile, "weight-bits": weight_bits,
         "input-bits": input_bits, "adc": adc}
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
        with _working():
            found = crossbar_report.examine(weights, design, batch, seed, verify, not no_calibrate)
        facts = crossbar_report.record(found, cell, converter, source, seed, table)
    except (ValueError, KeyError, MemoryError) as error:
        fail(error)
    except OSError as error:
        fail(f"{error.filename} cannot be read ({error.strerror or error})")
    if plot is not None:
        from pbits.cli.output import write_whole

        picture = crossbar_report.picture(found, plot.suffix.lower()[1:], table)
        write_whole(plot, picture, "--plot")
    if as_json:
        print(json.dumps(facts, allow_nan=False))
    else:
        crossbar_report.show(facts)


def _check_numbers(given: dict[str, int | None]) -> None:
    for name, value in given.items():
        low, high, what = _RANGES[name]
        if value is not None and not low <= value <= high:
            fail(f"--{name} is {value}; expected {low} to {high}{what}")


def _check_others(
    matrix: Path | None, size: int | None, wire: float, verify: float | None, plot: Path | None
) -> None:
    if not 0 <= wire < float("inf"):
        fail(f"--wire is {wire}; expected ohms of at least 0; 0 is a wire without resistance")
    if matrix is not None and size is not None:
        fail("--size is of the random matrix: give it or --matrix, not both")
    if verify is not None and not 0 < verify < float("inf"):
        fail(f"--verify: tolerance is {verify:g}; expected more than 0, in steps of a level")
    if plot is not None:
        _check_picture(plot)


@contextmanager
def _working() -> Iterator[None]:
    """A word on a terminal that something is going on."""
    if not on_terminal():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status("programming and multiplying"):
        yield


def _check_picture(plot: Path) -> None:
    if plot.suffix.lower() not in _PICTURES:
        fail(f"--plot {plot} names no picture; expected one of {', '.join(_PICTURES)}")
    from pbits.cli.output import check_writable

    check_writable(plot, "--plot")
