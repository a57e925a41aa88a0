"""Why a minimisation may end before its schedule does, and how it is asked about."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from numpy.typing import NDArray

from pbits import checks


@dataclass
class Stop:
    """Limits of one run; `reason` says which of them ended it.

    Attributes:
        time_limit: seconds from `start`, or None.
        target_energy: an energy low enough, or None.
        interrupt: ends the run when it answers True, or None.
    """

    time_limit: float | None
    target_energy: float | None
    interrupt: Callable[[], bool] | None
    reason: str = "schedule"
    began: float = 0.0

    def __post_init__(self) -> None:
        if self.time_limit is not None:
            self.time_limit = checks.non_negative("time_limit", self.time_limit)
        if self.target_energy is not None:
            self.target_energy = checks.finite("target_energy", self.target_energy)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def start(self, spent: float = 0.0) -> None:
        """The clock begins, with so many seconds on it."""
        self.began = time.perf_counter() - spent

    def keep_back(self, seconds: float) -> None:
        """End so much earlier, for what is still to be done then."""
        if self.time_limit is not None:
            self.time_limit = max(self.time_limit - seconds, 0.0)

    def is_asked(self, pressed: Callable[[], bool]) -> bool:
        """Whether the user wants an end, before there is any state; `is_due` will know of it."""
        asked = self.interrupt is not None and self.interrupt()
        if asked:
            self.interrupt = lambda: True
        return asked or pressed()

    def is_due(
        self, best: float, offset: float, exact: Callable[[], NDArray], pressed: Callable[[], bool]
    ) -> bool:
        """Whether to stop now.

        Args:
            best: lowest running energy so far.
            offset: constant part of the energy.
            exact: recomputes the energies of the best states.
            pressed: whether Ctrl-C was.
        """
        for reason, holds in (
            ("target", lambda: self.is_reached(best, offset, exact)),
            ("interrupt", lambda: pressed() or bool(self.interrupt and self.interrupt())),
            ("time_limit", lambda: self.time_limit is not None and self.seconds >= self.time_limit),
        ):
            if holds():
                self.reason = reason
                return True
        return False

    def is_reached(self, best: float, offset: float, exact: Callable[[], NDArray]) -> bool:
        """Known from the running energies, then confirmed by exact ones."""
        target = self.target_energy
        if target is None:
            return False
        # Running energies are float32 at worst, and relative to the energy without the offset.
        scale = abs(target) + abs(target - offset)
        if best > target + 1e-5 * scale:
            return False
        energies, rounding = exact(), 1e-12 * scale
        if energies.dtype.kind in "iu":
            # Exact, however large the terms are that make them; only the target may be rounded.
            rounding = min(rounding, 1e-6)
        return bool(energies.min() <= target + rounding)
