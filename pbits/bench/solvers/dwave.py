"""dwave-samplers in a race: annealing, tabu search, path-integral annealing (one thread)."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench.solvers.base import Restarting
from problems import IsingProblem

_TUNING_SECONDS = 1.0  # for each number of sweeps
_SWEEPS = (100, 300, 1000, 3000, 10_000, 30_000)


class Annealing(Restarting):
    """`SimulatedAnnealingSampler`, one read a call.

    Args:
        problem: what to minimise.
        sweeps: of a read, the package's default being 1000; or "tuned": before the clock starts,
            every number from 100 to 30,000 gets a second, and the one whose restarts promise the
            lowest energy in the long run is taken.
    """

    def __init__(self, problem: IsingProblem, sweeps: int | str = 1000) -> None:
        from dwave.samplers import SimulatedAnnealingSampler

        self.problem, self.bqm = problem, bqm_of(problem)
        self.sampler = SimulatedAnnealingSampler()
        self.sweeps = self._tuned() if sweeps == "tuned" else int(sweeps)

    def attempt(self, seed: int, seconds: float) -> tuple[NDArray, float]:
        found = self.sampler.sample(self.bqm, num_reads=1, num_sweeps=self.sweeps, seed=seed)
        return best_of(found)

    def _tuned(self) -> int:
        lowest, chosen = np.inf, _SWEEPS[0]
        for sweeps in _SWEEPS:
            self.sweeps, start, energies = sweeps, time.perf_counter(), []
            while time.perf_counter() - start < _TUNING_SECONDS:
                energies.append(self.attempt(len(energies), 0.0)[1])
            if min(energies) <= lowest:
                lowest, chosen = min(energies), sweeps
            if len(energies) == 1:
                break  # and longer ones take longer still
        return chosen


class Tabu(Restarting):
    """`TabuSampler` (MST2 with restarts), a twentieth of the time a call."""

    def __init__(self, problem: IsingProblem) -> None:
        from dwave.samplers import TabuSampler

        self.problem, self.bqm = problem, bqm_of(problem)
        self.sampler = TabuSampler()
        self.slice: float | None = None

    def attempt(self, seed: int, seconds: float) -> tuple[NDArray, float]:
        self.slice = self.slice or seconds / 20
        timeout = max(int(1000 * min(self.slice, seconds)), 1)
        return best_of(self.sampler.sample(self.bqm, timeout=timeout, seed=seed))


class PathIntegral(Restarting):
    """`PathIntegralAnnealingSampler` with its defaults, one read a call."""

    def __init__(self, problem: IsingProblem) -> None:
        from dwave.samplers import PathIntegralAnnealingSampler

        self.problem, self.bqm = problem, bqm_of(problem)
        self.sampler = PathIntegralAnnealingSampler()

    def attempt(self, seed: int, seconds: float) -> tuple[NDArray, float]:
        return best_of(self.sampler.sample(self.bqm, num_reads=1, seed=seed))


def bqm_of(problem: IsingProblem) -> Any:
    """A BQM with labels 0 .. n-1."""
    from dimod import SPIN, BinaryQuadraticModel

    quadratic = (problem.row, problem.col, problem.coupling)
    return BinaryQuadraticModel.from_numpy_vectors(problem.h, quadratic, problem.offset, SPIN)


def best_of(found: Any) -> tuple[NDArray, float]:
    """State of lowest energy of a dimod sample set, in the order of the labels 0 .. n-1."""
    row = found.record[np.argmin(found.record.energy)]
    return row.sample[np.argsort(list(found.variables))], float(row.energy)
