"""A comparison as tables for people and as lines for records."""

import os
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pbits.bench.command import append_line

_WIDTH = 118
_COLUMNS = ("sampler", "reads", "compile", "M updates/s", "ratio", "E last", "E returned", "best E")
_NOTES = (
    "M updates/s: million spin updates per second of the whole call, median over the rounds and "
    "(range); the ratio is pbits / peer in the same round. Compile times are not part of either.",
    "pbits runs its reads side by side and is slower per update with few (--reads); the others run "
    "theirs one after another, thrml side by side as well.",
    "E: mean energy with its standard error, of the last states of the reads and of the states "
    "returned: pbits returns the best that each read has seen, the others the last. The last ones "
    "compare. Best energies are over different numbers of reads.",
)


def print_tables(report: dict[str, Any], console: Console | None = None) -> None:
    """Print one table for each case and number of cores, then what has to be known to read them.

    Args:
        report: what ``pbits bench throughput --json`` prints.
        console: where to; stdout by default.
    """
    console = console or standard_output()
    hardware = report["hardware"]
    console.print(f"{hardware['cpu']}, {hardware['num_cores']} core(s), {report['date']}\n")
    cases = {case["name"]: case for case in report["cases"]}
    for (name, _), group in groupby(report["results"], lambda r: (r["case"], r["num_cores"])):
        rows = list(group)
        console.print(_table(_title(cases[name], rows[0], report["settings"]), rows))
        for row in rows:
            if row["status"] != "ok":
                console.print(f"{row['peer'] or 'pbits'}: {row['status']}: {row['reason']}")
        console.print()
    for note in (*_NOTES, *report["notes"]):
        console.print(note)


def append_lines(path: str | os.PathLike, report: dict[str, Any]) -> None:
    """Append each result as one line of JSON that can be understood on its own.

    Args:
        path: the file; made if it is not there.
        report: as :func:`print_tables` has it.

    Raises:
        OSError: where the file cannot be written.
    """
    about = {key: report[key] for key in ("benchmark", "date", "commit", "hardware", "versions")}
    cases = {case["name"]: case for case in report["cases"]}
    for result in report["results"]:
        line = about | {"settings": report["settings"], "instance": cases[result["case"]]}
        append_line(Path(path), line | result)


def standard_output() -> Console:
    """Of a fixed width where it is no terminal."""
    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH)


def print_table(
    console: Console,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    words: int = 1,
) -> None:
    """Print an :func:`empty_table` that is filled with rows."""
    table = empty_table(title, columns, words)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print()


def print_targets(
    console: Console, targets: Iterable[dict[str, Any]], notes: Iterable[str]
) -> None:
    """Print what was measured beside what was aimed at, then what has to be known to read it."""
    for row in targets:
        seen = "not measured" if row["measured"] is None else f"{row['measured']:.3g}"
        told = {None: "", True: ": met", False: ": missed"}[row["met"]]
        console.print(f"{row['name']}: {seen}, target {row['aim']} {row['target']:g}{told}")
    console.print()
    for note in notes:
        console.print(note)


def empty_table(title: str, columns: Iterable[str], words: int = 1) -> Table:
    """A table whose first columns, as many as `words`, are words and all others numbers."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place < words else "right", no_wrap=True)
    return table


def _title(case: dict[str, Any], row: dict[str, Any], settings: dict[str, Any]) -> str:
    hot, cold = row["beta_range"]
    return (
        f"{case['name']}: {case['num_variables']} spins, {case['num_interactions']} couplings, "
        f"{row['num_cores']} core(s), {settings['sweeps']} sweeps, beta {hot:.3g} to {cold:.3g}, "
        f"{settings['rounds']} rounds"
    )


def _table(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    table = empty_table(title, _COLUMNS)
    for row in rows:
        if row["status"] == "ok":
            table.add_row(*_cells(row["ours"], None))
            if row["peer"]:
                table.add_row(*_cells(row["theirs"], row["ratio"]))
    return table


def _cells(side: dict[str, Any], ratio: dict[str, Any] | None) -> Iterable[str]:
    energies = side["energies"]
    return (
        side["name"],
        str(side["reads"]),
        "-" if side["compile_seconds"] is None else f"{side['compile_seconds']:.1f} s",
        range_text(side["updates_per_second"], 1e6),
        range_text(ratio, 1),
        _mean(side["final_energies"]),
        _mean(energies),
        f"{energies['best']:.6g}" if energies else "-",
    )


def range_text(values: dict[str, Any] | None, unit: float) -> str:
    """Median and (range) in a unit; nothing for None."""
    if values is None:
        return ""
    middle, low, high = (_digits(values[key] / unit) for key in ("median", "min", "max"))
    return f"{middle} ({low}-{high})"


def _digits(value: float) -> str:
    """Three digits, without an exponent where that is short.

    Example:
        >>> _digits(1234.5), _digits(0.12345)
        ('1234', '0.123')
    """
    return f"{value:.0f}" if 1000 <= value < 1e6 else f"{value:.3g}"


def _mean(values: dict[str, Any] | None) -> str:
    if values is None:
        return "-"
    error = values["standard_error"]
    return f"{values['mean']:.1f}" + ("" if error is None else f" ± {error:.1f}")
