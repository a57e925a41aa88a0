"""``pbits solve``: the best state of a problem file that annealing finds."""

import json
import math
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.cli.errors import INTERRUPTED, complain, fail
from pbits.cli.output import check_writable, write_whole
from pbits.cli.progress import on_terminal, progress_bar
from pbits.cli.report import record, solution, table
from pbits.cli.signals import Interrupt

if TYPE_CHECKING:
    from pbits.annealing import AnnealResult
    from problems.formats import Instance

_PICTURES = (".png", ".pdf", ".svg")
_LIMITS, _TUNING, _FILES = "When to stop", "Annealing", "Output"


class Update(StrEnum):
    """How a spin answers its field."""

    METROPOLIS = "metropolis"
    GIBBS = "gibbs"


@dataclass(frozen=True)
class Options:
    """What the command line asked for, in its own terms."""

    file: Path
    format: str | None
    reads: int
    sweeps: int
    seed: int | None
    time_limit: float | None
    target: float | None
    update: Update
    beta_min: float | None
    beta_max: float | None
    out: Path | None
    plot: Path | None
    as_json: bool


def solve(
    file: Annotated[
        Path,
        typer.Argument(
            show_default=False,
            help="Problem file, plain or compressed (.gz, .xz, .bz2), or the word 'example' for "
            "the max-cut instance that comes with pbits.",
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            help="rudy, mc, sparse, qubo, bqp, coo, json or bqm; by default told from the "
            "file's name and first lines.",
        ),
    ] = None,
    reads: Annotated[
        int, typer.Option(min=1, help="Independent anneals side by side.", rich_help_panel=_TUNING)
    ] = 64,
    sweeps: Annotated[
        int, typer.Option(min=1, help="Sweeps of each anneal.", rich_help_panel=_TUNING)
    ] = 1000,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            show_default=False,
            help="Seed; equal seeds give equal results. Drawn and reported by default.",
            rich_help_panel=_TUNING,
        ),
    ] = None,
    update: Annotated[
        Update, typer.Option(help="Update rule.", rich_help_panel=_TUNING)
    ] = Update.METROPOLIS,
    beta_min: Annotated[
        float | None,
        typer.Option(
            show_default=False,
            help="First, hottest inverse temperature; from the data by default.",
            rich_help_panel=_TUNING,
        ),
    ] = None,
    beta_max: Annotated[
        float | None,
        typer.Option(
            show_default=False,
            help="Last, coldest inverse temperature; from the data by default.",
            rich_help_panel=_TUNING,
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            show_default=False,
            help="Anneal again and again with fresh random numbers for so long.",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    target: Annotated[
        float | None,
        typer.Option(
            metavar="VALUE",
            show_default=False,
            help="Stop at this cut (max-cut files), or this value in the file's own sense.",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Write the best state as JSON.",
            rich_help_panel=_FILES,
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Draw the course of the anneal (.png, .pdf or .svg).",
            rich_help_panel=_FILES,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object.", rich_help_panel=_FILES),
    ] = False,
) -> None:
    """Find a state of low energy, or a large cut, of a problem file.

    Values are in the file's own terms: the cut of a max-cut graph (G-set, DIMACS torus, Biq Mac),
    the objective of a QUBO, the energy of an Ising model.  Ctrl-C stops and prints the best so far.

    pbits solve example

    pbits solve G1.txt --reads 256 --sweeps 2000 --target 11624 --time-limit 60 --out cut.json
    """
    arguments = {key: value for key, value in locals().items()}
    run(Options(**arguments))


def run(options: Options) -> None:
    """Solve, report, write; the exit status is 130 after an interrupt, 2 on bad input."""
    started = time.perf_counter()
    _check(options)
    instance = _read(options)
    loaded = time.perf_counter()
    with Interrupt() as interrupt:
        result = _anneal(instance, options, interrupt)
        facts = record(instance, result)
        facts["seconds"] = {
            "load": round(loaded - started, 6),
            "compile": round(result.timing.compile, 6),
            "sample": round(result.timing.sampling, 6),
            "total": round(time.perf_counter() - started, 6),
        }
        _finish(instance, result, facts, options)
    if result.stopped_by == "interrupt":
        raise typer.Exit(INTERRUPTED)
