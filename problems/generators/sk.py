"""Sherrington-Kirkpatrick spin glass: every pair of spins coupled at random.

Reference: D. Sherrington and S. Kirkpatrick, Phys. Rev. Lett. 35, 1792 (1975),
doi:10.1103/PhysRevLett.35.1792.
"""

import operator
from typing import Literal

import numpy as np

from problems.generators.couplings import draw_couplings, seeded
from problems.model import IsingProblem, ising


def sherrington_kirkpatrick(
    n: int, *, couplings: Literal["gaussian", "pm1"] = "gaussian", seed: int = 0
) -> IsingProblem:
    """``E = sum_{i<j} J_ij s_i s_j`` on the complete graph of n spins.

    Args:
        n: number of spins, >= 1.
        couplings: "gaussian" has mean 0 and variance 1/n, so that the ground energy per spin
            tends to -0.7632.  "pm1" has integer J of -1 or +1, *not* divided by sqrt(n): its
            energies are sqrt(n) times larger.
        seed: of the couplings.

    Raises:
        ValueError: on n < 1 or another `couplings`.

    Example:
        >>> from problems import generators
        >>> generators.sherrington_kirkpatrick(10, couplings="pm1").num_interactions
        45
    """
    if operator.index(n) < 1:
        raise ValueError(f"n = {n} given; expected at least one spin")
    row, col = np.triu_indices(n, 1)
    values = draw_couplings(seeded(seed), couplings, row.size, ("gaussian", "pm1"))
    if couplings == "gaussian":
        values = values / np.sqrt(n)
    return ising(np.zeros(n, np.int64), row, col, values)
