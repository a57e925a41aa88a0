"""Graph partitioning: equal parts of a graph with the least weight of edges between them.

Parts are equal where k divides n, and else differ by one node.  Two parts are spins:
``E = sum_uv w_uv (1 - s_u s_v) / 2 + A ((sum_v s_v)^2 - n mod 2)``; k > 2 parts are bits x_vc:
``E = sum_uv w_uv (1 - sum_c x_uc x_vc) + A (sum_c (sum_v x_vc - n / k)^2 - its least) + B sum_v
(1 - sum_c x_vc)^2`` (Lucas, Front. Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005, section 2.2, for
two parts, even n and equal weights).  The balance couples all pairs: n (n - 1) / 2 couplings, or
k n (n + k) / 2 for k parts.

Two parts, the proof of A.  Let one side P have D nodes more than the other, too many: D >= 2 for
even n, 3 for odd n; at that least D, P has q = ceil(n / 2) nodes besides any v of it.  Moving v
out of P adds ``w(v, P) - w(v, rest) = 2 w(v, P) - w_v``, at most ``b_v = 2 T_v - w_v`` with w_v the
sum of v's weights and T_v that of its q largest (0 for a node without an edge to v).  It saves
4 A (D - 1).  At larger D both grow, the saving by more: no further weight is above the largest, and
b_v is not below it (not below twice it for odd n).  P has more than half of all nodes, so one of
them has b_v no more than the floor(n / 2)-th smallest, b.  Hence 4 A > b (n even), 8 A > b (n odd)
serve, where Lucas has the largest degree or n / 2 in place of b.

k parts, the proof of A and B, with S the largest sum of absolute weights at a node: 2 A > S and
B > 3 A + S.  Let n_c be the bits in part c.  (1) A node without a part, some n_c <= n/k: that part
costs it at most A + S and saves B.  (2) Such a node, all n_c > n/k: then some node has two bits,
and loses one at less than A + S.  (3) A node v of several bits, all nodes placed: some part a has
n_a > n/k.  If v is in such a part it loses that bit at less than A + S.  Else if a holds another
node with several bits, that one does.  Else a node moves from a to a part c of v, which saves 2 A
and costs S at most where n_a >= n_c + 2; and where not, n_c > n/k - 1 and v leaves c at 3 A + S.
(4) All nodes in one part, but n_a >= n_c + 2: a move from a to c saves 2 A and costs S at most.
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
from problems.library.graphs import edges_of, expect_pairs, weighted_graph, weights_of
from problems.library.node_groups import Groups, NodeGroups, group_count
from problems.model import IsingProblem, ising


@dataclass(frozen=True, eq=False)
class Partitioning(NodeGroups):
    """Parts 0 to k - 1 for nodes; build one with :func:`graph_partitioning`.

    The objective is the weight of the edges between different parts.
    """

    kind: ClassVar[str] = "graph-partitioning"
    lightens: ClassVar[tuple[str, ...]] = (
        "balance",
        "node_weight",
    )

    balance: float
    node_weight: float

    @property
    def penalties(self) -> Mapping[str, float]:
        one = {} if self.groups == 2 else {"one part a node": self.node_weight}
        return {"balance": self.balance} | one

    @cached_property
    def problem(self) -> IsingProblem:
        return self._of_spins() if self.groups == 2 else self._of_bits()

    def _of_spins(self) -> IsingProblem:
        n = len(self.graph)
        row, col, weight = self._edges
        first, second = np.triu_indices(n, 1)
        ends = np.concatenate([row, first]), np.concatenate([col, second])
        value = np.concatenate([-weight / 2, np.full(first.size, 2 * self.balance)])
        offset = weight.sum() / 2 + self.balance * (n - n % 2)
        return ising(np.zeros(n), *ends, value, offset, self._labels())

    def _of_bits(self) -> IsingProblem:
        bits = self._bits()
        row, col, weight = self._edges
        energy = Binaries(bits.size)
        energy.constant(weight.sum().item())
        energy.couple(bits[row], bits[col], -weight[:, None])
        energy.exactly_one(bits, self.node_weight)
        n, k = len(self.graph), self.groups
        # Not the squares of the counts alone: those would gain from bits left out.
        energy.constant(-self.balance * (n % k) * (k - n % k) / k)
        for part in bits.T:
            energy.square(part, 1, -n // k if n % k == 0 else -n / k, self.balance)
        return energy.problem(self._labels())

    @property
    def _sizes(self) -> tuple[int, int]:
        """The numbers of nodes that a part may have."""
        n, k = len(self.graph), self.groups
        return n // k, -(-n // k)

    def certificate(self, solution: Groups) -> Certificate:
        group = self._array(solution)
        between = self._between(group)
        sizes = [int(np.count_nonzero(group == c)) for c in range(self.groups)]
        small, large = self._sizes
        wanted = f"{small}" if small == large else f"{small} or {large}"
        uneven = [
            f"part {c} has {size} nodes, not {wanted}"
            for c, size in enumerate(sizes)
            if size not in (small, large)
        ]
        facts = {"edges_between": between.size, "sizes": sizes}
        return certificate(between.sum().item(), self._homeless(group) + uneven, **facts)

    def repair(self, solution: Groups) -> Groups:
        """Place nodes that have no part, then move nodes from large parts to small ones.

        Each time the node that costs least.
        """
        group, k = self._array(solution), self.groups
        pull = self._pulls(group)
        for i in np.flatnonzero(group < 0):
            sizes = np.bincount(group[group >= 0], minlength=k)
            open_ = sizes < self._sizes[1]
            self._move(group, pull, i, int(np.where(open_, pull[i], -np.inf).argmax()))
        sizes = np.bincount(group, minlength=k)
        while sizes.max() - sizes.min() > 1:
            a, b = int(sizes.argmax()), int(sizes.argmin())
            inside = np.flatnonzero(group == a)
            best = inside[(pull[inside, a] - pull[inside, b]).argmin()]
            self._move(group, pull, best, b)
            sizes[a], sizes[b] = sizes[a] - 1, sizes[b] + 1
        return self._solution(group)

    def _pulls(self, group: NDArray[np.int64]) -> NDArray[np.float64]:
        """[n, k] weight between each node and each part."""
        row, col, weight = self._edges
        pull = np.zeros((group.size, self.groups))
        for one, other in ((row, col), (col, row)):
            placed = group[other] >= 0
            np.add.at(pull, (one[placed], group[other[placed]]), weight[placed])
        return pull

    def _move(self, group: NDArray, pull: NDArray, i: Any, part: int) -> None:
        for u, edge in self.graph[self._nodes[i]].items():
            if group[i] >= 0:
                pull[self._place[u], group[i]] -= edge["weight"]
            pull[self._place[u], part] += edge["weight"]
        group[i] = part

    @cached_property
    def _nodes(self) -> list[Any]:
        return list(self.graph)

    @cached_property
    def _place(self) -> dict[Any, int]:
        return {v: i for i, v in enumerate(self.graph)}


def graph_partitioning(
    graph: nx.Graph | Any,
    parts: int = 2,
    balance: float | None = None,
    node_weight: float | None = None,
) -> Partitioning:
    """Parts of equal size, to one node, with the least weight of edges between them.

    Args:
        graph: undirected, without self-loops; networkx's with "weight" on edges, or edges
            (u, v) or (u, v, weight); weights of any sign, 1 where missing; parallel edges add up.
        parts: k; two are encoded in a spin a node, more in k bits a node.
        balance: A of the module's energy; by default just above its proven bound.  Samplers find
            small cuts far more easily with a quarter of that, say; it is no longer proven, but
            parts that come out not quite equal are repaired by moving the cheapest nodes.
        node_weight: B of k > 2 parts; by default just above its proven bound.

    Raises:
        ValueError: on a directed graph, a self-loop, a weight that is not a finite number, fewer
            than two parts, a penalty that is not positive, or more than 20 million couplings.

    Example:
        >>> import networkx as nx
        >>> halves = graph_partitioning(nx.path_graph(4))
        >>> halves.certificate({0: 0, 1: 0, 2: 1, 3: 1}).objective
        1
        >>> halves.certificate({0: 0, 1: 1, 2: 1, 3: 1}).violations
        ('part 0 has 1 nodes, not 2', 'part 1 has 3 nodes, not 2')
    """
    plain, k = weighted_graph(graph), group_count("parts", parts)
    n = len(plain)
    count = n * (n - 1) // 2 if k == 2 else k * n * (n + k) // 2
    expect_pairs(count, "a balance", "coarsen the graph, or cut it (max-cut) without balance")
    balance = positive("balance", _balance(plain, k) if balance is None else balance)
    if node_weight is None:
        strongest = _strengths(plain).max(initial=0).item()
        node_weight = 3 * balance + strongest + _largest(plain)
    return Partitioning(plain, k, balance, positive("node_weight", node_weight))


def _balance(graph: nx.Graph, k: int) -> float:
    """Just above the proven bound of the module."""
    n, margin = len(graph), _largest(graph)
    if k > 2:
        return (_strengths(graph).max(initial=0).item() + margin) / 2
    lost = sorted(_most_lost(graph, (n + 1) // 2))
    bound = max(0, lost[n // 2 - 1]) if n > 1 else 0
    return (bound + margin) / (8 if n % 2 else 4)


def _largest(graph: nx.Graph) -> int | float:
    """Largest absolute weight, 1 where there is none."""
    return np.abs(weights_of(graph)).max(initial=0).item() or 1


def _most_lost(graph: nx.Graph, among: int) -> list[int | float]:
    """b_v of the module: 2 T_v - w_v with T_v the sum of the `among` largest weights at v."""
    lost = []
    for v in graph:
        weights = [edge["weight"] for edge in graph[v].values()]
        rest = len(graph) - 1 - len(weights)  # nodes without an edge to v
        ordered = sorted(weights, reverse=True)
        positive = sum(w > 0 for w in ordered)
        top = ordered[: min(among, positive)]
        # Zeros come between positive and negative weights.
        top += ordered[positive : positive + max(0, among - positive - rest)]
        lost.append(2 * sum(top) - sum(weights))
    return lost


def _strengths(graph: nx.Graph) -> NDArray:
    """[n] sums of the absolute weights at each node."""
    row, col = edges_of(graph)
    size = np.abs(weights_of(graph))
    total = np.zeros(len(graph), size.dtype)
    np.add.at(total, row, size)
    np.add.at(total, col, size)
    return total
