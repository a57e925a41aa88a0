"""``pbits infer``: a trained network in magnetic memory, its accuracy and what an image costs."""

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbits.cli import crossbar_input
from pbits.cli import infer_arguments as options
from pbits.cli.errors import fail
from pbits.cli.output import check_picture, write_picture
from pbits.cli.progress import steps

if TYPE_CHECKING:
    from pbits.cli.infer_work import Found

_RANGES = {
    "images": (1, 10**6, ""),
    "chips": (1, 1000, ""),
    "tile": (2, 4096, " rows and columns of an array"),
    "weight-bits": (2, 16, ", the sign among them"),
    "input-bits": (2, 16, ""),
    "adc": (2, 16, " bits, the sign among them: 9 tell all sums of 128 binary cells apart"),
}


def infer(
    model: options.Model,
    data: options.Data = None,
    data_dir: options.DataDir = None,
    preprocess: options.Preprocess = "auto",
    images: options.Images = 500,
    prune: options.Prune = 0.0,
    hardware: options.HardwareName = "sot",
    tile: options.Tile = 128,
    adc: options.Adc = None,
    weight_bits: options.WeightBits = 8,
    input_bits: options.InputBits = 8,
    wire: options.WireOhm = 0.0,
    no_calibrate: options.NoCalibrate = False,
    no_gains: options.NoGains = False,
    in_order: options.InOrder = False,
    clip: options.Clip = False,
    codes: options.Codes = "plain",
    costs: options.CostFile = None,
    chips: options.Chips = 1,
    seed: options.Seed = None,
    plot: options.Plot = None,
    as_json: options.Json = False,
) -> None:
    """Run a trained network on simulated magnetic memory, without retraining.

    Accuracy beside that in float; energy, latency and area of an image, beside
    a digital processor that moves its data.

    $ pbits infer digits-mlp --hardware stt

    $ pbits infer model.onnx --data mnist --data-dir images --adc 6 --plot a.png

    $ pbits infer model.onnx --hardware stt-28nm --codes measured --chips 5
    """
    given = {"images": images, "chips": chips, "tile": tile, "weight-bits": weight_bits,
             "input-bits": input_bits, "adc": adc}  # fmt: skip
    _check(given, prune, wire, plot)
    seed = secrets.randbits(31) if seed is None else seed
    try:
        from pbits.cli import infer_work

        table = crossbar_input.choose_costs(costs)
        design = infer_work.choose_design(
            hardware, adc, wire, rows=tile, columns=tile, weight_bits=weight_bits,
            input_bits=input_bits,
        )  # fmt: skip
        with steps() as progress:
            progress("loading", 0, 1)
            aids = infer_work.choose_aids(
                codes,
                ranges=not no_calibrate,
                gains=not no_gains,
                in_order=in_order,
                clip=clip,
            )
            job = infer_work.prepare(model, data, data_dir, preprocess, images, prune, seed)
            found = infer_work.work(job, design, seed, table, progress, aids, chips)
    except (ValueError, KeyError, ImportError, MemoryError) as error:
        fail(error.args[0] if isinstance(error, KeyError) and error.args else error)
    except OSError as error:
        fail(error if error.strerror is None else f"{error.filename}: {error.strerror}")
    facts = {"model": model, "hardware": hardware, "seed": seed} | found.facts()
    if plot is not None:
        write_picture(plot, infer_work.picture(found), dpi=120)
    if as_json:
        print(json.dumps(facts, allow_nan=False))
    else:
        _show(found, facts)


def _check(given: dict[str, int | None], prune: float, wire: float, plot: Path | None) -> None:
    """End the command on a value out of range or a picture that cannot be written."""
    crossbar_input.check_ranges(_RANGES, given)
    if not 0 <= prune < 1:
        fail(f"--prune is {prune}; expected at least 0, below 1")
    crossbar_input.check_wire(wire)
    if plot is not None:
        check_picture(plot)


def _show(found: "Found", facts: dict[str, Any]) -> None:
    print(f"{facts['model']} on {facts['hardware']}, {facts['data']} ({facts['preprocess']})")
    print(found.chips)
    machine = found.chips.evaluations[0].cost.processor
    print(
        f"assumed of the processor: {machine.mac}, {machine.bits} bits; a bit of {machine.buffer} "
        f"serves {machine.reuse:g} multiply-accumulates, a weight from {machine.memory} "
        f"{machine.images_per_load:g} image(s); seed {facts['seed']}"
    )
