"""Ctrl-C and SIGTERM as a request to stop soon, with nothing lost."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from pbits.cli.errors import INTERRUPTED, complain


class Interrupt:
    """Whether a signal has asked to stop; calling it tells, and a sampler polls it.

    The first signal raises nothing: an exception out of nowhere is lost inside a callback of the
    garbage collector and can crash an extension module that is being imported.  The second does.
    """

    def __init__(self) -> None:
        self._requested = False

    def __call__(self) -> bool:
        return self._requested

    def check(self) -> None:
        """Raise KeyboardInterrupt where a signal has come: now is a good time."""
        if self._requested:
            raise KeyboardInterrupt

    def handle(self, number: int, frame: FrameType | None) -> None:
        self.check()
        self._requested = True


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Let an :class:`Interrupt` handle SIGINT and SIGTERM, unless ignored (``nohup``).

    Example:
        >>> with interruptible() as interrupt:
        ...     signal.raise_signal(signal.SIGTERM)
        ...     interrupt()
        True
    """
    interrupt = Interrupt()
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    heeded = {n: handler for n, handler in previous.items() if handler is not signal.SIG_IGN}
    for number in heeded:
        signal.signal(number, interrupt.handle)
    try:
        yield interrupt
    finally:
        for number, handler in heeded.items():
            signal.signal(number, handler)


def run_interruptible(work: Callable[[Interrupt], str]) -> None:
    """Do the work of a command; end it with status 130 where a signal did.

    Args:
        work: polls the interrupt, keeps what it has, and returns what ended it: "interrupt", say.
    """
    try:
        with interruptible() as interrupt:
            stopped_by = work(interrupt)
    except KeyboardInterrupt:
        complain("interrupted")
        stopped_by = "interrupt"
    if stopped_by == "interrupt":
        raise typer.Exit(INTERRUPTED)
