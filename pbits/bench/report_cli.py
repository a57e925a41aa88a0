"""``pbits bench report``: tables and figures from records of ``pbits bench tts``."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

_WHAT, _OUTPUT = "What is compared", "Output"


class Metric(StrEnum):
    """Which time is compared."""

    NEAR = "near"
    BEST = "best"


class Format(StrEnum):
    """Of figures."""

    PNG = "png"
    PDF = "pdf"
    SVG = "svg"


def report(
    records: Annotated[
        list[Path], typer.Argument(metavar="RECORD...", help="Files of `pbits bench tts --record`.")
    ],
    ours: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            help="Solver to compare with the others; that of pbits by default.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    metric: Annotated[
        Metric,
        typer.Option(help="Time to near the best value known, or to it.", rich_help_panel=_WHAT),
    ] = Metric.NEAR,
    near: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Share of the best value that is near.", rich_help_panel=_WHAT
        ),
    ] = 0.999,
    compile_apart: Annotated[
        bool,
        typer.Option(
            "--compile-apart",
            help="Times without compilation, where a solver compiles; with it by default.",
            rich_help_panel=_WHAT,
        ),
    ] = False,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of the intervals.", rich_help_panel=_WHAT)
    ] = 0,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object, with both kinds of times.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
    as_markdown: Annotated[
        bool,
        typer.Option("--markdown", help="Print tables in Markdown.", rich_help_panel=_OUTPUT),
    ] = False,
    brief: Annotated[
        bool,
        typer.Option(
            "--brief",
            help="A line for each instance, in Markdown: mean values and how many runs found the "
            "best.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="Put the brief table into a document, between the lines <!-- tts --> and "
            "<!-- /tts -->.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            show_default=False,
            help="Write figures and the tables to this folder.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    form: Annotated[
        list[Format] | None,
        typer.Option(
            "--format",
            show_default=False,
            help="Of figures, repeatable; png by default.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
) -> None:
    """Success, time to solution and ratios, with intervals, from recorded runs.

    Runs that never arrived count: as lower bounds, said to be such.

    pbits bench report runs.jsonl --out figures
    """
    if as_json + as_markdown + brief > 1:
        raise typer.BadParameter("--json, --markdown and --brief exclude each other")
    from pbits.bench.tts_report import build_report, put_into, write_report
    from pbits.bench.tts_tables import markdown, print_report

    try:
        summary, found = build_report(
            records, ours=ours, metric=metric.value, near=near, compile_apart=compile_apart,
            seed=seed,
        )  # fmt: skip
        forms = [one.value for one in form or [Format.PNG]]
        written = write_report(summary, found, out, forms) if out else []
        if into:
            put_into(into, markdown(summary, brief=True))
            written.append(into)
    except (ValueError, OSError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from None
    if as_json:
        print(json.dumps(summary, allow_nan=False))
    elif as_markdown or brief:
        print(markdown(summary, brief))
    else:
        print_report(summary)
    for path in written:
        typer.echo(f"wrote {path}", err=True)
