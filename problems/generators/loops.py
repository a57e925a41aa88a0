"""Frustrated cluster loops: a planted problem on any graph, made of closed loops.

Each loop is found by a random walk on the graph that never turns straight back, cut off where it
first meets itself.  All of its bonds are ferromagnetic but one, so it is frustrated with the
ferromagnetic state among its ground states; loops are added up and a random gauge hides the state.
References: I. Hen et al., Phys. Rev. A 92, 042325 (2015), doi:10.1103/PhysRevA.92.042325;
A. D. King, T. Lanting, R. Harris, arXiv:1502.02098 (2015), for the limit on |J|.
"""

import operator
from collections.abc import Sequence

import networkx as nx
import numpy as np

from problems.generators.couplings import seeded
from problems.generators.lattice import ferromagnet
from problems.generators.parts import Cycles
from problems.generators.planted import Planted, plant, random_spins

_MISSES = 1000


def frustrated_loops(
    graph: nx.Graph | Sequence[int] = (6, 6, 6),
    num_loops: int | None = None,
    *,
    max_coupling: int | None = None,
    min_length: int = 3,
    seed: int = 0,
) -> Planted:
    """Sum of random frustrated loops; couplings are integers, zero where loops cancel.

    Args:
        graph: an undirected graph, or the sides of a periodic lattice whose nodes are numbered in
            C order.  Spins follow ``graph.nodes`` and carry their labels.
        num_loops: how many loops; default: half of the number of nodes.  Problems are hardest at
            some ratio of loops to nodes, which depends on the graph.
        max_coupling: largest |J|; a walk avoids bonds that have reached it.
        min_length: shortest loop to accept, >= 3.
        seed: of walks and gauge.

    Raises:
        ValueError: on a directed graph, a number out of range, or where the graph has no room for
            so many loops: 1000 walks in a row found none.

    Example:
        >>> import networkx as nx
        >>> from problems import generators
        >>> planted = generators.frustrated_loops(nx.cycle_graph(5), 2)
        >>> planted.energy, planted.problem.num_interactions
        (-6, 5)
    """
    rng = seeded(seed)
    network = _network(graph)
    wanted = len(network) // 2 if num_loops is None else operator.index(num_loops)
    limit = np.inf if max_coupling is None else operator.index(max_coupling)
    if wanted < 1 or limit < 1 or operator.index(min_length) < 3:
        raise ValueError(
            f"num_loops = {wanted}, max_coupling = {max_coupling}, min_length = {min_length} "
            "given; expected num_loops >= 1, max_coupling >= 1, min_length >= 3"
        )
    loops, coupling = _collect(rng, network, wanted, limit, min_length)
    spins = random_spins(rng, len(network))
    start = np.cumsum([0] + [len(loop) for loop in loops[:-1]])
    gauge = [spins[loop] * np.roll(spins[loop], -1) for loop in loops]
    values = np.concatenate(coupling) * np.concatenate(gauge)
    return plant(Cycles(np.concatenate(loops), values, start, tuple(network)), spins)


def _network(graph: nx.Graph | Sequence[int]) -> nx.Graph:
    if isinstance(graph, nx.Graph):
        if graph.is_directed():
            raise ValueError("the graph is directed; pass graph.to_undirected()")
        if not graph:
            raise ValueError("the graph has no nodes; expected at least one loop in it")
        return graph
    lattice = ferromagnet(tuple(graph))
    network = nx.empty_graph(lattice.num_variables)
    network.add_edges_from(zip(lattice.row.tolist(), lattice.col.tolist(), strict=True))
    return network


def _collect(
    rng: np.random.Generator, network: nx.Graph, wanted: int, limit: float, min_length: int
) -> tuple[list[list[int]], list[np.ndarray]]:
    """Loops of spin indices, and their couplings before the gauge, within the limit on |J|."""
    index = {node: k for k, node in enumerate(network)}
    links = [[index[other] for other in network[node] if other != node] for node in network]
    used: dict[tuple[int, int], int] = {}
    loops, couplings, misses = [], [], 0
    while len(loops) < wanted:
        loop = _walk(rng, links, used, limit)
        if len(loop) < min_length:
            misses += 1
            if misses == _MISSES:
                raise ValueError(
                    f"{_MISSES} walks in a row found no loop after {len(loops)} of {wanted}; "
                    "ask for fewer or shorter loops, or for a larger max_coupling"
                )
            continue
        misses = 0
        values = np.full(len(loop), -1)
        values[rng.integers(len(loop))] = 1
        for bond, value in zip(_bonds(loop), values.tolist(), strict=True):
            used[bond] = used.get(bond, 0) + value
        loops.append(loop)
        couplings.append(values)
    return loops, couplings


def _walk(
    rng: np.random.Generator, links: list[list[int]], used: dict[tuple[int, int], int], limit: float
) -> list[int]:
    """One loop of spin indices, empty where the walk came to a dead end."""
    here, before = int(rng.integers(len(links))), -1
    path: list[int] = []
    place: dict[int, int] = {}
    while here not in place:
        place[here] = len(path)
        path.append(here)
        ways = [
            k
            for k in links[here]
            if k != before and abs(used.get((min(here, k), max(here, k)), 0)) < limit
        ]
        if not ways:
            return []
        here, before = ways[int(rng.integers(len(ways)))], here
    return path[place[here] :]


def _bonds(loop: list[int]) -> list[tuple[int, int]]:
    pairs = zip(loop, [*loop[1:], loop[0]], strict=True)
    return [(min(i, j), max(i, j)) for i, j in pairs]
