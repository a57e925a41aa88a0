"""Graphs as the library takes them: simple, with nodes in a fixed order, weighted where it counts.

A graph is networkx's, an iterable of edges, or ``{"nodes": [...], "edges": [...]}``, which has room
for nodes without edges; lists among the nodes stand for tuples, as JSON has no tuples.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from problems.library.amounts import amount
from problems.library.selection import as_name
from problems.model import real_array

# Couplings that are built without asking: half a gigabyte of indices and values while they are.
MOST_PAIRS = 20_000_000


def simple_graph(graph: Any) -> nx.Graph:
    """A simple undirected copy of a graph: directions and parallel edges are dropped.

    Args:
        graph: as the module says; edges are pairs (u, v).

    Raises:
        ValueError: on a self-loop, or edges that are not pairs.

    Example:
        >>> sorted(simple_graph([(0, 1), (1, 0), (1, 2)]).edges)
        [(0, 1), (1, 2)]
        >>> len(simple_graph({"nodes": [0, 1, 2], "edges": [[0, 1]]}))
        3
    """
    try:
        simple = nx.Graph(_as_networkx(graph))
    except (TypeError, nx.NetworkXError) as error:
        raise ValueError(f"{graph!r:.80} is no graph; expected networkx's or edges") from error
    _expect_no_loop(simple)
    return simple


def weighted_graph(graph: Any, loops: bool = False) -> nx.Graph:
    """A simple undirected copy whose edges all have a "weight"; parallel edges add up.

    Args:
        graph: as the module says; edges are (u, v) or (u, v, weight), 1 where no weight is given.
        loops: whether edges from a node to itself are taken.

    Raises:
        ValueError: on a directed graph, a self-loop that is not taken, a weight that is not a
            finite number, or what is no graph.

    Example:
        >>> weighted_graph([(0, 1), (1, 0, 2.5)]).edges[0, 1]["weight"]
        3.5
    """
    plain = nx.Graph()
    if isinstance(graph, nx.Graph):
        if graph.is_directed():
            raise ValueError("the graph is directed; pass graph.to_undirected()")
        nodes, edges = graph.nodes, graph.edges(data="weight", default=1)
    else:
        nodes, edges = _parts(graph)
    try:
        plain.add_nodes_from(nodes)
        for u, v, *given in edges:
            weight = amount(f"the weight of edge {u!r}, {v!r}", given[0] if given else 1)
            before = plain.edges[u, v]["weight"] if plain.has_edge(u, v) else 0
            plain.add_edge(u, v, weight=before + weight)
    except TypeError as error:
        raise ValueError(f"{graph!r:.80} is no graph; expected networkx's or edges") from error
    if not loops:
        _expect_no_loop(plain)
    return plain


def edges_of(graph: nx.Graph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ends of the edges [m], by position in the graph's order of nodes."""
    index = {v: i for i, v in enumerate(graph)}
    ends = [(index[u], index[v]) for u, v in graph.edges]
    row, col = np.array(ends, np.int64).reshape(-1, 2).T
    return row, col


def weights_of(graph: nx.Graph) -> NDArray:
    """Weights of the edges [m] in the order of `edges_of`, int64 or float64."""
    return real_array("weight", [w for _, _, w in graph.edges(data="weight", default=1)])


def expect_pairs(count: int, what: str, advice: str) -> None:
    """ValueError where an encoding would take more than `MOST_PAIRS` couplings."""
    if count > MOST_PAIRS:
        raise ValueError(
            f"{what} takes {count:,} couplings here, some {48 * count / 1e9:.1f} GB; expected at "
            f"most {MOST_PAIRS:,}: {advice}"
        )


def node_of(graph: nx.Graph, name: Any) -> Hashable:
    """The node that a name from a file means; lists stand for tuples.

    Raises:
        ValueError: where there is none.
    """
    node = as_name(name)
    if node not in graph:
        raise ValueError(f"node {node!r} is not in the graph; expected one of its nodes")
    return node


def values_of_nodes(graph: nx.Graph, data: Any) -> dict[Hashable, Any]:
    """Values by node from a mapping or from pairs ``[[node, value], ...]``, as JSON has them.

    Raises:
        ValueError: on what is neither, or on a node that is not in the graph.

    Example:
        >>> import networkx as nx
        >>> values_of_nodes(nx.path_graph(2), [[1, 7]])
        {1: 7}
    """
    try:
        pairs = data.items() if isinstance(data, Mapping) else [(v, value) for v, value in data]
    except (TypeError, ValueError) as error:
        raise ValueError(f"{data!r:.60} given; expected pairs of a node and a value") from error
    return {node_of(graph, v): value for v, value in pairs}


def _as_networkx(graph: Any) -> Any:
    if isinstance(graph, nx.Graph):
        return graph
    nodes, edges = _parts(graph)
    plain = nx.Graph()
    plain.add_nodes_from(nodes)
    plain.add_edges_from(edges)
    return plain


def _parts(graph: Any) -> tuple[list[Any], list[tuple[Any, ...]]]:
    """Nodes and edges of what is not networkx's."""
    if isinstance(graph, Mapping):
        if "edges" not in graph or not set(graph) <= {"nodes", "edges"}:
            raise ValueError(f"a graph of keys {list(graph)!r:.60} given; expected nodes and edges")
        nodes, edges = graph.get("nodes", ()), graph["edges"]
    else:
        nodes, edges = (), graph
    try:
        return [as_name(v) for v in nodes], [_edge(edge) for edge in edges]
    except TypeError as error:
        raise ValueError(f"{graph!r:.80} is no graph; expected networkx's or edges") from error


def _edge(edge: Iterable[Any]) -> tuple[Any, ...]:
    parts = tuple(edge)
    if len(parts) not in (2, 3):
        raise ValueError(f"edge {edge!r:.60} given; expected two nodes, or two and a weight")
    return as_name(parts[0]), as_name(parts[1]), *parts[2:]


def _expect_no_loop(graph: nx.Graph) -> None:
    loop = next(nx.selfloop_edges(graph), None)
    if loop is not None:
        raise ValueError(f"node {loop[0]!r} has an edge to itself; expected none")
