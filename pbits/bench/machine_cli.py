"""``pbits bench machine``: the p-bit computer against the exact sampler and plain NumPy."""

from typing import Annotated, Any

from pbits.bench.command import (
    AsJson,
    Quick,
    Record,
    Rounds,
    Seconds,
    amounts,
    finish,
    measured,
    open_record,
    refusals,
    work,
)
from pbits.bench.report import print_table, print_targets, range_text, standard_output

_QUICK = {
    "spins": 60, "probability": 0.2, "reads": 64, "sweeps": 8, "slow_sweeps": 8, "seconds": 0.01,
    "rounds": 2, "tile": 32,
}  # fmt: skip
_NOTES = (
    "M updates/s: million p-bits asked for a new value per second of CPU time of one thread on one "
    "core, medians over the rounds and (range); ratios are of calls in the same round; compiling "
    "is apart. A call begins with random spins and ends with spins on the host.",
    "Sides of one law sample the same distribution; means are of the end of a call, of which slow "
    "sides make a shorter one.",
    "NumPy: the same p-bits, one by one as different, as one would write them without a framework; "
    "no peer that is found in packages has devices that differ. thrml has plain spins.",
)

_Spins = Annotated[
    int | None, work(metavar="N", min=8, max=100_000, help="Of the graph; 800 by default.")
]
_Probability = Annotated[
    float | None, work(metavar="P", min=0, max=1, help="Of each edge; 0.06 by default.")
]
_Reads = Annotated[int | None, work(metavar="N", min=1, help="Side by side; 1024 by default.")]
_Sweeps = Annotated[int | None, work(metavar="N", min=1, help="Of a call; 32 by default.")]
_SlowSweeps = Annotated[
    int | None,
    work(metavar="N", min=1, help="Of a call of crossbars and peers; 8 by default."),
]
_Beta = Annotated[float, work(metavar="X", min=0, max=100, help="Inverse temperature.")]
_Tile = Annotated[
    int | None, work(metavar="N", min=4, max=1024, help="Side of an array; 128 by default.")
]
_Bits = Annotated[int, work(metavar="N", min=2, max=16, help="Of its converters.")]
_Seed = Annotated[int, work(metavar="N", min=0, help="Seed of graph, p-bits and reads.")]


def machine(
    spins: _Spins = None,
    probability: _Probability = None,
    reads: _Reads = None,
    sweeps: _Sweeps = None,
    slow_sweeps: _SlowSweeps = None,
    beta: _Beta = 0.1,
    tile: _Tile = None,
    bits: _Bits = 8,
    seconds: Seconds = None,
    rounds: Rounds = None,
    seed: _Seed = 0,
    quick: Quick = False,
    as_json: AsJson = False,
    record: Record = None,
) -> None:
    """The p-bit computer on one core: against the exact sampler, NumPy and thrml.

    One graph like the first of the G-set: the machine at ideal settings, telegraph
    p-bits that differ, crossbars between them. Two minutes; close other programs
    first.

    $ pbits bench machine --record machine.jsonl
    """
    given = amounts(
        _QUICK if quick else {}, spins=spins, probability=probability, reads=reads, sweeps=sweeps,
        slow_sweeps=slow_sweeps, tile=tile, seconds=seconds, rounds=rounds,
    ) | {"beta": beta, "bits": bits, "seed": seed}  # fmt: skip
    with refusals():
        open_record(record)
        from pbits.bench.machine_speed import compare
        from pbits.bench.machine_work import Settings

        settings = Settings(**given)
    report = measured("machine", settings, compare)
    finish(report, print_report, record, as_json=as_json, quick=quick)


_COLUMNS = ("side", "M updates/s", "/ exact sampler", "/ NumPy", "compiling")


def print_report(report: dict[str, Any]) -> None:
    """Speeds, energies, the targets, and what has to be known to read them."""
    console, settings, result = standard_output(), report["settings"], report["results"][0]
    console.print(f"{report['hardware']['cpu']}, one core, one thread, {report['date']}\n")
    title = (
        f"G({settings['spins']}, {settings['probability']:g}), {settings['reads']} reads, beta "
        f"{settings['beta']:g}; p-bits spread by {settings['slope']:.0%} of slope, "
        f"{settings['offset']:g} of offset; arrays of {settings['tile']} x {settings['tile']}"
    )
    sides = result["sides"]
    print_table(console, title, _COLUMNS, [_row(side) for side in sides])
    done = sorted((one for one in sides if one["status"] == "ok"), key=lambda one: str(one["law"]))
    energies = [_energy(one) for one in done]
    print_table(console, "mean energy per spin", ("law", "side", "E/n"), energies, words=2)
    for side in sides:
        if side["status"] != "ok":
            console.print(f"{side['name']}: {side['status']}: {side['reason']}")
    print_targets(console, result["targets"], _NOTES)


def _row(side: dict[str, Any]) -> tuple[str, ...]:
    if side["status"] != "ok":
        return (side["name"], *["-"] * (len(_COLUMNS) - 1))
    return (
        side["name"],
        range_text(side["updates_per_second"], 1e6),
        range_text(side["ratio"], 1),
        range_text(side["peer_ratio"], 1),
        f"{side['compile_seconds']:.1f} s",
    )


def _energy(side: dict[str, Any]) -> tuple[str, ...]:
    energy = side["energy"]
    found = f"{energy['mean']:.4f} ± {energy['standard_error']:.4f}"
    return side["law"] or "of its own", side["name"], found
