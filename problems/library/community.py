"""Community detection: groups of nodes of largest modularity.

``Q = (1 / 2m) sum_uv (w_uv - g d_u d_v / 2m) [u and v in one group]`` with d the weighted degrees,
2m their sum and g the resolution (Newman, Phys. Rev. E 69, 066133 (2004), doi
10.1103/PhysRevE.69.066133; with g, Reichardt & Bornholdt, Phys. Rev. E 74, 016110 (2006), doi
10.1103/PhysRevE.74.016110).  E = -Q, for two groups in a spin a node and for k > 2 in bits x_vc
with ``A sum_v (1 - sum_c x_vc)^2``.  Every pair of nodes is coupled, k times for k groups.

With ``b_uv = (w_uv - g d_u d_v / 2m) / m`` of two nodes, A above ``max_v max(sum_u b_uv^+, sum_u
b_uv^- / k)`` serves: a node in several groups leaves one, which costs no more than all its positive
b and saves A; with no such node left, one in no group enters the group where its negative b are
least, at most 1/k of them all, and saves A.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from problems.library.amounts import positive
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, certificate
from problems.library.graphs import expect_pairs, weighted_graph
from problems.library.node_groups import Groups, NodeGroups, group_count
from problems.model import IsingProblem, ising


@dataclass(frozen=True, eq=False)
class Communities(NodeGroups):
    """Groups 0 to k - 1 for nodes; build one with :func:`community_detection`.

    The objective is the modularity.  Where nodes have no group it is that of the others' edges and
    degrees, within the whole graph's 2m.
    """

    kind: ClassVar[str] = "community-detection"
    maximise: ClassVar[bool] = True
    lightens: ClassVar[tuple[str, ...]] = ("node_weight",)

    resolution: float
    node_weight: float

    @property
    def penalties(self) -> Mapping[str, float]:
        return {} if self.groups == 2 else {"one group a node": self.node_weight}

    @cached_property
    def problem(self) -> IsingProblem:
        gain = _gains(self.graph, self.resolution)
        n = len(self.graph)
        first, second = np.triu_indices(n, 1)
        pair, own = gain[first, second], gain.diagonal().sum() / 2
        if self.groups == 2:
            offset = -own - pair.sum() / 2
            return ising(np.zeros(n), first, second, -pair / 2, offset, self._labels())
        bits = self._bits()
        energy = Binaries(bits.size)
        energy.constant(-own)
        energy.couple(bits[first], bits[second], -pair[:, None])
        energy.exactly_one(bits, self.node_weight)
        return energy.problem(self._labels())

    def certificate(self, solution: Groups) -> Certificate:
        group = self._array(solution)
        place = dict(zip(self.graph, group.tolist(), strict=True))
        inside, degree = [0.0] * self.groups, [0.0] * self.groups
        for u, v, weight in self.graph.edges(data="weight"):
            if place[u] == place[v] >= 0:
                inside[place[u]] += weight
        for v, strength in self.graph.degree(weight="weight"):
            if place[v] >= 0:
                degree[place[v]] += strength
        twice = sum(strength for _, strength in self.graph.degree(weight="weight"))
        value = sum(
            2 * within / twice - self.resolution * (total / twice) ** 2
            for within, total in zip(inside, degree, strict=True)
        )
        sizes = [int(np.count_nonzero(group == c)) for c in range(self.groups)]
        return certificate(value, self._homeless(group), sizes=sizes)

    def repair(self, solution: Groups) -> Groups:
        """Put nodes that have no group, one after the other, where modularity gains most."""
        group, gain = self._array(solution), _gains(self.graph, self.resolution)
        for i in np.flatnonzero(group < 0):
            pull = [gain[i, group == c].sum() for c in range(self.groups)]
            group[i] = int(np.argmax(pull))
        return self._solution(group)

    def sets(self, solution: Groups) -> list[set[Any]]:
        """The groups that have nodes, as networkx's functions take them."""
        named = [{v for v in self.graph if solution[v] == c} for c in range(self.groups)]
        return [nodes for nodes in named if nodes]


def community_detection(
    graph: nx.Graph | Any,
    groups: int = 2,
    resolution: float = 1,
    node_weight: float | None = None,
) -> Communities:
    """At most so many groups of nodes, of largest modularity.

    Args:
        graph: undirected; networkx's with "weight" on edges, or edges (u, v) or (u, v, weight);
            weights not negative, 1 where missing; self-loops count twice in the degree, as in
            networkx; parallel edges add up.
        groups: k; two are encoded in a spin a node, more in k bits a node.  Some may stay empty.
        resolution: g; above 1 for smaller groups.
        node_weight: A of the module for k > 2; by default just above its proven bound.

    Raises:
        ValueError: on a directed graph, one without edges, a negative weight, fewer than two
            groups, a number that is not positive, or more than 20 million couplings.

    Example:
        >>> import networkx as nx
        >>> club = community_detection(nx.barbell_graph(4, 0))
        >>> halves = {v: int(v > 3) for v in range(8)}
        >>> round(club.certificate(halves).objective, 4), club.sets(halves)
        (0.4231, [{0, 1, 2, 3}, {4, 5, 6, 7}])
    """
    plain, k = weighted_graph(graph, loops=True), group_count("groups", groups)
    n = len(plain)
    count = n * (n - 1) // 2 if k == 2 else n * k * (n + k) // 2
    expect_pairs(count, "modularity", "coarsen the graph")
    weights = [weight for _, _, weight in plain.edges(data="weight")]
    if min(weights, default=0) < 0 or not sum(weights) > 0:
        raise ValueError("modularity needs weights of 0 or more with a sum above 0")
    resolution = positive("resolution", resolution)
    if node_weight is None:
        node_weight = _bound(_gains(plain, resolution), k) + max(weights) / (2 * sum(weights))
    return Communities(plain, k, resolution, positive("node_weight", node_weight))


def _gains(graph: nx.Graph, resolution: float) -> NDArray[np.float64]:
    """[n, n] b of the module: what a pair in one group adds; twice that on the diagonal."""
    # networkx's degrees count a self-loop twice, its matrix once.
    adjacency = nx.to_numpy_array(graph, weight="weight")
    adjacency[np.diag_indices(len(graph))] *= 2
    degree = adjacency.sum(1)
    twice = degree.sum()
    return (adjacency - resolution * np.outer(degree, degree) / twice) * (2 / twice)


def _bound(gain: NDArray[np.float64], k: int) -> float:
    others = gain - np.diag(gain.diagonal())
    leave = np.maximum(others, 0).sum(1).max(initial=0)
    enter = np.maximum(-others, 0).sum(1).max(initial=0) / k
    return max(leave, enter).item()
