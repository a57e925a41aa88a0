"""Random graphs G(n, p): each pair of spins is coupled with probability p, independently.

The gaps between successive edges, in a fixed order of all pairs, are geometric; drawing the gaps
takes time and memory in proportion to the edges rather than to the pairs.
Reference: V. Batagelj and U. Brandes, Phys. Rev. E 71, 036113 (2005),
doi:10.1103/PhysRevE.71.036113.
"""

import operator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from problems.generators.couplings import draw_couplings, seeded
from problems.model import IsingProblem, ising


def random_gnp(
    n: int,
    p: float,
    *,
    seed: int = 0,
    couplings: Literal["pm1", "one", "gaussian"] = "pm1",
) -> IsingProblem:
    """Random graph G(n, p) with random couplings.

    Args:
        n: number of spins, >= 1.
        p: probability of each edge, 0 <= p <= 1.
        seed: of graph and couplings.
        couplings: "pm1" (-1 or +1), "one" (all 1) or "gaussian" (mean 0, variance 1).

    Raises:
        ValueError: on n < 1, p outside [0, 1], or another `couplings`.

    Example:
        >>> from problems import generators
        >>> generators.random_gnp(5, 1.0, couplings="one").num_interactions
        10
    """
    if operator.index(n) < 1 or not 0 <= p <= 1:
        raise ValueError(f"n = {n} and p = {p} given; expected n >= 1 and 0 <= p <= 1")
    rng = seeded(seed)
    row, col = pair(successes(rng, n * (n - 1) // 2, p))
    values = draw_couplings(rng, couplings, row.size, ("pm1", "one", "gaussian"))
    return ising(np.zeros(n, np.int64), row, col, values)


def successes(rng: np.random.Generator, trials: int, p: float) -> NDArray[np.int64]:
    """Sorted indices of the successes among `trials` independent trials of probability p."""
    if p == 0 or trials == 0:
        return np.zeros(0, np.int64)
    found, last = [], -1
    size = int(trials * p / 2) + 1
    while last < trials:
        # Clipped, as a tiny p gives gaps whose sum would overflow.
        gaps = np.minimum(rng.geometric(p, size), trials + 1)
        found.append(last + np.cumsum(gaps))
        last = found[-1][-1]
    indices = np.concatenate(found)
    return indices[indices < trials]


def pair(index: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs row < col of the running numbers col * (col - 1) / 2 + row."""
    col = ((1 + np.sqrt(1 + 8.0 * index)) / 2).astype(np.int64)
    # Just below the next square the root may round up; at a square it is exact.
    col -= col * (col - 1) // 2 > index
    return index - col * (col - 1) // 2, col
