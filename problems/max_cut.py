"""Max-cut as an Ising problem, with cuts counted from the edges rather than from the energy.

Couplings are the edge weights w, so that ``E = sum_e w_e s_i s_j`` and, with ``W = sum_e w_e``,
``cut = (W - E) / 2``: the least energy is the largest cut.
Reference: F. Barahona et al., Oper. Res. 36, 493 (1988), doi:10.1287/opre.36.3.493.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import IsingProblem, as_states, blocks, ising, real_array


@dataclass(frozen=True)
class CutCertificate:
    """What one state cuts, counted edge by edge.

    Attributes:
        cut: total weight of the edges between the two sides.
        edges_cut: number of those edges; parallel edges count once.
        num_edges: number of edges in the graph.
        sizes: number of nodes with spin +1 and with spin -1.
        consistent_with_energy: whether the cut is (W - E) / 2; exact where weights are integers,
            to rounding otherwise.
    """

    cut: int | float
    edges_cut: int
    num_edges: int
    sizes: tuple[int, int]
    consistent_with_energy: bool


@dataclass(frozen=True, eq=False)
class MaxCut:
    """Max-cut instance; build one with :func:`maxcut` or :func:`maxcut_from_edges`.

    Attributes:
        problem: Ising problem whose couplings are the edge weights; no biases, offset 0.
    """

    problem: IsingProblem

    @property
    def total_weight(self) -> int | float:
        """Sum W of all edge weights."""
        return self.problem.coupling.sum().item()

    def cut_from_energy(self, energies: ArrayLike) -> NDArray:
        """Cuts (W - E) / 2 of Ising energies [...]: int64 where weights are integers, else float64.

        Raises:
            ValueError: on an energy that no state of an integer-weighted graph has.
        """
        doubled = self.total_weight - real_array("energies", energies)
        if not self.problem.is_integer:
            return doubled / 2
        if np.any(doubled % 2):
            raise ValueError(
                f"cut = (W - E) / 2 is no integer for W = {self.total_weight} and these energies; "
                "expected energies of this problem"
            )
        return (doubled // 2).astype(np.int64)

    def cut_values(self, spins: ArrayLike) -> NDArray:
        """Weights of the edges that cross, added up edge by edge.

        Args:
            spins: [..., n] values -1 or +1.

        Returns:
            [...] int64 where all weights are integers, else float64.

        Raises:
            ValueError: on a wrong last axis or a value other than -1 and +1.

        Example:
            >>> from problems import maxcut_from_edges
            >>> maxcut_from_edges(3, [0, 1], [1, 2], [2, 5]).cut_values([1, -1, -1]).item()
            2
        """
        problem = self.problem
        states, lead = as_states(spins, problem.num_variables)
        result = np.empty(states.shape[0], problem.coupling.dtype)
        for part in blocks(states.shape[0], problem.num_interactions):
            crossing = states[part][:, problem.row] != states[part][:, problem.col]
            result[part] = (crossing * problem.coupling).sum(-1)
        return result.reshape(lead)

    def partition(self, spins: ArrayLike) -> tuple[set[Hashable], set[Hashable]]:
        """Labels of the nodes with spin +1 and with spin -1, from one state [n].

        Example:
            >>> from problems import maxcut_from_edges
            >>> maxcut_from_edges(2, [0], [1], [1], labels="ab").partition([1, -1])
            ({'a'}, {'b'})
        """
        state = self._one_state(spins)
        labels = self.problem.labels
        up = {labels[i] for i in np.flatnonzero(state == 1).tolist()}
        return up, {labels[i] for i in np.flatnonzero(state == -1).tolist()}

    def certificate(self, spins: ArrayLike) -> CutCertificate:
        """Recount one state [n] from the edges and compare with its energy.

        Example:
            >>> from problems import maxcut_from_edges
            >>> maxcut_from_edges(3, [0, 1], [1, 2], [2, 5]).certificate([1, -1, 1]).sizes
            (2, 1)
        """
        problem, state = self.problem, self._one_state(spins)
        cut = self.cut_values(state).item()
        from_energy = (self.total_weight - problem.energies(state).item()) / 2
        # Rounding of a float64 sum grows with the absolute weights, not with the cut.
        slack = 0 if problem.is_integer else 1e-12 * np.abs(problem.coupling).sum()
        up = int(np.count_nonzero(state == 1))
        return CutCertificate(
            cut=cut,
            edges_cut=int(np.count_nonzero(state[problem.row] != state[problem.col])),
            num_edges=problem.num_interactions,
            sizes=(up, state.size - up),
            consistent_with_energy=bool(abs(cut - from_energy) <= slack),
        )

    def _one_state(self, spins: ArrayLike) -> NDArray[np.int8]:
        states, lead = as_states(spins, self.problem.num_variables)
        if lead:
            raise ValueError(
                f"spins of shape {(*lead, states.shape[1])} given; expected one state, "
                f"shape [{states.shape[1]}]"
            )
        return states[0]


def maxcut(graph: nx.Graph, weight: str | None = "weight") -> MaxCut:
    """Max-cut instance of an undirected networkx graph; spins follow ``graph.nodes``.

    Args:
        graph: nodes become labels; parallel edges of a multigraph add up; self-loops, which no
            partition cuts, must have weight 0.
        weight: edge attribute with the weight; 1 where missing, and for all edges if None.

    Raises:
        ValueError: on a directed graph, a self-loop of nonzero weight, or a weight that is not a
            finite number.

    Example:
        >>> import networkx as nx
        >>> from problems import maxcut
        >>> maxcut(nx.cycle_graph(4)).cut_values([1, -1, 1, -1]).item()
        4
    """
    if graph.is_directed():
        raise ValueError("the graph is directed; pass graph.to_undirected()")
    labels = list(graph)
    index = {label: i for i, label in enumerate(labels)}
    ends = [(index[u], index[v]) for u, v in graph.edges()]
    row, col = np.array(ends, np.int64).reshape(-1, 2).T
    # No edge has the attribute None, so weight=None gives every edge the default.
    edges: Any = graph.edges
    value = real_array("weight", [w for *_, w in edges(data=weight, default=1)])
    loops = row == col
    if np.any(value[loops]):
        looped = labels[row[loops & (value != 0)][0]]
        raise ValueError(f"node {looped!r} has a self-loop of nonzero weight; remove it")
    return maxcut_from_edges(len(labels), row[~loops], col[~loops], value[~loops], labels)


def maxcut_from_edges(
    n: int,
    row: ArrayLike,
    col: ArrayLike,
    weight: ArrayLike,
    labels: Sequence[Hashable] | None = None,
) -> MaxCut:
    """Max-cut instance of n nodes from its edges.

    Args:
        n: number of nodes.
        row, col: [m] node indices in 0..n-1, row != col; repeated edges add up.
        weight: [m] edge weights.
        labels: n distinct labels, ``range(n)`` if None.

    Raises:
        ValueError: as :func:`problems.ising`.

    Example:
        >>> from problems import maxcut_from_edges
        >>> maxcut_from_edges(3, [0, 1], [1, 2], [2, 5]).total_weight
        7
    """
    return MaxCut(ising(np.zeros(n, np.int64), row, col, weight, labels=labels))
