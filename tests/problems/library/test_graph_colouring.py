"""Graph colouring against brute force over colours."""

import itertools
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states

from problems.library.colouring import graph_colouring


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 4))
    pairs = list(itertools.combinations(range(n), 2))
    graph = nx.empty_graph(n)
    graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [])
    return graph


@QUICK
@given(graphs(), st.integers(1, 3))
def test_ground_states_have_fewest_conflicts(graph, colours):
    weight = max((d for _, d in graph.degree), default=0) // colours + 1
    encoded = graph_colouring(graph, colours, weight)
    best = min(
        sum(choice[u] == choice[v] for u, v in graph.edges)
        for choice in itertools.product(range(colours), repeat=len(graph))
    )
    states = all_states(encoded.problem.num_variables)
    energies = encoded.problem.energies(states)
    assert energies.min() == best
    for state in states[energies == best]:
        known = encoded.certificate(encoded.decode(state))
        assert known.objective == best
        assert known.feasible == (best == 0)
    if best == 0:
        check_ground_states(encoded, 0)
        check_ground_states(graph_colouring(graph, colours), 0)


@QUICK
@given(graphs(), st.integers(1, 3), st.data())
def test_given_colours_are_kept(graph, colours, data):
    chosen = st.dictionaries(st.sampled_from(list(graph)), st.integers(0, colours - 1), max_size=3)
    held = data.draw(chosen)
    weight = max((d for _, d in graph.degree), default=0) // colours + 1
    encoded = graph_colouring(graph, colours, weight, given=list(map(list, held.items())))
    assert encoded.problem.num_variables == (len(graph) - len(held)) * colours
    best = min(
        sum(choice[u] == choice[v] for u, v in graph.edges)
        for choice in itertools.product(range(colours), repeat=len(graph))
        if all(choice[v] == its for v, its in held.items())
    )
    states = all_states(encoded.problem.num_variables)
    energies = encoded.problem.energies(states)
    assert energies.min() == best
    for state in states[energies == best]:
        found = encoded.decode(state)
        assert encoded.certificate(found).objective == best
        assert all(found[v] == its for v, its in held.items())
    if best == 0:
        check_ground_states(encoded, 0)
        check_ground_states(graph_colouring(graph, colours, given=held), 0)


def test_another_colour_than_the_given_is_seen_and_mended():
    encoded = graph_colouring(nx.cycle_graph(4), 2, given={0: 1})
    proper: dict[Any, int | None] = {0: 0, 1: 1, 2: 0, 3: 1}
    known = encoded.certificate(proper)
    assert known.violations == ("node 0 has colour 0, not 1 as given",)
    assert not known.feasible
    with pytest.raises(ValueError, match="as given"):
        encoded.encode(proper)
    assert encoded.repair({0: None, 1: 0, 2: 1, 3: 0})[0] == 1
    clash = graph_colouring(nx.path_graph(3), 2, given={0: 1, 1: 1})
    assert clash.problem.energies([1, -1]) == 1  # the two that are given, and no more
    assert not clash.certificate(clash.decode([1, -1])).feasible
    assert graph_colouring(nx.path_graph(2), 2, given={0: 0, 1: 1}).decode([]) == {0: 0, 1: 1}


def test_too_light_a_node_weight_leaves_nodes_bare():
    """Negative control: below the bound, 1 here, ground states of K4 leave nodes out."""
    encoded = graph_colouring(nx.complete_graph(4), 2, node_weight=0.9)
    states = all_states(8)
    ground = states[encoded.problem.energies(states).argmin()]
    assert None in encoded.decode(ground).values()


def test_answer_repairs_and_ranks():
    encoded = graph_colouring(nx.cycle_graph(4), 2)
    bare = np.array([1, -1, -1, 1, 1, -1, -1, -1])
    worse = np.array([1, -1] * 4)
    found = encoded.answer([worse, bare])
    assert found.repaired
    assert found.certificate.feasible
    assert not encoded.answer([worse, bare], repair=False).certificate.feasible


def test_samples_of_dimod_in_any_order():
    encoded = graph_colouring(nx.path_graph(3), 2)
    import dimod

    found = encoded.answer(dimod.ExactSolver().sample(encoded.bqm.change_vartype("BINARY")))
    assert found.certificate.feasible


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colours": 0}, "whole number from 1"),
        ({"colours": 2.5}, "whole number from 1"),
        ({"node_weight": -1.0}, "positive"),
        ({"graph": nx.Graph([(1, 1)])}, "to itself"),
        ({"graph": 3}, "is no graph"),
        ({"given": {2: 0}}, "not in the graph"),
        ({"given": {1: 2}}, "expected 0 to 1"),
        ({"given": [[1, "red"]]}, "expected 0 to 1"),
        ({"given": 1}, "pairs"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(ValueError, match=words):
        graph_colouring(**({"graph": nx.path_graph(2), "colours": 2} | change))


@pytest.mark.parametrize("solution", [{0: 0}, {0: 0, 1: 2}, {0: 0, 1: "red"}, {0: 0, 1: 1.0}])
def test_no_solution_of_this_graph(solution):
    encoded = graph_colouring(nx.path_graph(2), 2)
    with pytest.raises(ValueError, match="expected"):
        encoded.certificate(solution)


def test_colours_of_a_greedy_colouring_are_the_default():
    for graph, most in ((nx.cycle_graph(5), 3), (nx.cycle_graph(6), 2), (nx.empty_graph(3), 1)):
        assert graph_colouring(graph).colours == most
    assert graph_colouring(nx.Graph()).colours == 1
