"""``pbits crossbar-scaling``: how error and costs of a product grow with the matrix."""

import json
import secrets
from typing import TYPE_CHECKING, Any

from pbits.cli import crossbar_arguments as options
from pbits.cli import crossbar_input
from pbits.cli.errors import fail
from pbits.cli.output import check_picture, write_picture
from pbits.cli.progress import saying

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from crossbar.scaling import Study, Variant

_EVERY = "every"
_LARGEST = 4096


def crossbar_scaling(
    sizes: options.Sizes = "16,32,64,128",
    cell: options.CellName = "sot",
    tmr: options.Tmr = None,
    tile: options.StudyTile = 64,
    adc: options.Adc = None,
    converter: options.Converter = "sar",
    offset: options.Offset = 0.0,
    reads: options.Reads = None,
    wire: options.WireOhm = 1.56,
    weight_bits: options.WeightBits = 8,
    input_bits: options.InputBits = 8,
    routing: options.Routing = "h-tree",
    variants: options.Variants = "none,tree,all",
    chips: options.Chips = 3,
    vectors: options.Vectors = 32,
    outputs: options.Outputs = 16,
    seed: options.Seed = None,
    plot: options.StudyPlot = None,
    as_json: options.Json = False,
) -> None:
    """Error, energy, latency and area of a product as the matrix grows, and what helps.

    Random matrices stand in one array or in tiles that a tree joins, with and
    without calibrated converters, compensation and verified writes.

    $ pbits crossbar-scaling --sizes 16,32,64,128 --cell sot

    $ pbits crossbar-scaling --sizes 64,256,1024 --variants every --plot scaling.png
    """
    crossbar_input.check_wire(wire)
    if plot is not None:
        check_picture(plot)
    seed = secrets.randbits(31) if seed is None else seed
    try:
        wanted = _sizes(sizes, tile)
        chosen = _variants(variants)
        made = crossbar_input.build_design(
            crossbar_input.choose_cell(cell, tmr), wire,
            crossbar_input.choose_converter(converter, adc, offset, reads),
            rows=tile, columns=tile, weight_bits=weight_bits, input_bits=input_bits,
            routing=routing,
        )  # fmt: skip
        _check_rest(made, wanted)
        from crossbar.scaling import study
        from crossbar.wires.wire import Wire
        from pbits import runtime

        runtime.ensure_configured()
        with saying("programming and multiplying") as say:
            found = study(
                made.cell, wire=Wire(wire, wire), sizes=wanted, tile=tile, adc=made.adc,
                weight_bits=weight_bits, input_bits=input_bits, routing=routing, variants=chosen,
                chips=chips, vectors=vectors, outputs=outputs, seed=seed, progress=say,
            )  # fmt: skip
    except (ValueError, KeyError, MemoryError) as error:
        fail(error)
    if plot is not None:
        write_picture(plot, _picture(found))
    print(json.dumps(found.facts(), allow_nan=False) if as_json else _text(found))


def _sizes(text: str, tile: int) -> list[int]:
    """Whole numbers with commas between them, each a size that tiles fill, rising."""
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and len(word) < 6 for word in words):
        raise ValueError(f"--sizes is {text!r}; expected whole numbers as in 16,32,64")
    found = sorted({int(word) for word in words})
    for size in found:
        if not 2 <= size <= _LARGEST:
            raise ValueError(f"--sizes has {size}; expected 2 to {_LARGEST}")
        if size > tile and size % tile:
            raise ValueError(
                f"--sizes has {size}; expected at most --tile {tile}, or a multiple of it"
            )
    return found


def _variants(text: str) -> "list[Variant]":
    """Variants by name, in the order of the table."""
    from crossbar.scaling import VARIANTS

    known = [variant.name for variant in VARIANTS]
    words = known if text.strip() == _EVERY else [word.strip() for word in text.split(",")]
    for word in words:
        if word not in known:
            raise ValueError(
                f"--variants has {word!r}; expected {_EVERY}, or some of {', '.join(known)}"
            )
    return [variant for variant in VARIANTS if variant.name in words]


def _check_rest(design: Any, sizes: list[int]) -> None:
    """Refuse what has no price or no room; one array holds the largest size."""
    from crossbar.costs import Costs
    from pbits.memory import check_fits, free_bytes

    crossbar_input.check_price(Costs.load(), design)
    slices = design.weight_bits - 1  # of one bit; fewer where cells have more
    check_fits(
        4 * 6 * slices * max(sizes) ** 2,
        free_bytes(),
        "take smaller --sizes or fewer --weight-bits",
    )


def _text(found: "Study") -> str:
    """The table, what it was made with, and the ways of joining tiles."""
    from crossbar.ledger import si

    made = found.settings
    head = (
        f"{made['cell']} cells in tiles of {made['tile']} x {made['tile']}, {made['adc_bits']}-bit "
        f"converters, {made['weight_bits']}-bit weights, {made['input_bits']}-bit inputs, "
        f"{made['chips']} chips, seed {made['seed']}"
    )
    lines = [head, str(found)]
    if found.routes:
        lines += ["", "'all', tiles joined in other ways:", f"{'N':>5} {'by':8} {'energy':>10} "
                  f"{'latency':>10}"]  # fmt: skip
        lines += [
            f"{size:5} {kind:8} {si(energy, 'J'):>10} {si(seconds, 's'):>10}"
            for size, kind, energy, seconds in found.routes
        ]
    lines += ["", "errors: of y against the product in float64, mean over chips with its standard "
              "error; energy, latency and area are of one product and all arrays"]  # fmt: skip
    return "\n".join(lines)


def _picture(found: "Study") -> "Figure":
    from matplotlib.figure import Figure

    from pbits.scaling_plots import plot_scaling

    figure = Figure(figsize=(13, 4.2), layout="constrained")
    plot_scaling(found, list(figure.subplots(1, 3)))
    return figure
