"""``pbits bench tts``: who reaches the best known value first."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.bench.command import append_line, open_record, output, refusals, work

if TYPE_CHECKING:
    from pbits.bench.race import Settings
    from pbits.bench.solvers import Racer
    from pbits.bench.targets import Target

_instance = partial(typer.Option, rich_help_panel="Instances and solvers")

_Instances = Annotated[
    list[str] | None,
    _instance(metavar="NAME", help="A public instance, see `pbits data list`; repeatable."),
]
_Folder = Annotated[
    Path | None,
    _instance(
        metavar="FOLDER",
        help="Where public instances are; by default PBITS_DATA_DIR, else the user's cache folder.",
    ),
]
_Planted = Annotated[
    list[str] | None,
    _instance(
        metavar="KIND:SIZE",
        help="An instance made with a known optimum: tile:32 (side), wishart:100 (spins), "
        "xorsat:100 (unknowns) or loops:8 (side); KIND:SIZE:SEED for another than seed 0; "
        "repeatable.",
    ),
]
_Files = Annotated[
    list[Path] | None,
    _instance(
        metavar="FILE",
        help="A problem file; repeatable. Its best known value is that of --best.",
    ),
]
_Best = Annotated[
    float | None,
    _instance(
        metavar="VALUE",
        help="Best value known for the files: their cut, objective or energy.",
    ),
]
_Solvers = Annotated[
    list[str] | None,
    _instance(
        metavar="NAME",
        help="Who runs, `list` to see all; repeatable; pbits-auto, dwave-sa and dwave-tabu by "
        "default.",
    ),
]
_Budget = Annotated[
    float,
    work(min=0.01, metavar="SECONDS", help="Wall clock of a run, compilation included."),
]
_Seeds = Annotated[
    int, work(metavar="N", min=1, help="Runs of each solver on each instance, a seed each.")
]
_FirstSeed = Annotated[int, work(metavar="N", min=0, help="Seed of the first run.")]
_OneCore = Annotated[bool, work("--one-core", metavar="", help="One core each, not all.")]
_GoOn = Annotated[bool, work("--go-on", metavar="", help="Do not stop at the best known value.")]
_Record = Annotated[
    Path | None,
    output(metavar="FILE", help="Append each run as one line of JSON, for `pbits bench report`."),
]
_AsJson = Annotated[bool, output("--json", metavar="", help="Print each run as one line of JSON.")]


def tts(
    instance: _Instances = None,
    folder: _Folder = None,
    planted: _Planted = None,
    file: _Files = None,
    best: _Best = None,
    solver: _Solvers = None,
    budget: _Budget = 10.0,
    seeds: _Seeds = 5,
    first_seed: _FirstSeed = 0,
    one_core: _OneCore = False,
    go_on: _GoOn = False,
    record: _Record = None,
    as_json: _AsJson = False,
) -> None:
    """Time to target: pbits and other annealers in turn on the same instances.

    All have the same cores and the same wall clock, and run in turn.  Solvers whose
    packages are not installed are named and left out.  MQLib takes part where the
    environment's PBITS_MQLIB is the path of its executable.

    $ pbits bench tts --planted tile:32 --budget 5 --record runs.jsonl

    $ pbits bench report runs.jsonl
    """
    from pbits.bench.race import Settings
    from pbits.bench.solvers import SOLVERS

    if solver and "list" in solver:
        print("\n".join(SOLVERS))
        return
    with refusals(LookupError):
        open_record(record)
        settings = Settings(budget, seeds, first_seed, not go_on)
        racers = _racers(solver or ["pbits-auto", "dwave-sa", "dwave-tabu"])
        targets = _targets(instance or [], folder, planted or [], file or [], best)
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

    if best is not None and not files:
        raise ValueError("--best is the value of a --file, and none is given; name the file")
    found = [targets.public(name, folder) for name in dict.fromkeys(names)]
    found += [targets.planted(words) for words in dict.fromkeys(planted)]
    found += [targets.from_file(path, best) for path in dict.fromkeys(files)]
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
                if run["status"] == "ok":
                    append_line(record, line)
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
