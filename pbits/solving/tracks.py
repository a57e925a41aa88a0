"""Two ways to search with one compiled program: tempering, and anneals that get slower."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.engine import Run, next_size
from pbits.exchange import CAPS, Exchange
from pbits.ladders import Stretch, equal_rejection
from pbits.pairing import Clusters
from pbits.random import seed_key, sweep_key
from pbits.swaps import Climb, Places
from pbits.tally import CERTAIN, MAX_ROUNDS, Sums
from problems.polynomial import Problem

_KEY_SWEEP = 0xA0000000  # tracks draw from keys of their own, from sweep numbers no run reaches
# An anneal looks at its energies after every temperature: about as often as this, but not so often
# that looking costs more than sweeping.
_LOOKS, _SWEEPS_PER_LOOK = 200, 2
FIRST_ANNEAL, _LONGEST_ANNEAL = 64, 2**22  # sweeps
_SWEEPS_PER_SWAP = 2
_FIRST_MOVE = 32  # rounds until a ladder moves; each next time twice as many


class Step(NamedTuple):
    """Where a track stands."""

    name: str  # of what it does
    beta: float  # the coldest
    mean_energy: float  # there
    ends: bool = False  # whether an anneal has come to its end


class Track:
    """Reads of one search, and the best that they have seen.

    Args:
        problem: what is minimised.
        engine: lays out and sweeps the reads.
        seed: of the search.
        number: of this track, for random numbers of its own.
    """

    def __init__(self, problem: Problem, engine: Exchange, seed: int, number: int) -> None:
        self.problem, self.engine = problem, engine
        self._keys = (
            sweep_key(seed_key(seed), np.uint32(_KEY_SWEEP + (number << 20) + k)) for k in count()
        )
        self.num_sweeps = 0
        self.best = np.inf
        self.start(None)

    def start(self, spins: NDArray[np.int8] | None) -> None:
        """Random spins, or given ones [k, n]; what was seen before is remembered."""
        if spins is None:
            run = self.engine.start(next(self._keys))
        else:
            run = self.engine.start_from(spins[self.engine.ladder % len(spins)])
        if np.isfinite(self.best):
            run = run._replace(best=self._run.best, best_energy=self._run.best_energy)
        self._run: Run = run
        self._climb: Climb = self.engine.climb()

    def look(self, places: Places) -> None:
        """See the energies without a sweep; compiles."""
        self._run, self._climb = self.engine.look(self._run, self._climb, places, next(self._keys))
        self._note_best()

    def anneals(
        self, cold: NDArray[np.float64], hot: float, left: Callable[[], float]
    ) -> Iterator[Step]:
        """One anneal after another, each slower than the one before, while the time allows.

        Args:
            cold: [T] where the rungs end; hotter ones wait there for the others.
            hot: where all begin.
            left: seconds that this track still has.
        """
        sweeps, longest = FIRST_ANNEAL, FIRST_ANNEAL
        while True:
            begin = time.perf_counter()
            yield from self.anneal(sweeps, cold, hot)
            # What other tracks did between two steps counts as well: so it is in `left`.
            fits = int(left() * sweeps / (time.perf_counter() - begin))
            longest = min(4 * longest, _LONGEST_ANNEAL)
            # The last one fills the time: none is cut off at a high temperature.
            sweeps = longest if fits > 1.5 * longest else max(fits, FIRST_ANNEAL)
            self.start(None)

    def anneal(self, sweeps: int, cold: NDArray[np.float64], hot: float) -> Iterator[Step]:
        """One anneal of so many sweeps."""
        key, name, done, size = next(self._keys), f"anneal of {sweeps} sweeps", 0, 1
        each = max(sweeps // _LOOKS, _SWEEPS_PER_LOOK)
        rounds = -(-sweeps // each)
        caps = np.geomspace(hot, cold[-1], rounds)
        places = self.engine.places(cold)
        while done < rounds:
            part = caps[done : done + size]
            begin = time.perf_counter()
            sums = self._advance(places, key, done, part.size, each, part)
            seconds = time.perf_counter() - begin
            done += part.size
            yield Step(name, float(part[-1]), self._energy(sums), done >= rounds)
            size = min(next_size(part.size, seconds), CAPS)

    def temper(self, betas: NDArray[np.float64], clusters: Clusters) -> Iterator[Step]:
        """Temper for ever; the ladder moves ever more seldom until all swaps are equally likely."""
        name, key = f"tempering with {betas.size} temperatures", next(self._keys)
        first, size, next_move, seen = 0, 1, _FIRST_MOVE, self._stretch(betas.size)
        places = self.engine.places(betas, clusters.active)
        while True:
            if seen.rounds >= next_move:
                clusters.review(seen.energy, self.best, self.problem.offset)
                betas = equal_rejection(betas, seen.rejection, betas.size)
                places = self.engine.places(betas, clusters.active)
                next_move, seen = 2 * next_move, self._stretch(betas.size)
            rounds = min(size, next_move - seen.rounds)
            begin = time.perf_counter()
            sums = self._advance(places, key, first, rounds, _SWEEPS_PER_SWAP)
            seconds = time.perf_counter() - begin
            seen.note(sums.refused, sums.num_swaps, sums.energy, rounds)
            clusters.note(sums.cluster, sums.gain, sums.num_moves)
            first += rounds
            yield Step(name, float(betas[-1]), self._energy(sums))
            size = min(next_size(rounds, seconds), MAX_ROUNDS)

    def best_states(self) -> NDArray[np.int8]:
        """The best state of every ladder [ladders, n]."""
        return self.engine.best_of_ladders(self._run, self.problem.num_variables)

    def _advance(
        self,
        places: Places,
        key: Any,
        first: int,
        rounds: int,
        sweeps: int,
        caps: NDArray[np.float64] | None = None,
    ) -> Sums:
        self._run, self._climb, sums = self.engine.temper(
            self._run, self._climb, places, key, first, rounds, sweeps, caps
        )
        self.num_sweeps += rounds * sweeps
        self._note_best()
        return sums

    def _stretch(self, num_rungs: int) -> Stretch:
        return Stretch(num_rungs, CERTAIN, self.engine.energy_steps, self.problem.offset)

    def _energy(self, sums: Sums) -> float:
        return float(self.engine.mean_energy(sums)[-1]) + self.problem.offset

    def _note_best(self) -> None:
        lowest = float(np.asarray(self._run.best_energy)[self.engine.inside].min())
        self.best = self.engine.unit * lowest + self.problem.offset
