"""``pbits bench report``: tables and figures from records of ``pbits bench tts``."""

import json
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pbits.bench.command import output, refusals


class Metric(StrEnum):
    """Which time is compared."""

    NEAR = "near"
    BEST = "best"


class Format(StrEnum):
    """Of figures."""

    PNG = "png"
    PDF = "pdf"
    SVG = "svg"


_what = partial(typer.Option, rich_help_panel="What is compared")

_Records = Annotated[
    list[Path],
    typer.Argument(
        metavar="RECORD", show_default=False, help="Files of `pbits bench tts --record`."
    ),
]
_Ours = Annotated[
    str | None,
    _what(metavar="NAME", help="Solver to compare with the others; that of pbits by default."),
]
_Metric = Annotated[Metric, _what(help="Time to come near the best value known, or to reach it.")]
_Near = Annotated[
    float,
    _what(metavar="SHARE", min=0.0, max=1.0, help="Share of the best value that counts as near."),
]
_CompileApart = Annotated[
    bool,
    _what(
        "--compile-apart",
        metavar="",
        help="Times without compilation, where a solver compiles; with it by default.",
    ),
]
_Seed = Annotated[
    int, _what(metavar="N", min=0, help="Seed of the resampling that gives the intervals.")
]
_AsJson = Annotated[
    bool,
    output("--json", metavar="", help="Print one JSON object, with both kinds of times."),
]
_AsMarkdown = Annotated[bool, output("--markdown", metavar="", help="Print tables in Markdown.")]
_Brief = Annotated[
    bool,
    output(
        "--brief",
        metavar="",
        help="A line for each instance, in Markdown: mean values, how many runs found the best.",
    ),
]
_Into = Annotated[
    Path | None,
    output(
        metavar="FILE",
        help="Put the brief table into a document, between the lines <!-- tts --> and "
        "<!-- /tts -->.",
    ),
]
_Out = Annotated[
    Path | None, output(metavar="FOLDER", help="Write figures and the tables to this folder.")
]
_Forms = Annotated[
    list[Format] | None,
    output(
        "--format", metavar="FORMAT", help="Of figures: png, the default, pdf, svg; repeatable."
    ),
]


def report(
    records: _Records,
    ours: _Ours = None,
    metric: _Metric = Metric.NEAR,
    near: _Near = 0.999,
    compile_apart: _CompileApart = False,
    seed: _Seed = 0,
    as_json: _AsJson = False,
    as_markdown: _AsMarkdown = False,
    brief: _Brief = False,
    into: _Into = None,
    out: _Out = None,
    form: _Forms = None,
) -> None:
    """Success, time to solution and ratios, with intervals, from recorded runs.

    Runs that never arrived count too: a time is then a lower bound, and marked as one.

    $ pbits bench report runs.jsonl --out figures
    """
    if as_json + as_markdown + brief > 1:
        raise typer.BadParameter("--json, --markdown and --brief exclude each other")
    if form and not out:
        raise typer.BadParameter("--format is that of figures, which need --out; name a folder")
    from pbits.bench.tts_report import build_report, put_into, write_report
    from pbits.bench.tts_tables import markdown, print_report

    with refusals():
        summary, found = build_report(
            records, ours=ours, metric=metric.value, near=near, compile_apart=compile_apart,
            seed=seed,
        )  # fmt: skip
        forms = [one.value for one in form or [Format.PNG]]
        written = write_report(summary, found, out, forms) if out else []
        if into:
            put_into(into, markdown(summary, brief=True))
            written.append(into)
    if as_json:
        print(json.dumps(summary, allow_nan=False))
    elif as_markdown or brief:
        print(markdown(summary, brief))
    else:
        print_report(summary)
    for path in written:
        typer.echo(f"wrote {path}", err=True)
