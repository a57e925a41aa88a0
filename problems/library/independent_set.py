"""Maximum independent set: most nodes, or most weight, with no edge between two of them.

``E = -sum_v w_v x_v + sum_uv A_uv x_u x_v`` with ``A_uv = penalty min(w_u, w_v)`` (Lucas, Front.
Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005, section 4.2, with one weight for all edges).

Any penalty > 1 serves: where both ends of an edge are chosen, leaving out the lighter costs its
weight and saves at least the penalty times that, so no ground state holds both.
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
class IndependentSet(NodeSet):
    """Nodes of which no two are neighbours; build one with :func:`independent_set`.

    The objective is the weight of the set.
    """

    kind: ClassVar[str] = "independent-set"
    maximise: ClassVar[bool] = True

    @cached_property
    def problem(self) -> IsingProblem:
        weight = self._weight_array()
        row, col = self._edges
        energy = Binaries(weight.size)
        energy.add(np.arange(weight.size), -weight)
        energy.couple(row, col, self.penalty * np.minimum(weight[row], weight[col]))
        return energy.problem(list(self.graph))

    def certificate(self, solution: Nodes) -> Certificate:
        chosen = self._check(solution)
        pairs = self._pairs(chosen, inside=True)
        joined = [f"nodes {u!r} and {v!r} are neighbours" for u, v in pairs]
        return certificate(self._value(chosen), joined, size=len(chosen))

    def repair(self, solution: Nodes) -> Nodes:
        """Keep what fits of the set, then add what fits of the rest."""
        return self._greedy(solution, lambda v, kept: kept.isdisjoint(self.graph[v]))


def independent_set(
    graph: nx.Graph | Any, weights: Any = None, penalty: float = 2
) -> IndependentSet:
    """Largest set of nodes without an edge between two of them.

    Args:
        graph: undirected, without self-loops; directions and parallel edges count once.
        weights: of the nodes, positive, as a mapping or pairs; 1 where none is given.
        penalty: of an edge, in weights of its lighter end; proven for all above 1.

    Raises:
        ValueError: on a self-loop, a weight or penalty that is not positive, or an unknown node.

    Example:
        >>> import networkx as nx
        >>> path = independent_set(nx.path_graph(4))
        >>> path.certificate({0, 2}).objective
        2
        >>> path.certificate({1, 2}).violations
        ('nodes 1 and 2 are neighbours',)
    """
    plain = simple_graph(graph)
    return IndependentSet(plain, node_weights(plain, weights), positive("penalty", penalty))
