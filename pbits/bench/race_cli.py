"""``pbits bench tts``: who reaches the best known value first."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pbits.bench.race import Settings
    from pbits.bench.solvers import Racer
    from pbits.bench.targets import Target

_INSTANCE, _WORK, _OUTPUT = "Instances and solvers", "Work", "Output"


def tts(
    instance: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="A public instance, see `pbits data list`; repeatable.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            show_default=False,
            help="Where public instances are; PBITS_DATA_DIR and the user's cache by default.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    planted: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND:SIZE",
            show_default=False,
            help="An instance made with a known optimum: tile:32 (side), wishart:100 (spins), "
            "xorsat:100 (unknowns) or loops:8 (side); KIND:SIZE:SEED for another than seed 0; "
            "repeatable.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="A problem file; repeatable. Its best known value is that of --best.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    best: Annotated[
        float | None,
        typer.Option(
            show_default=False,
            help="Best value known for the files, in their own sense.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    solver: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="Who runs, `list` to see all; repeatable; pbits-auto, dwave-sa and dwave-tabu by "
            "default.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    budget: Annotated[
        float,
        typer.Option(
            min=0.01,
            metavar="SECONDS",
            help="Wall clock of a run, compilation included.",
            rich_help_panel=_WORK,
        ),
    ] = 10.0,
    seeds: Annotated[
        int, typer.Option(min=1, help="Runs of each solver.", rich_help_panel=_WORK)
    ] = 5,
    first_seed: Annotated[
        int, typer.Option(min=0, help="Seed of the first run.", rich_help_panel=_WORK)
    ] = 0,
    one_core: Annotated[
        bool,
        typer.Option("--one-core", help="One core each, not all.", rich_help_panel=_WORK),
    ] = False,
    go_on: Annotated[
        bool,
        typer.Option("--go-on", help="Do not stop at the best known value.", rich_help_panel=_WORK),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Append each run as one line of JSON, for `pbits bench report`.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print each run as one line.", rich_help_panel=_OUTPUT),
    ] = False,
) -> None:
    """Time to target: pbits and other annealers in turn on the same instances.

    All have the same cores and the same wall clock, and run in turn.  Solvers whose
    packages are not installed are named and left out.  MQLib takes part where the
    environment's PBITS_MQLIB is the path of its executable.

    pbits bench tts --planted tile:32 --budget 5 --record runs.jsonl

    pbits bench report runs.jsonl
    """
    from pbits.bench.race import Settings
    from pbits.bench.solvers import SOLVERS

    if solver and "list" in solver:
        print("\n".join(SOLVERS))
        return
    try:
        if record:
            # Now rather than after minutes of work.
            record.open("a").close()
        racers = _racers(solver or ["pbits-auto", "dwave-sa", "dwave-tabu"])
        targets = _targets(instance or [], folder, planted or [], file or [], best)
    except (ValueError, OSError, LookupError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from None
    settings = Settings(budget, seeds, first_seed, not go_on)
    _race(targets, racers, settings, one_core, record, as_json)


def _racers(names: list[str]) -> "list[Racer]":
    from pbits.bench.solvers import SOLVERS

    unknown = [name for name in names if name not in SOLVERS]
    if unknown:
        raise ValueError(f"solver {unknown[0]!r} given; expected one of {', '.join(SOLVERS)}")
    return [SOLVERS[name] for name in dict.fromkeys(names)]


def _targets(
    names: list[str],
    folder: Path | None,
    planted: list[str],
    files: list[Path],
    best: float | None,
) -> "list[Target]":
    from pbits.bench import targets

    found = [targets.public(name, folder) for name in names]
    found += [targets.planted(words) for words in planted]
    found += [targets.from_file(path, best) for path in files]
    if not found:
        raise ValueError("no instance given; expected --instance, --planted or --file")
    return found


def _race(
    targets: "list[Target]",
    racers: "list[Racer]",
    settings: "Settings",
    one_core: bool,
    record: Path | None,
    as_json: bool,
) -> None:
    from rich.console import Console

    from pbits.bench import machine
    from pbits.bench.race import race

    cores = machine.cores()[:1] if one_core else machine.cores()
    about = machine.describe()
    with Console(stderr=True).status("starting") as status:
        for target in targets:
            for run in race(target, racers, cores, settings, status.update):
                line: dict[str, Any] = run | about
                if record and run["status"] == "ok":
                    with record.open("a") as lines:
                        lines.write(json.dumps(line, allow_nan=False) + "\n")
                print(json.dumps(line, allow_nan=False) if as_json else _sentence(run))


def _sentence(run: dict[str, Any]) -> str:
    name = f"{run['instance']['name']:>16}  {run['solver']:<28}"
    if run["status"] != "ok":
        return f"{name} {run['reason']}"
    if run["value"] is None:
        return f"{name} nothing in {run['budget']:g} s"
    mark = {True: "=", False: " "}[run["value"] == run["instance"]["best_known"]]
    return (
        f"{name} {run['value']:>12.10g} {mark} at {run['curve'][-1][0]:6.2f} s, seed {run['seed']}"
    )
