"""Graphs as the library takes them: simple, with nodes in a fixed order."""

from collections.abc import Hashable
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray


def simple_graph(graph: Any) -> nx.Graph:
    """A simple undirected copy of a graph: directions and parallel edges are dropped.

    Args:
        graph: a networkx graph, or an iterable of edges (u, v).

    Raises:
        ValueError: on a self-loop, or edges that are not pairs.

    Example:
        >>> sorted(simple_graph([(0, 1), (1, 0), (1, 2)]).edges)
        [(0, 1), (1, 2)]
    """
    try:
        simple = nx.Graph(graph)
    except (TypeError, nx.NetworkXError) as error:
        raise ValueError(f"{graph!r:.80} is no graph; expected networkx's or edges") from error
    loop = next(nx.selfloop_edges(simple), None)
    if loop is not None:
        raise ValueError(f"node {loop[0]!r} has an edge to itself; expected none")
    return simple


def edges_of(graph: nx.Graph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ends of the edges [m], by position in the graph's order of nodes."""
    index = {v: i for i, v in enumerate(graph)}
    ends = [(index[u], index[v]) for u, v in graph.edges]
    row, col = np.array(ends, np.int64).reshape(-1, 2).T
    return row, col


def node_of(graph: nx.Graph, name: Any) -> Hashable:
    """The node that a name from a file means; lists stand for tuples.

    Raises:
        ValueError: where there is none.
    """
    node = tuple(name) if isinstance(name, list) else name
    if node not in graph:
        raise ValueError(f"node {node!r} is not in the graph; expected one of its nodes")
    return node
