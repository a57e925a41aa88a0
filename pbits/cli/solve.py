"""``pbits solve``: the best state of a problem file."""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pbits.cli.errors import INTERRUPTED, complain, fail
from pbits.cli.options import Method, Options, Update
from pbits.cli.output import write_whole
from pbits.cli.progress import on_terminal, progress_bar
from pbits.cli.report import record, solution, table
from pbits.cli.signals import Interrupt, interruptible

if TYPE_CHECKING:
    from pbits.results import AnnealResult, Minimum, SolveResult, TemperResult
    from problems.formats import Instance

# Larger numbers are typing errors, which would take all of the memory.
_MAX_READS, _MAX_SWEEPS = 10**6, 10**8
_READS, _SWEEPS = 64, 1000
_LIMITS, _TUNING, _FILES = "When to stop", "Method", "Output"


def solve(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Problem file, plain or compressed (.gz, .xz, .bz2), or the word 'example' for "
            "the max-cut instance that comes with pbits.",
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="rudy, mc, sparse, qubo, bqp, coo, json, bqm or bonds; by default told from the "
            "file's name and first lines.",
        ),
    ] = None,
    method: Annotated[
        Method | None,
        typer.Option(
            show_default=False,
            help="What to run; auto, the default, chooses from the problem and the time, "
            "except that --sweeps alone asks for annealing.",
            rich_help_panel=_TUNING,
        ),
    ] = None,
    reads: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=_MAX_READS,
            show_default=False,
            help="Independent anneals side by side, or ladders of temperatures; 64 by default, "
            "chosen by auto.",
            rich_help_panel=_TUNING,
        ),
    ] = None,
    sweeps: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=_MAX_SWEEPS,
            show_default=False,
            help="Sweeps of each anneal, 1000 by default; of each temperature where there is no "
            "time limit.",
            rich_help_panel=_TUNING,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
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
            metavar="BETA",
            show_default=False,
            help="First, hottest inverse temperature; from the data by default.",
            rich_help_panel=_TUNING,
        ),
    ] = None,
    beta_max: Annotated[
        float | None,
        typer.Option(
            metavar="BETA",
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
            help="Search for so long; without it, auto ends when nothing gets better. For auto "
            "compilation counts, for the other methods it does not.",
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
        typer.Option("--json", metavar="", help="Print one JSON object.", rich_help_panel=_FILES),
    ] = False,
) -> None:
    """Find a state of low energy, or a large cut, of a problem file.

    Values are in the file's own terms: the cut of a max-cut graph (G-set, DIMACS
    torus, Biq Mac), the objective of a QUBO, the energy of an Ising model.

    Ctrl-C stops and prints the best so far. The exit status is 0, 2 on bad input
    and 130 after Ctrl-C.

    $ pbits solve example

    $ pbits solve G14.txt --time-limit 10

    $ pbits solve G1.txt --target 11624 --time-limit 60 --out cut.json
    """
    run(Options(**locals()))


def run(options: Options) -> None:
    """Solve, report, write; the exit status is 130 after an interrupt, 2 on bad input."""
    try:
        with interruptible() as interrupt:
            stopped_by = _solve(options, interrupt)
    except KeyboardInterrupt:
        complain("interrupted")
        stopped_by = "interrupt"
    if stopped_by == "interrupt":
        raise typer.Exit(INTERRUPTED)


def _solve(options: Options, interrupt: Interrupt) -> str:
    started = time.perf_counter()
    options.check()
    # Here, as libraries that take a second to import would slow down `pbits --help` too.
    from problems.formats import read

    try:
        instance = read(options.path, options.format)
        loaded = time.perf_counter()
        result = _minimise(instance, options, interrupt)
    except (ValueError, MemoryError) as error:
        fail(str(error) or "out of memory; ask for fewer --reads")
    seconds = {
        "load": loaded - started,
        "prepare": result.timing.preprocessing,
        "compile": result.timing.compile,
        "sample": result.timing.sampling,
        "total": time.perf_counter() - started,
    }
    facts = record(instance, result, _asked(instance, result, options), seconds)
    try:
        _write(instance, result, facts, options)
    finally:
        # Last, as the reader of a pipe may have gone; in any case, as the work is done.
        print(json.dumps(facts, allow_nan=False) if options.as_json else table(facts))
    return result.stopped_by


def _minimise(
    instance: "Instance", options: Options, interrupt: Interrupt
) -> "AnnealResult | SolveResult | TemperResult":
    shown = not options.as_json and on_terminal()
    bar = progress_bar(instance, options.time_limit) if shown else nullcontext()
    interrupt.check()
    with bar as progress:
        shared: dict[str, Any] = {
            "beta_range": _beta_range(instance, options),
            "update": options.update.value,
            "seed": options.seed,
            "time_limit": options.time_limit,
            "target_energy": _target_energy(instance, options.target),
            "interrupt": interrupt,
            "progress": progress,
        }
        if options.chosen is Method.AUTO:
            from pbits.solving import solve

            return solve(instance.problem, num_reads=options.reads, **shared)
        shared["num_reads"] = options.reads or _READS
        if options.chosen is Method.TEMPER:
            from pbits.tempering import temper

            sweeps = (options.sweeps or _SWEEPS) if options.time_limit is None else None
            return temper(instance.problem, num_sweeps=sweeps, **shared)
        from pbits.annealing import anneal

        restarts = 1 if options.time_limit is None else None
        return anneal(
            instance.problem,
            num_sweeps=options.sweeps or _SWEEPS,
            num_restarts=restarts,
            trace=options.plot is not None,
            **shared,
        )


def _beta_range(instance: "Instance", options: Options) -> tuple[float, float] | None:
    """The range asked for, its missing end from the data; None where nothing was asked."""
    if options.beta_min is None and options.beta_max is None:
        return None
    from pbits.schedules import default_beta_range

    hot, cold = default_beta_range(instance.problem)
    hot = hot if options.beta_min is None else options.beta_min
    cold = cold if options.beta_max is None else options.beta_max
    if hot > cold:
        fail(f"the hottest beta, {hot:g}, is above the coldest, {cold:g}; give both, smaller first")
    return hot, cold


def _target_energy(instance: "Instance", target: float | None) -> int | float | None:
    if target is None:
        return None
    return instance.energy_from_value(int(target) if target.is_integer() else target)


def _asked(instance: "Instance", result: "Minimum", options: Options) -> dict[str, Any]:
    """What the command line asked for and the result cannot know."""
    target = _target_energy(instance, options.target)
    return {
        "method": options.chosen.value,
        "sweeps": None if options.chosen is Method.AUTO else options.sweeps or _SWEEPS,
        "update": options.update.value,
        "time_limit": options.time_limit,
        "target": options.target,
        "target_reached": None if target is None else bool(result.best_energy <= target),
    }


def _write(
    instance: "Instance", result: "Minimum", facts: dict[str, Any], options: Options
) -> None:
    if options.out:
        write_whole(options.out, solution(instance, result, facts), "--out")
    # A problem without variables leaves no trace.
    if options.plot and result.trace is not None:
        write_whole(options.plot, _picture(instance, result, options.plot), "--plot")


def _picture(instance: "Instance", result: "Minimum", path: Path) -> bytes:
    from io import BytesIO

    from matplotlib.figure import Figure

    from pbits.plots import plot_trace

    figure = Figure(figsize=(7, 4), layout="constrained")
    plot_trace(result, figure.subplots(), objective=instance)
    data = BytesIO()
    figure.savefig(data, format=path.suffix[1:].lower(), dpi=150)
    return data.getvalue()
