"""Bayesian networks: energies against products of tables, marginals against textbooks."""

import math
from dataclasses import replace
from typing import Any, cast

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from problems import bayesian_network, from_terms
from problems.generators import alarm_network, wet_grass_network
from problems.logic import all_bits

QUICK = settings(deadline=None, max_examples=40, derandomize=True, database=None)
PROBABILITY = st.floats(1e-6, 1 - 1e-6)


@st.composite
def networks(draw):
    """A graph of up to six nodes, with tables, as its order of nodes does not say."""
    n = draw(st.integers(1, 6))
    names = draw(st.permutations("abcdef"[:n]))
    graph = nx.DiGraph()
    graph.add_nodes_from(draw(st.permutations(names)))
    for k, node in enumerate(names):
        parents = draw(st.lists(st.sampled_from(names[:k]), unique=True)) if k else []
        graph.add_edges_from((parent, node) for parent in draw(st.permutations(parents)))
        graph.nodes[node]["parents"] = parents
        graph.nodes[node]["table"] = draw(
            hnp.arrays(float, (2,) * len(parents), elements=PROBABILITY)
        )
    return graph


def joint(graph, values):
    """Probability of {node: bit}, table by table."""
    found = 1.0
    for node, data in graph.nodes(data=True):
        true = data["table"][tuple(values[parent] for parent in data["parents"])]
        found *= true if values[node] else 1 - true
    return found


@QUICK
@given(networks(), st.data())
def test_the_boltzmann_law_is_the_joint_distribution(graph, data):
    network = bayesian_network(graph)
    names, n = network.problem.labels, len(graph)
    bits = all_bits(n)
    expected = [joint(graph, dict(zip(names, row, strict=True))) for row in bits.tolist()]
    energies = network.problem.energies(2 * bits - 1)
    np.testing.assert_allclose(np.exp(-energies), expected, rtol=1e-9, atol=0)
    assert math.isclose(sum(expected), 1, rel_tol=1e-9)
    known = data.draw(st.dictionaries(st.sampled_from(sorted(graph)), st.booleans(), max_size=n))
    given_ = network.given(known)
    fits = [k for k, row in enumerate(bits.tolist())
            if all(row[names.index(node)] == on for node, on in known.items())]  # fmt: skip
    total = sum(expected[k] for k in fits)
    assert math.isclose(given_.evidence_probability(), total, rel_tol=1e-9)
    for node, chance in given_.marginals().items():
        share = sum(expected[k] for k in fits if bits[k, names.index(node)])
        assert math.isclose(chance, share / total, rel_tol=1e-9)
    if len(known) < n:
        free = 2 * all_bits(n - len(known)) - 1
        left = np.exp(-given_.problem.energies(free))
        assert math.isclose(left.sum(), total, rel_tol=1e-9)
        assert all(given_.certificate(state).consistent_with_energy for state in free)


def test_the_alarm_of_the_textbook():
    network = alarm_network()
    both = network.given({"john": True, "mary": True}).marginals()
    assert both["burglary"] == pytest.approx(0.284, abs=5e-4)
    explained = network.given({"alarm": True, "earthquake": True}).marginals()
    assert explained["burglary"] == pytest.approx(0.003, abs=5e-4)
    quiet = network.given(dict.fromkeys(("burglary", "earthquake"), False))
    calls = quiet.given(dict.fromkeys(("alarm", "john", "mary"), True))
    assert calls.evidence_probability() == pytest.approx(0.999 * 0.998 * 0.001 * 0.9 * 0.7)
    assert calls.decode([])["mary"]


def test_a_floor_changes_what_it_must_and_no_more():
    exact = 891 / 2491  # 0.3577: the same sum with a probability of 0
    for floor in (1e-3, 1e-6, 1e-9):
        found = wet_grass_network(floor).given({"grass": True}).marginals()["rain"]
        assert abs(found - exact) < floor
        table = wet_grass_network(floor).tables["grass"]
        assert (table[0, 0], table[1, 1]) == (floor, 0.99)
    sure = nx.DiGraph()
    sure.add_node("a", table=1)
    assert bayesian_network(sure, floor=0.25).marginals() == {"a": 0.75}


def test_an_altered_coupling_fails_the_certificate():
    network = alarm_network()
    terms = [(t.variables, t.coefficient) for t in network.joint.terms]
    wrong = from_terms([*terms, ([[0, 1]], [1e-6])], 5, network.joint.offset, network.joint.labels)
    state = -np.ones(5)
    assert network.certificate(state).consistent_with_energy
    assert not replace(network, joint=wrong).certificate(state).consistent_with_energy


def test_wrong_tables_say_what_was_expected():
    def network(table: Any = 0.5, floor: float | None = None, edge=("a", "b"), **more):
        graph = nx.DiGraph([edge])
        graph.nodes["a"].update(table=0.5)
        graph.nodes[edge[1]].update(table=table, **more)
        return bayesian_network(graph, floor)

    with pytest.raises(ValueError, match=r"shape \(\); expected \(2,\)"):
        network()
    with pytest.raises(ValueError, match="probability of 0 or 1"):
        network([0.0, 0.5])
    with pytest.raises(ValueError, match="probability of 0 or 1"):
        network([0.5, 1])
    with pytest.raises(ValueError, match="no probability"):
        network([0.5, 1.5], floor=0.1)
    with pytest.raises(ValueError, match=r"from 1e-15 to 0\.5"):
        network([0.5, 0.1], floor=0)
    with pytest.raises(ValueError, match=r"from 1e-15 to 0\.5"):
        network([0.5, 1.0], floor=1e-17)
    with pytest.raises(ValueError, match="its edges say"):
        network([0.5, 0.1], parents=("c",))
    with pytest.raises(ValueError, match="has a cycle"):
        network(0.5, edge=("a", "a"))
    with pytest.raises(ValueError, match="no attribute"):
        bayesian_network(nx.DiGraph([("a", "b")]))
    with pytest.raises(ValueError, match="has a cycle or no directions"):
        bayesian_network(cast(nx.DiGraph, nx.Graph()))
    with pytest.raises(ValueError, match="there is no node 'x'"):
        alarm_network().given({"x": True})
    with pytest.raises(ValueError, match="john' is given as -1; expected True or False"):
        alarm_network().given(cast(Any, {"john": -1}))
    with pytest.raises(ValueError, match="already"):
        alarm_network().given({"john": True}).given({"john": False})
