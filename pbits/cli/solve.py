"""``pbits solve``: the best state of a problem file."""

import json
import time
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from pbits.cli import solve_arguments as own
from pbits.cli.arguments import AsJson, File, FormatName
from pbits.cli.errors import fail
from pbits.cli.methods import Method
from pbits.cli.minimisers import minimise
from pbits.cli.natural import (
    Settings,
    answer_of,
    bound_of,
    by_weights,
    check_drawable,
    encoded_of,
    in_own_terms,
    is_by_weights,
    merged,
    write_answer,
)
from pbits.cli.options import Options
from pbits.cli.output import write_picture, write_whole
from pbits.cli.progress import on_terminal, progress_bar
from pbits.cli.report import record, solution, table
from pbits.cli.signals import Interrupt, run_interruptible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pbits.machine import LoadedMachine
    from pbits.results import Minimum
    from problems.formats import Instance

# What a progress bar counts where it is not sweeps.
_COUNTED = {Method.BIFURCATION: "step", Method.DESCEND: "descent"}


def solve(
    file: File,
    format: FormatName = None,
    method: own.MethodName = None,
    reads: own.Reads = None,
    sweeps: own.Sweeps = None,
    seed: own.Seed = None,
    presolve: own.Presolve = None,
    update: own.UpdateRule = None,
    beta_min: own.BetaMin = None,
    beta_max: own.BetaMax = None,
    slices: own.Slices = None,
    variant: own.VariantName = None,
    time_limit: own.TimeLimit = None,
    target: own.Target = None,
    out: own.Out = None,
    plot: own.Plot = None,
    draw: own.Draw = None,
    settings: Settings = None,
    hardware: own.Hardware = None,
    as_json: AsJson = False,
) -> None:
    """Find a state of low energy, a large cut or a solution of a problem file.

    Values are in the file's own terms: the cut of a max-cut graph (G-set, DIMACS
    torus, Biq Mac), the objective of a QUBO, the energy of an Ising model.
    Problems of the library (`pbits problems`) - formulas, tours, colourings - come
    back decoded, with a certificate worked out from the file and not from energies.

    Ctrl-C stops and prints the best so far. The exit status is 0, 2 on bad input
    and 130 after Ctrl-C.

    $ pbits solve example

    $ pbits solve G14.txt --time-limit 10

    $ pbits solve G1.txt --target 11624 --time-limit 60 --out cut.json

    $ pbits solve example --method bifurcation --variant discrete

    $ pbits solve example --hardware default --sweeps 2000

    $ pbits solve queen5_5.col --set colours=5 --draw queens.png
    """
    run_interruptible(partial(_solve, Options(**locals())))


def _solve(options: Options, interrupt: Interrupt) -> str:
    """Solve, report, write; says what ended the run."""
    started = time.perf_counter()
    options.check()
    # Here, as libraries that take a second to import would slow down `pbits --help` too.
    from problems.library.instance import open_instance

    try:
        instance = open_instance(options.path, options.format, **options.asked_settings)
        check_drawable(instance, options.draw)
        loaded = time.perf_counter()
        machine = _machine(instance, options)
        result = _minimise(instance, options, interrupt, machine)
        solved = time.perf_counter()
        answer = answer_of(instance, result)
        extra = _hardware(instance, machine, result, options, interrupt)
    except (ValueError, MemoryError) as error:
        fail(str(error) or "out of memory; ask for fewer --reads")
    seconds = {
        "load": loaded - started,
        "prepare": result.timing.preprocessing,
        "compile": result.timing.compile,
        "sample": result.timing.sampling,
        **({"compare": time.perf_counter() - solved} if extra else {}),
        "total": time.perf_counter() - started,
    }
    facts = record(instance, result, _asked(instance, result, options) | extra, seconds)
    facts |= merged(instance, answer, options.target)
    try:
        _write(instance, result, facts, options)
        write_answer(instance, answer, options.out, options.draw)
    finally:
        # Last, as the reader of a pipe may have gone; in any case, as the work is done.
        text = json.dumps(facts, allow_nan=False) if options.as_json else table(facts)
        print(text if options.as_json else in_own_terms(instance, answer, text))
    # Ctrl-C may also have ended the comparison with this computer.
    return "interrupt" if extra and interrupt() else result.stopped_by


def _machine(instance: "Instance", options: Options) -> "LoadedMachine | None":
    if options.hardware is None:
        return None
    from pbits.cli.hardware import load

    return load(options.hardware, instance.problem)


def _hardware(
    instance: "Instance",
    machine: "LoadedMachine | None",
    result: Any,
    options: Options,
    interrupt: Interrupt,
) -> dict[str, Any]:
    """What the run takes in hardware, and this computer beside it."""
    if machine is None:
        return {}
    from pbits.cli.hardware import solve_facts

    return {"hardware": solve_facts(instance, machine, result, options, interrupt)}


def _minimise(
    instance: "Instance", options: Options, interrupt: Interrupt, machine: "LoadedMachine | None"
) -> "Minimum":
    shown = not options.as_json and on_terminal()
    counted = _COUNTED.get(options.chosen, "sweep")
    bar = progress_bar(instance, options.time_limit, counted) if shown else nullcontext()
    interrupt.check()
    with bar as progress:
        shared = {
            "time_limit": options.time_limit,
            "target_energy": _target_energy(instance, options.target),
            "interrupt": interrupt,
            "progress": progress,
        }
        if is_by_weights(instance, options):
            return by_weights(instance, options, shared)
        return minimise(instance.problem, options, shared, machine, bound_of(instance))


def _target_energy(instance: "Instance", target: float | None) -> int | float | None:
    if target is None:
        return None
    return instance.energy_from_value(int(target) if target.is_integer() else target)


def _asked(instance: "Instance", result: "Minimum", options: Options) -> dict[str, Any]:
    """What the command line asked for and the result cannot know."""
    target = _target_energy(instance, options.target)
    return {
        "method": options.chosen.value,
        "sweeps": options.num_sweeps,
        "update": options.rule,
        "time_limit": options.time_limit,
        "target": options.target,
        "target_reached": None if target is None else bool(result.best_energy <= target),
    }


def _write(
    instance: "Instance", result: "Minimum", facts: dict[str, Any], options: Options
) -> None:
    if options.out and encoded_of(instance) is None:
        write_whole(options.out, solution(instance, result, facts), "--out")
    # A problem without variables leaves no trace.
    if options.plot and result.trace is not None:
        write_picture(options.plot, _picture(instance, result))


def _picture(instance: "Instance", result: "Minimum") -> "Figure":
    from matplotlib.figure import Figure

    from pbits.plots import plot_trace

    figure = Figure(figsize=(7, 4), layout="constrained")
    plot_trace(result, figure.subplots(), objective=instance)
    return figure
