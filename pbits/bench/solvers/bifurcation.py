"""simulated-bifurcation in a race (PyTorch, all threads, dense matrices)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench.entrant import Unsupported
from pbits.bench.solvers.base import Restarting
from problems import IsingProblem

_SHARE = 0.9  # of the time left: it looks at its clock now and then only
_LARGEST = 12_000  # spins: beyond, a float32 matrix and its copies take gigabytes


class SimulatedBifurcation(Restarting):
    """`simulated_bifurcation.minimize` with its defaults: 128 agents, early stopping."""

    def __init__(self, problem: IsingProblem, mode: str) -> None:
        import torch

        n = problem.num_variables
        if n > _LARGEST:
            raise Unsupported(f"{n} spins; simulated-bifurcation needs a dense matrix")
        matrix = np.zeros((n, n), np.float32)
        matrix[problem.row, problem.col] = problem.coupling
        self.problem, self.mode = problem, mode
        self.matrix = torch.from_numpy(matrix + matrix.T) / 2
        self.linear = torch.from_numpy(np.asarray(problem.h, np.float32))

    def attempt(self, seed: int, seconds: float) -> tuple[NDArray, float]:
        import simulated_bifurcation
        import torch

        torch.manual_seed(seed)
        minimize: Any = simulated_bifurcation.minimize
        spins, _ = minimize(
            self.matrix, self.linear, domain="spin", mode=self.mode, timeout=_SHARE * seconds,
            verbose=False,
        )  # fmt: skip
        # Its own value is a float32 sum.
        found = spins.numpy().astype(np.int8)
        return found, float(self.problem.energies(found))
