"""Ctrl-C and SIGTERM as a request to stop soon, with nothing lost."""

import signal
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """While entered, the first signal after :meth:`arm` sets a flag that a sampler polls.

    A signal before that, and every further one, raises KeyboardInterrupt at once.  Signals that the
    caller's shell ignores (``nohup``) stay ignored.  Calling the object tells whether to stop.

    Example:
        >>> with Interrupt() as interrupt:
        ...     interrupt.arm()
        ...     signal.raise_signal(signal.SIGINT)
        ...     interrupt()
        True
    """

    def __init__(self) -> None:
        self._armed = False
        self._requested = False
        self._previous: dict[int, Any] = {}

    def arm(self) -> None:
        """From now on there is something to keep."""
        self._armed = True

    def __call__(self) -> bool:
        return self._requested

    def __enter__(self) -> "Interrupt":
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if handler is not signal.SIG_IGN:
                self._previous[number] = handler
                signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._requested or not self._armed:
            raise KeyboardInterrupt
        self._requested = True


def terminate_like_interrupt() -> None:
    """Let SIGTERM raise KeyboardInterrupt, unless it is ignored."""
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
