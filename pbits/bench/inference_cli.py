"""``pbits bench inference``: a network in arrays against CrossSim and aihwkit."""

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
    "network": "resnet8", "size": 8, "images": 2, "peer_images": 1, "peer_vectors": 1,
    "array": 128, "seconds": 0.001, "rounds": 1,
}  # fmt: skip
_NOTES = (
    "Times are CPU time of one thread on one core, medians over the rounds and (range); ratios are "
    "of calls in the same round. Compiling is apart; the total has it and set-up in it. Ours is "
    "the whole network, digital layers included; peers get those from pbits.",
    "With wires CrossSim takes vectors one by one: it gets some rows of each layer, and its time "
    "of an image is reckoned from them.",
    "Error: root mean square over that of the exact product of a layer, the median over layers, of "
    "the same rows for all; of outputs, over those of the network without arrays. Sums half-way "
    "between two codes are many, and sides round them differently: that is the difference to ours.",
    "aihwkit applies all bits of an input at once and converts once where others convert seven "
    "times: its settings are not equal.",
    "Memory: what a call takes beside what was there; ours goes through images batch by batch.",
)

_Network = Annotated[
    str | None,
    work(metavar="NAME", help="resnet8, resnet18, mlp...; resnet20 by default."),
]
_Size = Annotated[
    int | None, work(metavar="N", min=8, max=512, help="Pixels along a side; 32 by default.")
]
_Images = Annotated[int | None, work(metavar="N", min=1, help="Of a call of ours; 16 by default.")]
_PeerImages = Annotated[
    int | None, work(metavar="N", min=1, help="Of a peer's call without wires; 4 by default.")
]
_PeerVectors = Annotated[
    int | None,
    work(metavar="N", min=1, help="Of each layer, for CrossSim with wires; 2 by default."),
]
_Levels = Annotated[
    int, work(metavar="N", help="Of a cell: 128, one for a weight, or 2, seven for a weight.")
]
_Total = Annotated[int, work(metavar="N", min=1, help="Images that totals are reckoned for.")]
_Seed = Annotated[int, work(metavar="N", min=0, help="Seed of weights and images.")]


def inference(
    network: _Network = None,
    size: _Size = None,
    images: _Images = None,
    peer_images: _PeerImages = None,
    peer_vectors: _PeerVectors = None,
    array: ArraySide = None,
    levels: _Levels = 128,
    wire: WireOhm = 1.56,
    total: _Total = 1000,
    seconds: Seconds = None,
    rounds: Rounds = None,
    seed: _Seed = 0,
    quick: Quick = False,
    as_json: AsJson = False,
    record: Record = None,
) -> None:
    """A network in arrays on one core: images a second beside CrossSim and aihwkit.

    Bit-serial inference of 8 bits, without and with wire resistance, weights and
    images random.  Some minutes; close other programs first.  CrossSim is used
    where PBITS_CROSSSIM names a checkout, aihwkit where it is installed.

    $ PBITS_CROSSSIM=~/cross-sim pbits bench inference --record inference.jsonl
    """
    given = amounts(
        _QUICK if quick else {}, network=network, size=size, images=images,
        peer_images=peer_images, peer_vectors=peer_vectors, array=array, seconds=seconds,
        rounds=rounds,
    ) | {"levels": levels, "wire": wire, "total": total, "seed": seed}  # fmt: skip
    with refusals():
        open_record(record)
        from pbits.bench.inference_work import Settings

        settings = Settings(**given)
    from pbits.bench.inference import compare

    report = measured("inference", settings, compare)
    finish(report, print_report, record, as_json=as_json, quick=quick)


_SPEED = ("side", "images/s", "ms an image", "times ours")
_REST = ("side", "set-up ms", "compiling", "total", "error", "of outputs")


def print_report(report: dict[str, Any]) -> None:
    """A table without and one with wires, memory, the targets, and how to read them."""
    console, settings, result = standard_output(), report["settings"], report["results"][0]
    console.print(f"{report['hardware']['cpu']}, one core, one thread, {report['date']}\n")
    title = (
        f"{settings['network']}, {settings['size']} x {settings['size']} pixels, arrays of "
        f"{settings['array']} x {settings['array']}, cells of {settings['levels']} levels, 8 bits"
    )
    for run in result["runs"]:
        wires = f"wires of {run['wire']:g} Ohm" if run["wire"] else "no wires"
        done = [side for side in run["sides"] if side["status"] == "ok"]
        print_table(console, f"{wires}: {title}", _SPEED, [_speed(side) for side in done])
        print_table(
            console, f"the same; total: {settings['total']} images", _REST, map(_rest, done)
        )
    for side in result["runs"][0]["sides"]:
        for one in side.get("memory") or ():
            console.print(
                f"{side['name']}: {one['images']} images take {one['bytes'] / 1e6:.0f} MB"
            )
    for run in result["runs"]:
        for side in run["sides"]:
            if side["status"] != "ok":
                wires = "with wires" if run["wire"] else "without wires"
                console.print(f"{side['name']} {wires}: {side['status']}: {side['reason']}")
    print_targets(console, result["targets"], _NOTES)


def _speed(side: dict[str, Any]) -> tuple[str, ...]:
    return (
        side["name"],
        range_text(side["images_per_second"], 1),
        range_text(side["seconds_per_image"], 1e-3),
        range_text(side["ratio"], 1),
    )


def _rest(side: dict[str, Any]) -> tuple[str, ...]:
    outputs = side["output_error"]
    return (
        side["name"],
        range_text(side["set_up_seconds"], 1e-3),
        f"{side['compile_seconds']:.1f} s",
        f"{side['total_seconds']:.3g} s",
        f"{side['layer_error']:.1e}",
        "-" if outputs is None else f"{outputs:.1e}",
    )
