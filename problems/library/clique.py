"""Maximum clique: most nodes, or most weight, all of them neighbours.

``E = -sum_v w_v x_v + sum A_uv x_u x_v`` over the pairs without an edge, with
``A_uv = penalty min(w_u, w_v)``: an independent set of the complement, whence any penalty > 1
serves (`independent_set` has the proof).  Lucas (Front. Phys. 2, 5 (2014), doi
10.3389/fphy.2014.00005, section 2.3) has a term for the size of the clique and log n bits more.

The cost is n (n - 1) / 2 - m couplings, many for a large sparse graph: 50 million for 10^4 nodes.
Nodes with fewer than k - 1 neighbours are in no clique of k: where none smaller is wanted, give
``networkx.k_core(graph, k - 1)``.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice
from typing import Any, ClassVar

import networkx as nx
import numpy as np

from problems.library.amounts import positive
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate
from problems.library.graphs import expect_pairs, simple_graph
from problems.library.node_sets import Nodes, NodeSet, node_weights
from problems.model import IsingProblem

_WORDS = 20


@dataclass(frozen=True, eq=False)
class Clique(NodeSet):
    """Nodes that are all neighbours; build one with :func:`clique`.

    The objective is the weight of the set.
    """

    kind: ClassVar[str] = "clique"
    maximise: ClassVar[bool] = True

    @cached_property
    def problem(self) -> IsingProblem:
        weight = self._weight_array()
        apart = ~np.tri(weight.size, dtype=bool)
        row, col = self._edges
        apart[np.minimum(row, col), np.maximum(row, col)] = False
        row, col = np.nonzero(apart)
        energy = Binaries(weight.size)
        energy.add(np.arange(weight.size), -weight)
        energy.couple(row, col, self.penalty * np.minimum(weight[row], weight[col]))
        return energy.problem(list(self.graph))

    def certificate(self, solution: Nodes) -> Certificate:
        chosen = self._check(solution)
        inside = self.graph.subgraph(chosen)
        missing = len(chosen) * (len(chosen) - 1) // 2 - inside.number_of_edges()
        apart = (pair for pair in combinations(inside, 2) if not inside.has_edge(*pair))
        first = islice(apart, min(missing, _WORDS))
        words = tuple(f"nodes {u!r} and {v!r} are no neighbours" for u, v in first)
        value = self._value(chosen)
        return Certificate(not missing, value, words, missing, {"size": len(chosen)})

    def repair(self, solution: Nodes) -> Nodes:
        """Keep what fits of the set, then add what fits of the rest."""
        return self._greedy(solution, lambda v, kept: kept <= self.graph.adj[v].keys(), 1)


def clique(graph: nx.Graph | Any, weights: Any = None, penalty: float = 2) -> Clique:
    """Largest set of nodes that are all neighbours.

    Args:
        graph: undirected, without self-loops; directions and parallel edges count once.
        weights: of the nodes, positive, as a mapping or pairs; 1 where none is given.
        penalty: of two nodes without an edge, in weights of the lighter; proven for all above 1.

    Raises:
        ValueError: on a self-loop, a weight or penalty that is not positive, an unknown node, or
            more than 20 million pairs without an edge.

    Example:
        >>> import networkx as nx
        >>> found = clique(nx.Graph([(0, 1), (1, 2), (2, 0), (2, 3)])).certificate({0, 1, 2})
        >>> found.feasible, found.objective
        (True, 3)
    """
    plain = simple_graph(graph)
    n = len(plain)
    expect_pairs(
        n * (n - 1) // 2 - plain.number_of_edges(),
        "a clique",
        "networkx.k_core(graph, k - 1) has all cliques of k nodes or more",
    )
    return Clique(plain, node_weights(plain, weights), positive("penalty", penalty))
