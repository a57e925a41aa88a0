"""The progress bar of a run: on a terminal only, on stderr, gone when the work is done."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbits.results import Progress
    from problems.formats import Instance


def on_terminal() -> bool:
    """True where nothing is piped, so that a bar disturbs nobody."""
    return sys.stdout.isatty() and sys.stderr.isatty()


@contextmanager
def saying(what: str) -> Iterator[Callable[[str], None]]:
    """A word on a terminal that something is going on.

    Yields:
        What to call with what has been done.
    """
    if not on_terminal():
        yield lambda done: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda done: status.update(f"{what}: {done} done")


@contextmanager
def progress_bar(
    instance: "Instance",
    time_limit: float | None,
    counted: str = "sweep",
    doing: str = "searching",
) -> Iterator[Callable[["Progress"], None]]:
    """A bar over seconds where there is a time limit, else over sweeps, or what else is `counted`.

    Yields:
        What to call with each :class:`pbits.results.Progress`.
    """
    # Here, as a pipe has no use for rich.
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[status]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("compiling", total=None, status="")

        def update(now: "Progress") -> None:
            done, total = (
                (now.sweep, now.num_sweeps) if time_limit is None else (now.seconds, time_limit)
            )
            bar.update(
                task,
                description=doing,
                completed=min(done, total),
                total=total,
                status=_status(instance, now, counted, time_limit is not None),
            )

        yield update


def _status(instance: "Instance", now: "Progress", counted: str, repeats: bool) -> str:
    best = instance.value_from_energy(now.best_energy)
    where = f"{counted} {now.sweep}" + ("" if repeats else f"/{now.num_sweeps}")
    return f"best {instance.objective} {best:.10g}, {where}"


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for what is done in several stages, on a terminal only.

    Yields:
        What to call with the stage, what is done of it, and all of it.
    """
    if not on_terminal():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("loading", total=None)
        yield lambda stage, done, total: bar.update(
            task, description=stage, completed=done, total=total
        )
