"""Problems whose solution is a set of nodes: one bit a node."""

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import positive
from problems.library.encoded import Encoded, one_state
from problems.library.graphs import edges_of, node_of, values_of_nodes
from problems.model import real_array

Nodes = frozenset[Hashable]


@dataclass(frozen=True, eq=False)
class NodeSet(Encoded[Nodes]):
    """A set of nodes of a graph; x_v = 1 where node v is in it.

    Attributes:
        graph: simple and undirected.
        weights: of the nodes, positive; the objective is their sum over the set.
        penalty: how many times the lighter of two nodes a pair costs that breaks the rule.
    """

    graph: nx.Graph
    weights: Mapping[Hashable, int | float]
    penalty: float

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"pairs, times the lighter node": self.penalty}

    def decode(self, spins: ArrayLike) -> Nodes:
        state = one_state(spins, self.problem.num_variables)
        return frozenset(v for v, s in zip(self.graph, state, strict=True) if s > 0)

    def encode(self, solution: Nodes) -> NDArray[np.int8]:
        chosen = self._check(solution)
        return np.array([1 if v in chosen else -1 for v in self.graph], np.int8)

    @abstractmethod
    def repair(self, solution: Nodes) -> Nodes: ...

    def draw(self, solution: Nodes, axes: Any) -> None:
        """Chosen nodes dark, and edges between two of them."""
        place = nx.spring_layout(self.graph, seed=1)
        inside = [u in solution and v in solution for u, v in self.graph.edges]
        looks: dict[str, Any] = {
            "node_color": ["tab:blue" if v in solution else "0.85" for v in self.graph],
            "edge_color": ["tab:blue" if both else "0.7" for both in inside],
        }
        nx.draw_networkx(self.graph, place, ax=axes, font_size=8, **looks)
        axes.set_axis_off()

    def plain(self, solution: Nodes) -> list[Any]:
        return [v for v in self.graph if v in solution]

    def words(self, solution: Nodes) -> str:
        return " ".join(map(str, self.plain(solution)))

    def from_plain(self, data: Any) -> Nodes:
        if isinstance(data, str) or not isinstance(data, Iterable):
            raise ValueError(f"{data!r:.60} given; expected a list of nodes")
        return frozenset(node_of(self.graph, v) for v in data)

    def _check(self, solution: Iterable[Hashable]) -> Nodes:
        if isinstance(solution, str) or not isinstance(solution, Iterable):
            raise ValueError(f"{solution!r:.60} given; expected a set of nodes")
        for v in solution:
            node_of(self.graph, v)
        return frozenset(solution)

    @cached_property
    def _edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return edges_of(self.graph)

    def _pairs(self, chosen: Nodes, inside: bool) -> list[tuple[Hashable, Hashable]]:
        """Edges with both ends among the chosen nodes, or with neither."""
        state = np.array([v in chosen for v in self.graph], bool)
        row, col = self._edges
        hit = np.flatnonzero((state[row] == inside) & (state[col] == inside))
        nodes = list(self.graph)
        return [(nodes[row[e]], nodes[col[e]]) for e in hit]

    def _value(self, chosen: Nodes) -> int | float:
        return sum(self.weights[v] for v in chosen)

    def _weight_array(self) -> NDArray:
        return real_array("weights", [self.weights[v] for v in self.graph])

    def _greedy(self, first: Nodes, fits: Callable[[Hashable, set], bool], sign: int = -1) -> Nodes:
        """Nodes that `fits` next to those taken already: those of `first` before all others.

        Within each, heavy nodes come early, of few neighbours, or of many where `sign` is 1.
        """
        value = {v: self.weights[v] * (1 + degree) ** sign for v, degree in self.graph.degree}
        kept: set[Hashable] = set()
        for v in sorted(self.graph, key=lambda v: (v not in first, -value[v])):
            if fits(v, kept):
                kept.add(v)
        return frozenset(kept)


def node_weights(graph: nx.Graph, weights: Any) -> dict[Hashable, int | float]:
    """Positive weights of all nodes, 1 where none is given.

    Args:
        graph: whose nodes they are.
        weights: a mapping or pairs ``[[node, weight], ...]``; None for ones.

    Raises:
        ValueError: on a node that is not in the graph or a weight that is not positive.
    """
    given = {} if weights is None else values_of_nodes(graph, weights)
    return {v: positive(f"the weight of node {v!r}", given.get(v, 1)) for v in graph}
