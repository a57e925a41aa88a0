"""Worker processes for benchmarks: one per core, or one with all cores, each pinned to its own.

Both sides of a comparison run in processes of their own, so that neither shares an interpreter, a
thread pool or a compilation cache with anything else.
"""

import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from typing import Any, NamedTuple, Protocol, Self

from pbits.bench.process import environment, pin
from problems import IsingProblem

# The sampler that a worker process holds between calls; always empty in the parent.
_held: dict[str, Any] = {}


def team_is_done() -> bool:
    """Whether a member of this process's team has said so; False outside of a team."""
    return "done" in _held and _held["done"].is_set()


def say_done() -> None:
    """Tell the other members that there is nothing left to do."""
    if "done" in _held:
        _held["done"].set()


class Member(Protocol):
    """Who can be in a team: an `entrant.Entrant`, or a `solvers.Racer`."""

    @property
    def threaded(self) -> bool: ...

    @property
    def make(self) -> Any:
        """From a problem to an object with `run`, which is timed, and `draw`, which is not."""
        ...


class Timed(NamedTuple):
    """What `draw` gave, with readings of the system-wide monotonic clock, seconds."""

    start: float
    end: float
    draw: Any


class Team:
    """Processes that each hold one sampler with one problem.

    Args:
        entrant: the sampler; `entrant.threaded` decides between one process and one per core.
        problem: what to sample.
        cores: numbers of the cores to use.

    Raises:
        Exception: whatever the sampler raises on this problem.
    """

    def __init__(self, entrant: Member, problem: IsingProblem, cores: Sequence[int]) -> None:
        groups = [list(cores)] if entrant.threaded else [[core] for core in cores]
        with ExitStack() as stack, environment(**_wanted(len(groups[0]))):
            self._done = _SPAWN.Event()
            self._pools = [stack.enter_context(_one_process(self._done)) for _ in groups]
            waiting = [
                pool.submit(_prepare, entrant, problem, group)
                for pool, group in zip(self._pools, groups, strict=True)
            ]
            for future in waiting:
                future.result()
            self._stack = stack.pop_all()

    @property
    def num_processes(self) -> int:
        return len(self._pools)

    def run(self, calls: Sequence[Any]) -> list[Timed]:
        """One call for each process, all at once.

        Raises:
            ValueError: on another number of calls than processes.
        """
        if len(calls) != len(self._pools):
            raise ValueError(f"{len(calls)} calls for {len(self._pools)} processes")
        self._done.clear()
        waiting = [p.submit(_timed, c) for p, c in zip(self._pools, calls, strict=True)]
        return [future.result() for future in waiting]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()


# Not forked: a fork of a process with threads may hang.
_SPAWN = multiprocessing.get_context("spawn")


def _one_process(done: Any) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, _SPAWN, initializer=_hold, initargs=(done,))


def _hold(done: Any) -> None:
    _held["done"] = done


def _wanted(num_devices: int) -> dict[str, str]:
    """What members find in their environment."""
    return {
        "PBITS_NUM_DEVICES": str(num_devices),
        # Compile times in a report are those of a first use.
        "PBITS_CACHE_DIR": "off",
        # Peers run on the CPU; whoever compares with an accelerator says so.
        "JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "cpu"),
    }


def _prepare(entrant: Member, problem: IsingProblem, cores: list[int]) -> None:
    pin(cores)
    _held["sampler"] = entrant.make(problem)


def _timed(call: Any) -> Timed:
    sampler = _held["sampler"]
    start = time.perf_counter()
    result = sampler.run(call)
    end = time.perf_counter()
    return Timed(start, end, sampler.draw(result))
