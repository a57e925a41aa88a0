"""Minimum vertex cover: fewest nodes, or least weight, that touch every edge.

``E = sum_v w_v x_v + sum_uv A_uv (1 - x_u) (1 - x_v)`` with ``A_uv = penalty min(w_u, w_v)``
(Lucas, Front. Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005, section 4.3, with one weight for all
edges).  The nodes outside a cover are an independent set.

Any penalty > 1 serves: where an edge is bare, taking its lighter end costs the weight of that and
saves at least the penalty times as much, so no ground state leaves an edge bare.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import networkx as nx
import numpy as np

from problems.library.amounts import positive
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, certificate
from problems.library.graphs import simple_graph
from problems.library.node_sets import Nodes, NodeSet, node_weights
from problems.model import IsingProblem


@dataclass(frozen=True, eq=False)
class VertexCover(NodeSet):
    """Nodes that touch every edge; build one with :func:`vertex_cover`.

    The objective is the weight of the set.
    """

    kind: ClassVar[str] = "vertex-cover"

    @cached_property
    def problem(self) -> IsingProblem:
        weight = self._weight_array()
        row, col = self._edges
        bare = self.penalty * np.minimum(weight[row], weight[col])
        energy = Binaries(weight.size)
        energy.constant(bare.sum().item())
        energy.add(np.arange(weight.size), weight)
        energy.add(row, -bare)
        energy.add(col, -bare)
        energy.couple(row, col, bare)
        return energy.problem(list(self.graph))

    def certificate(self, solution: Nodes) -> Certificate:
        chosen = self._check(solution)
        pairs = self._pairs(chosen, inside=False)
        bare = [f"edge {u!r}, {v!r} is not covered" for u, v in pairs]
        return certificate(self._value(chosen), bare, size=len(chosen))

    def repair(self, solution: Nodes) -> Nodes:
        """Leave out an independent set: first of those left out already, then of the rest."""
        everything = frozenset(self.graph)
        out = self._greedy(everything - solution, lambda v, kept: kept.isdisjoint(self.graph[v]))
        return everything - out


def vertex_cover(graph: nx.Graph | Any, weights: Any = None, penalty: float = 2) -> VertexCover:
    """Smallest set of nodes that has an end of every edge.

    Args:
        graph: undirected, without self-loops; directions and parallel edges count once.
        weights: of the nodes, positive, as a mapping or pairs; 1 where none is given.
        penalty: of a bare edge, in weights of its lighter end; proven for all above 1.

    Raises:
        ValueError: on a self-loop, a weight or penalty that is not positive, or an unknown node.

    Example:
        >>> import networkx as nx
        >>> star = vertex_cover(nx.star_graph(3))
        >>> star.certificate({0}).feasible, star.certificate({0}).objective
        (True, 1)
        >>> star.certificate({1, 2}).violations
        ('edge 0, 3 is not covered',)
    """
    plain = simple_graph(graph)
    return VertexCover(plain, node_weights(plain, weights), positive("penalty", penalty))
