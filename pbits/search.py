"""What `solve` does on devices: anneal to the rungs of a ladder, then temper, or anneal slowly.

A search has a fixed number of reads on each device, and so one compiled program.  How many rungs
its ladders have, and at which temperatures, are arguments, so they change while it runs.
"""

import time
from collections.abc import Callable, Iterator
from math import ceil
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from pbits import checks, runtime
from pbits.engine import Run, next_size
from pbits.exchange import Climb, Exchange, Means, Places
from pbits.ladders import equal_rejection
from pbits.models import Prepared, choose_model
from pbits.pairing import Clusters, cluster_share
from pbits.random import seed_key, sweep_key
from problems.model import IsingProblem
from problems.polynomial import Problem

_KEY_SWEEP = 0xA0000000  # phases draw from keys of their own, from sweep numbers no run reaches
_FIRST_ANNEAL = 64  # sweeps
_ANNEAL_STEPS = 32  # temperatures of an anneal, each followed by a look at the energies
_SWEEPS_PER_SWAP = 2
_FIRST_MOVE = 32  # rounds until the ladder moves; each next time twice as many
_MAX_ROUNDS = 256
# Below so many sweeps in the time left, a ladder does not come to equilibrium: anneal instead.
_WORTH_TEMPERING = 600
_WANTED_SWEEPS = 4000
# Spin updates per second of a device, a guess that only decides how many reads there are.
_SPEED = {"packed": 1e9, "dense": 2e8, "sparse": 4e8, "dense_float": 3e7}
_LANES = (1, 4, 8, 16, 32)
_MIN_RUNGS = 12
# Where spins have more neighbours on average, clusters percolate; programs without are smaller.
_CLUSTER_DEGREE = 8.0


