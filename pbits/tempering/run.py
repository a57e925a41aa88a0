"""A run of parallel tempering: rounds of sweeps and swaps, and what is decided between calls."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pbits import runtime
from pbits.engine import Run, next_size
from pbits.exchange import RECORDED, Climb, Exchange
from pbits.ladders import Stretch, equal_rejection
from pbits.pairing import Clusters
from pbits.random import seed_key
from pbits.recording import RungRecorder
from pbits.results import Progress, TemperResult, Timing, Trace
from pbits.tally import CERTAIN, MAX_ROUNDS
from pbits.tempering.plan import Plan
from problems.polynomial import Problem

_FIRST_ADAPTATION = 32  # rounds; each next one is twice as long


@dataclass
class Tempering:
    """One call of `temper` in progress."""

    problem: Problem
    engine: Exchange
    plan: Plan
    betas: NDArray[np.float64]
    adapt: bool
    clusters: Clusters
    initial: NDArray[np.int8] | None
    recorder: RungRecorder | None
    run: Run = field(init=False)
    climb: Climb = field(init=False)
    stretch: Stretch = field(init=False)
    rounds_done: int = 0
    records: list[tuple[int, float, float, float]] = field(default_factory=list)
    _best: float = np.inf
    _next_move: int = _FIRST_ADAPTATION

    def compile(self) -> None:
        """Start, and look at the energies, so that compiling is timed apart."""
        self.key = seed_key(self.plan.seed)
        if self.initial is None:
            run = self.engine.start(self.key)
        else:
            run = self.engine.start_from(self.initial[self.engine.ladder % len(self.initial)])
        self._place()
        climb = self.engine.climb(follow=self.recorder is not None)
        self.run, self.climb = self.engine.look(run, climb, self.places, self.key)
        if self.recorder is not None:
            self.climb = self.engine.named(self.climb)

    def _place(self) -> None:
        self.places = self.engine.places(self.betas, self.clusters.active)
        self.stretch = Stretch(
            self.betas.size, CERTAIN, self.engine.energy_steps, self.problem.offset
        )

    def go(self, spent: float, pressed: Callable[[], bool]) -> None:
        """All rounds, until done or asked to stop; `spent` seconds are gone already."""
        self.plan.stop.start(spent)
        size = 1
        self._note_best()
        most = MAX_ROUNDS if self.recorder is None else RECORDED
        while self.rounds_done < self.plan.num_rounds and not self._should_stop(pressed):
            # Before the next rounds, not after the last: a run never ends without diagnostics.
            if self._moving and self.stretch.rounds >= self._next_move:
                self._move()
            rounds = int(min(size, self.plan.num_rounds - self.rounds_done))
            if self._moving:
                rounds = min(rounds, self._next_move - self.stretch.rounds)
            before = time.perf_counter()
            self._advance(rounds)
            size = min(next_size(rounds, time.perf_counter() - before), most)

    @property
    def _moving(self) -> bool:
        is_open = self.adapt or self.clusters.is_open
        return is_open and 2 * self.rounds_done < self.plan.num_rounds

    def _move(self) -> None:
        self._next_move *= 2
        self.clusters.review(self.stretch.energy, self._best, self.problem.offset)
        if self.adapt:
            self.betas = equal_rejection(self.betas, self.stretch.rejection, self.betas.size)
            self._place()
        else:
            self.places = self.engine.places(self.betas, self.clusters.active)

    def _advance(self, rounds: int) -> None:
        self.run, self.climb, sums = self.engine.temper(
            self.run, self.climb, self.places, self.key,
            self.rounds_done, rounds, self.plan.per_swap,
        )  # fmt: skip
        self.stretch.note(sums.refused, sums.num_swaps, sums.energy, rounds)
        self.clusters.note(sums.cluster, sums.gain, sums.num_moves)
        if self.recorder is not None and sums.rungs is not None:
            self.recorder.note(sums.rungs)
        self.rounds_done += rounds
        self._note_best()
        done = self.rounds_done * self.plan.per_swap
        energy = float(self.engine.mean_energy(sums)[-1]) + self.problem.offset
        self.records.append((done, float(self.betas[-1]), energy, self._best))
        if self.plan.progress is not None:
            asked, seconds = self.plan.num_sweeps or done, self.plan.stop.seconds
            self.plan.progress(Progress(done, asked, 0, seconds, self._best))

    def _note_best(self) -> None:
        lowest = float(np.asarray(self.run.best_energy)[self.engine.inside].min())
        self._best = self.engine.unit * lowest + self.problem.offset

    def _should_stop(self, pressed: Callable[[], bool]) -> bool:
        return self.plan.stop.is_due(self._best, self.problem.offset, self._exact, pressed)

    def _exact(self) -> NDArray:
        spins = self.engine.best_of_ladders(self.run, self.problem.num_variables)
        return self.problem.energies(spins)

    def result(
        self, begin: float, laid_out: float, compiled: float, sampled: float
    ) -> TemperResult:
        """Best states of the ladders and present states by temperature, with times of the clock."""
        n, engine, stretch = self.problem.num_variables, self.engine, self.stretch
        spins = engine.best_of_ladders(self.run, n)
        energies, states = self.problem.energies(spins), engine.states_by_rung(self.run, n)
        end = time.perf_counter()
        timing = Timing(laid_out - begin, compiled - laid_out, sampled - compiled, end - begin)
        return TemperResult(
            self.plan.seed, self.rounds_done * self.plan.per_swap, timing, engine.kernel.name,
            engine.num_devices, runtime.notes(), spins, energies, Trace.of(self.records),
            1, self.plan.stop.reason, (float(self.betas[0]), float(self.betas[-1])), states,
            self.betas, stretch.rejection, stretch.energy, engine.round_trips(self.climb),
            bool(self.clusters.active.any()), self.clusters.fraction,
            self.recorder.history() if self.recorder else None,
        )  # fmt: skip
