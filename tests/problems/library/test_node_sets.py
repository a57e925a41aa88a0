"""Independent sets, cliques and covers against brute force over sets of nodes."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states

from problems.library import kind
from problems.library.clique import clique
from problems.library.independent_set import independent_set
from problems.library.vertex_cover import vertex_cover

BUILDERS = (independent_set, clique, vertex_cover)
NAMES = "abcdefgh"


@st.composite
def weighted_graphs(draw):
    n = draw(st.integers(1, 7))
    nodes = NAMES[:n]
    pairs = list(itertools.combinations(nodes, 2))
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    weights = draw(st.one_of(st.none(), st.lists(st.integers(1, 5), min_size=n, max_size=n)))
    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    return graph, None if weights is None else dict(zip(nodes, weights, strict=True))


def holds(builder, graph, chosen):
    """The rules as they are written in books."""
    if builder is clique:
        return all(graph.has_edge(u, v) for u, v in itertools.combinations(chosen, 2))
    if builder is independent_set:
        return graph.subgraph(chosen).number_of_edges() == 0
    return all(u in chosen or v in chosen for u, v in graph.edges)


def best_of(builder, graph, weights):
    sets = [set(c) for k in range(len(graph) + 1) for c in itertools.combinations(graph, k)]
    values = [
        sum(weights[v] for v in chosen) if weights else len(chosen)
        for chosen in sets
        if holds(builder, graph, chosen)
    ]
    return min(values) if builder is vertex_cover else max(values)


@QUICK
@given(weighted_graphs(), st.sampled_from(BUILDERS), st.sampled_from([2, 1.125]))
def test_ground_states_are_the_best_sets(case, builder, penalty):
    graph, weights = case
    encoded = builder(graph, weights, penalty)
    check_ground_states(encoded, best_of(builder, graph, weights))
    for state in all_states(len(graph))[::3]:
        solution = encoded.decode(state)
        known = encoded.certificate(solution)
        assert known.feasible == holds(builder, graph, solution) == (not known.violations)
        mended = encoded.repair(solution)
        assert encoded.certificate(mended).feasible


@pytest.mark.parametrize("builder", BUILDERS)
def test_too_light_a_penalty_breaks_the_rule(builder):
    """Negative control: below 1, ground states of a pair that may not be are no solutions."""
    graph = nx.empty_graph(2) if builder is clique else nx.path_graph(2)
    encoded = builder(graph, penalty=0.9)
    states = all_states(2)
    ground = states[encoded.problem.energies(states).argmin()]
    assert not encoded.certificate(encoded.decode(ground)).feasible


def test_agreement_with_networkx_on_larger_graphs():
    graph = nx.gnp_random_graph(14, 0.5, seed=3)
    weight = {v: 1 + v % 4 for v in graph}
    nx.set_node_attributes(graph, weight, "weight")
    for builder, network in ((clique, graph), (independent_set, nx.complement(graph))):
        best, total = nx.max_weight_clique(graph, "weight")
        encoded = builder(network, weight)
        assert encoded.certificate(best).feasible
        assert encoded.certificate(best).objective == total
        assert encoded.problem.energies(encoded.encode(best)).item() == -total
    assert clique(graph).certificate(best).facts == {"size": len(best)}


def test_large_integers_stay_exact():
    big = 2**48 + 1
    encoded = independent_set([[0, 1]], [[0, big], [1, 3]])
    assert encoded.problem.energies(encoded.encode({0})).item() == -big
    assert encoded.certificate({0, 1}).objective == big + 3


def test_answer_repairs():
    encoded = vertex_cover(nx.cycle_graph(5))
    found = encoded.answer(-np.ones(5))
    assert found.repaired
    assert found.certificate.objective == 3
    assert not encoded.answer(-np.ones(5), repair=False).certificate.feasible


@pytest.mark.parametrize("builder", BUILDERS)
def test_empty_graphs_and_json(builder):
    assert builder(nx.Graph()).certificate(set()).feasible
    name = builder(nx.Graph()).kind
    data = {"graph": {"nodes": [[0, 0], 1, "c"], "edges": [[[0, 0], 1]]}, "weights": [["c", 5]]}
    encoded = kind(name).build(**data)
    assert encoded.certificate({"c"}).objective == 5
    assert encoded.from_plain([[0, 0]]) == {(0, 0)}


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"graph": [(1, 1)]}, "to itself"),
        ({"graph": 3}, "is no graph"),
        ({"graph": [(1, 2, 3, 4)]}, "expected two nodes"),
        ({"graph": {"links": []}}, "expected nodes and edges"),
        ({"weights": {0: 0}}, "positive"),
        ({"weights": {0: float("nan")}}, "finite"),
        ({"weights": {7: 1}}, "not in the graph"),
        ({"weights": [1, 2]}, "pairs of a node"),
        ({"penalty": 0}, "positive"),
        ({"penalty": float("inf")}, "finite"),
    ],
)
def test_bad_input(builder, change, words):
    with pytest.raises(ValueError, match=words):
        builder(**({"graph": nx.path_graph(2)} | change))


@pytest.mark.parametrize("solution", [{5}, 5, "a", [[0]]])
def test_no_set_of_this_graph(solution):
    encoded = clique(nx.path_graph(2))
    with pytest.raises(ValueError, match="expected"):
        encoded.from_plain(solution)
    if solution != [[0]]:
        with pytest.raises(ValueError, match="expected"):
            encoded.certificate(solution)


def test_a_clique_says_what_it_costs():
    with pytest.raises(ValueError, match=r"49,985,001 couplings.*2\.4 GB.*k_core"):
        clique(nx.path_graph(10_000))


def test_repairs_are_greedy_where_it_pays():
    """A star with a triangle: its hub is in the largest clique and not in the largest set."""
    graph = nx.star_graph(6)
    graph.add_edge(1, 2)
    assert clique(graph).repair(frozenset()) == {0, 1, 2}
    assert independent_set(graph).certificate(independent_set(graph).repair({0, 1})).feasible
    assert len(independent_set(graph).repair(frozenset())) == 5
    assert vertex_cover(graph).certificate(vertex_cover(graph).repair(frozenset())).objective == 2


def test_violations_are_counted_beyond_the_words():
    known = clique(nx.empty_graph(10)).certificate(set(range(10)))
    assert (known.num_violations, len(known.violations)) == (45, 20)
