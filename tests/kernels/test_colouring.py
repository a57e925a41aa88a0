"""Colourings are proper, whichever of the three algorithms made them."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbits.kernels import colouring

few = settings(max_examples=50, deadline=None)


def edges(graph: nx.Graph) -> tuple[int, np.ndarray, np.ndarray]:
    """Number of spins and the ends of each pair; nodes must be 0, 1, ..."""
    pairs = np.array(graph.edges(), np.int64).reshape(-1, 2)
    return graph.number_of_nodes(), pairs.min(1), pairs.max(1)


def assert_proper(colours: np.ndarray, num_spins: int, row: np.ndarray, col: np.ndarray) -> None:
    assert colours.shape == (num_spins,)
    assert colours.dtype == np.int64
    assert not np.any(colours[row] == colours[col])
    assert set(np.unique(colours)) == set(range(colours.max(initial=-1) + 1))


@st.composite
def random_graphs(draw: st.DrawFn) -> nx.Graph:
    n = draw(st.integers(1, 40))
    return nx.gnp_random_graph(n, draw(st.floats(0, 1)), seed=draw(st.integers(0, 10**6)))


@few
@given(random_graphs())
def test_random_graphs(graph: nx.Graph):
    assert_proper(colouring.colour(*edges(graph)), *edges(graph))


@few
@given(random_graphs())
def test_jones_plassmann(graph: nx.Graph):
    colours = colouring._jones_plassmann(*edges(graph))
    assert colours is not None
    assert_proper(colours, *edges(graph))
    assert colours.max() <= max(dict(graph.degree()).values())


@few
@given(random_graphs())
def test_two_colours_where_and_only_where_they_suffice(graph: nx.Graph):
    n, row, col = edges(graph)
    two = colouring._two_colours(n, row, col)
    assert (two is not None) == nx.is_bipartite(graph)
    if two is not None:
        assert not np.any(two[row] == two[col])
        assert set(np.unique(two)) <= {0, 1}


@pytest.mark.parametrize("n", [3, 5, 31])
def test_odd_cycles_take_three(n: int):
    assert colouring.colour(*edges(nx.cycle_graph(n))).max() == 2


@pytest.mark.parametrize(
    "graph",
    [
        nx.cycle_graph(30),
        nx.path_graph(31),
        nx.star_graph(50),
        nx.complete_bipartite_graph(7, 9),
        nx.convert_node_labels_to_integers(nx.grid_graph((4, 6, 8), periodic=True)),
        nx.disjoint_union(nx.path_graph(5), nx.star_graph(4)),
    ],
    ids=["ring", "path", "star", "complete bipartite", "lattice", "two components"],
)
def test_bipartite_graphs_take_two(graph: nx.Graph):
    assert set(colouring.colour(*edges(graph))) == {0, 1}


def test_complete_graphs_take_all_colours():
    assert sorted(colouring.colour(*edges(nx.complete_graph(20)))) == list(range(20))


def test_spins_without_couplings_share_a_colour():
    none = np.zeros(0, np.int64)
    assert colouring.colour(4, none, none).tolist() == [0, 0, 0, 0]


def test_more_colours_than_the_palette_holds_are_refused():
    """`colour` falls back to networkx on None."""
    assert colouring._jones_plassmann(*edges(nx.complete_graph(80))) is None


def test_each_size_of_graph_has_its_algorithm(monkeypatch: pytest.MonkeyPatch):
    """Large graphs go other ways than small ones; limits are lowered instead of graphs raised."""
    odd, even = edges(nx.cycle_graph(9)), edges(nx.cycle_graph(8))
    monkeypatch.setattr(colouring, "_NETWORKX_BIPARTITE_LIMIT", 0)
    for limit in (colouring._NETWORKX_LIMIT, 0):
        monkeypatch.setattr(colouring, "_NETWORKX_LIMIT", limit)
        assert_proper(colouring.colour(*odd), *odd)
        assert colouring.colour(*even).max() == 1
    crowded = edges(nx.complete_graph(80))
    assert_proper(colouring.colour(*crowded), *crowded)
