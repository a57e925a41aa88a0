"""ferrotherm in a race (Rust, one thread from Python): five of its methods with their defaults."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench.entrant import Unsupported
from pbits.bench.solvers.base import Restarting
from problems import IsingProblem


class Ferrotherm(Restarting):
    """A method of `ferrotherm.Sim` with its defaults, from a new simulation each call.

    Its energy has the opposite sign, and its default betas are meant for couplings of about one,
    so couplings are divided by their largest.
    """

    def __init__(self, problem: IsingProblem, method: str) -> None:
        import ferrotherm

        if method == "cluster_anneal" and np.any(problem.h):
            raise Unsupported("ferrotherm's cluster moves take no biases")
        largest = np.abs(problem.coupling).max(initial=0) or np.abs(problem.h).max(initial=1)
        self.problem, self.method, self.package = problem, method, ferrotherm
        weights = (-problem.coupling / largest).tolist()
        self.edges = list(zip(problem.row.tolist(), problem.col.tolist(), weights, strict=True))
        self.biases = [(i, -h / largest) for i, h in enumerate(problem.h.tolist()) if h]

    def attempt(self, seed: int, seconds: float) -> tuple[NDArray, float]:
        sim: Any = self._simulation(seed)
        getattr(sim, self.method)()
        spins = np.array(sim.spins, np.int8)
        sim.close()
        return spins, float(self.problem.energies(spins))

    def _simulation(self, seed: int) -> Any:
        model = self.package.Model(self.problem.num_variables)
        model.couple_many(self.edges)
        for i, h in self.biases:
            model.bias(i, h)
        return model.build(seed=seed)
