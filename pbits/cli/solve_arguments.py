"""The options of ``pbits solve`` that no other command has."""

from pathlib import Path
from typing import Annotated

import typer

from pbits.cli.arguments import MAX_READS, MAX_SWEEPS, OUTPUT, seed_option
from pbits.cli.methods import Method, Update, Variant

_LIMITS, _METHOD = "When to stop", "Method"

MethodName = Annotated[
    Method | None,
    typer.Option(
        metavar="NAME",
        help="auto, the default, chooses from the problem and the time, except that --sweeps "
        "alone asks for anneal. By name: anneal (simulated annealing), temper (parallel "
        "tempering), population (population annealing), quantum (path-integral quantum "
        "annealing), bifurcation (simulated bifurcation), descend (descents from random states).",
        rich_help_panel=_METHOD,
    ),
]
Reads = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=MAX_READS,
        help="Independent runs side by side: for temper ladders of temperatures, for population "
        "replicas. 64 by default, 32 for temper and quantum, 1024 for population; auto chooses.",
        rich_help_panel=_METHOD,
    ),
]
Sweeps = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=MAX_SWEEPS,
        help="Sweeps of each run (anneal, quantum) or at each temperature (temper, population), "
        "or time steps (bifurcation). 1000 by default (temper: as many as --time-limit allows), 10 "
        "for population.",
        rich_help_panel=_METHOD,
    ),
]
Seed = Annotated[int | None, seed_option(_METHOD, ", but for auto and under a time limit")]
UpdateRule = Annotated[
    Update | None,
    typer.Option(
        help="How a spin is updated: metropolis, the default, or gibbs (heat bath). Not for "
        "bifurcation and descend.",
        rich_help_panel=_METHOD,
    ),
]
BetaMin = Annotated[
    float | None,
    typer.Option(
        metavar="BETA",
        help="First, hottest inverse temperature (auto, anneal, temper); from the data by default.",
        rich_help_panel=_METHOD,
    ),
]
BetaMax = Annotated[
    float | None,
    typer.Option(
        metavar="BETA",
        help="Last, coldest inverse temperature (auto, anneal, temper, population); from the data "
        "by default.",
        rich_help_panel=_METHOD,
    ),
]
Slices = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=MAX_READS,
        help="For quantum: copies of the problem along each path; 16 by default.",
        rich_help_panel=_METHOD,
    ),
]
VariantName = Annotated[
    Variant | None,
    typer.Option(
        help="For bifurcation: ballistic, the default, or discrete, which settles more slowly and "
        "often better.",
        rich_help_panel=_METHOD,
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        help="Search for so long: shorter runs are repeated from new states. Without it they run "
        "once, and auto ends when nothing gets better. Compilation counts for auto only.",
        rich_help_panel=_LIMITS,
    ),
]
Target = Annotated[
    float | None,
    typer.Option(
        metavar="VALUE",
        help="Stop at this cut (max-cut files), or this value in the file's own sense.",
        rich_help_panel=_LIMITS,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the best state as JSON.", rich_help_panel=OUTPUT),
]
Plot = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Draw energies along the run (.png, .pdf or .svg); not for descend.",
        rich_help_panel=OUTPUT,
    ),
]
