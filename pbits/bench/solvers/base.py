"""What a solver is to a race: it gets a time and a seed, and says what it found when."""

import time
from abc import ABC, abstractmethod
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pbits.bench.workers import say_done, team_is_done
from problems import IsingProblem

_LATEST = 1.02  # of the time: solvers that look at a clock of their own end a moment late


class Trial(NamedTuple):
    """One run of a solver.

    Attributes:
        seconds: wall-clock time that it has, everything included.
        seed: of its random numbers.
        target: an energy low enough to stop at, or None.
    """

    seconds: float
    seed: int
    target: float | None = None


class Attempt(NamedTuple):
    """One independent restart inside a run."""

    end: float  # seconds since the start of the run
    seconds: float  # that it took
    energy: float  # of its best state, as the solver reports it


class Outcome(NamedTuple):
    """What came of a run.

    Attributes:
        curve: (seconds since the start, lowest energy so far), at each improvement.
        spins: [n] the best state, or None where nothing was found in time.
        attempts: where a run is made of independent restarts.
        compile_seconds: None where nothing is compiled.
        stopped_by: "time_limit", "target" or what else ended it.
        info: what else is worth recording.
    """

    curve: list[tuple[float, float]]
    spins: NDArray[np.int8] | None
    attempts: list[Attempt] | None
    compile_seconds: float | None
    stopped_by: str
    info: dict[str, Any] | None = None


class Solver(Protocol):
    """A solver that holds one problem in its native form; preparing that form is not timed."""

    def __init__(self, problem: IsingProblem, **settings: Any) -> None: ...

    def run(self, call: Trial) -> Outcome:
        """Solve, for no longer than the trial allows."""
        ...

    def draw(self, result: Outcome) -> Outcome:
        """After the clock has stopped."""
        ...


class Restarting(ABC):
    """A solver without a clock of its own: called again and again until the time is up.

    A last call that ends more than 2 % too late does not count.
    """

    problem: IsingProblem

    @abstractmethod
    def attempt(self, seed: int, seconds: float) -> tuple[NDArray, float]:
        """Best state [n] of one call and its energy; `seconds` are left."""

    def run(self, call: Trial) -> Outcome:
        """Call until the time is up or the target is reached."""
        start = time.perf_counter()
        now, best, spins, stopped_by = 0.0, np.inf, None, "time_limit"
        curve: list[tuple[float, float]] = []
        attempts: list[Attempt] = []
        while now < call.seconds and not team_is_done():
            found, energy = self.attempt(seed_of(call.seed, len(attempts)), call.seconds - now)
            before, now = now, time.perf_counter() - start
            if now > call.seconds * _LATEST:
                break
            attempts.append(Attempt(now, now - before, float(energy)))
            if energy < best:
                best, spins = float(energy), np.asarray(found, np.int8)
                curve.append((now, best))
            if call.target is not None and best <= call.target:
                stopped_by = "target"
                say_done()
                break
        return Outcome(curve, spins, attempts, None, stopped_by)

    def draw(self, result: Outcome) -> Outcome:
        return result


def seed_of(*path: int) -> int:
    """A seed below 2**31, the most that some packages take, from a path of numbers."""
    return int(np.random.SeedSequence(path).generate_state(1)[0] >> 1)
