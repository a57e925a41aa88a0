"""``pbits bench``: speed against other samplers, measured on this computer."""

import json
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.bench.command import AsJson, Record, Rounds, amounts, open_record, refusals, work
from pbits.bench.crossbar_cli import crossbar
from pbits.bench.device_cli import device
from pbits.bench.inference_cli import inference
from pbits.bench.machine_cli import machine as machine_command
from pbits.bench.problems_cli import problems as problems_command
from pbits.bench.race_cli import tts
from pbits.bench.report_cli import report as report_command

if TYPE_CHECKING:
    from pbits.bench.entrant import Entrant
    from pbits.bench.instances import Case
    from pbits.bench.throughput import Settings

_QUICK = {"sweeps": 20, "reads": 64, "peer_reads": 4, "rounds": 2}

app = typer.Typer(help="Measure pbits against other samplers on this computer.")


class Cores(StrEnum):
    """How many cores each side has."""

    ALL = "all"
    ONE = "one"
    BOTH = "both"


_instance = partial(typer.Option, rich_help_panel="Instances and samplers")

_Cases = Annotated[
    list[str] | None,
    _instance(
        metavar="NAME",
        help="lattice, gnp, skewed, dense or gaussian; repeatable; all by default.",
    ),
]
_Files = Annotated[
    list[Path] | None,
    _instance(
        metavar="FILE",
        help="A problem file, for instance of the G-set, in place of the cases or beside "
        "those given; repeatable.",
    ),
]
_Peers = Annotated[
    list[str] | None,
    _instance(
        metavar="NAME",
        help="Sampler to compare with: dwave-samplers, openjij or thrml; repeatable; all by "
        "default, and those not installed are reported.",
    ),
]
_Cores = Annotated[Cores, work(help="Cores of each side; peers run one process on each.")]
_Sweeps = Annotated[
    int | None, work(metavar="N", min=1, help="Sweeps of each read; 1000 by default.")
]
_Reads = Annotated[
    int | None, work(metavar="N", min=1, help="Reads of a call of pbits; 1024 by default.")
]
_PeerReads = Annotated[
    int | None,
    work(metavar="N", min=2, help="Reads of a call of a peer on each core; 32 by default."),
]
_Seed = Annotated[int, work(metavar="N", min=0, help="Seed of all calls.")]
_BetaMin = Annotated[
    float | None,
    work(metavar="BETA", help="Hottest inverse temperature of all; from the data by default."),
]
_BetaMax = Annotated[
    float | None,
    work(metavar="BETA", help="Coldest inverse temperature of all; from the data by default."),
]
_Quick = Annotated[
    bool,
    work(
        "--quick",
        metavar="",
        help="Small instances and little work: shows that all runs, measures nothing.",
    ),
]


@app.command()
def throughput(
    case: _Cases = None,
    file: _Files = None,
    peer: _Peers = None,
    cores: _Cores = Cores.BOTH,
    sweeps: _Sweeps = None,
    reads: _Reads = None,
    peer_reads: _PeerReads = None,
    rounds: Rounds = None,
    seed: _Seed = 0,
    beta_min: _BetaMin = None,
    beta_max: _BetaMax = None,
    quick: _Quick = False,
    as_json: AsJson = False,
    record: Record = None,
) -> None:
    """Spin updates per second of pbits and of other samplers, on equal work, with energies.

    All samplers get the same instance, betas and number of sweeps and run in turn, so that a shared
    computer slows both sides.  Close other programs first; all cases take about twenty
    minutes.

    $ pbits bench throughput --case lattice --peer dwave-samplers --record speed.jsonl
    """
    given = amounts(
        _QUICK if quick else {}, sweeps=sweeps, reads=reads, peer_reads=peer_reads, rounds=rounds
    )
    with refusals():
        open_record(record)
        from pbits.bench.throughput import Settings

        settings = Settings(**given, seed=seed, beta_min=beta_min, beta_max=beta_max)
        cases, rivals = _cases(case, file, quick), _peers(peer)
        for one in cases:
            settings.beta_range(one.problem)
    report = _measure(cases, rivals, cores, settings, record)
    if as_json:
        print(json.dumps(report, allow_nan=False))
    else:
        from pbits.bench.report import print_tables

        print_tables(report)


# In the order of `pbits bench --help`.
app.command()(tts)
app.command()(device)
app.command()(crossbar)
app.command()(inference)
app.command("machine")(machine_command)
app.command("problems")(problems_command)
app.command("report")(report_command)


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
