"""Random regular graphs, asymptotically uniform (Steger and Wormald, as networkx has it).

Reference: A. Steger and N. C. Wormald, Comb. Probab. Comput. 8, 377 (1999),
doi:10.1017/S0963548399003867.
"""

from typing import Literal

import networkx as nx
import numpy as np

from problems.generators.couplings import draw_couplings, seeded
from problems.model import IsingProblem, ising


def random_regular(
    n: int, degree: int, *, seed: int = 0, couplings: Literal["pm1", "one"] = "pm1"
) -> IsingProblem:
    """Random graph in which every spin has `degree` neighbours.

    Args:
        n: number of spins.
        degree: neighbours of each spin, 0 <= degree < n with n * degree even.
        seed: of graph and couplings.
        couplings: "pm1" (-1 or +1) or "one" (all 1, the unweighted max-cut instance).

    Raises:
        ValueError: where no such graph exists, or on another `couplings`.

    Example:
        >>> from problems import generators
        >>> generators.random_regular(10, 3).num_interactions
        15
    """
    if not 0 <= degree < n or n * degree % 2:
        raise ValueError(
            f"no graph has {n} nodes of degree {degree}; "
            "expected 0 <= degree < n with n * degree even"
        )
    rng = seeded(seed)
    graph = nx.random_regular_graph(degree, n, seed=rng)
    # Sorted, so that the couplings do not depend on networkx's edge order.
    edges = np.sort(np.array(graph.edges, np.int64).reshape(-1, 2), axis=1)
    row, col = edges[np.lexsort(edges.T[::-1])].T
    values = draw_couplings(rng, couplings, row.size, ("pm1", "one"))
    return ising(np.zeros(n, np.int64), row, col, values)
