"""Graph colouring: k colours, no edge with two ends alike.

Bit (v, c) says that node v has colour c.  ``E = A sum_v (1 - sum_c x_vc)^2 + B sum_{uv, c} x_uc
x_vc`` (Lucas, Front. Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005, section 6.1).  Any A, B > 0
serve where there is a proper colouring: that has energy 0, and nothing else has.  Samplers find it
most easily with A near B, the default.

Where there is none, some nodes of a ground state may have no colour.  A > B floor(d / k), d being
the largest degree, keeps all coloured and conflicts fewest: no node has several colours, as leaving
one out saves at least A; so a node without a colour has at most d neighbours of one colour each,
floor(d / k) of them at most have the colour that fewest have, and taking that saves A.

Nodes of a given colour have no bits: theirs are held, and what has been said of nodes is true of
the others.  A sudoku is such a colouring, of 81 cells of which those in line or in one box meet.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.clamping import clamp
from problems.library.amounts import positive, whole
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, by_name, certificate, one_state
from problems.library.graphs import edges_of, expect_pairs, simple_graph, values_of_nodes
from problems.library.node_groups import is_index
from problems.model import IsingProblem

Colouring = Mapping[Hashable, int | None]
_MOST_COLOURS = 1_000_000
_SLOW = 1000  # nodes beyond which networkx's DSATUR takes seconds


@dataclass(frozen=True, eq=False)
class GraphColouring(Encoded[Colouring]):
    """Colours for nodes; build one with :func:`graph_colouring`.

    Solutions map nodes to colours 0 to k - 1, or None where a node has none or several.
    The objective is the number of edges whose ends are alike.  Nodes of a given colour have to keep
    it.
    """

    kind: ClassVar[str] = "graph-colouring"

    graph: nx.Graph
    colours: int
    node_weight: float
    edge_weight: float
    given: Mapping[Hashable, int]

    @cached_property
    def free(self) -> tuple[Hashable, ...]:
        """Nodes whose colour is not given, in the graph's order: those that have spins."""
        return tuple(v for v in self.graph if v not in self.given)

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"one colour a node": self.node_weight, "edges": self.edge_weight}

    @cached_property
    def problem(self) -> IsingProblem:
        bits = np.arange(len(self.graph) * self.colours).reshape(-1, self.colours)
        row, col = edges_of(self.graph)
        energy = Binaries(bits.size)
        energy.exactly_one(bits, self.node_weight)
        energy.couple(bits[row], bits[col], self.edge_weight)
        whole = energy.problem([(v, c) for v in self.graph for c in range(self.colours)])
        held = {(v, c): 1 if c == its else -1 for v, its in self.given.items()
                for c in range(self.colours)}  # fmt: skip
        return clamp(whole, held) if held else whole

    @property
    def ideal(self) -> int:
        return 0

    def decode(self, spins: ArrayLike) -> Colouring:
        state = one_state(spins, self.problem.num_variables).reshape(-1, self.colours) > 0
        single = state.sum(1) == 1
        chosen = state.argmax(1)
        found = {v: int(chosen[i]) if single[i] else None for i, v in enumerate(self.free)}
        return {v: self.given[v] if v in self.given else found[v] for v in self.graph}

    def encode(self, solution: Colouring) -> NDArray[np.int8]:
        self._check(solution)
        if changed := self._changed(solution):
            raise ValueError(f"{changed[0]}, and no spins mean another")
        state = np.full((len(self.free), self.colours), -1, np.int8)
        for i, v in enumerate(self.free):
            if (colour := solution[v]) is not None:
                state[i, colour] = 1
        return state.ravel()

    def certificate(self, solution: Colouring) -> Certificate:
        self._check(solution)
        bare = [f"node {v!r} has no colour" for v in self.graph if solution[v] is None]
        alike = [
            f"nodes {u!r} and {v!r} both have colour {solution[u]}"
            for u, v in self.graph.edges
            if solution[u] is not None and solution[u] == solution[v]
        ]
        used = {colour for colour in solution.values() if colour is not None}
        words = bare + self._changed(solution) + alike
        return certificate(len(alike), words, colours_used=len(used))

    def repair(self, solution: Colouring) -> Colouring:
        """Give nodes without a colour the one that fewest of their neighbours have."""
        mended = {**solution, **self.given}
        for v in self.graph:
            if mended[v] is None:
                around = [mended[u] for u in self.graph[v]]
                mended[v] = min(range(self.colours), key=around.count)
        return mended

    def draw(self, solution: Colouring, axes: Any) -> None:
        colours = np.array([-1 if solution[v] is None else solution[v] for v in self.graph])
        looks: dict[str, Any] = {"cmap": "tab20", "vmin": -1, "vmax": 18, "font_size": 8}
        place = nx.spring_layout(self.graph, seed=1)
        nx.draw_networkx(self.graph, place, ax=axes, node_color=colours, **looks)
        axes.set_axis_off()

    def plain(self, solution: Colouring) -> list[list[Any]]:
        return [[v, solution[v]] for v in self.graph]

    def words(self, solution: Colouring) -> str:
        return by_name((v, solution[v]) for v in self.graph)

    def from_plain(self, data: Any) -> Colouring:
        found = values_of_nodes(self.graph, data)
        self._check(found)
        return found

    def _changed(self, solution: Colouring) -> list[str]:
        return [
            f"node {v!r} has colour {solution[v]}, not {its} as given"
            for v, its in self.given.items()
            if solution[v] is not None and solution[v] != its
        ]

    def _check(self, solution: Colouring) -> None:
        for v in self.graph:
            if v not in solution:
                raise ValueError(f"node {v!r} is missing; expected a colour or None for each node")
            colour = solution[v]
            if colour is not None and not is_index(colour, self.colours):
                raise ValueError(
                    f"node {v!r} has colour {colour!r}; expected 0 to {self.colours - 1} or None"
                )


