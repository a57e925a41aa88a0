"""Minimise without knobs: what runs, and for how long, follows from the problem and the time.

While programs compile, NumPy anneals (`host`), or descends where that is too slow.  Then a ladder
of temperatures and anneals that get slower take turns in one compiled program, more time going to
what does better (`search`); where the time allows too few sweeps for a ladder, there are anneals
alone (`allotment`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.descent import descend
from pbits.interrupts import deferred_interrupt
from pbits.results import Phase, Progress, SolveResult, Timing, Trace
from pbits.schedules import default_beta_range
from pbits.solving.allotment import Allotment
from pbits.solving.background import Background
from pbits.solving.enumeration import is_enumerable, lowest_states
from pbits.solving.host import host_anneal, is_suitable
from pbits.solving.reducing import reduced, undoing_seconds
from pbits.solving.search import Search
from pbits.stopping import Stop
from problems.polynomial import PolynomialProblem, Problem
from problems.reduction import Reduced

# Seconds for which the host has the interpreter for itself, then a full core.
_LEAD_SECONDS, _HOST_SECONDS = 0.15, 0.5
_LEAD_OF_TERMS = 1.0  # of polynomials, whose programs take ten times as long to compile
_DESCENTS, _MOST_TO_DESCEND = 16, 200_000  # states, couplings
_MOST_TO_DESCEND_FIRST = 4_000_000  # couplings: setting up for more takes too long
_SHORT = 2.0  # seconds; a limit below it puts a descent before compilation
_FIRST_DESCENT = 0.25  # seconds from the start to the end of that
_MOST_STATES = 128  # that are returned
_NO_LIMIT = 60.0  # seconds for which anneals are planned where there is no limit
_PATIENCE, _WAITS = 3.0, (1.0, 60.0)  # seconds without progress


def solve(
    problem: Problem,
    *,
    time_limit: float | None = None,
    target_energy: float | None = None,
    lower_bound: float | None = None,
    num_reads: int | None = None,
    num_temperatures: int | None = None,
    beta_range: Sequence[float] | None = None,
    cluster_moves: bool | None = None,
    presolve: bool | None = None,
    update: str = "metropolis",
    seed: int | None = None,
    initial_spins: ArrayLike | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> SolveResult:
    """The best state that can be found in a given time.

    Args:
        problem: what to minimise.
        time_limit: seconds in all, preparation and compilation included.  None: until the target
            is reached; without a target, until nothing better has been found for three times as
            long as the best took, at least a second and at most a minute.
        target_energy: stop as soon as a state is known to be at or below it.
        lower_bound: an energy that no state is below, where one is known; a state at it ends the
            run as a target does, but it does not keep a run going that finds nothing better.
        num_reads: ladders of temperatures side by side; default from size and time.
        num_temperatures: rungs of a ladder, 1 for annealing alone; default from size and time.
        beta_range: hottest and coldest inverse temperature; default from the data.
        cluster_moves: whether replicas exchange clusters; default: where measured to be of use.
        presolve: whether spins that need no search are taken out first (`problems.reduction`) and
            put back at the end; default: where that takes out a twentieth of them or more.
        update: "metropolis", or "gibbs" for heat bath.
        seed: of all random numbers.  What is run, and for how long, depends on the speed of the
            machine, so results do not replay in general: `anneal` and `temper` do.
        initial_spins: [k, n] of -1 and +1; they count as seen.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second.

    Returns:
        The best states, best first, and in `phases` what was done.

    Raises:
        ValueError: on arguments out of range, with what was expected.
        MemoryError: before anything runs, where the reads cannot fit.

    Example:
        >>> from problems.generators import ferromagnet
        >>> solve(ferromagnet((3, 4)), seed=1).best_energy
        -24
    """
    wanted = lower_bound if target_energy is None else target_energy
    stop = Stop(time_limit, wanted, interrupt)
    stop.start()
    seed = checks.seed_or_random(seed)
    if update not in ("metropolis", "gibbs"):
        raise ValueError(f"update is {update!r}; expected 'metropolis' or 'gibbs'")
    span = None if beta_range is None else checks.pair(beta_range)
    if span is not None and not 0 < span[0] < span[1]:
        raise ValueError(f"beta_range is {beta_range!r}; expected hot < cold, both above 0")
    asked = Allotment.asked(num_reads, num_temperatures)
    given = None if initial_spins is None else np.asarray(initial_spins)
    start = None if given is None else checks.initial_states(given, len(given), problem)
    with deferred_interrupt() as pressed:
        smaller = reduced(problem, presolve, time_limit, lambda: stop.is_asked(pressed))
        if smaller is not None:
            problem = smaller.problem
            stop.keep_back(undoing_seconds(smaller))
        span = default_beta_range(problem) if span is None else span
        patient = (time_limit, target_energy) != (None, None)
        bound = -np.inf if lower_bound is None else lower_bound
        run = _Run(problem, stop, seed, progress, patient, smaller, bound, start)
        if start is not None and smaller is not None:
            start = start[:, smaller.kept]
        if start is not None and len(start):
            run.see(start, "given")
        if is_enumerable(problem):
            run.see(lowest_states(problem, _MOST_STATES), "enumeration", _MOST_STATES)
            stop.reason = "exhausted"
            return run.result(None, span)
        runtime.ensure_configured()
        search = Search(problem, update, span, asked, cluster_moves, seed, time_limit)
        run.before_compilation(pressed)
        compiling = Background(search.prepare)
        lead = _LEAD_OF_TERMS if isinstance(problem, PolynomialProblem) else _LEAD_SECONDS
        run.on_host(compiling, span, pressed, 0.0 if search.is_compiled else lead)
        if compiling.is_done and not run.is_due(pressed):
            compiling.result()
            run.on_devices(search, start, pressed)
        return run.result(search if compiling.is_done else None, span)


@dataclass
class _Run:
    """One call of `solve` in progress: the best so far, and what was done."""

    problem: Problem
    stop: Stop
    seed: int
    progress: Callable[[Progress], None] | None
    is_patient: bool  # whether a lack of progress does not end the run
    smaller: Reduced | None = None  # whose problem is searched
    lower_bound: float = -np.inf
    given: NDArray[np.int8] | None = None  # [k, n] of the problem before presolving
    spins: NDArray[np.int8] = field(init=False)  # [k, n]
    energies: NDArray = field(init=False)
    phases: list[Phase] = field(default_factory=list)
    records: list[tuple[int, float, float, float]] = field(default_factory=list)
    best: float = np.inf
    is_descended: bool = False

    def __post_init__(self) -> None:
        self.spins = np.zeros((0, self.problem.num_variables), np.int8)
        self.energies = self.problem.energies(self.spins)

    def see(self, states: NDArray[np.int8], name: str, most: int = 1) -> None:
        """Keep the best of given states as a phase of no sweeps."""
        energies = self.problem.energies(states)
        best = np.argsort(energies, kind="stable")[:most]
        self._keep(states[best], energies[best])
        self.phases.append(Phase(name, self.stop.seconds, 0, float(self.best)))

    def _keep(self, spins: NDArray[np.int8], energies: NDArray) -> None:
        """States in order of energy, those found before among them, but not too many."""
        energies = np.concatenate([self.energies, energies])
        order = np.argsort(energies, kind="stable")[:_MOST_STATES]
        self.spins = np.concatenate([self.spins, spins])[order]
        self.energies = energies[order]
        self.best = float(self.energies[0])

    def is_due(self, pressed: Callable[[], bool]) -> bool:
        return self.stop.is_due(self.best, self.problem.offset, lambda: self.energies, pressed)

    def on_host(
        self,
        compiling: Background,
        span: tuple[float, float],
        pressed: Callable[[], bool],
        lead: float,
    ) -> None:
        """Anneal in NumPy until the programs are there, where that is of use; else only wait.

        Compilation begins after `lead` seconds: what is easy is found before, and JAX's tracing
        leaves other threads little of the interpreter.
        """
        if not is_suitable(self.problem):
            compiling.begin()
            self._descend(lambda: compiling.is_done or self.is_due(pressed))
            while not compiling.is_done and not self.is_due(pressed):
                time.sleep(0.01)
            return
        sweeps, reported, begin = 0, 0.0, self.stop.seconds
        before = begin
        for found in host_anneal(self.problem, span, seed=self.seed):
            sweeps = found.num_sweeps
            if found.energy < self.best:
                self._keep(found.spins[None], self.problem.energies(found.spins[None]))
                reported = -np.inf
            if self.stop.seconds - reported > 0.1:
                self._report(sweeps)
                reported = self.stop.seconds
            if compiling.is_done or self.is_due(pressed):
                break
            now = self.stop.seconds
            if now - begin >= lead:
                compiling.begin()
            # Most is found at once; then the compiler, which uses several cores, comes first.
            if now - begin > _HOST_SECONDS:
                time.sleep(min(3 * (now - before), 0.1))
            before = self.stop.seconds
        self.phases.append(Phase("host anneal", self.stop.seconds, sweeps, self.best))

    def before_compilation(self, pressed: Callable[[], bool]) -> None:
        """A random state where the host does not anneal, and what descent makes of it at once."""
        if is_suitable(self.problem):
            return
        rng = np.random.default_rng(self.seed)
        start = rng.choice(np.array([-1, 1], np.int8), (1, self.problem.num_variables))
        self.see(start, "start")
        if self.stop.time_limit is not None and self.stop.time_limit < _SHORT:
            self._descend(lambda: self.stop.seconds > _FIRST_DESCENT or pressed())

    def _descend(self, stop: Callable[[], bool]) -> None:
        """Move the best state towards its minimum, until then or until `stop`."""
        is_small = self.problem.num_interactions <= _MOST_TO_DESCEND_FIRST
        if is_small and not self.is_descended and not stop():
            self._keep(*descend(self.problem, self.spins[:1], stop=stop))
            self.is_descended = not stop()
            self.phases.append(Phase("descent", self.stop.seconds, 0, self.best))

    def on_devices(
        self, search: Search, start: NDArray[np.int8] | None, pressed: Callable[[], bool]
    ) -> None:
        """Anneal and temper until something ends it."""
        begin = better_at = self.stop.seconds
        for step, sweeps, best in search.steps(start, self._left):
            if best < self.best:
                self.best, better_at = best, self.stop.seconds
            self.records.append((sweeps, step.beta, step.mean_energy, self.best))
            self._report(sweeps)
            is_due = self._is_due_on_devices(search, pressed) or self._is_stalled(begin, better_at)
            if step.ends or is_due:
                self.phases.append(Phase(step.name, self.stop.seconds, sweeps, self.best))
            if is_due:
                break
        spins, energies = search.best_states()
        self._keep(spins, energies)
        if self._left() > 0 or self.problem.num_interactions <= _MOST_TO_DESCEND:
            self._keep(*descend(self.problem, self.spins[:_DESCENTS]))

    def _is_due_on_devices(self, search: Search, pressed: Callable[[], bool]) -> bool:
        def exact() -> NDArray:
            return search.best_states()[1]

        if self.stop.is_due(self.best, self.problem.offset, exact, pressed):
            return True
        if self._left() < search.finish_seconds:
            self.stop.reason = "time_limit"
            return True
        return False

    def _is_stalled(self, begin: float, better_at: float) -> bool:
        if self.is_patient:
            return False
        wait = np.clip(_PATIENCE * (better_at - begin), *_WAITS)
        if self.stop.seconds - better_at < wait:
            return False
        self.stop.reason = "no_progress"
        return True

    def _left(self) -> float:
        limit = self.stop.time_limit
        return _NO_LIMIT if limit is None else limit - self.stop.seconds

    def _report(self, sweeps: int) -> None:
        if self.progress is not None:
            self.progress(Progress(sweeps, sweeps, 0, self.stop.seconds, self.best))

    def result(self, search: Search | None, span: tuple[float, float]) -> SolveResult:
        compile_seconds = 0.0 if search is None else search.compile_seconds
        prepare = 0.0 if search is None else search.prepare_seconds
        total = self.stop.seconds
        if self.stop.reason == "target" and self.best <= self.lower_bound:
            self.stop.reason = "bound"
        sampling = max(total - compile_seconds - prepare, 0.0)
        spins, energies, notes = self._of_the_whole()
        return SolveResult(
            seed=self.seed,
            num_sweeps=0 if search is None else search.num_sweeps,
            timing=Timing(prepare, compile_seconds, sampling, total),
            kernel="host" if search is None else search.kernel,
            num_devices=0 if search is None else search.num_devices,
            notes=notes,
            spins=spins,
            energies=energies,
            trace=Trace.of(self.records),
            beta_range=(float(span[0]), float(span[1])),
            num_restarts=1,
            stopped_by=self.stop.reason,
            phases=tuple(self.phases),
            num_temperatures=1 if search is None else search.num_rungs,
            num_ladders=0 if search is None else search.num_ladders,
            num_searched=self.problem.num_variables,
        )

    def _of_the_whole(self) -> tuple[NDArray[np.int8], NDArray, tuple[str, ...]]:
        """States of the problem that was given, their energies counted anew, and notes."""
        if self.smaller is None:
            return self.spins, self.energies, runtime.notes()
        whole, left = self.smaller.original, self.problem.num_variables
        spins = self.smaller.undo(self.spins)
        if self.given is not None:  # rounding errors could make them better than what they became
            spins = np.concatenate([spins, self.given])
        energies = whole.energies(spins)
        order = np.argsort(energies, kind="stable")[: len(self.spins)]
        note = f"presolving left {left} of {whole.num_variables} spins to be searched"
        return spins[order], energies[order], (*runtime.notes(), note)
