"""``pbits bench device``: the macrospin against cmtj."""

from typing import Annotated, Any

from pbits.bench.command import (
    AsJson,
    Quick,
    Record,
    Rounds,
    amounts,
    finish,
    measured,
    open_record,
    refusals,
    work,
)

_QUICK = {"seconds": 0.05, "rounds": 2, "num_devices": 512, "tolerance": 0.5}
_NOTES = (
    "M steps/s: million steps of one magnet per second, ns/s: nanoseconds of one magnet's life per "
    "second, medians over the rounds and (range), on one core; the ratio is pbits / cmtj of ns/s "
    "in the same round.",
    "rad/step: the longest step, of the precession in the anisotropy field, whose error of "
    "<1 - m_z^2> (column error) stays within the tolerance.",
)

_Delta = Annotated[float, work(metavar="X", min=0.1, max=1000, help="Barrier over kT.")]
_Alpha = Annotated[float, work(metavar="X", min=1e-4, max=10, help="Gilbert damping.")]
_Tolerance = Annotated[
    float | None,
    work(
        metavar="X",
        min=1e-4,
        max=1,
        help="Relative error of the stationary law that a step may have; 0.02 by default.",
    ),
]
_Seconds = Annotated[
    float | None,
    work(metavar="SECONDS", min=0.01, max=3600, help="Of each measurement, about; 3 by default."),
]
_Seed = Annotated[int, work(metavar="N", min=0, help="Seed of the noise.")]


def device(
    delta: _Delta = 5.0,
    alpha: _Alpha = 0.01,
    tolerance: _Tolerance = None,
    seconds: _Seconds = None,
    rounds: Rounds = None,
    seed: _Seed = 0,
    quick: Quick = False,
    as_json: AsJson = False,
    record: Record = None,
) -> None:
    """Macrospin steps per second on one core against cmtj, at equal stationary error.

    Both find the longest step within the tolerance, then run in turn; a hundred
    thousand devices at once come last.  About two minutes; close other programs first.

    $ pbits bench device --json
    """
    given = amounts(
        _QUICK if quick else {}, tolerance=tolerance, seconds=seconds, rounds=rounds
    ) | {"delta": delta, "alpha": alpha, "seed": seed}
    with refusals():
        open_record(record)
    from pbits.bench.device import Settings, compare

    report = measured("device", Settings(**given), compare)
    finish(report, print_report, record, as_json=as_json, quick=quick)


def print_report(report: dict[str, Any]) -> None:
    """One table of both sides, and what has to be known to read it."""
    from pbits.bench.report import empty_table, range_text, standard_output

    console, settings, result = standard_output(), report["settings"], report["results"][0]
    hardware = report["hardware"]
    console.print(f"{hardware['cpu']}, one core, {report['date']}\n")
    title = (
        f"delta {settings['delta']:g}, alpha {settings['alpha']:g}, tolerance "
        f"{settings['tolerance']:g}, {settings['rounds']} rounds"
    )
    table = empty_table(title, ("simulator", "rad/step", "error", "M steps/s", "ns/s", "ratio"))
    for side in (result["ours"], result.get("theirs")):
        if side:
            ratio = result.get("ratio") if side is result.get("theirs") else None
            last = side["errors"][-1]
            table.add_row(
                side["name"],
                f"{side['angle']:g}" + ("" if side["within_tolerance"] else " (!)"),
                f"{100 * last['error']:+.1f}({100 * last['standard_error']:.1f}) %",
                range_text(side["steps_per_second"], 1e6),
                range_text(side["simulated_seconds_per_second"], 1e-9),
                range_text(ratio, 1),
            )
    console.print(table)
    if result["status"] != "ok":
        console.print(f"{result['peer']}: {result['status']}: {result['reason']}")
    many, peak = result["many"], result["many"]["peak_bytes"]
    speed = range_text(many["steps_per_second"], 1e6)
    held = "" if peak is None else f"; the process held at most {peak / 2**20:.0f} MiB"
    console.print(f"\n{many['num_devices']} devices at once: {speed} M steps/s{held}\n")
    for note in _NOTES:
        console.print(note)