def graph_colouring(
    graph: nx.Graph | Any,
    colours: int | None = None,
    node_weight: float | None = None,
    edge_weight: float = 1,
    given: Mapping[Hashable, int] | Any = None,
) -> GraphColouring:
    """Colouring of a graph with a number of colours.

    Args:
        graph: undirected, without self-loops; directions and parallel edges count once.
        colours: k, 1 or more; by default as many as a greedy colouring takes (`greedy_colours`):
            that many serve where no node's colour is given, but often fewer do.
        node_weight: A of the module's energy, B by default; above B times the largest degree over
            k, rounded down, where there may be no colouring and fewest conflicts are wanted.
        edge_weight: B.
        given: {node: colour} or [[node, colour], ...] of nodes whose colour is decided; they have
            no spins.  There may be no proper colouring with these.

    Raises:
        ValueError: on a self-loop, fewer than one colour, a weight that is not positive, more than
            20 million couplings, or given colours of other nodes or not of 0 to k - 1.

    Example:
        >>> import networkx as nx
        >>> square = graph_colouring(nx.cycle_graph(4), 2)
        >>> square.certificate({0: 0, 1: 1, 2: 0, 3: 1}).feasible
        True
        >>> square.certificate({0: 0, 1: 0, 2: 0, 3: 1}).violations
        ('nodes 0 and 1 both have colour 0', 'nodes 1 and 2 both have colour 0')
        >>> begun = graph_colouring(nx.cycle_graph(4), 2, given={0: 1})
        >>> begun.problem.num_variables, begun.decode([1, -1, -1, 1, 1, -1])
        (6, {0: 1, 1: 0, 2: 1, 3: 0})
    """
    plain = simple_graph(graph)
    held = values_of_nodes(plain, [] if given is None else given)
    if colours is None:
        colours = greedy_colours(plain)
    k = whole("colours", colours, 1, _MOST_COLOURS)
    count = len(plain) * (k * (k - 1) // 2) + plain.number_of_edges() * k
    expect_pairs(count, "a colouring", "fewer colours, or a part of the graph")
    edge = positive("edge_weight", edge_weight)
    node = edge if node_weight is None else positive("node_weight", node_weight)
    for v, its in held.items():
        if not is_index(its, k):
            raise ValueError(f"node {v!r} is given colour {its!r}; expected 0 to {k - 1}")
    return GraphColouring(plain, k, node, edge, {v: int(its) for v, its in held.items()})


def greedy_colours(graph: nx.Graph) -> int:
    """Number of colours, 1 or more, of a greedy colouring by networkx.

    By saturation (DSATUR) up to 1000 nodes, as its time grows as their square; beyond, smallest
    degree last.

    Example:
        >>> greedy_colours(nx.cycle_graph(5))
        3
    """
    chosen = nx.greedy_color(graph, "DSATUR" if len(graph) <= _SLOW else "smallest_last")
    return 1 + max(chosen.values(), default=0)
