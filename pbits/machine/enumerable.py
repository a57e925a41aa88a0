"""Networks that are enumerated and Ising problems that machines hold: one from the other."""

from typing import Any

import numpy as np

from pbits.devices.networks import Network
from problems.model import IsingProblem, ising


def network_of(problem: Any, beta: float = 1.0) -> Network:
    """The network of an Ising problem.

    Example:
        >>> from problems import ising
        >>> network_of(ising([0, 1], [0], [1], [2.0])).couplings.tolist()
        [[0.0, 2.0], [2.0, 0.0]]
    """
    couplings = np.zeros((problem.num_variables,) * 2)
    couplings[problem.row, problem.col] = couplings[problem.col, problem.row] = problem.coupling
    return Network(couplings, np.asarray(problem.h, float), beta)


def problem_of(network: Network) -> IsingProblem:
    """The Ising problem of networks; of several, side by side: spins n k to n k + n - 1 are the
    k-th, so that one run samples all.

    Example:
        >>> pair = Network([[0.0, 2.0], [2.0, 0.0]], [0.0, 1.0])
        >>> problem_of(pair).coupling.tolist()
        [2]
    """
    n = network.num_spins
    biases, couplings = network.biases.reshape(-1, n), network.couplings.reshape(-1, n, n)
    row, col = np.triu_indices(n, 1)
    first = n * np.arange(len(biases))[:, None]
    found = couplings[:, row, col].ravel()
    kept = found != 0
    one, other = ((first + end).ravel()[kept] for end in (row, col))
    return ising(biases.ravel(), one, other, found[kept])
