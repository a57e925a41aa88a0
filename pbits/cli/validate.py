"""``pbits validate``: published and exact results, computed anew."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from pbits.cli.errors import complain, fail

if TYPE_CHECKING:
    from pbits.validation.rows import Checked

_FAILED = 1
_HEADINGS = ("id", "claim", "source", "reference", "tolerance", "value", "")
_VERDICTS = {True: "pass", False: "FAIL", None: "not run"}


def validate(
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            show_default=False,
            help="A row, such as T1.3, or a family, T1; repeatable.",
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="More samples and finer grids: minutes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a table in Markdown, without times.")
    ] = False,
) -> None:
    """Reproduce published and exact results: reference, value, pass or fail.

    Ends with status 1 where a row fails. A row that needs a package which is
    not installed is shown as not run.

    $ pbits validate --only T6
    """
    if as_json and as_markdown:
        fail("--json and --markdown exclude each other")
    from pbits.validation.rows import choose
    from pbits.validation.table import all_rows

    try:
        rows = choose(all_rows(), only or [])
    except ValueError as error:
        fail(error)
    live = not (as_json or as_markdown)
    done = _run(rows, full, live)
    if as_json:
        print(json.dumps({"rows": [one.facts() for one in done]}, allow_nan=False))
    elif as_markdown:
        print(_markdown(done))
    _conclude(done, live)


def _conclude(done: "list[Checked]", live: bool) -> None:
    """The count, what was not run and why, what failed; status 1 where a row failed."""
    from pbits.validation.rows import summary

    if live:
        print(summary(done))
    reasons: dict[str, list[str]] = {}
    for one in done:
        if one.passed is None:
            reasons.setdefault(str(one.note), []).append(one.row.id)
        elif not one.passed and one.note:
            complain(f"{one.row.id}: {one.note}")
    for reason, names in reasons.items():
        complain(f"not run: {', '.join(names)}: {reason}")
    if any(one.passed is False for one in done):
        raise typer.Exit(_FAILED)


def _run(rows: list, full: bool, live: bool) -> "list[Checked]":
    """All rows, printed as they come where they are read by people."""
    from pbits.validation.rows import check_all

    done = []
    if live:
        print(_line(_HEADINGS, "s"), flush=True)
    for one in check_all(rows, full=full):
        done.append(one)
        if live:
            print(_line(_cells(one), f"{one.seconds:.1f}"), flush=True)
    return done


def _cells(one: "Checked") -> tuple[str, ...]:
    row, verdict = one.row, _VERDICTS[one.passed]
    value = "-" if one.passed is None else f"{one.value:.6g}"
    if one.standard_error is not None:
        value += f" ± {one.standard_error:.1g}"
    numbers = (f"{row.reference:.6g}", f"{one.tolerance:.2g}", value)
    return row.id, row.claim, row.source, *numbers, verdict


def _line(cells: tuple[str, ...], seconds: str) -> str:
    """What is read first stands first, as the claim may be long."""
    name, claim, source, reference, tolerance, value, verdict = cells
    numbers = f"{reference:>12}{tolerance:>10}{value:>20}"
    return f"{name:<7}{verdict:<8}{numbers}{seconds:>7}  {claim} [{source}]"


def _markdown(done: "list[Checked]") -> str:
    lines = [f"| {' | '.join(_HEADINGS)} |", "|---|---|---|---:|---:|---:|---|"]
    for one in done:
        cells = [cell.replace("|", "\\|") for cell in _cells(one)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
