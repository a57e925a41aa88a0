"""Spins reversed, energies in another unit: the same problem to a machine that is not perfect."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from problems.model import IsingProblem, as_states, ising


def gauge(problem: IsingProblem, signs: ArrayLike) -> IsingProblem:
    """The problem of ``signs * s``: a state s of it is the state ``signs * s`` of the original.

    Args:
        problem: n spins.
        signs: [n] of -1 (reversed) and +1.

    Raises:
        ValueError: on a wrong shape or a value other than -1 and +1.

    Example:
        >>> from problems import ising
        >>> turned = gauge(ising([1, 0], [0], [1], [3]), [-1, 1])
        >>> turned.h.tolist(), turned.coupling.tolist()
        ([-1, 0], [-3])
    """
    state, lead = as_states(signs, problem.num_variables)
    if lead:
        raise ValueError(f"signs of shape {(*lead, state.shape[1])} given; expected one for a spin")
    g = state[0].astype(problem.h.dtype)
    turned = problem.coupling * g[problem.row] * g[problem.col]
    return replace(problem, h=problem.h * g, coupling=turned)


def scaled(problem: IsingProblem, factor: float) -> IsingProblem:
    """The problem with `factor` times the energies.

    Raises:
        ValueError: on a factor that is not a positive finite number.

    Example:
        >>> from problems import ising
        >>> scaled(ising([1, 0], [0], [1], [3], 2), 0.5).offset
        1.0
    """
    if not (math.isfinite(factor) and factor > 0):
        raise ValueError(f"factor is {factor}; expected a positive number")
    return ising(
        np.asarray(problem.h) * factor, problem.row, problem.col, problem.coupling * factor,
        problem.offset * factor, problem.labels,
    )  # fmt: skip
