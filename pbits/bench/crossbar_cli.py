"""``pbits bench crossbar``: arrays and layers against other simulators and plain products."""

from typing import Annotated, Any

from pbits.bench.command import (
    ArraySide,
    AsJson,
    Quick,
    Record,
    Rounds,
    Seconds,
    WireOhm,
    amounts,
    finish,
    measured,
    open_record,
    refusals,
    work,
)
from pbits.bench.report import print_table, print_targets, range_text, standard_output

_QUICK = {
    "array": 16, "inputs": 32, "outputs": 32, "batch": 8, "peer_vectors": 2, "seconds": 0.01,
    "rounds": 2,
}  # fmt: skip
_NOTES = (
    "Times are CPU time of one thread on one core, medians over the rounds and (range); ratios are "
    "of calls in the same round; compiling is apart. On a computer that is shared they hold "
    "better than wall time, which --json has too.",
    "Error: of the array's matrix, the largest difference to nodal analysis over the largest "
    "entry; of a layer, root mean square over that of the exact product, converters and wires "
    "included. Deviation: from what these converters and wires give in float64.",
    "A batch counts the set-up once. With wires CrossSim gets some vectors only, one by one, which "
    "is how it is fastest, and its time of a batch is reckoned from them.",
)

_Inputs = Annotated[
    int | None, work(metavar="N", min=4, max=8192, help="Of the layer; 512 by default.")
]
_Outputs = Annotated[
    int | None, work(metavar="N", min=4, max=8192, help="Of the layer; 512 by default.")
]
_Batch = Annotated[int | None, work(metavar="N", min=1, help="Vectors; 256 by default.")]
_PeerVectors = Annotated[
    int | None,
    work(metavar="N", min=1, help="Vectors that CrossSim gets with wires; 4 by default."),
]
_Resistance = Annotated[
    float, work(metavar="OHM", min=100, max=1e9, help="Of a cell at its highest conductance.")
]
_Contrast = Annotated[
    float, work(metavar="X", min=1.1, max=1e6, help="Highest over lowest conductance.")
]
_Seed = Annotated[int, work(metavar="N", min=0, help="Seed of weights and inputs.")]


def crossbar(
    array: ArraySide = None,
    inputs: _Inputs = None,
    outputs: _Outputs = None,
    batch: _Batch = None,
    peer_vectors: _PeerVectors = None,
    resistance: _Resistance = 1e5,
    contrast: _Contrast = 10.0,
    wire: WireOhm = 1.56,
    seconds: Seconds = None,
    rounds: Rounds = None,
    seed: _Seed = 0,
    quick: Quick = False,
    as_json: AsJson = False,
    record: Record = None,
) -> None:
    """Simulated crossbars on one core: against nodal analysis, plain products and CrossSim.

    An array's exact wires are set up beside SciPy and badcrossbar; a layer of
    8 bits, bit by bit, runs with and without wires, beside plain matrix products
    and CrossSim at equal settings.  Some minutes; close other programs first.

    Peers are used where they are found: badcrossbar after pip install --no-deps
    badcrossbar pathvalidate sigfig, CrossSim where PBITS_CROSSSIM names a checkout.

    $ PBITS_CROSSSIM=~/cross-sim pbits bench crossbar --record crossbar.jsonl
    """
    given = amounts(
        _QUICK if quick else {}, array=array, inputs=inputs, outputs=outputs, batch=batch,
        peer_vectors=peer_vectors, seconds=seconds, rounds=rounds,
    ) | {"resistance": resistance, "contrast": contrast, "wire": wire, "seed": seed}  # fmt: skip
    with refusals():
        open_record(record)
        from pbits.bench.crossbar_work import Settings

        settings = Settings(**given)
    from pbits.bench.crossbar import compare

    report = measured("crossbar", settings, compare)
    finish(report, print_report, record, as_json=as_json, quick=quick)


def print_report(report: dict[str, Any]) -> None:
    """A table for each measurement, the targets, and what has to be known to read them."""
    console, settings, result = standard_output(), report["settings"], report["results"][0]
    hardware, size = report["hardware"], settings["array"]
    console.print(f"{hardware['cpu']}, one core, one thread, {report['date']}\n")
    layer = f"{settings['inputs']} x {settings['outputs']}, 8 bits, batch {settings['batch']}"
    rows = [
        (side["name"], _ms(side, "seconds"), _times(side), _share(side, "error"), _compiling(side))
        if side["status"] == "ok"
        else (side["name"], "-", "-", "-", "-")
        for side in result["set_up"]
    ]
    title = f"set-up of one array of {size} x {size} with wires of {settings['wire']:g} Ohm"
    print_table(console, title, ("side", "ms", "times ours", "error", "compiling"), rows)
    rows = [
        (side["name"], _ms(side, "seconds"), _times(side), _compiling(side))
        for side in result["inference"]
    ]
    columns = ("product", "ms", "exact wires take", "compiling")
    print_table(console, f"layer of {layer}: a batch", columns, rows)
    for one in result["layers"]:
        wires = f"wires of {one['wire']:g} Ohm" if one["wire"] else "no wires"
        print_table(console, f"layer of {layer}, {wires}: set-up and products", _LAYER, _layer(one))
        if one["status"] == "ok":
            whole, alone = (range_text(one[key], 1) for key in ("ratio", "product_ratio"))
            console.print(f"CrossSim / pbits: {whole} of the batch, {alone} of products alone\n")
    sides = (*result["set_up"], *({"name": "CrossSim"} | one for one in result["layers"]))
    absent = [f"{s['name']}: {s['status']}: {s['reason']}" for s in sides if s["status"] != "ok"]
    for line in dict.fromkeys(absent):
        console.print(line)
    print_targets(console, result["targets"], _NOTES)


_LAYER = ("side", "set-up ms", "a vector, ms", "the batch, ms", "error", "deviation")


def _layer(one: dict[str, Any]) -> list[tuple[str, ...]]:
    sides = [one[key] for key in ("ours", "theirs") if key in one]
    return [
        (
            side["name"],
            _ms(side["set_up"], "seconds"),
            _ms(side["product"], "seconds_per_vector"),
            _ms(side, "batch_seconds"),
            _share(side, "error"),
            _share(side, "deviation"),
        )
        for side in sides
    ]


def _ms(side: dict[str, Any], key: str) -> str:
    return range_text(side[key], 1e-3)


def _times(side: dict[str, Any]) -> str:
    return range_text(side["ratio"], 1)


def _share(side: dict[str, Any], key: str) -> str:
    return f"{side[key]:.1e}"


def _compiling(side: dict[str, Any]) -> str:
    return f"{side['compile_seconds']:.2f} s"
