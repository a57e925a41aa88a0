"""``pbits bench report``: tables and figures from records of ``pbits bench tts``."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

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
        typer.Option(
            help="Time to near the best value known, or to it.", rich_help_panel=_WHAT
        ),
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
        typer.Option("--json", help="Print one JSON object, with both kinds of times.",
                     rich_help_panel=_OUTPUT),
    ] = False,
    as_markdown: Annotated[
        bool,
        typer.Option("--markdown", help="Print tables in Markdown.", rich_help_panel=_OUTPUT),
    ] = False,
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
    if as_json and as_markdown:
        raise typer.BadParameter("--json and --markdown given; expected one of them")
    try:
        summary, found = build_report(
            records, ours=ours, metric=metric.value, near=near, compile_apart=compile_apart,
            seed=seed,
        )  # fmt: skip
        written = _write(summary, found, out, form or [Format.PNG]) if out else []
    except (ValueError, OSError) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from None
    from pbits.bench.tts_tables import markdown, print_report

    if as_json:
        print(json.dumps(summary, allow_nan=False))
    elif as_markdown:
        print(markdown(summary))
    else:
        print_report(summary)
    for path in written:
        typer.echo(f"wrote {path}", err=True)


def build_report(
    records: list[Path],
    *,
    ours: str | None = None,
    metric: str = "near",
    near: float = 0.999,
    compile_apart: bool = False,
    seed: int = 0,
) -> tuple[dict[str, Any], list[Any]]:
    """Read records and summarise them.

    Args:
        records: files.
        ours: the solver to compare with the others; that of pbits if None.
        metric: "near" or "best", the time that is compared.
        near: share of the best known value that is near.
        compile_apart: whether comparisons leave compilation out.
        seed: of the intervals.

    Returns:
        A summary ready for JSON, and the contests that figures are drawn from.

    Raises:
        ValueError: on a line that is no run, or where `ours` is not clear.
        OSError: on a file that cannot be read.
    """
    from pbits.bench.tts_compare import comparisons, our_solver
    from pbits.bench.tts_contests import contests
    from pbits.bench.tts_records import read_records
    from pbits.bench.tts_summary import solver_row

    runs, notes = read_records(records)
    found, more = contests(runs)
    several = len({run.solver for run in runs}) > 1
    chosen = our_solver(found, ours) if several else None
    target = near if metric == "near" else None
    summary = {
        "benchmark": "tts",
        "near": near,
        "metric": metric,
        "compile_apart": compile_apart,
        "ours": chosen,
        "solvers": [solver_row(c, name, near, seed) for c in found for name in c.runs],
        "comparisons": comparisons(found, chosen, target, compile_apart, seed) if chosen else [],
        "notes": notes + more,
    }
    return summary, found


def _write(summary: dict[str, Any], found: list[Any], out: Path, forms: list[Format]) -> list[Path]:
    """Figures, the tables and the numbers, into a folder."""
    from pbits.bench.tts_plots import figures
    from pbits.bench.tts_tables import markdown

    out.mkdir(parents=True, exist_ok=True)
    texts = {"report.md": markdown(summary), "report.json": json.dumps(summary, allow_nan=False)}
    written = []
    for name, text in texts.items():
        (out / name).write_text(text + "\n", encoding="utf-8")
        written.append(out / name)
    for name, figure in figures(summary, found):
        for form in dict.fromkeys(forms):
            path = out / f"{name}.{form.value}"
            # Without its date a file depends on the records alone.
            about = {"png": None, "pdf": {"CreationDate": None}, "svg": {"Date": None}}[form.value]
            figure.savefig(path, metadata=about)
            written.append(path)
    return written
