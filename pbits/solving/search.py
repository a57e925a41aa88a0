"""What `solve` does on devices: tempering and anneals in turn, more time to what does better.

A search has a fixed number of reads on each device, and so one compiled program.  Temperatures are
its arguments, so the same program tempers and anneals.
"""

import time
from collections.abc import Callable, Iterator
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.exchange import Exchange, has_programs
from pbits.models import Prepared, choose_model
from pbits.pairing import Clusters, cluster_share
from pbits.solving.allotment import Allotment
from pbits.solving.tracks import FIRST_ANNEAL, Step, Track
from problems.model import IsingProblem
from problems.polynomial import Problem

# Where spins have more neighbours on average, clusters percolate; programs without are smaller.
_CLUSTER_DEGREE = 8.0
_LEADER_SHARE = 0.75


class Progressed(NamedTuple):
    """A step of the search."""

    step: Step
    num_sweeps: int  # of every read, so far
    best: float  # energy of the best state so far


class Search:
    """A search for the minimum of one problem; `prepare` compiles, `steps` runs.

    Args:
        problem: of at least one variable.
        update: "metropolis" or "gibbs".
        span: hottest and coldest inverse temperature.
        asked: numbers of ladders and rungs that the user wants.
        cluster_moves: True or False, or None where it is for the search to say.
        seed: of all random numbers.
        seconds: time in all, or None.
    """

    def __init__(
        self,
        problem: Problem,
        update: str,
        span: tuple[float, float],
        asked: Allotment,
        cluster_moves: bool | None,
        seed: int,
        seconds: float | None,
    ) -> None:
        self.problem, self.update, self.span, self.asked = problem, update, span, asked
        self.cluster_moves, self.seed, self.seconds = cluster_moves, seed, seconds
        # `finish_seconds` is what the last step takes: best states, and their energies.
        self.prepare_seconds = self.compile_seconds = self.finish_seconds = 0.0
        self.kernel, self.num_devices, self.num_ladders, self.num_rungs = "none", 0, 0, 1
        self._tracks: list[Track] = []

    def prepare(self) -> None:
        """Lay out and compile; may run in a thread."""
        begin = time.perf_counter()
        prepared = choose_model(self.problem, self.update)
        ladders, rungs = self.asked.complete(prepared, self.problem, self.seconds)
        self.kernel, self.num_ladders, self.num_rungs = prepared.kernel.name, ladders, rungs
        symmetric = isinstance(self.problem, IsingProblem) and not self.problem.h.any()
        count = ceil(self._cluster_share(prepared, ladders, rungs) * rungs)
        engine = Exchange(prepared, ladders, rungs, count, symmetric=symmetric)
        self.num_devices = engine.num_devices
        self._betas = np.geomspace(*self.span, rungs) if rungs > 1 else np.array(self.span[1:])
        self._clusters = Clusters(
            rungs, self.problem.num_variables, count, self.cluster_moves is None
        )
        self.prepare_seconds = time.perf_counter() - begin
        self._tracks = [Track(self.problem, engine, self.seed, k) for k in range(1 + (rungs > 1))]
        self._tracks[0].look(engine.places(self._betas))
        self.best_states()  # its program, too: nothing is compiled after the time is up
        seen = time.perf_counter()
        self.best_states()
        self.finish_seconds = time.perf_counter() - seen
        self.compile_seconds = time.perf_counter() - begin - self.prepare_seconds

    @property
    def is_compiled(self) -> bool:
        """Whether this process has searched before: `prepare` is likely to be quick."""
        return has_programs()

    @property
    def num_sweeps(self) -> int:
        """Sweeps of every read of both tracks."""
        return sum(track.num_sweeps for track in self._tracks)

    @property
    def best(self) -> float:
        return min(track.best for track in self._tracks)

    def steps(
        self, start: NDArray[np.int8] | None, left: Callable[[], float]
    ) -> Iterator[Progressed]:
        """Search for ever, in steps of about a tenth of a second at most.

        Args:
            start: states to start from in place of random ones, [k, n].
            left: seconds left.
        """
        annealing = self._tracks[0]
        if start is not None and len(start):
            annealing.start(start)
        cold = np.full_like(self._betas, self._betas[-1])
        anneals = annealing.anneals(cold, self.span[0], left)
        for step in anneals:
            yield self._progressed(step)
            if step.ends:
                break
        if self.num_rungs == 1:
            yield from map(self._progressed, anneals)
        else:
            yield from self._contest(anneals, self._ladder(self._tracks[1]))

    def _ladder(self, track: Track) -> Iterator[Step]:
        """Reads anneal to their rungs before they temper."""
        yield from track.anneal(FIRST_ANNEAL, self._betas, self.span[0])
        yield from track.temper(self._betas, self._clusters)

    def _contest(self, *ways: Iterator[Step]) -> Iterator[Progressed]:
        """The way with the lower energy gets most of the time, the other one the rest."""
        spent = np.full(2, 1e-6)
        while True:
            lower = self._tracks[1].best <= self._tracks[0].best
            share = np.array([1 - _LEADER_SHARE, _LEADER_SHARE])
            wanted = share if lower else share[::-1]
            k = int(np.argmin(spent / wanted))
            begin = time.perf_counter()
            step = next(ways[k])
            spent[k] += time.perf_counter() - begin
            yield self._progressed(step)

    def best_states(self) -> tuple[NDArray[np.int8], NDArray]:
        """Best states of all ladders [k, n], and their energies, exact."""
        spins = np.concatenate([track.best_states() for track in self._tracks])
        return spins, self.problem.energies(spins)

    def _progressed(self, step: Step) -> Progressed:
        return Progressed(step, self.num_sweeps, self.best)

    def _cluster_share(self, prepared: Prepared, ladders: int, rungs: int) -> float:
        n, asked = self.problem.num_variables, self.cluster_moves
        crowded = 2 * self.problem.num_interactions > _CLUSTER_DEGREE * n
        if rungs == 1 or (asked is None and crowded):
            return 0.0
        choice = "auto" if asked is None else asked
        return cluster_share(choice, self.problem, prepared.kernel, ladders)
