"""Time to target: solvers in turn on one instance, each with all cores and the same wall clock.

Solvers of one thread run once per core with seeds of their own, and the best of them counts.  A
solver that compiles starts every run in a new process without a compilation cache; its warm twin
keeps its process, after a run that is not measured.  Values are recomputed from the states.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from pbits import checks
from pbits.bench import machine
from pbits.bench.solvers import Racer, Trial
from pbits.bench.solvers.base import Outcome, seed_of
from pbits.bench.targets import Target
from pbits.bench.workers import Team, Timed

Say = Callable[[str], None]
_WARM_UP_SEED = 2**30


@dataclass(frozen=True)
class Settings:
    """The terms of a race.

    Attributes:
        budget: seconds of wall clock of a run.
        seeds: runs of each solver.
        first_seed: theirs count from here.
        stop_at_target: whether a run ends at the best known value.
    """

    budget: float = 10.0
    seeds: int = 10
    first_seed: int = 0
    stop_at_target: bool = True

    def __post_init__(self) -> None:
        """Checked.

        Raises:
            ValueError: on numbers out of range, with what was expected.
        """
        checks.positive("budget", self.budget)
        checks.whole_number("seeds", self.seeds, 1)
        checks.whole_number("first_seed", self.first_seed, 0)


def race(
    target: Target,
    racers: Sequence[Racer],
    cores: Sequence[int],
    settings: Settings,
    say: Say = lambda text: None,
) -> Iterator[dict[str, Any]]:
    """One record for each seed and solver, ready for JSON, solvers in turn.

    A solver that cannot take the instance, or is not installed, gives one line with `status`
    and the reason.
    """
    teams: dict[str, Team] = {}
    with ExitStack() as stack:
        for number in range(settings.seeds):
            for racer in racers:
                if number and racer.name not in teams:
                    continue
                say(f"{target.name}: {racer.name}, run {number + 1} of {settings.seeds}")
                head = _head(target, racer, cores, settings)
                try:
                    _check_installed(racer)
                    team = _team(stack, teams, target, racer, cores, settings.budget)
                    seed = settings.first_seed + number
                    yield head | _run(team, target, settings, seed)
                except Exception as error:
                    teams.pop(racer.name, None)
                    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
                    yield head | {"status": "failed", "reason": reason}


def _head(target: Target, racer: Racer, cores: Sequence[int], settings: Settings) -> dict[str, Any]:
    return {
        "benchmark": "tts",
        "schema": 1,
        "instance": target.summary(),
        "solver": racer.name,
        "package": racer.package,
        "version": machine.installed_version(racer.package) if racer.package else None,
        "settings": racer.settings,
        "budget": settings.budget,
        "cold": racer.is_cold,
        "num_cores": len(cores),
    }


def _check_installed(racer: Racer) -> None:
    if racer.package and machine.installed_version(racer.package) is None:
        raise ModuleNotFoundError(f"{racer.package} is not installed; pip install {racer.package}")


def _team(
    stack: ExitStack,
    teams: dict[str, Team],
    target: Target,
    racer: Racer,
    cores: Sequence[int],
    seconds: float,
) -> Team:
    """The solver's processes: new ones for a cold start, else those of the run before."""
    held = teams.get(racer.name)
    if held and racer.is_cold:
        held.__exit__()
        held = None
    if held is None:
        held = stack.enter_context(Team(racer, target.problem, cores))
        if racer.compiles and racer.warm:
            # As long as a run, since what is compiled may depend on the time.
            held.run([Trial(seconds, _WARM_UP_SEED)] * held.num_processes)
        teams[racer.name] = held
    return held


def _run(team: Team, target: Target, settings: Settings, seed: int) -> dict[str, Any]:
    stop_at = target.energy if settings.stop_at_target else None
    calls = [
        Trial(settings.budget, seed_of(seed, k) if k else seed, stop_at)
        for k in range(team.num_processes)
    ]
    done = team.run(calls)
    first = min(timed.start for timed in done)
    outcomes: list[Outcome] = [timed.draw for timed in done]
    best = min(outcomes, key=lambda outcome: outcome.curve[-1][1] if outcome.curve else np.inf)
    value = None
    if best.spins is not None:
        value = target.instance.values(best.spins).item()
    compiles = [o.compile_seconds for o in outcomes if o.compile_seconds is not None]
    return {
        "status": "ok",
        "seed": seed,
        "run": seed - settings.first_seed,
        "seconds": max(timed.end for timed in done) - first,
        "compile_seconds": max(compiles, default=None),
        "value": value,
        "stopped_by": best.stopped_by,
        "curve": _merged(done, first, target),
        "attempts": _attempts(outcomes, target),
        "info": best.info,
    }


def _merged(done: Sequence[Timed], first: float, target: Target) -> list[list[float]]:
    """Improvements of all processes together: (seconds since the first started, value)."""
    points = sorted(
        (timed.start - first + seconds, energy)
        for timed in done
        for seconds, energy in timed.draw.curve
    )
    curve, lowest = [], np.inf
    for seconds, energy in points:
        if energy < lowest:
            lowest = energy
            curve.append([round(seconds, 6), target.value(energy)])
    return curve


def _attempts(outcomes: Sequence[Outcome], target: Target) -> list[list[float]] | None:
    if outcomes[0].attempts is None:
        return None
    return [
        [round(attempt.seconds, 6), target.value(attempt.energy)]
        for outcome in outcomes
        for attempt in outcome.attempts or []
    ]
