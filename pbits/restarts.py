"""A schedule of settings run on all reads, again and again until something stops it.

What `annealing`, `quantum` and `bifurcation` have in common: they differ in their kernels and in
what they schedule.  Energies are looked at every few sweeps (about fifty times a pass, and at its
end); what was best then is what is returned, with its energy recomputed from the problem.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.engine import CHUNK, Engine, Run, next_size
from pbits.interrupts import deferred_interrupt
from pbits.models import Prepared
from pbits.random import seed_key, sweep_key
from pbits.results import Minimum, Progress, Timing, Trace
from pbits.stopping import Stop
from problems.polynomial import Problem

_CHECKS_PER_PASS = 50
# Multiply-adds between two looks at most: some tenths of a second on a few cores, so that a time
# limit is kept.  Counted, not timed, so that results do not depend on timing.
_WORK_PER_CHECK = 2e9
# Restarts draw from sweep numbers that no pass reaches.
_RESTART_SWEEP = 0xF0000000


@dataclass(frozen=True)
class Request:
    """Checked arguments that all drivers of this kind share, and when they were given."""

    num_reads: int
    seed: int
    initial: NDArray[np.int8] | None
    stop: Stop
    num_restarts: int | None
    progress: Callable[[Progress], None] | None
    trace: bool
    begin: float

    @classmethod
    def of(
        cls,
        problem: Problem,
        num_reads: int,
        seed: int | None,
        initial_spins: ArrayLike | None,
        stop: Stop,
        num_restarts: int | None,
        progress: Callable[[Progress], None] | None,
        trace: bool,
    ) -> "Request":
        """Check them.

        Raises:
            ValueError: on arguments out of range, with what was expected.
        """
        begin = time.perf_counter()
        runtime.ensure_configured()
        num_reads = checks.whole_number("num_reads", num_reads, 1)
        seed = checks.seed_or_random(seed)
        if num_restarts is not None:
            checks.whole_number("num_restarts", num_restarts, 1)
        elif (stop.time_limit, stop.target_energy, stop.interrupt) == (None,) * 3:
            raise ValueError(
                "num_restarts is None; give a time_limit, a target_energy or an interrupt"
            )
        initial = checks.initial_states(initial_spins, num_reads, problem)
        return cls(num_reads, seed, initial, stop, num_restarts, progress, trace, begin)


def minimise(
    problem: Problem,
    prepared: Prepared | None,
    request: Request,
    settings: NDArray[np.float32],
    shown: NDArray[np.floating],
    work: float = 0,
) -> Minimum:
    """Run the schedule and keep the best state of every read.

    Args:
        problem: what to minimise.
        prepared: its kernel and model; may be None where it has no variables.
        request: everything else that was asked for.
        settings: [num_sweeps, ...] what the kernel's step takes, one for each sweep.
        shown: [num_sweeps] what the trace records of them.
        work: multiply-adds of one sweep of a read, where those are many.
    """
    if prepared is None or problem.num_variables == 0:
        return _nothing_to_do(problem, request)
    engine = Engine(prepared, request.num_reads)
    run = _Restarts(problem, engine, request, settings, shown, work)
    laid_out = time.perf_counter()
    run.compile()
    compiled = time.perf_counter()
    run.go()
    sampled = time.perf_counter()
    spins = engine.spins(run.run.best, problem.num_variables)
    energies = problem.energies(spins)
    begin, end = request.begin, time.perf_counter()
    return Minimum(
        seed=request.seed,
        num_sweeps=run.sweeps_done,
        timing=Timing(laid_out - begin, compiled - laid_out, sampled - compiled, end - begin),
        kernel=engine.kernel.name,
        num_devices=engine.num_devices,
        notes=runtime.notes(),
        spins=spins,
        energies=energies,
        trace=Trace.of(run.records) if request.trace else None,
        num_restarts=run.restarts_done,
        stopped_by=request.stop.reason,
    )


def _nothing_to_do(problem: Problem, request: Request) -> Minimum:
    spins = np.zeros((request.num_reads, 0), np.int8)
    timing = Timing(0.0, 0.0, 0.0, time.perf_counter() - request.begin)
    return Minimum(
        seed=request.seed, num_sweeps=0, timing=timing, kernel="none", num_devices=0, notes=(),
        spins=spins, energies=problem.energies(spins),
        trace=Trace.of([]) if request.trace else None, num_restarts=1, stopped_by="schedule",
    )  # fmt: skip


@dataclass
class _Restarts:
    """One call of `minimise` in progress."""

    problem: Problem
    engine: Engine
    request: Request
    settings: NDArray[np.float32]
    shown: NDArray[np.floating]
    work: float
    run: Run = field(init=False)
    sweeps_done: int = 0
    restarts_done: int = 0
    records: list[tuple[int, float, float, float]] = field(default_factory=list)
    _best: float = np.inf

    @property
    def check_every(self) -> int:
        sweeps = min(len(self.settings) // _CHECKS_PER_PASS, CHUNK)
        if self.work:
            sweeps = min(sweeps, int(_WORK_PER_CHECK / (self.work * self.engine.total_reads)))
        return max(sweeps, 1)

    def compile(self) -> None:
        """Start, and run a call of no sweeps, so that compiling is timed apart."""
        key = seed_key(self.request.seed)
        self.run = self._start(key)
        self.run, _, _ = self.engine.advance(self.run, key, self.settings[:0], 0, self.check_every)
        seen = np.asarray(self.run.best_energy)[: self.engine.num_reads]
        self._best = self.engine.unit * float(seen.min()) + self.problem.offset

    def go(self) -> None:
        stop = self.request.stop
        stop.start()
        if stop.is_reached(self._best, self.problem.offset, self._exact):
            stop.reason = "target"
            return
        with deferred_interrupt() as pressed:
            while self._pass_once(pressed):
                best, energy = self.run.best, self.run.best_energy
                fresh = self._start(self._key())
                self.run = Run(fresh.state, best, energy)

    def _start(self, key: jax.Array) -> Run:
        if self.request.initial is not None:
            return self.engine.start_from(self.request.initial)
        return self.engine.start(key)

    def _key(self) -> jax.Array:
        key = seed_key(self.request.seed)
        if self.restarts_done == 0:
            return key
        return sweep_key(key, np.uint32(_RESTART_SWEEP + self.restarts_done))

    def _pass_once(self, pressed: Callable[[], bool]) -> bool:
        """One pass through the schedule; whether another is due."""
        key, size, done = self._key(), self.check_every, 0
        while done < len(self.settings):
            part = self.settings[done : done + size]
            before = time.perf_counter()
            self.run, mean, best = self.engine.advance(self.run, key, part, done, self.check_every)
            seconds = time.perf_counter() - before
            self._record(done, len(part), mean, best)
            done += len(part)
            self.sweeps_done += len(part)
            self._report(done)
            if self._should_stop(pressed):
                return False
            size = self._next_size(len(part), seconds)
        self.restarts_done += 1
        last = self.request.num_restarts == self.restarts_done or len(self.settings) == 0
        return not last and not self._should_stop(pressed)

    def _next_size(self, size: int, seconds: float) -> int:
        """Sweeps of the next call: whole checks only, so that results do not depend on timing."""
        checks_per_call = next_size(size, seconds) // self.check_every
        return max(checks_per_call, 1) * self.check_every

    def _record(self, done: int, size: int, mean: NDArray, best: NDArray) -> None:
        unit, offset = self.engine.unit, self.problem.offset
        first = self.restarts_done * len(self.settings)
        for k, (m, b) in enumerate(zip(mean, best, strict=True)):
            last = done + min((k + 1) * self.check_every, size)
            self._best = min(self._best, unit * b + offset)
            shown = float(self.shown[last - 1])
            self.records.append((first + last, shown, unit * m + offset, self._best))

    def _report(self, done: int) -> None:
        if self.request.progress is not None:
            seconds = self.request.stop.seconds
            now = (done, len(self.settings), self.restarts_done, seconds, self._best)
            self.request.progress(Progress(*now))

    def _should_stop(self, pressed: Callable[[], bool]) -> bool:
        return self.request.stop.is_due(self._best, self.problem.offset, self._exact, pressed)

    def _exact(self) -> NDArray:
        spins = self.engine.spins(self.run.best, self.problem.num_variables)
        return self.problem.energies(spins)
