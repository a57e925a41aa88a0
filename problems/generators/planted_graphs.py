"""Graphs with a solution that is known because it was put there: a colouring, two halves.

A proper colouring proves itself.  That two halves are best is proven by an eigenvalue: with L the
graph's Laplacian and any u of sum 0, halves s in {-1, +1} cut ``s'(L + diag u) s / 4`` edges, so
none cut fewer than n / 4 times the least eigenvalue of ``L + diag u`` on the vectors of sum 0.
``u_v = 2 (mean - c_v)``, c_v counting v's edges to the other half and `mean` their mean, makes the
planted halves an eigenvector with exactly their cut; where the halves are well connected within, it
is the one of least eigenvalue, and the bound is sharp.
References: F. Krzakala and L. Zdeborova, Phys. Rev. Lett. 102, 238701 (2009), arXiv:0901.2130, for
planted colourings; R. Boppana, Proc. 28th FOCS, 280 (1987), for the bound.
"""

import operator
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from problems.generators.couplings import seeded
from problems.generators.gnp import pair, successes


@dataclass(frozen=True, eq=False)
class PlantedColouring:
    """A graph and a proper colouring of it; build one with :func:`planted_colouring`.

    Attributes:
        graph: nodes 0 to n - 1.
        colours: k.
        colouring: colours 0 to k - 1 by node.
    """

    graph: nx.Graph
    colours: int
    colouring: Mapping[Hashable, int]

    def certify(self) -> bool:
        """Whether no edge has both ends alike, looked at again edge by edge.

        Example:
            >>> from problems import generators
            >>> generators.planted_colouring(30, 3, 4.5).certify()
            True
        """
        known = all(self.colouring[v] in range(self.colours) for v in self.graph)
        return known and all(self.colouring[u] != self.colouring[v] for u, v in self.graph.edges)


@dataclass(frozen=True)
class BisectionCertificate:
    """What two halves were found to be.

    Attributes:
        cut: number of edges between them.
        lower_bound: that no halves cut fewer edges than.
        equal: whether they are halves.
        is_optimal: whether all of this proves that no halves cut fewer.
    """

    cut: int
    lower_bound: int
    equal: bool
    is_optimal: bool


@dataclass(frozen=True, eq=False)
class PlantedPartition:
    """A graph and two halves of it; build one with :func:`planted_partition`.

    Attributes:
        graph: nodes 0 to n - 1.
        sides: 0 or 1 by node.
        cut: number of edges between the halves.
    """

    graph: nx.Graph
    sides: Mapping[Hashable, int]
    cut: int

    def certify(self) -> BisectionCertificate:
        """Count the cut again, and bound all others by an eigenvalue; takes time n^3.

        Example:
            >>> from problems import generators
            >>> generators.planted_partition(60, seed=1).certify()
            BisectionCertificate(cut=15, lower_bound=15, equal=True, is_optimal=True)
        """
        side = np.array([self.sides[v] for v in self.graph])
        crossing = np.array([self.sides[u] != self.sides[v] for u, v in self.graph.edges], bool)
        cut, equal = int(crossing.sum()), bool(2 * side.sum() == side.size)
        bound = self._bound(side)
        return BisectionCertificate(cut, bound, equal, equal and cut == self.cut == bound)

    def _bound(self, side: NDArray[np.int64]) -> int:
        """The module's bound, rounded up as cuts are whole, after an allowance for rounding."""
        adjacency: Any = nx.to_numpy_array(self.graph)
        n, degree = side.size, adjacency.sum(1)
        across = (adjacency * (side[:, None] != side)).sum(1)
        matrix = np.diag(degree + 2 * (across.mean() - across)) - adjacency
        size = np.abs(matrix).sum(1).max()
        # Vectors of sum 0 only: the constant one is moved to the top of the spectrum.
        matrix -= matrix.mean(0)
        matrix -= matrix.mean(1, keepdims=True)
        least = np.linalg.eigvalsh(matrix + size / n)[0]
        slack = 10 * n * np.finfo(np.float64).eps * size
        return max(0, int(np.ceil(n / 4 * (least - slack))))


