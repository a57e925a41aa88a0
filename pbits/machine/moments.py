"""Moments of a law: the mean spins and products that an energy's coefficients can set."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.devices.networks import enumerate_spins
from pbits.sampling import sample
from problems.model import IsingProblem

Array = NDArray[np.float64]
_MOST_EXACT = 16  # spins that are enumerated
_IDEAL_READS, _IDEAL_SWEEPS = 20_000, 1000


class Moments(NamedTuple):
    """Of a law: what the energy's coefficients can set.

    Attributes:
        mean: [n], <s_i>.
        pair: [m], <s_i s_j> of the coupled pairs, in the problem's order.
    """

    mean: Array
    pair: Array

    def distance(self, other: "Moments") -> float:
        """Root of the mean squared difference."""
        parts = (a - b for a, b in zip(self, other, strict=True))
        return float(np.sqrt(np.mean(np.concatenate(list(parts)) ** 2)))


def target_moments(problem: IsingProblem, beta: float, *, seed: int | None = None) -> Moments:
    """Of Boltzmann's law: exact up to 16 spins, else from the exact sampler.

    Example:
        >>> from problems import ising
        >>> found = target_moments(ising([0, 0], [0], [1], [-1]), 0.5)
        >>> round(float(found.pair[0]), 4)  # tanh(1 / 2)
        0.4621
    """
    if problem.num_variables > _MOST_EXACT:
        drawn = sample(
            problem, beta=beta, num_reads=_IDEAL_READS, num_sweeps=_IDEAL_SWEEPS, seed=seed
        )
        return moments(problem, drawn.spins)
    states = enumerate_spins(problem.num_variables)
    energies = -beta * problem.energies(states.astype(np.int8)).astype(np.float64)
    weights = np.exp(energies - energies.max())
    return moments(problem, states, weights / weights.sum())


def moments(problem: IsingProblem, spins: NDArray, weights: Array | None = None) -> Moments:
    """Of states [k, n], equally likely or with probabilities [k].

    Example:
        >>> from problems import ising
        >>> moments(ising([0, 0], [0], [1], [1]), np.array([[1, 1], [1, -1]])).mean.tolist()
        [1.0, 0.0]
    """
    share = np.full(len(spins), 1 / len(spins)) if weights is None else weights
    mean = share @ spins
    pair = np.zeros(problem.num_interactions)
    step = max(1, 2**22 // max(1, len(spins)))
    for first in range(0, pair.size, step):
        part = slice(first, first + step)
        pair[part] = share @ (spins[:, problem.row[part]] * spins[:, problem.col[part]])
    return Moments(mean, pair)
