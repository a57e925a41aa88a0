"""Parallel tempering: reads at fixed temperatures that trade places, to sample and to minimise.

R. H. Swendsen & J.-S. Wang, Phys. Rev. Lett. 57, 2607 (1986), doi 10.1103/PhysRevLett.57.2607;
non-reversible swaps and a ladder of equal rejections: Syed et al., arXiv:1905.02939.  The *barrier*
between two temperatures is the sum of the swap rejections of the rungs between them, however many
those are; temperatures are placed so that each swap is refused equally often, and their number
follows from the whole barrier.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.engine import Run, next_size
from pbits.exchange import RECORDED, Climb, Exchange
from pbits.interrupts import deferred_interrupt
from pbits.ladders import Stretch, equal_rejection, first_ladder
from pbits.models import Prepared, choose_model
from pbits.pairing import Clusters, cluster_share
from pbits.random import seed_key, sweep_key
from pbits.recording import RungRecorder, ladders_to_record
from pbits.results import Progress, TemperResult, Timing, Trace
from pbits.stopping import Stop
from pbits.tally import CERTAIN, MAX_ROUNDS
from problems.model import IsingProblem
from problems.polynomial import Problem

_PILOT_ROUNDS = (16, 32, 64)
_PILOT_SHARE = 0.25  # of the time limit
_FIRST_ADAPTATION = 32  # rounds; each next one is twice as long
# Few different numbers of rungs, so that similar problems share a program.
_RUNGS = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128)
_PILOT_SEED_SWEEP = 0xD0000000


def temper(
    problem: Problem,
    *,
    num_reads: int = 32,
    num_sweeps: int | None = 1000,
    num_sweeps_per_swap: int = 2,
    num_temperatures: int | None = None,
    beta_range: Sequence[float] | None = None,
    betas: ArrayLike | None = None,
    adapt: bool = True,
    cluster_moves: bool | str = "auto",
    record_rungs: bool | int = False,
    update: str = "metropolis",
    seed: int | None = None,
    initial_spins: ArrayLike | None = None,
    time_limit: float | None = None,
    target_energy: float | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> TemperResult:
    """Run `num_reads` independent ladders of reads, one read at each temperature.

    Args:
        problem: what to sample or minimise.
        num_reads: independent ladders; integer sparse problems hold 32 of them in a word, so that
            32 cost hardly more than one.
        num_sweeps: of every read, rounded up to a multiple of `num_sweeps_per_swap`; None: until
            something stops the run.
        num_sweeps_per_swap: sweeps between two attempts to swap.
        num_temperatures: rungs of a ladder, at least 2; default: from the barrier that a short run
            measures.
        beta_range: hottest and coldest inverse temperature; default from the data.
        betas: all inverse temperatures [T], rising; no default is looked for then.
        adapt: move the inner temperatures during the first half of the sweeps until all swaps are
            refused equally often; afterwards they stay, as sampling demands.  Without `num_sweeps`
            there is no half, and they move more and more seldom.
        cluster_moves: whether pairs of ladders exchange clusters of spins at equal temperature
            (Houdayer), which finds other valleys at no cost in energy where variables have few
            neighbours.  "auto" tries the colder half of the ladder and, in the first half of the
            sweeps, leaves out rungs where a cluster is too small, or all that the pair disagrees
            on; True: on every rung, always.
        record_rungs: whether to follow each state from rung to rung, see `RungHistory`: True for
            all ladders, a number for the first so many.  Nothing else changes.  Each round takes
            two bytes for each state; beyond 64 MiB every second row is dropped, time and again.
        update: "metropolis", or "gibbs" for heat bath.
        seed: equal seeds give equal results, on any number of devices.
        initial_spins: [num_reads, n] of -1 and +1, put on every rung of a ladder.
        time_limit: seconds of sampling (compilation apart) after which to stop.
        target_energy: stop as soon as a read is known to be at or below it.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second.

    Returns:
        The best state of each ladder, the present states at all temperatures, and how well
        temperatures mix.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> found = temper(ferromagnet((4, 4)), num_sweeps=64, num_temperatures=4, seed=1)
        >>> found.best_energy, found.betas.shape
        (-32, (4,))
    """
    begin = time.perf_counter()
    runtime.ensure_configured()
    stop = Stop(time_limit, target_energy, interrupt)
    seed = checks.seed_or_random(seed)
    plan = _Plan(num_reads, num_sweeps, num_sweeps_per_swap, seed, stop, progress)
    initial = checks.initial_states(initial_spins, plan.num_reads, problem)
    recorded = ladders_to_record(record_rungs, plan.num_reads)
    ladder, free = first_ladder(problem, betas, beta_range, num_temperatures)
    if problem.num_variables == 0:
        return _nothing_to_do(problem, plan, ladder, begin, recorded)
    prepared = choose_model(problem, update)
    share = cluster_share(cluster_moves, problem, prepared.kernel, plan.num_reads)
    laid_out = time.perf_counter()
    spent = 0.0
    with deferred_interrupt() as pressed:
        if free:
            pilot = Exchange(prepared, plan.num_reads, ladder.size)
            ladder, spent = _pilot(pilot, ladder, plan, pressed)
        clusters = Clusters(
            ladder.size, problem.num_variables, ceil(share * ladder.size), cluster_moves == "auto"
        )
        engine = _engine(problem, prepared, plan, clusters)
        recorder = RungRecorder(recorded, ladder.size) if recorded else None
        adapts = adapt and betas is None
        run = _Tempering(problem, engine, plan, ladder, adapts, clusters, initial, recorder)
        run.compile()
        compiled = time.perf_counter() - spent
        run.go(spent, pressed)
    return run.result(begin, laid_out, compiled, time.perf_counter())


@dataclass(frozen=True)
class _Plan:
    """Checked arguments."""

    num_reads: int
    num_sweeps: int | None
    per_swap: int
    seed: int
    stop: Stop
    progress: Callable[[Progress], None] | None

    def __post_init__(self) -> None:
        checks.whole_number("num_reads", self.num_reads, 1)
        checks.whole_number("num_sweeps_per_swap", self.per_swap, 1)
        stop = self.stop
        if self.num_sweeps is not None:
            checks.whole_number("num_sweeps", self.num_sweeps, 0)
        elif (stop.time_limit, stop.target_energy, stop.interrupt) == (None,) * 3:
            raise ValueError(
                "num_sweeps is None; give a time_limit, a target_energy or an interrupt"
            )

    @property
    def num_rounds(self) -> float:
        """As many as make at least `num_sweeps` sweeps."""
        return np.inf if self.num_sweeps is None else -(-self.num_sweeps // self.per_swap)


def _engine(problem: Problem, prepared: Prepared, plan: _Plan, clusters: Clusters) -> Exchange:
    symmetric = isinstance(problem, IsingProblem) and not problem.h.any()
    return Exchange(
        prepared, plan.num_reads, clusters.active.size, clusters.count, symmetric=symmetric
    )


def _pilot(
    engine: Exchange, betas: NDArray[np.float64], plan: _Plan, pressed: Callable[[], bool]
) -> tuple[NDArray[np.float64], float]:
    """A short run measures the barrier: with two rungs for each unit, half the swaps are taken.

    It ends early when asked to, or when it has used a quarter of the time.

    Returns:
        A ladder that fits the barrier, and the seconds that finding it took without compilation.
    """
    key = sweep_key(seed_key(plan.seed), np.uint32(_PILOT_SEED_SWEEP))
    run, climb = engine.look(engine.start(key), engine.climb(), engine.places(betas), key)
    begin, first, size = time.perf_counter(), 0, 1
    rejection = np.ones(betas.size - 1)

    def is_over() -> bool:
        limit, asked = plan.stop.time_limit, plan.stop.interrupt
        late = limit is not None and time.perf_counter() - begin > _PILOT_SHARE * limit
        return late or pressed() or bool(asked and asked())

    for wanted in _PILOT_ROUNDS:
        places, seen = engine.places(betas), Stretch(betas.size, CERTAIN, engine.energy_steps, 0.0)
        while seen.rounds < wanted and not is_over():
            rounds, before = min(size, wanted - seen.rounds), time.perf_counter()
            run, climb, sums = engine.temper(run, climb, places, key, first, rounds, 1)
            seen.note(sums.refused, sums.num_swaps, sums.energy, rounds)
            size, first = next_size(rounds, time.perf_counter() - before), first + rounds
        if seen.rounds:
            rejection = seen.rejection
            betas = equal_rejection(betas, rejection, betas.size)
    seconds = time.perf_counter() - begin
    if not first or is_over():
        return betas, seconds
    rungs = next((n for n in _RUNGS if n >= 2 * rejection.sum() + 1), _RUNGS[-1])
    return equal_rejection(betas, rejection, rungs), seconds


@dataclass
class _Tempering:
    """One call of `temper` in progress."""

    problem: Problem
    engine: Exchange
    plan: _Plan
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


def _nothing_to_do(
    problem: Problem, plan: _Plan, betas: NDArray[np.float64], begin: float, recorded: int
) -> TemperResult:
    spins = np.zeros((plan.num_reads, 0), np.int8)
    energies = problem.energies(spins)
    timing = Timing(0.0, 0.0, 0.0, time.perf_counter() - begin)
    states = np.zeros((plan.num_reads, betas.size, 0), np.int8)
    mean = np.full(betas.size, float(problem.offset))
    return TemperResult(
        plan.seed, 0, timing, "none", 0, (), spins, energies, Trace.of([]),
        1, "schedule", (float(betas[0]), float(betas[-1])), states, betas,
        np.zeros(betas.size - 1), mean, 0, False, np.zeros(betas.size),
        RungRecorder(recorded, betas.size).history() if recorded else None,
    )  # fmt: skip
