"""The options of ``pbits solve`` that no other command has."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pbits.cli.arguments import MAX_READS, MAX_SWEEPS, output, seed_option
from pbits.cli.hardware import Hardware as Hardware
from pbits.cli.methods import Method, Update, Variant

_METHOD = "Method"
_method = partial(typer.Option, rich_help_panel=_METHOD)
_number = partial(_method, metavar="N", min=1)
_beta = partial(_method, metavar="BETA")
_limit = partial(typer.Option, rich_help_panel="When to stop")

MethodName = Annotated[
    Method | None,
    _method(
        metavar="NAME",
        help="auto, the default, chooses from the problem and the time, except that --sweeps "
        "alone asks for anneal. By name: anneal (simulated annealing), temper (parallel "
        "tempering), population (population annealing), quantum (path-integral quantum "
        "annealing), bifurcation (simulated bifurcation), descend (descents from random states).",
    ),
]
Reads = Annotated[
    int | None,
    _number(
        max=MAX_READS,
        help="Independent runs side by side: for temper ladders of temperatures, for population "
        "replicas. 64 by default, 32 for temper and quantum, 1024 for population; auto chooses.",
    ),
]
Sweeps = Annotated[
    int | None,
    _number(
        max=MAX_SWEEPS,
        help="Sweeps of each run (anneal, quantum) or at each temperature (temper, population), "
        "or time steps (bifurcation). 1000 by default (temper: as many as --time-limit allows), 10 "
        "for population.",
    ),
]
Seed = Annotated[int | None, seed_option(_METHOD, ", but for auto and under a time limit")]
Presolve = Annotated[
    bool | None,
    _method(
        "--presolve/--no-presolve",
        show_default=False,
        help="For auto: take out spins that need no search first; by default where that pays.",
    ),
]
UpdateRule = Annotated[
    Update | None,
    _method(
        help="How a spin is updated: metropolis, the default, or gibbs (heat bath). Not for "
        "bifurcation and descend.",
    ),
]
BetaMin = Annotated[
    float | None,
    _beta(
        help="First, hottest inverse temperature (auto, anneal, temper); from the data by default."
    ),
]
BetaMax = Annotated[
    float | None,
    _beta(
        help="Last, coldest inverse temperature (auto, anneal, temper, population); from the data "
        "by default.",
    ),
]
Slices = Annotated[
    int | None,
    _number(
        max=MAX_READS,
        help="For quantum: copies of the problem along each path; 16 by default.",
    ),
]
VariantName = Annotated[
    Variant | None,
    _method(
        help="For bifurcation: ballistic, the default, or discrete, which settles more slowly and "
        "often better.",
    ),
]
TimeLimit = Annotated[
    float | None,
    _limit(
        metavar="SECONDS",
        help="Search for so long: shorter runs are repeated from new states. Without it they run "
        "once, and auto ends when nothing gets better. Compilation counts for auto only.",
    ),
]
Target = Annotated[
    float | None,
    _limit(
        metavar="VALUE",
        help="Stop at this cut (max-cut files), or this value in the file's own sense. With "
        "--hardware all reads end, and those that reach it count.",
    ),
]
Out = Annotated[
    Path | None,
    output(
        metavar="FILE",
        help="Write the best state as JSON; of problems of the library the solution, in the "
        "file's own format (tours, `v` lines, colours).",
    ),
]
Draw = Annotated[
    Path | None,
    output(
        metavar="FILE",
        help="Draw the solution of a problem of the library (.png, .pdf or .svg).",
    ),
]
Plot = Annotated[
    Path | None,
    output(
        metavar="FILE", help="Draw energies along the run (.png, .pdf or .svg); not for descend."
    ),
]
