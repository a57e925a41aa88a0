"""``pbits bench device``: the macrospin against cmtj."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

_QUICK = {"seconds": 0.05, "rounds": 2, "num_devices": 512, "tolerance": 0.5}
_WORK, _OUTPUT = "Work", "Output"
_NOTES = (
    "M steps/s: million steps of one magnet per second, ns/s: nanoseconds of one magnet's life per "
    "second, medians over the rounds and (range), on one core; the ratio is pbits / cmtj of ns/s "
    "in the same round.",
    "rad/step: the longest step, of the precession in the anisotropy field, whose error of "
    "<1 - m_z^2> (column error) stays within the tolerance.",
)


def device(
    delta: Annotated[
        float, typer.Option(min=0.1, help="Barrier over kT.", rich_help_panel=_WORK)
    ] = 5.0,
    alpha: Annotated[
        float, typer.Option(min=1e-4, max=10, help="Gilbert damping.", rich_help_panel=_WORK)
    ] = 0.01,
    tolerance: Annotated[
        float | None,
        typer.Option(
            min=1e-4, show_default=False, help="Error of the stationary law; 0.02 by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0.01, show_default=False, help="Of each measurement; 3 by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=1, show_default=False, help="Measured calls of each side; 5 by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the noise.", rich_help_panel=_WORK)] = 0,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Little work: shows that all runs, measures nothing.",
            rich_help_panel=_WORK,
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.", rich_help_panel=_OUTPUT)
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", show_default=False, help="Append the result as one line of JSON.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
) -> None:  # fmt: skip
    """Macrospin steps per second on one core against cmtj, at equal stationary error.

    Both find the longest step within the tolerance, then run in turn; a hundred thousand devices
    at once come last.  About two minutes; close other programs first.

    pbits bench device --json
    """
    from rich.console import Console

    from pbits.bench import machine
    from pbits.bench.device import Settings, compare

    asked = {"tolerance": tolerance, "seconds": seconds, "rounds": rounds}
    work: dict[str, Any] = _QUICK if quick else {}
    work = work | {k: v for k, v in asked.items() if v is not None}
    settings = Settings(delta=delta, alpha=alpha, seed=seed, **work)
    try:
        if record:
            # Now rather than after minutes of work.
            record.open("a").close()
    except OSError as error:
        raise typer.BadParameter(str(error)) from None
    with Console(stderr=True).status("starting") as status:
        result = compare(settings, status.update)
    report = {
        "benchmark": "device", **machine.describe(), "settings": asdict(settings),
        "results": [result],
    }  # fmt: skip
    if record:
        with record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(report, allow_nan=False) + "\n")
    print(json.dumps(report, allow_nan=False)) if as_json else print_report(report)


def print_report(report: dict[str, Any]) -> None:
    """One table of both sides, and what has to be known to read it."""
    from rich.table import Table

    from pbits.bench.report import range_text, standard_output

    console, settings, result = standard_output(), report["settings"], report["results"][0]
    hardware = report["hardware"]
    console.print(f"{hardware['cpu']}, one core, {report['date']}\n")
    title = (
        f"delta {settings['delta']:g}, alpha {settings['alpha']:g}, tolerance "
        f"{settings['tolerance']:g}, {settings['rounds']} rounds"
    )
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in ("simulator", "rad/step", "error", "M steps/s", "ns/s", "ratio"):
        table.add_column(name, justify="left" if name == "simulator" else "right", no_wrap=True)
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
