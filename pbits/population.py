"""Population annealing: many replicas cooled together, the fit ones copied; free energies for free.

K. Hukushima & Y. Iba, AIP Conf. Proc. 690, 200 (2003), doi 10.1063/1.1632130; J. Machta, Phys. Rev.
E 82, 026704 (2010), arXiv:1006.0252; Wang, Machta & Katzgraber, Phys. Rev. E 92, 063307 (2015),
arXiv:1508.05647.  At beta = 0 independent fair spins are an exact sample and log Z is n log 2.  A
step to a lower temperature multiplies every replica in proportion to its new Boltzmann weight, then
sweeps; the mean of these weights is a ratio of partition functions.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.engine import CHUNK, Run, next_size
from pbits.free_energy import Ensemble
from pbits.interrupts import deferred_interrupt
from pbits.models import choose_model
from pbits.random import seed_key, sweep_key
from pbits.replicas import Replicas, offsets
from pbits.resampling import next_gap
from pbits.results import PopulationResult, Progress, Timing, Trace
from pbits.schedules import stations
from pbits.stopping import Stop
from problems.polynomial import Problem

_NUM_BITS = 32  # probabilities to 2**-32, as for sampling
_NUM_BLOCKS = 16
_LEAST_BLOCK = 8
# Work that may pass before the clock is looked at: updates, or multiply-adds of float kernels.
_UPDATES_BETWEEN_CHECKS = 2**28
_WORK_BETWEEN_CHECKS = 2**32
_WORK_PER_COUPLING = 32  # gathered, not streamed
# Resampling and further passes draw from sweep numbers that no pass reaches.
_RESAMPLE_SWEEP = 0xB0000000
_RESTART_SWEEP = 0xF0000000


def population_anneal(
    problem: Problem,
    *,
    num_reads: int = 1024,
    num_sweeps_per_beta: int = 10,
    beta_range: Sequence[float] | None = None,
    betas: ArrayLike | None = None,
    culling: float = 0.1,
    update: str = "metropolis",
    seed: int | None = None,
    time_limit: float | None = None,
    target_energy: float | None = None,
    num_restarts: int | None = 1,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
    trace: bool = False,
) -> PopulationResult:
    """Cool a population of `num_reads` replicas from beta = 0, resampling it at every step.

    Args:
        problem: what to sample or minimise.
        num_reads: replicas; those of 16 blocks (fewer below 128 replicas) never mix, and the
            scatter of the blocks gives the errors.
        num_sweeps_per_beta: sweeps of every replica at each temperature.
        beta_range: two inverse temperatures, hot and cold, that are visited on the way down from
            0; the cold one is the last.  Default: the cold end of `schedules.default_beta_range`.
        betas: all inverse temperatures, rising; 0 is put before them if they do not begin there.
        culling: without `betas`, the expected share of the population that a step of temperature
            leaves without copies; smaller is gentler and takes more steps.
        update: "metropolis", or "gibbs" for heat bath.
        seed: equal seeds give equal results, on any number of devices; default: a random one,
            returned in the result.
        time_limit: seconds of sampling (compilation apart) after which to stop; the free energies
            then end at the temperature reached.
        target_energy: stop as soon as a replica is known to be at or below it.
        num_restarts: passes through the temperatures, each from a fresh population; the best states
            of all are kept, the free energies are those of the first.  None: until something stops
            them.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second; the number of sweeps to come is a guess where
            temperatures are chosen on the way.
        trace: record mean and best energy at every temperature.

    Returns:
        The best state that each replica's place in the population ever saw; log Z, mean energies
        and their errors at all temperatures; the weighted population at the last one; families.
        Ctrl-C ends the run, not the result.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> found = population_anneal(ferromagnet((4, 4)), beta_range=(0, 2), seed=1)
        >>> found.best_energy, found.betas[-1].item(), found.trustworthy
        (-32, 2.0, True)
        >>> round(found.log_z[-1].item() - 2 * 32, 1)  # two ground states: log 2
        0.7
    """
    begin = time.perf_counter()
    runtime.ensure_configured()
    stop = Stop(time_limit, target_energy, interrupt)
    plan = _Plan(
        checks.whole_number("num_reads", num_reads, 1),
        checks.whole_number("num_sweeps_per_beta", num_sweeps_per_beta, 1),
        stations(problem, betas, beta_range),
        None if betas is not None else checks.share("culling", culling),
        checks.seed_or_random(seed), num_restarts, stop, progress,
    )  # fmt: skip
    if problem.num_variables == 0:
        return _nothing_to_do(problem, plan, begin, trace)
    engine = Replicas(choose_model(problem, update, _NUM_BITS), plan.num_reads)
    run = _Population(problem, engine, plan)
    laid_out = time.perf_counter()
    run.compile()
    compiled = time.perf_counter()
    run.go()
    sampled = time.perf_counter()
    spins = engine.spins(run.run.best, problem.num_variables)
    energies = problem.energies(spins)
    end = time.perf_counter()
    timing = Timing(laid_out - begin, compiled - laid_out, sampled - compiled, end - begin)
    return PopulationResult(
        plan.seed, run.sweeps_done, timing, engine.kernel.name, engine.num_devices,
        runtime.notes(), spins, energies, Trace.of(run.records) if trace else None,
        run.restarts_done, stop.reason, (0.0, run.first.beta), run.states,
        *run.first.summary(problem.offset),
    )  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    """Checked arguments; without `culling`, only the stations are visited."""

    num_reads: int
    per_beta: int
    stations: NDArray[np.float64]
    culling: float | None
    seed: int
    num_restarts: int | None
    stop: Stop
    progress: Callable[[Progress], None] | None

    def __post_init__(self) -> None:
        stop = self.stop
        if self.num_restarts is not None:
            checks.whole_number("num_restarts", self.num_restarts, 1)
        elif (stop.time_limit, stop.target_energy, stop.interrupt) == (None,) * 3:
            raise ValueError(
                "num_restarts is None; give a time_limit, a target_energy or an interrupt"
            )

    @property
    def num_blocks(self) -> int:
        return min(max(self.num_reads // _LEAST_BLOCK, 1), _NUM_BLOCKS)


@dataclass
class _Population:
    """One call of `population_anneal` in progress; `first` is the ensemble of the first pass."""

    problem: Problem
    engine: Replicas
    plan: _Plan
    run: Run = field(init=False)
    first: Ensemble = field(init=False)
    states: NDArray[np.int8] = field(init=False)
    sweeps_done: int = 0
    restarts_done: int = 0
    records: list[tuple[int, float, float, float]] = field(default_factory=list)
    _best: float = np.inf

    @property
    def check_every(self) -> int:
        """Sweeps between two looks, a function of nothing but sizes."""
        n, reads = self.problem.num_variables, self.plan.num_reads
        sweeps = _UPDATES_BETWEEN_CHECKS // (n * reads)
        if np.dtype(self.engine.kernel.energy_dtype).kind == "f":
            work = min(n * n, _WORK_PER_COUPLING * self.problem.num_interactions) * reads
            sweeps = min(sweeps, _WORK_BETWEEN_CHECKS // max(work, 1))
        return min(max(sweeps, 1), self.plan.per_beta, CHUNK)

    def compile(self) -> None:
        """Start, and call every program once, so that compiling is timed apart."""
        key, size = seed_key(self.plan.seed), self.plan.num_reads
        run = self.engine.start(key)
        self.run = self._advance(run, key, np.zeros(0, np.float32), 0)
        offsets(key, 0, self.plan.num_blocks)
        self.engine.energies(self.engine.resample(self.run, np.arange(size)))

    def go(self) -> None:
        self.plan.stop.start()
        if self.plan.stop.is_reached(self._best, self.problem.offset, self._exact):
            self.plan.stop.reason = "target"
            self._keep(self._ensemble())
            return
        with deferred_interrupt() as pressed:
            while self._cool_once(pressed):
                best, energy = self.run.best, self.run.best_energy
                self.run = Run(self.engine.start(self._key()).state, best, energy)

    def _key(self) -> jax.Array:
        key = seed_key(self.plan.seed)
        if self.restarts_done == 0:
            return key
        return sweep_key(key, np.uint32(_RESTART_SWEEP + self.restarts_done))

    def _ensemble(self) -> Ensemble:
        """The population at beta = 0."""
        found = Ensemble(self.plan.num_reads, self.plan.num_blocks, self.problem.num_variables)
        found.observe(self.engine.energies(self.run))
        return found

    def _cool_once(self, pressed: Callable[[], bool]) -> bool:
        """One pass through the temperatures; whether another is due."""
        key, now, done, stopped = self._key(), self._ensemble(), 0, False
        resampling = sweep_key(key, np.uint32(_RESAMPLE_SWEEP))
        while now.beta < self.plan.stations.max(initial=0) and not stopped:
            draws = offsets(resampling, now.num_steps, self.plan.num_blocks)
            parents = now.cool(self._next_beta(now), draws)
            self.run = self.engine.resample(self.run, parents)
            done, stopped = self._sweep(key, done, now.beta, pressed)
            now.observe(self.engine.energies(self.run))
            mean = now.mean_energy + self.problem.offset
            self.records.append((self.sweeps_done, now.beta, mean, self._best))
        if self.restarts_done == 0:
            self._keep(now)
        if stopped:
            return False
        self.restarts_done += 1
        last = self.plan.num_restarts == self.restarts_done or now.beta == 0
        return not last and not self._should_stop(pressed)

    def _keep(self, ensemble: Ensemble) -> None:
        self.first = ensemble
        self.states = self.engine.spins(self.run.state, self.problem.num_variables)

    def _next_beta(self, now: Ensemble) -> float:
        station = float(self.plan.stations[self.plan.stations > now.beta][0])
        if self.plan.culling is None:
            return station
        longest = station - now.beta
        gap = next_gap(now.weights, now.energies, longest, self.plan.culling)
        # A gap may be lost in beta's last digit; the schedule must not stand still.
        return station if gap >= longest else max(now.beta + gap, np.nextafter(now.beta, np.inf))

    def _sweep(
        self, key: jax.Array, done: int, beta: float, pressed: Callable[[], bool]
    ) -> tuple[int, bool]:
        """The sweeps of one temperature: sweeps of this pass, and whether something stopped it."""
        until, size = done + self.plan.per_beta, self.check_every
        while done < until:
            part = np.full(min(size, until - done), beta, np.float32)
            before = time.perf_counter()
            self.run = self._advance(self.run, key, part, done)
            size = next_size(part.size, time.perf_counter() - before)
            size = max(size // self.check_every, 1) * self.check_every
            done += part.size
            self.sweeps_done += part.size
            self._report(done, beta)
            if self._should_stop(pressed):
                return done, True
        return done, False

    def _advance(self, run: Run, key: jax.Array, betas: NDArray[np.float32], done: int) -> Run:
        run, _, best = self.engine.advance(run, key, betas, done, self.check_every)
        # A call of no sweeps looks, but tells nothing.
        seen = best if betas.size else np.asarray(run.best_energy)[: self.engine.num_reads]
        self._best = min(self._best, self.engine.unit * float(seen.min()) + self.problem.offset)
        return run

    def _report(self, done: int, beta: float) -> None:
        if self.plan.progress is not None:
            asked = max(round(done * float(self.plan.stations[-1]) / beta), done)
            seconds = self.plan.stop.seconds
            self.plan.progress(Progress(done, asked, self.restarts_done, seconds, self._best))

    def _should_stop(self, pressed: Callable[[], bool]) -> bool:
        return self.plan.stop.is_due(self._best, self.problem.offset, self._exact, pressed)

    def _exact(self) -> NDArray:
        spins = self.engine.spins(self.run.best, self.problem.num_variables)
        return self.problem.energies(spins)


def _nothing_to_do(problem: Problem, plan: _Plan, begin: float, trace: bool) -> PopulationResult:
    spins = np.zeros((plan.num_reads, 0), np.int8)
    timing = Timing(0.0, 0.0, 0.0, time.perf_counter() - begin)
    ensemble, energies = Ensemble(plan.num_reads, plan.num_blocks, 0), np.zeros(plan.num_reads)
    ensemble.observe(energies)
    for step, beta in enumerate(plan.stations):
        ensemble.cool(float(beta), offsets(seed_key(plan.seed), step, plan.num_blocks))
        ensemble.observe(energies)
    return PopulationResult(
        plan.seed, 0, timing, "none", 0, (), spins, problem.energies(spins),
        Trace.of([]) if trace else None, 1, "schedule", (0.0, ensemble.beta), spins,
        *ensemble.summary(problem.offset),
    )  # fmt: skip
