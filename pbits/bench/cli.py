"""``pbits bench``: speed against other samplers, measured on this computer."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.bench import report_cli
from pbits.bench.device_cli import device
from pbits.bench.race_cli import tts

if TYPE_CHECKING:
    from pbits.bench.entrant import Entrant
    from pbits.bench.instances import Case
    from pbits.bench.throughput import Settings

_INSTANCE, _WORK, _OUTPUT = "Instances and samplers", "Work", "Output"
_QUICK = {"sweeps": 20, "reads": 64, "peer_reads": 4, "rounds": 2}

app = typer.Typer(help="Measure pbits against other samplers on this computer.")
app.command()(tts)
app.command()(device)


class Cores(StrEnum):
    """How many cores each side has."""

    ALL = "all"
    ONE = "one"
    BOTH = "both"


@app.callback()
def _group() -> None:
    # A callback keeps the command's name where it is the only one.
    """Measure pbits against other samplers on this computer."""


app.command()(report_cli.report)


@app.command()
def throughput(
    case: Annotated[
        list[str] | None,
        typer.Option(
            show_default=False,
            help="lattice, gnp, skewed, dense or gaussian; repeatable; all by default.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="A problem file, for instance of the G-set, in place of the cases or beside "
            "those given; repeatable.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    peer: Annotated[
        list[str] | None,
        typer.Option(
            show_default=False,
            help="dwave-samplers, openjij or thrml; repeatable; all by default, and those not "
            "installed are reported.",
            rich_help_panel=_INSTANCE,
        ),
    ] = None,
    cores: Annotated[
        Cores,
        typer.Option(
            help="Cores of each side; peers run one process on each.", rich_help_panel=_WORK
        ),
    ] = Cores.BOTH,
    sweeps: Annotated[
        int | None,
        typer.Option(
            min=1,
            show_default=False,
            help="Sweeps of each read; 1000 by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    reads: Annotated[
        int | None,
        typer.Option(
            min=1,
            show_default=False,
            help="Reads of a call of pbits; 1024 by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    peer_reads: Annotated[
        int | None,
        typer.Option(
            min=2,
            show_default=False,
            help="Reads of a call of a peer on each core; 32 by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=1,
            show_default=False,
            help="Measured calls of each side, in turn; 5 by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all calls.", rich_help_panel=_WORK)] = 0,
    beta_min: Annotated[
        float | None,
        typer.Option(
            show_default=False,
            help="Hottest inverse temperature of all; from the data by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    beta_max: Annotated[
        float | None,
        typer.Option(
            show_default=False,
            help="Coldest inverse temperature of all; from the data by default.",
            rich_help_panel=_WORK,
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Small instances and little work: shows that all runs, measures nothing.",
            rich_help_panel=_WORK,
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.", rich_help_panel=_OUTPUT)
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Append each result as one line of JSON.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
) -> None:
    """Spin updates per second of pbits and of other samplers, on equal work, with energies.

    All get the same instance, betas and number of sweeps and run in turn, so that a shared
    computer slows both sides.  Close other programs first; all cases take about twenty
    minutes.

    pbits bench throughput --case lattice --peer dwave-samplers --record speed.jsonl
    """
    asked = {"sweeps": sweeps, "reads": reads, "peer_reads": peer_reads, "rounds": rounds}
    work = (_QUICK if quick else {}) | {k: v for k, v in asked.items() if v is not None}
    try:
        if record:
            # Now rather than after minutes of work.
            record.open("a").close()
        from pbits.bench.throughput import Settings

        settings = Settings(**work, seed=seed, beta_min=beta_min, beta_max=beta_max)
        cases, rivals = _cases(case, file, quick), _peers(peer)
        for one in cases:
            settings.beta_range(one.problem)
    except (ValueError, OSError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from None
    report = _measure(cases, rivals, cores, settings, record)
    if as_json:
        print(json.dumps(report, allow_nan=False))
    else:
        from pbits.bench.report import print_tables

        print_tables(report)


def _cases(names: list[str] | None, files: list[Path] | None, quick: bool) -> "list[Case]":
    from pbits.bench.instances import CASES, build, from_file

    wanted = names or ([] if files else list(CASES))
    cases = [build(name, quick=quick) for name in dict.fromkeys(wanted)]
    cases += [from_file(path) for path in files or []]
    repeated = [
        case.name for k, case in enumerate(cases) if case.name in {c.name for c in cases[:k]}
    ]
    if repeated:
        raise ValueError(f"two instances are called {repeated[0]!r}; expected different names")
    return cases


def _peers(names: list[str] | None) -> "list[Entrant]":
    from pbits.bench.peers import PEERS

    unknown = [name for name in names or [] if name not in PEERS]
    if unknown:
        raise ValueError(f"peer {unknown[0]!r} given; expected one of {', '.join(PEERS)}")
    return [PEERS[name] for name in dict.fromkeys(names or PEERS)]


def _measure(
    cases: "list[Case]",
    peers: "list[Entrant]",
    choice: Cores,
    settings: "Settings",
    record: Path | None,
) -> dict[str, Any]:
    """Compare on every case and number of cores; results are recorded as they come."""
    from rich.console import Console

    from pbits.bench import machine
    from pbits.bench.report import append_lines
    from pbits.bench.throughput import compare

    every = machine.cores()
    groups = {Cores.ONE: [every[:1]], Cores.ALL: [every]}
    # On a single core both are the same.
    groups[Cores.BOTH] = [every, every[:1]] if len(every) > 1 else [every]
    report = {
        "benchmark": "throughput",
        **machine.describe(),
        "settings": asdict(settings),
        "cases": [case.summary() for case in cases],
        "notes": [peer.note for peer in peers if peer.note],
        "results": [],
    }
    with Console(stderr=True).status("starting") as status:
        for case in cases:
            for cores in groups[choice]:
                for result in compare(case, peers, cores, settings, status.update):
                    report["results"].append(result)
                    if record:
                        append_lines(record, report | {"results": [result]})
    return report
