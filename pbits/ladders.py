"""Temperatures of a ladder."""

import numpy as np
from numpy.typing import NDArray


def equal_rejection(
    betas: NDArray[np.float64], rejection: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """`count` betas between the same ends that share the barrier equally.

    Args:
        betas: [T] rising.
        rejection: [T - 1] probabilities that neighbours refuse to swap.
        count: rungs wanted.

    Example:
        >>> equal_rejection(np.array([0.0, 1.0, 2.0]), np.array([0.75, 0.25]), 3).round(3).tolist()
        [0.0, 0.667, 2.0]
    """
    # A floor keeps the barrier rising where no refusal was seen.
    barrier = np.concatenate([[0], np.cumsum(np.maximum(rejection, 1e-3))])
    return np.interp(np.linspace(0, barrier[-1], count), barrier, betas)
