"""Max-cut: cuts recounted from the edges, against networkx and against the energy."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.max_cut import MaxCut, maxcut, maxcut_from_edges
from problems.model import ising

QUICK = settings(deadline=None, max_examples=50, derandomize=True, database=None)


def all_states(n):
    return np.array(list(itertools.product((-1, 1), repeat=n)), np.int8)


@st.composite
def weighted_graphs(draw, weights, kind=nx.Graph):
    n = draw(st.integers(2, 7))
    graph = kind()
    graph.add_nodes_from([(i, f"node{i}") for i in range(n)])
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1])
    nodes = list(graph)
    for i, j in draw(st.lists(pair, max_size=12)):
        weight = draw(st.none() | weights)
        attributes = {} if weight is None else {"weight": weight}
        graph.add_edge(nodes[i], nodes[j], **attributes)
    return graph


@QUICK
@given(
    st.one_of(
        weighted_graphs(st.integers(-(2**40), 2**40)),
        weighted_graphs(st.integers(-3, 3), nx.MultiGraph),
    ),
    st.integers(0, 2**32),
)
def test_cuts_equal_networkx_and_the_energy(graph, seed):
    instance = maxcut(graph)
    spins = np.random.default_rng(seed).choice(np.array([-1, 1]), (5, len(graph)))
    cuts = instance.cut_values(spins)
    assert cuts.dtype == np.int64
    for state, cut in zip(spins, cuts, strict=True):
        up, down = instance.partition(state)
        assert up | down == set(graph)
        assert not up & down
        assert cut == nx.cut_size(graph, up, weight="weight")
    assert instance.cut_from_energy(instance.problem.energies(spins)).tolist() == cuts.tolist()
    assert instance.total_weight == graph.size(weight="weight")


@QUICK
@given(weighted_graphs(st.floats(-10, 10)), st.integers(0, 2**32))
def test_certificate_recounts_float_weights(graph, seed):
    instance = maxcut(graph)
    state = np.random.default_rng(seed).choice(np.array([-1, 1]), len(graph))
    certificate = instance.certificate(state)
    up, down = instance.partition(state)
    assert certificate.cut == pytest.approx(nx.cut_size(graph, up, weight="weight"), abs=1e-9)
    assert certificate.edges_cut == len(list(nx.edge_boundary(graph, up)))
    assert certificate.num_edges == graph.number_of_edges()
    assert certificate.sizes == (len(up), len(down))
    assert certificate.consistent_with_energy


def test_certificate_of_a_known_cut():
    instance = maxcut_from_edges(4, [0, 1, 2, 3], [1, 2, 3, 0], [1, 2, 3, -5], labels="abcd")
    certificate = instance.certificate([1, -1, -1, -1])
    assert certificate.cut == 1 - 5
    assert (certificate.edges_cut, certificate.num_edges) == (2, 4)
    assert certificate.sizes == (1, 3)
    assert instance.partition([1, -1, -1, -1]) == ({"a"}, {"b", "c", "d"})


@pytest.mark.parametrize(
    ("h", "offset", "factor"), [([1, 0], 0, 1), ([0, 0], 2, 1), ([0.5, 0], 0, 1.5)]
)
def test_certificate_catches_an_energy_that_is_no_cut(h, offset, factor):
    tampered = MaxCut(ising(h, [0], [1], [factor], offset))
    assert not tampered.certificate([1, -1]).consistent_with_energy


def test_weights_beyond_32_bits_are_exact():
    big = 2**45 + 1
    instance = maxcut_from_edges(3, [0, 1], [1, 2], [big, big])
    assert instance.cut_values([1, -1, 1]).item() == 2 * big
    assert instance.certificate([1, -1, 1]).consistent_with_energy


@pytest.mark.parametrize(
    ("graph", "best"),
    [
        (nx.complete_graph(7), 12),
        (nx.cycle_graph(7), 6),
        (nx.complete_bipartite_graph(3, 4), 12),
        (nx.petersen_graph(), 12),
    ],
)
def test_published_maximum_cuts(graph, best):
    instance = maxcut(graph)
    states = all_states(len(graph))
    assert instance.cut_values(states).max() == best
    assert instance.cut_from_energy(instance.problem.energies(states).min()) == best


def test_missing_and_ignored_weights_count_as_one():
    graph = nx.Graph()
    graph.add_edge("a", "b", weight=3, cost=7)
    graph.add_edge("b", "c")
    assert maxcut(graph).total_weight == 4
    assert maxcut(graph, weight="cost").total_weight == 8
    assert maxcut(graph, weight=None).total_weight == 2


def test_parallel_edges_add_up():
    graph = nx.MultiGraph([("a", "b", {"weight": 3}), ("b", "a", {"weight": 4})])
    assert maxcut(graph).cut_values([1, -1]).item() == 7
    assert maxcut(graph).problem.num_interactions == 1


def test_labels_follow_the_nodes():
    assert maxcut(nx.path_graph(3)).problem.labels == range(3)
    graph = nx.Graph([(2, 0), (0, 1)])
    assert maxcut(graph).problem.labels == (2, 0, 1)
    assert maxcut(nx.empty_graph(2)).cut_values([1, -1]).item() == 0


def test_float_weights_give_float_cuts():
    instance = maxcut_from_edges(2, [0], [1], [0.5])
    assert instance.cut_values([[1, -1], [1, 1]]).tolist() == [0.5, 0.0]
    assert instance.cut_from_energy(instance.problem.energies([1, -1])) == 0.5


def test_zero_self_loops_are_dropped_and_others_refused():
    graph = nx.Graph([("a", "b")])
    graph.add_edge("b", "b", weight=0)
    assert maxcut(graph).problem.num_interactions == 1
    graph.add_edge("b", "b", weight=2)
    with pytest.raises(ValueError, match="'b' has a self-loop"):
        maxcut(graph)


@pytest.mark.parametrize("kind", [nx.DiGraph, nx.MultiDiGraph])
def test_directed_graphs_are_refused(kind):
    with pytest.raises(ValueError, match="directed"):
        maxcut(kind([(0, 1)]))


@pytest.mark.parametrize("weight", [np.nan, np.inf, "heavy", None])
def test_weights_that_are_no_finite_numbers_are_refused(weight):
    graph = nx.Graph()
    graph.add_edge(0, 1, weight=weight)
    with pytest.raises(ValueError, match="weight"):
        maxcut(graph)


def test_impossible_energies_and_several_states_are_refused():
    instance = maxcut_from_edges(2, [0], [1], [1])
    with pytest.raises(ValueError, match="no integer"):
        instance.cut_from_energy([1, 0])
    with pytest.raises(ValueError, match="expected one state"):
        instance.partition([[1, -1], [1, 1]])
