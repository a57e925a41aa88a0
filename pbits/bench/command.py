"""What the commands of ``pbits bench`` share: options, refusals, and files of records."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

work = partial(typer.Option, rich_help_panel="Work")
output = partial(typer.Option, rich_help_panel="Output")

AsJson = Annotated[bool, output("--json", metavar="", help="Print one JSON object.")]
Record = Annotated[
    Path | None, output(metavar="FILE", help="Append each result as one line of JSON.")
]
Rounds = Annotated[
    int | None, work(metavar="N", min=1, help="Measured calls of each side, in turn; 5 by default.")
]
Quick = Annotated[
    bool,
    work("--quick", metavar="", help="Little work: shows that all runs, measures nothing."),
]
Seconds = Annotated[
    float | None,
    work(
        metavar="SECONDS", min=0.001, max=3600, help="Of a measurement, at least; 0.3 by default."
    ),
]
ArraySide = Annotated[
    int | None, work(metavar="N", min=4, max=512, help="Cells along a side; 128 by default.")
]
WireOhm = Annotated[float, work(metavar="OHM", min=1e-3, max=1e3, help="Of a segment of a wire.")]


def amounts(defaults: dict[str, Any], **asked: Any) -> dict[str, Any]:
    """The defaults, but for what was asked for.

    Example:
        >>> amounts({"rounds": 2, "reads": 64}, rounds=None, reads=8, sweeps=None)
        {'rounds': 2, 'reads': 8}
    """
    return defaults | {name: value for name, value in asked.items() if value is not None}


@contextmanager
def refusals(*more: type[Exception]) -> Iterator[None]:
    """Errors of what was asked for, and `more` kinds, become one line on stderr and status 2.

    Example:
        >>> try:
        ...     with refusals():
        ...         raise ValueError("two\\n  lines")
        ... except typer.BadParameter as error:
        ...     print(error)
        two lines
    """
    try:
        yield
    except (ValueError, OSError, *more) as error:
        raise typer.BadParameter(" ".join(str(error).split())) from None


def open_record(path: Path | None) -> None:
    """Make the file of `--record` where it is not there: now rather than after minutes of work.

    Raises:
        OSError: where it cannot be written.
    """
    if path:
        path.open("a").close()


def append_line(path: Path | None, facts: dict[str, Any]) -> None:
    """Append facts as one line of strict JSON, where there is a file for them."""
    if path:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(facts, allow_nan=False) + "\n")


def measured(benchmark: str, settings: Any, compare: Callable[..., Any]) -> dict[str, Any]:
    """The report of `compare(settings, say)`, with a word on stderr meanwhile.

    Args:
        benchmark: its name.
        settings: of the comparison, a dataclass.
        compare: takes the settings and whom to tell what is going on.
    """
    from rich.console import Console

    from pbits.bench import machine

    with Console(stderr=True).status("starting") as status:
        result = compare(settings, status.update)
    return {
        "benchmark": benchmark,
        **machine.describe(),
        "settings": asdict(settings),
        "results": [result],
    }


def finish(
    report: dict[str, Any],
    show: Callable[[dict[str, Any]], None],
    record: Path | None,
    *,
    as_json: bool,
    quick: bool,
) -> None:
    """Append a report to its file and print it: as JSON, or as `show` does for people."""
    append_line(record, report)
    if as_json:
        print(json.dumps(report, allow_nan=False))
        return
    show(report)
    if quick:
        print("--quick shows that all runs: times of so little work mean nothing")
