"""Descents from random states, the simplest minimiser there is: a floor for all the others.

Nothing is compiled and JAX is not imported, so a run is over before others have begun.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.descent import Landscape, descend_in_place, landscape
from pbits.interrupts import deferred_interrupt
from pbits.results import Minimum, Progress, Timing
from pbits.stopping import Stop
from problems.polynomial import Problem

_SECONDS_PER_CALL = 0.1
_GROWTH = 4


def descend_from_random(
    problem: Problem,
    *,
    num_reads: int = 64,
    seed: int | None = None,
    time_limit: float | None = None,
    target_energy: float | None = None,
    num_restarts: int | None = 1,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Minimum:
    """Descend from `num_reads` random states, see `pbits.descent.descend`.

    Args:
        problem: what to minimise.
        num_reads: descents.
        seed: equal seeds give equal results; default: a random one, returned in the result.
        time_limit: seconds after which to stop.
        target_energy: stop at the first descent that ends at or below it.
        num_restarts: rounds of `num_reads` descents, best kept; None: until something stops them.
        interrupt: asked after every round of flips; stops when it answers True.
        progress: called a few times a second with descents done in the place of sweeps.

    Returns:
        The best state of every read; one that was not reached keeps its random start.  Sweeps are
        not counted.  Ctrl-C ends the run, not the result.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.generators import ferromagnet
        >>> descend_from_random(ferromagnet((4, 4)), num_reads=32, seed=1).best_energy
        -32
    """
    begin = time.perf_counter()
    stop = Stop(time_limit, target_energy, interrupt)
    num_reads = checks.whole_number("num_reads", num_reads, 1)
    seed = checks.seed_or_random(seed)
    if num_restarts is not None:
        checks.whole_number("num_restarts", num_restarts, 1)
    elif (time_limit, target_energy, interrupt) == (None,) * 3:
        raise ValueError("num_restarts is None; give a time_limit, a target_energy or an interrupt")
    run = _Multistart(problem, landscape(problem), num_reads, seed, stop, num_restarts, progress)
    laid_out = time.perf_counter()
    run.go()
    end = time.perf_counter()
    return Minimum(
        seed=seed,
        num_sweeps=0,
        timing=Timing(laid_out - begin, 0.0, end - laid_out, end - begin),
        kernel="descent",
        num_devices=0,
        notes=(),
        spins=run.spins,
        energies=problem.energies(run.spins),
        trace=None,
        num_restarts=run.restarts_done,
        stopped_by=stop.reason,
    )


@dataclass
class _Multistart:
    """One call of `descend_from_random` in progress."""

    problem: Problem
    landscape: Landscape
    num_reads: int
    seed: int
    stop: Stop
    num_restarts: int | None
    progress: Callable[[Progress], None] | None
    spins: NDArray[np.int8] = field(init=False)  # [num_reads, n], the best of each
    energies: NDArray = field(init=False)  # [num_reads], of these
    restarts_done: int = 0
    _size: int = 1  # descents of the next call

    def __post_init__(self) -> None:
        self.spins = self._starts(range(self.num_reads))
        self.energies = self.problem.energies(self.spins)

    def _starts(self, reads: range) -> NDArray[np.int8]:
        """Random states of this round, a function of seed, round and read."""
        n = self.problem.num_variables
        found = np.empty((len(reads), n), np.int8)
        for row, read in zip(found, reads, strict=True):
            rng = np.random.default_rng((self.seed, self.restarts_done, read))
            row[:] = 2 * rng.integers(0, 2, n, np.int8) - 1
        return found

    def go(self) -> None:
        self.stop.start()
        with deferred_interrupt() as pressed:
            while self._round(pressed):
                pass

    def _round(self, pressed: Callable[[], bool]) -> bool:
        """One descent of every read; whether another round is due."""
        done = 0
        while done < self.num_reads:
            reads = range(done, min(done + self._size, self.num_reads))
            before = time.perf_counter()
            self._descend(reads, pressed)
            done = reads.stop
            if self._should_stop(pressed):
                return False
            self._report(done)
            share = _SECONDS_PER_CALL / max(time.perf_counter() - before, 1e-6)
            self._size = max(int(len(reads) * min(share, _GROWTH)), 1)
        self.restarts_done += 1
        return self.restarts_done != self.num_restarts and self.problem.num_variables > 0

    def _descend(self, reads: range, pressed: Callable[[], bool]) -> None:
        """Keep what is better; what follows the first that meets the target was never asked for."""
        states = self._starts(reads)
        descend_in_place(self.landscape, states, lambda: self._has_to_end(pressed))
        energies = self.problem.energies(states)
        if self.stop.target_energy is not None:
            found = np.flatnonzero(self._meets_target(energies))
            reads = reads[: found[0] + 1] if found.size else reads
        for k, read in enumerate(reads):
            if energies[k] < self.energies[read]:
                self.spins[read], self.energies[read] = states[k], energies[k]

    def _has_to_end(self, pressed: Callable[[], bool]) -> bool:
        """Whether to leave a descent unfinished; no state is asked about its energy."""
        return self.stop.is_due(np.inf, self.problem.offset, lambda: self.energies, pressed)

    def _should_stop(self, pressed: Callable[[], bool]) -> bool:
        best = float(self.energies.min())
        return self.stop.is_due(best, self.problem.offset, lambda: self.energies, pressed)

    def _meets_target(self, energies: NDArray) -> NDArray[np.bool_]:
        offset = self.problem.offset
        return np.array(
            [self.stop.is_reached(e, offset, lambda e=e: np.array([e])) for e in energies.tolist()]
        )

    def _report(self, done: int) -> None:
        if self.progress is not None:
            best = float(self.energies.min())
            self.progress(
                Progress(done, self.num_reads, self.restarts_done, self.stop.seconds, best)
            )
