"""pbits' own methods in a race, each called as a user would."""

import importlib
import time
from typing import Any

from pbits.bench.solvers.base import Outcome, Trial
from pbits.bench.workers import say_done, team_is_done
from problems import IsingProblem


class Pbits:
    """One of pbits' minimisers until the time is up; its progress gives the curve.

    Args:
        problem: what to minimise.
        module, function: where the minimiser is.
        settings: its keywords.
    """

    def __init__(
        self, problem: IsingProblem, *, module: str, function: str, **settings: Any
    ) -> None:
        self.problem, self.settings = problem, settings
        self.knows_time = function == "solve"
        self.minimise = getattr(importlib.import_module(module), function)

    def run(self, call: Trial) -> Outcome:
        """The limit covers compiling: other methods' does not, so `interrupt` keeps it."""
        start = time.perf_counter()
        curve: list[tuple[float, float]] = []

        def progress(report: Any) -> None:
            if not curve or report.best_energy < curve[-1][1]:
                curve.append((time.perf_counter() - start, float(report.best_energy)))

        def is_over() -> bool:
            return time.perf_counter() - start > call.seconds or team_is_done()

        limits: dict[str, Any] = {"interrupt": is_over}
        if self.knows_time:
            limits = {"time_limit": call.seconds}
        result = self.minimise(
            self.problem,
            seed=call.seed,
            target_energy=call.target,
            progress=progress,
            **limits,
            **self.settings,
        )
        end = time.perf_counter() - start
        if result.stopped_by == "target":
            say_done()
        if not curve or result.best_energy < curve[-1][1]:
            curve.append((end, float(result.best_energy)))
        stopped_by = "time_limit" if result.stopped_by == "interrupt" else result.stopped_by
        info = {"kernel": result.kernel, "num_devices": result.num_devices}
        # Nothing is compiled where no device takes part.
        compiling: float | None = result.timing.compile if result.num_devices else None
        if self.knows_time:
            # It searches meanwhile, so that nothing can be taken off its times.
            info |= {"compile_seconds": compiling, "phases": [p._asdict() for p in result.phases]}
            compiling = None
        return Outcome(curve, result.best_spins, None, compiling, stopped_by, info)

    def draw(self, result: Outcome) -> Outcome:
        return result
