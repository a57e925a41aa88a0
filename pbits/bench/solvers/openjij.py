"""OpenJij in a race: simulated and simulated quantum annealing (C++, one thread)."""

from typing import Any

from numpy.typing import NDArray

from pbits.bench.solvers.base import Restarting
from pbits.bench.solvers.dwave import best_of
from problems import IsingProblem

# Above this density OpenJij's own tutorial (005) has the dense matrix faster.
_DENSE = 0.3


class OpenJij(Restarting):
    """One of OpenJij's samplers with its defaults, one read a call.

    It takes the seed of a call: a call is one read here, so no two reads share one.
    """

    def __init__(self, problem: IsingProblem, sampler: str) -> None:
        import openjij
        from openjij.model.model import BinaryQuadraticModel

        n = problem.num_variables
        pairs = zip(problem.row.tolist(), problem.col.tolist(), strict=True)
        quadratic = dict(zip(pairs, map(float, problem.coupling), strict=True))
        linear = dict(enumerate(map(float, problem.h)))
        self.sparse = problem.num_interactions <= _DENSE * n * (n - 1) / 2
        self.problem = problem
        self.model: Any = BinaryQuadraticModel(
            linear, quadratic, float(problem.offset), "SPIN", sparse=self.sparse
        )
        self.sampler: Any = getattr(openjij, sampler)()

    def attempt(self, seed: int, seconds: float) -> tuple[NDArray, float]:
        return best_of(self.sampler.sample(self.model, num_reads=1, sparse=self.sparse, seed=seed))
