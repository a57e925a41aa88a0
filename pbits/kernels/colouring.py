"""Colour a graph so that no two coupled spins share a colour; one colour updates at once.

Two colours where the graph is bipartite, networkx's greedy colouring where the graph is small
enough for it, and otherwise the parallel algorithm of Jones & Plassmann, SIAM J. Sci. Comput. 14,
654 (1993), doi 10.1137/0914041, which needs no Python loop over spins.  Runs on the host.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_NETWORKX_LIMIT = 300_000
_NETWORKX_BIPARTITE_LIMIT = 30_000
_PALETTE = 63


def colour(num_spins: int, row: NDArray, col: NDArray) -> NDArray[np.int64]:
    """Colours 0, 1, ... of `num_spins` spins coupled by the pairs (row, col).

    Example:
        >>> colour(3, np.array([0, 1]), np.array([1, 2])).tolist()
        [1, 0, 1]
    """
    if row.size <= _NETWORKX_BIPARTITE_LIMIT:
        return _small(num_spins, row, col)
    two = _two_colours(num_spins, row, col)
    if two is not None:
        return two
    if row.size <= _NETWORKX_LIMIT:
        return _greedy(num_spins, row, col)
    result = _jones_plassmann(num_spins, row, col)
    return _greedy(num_spins, row, col) if result is None else result


def _adjacency(num_spins: int, row: NDArray, col: NDArray) -> Any:
    from scipy import sparse

    ends = (np.concatenate([row, col]), np.concatenate([col, row]))
    return sparse.csr_array((np.ones(ends[0].size, np.int8), ends), shape=(num_spins, num_spins))


def _two_colours(num_spins: int, row: NDArray, col: NDArray) -> NDArray[np.int64] | None:
    """Parity of the depth in a breadth-first forest, or None where an edge joins equal parity."""
    from scipy.sparse import csgraph

    graph = _adjacency(num_spins, row, col)
    _, component = csgraph.connected_components(graph, directed=False)
    _, root = np.unique(component, return_index=True)
    # One extra node above every root makes the forest a tree, walked by one call.
    rooted = _adjacency(
        num_spins + 1,
        np.concatenate([row, np.full(root.size, num_spins)]),
        np.concatenate([col, root]),
    )
    _, parent = csgraph.breadth_first_order(rooted, num_spins, directed=False)
    ancestor = np.where(parent < 0, num_spins, parent)
    depth = (np.arange(num_spins + 1) != num_spins).astype(np.int64)
    while np.any(ancestor != num_spins):
        depth = depth + depth[ancestor]
        ancestor = ancestor[ancestor]
    parity = (depth[:num_spins] + 1) % 2
    return None if np.any(parity[row] == parity[col]) else parity


def _small(num_spins: int, row: NDArray, col: NDArray) -> NDArray[np.int64]:
    """Both by networkx, which saves importing scipy's graph routines."""
    import networkx as nx

    graph = _graph(num_spins, row, col)
    try:
        colours = nx.bipartite.color(graph)
    except nx.NetworkXError:
        colours = nx.greedy_color(graph, strategy="largest_first")
    return np.fromiter((colours[i] for i in range(num_spins)), np.int64, num_spins)


def _greedy(num_spins: int, row: NDArray, col: NDArray) -> NDArray[np.int64]:
    import networkx as nx

    colours = nx.greedy_color(_graph(num_spins, row, col), strategy="largest_first")
    return np.fromiter((colours[i] for i in range(num_spins)), np.int64, num_spins)


def _graph(num_spins: int, row: NDArray, col: NDArray) -> Any:
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(num_spins))
    graph.add_edges_from(zip(row.tolist(), col.tolist(), strict=True))
    return graph


def _jones_plassmann(num_spins: int, row: NDArray, col: NDArray) -> NDArray[np.int64] | None:
    """Colour local maxima of a random priority, round by round; None if 63 colours are too few."""
    priority = np.random.default_rng(0).permutation(num_spins)
    tail, head = np.concatenate([row, col]), np.concatenate([col, row])
    result = np.full(num_spins, -1, np.int64)
    forbidden = np.zeros(num_spins, np.int64)
    while tail.size:
        blocked = np.zeros(num_spins, bool)
        blocked[tail[priority[tail] < priority[head]]] = True
        chosen = ~blocked & (result < 0)
        lowest_free = ~forbidden & (forbidden + 1)
        if np.any(lowest_free[chosen] <= 0):
            return None
        result[chosen] = np.log2(lowest_free[chosen].astype(np.float64)).astype(np.int64)
        touched = chosen[head] & (result[tail] < 0)
        np.bitwise_or.at(forbidden, tail[touched], np.int64(1) << result[head[touched]])
        open_edges = (result[tail] < 0) & (result[head] < 0)
        tail, head = tail[open_edges], head[open_edges]
    rest = result < 0
    result[rest] = np.log2((~forbidden & (forbidden + 1))[rest].astype(np.float64)).astype(np.int64)
    return result if result.max(initial=0) < _PALETTE else None
