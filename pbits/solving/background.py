"""A function that runs while the caller goes on."""

import threading
from collections.abc import Callable
from typing import Any

NAME = "pbits in the background"


class Background:
    """A call in a thread of its own; once begun it cannot be stopped, only left alone.

    Example:
        >>> work = Background(lambda: 6 * 7)
        >>> work.result()
        42
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._outcome: Any = None
        self._error: BaseException | None = None
        # No daemon: XLA's compiler does not survive being cut off at the end of the program.
        self._thread = threading.Thread(target=self._run, name=NAME)
        self.is_begun = False

    def begin(self) -> None:
        """Start, unless it has begun."""
        if not self.is_begun:
            self.is_begun = True
            self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome = self._work()
        except BaseException as error:
            self._error = error

    @property
    def is_done(self) -> bool:
        return self.is_begun and not self._thread.is_alive()

    def result(self) -> Any:
        """What the call returned, waited for.

        Raises:
            BaseException: whatever the call raised.
        """
        self.begin()
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._outcome


def wait_for_all() -> None:
    """Until all calls that were left alone have ended: what is measured next has the computer."""
    for thread in threading.enumerate():
        if thread.name == NAME:
            thread.join()
