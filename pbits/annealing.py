"""Simulated annealing: lower the temperature step by step, keep the best state ever seen.

Kirkpatrick, Gelatt & Vecchi, Science 220, 671 (1983), doi 10.1126/science.220.4598.671.  Every
read is an independent anneal.  Energies are looked at every few sweeps (about fifty times an
anneal, and at its end); what was best then is what is returned, with its energy recomputed from
the problem.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.engine import CHUNK, Engine, Run, next_size
from pbits.interrupts import deferred_interrupt
from pbits.models import choose_model
from pbits.random import seed_key, sweep_key
from pbits.results import AnnealResult, Progress, Timing, Trace
from pbits.schedules import beta_schedule as make_schedule
from pbits.schedules import default_beta_range
from pbits.stopping import Stop
from problems.polynomial import Problem

_CHECKS_PER_ANNEAL = 50
# Restarts draw from sweep numbers that no anneal reaches.
_RESTART_SWEEP = 0xF0000000


def anneal(
    problem: Problem,
    *,
    num_reads: int = 64,
    num_sweeps: int = 1000,
    beta_range: Sequence[float] | None = None,
    beta_schedule_type: str = "geometric",
    beta_schedule: ArrayLike | None = None,
    num_sweeps_per_beta: int = 1,
    update: str = "metropolis",
    seed: int | None = None,
    initial_spins: ArrayLike | None = None,
    time_limit: float | None = None,
    target_energy: float | None = None,
    num_restarts: int | None = 1,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
    trace: bool = False,
) -> AnnealResult:
    """Anneal `num_reads` independent copies of a problem.

    Args:
        problem: what to minimise.
        num_reads: independent anneals; up to some hundreds run for little more than the cost of
            one, because they fill vectors and cores.
        num_sweeps: updates of every spin; a multiple of `num_sweeps_per_beta`.
        beta_range: hot and cold inverse temperature; default from the data, see
            `schedules.default_beta_range`.
        beta_schedule_type: "geometric", "linear" or "custom".
        beta_schedule: the betas of a "custom" schedule; they set the number of sweeps.
        num_sweeps_per_beta: sweeps at each temperature.
        update: "metropolis", or "gibbs" for heat bath, the p-bit's own rule.
        seed: equal seeds give equal results, on any number of devices; default: a random one,
            returned in the result.
        initial_spins: [num_reads, n] of -1 and +1; they count as seen.
        time_limit: seconds of sampling (compilation apart) after which to stop.
        target_energy: stop as soon as a read is known to be at or below it.
        num_restarts: anneals one after another, best kept; None: until something stops it.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second.
        trace: record mean and best energy over the reads.

    Returns:
        The best state of every read, and how it was found.  Ctrl-C ends the run, not the result.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> anneal(ferromagnet((4, 4)), num_reads=4, num_sweeps=100, seed=1).best_energy
        -32
    """
    begin = time.perf_counter()
    runtime.ensure_configured()
    num_reads = checks.whole_number("num_reads", num_reads, 1)
    seed = checks.seed_or_random(seed)
    stop = Stop(time_limit, target_energy, interrupt)
    if num_restarts is not None:
        checks.whole_number("num_restarts", num_restarts, 1)
    if num_restarts is None and time_limit is None and target_energy is None and interrupt is None:
        raise ValueError("num_restarts is None; give a time_limit, a target_energy or an interrupt")
    initial = checks.initial_states(initial_spins, num_reads, problem)
    prepared = choose_model(problem, update)
    span = default_beta_range(problem) if beta_range is None else checks.pair(beta_range)
    per_beta = checks.whole_number("num_sweeps_per_beta", num_sweeps_per_beta, 1)
    steps = checks.whole_number("num_sweeps", num_sweeps, 0) // per_beta
    if beta_schedule is not None and beta_schedule_type != "custom":
        raise ValueError(
            f"beta_schedule is given but beta_schedule_type is {beta_schedule_type!r}; "
            "expected 'custom', or no beta_schedule"
        )
    betas = make_schedule(beta_schedule_type, span, steps, per_beta, beta_schedule)
    if beta_schedule_type == "custom" and betas.size:
        span = (float(betas[0]), float(betas[-1]))
    if problem.num_variables == 0:
        return _nothing_to_do(problem, num_reads, seed, span, begin, trace)
    engine = Engine(prepared, num_reads)
    run = _Anneal(problem, engine, betas, seed, initial, num_restarts, stop, progress)
    laid_out = time.perf_counter()
    run.compile()
    compiled = time.perf_counter()
    run.go()
    sampled = time.perf_counter()
    spins = engine.spins(run.run.best, problem.num_variables)
    energies = problem.energies(spins)
    end = time.perf_counter()
    timing = Timing(laid_out - begin, compiled - laid_out, sampled - compiled, end - begin)
    return AnnealResult(
        seed=seed,
        num_sweeps=run.sweeps_done,
        timing=timing,
        kernel=engine.kernel.name,
        num_devices=engine.num_devices,
        notes=runtime.notes(),
        spins=spins,
        energies=energies,
        trace=run.trace() if trace else None,
        beta_range=(float(span[0]), float(span[1])),
        num_restarts=run.restarts_done,
        stopped_by=stop.reason,
    )


def _nothing_to_do(
    problem: Problem, num_reads: int, seed: int, span: tuple, begin: float, trace: bool
) -> AnnealResult:
    spins = np.zeros((num_reads, 0), np.int8)
    energies = problem.energies(spins)
    nothing = Trace.of([]) if trace else None
    timing = Timing(0.0, 0.0, 0.0, time.perf_counter() - begin)
    return AnnealResult(
        seed=seed, num_sweeps=0, timing=timing, kernel="none", num_devices=0, notes=(),
        spins=spins, energies=energies, trace=nothing, beta_range=span,
        num_restarts=1, stopped_by="schedule",
    )  # fmt: skip


@dataclass
class _Anneal:
    """One call of `anneal` in progress."""

    problem: Problem
    engine: Engine
    betas: NDArray[np.float32]
    seed: int
    initial: NDArray[np.int8] | None
    num_restarts: int | None
    stop: Stop
    progress: Callable[[Progress], None] | None
    run: Run = field(init=False)
    sweeps_done: int = 0
    restarts_done: int = 0
    _records: list[tuple[int, float, float, float]] = field(default_factory=list)
    _best: float = np.inf

    @property
    def check_every(self) -> int:
        return min(max(self.betas.size // _CHECKS_PER_ANNEAL, 1), CHUNK)

    def compile(self) -> None:
        """Start, and run a call of no sweeps, so that compiling is timed apart."""
        key = seed_key(self.seed)
        self.run = self._start(key)
        self.run, _, _ = self.engine.advance(self.run, key, self.betas[:0], 0, self.check_every)
        seen = np.asarray(self.run.best_energy)[: self.engine.num_reads]
        self._best = self.engine.unit * float(seen.min()) + self.problem.offset

    def go(self) -> None:
        self.stop.start()
        if self.stop.is_reached(self._best, self.problem.offset, self._exact):
            self.stop.reason = "target"
            return
        with deferred_interrupt() as pressed:
            while self._anneal_once(pressed):
                best, energy = self.run.best, self.run.best_energy
                fresh = self._start(self._key())
                self.run = Run(fresh.state, best, energy)

    def trace(self) -> Trace:
        return Trace.of(self._records)

    def _start(self, key: jax.Array) -> Run:
        if self.initial is not None:
            return self.engine.start_from(self.initial)
        return self.engine.start(key)

    def _key(self) -> jax.Array:
        key = seed_key(self.seed)
        if self.restarts_done == 0:
            return key
        return sweep_key(key, jax.numpy.uint32(_RESTART_SWEEP + self.restarts_done))

    def _anneal_once(self, pressed: Callable[[], bool]) -> bool:
        """One pass through the schedule; whether another is due."""
        key, size, done = self._key(), self.check_every, 0
        while done < self.betas.size:
            part = self.betas[done : done + size]
            before = time.perf_counter()
            self.run, mean, best = self.engine.advance(self.run, key, part, done, self.check_every)
            seconds = time.perf_counter() - before
            self._record(done, part, mean, best)
            done += part.size
            self.sweeps_done += part.size
            self._report(done)
            if self._should_stop(pressed):
                return False
            size = self._next_size(part.size, seconds)
        self.restarts_done += 1
        last = self.num_restarts == self.restarts_done or self.betas.size == 0
        return not last and not self._should_stop(pressed)

    def _next_size(self, size: int, seconds: float) -> int:
        """Sweeps of the next call: whole checks only, so that results do not depend on timing."""
        checks_per_call = next_size(size, seconds) // self.check_every
        return max(checks_per_call, 1) * self.check_every

    def _record(self, done: int, part: NDArray, mean: NDArray, best: NDArray) -> None:
        unit, offset = self.engine.unit, self.problem.offset
        for k, (m, b) in enumerate(zip(mean, best, strict=True)):
            last = min((k + 1) * self.check_every, part.size)
            self._best = min(self._best, unit * b + offset)
            sweep = self.restarts_done * self.betas.size + done + last
            self._records.append((sweep, float(part[last - 1]), unit * m + offset, self._best))

    def _report(self, done: int) -> None:
        if self.progress is not None:
            now = (done, self.betas.size, self.restarts_done, self.stop.seconds, self._best)
            self.progress(Progress(*now))

    def _should_stop(self, pressed: Callable[[], bool]) -> bool:
        return self.stop.is_due(self._best, self.problem.offset, self._exact, pressed)

    def _exact(self) -> NDArray:
        spins = self.engine.spins(self.run.best, self.problem.num_variables)
        return self.problem.energies(spins)
