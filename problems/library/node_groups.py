"""Problems whose solution puts every node into a group: one spin a node for two groups, else bits.

With two groups, spin +1 is group 1; with k > 2, bit (v, c) says that node v is in group c.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import whole
from problems.library.encoded import Encoded, one_state
from problems.library.graphs import edges_of, values_of_nodes, weights_of

Groups = Mapping[Hashable, int | None]
_MOST_GROUPS = 1_000_000


@dataclass(frozen=True, eq=False)
class NodeGroups(Encoded[Groups]):
    """Groups 0 to k - 1 for nodes, or None where a node is in none or several.

    Attributes:
        graph: simple, undirected, with a "weight" on every edge.
        groups: k, 2 or more.
    """

    graph: nx.Graph
    groups: int

    def decode(self, spins: ArrayLike) -> Groups:
        state = one_state(spins, self.problem.num_variables) > 0
        if self.groups == 2:
            return {v: int(up) for v, up in zip(self.graph, state, strict=True)}
        state = state.reshape(-1, self.groups)
        single, chosen = state.sum(1) == 1, state.argmax(1)
        return {v: int(chosen[i]) if single[i] else None for i, v in enumerate(self.graph)}

    def encode(self, solution: Groups) -> NDArray[np.int8]:
        """A state that means `solution`; of two groups, nodes without one count as of group 0."""
        group = self._array(solution)
        if self.groups == 2:
            return np.where(group == 1, 1, -1).astype(np.int8)
        state = np.full((group.size, self.groups), -1, np.int8)
        placed = np.flatnonzero(group >= 0)
        state[placed, group[placed]] = 1
        return state.ravel()

    def draw(self, solution: Groups, axes: Any) -> None:
        """Nodes in the colours of their groups, edges between groups dashed."""
        group = self._array(solution)
        row, col, _ = self._edges
        place = nx.spring_layout(self.graph, seed=1, weight=None)
        looks: dict[str, Any] = {"cmap": "tab20", "vmin": -1, "vmax": 18, "font_size": 8}
        styles = np.where(group[row] == group[col], "solid", "dashed").tolist()
        nodes = {"node_color": group, **looks}
        nx.draw_networkx(self.graph, place, ax=axes, style=styles, edge_color="0.6", **nodes)
        axes.set_axis_off()

    def plain(self, solution: Groups) -> list[list[Any]]:
        return [[v, solution[v]] for v in self.graph]

    def words(self, solution: Groups) -> str:
        """Nodes by group: ``0 2 | 1 3``; those without a group last, in brackets."""
        group = self._array(solution)
        found = []
        for c in range(-1 if (group < 0).any() else 0, self.groups):
            found.append(" ".join(str(v) for v, k in zip(self.graph, group, strict=True) if k == c))
        if len(found) > self.groups:
            found.append(f"({found.pop(0)})")
        return " | ".join(found)

    def from_plain(self, data: Any) -> Groups:
        found = values_of_nodes(self.graph, data)
        self._array(found)
        return found

    @cached_property
    def _edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray]:
        """Both ends and the weight of each edge [m]."""
        return *edges_of(self.graph), weights_of(self.graph)

    def _between(self, group: NDArray[np.int64]) -> NDArray:
        """Weights of the edges between two groups."""
        row, col, weight = self._edges
        one, other = group[row], group[col]
        return weight[(one != other) & (one >= 0) & (other >= 0)]

    def _bits(self) -> NDArray[np.int64]:
        """[n, k] indices of the bits of k > 2 groups."""
        return np.arange(len(self.graph) * self.groups).reshape(-1, self.groups)

    def _labels(self) -> list[Hashable]:
        if self.groups == 2:
            return list(self.graph)
        return [(v, c) for v in self.graph for c in range(self.groups)]

    def _array(self, solution: Groups) -> NDArray[np.int64]:
        """[n] groups in the order of the nodes, -1 for None.

        Raises:
            ValueError: on a node without an entry, or a group that is not one of 0 to k - 1.
        """
        if not isinstance(solution, Mapping):
            raise ValueError(f"{solution!r:.60} given; expected a mapping from nodes to groups")
        found = []
        for v in self.graph:
            if v not in solution:
                raise ValueError(f"node {v!r} is missing; expected a group or None for each node")
            group = solution[v]
            if group is not None and not is_index(group, self.groups):
                raise ValueError(
                    f"node {v!r} has group {group!r}; expected 0 to {self.groups - 1} or None"
                )
            found.append(-1 if group is None else group)
        return np.array(found, np.int64)

    def _solution(self, group: NDArray[np.int64]) -> Groups:
        return {v: None if c < 0 else c for v, c in zip(self.graph, group.tolist(), strict=True)}

    def _homeless(self, group: NDArray[np.int64]) -> list[str]:
        nodes = list(self.graph)
        return [f"node {nodes[i]!r} has no group" for i in np.flatnonzero(group < 0)]


def is_index(value: Any, count: int) -> bool:
    """Whether `value` is an integer, Python's or NumPy's, in 0..count-1."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return is_whole and bool(0 <= value < count)


def group_count(name: str, groups: Any) -> int:
    """A number of groups, 2 to a million.

    Raises:
        ValueError: on anything else.
    """
    return whole(name, groups, 2, _MOST_GROUPS)