class Allotment(NamedTuple):
    """Ladders and their rungs; None where it is for the search to say."""

    num_ladders: int | None
    num_rungs: int | None

    @classmethod
    def asked(cls, num_reads: int | None, num_temperatures: int | None) -> Self:
        """Checked.

        Raises:
            ValueError: on numbers below one.
        """
        if num_reads is not None:
            checks.whole_number("num_reads", num_reads, 1)
        if num_temperatures is not None:
            checks.whole_number("num_temperatures", num_temperatures, 1)
        return cls(num_reads, num_temperatures)

    def complete(self, prepared: Prepared, n: int, seconds: float | None) -> tuple[int, int]:
        """As many reads as can be swept some thousand times, in ladders if they are many."""
        kernel, devices = prepared.kernel, len(runtime.devices())
        speed = _SPEED.get(kernel.name.rsplit("-", 1)[0].replace("-", "_"), 1e8)
        reads = speed * (10.0 if seconds is None else seconds) / (n * _WANTED_SWEEPS)
        lanes = max((x for x in _LANES if 32 * x <= reads), default=1)  # of 32 reads
        rungs = self.num_rungs or (lanes if lanes >= _MIN_RUNGS else 1)
        if kernel.reads_per_lane == 1:
            ladders = devices * max(32 * lanes // rungs, 1)
        else:
            ladders = devices * 32 * max(lanes // rungs, 1)
        return self.num_ladders or ladders, rungs


class Step(NamedTuple):
    """Where the search stands."""

    name: str  # of the phase
    num_sweeps: int  # of every read, so far
    beta: float  # the coldest
    mean_energy: float  # there
    best: float  # energy of the best state so far
    ends: str | None = None  # the phase that this step completes


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
        if update not in ("metropolis", "gibbs"):
            raise ValueError(f"update is {update!r}; expected 'metropolis' or 'gibbs'")
        self.problem, self.update, self.span, self.asked = problem, update, span, asked
        self.cluster_moves, self.seed, self.seconds = cluster_moves, seed, seconds
        self.prepare_seconds = self.compile_seconds = 0.0
        self.num_sweeps = self._phases = 0
        self.kernel, self.num_devices, self.num_ladders, self.num_rungs = "none", 0, 0, 1

    def prepare(self) -> None:
        """Lay out and compile; may run in a thread."""
        begin = time.perf_counter()
        prepared = choose_model(self.problem, self.update)
        ladders, rungs = self.asked.complete(prepared, self.problem.num_variables, self.seconds)
        share = self._cluster_share(prepared, ladders) if rungs > 1 else 0.0
        symmetric = isinstance(self.problem, IsingProblem) and not self.problem.h.any()
        count = ceil(share * rungs)
        self._clusters = Clusters(
            rungs, self.problem.num_variables, count, self.cluster_moves is None
        )
        self.engine = Exchange(prepared, ladders, rungs, count, symmetric=symmetric)
        self.kernel, self.num_ladders, self.num_rungs = prepared.kernel.name, ladders, rungs
        self.num_devices = self.engine.num_devices
        laid_out = time.perf_counter()
        self._betas = np.geomspace(*self.span, rungs) if rungs > 1 else np.array(self.span[1:])
        key = self._new_key()
        self._run: Run = self.engine.start(key)
        self._climb: Climb = self.engine.climb()
        places = self.engine.places(self._betas)
        self._run, self._climb = self.engine.look(self._run, self._climb, places, key)
        self._note_best()
        self.best_states()  # its program, too: nothing is compiled after the time is up
        self.prepare_seconds = laid_out - begin
        self.compile_seconds = time.perf_counter() - laid_out

    def _cluster_share(self, prepared: Prepared, ladders: int) -> float:
        n, asked = self.problem.num_variables, self.cluster_moves
        if asked is None and 2 * self.problem.num_interactions > _CLUSTER_DEGREE * n:
            return 0.0
        choice = "auto" if asked is None else asked
        return cluster_share(choice, self.problem, prepared.kernel, ladders)

    def steps(self, start: NDArray[np.int8] | None, left: Callable[[], float]) -> Iterator[Step]:
        """Search for ever, in steps of about a tenth of a second.

        Args:
            start: states to start from in place of random ones, [k, n].
            left: seconds left.
        """
        if start is not None and len(start):
            run = self.engine.start_from(start[self.engine.ladder % len(start)])
            self._run = run._replace(best=self._run.best, best_energy=self._run.best_energy)
        begin = time.perf_counter()
        yield from self._anneal(_FIRST_ANNEAL, "first anneal", left)
        per_sweep = (time.perf_counter() - begin) / _FIRST_ANNEAL
        if self.num_rungs > 1 and left() / per_sweep > _WORTH_TEMPERING:
            yield from self._temper()
        else:
            yield from self._anneals(per_sweep, left)

    def best_states(self) -> tuple[NDArray[np.int8], NDArray]:
        """Best state of every ladder [ladders, n], and their energies, exact."""
        spins = self.engine.best_of_ladders(self._run, self.problem.num_variables)
        return spins, self.problem.energies(spins)

    def _anneals(self, per_sweep: float, left: Callable[[], float]) -> Iterator[Step]:
        """Anneals as slow as fit: half of the time left to each, then all of the rest."""
        number = 1
        while True:
            number += 1
            sweeps = int(np.clip(left() / per_sweep / 2, _FIRST_ANNEAL, 2**20))
            begin = time.perf_counter()
            self._restart()
            yield from self._anneal(sweeps, f"anneal of {sweeps} sweeps", left)
            per_sweep = (time.perf_counter() - begin) / sweeps

    def _restart(self) -> None:
        fresh = self.engine.start(self._new_key())
        self._run = fresh._replace(best=self._run.best, best_energy=self._run.best_energy)

    def _anneal(self, sweeps: int, name: str, left: Callable[[], float]) -> Iterator[Step]:
        """Down to each rung's temperature; hotter rungs wait there for the others."""
        key, done, size = self._new_key(), 0, 1
        hot, cold = self.span
        while done < sweeps:
            size = min(size, sweeps - done)
            beta = hot * (cold / hot) ** ((done + size / 2) / sweeps)
            betas = np.minimum(beta, self._betas)
            begin = time.perf_counter()
            means = self._advance(self.engine.places(betas), key, done, 1, size)
            seconds = time.perf_counter() - begin
            done += size
            yield self._step(name, means, betas, ends=name if done >= sweeps else None)
            size = max(min(-(-sweeps // _ANNEAL_STEPS), next_size(size, seconds)), 1)

    def _temper(self) -> Iterator[Step]:
        name = f"tempering with {self.num_rungs} temperatures"
        key, first, size = self._new_key(), 0, 1
        seen, next_move = 0, _FIRST_MOVE
        rejection, energy = np.zeros((2, self.num_rungs))
        places = self.engine.places(self._betas, self._clusters.active)
        while True:
            if seen >= next_move:
                mean = self.engine.unit * energy + self.problem.offset
                self._clusters.review(mean, self.best, self.problem.offset)
                self._betas = equal_rejection(self._betas, rejection[:-1], self.num_rungs)
                places = self.engine.places(self._betas, self._clusters.active)
                seen, next_move = 0, 2 * next_move
                rejection, energy = np.zeros((2, self.num_rungs))
            rounds = min(size, next_move - seen)
            begin = time.perf_counter()
            means = self._advance(places, key, first, rounds, _SWEEPS_PER_SWAP)
            seconds = time.perf_counter() - begin
            share = rounds / (seen + rounds)
            rejection += share * (means.rejection - rejection)
            energy += share * (means.energy - energy)
            self._clusters.note(means.cluster, means.gain, means.num_moves)
            seen, first = seen + rounds, first + rounds
            size = min(next_size(rounds, seconds), _MAX_ROUNDS)
            yield self._step(name, means, self._betas)

    def _advance(self, places: Places, key: Any, first: int, rounds: int, sweeps: int) -> Means:
        self._run, self._climb, means = self.engine.temper(
            self._run, self._climb, places, key, first, rounds, sweeps
        )
        self.num_sweeps += rounds * sweeps
        self._note_best()
        return means

    def _step(self, name: str, means: Means, betas: NDArray, ends: str | None = None) -> Step:
        energy = self.engine.unit * float(means.energy[-1]) + self.problem.offset
        return Step(name, self.num_sweeps, float(betas[-1]), energy, self.best, ends)

    def _note_best(self) -> None:
        lowest = float(np.asarray(self._run.best_energy)[self.engine.inside].min())
        self.best = self.engine.unit * lowest + self.problem.offset

    def _new_key(self) -> Any:
        import jax.numpy as jnp

        self._phases += 1
        return sweep_key(seed_key(self.seed), jnp.uint32(_KEY_SWEEP + self._phases))
