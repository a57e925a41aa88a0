"""Arguments that several commands share: one name, one meaning, one help text."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pbits.bench.command import AsJson as AsJson
from pbits.bench.command import output as output

# Larger numbers are typing errors, which would take all of the memory.
MAX_READS, MAX_SWEEPS = 10**6, 10**8

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        show_default=False,
        help="Problem file, plain or compressed (.gz, .xz, .bz2), or the word 'example' for "
        "the max-cut instance that comes with pbits.",
    ),
]
FormatName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="rudy, mc, sparse, qubo, bqp, qplib, coo, json, bqm, bonds, or one of the library "
        "(`pbits problems`); by default told from the file's name and first lines.",
    ),
]
Preset = Annotated[
    str,
    typer.Argument(
        metavar="PRESET",
        show_default=False,
        help="pma-memory, pma-low-barrier, easy-plane-disk, in-plane-easy-axis, "
        "sot-three-terminal, double-free-layer or fept-grain.",
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(
        metavar="K", show_default=False, help="Temperature in kelvin; default: the preset's."
    ),
]
Current = Annotated[
    float,
    typer.Option(
        metavar="A", help="Current through the junction in ampere; positive ones favour parallel."
    ),
]
DevicePicture = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        show_default=False,
        help="Draw transfer curve, a trajectory and the autocorrelation (.png, .pdf, .svg).",
    ),
]
DeviceJson = Annotated[
    bool,
    typer.Option("--json", metavar="", help="Print one JSON object, with every number's source."),
]


def option(text: str, panel: str, *names: str, **more: Any) -> Any:
    """An option with its help text in a panel; `more` is of `typer.Option`."""
    return typer.Option(*names, help=text, rich_help_panel=panel, **more)


def seed_option(panel: str, exception: str = "") -> Any:
    """The option --seed in a panel; `exception` says where seeds do not replay."""
    return typer.Option(
        metavar="N",
        min=0,
        help=f"Seed; equal seeds give equal results{exception}. Drawn and reported by default.",
        rich_help_panel=panel,
    )
