"""The user's functions called during a run; their failure ends the run but loses no state."""

import warnings
from collections.abc import Callable
from typing import Any

from pbits.results import Progress


def check_it_ends(
    num_restarts: int | None,
    time_limit: float | None,
    target_energy: float | None,
    interrupt_function: Callable[[], bool] | None,
) -> None:
    """Refuse restarts without end; drivers cannot tell, who are always given an interrupt.

    Raises:
        ValueError: where `num_restarts` is None and so is all else.
    """
    if num_restarts is None and (time_limit, target_energy, interrupt_function) == (None,) * 3:
        raise ValueError(
            "num_restarts is None; give a time_limit, a target_energy or an interrupt_function"
        )


class Callbacks:
    """Guards around an interrupt function and a progress function.

    The core reports progress and then polls the interrupt after every chunk of sweeps, so an error
    in either is kept and answered with "stop".

    Attributes:
        last: the last progress report, None before the first.
    """

    def __init__(
        self,
        interrupt_function: Callable[[], bool] | None,
        progress: Callable[[Progress], Any] | None,
    ):
        for name, function in (("interrupt_function", interrupt_function), ("progress", progress)):
            if function is not None and not callable(function):
                raise TypeError(f"{name} is {function!r}; expected a function or None")
        self._asked, self._told = interrupt_function, progress
        self._failure: str | None = None
        self.last: Progress | None = None

    def interrupt(self) -> bool:
        """Whether to stop: the user's answer, or True after a failure."""
        if self._failure is None and self._asked is not None:
            try:
                return bool(self._asked())
            except (Exception, KeyboardInterrupt) as error:
                self._failure = f"interrupt_function raised {error!r}"
        return self._failure is not None

    def progress(self, report: Progress) -> None:
        """Pass the report on."""
        self.last = report
        if self._told is not None:
            try:
                self._told(report)
            except (Exception, KeyboardInterrupt) as error:
                self._failure = f"progress raised {error!r}"

    def stopped_early(self) -> bool:
        """True where the last report was not that of the last sweep."""
        return self.last is not None and self.last.sweep < self.last.num_sweeps

    def notes(self) -> list[str]:
        """A failure, if there was one; the user is warned of it as well."""
        if self._failure is None:
            return []
        note = f"{self._failure}; the run ended there and kept its states"
        # From here to the line that called `sample`: common_info, Call.sampleset, sample.
        warnings.warn(note, RuntimeWarning, stacklevel=5)
        return [note]
