"""Maximum cut: two sides of a graph with the most weight between them.

The problem is that of :func:`problems.maxcut`: couplings are the weights w, and with
``W = sum_e w_e`` a cut of energy E has the weight (W - E) / 2.  There is nothing to penalise:
every state is a cut (Lucas, Front. Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005, section 2.1).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from problems.library.encoded import Certificate, certificate
from problems.library.graphs import weighted_graph
from problems.library.node_groups import Groups, NodeGroups
from problems.max_cut import MaxCut, maxcut
from problems.model import IsingProblem


@dataclass(frozen=True, eq=False)
class Cut(NodeGroups):
    """Sides 0 and 1 for nodes; build one with :func:`max_cut`.

    The objective is the weight of the edges between the sides.  A node that a solution gives None
    counts on neither side, and its edges as not cut.
    """

    kind: ClassVar[str] = "max-cut"
    maximise: ClassVar[bool] = True

    @cached_property
    def instance(self) -> MaxCut:
        """The same as :class:`problems.MaxCut`, with its vectorised cuts of many states."""
        return maxcut(self.graph)

    @property
    def problem(self) -> IsingProblem:
        return self.instance.problem

    def certificate(self, solution: Groups) -> Certificate:
        group = self._array(solution)
        cut = self._between(group)
        sizes = [int(np.count_nonzero(group == c)) for c in (0, 1)]
        return certificate(cut.sum().item(), self._homeless(group), edges_cut=cut.size, sizes=sizes)

    def repair(self, solution: Groups) -> Groups:
        """Put nodes that have no side opposite most of their neighbours' weight."""
        sides = dict(solution)
        for v in self.graph:
            if sides[v] is None:
                pull = [
                    sum(e["weight"] for u, e in self.graph[v].items() if sides[u] == c)
                    for c in (0, 1)
                ]
                sides[v] = int(pull[0] > pull[1])
        return sides

    def energy_of(self, objective: float) -> int | float:
        return self.instance.total_weight - 2 * objective


def max_cut(graph: Any) -> Cut:
    """The two sides of a graph with the most weight between them.

    Args:
        graph: undirected, without self-loops; networkx's with "weight" on edges, or edges
            (u, v) or (u, v, weight); weights of any sign, 1 where missing; parallel edges add up.

    Raises:
        ValueError: on a directed graph, a self-loop or a weight that is not a finite number.

    Example:
        >>> square = max_cut([(0, 1), (1, 2), (2, 3), (3, 0, 5)])
        >>> square.certificate({0: 0, 1: 1, 2: 0, 3: 1}).objective
        8
    """
    return Cut(weighted_graph(graph), 2)