def planted_colouring(n: int, colours: int, degree: float, *, seed: int = 0) -> PlantedColouring:
    """Random graph whose nodes fall into `colours` classes of equal size, to one node.

    Each pair of different classes is joined with the same probability.  For three colours, graphs
    without a planted colouring cease to have one near a mean degree of 4.69, and those with one are
    hard to colour up to some higher degree (Krzakala & Zdeborova).

    Args:
        n: number of nodes, 1 or more.
        colours: k, 2 or more.
        degree: mean number of neighbours, at most that of the complete k-partite graph.
        seed: of classes and edges.

    Raises:
        ValueError: on numbers out of range.

    Example:
        >>> from problems import generators
        >>> from problems.library import graph_colouring
        >>> planted = generators.planted_colouring(50, 3, 4.6, seed=1)
        >>> graph_colouring(planted.graph, 3).certificate(planted.colouring).feasible
        True
    """
    if operator.index(n) < 1 or operator.index(colours) < 2:
        raise ValueError(f"n = {n}, {colours} colours given; expected n >= 1 and 2 or more colours")
    rng = seeded(seed)
    colour = rng.permutation(np.arange(n) % colours)
    sizes = np.bincount(colour)
    free = int(n * n - (sizes**2).sum()) // 2
    if not 0 <= degree * n <= 2 * free:
        raise ValueError(f"mean degree {degree} given; expected 0 to {2 * free / n:g}")
    row, col = pair(successes(rng, n * (n - 1) // 2, degree * n / (2 * free) if free else 0))
    apart = colour[row] != colour[col]
    graph = _graph(n, row[apart], col[apart])
    return PlantedColouring(graph, int(colours), dict(enumerate(colour.tolist())))


def planted_partition(
    n: int, degree: int = 10, across: int | None = None, *, seed: int = 0
) -> PlantedPartition:
    """Two random regular halves with random edges between them, and a proof where there is one.

    The certificate proves the cut best for halves much better connected within than between; where
    it cannot (`is_optimal` False), other halves may cut fewer edges.

    Args:
        n: number of nodes, even.
        degree: neighbours of each node in its own half, below n / 2, and even where n / 2 is odd.
        across: number of edges between the halves; n / 4 by default.
        seed: of everything.

    Raises:
        ValueError: on an odd n, or numbers out of range.

    Example:
        >>> from problems import generators
        >>> planted = generators.planted_partition(40, 8, 6)
        >>> planted.cut, planted.graph.number_of_edges()
        (6, 166)
    """
    half, odd = divmod(operator.index(n), 2)
    edges = half // 2 if across is None else operator.index(across)
    if odd or not 0 <= operator.index(degree) < half or half * degree % 2:
        raise ValueError(
            f"n = {n}, degree = {degree} given; expected an even n and 0 <= degree < n / 2 with "
            "degree * n / 2 even"
        )
    if not 0 <= edges <= half**2:
        raise ValueError(f"{edges} edges across given; expected 0 to {half**2}")
    rng = seeded(seed)
    name = rng.permutation(n)
    halves = [nx.random_regular_graph(degree, half, seed=rng) for _ in range(2)]
    inside = [np.array(g.edges, np.int64).reshape(-1, 2) for g in halves]
    bridge = rng.choice(half**2, edges, replace=False)
    between = np.stack([bridge // half, half + bridge % half], axis=1)
    ends = name[np.concatenate([inside[0], half + inside[1], between])]
    sides = np.empty(n, np.int64)
    sides[name] = np.arange(n) >= half
    graph = _graph(n, ends.min(1), ends.max(1))
    return PlantedPartition(graph, dict(enumerate(sides.tolist())), edges)


def _graph(n: int, row: NDArray[np.int64], col: NDArray[np.int64]) -> nx.Graph:
    """Edges sorted, so that nothing of how they were drawn shows."""
    order = np.lexsort((col, row))
    graph = nx.empty_graph(n)
    graph.add_edges_from(zip(row[order].tolist(), col[order].tolist(), strict=True))
    return graph
