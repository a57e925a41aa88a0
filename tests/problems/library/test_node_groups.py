"""Cuts, parts and communities against brute force over groups of nodes."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states

import problems
from problems.library import kind
from problems.library.community import community_detection
from problems.library.graph_partitioning import graph_partitioning
from problems.library.independent_set import independent_set
from problems.library.max_cut import max_cut

SIGNED = st.integers(-4, 4)


@st.composite
def graphs(draw, most=7, weights=SIGNED):
    n = draw(st.integers(1, most))
    graph = nx.empty_graph(n)
    pairs = list(itertools.combinations(range(n), 2))
    for u, v in draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []:
        graph.add_edge(u, v, weight=draw(weights))
    return graph


def choices(graph, k):
    for groups in itertools.product(range(k), repeat=len(graph)):
        yield dict(zip(graph, groups, strict=True))


def between(graph, groups):
    return sum(w for u, v, w in graph.edges(data="weight", default=1) if groups[u] != groups[v])


def even(graph, groups, k):
    sizes = [list(groups.values()).count(c) for c in range(k)]
    return max(sizes) - min(sizes) <= 1


@QUICK
@given(graphs())
def test_largest_cuts(graph):
    best = max(between(graph, groups) for groups in choices(graph, 2))
    check_ground_states(max_cut(graph), best)


@QUICK
@given(graphs(), st.booleans())
def test_best_halves(graph, floats):
    if floats:
        for _, _, edge in graph.edges(data=True):
            edge["weight"] *= 0.3
    best = min(between(graph, g) for g in choices(graph, 2) if even(graph, g, 2))
    encoded = graph_partitioning(graph)
    check_ground_states(encoded, best)
    for state in all_states(len(graph))[::3]:
        mended = encoded.repair(encoded.decode(state))
        assert encoded.certificate(mended).feasible
        assert encoded.certificate(mended).objective == pytest.approx(between(graph, mended))


@QUICK
@given(graphs(most=4))
def test_best_thirds(graph):
    best = min(between(graph, g) for g in choices(graph, 3) if even(graph, g, 3))
    encoded = graph_partitioning(graph, 3)
    check_ground_states(encoded, best)
    for state in all_states(3 * len(graph))[::97]:
        assert encoded.certificate(encoded.repair(encoded.decode(state))).feasible


@QUICK
@given(graphs(4, st.integers(1, 4)), st.sampled_from([2, 3]), st.sampled_from([1, 0.5, 2.0]))
def test_best_modularity(graph, k, resolution):
    graph.add_edge(0, 0, weight=3)
    encoded = community_detection(graph, k, resolution)

    def modularity(groups):
        return nx.community.modularity(graph, encoded.sets(groups), resolution=resolution)

    check_ground_states(encoded, max(modularity(groups) for groups in choices(graph, k)))
    for groups in choices(graph, k):
        known = encoded.certificate(groups)
        assert known.objective == pytest.approx(modularity(groups), abs=1e-12)


@pytest.mark.parametrize("n", [9, 11])
def test_every_uneven_or_ambiguous_state_has_a_better_neighbour(n):
    """The proof for k parts, step by step, on more nodes than can be enumerated."""
    graph = nx.gnp_random_graph(n, 0.5, seed=1)
    for u, v, edge in graph.edges(data=True):
        edge["weight"] = (u + 2 * v) % 5 - 1
    encoded = graph_partitioning(graph, 3)
    rng = np.random.default_rng(0)
    single = 1 - 2 * np.eye(3 * n, dtype=int)
    moves = [
        single[3 * v + a] * single[3 * v + c] for v in range(n) for a, c in ((0, 1), (0, 2), (1, 2))
    ]
    steps = np.concatenate([single, moves])
    for density in (0, 0.1, 0.3, 0.6, 1):
        for _ in range(8):
            state = np.where(rng.random(3 * n) < density, 1, -1)
            while not encoded.certificate(encoded.decode(state)).feasible:
                energies = encoded.problem.energies(state * steps)
                assert energies.min() < encoded.problem.energies(state) - 1e-9
                state = state * steps[energies.argmin()]


def ground(encoded):
    states = all_states(encoded.problem.num_variables)
    return encoded.decode(states[encoded.problem.energies(states).argmin()])


def test_light_penalties_give_no_solutions():
    """Negative controls: half of the bounds is too little somewhere."""
    full = nx.complete_graph(6)
    light = graph_partitioning(full, balance=0.4 * graph_partitioning(full).balance)
    assert not light.certificate(ground(light)).feasible
    path = nx.path_graph(4)
    assert (
        not graph_partitioning(path, 3, node_weight=0.1)
        .certificate(ground(graph_partitioning(path, 3, node_weight=0.1)))
        .feasible
    )
    loose = community_detection(path, 3, node_weight=0.1)
    assert not loose.certificate(ground(loose)).feasible


def test_the_bound_of_halves_is_no_looser_than_that_of_lucas():
    for graph in (nx.complete_graph(8), nx.star_graph(9), nx.random_regular_graph(3, 10, seed=1)):
        n, degree = len(graph), max(d for _, d in graph.degree)
        assert graph_partitioning(graph).balance <= (min(2 * degree, n) + 2) / 8


def test_known_communities():
    club = nx.karate_club_graph()
    encoded = community_detection(club, 4)
    found = nx.community.greedy_modularity_communities(club, weight="weight", best_n=4)
    groups = {v: c for c, nodes in enumerate(found) for v in nodes}
    value = nx.community.modularity(club, found)
    energy = encoded.problem.energies(encoded.encode(groups)).item()
    assert energy == pytest.approx(-value)
    assert encoded.certificate(groups).objective == pytest.approx(value)
    bare = groups | {0: None, 5: None}
    assert encoded.certificate(bare).num_violations == 2
    assert encoded.certificate(encoded.repair(bare)).feasible


def test_cuts_are_those_of_the_package():
    graph = nx.gnp_random_graph(12, 0.5, seed=1)
    old, new = problems.maxcut(graph), max_cut(graph)
    state = np.resize([1, -1, -1], 12)
    known = new.certificate(new.decode(state))
    certificate = old.certificate(state)
    assert (known.objective, known.facts["edges_cut"]) == (certificate.cut, certificate.edges_cut)
    assert new.certificate({v: None for v in graph}).num_violations == 12
    assert new.certificate(new.repair({v: None for v in graph})).objective > 0
    big = max_cut([[0, 1, 2**50], [1, 2, 3]])
    assert big.certificate({0: 0, 1: 1, 2: 0}).objective == 2**50 + 3


@pytest.mark.parametrize("name", ["max-cut", "graph-partitioning", "community-detection"])
def test_json_and_answers(name):
    data = {"graph": {"nodes": ["a", "b", "c", "d"], "edges": [["a", "b"], ["c", "d", 2]]}}
    encoded = kind(name).build(**data)
    states = all_states(4)
    found = encoded.answer(states)
    assert found.certificate.feasible
    plain = encoded.plain(found.solution)
    assert encoded.from_plain(plain) == found.solution
    assert encoded.certificate(found.solution).objective == {"max-cut": 3}.get(
        name, found.certificate.objective
    )


@pytest.mark.parametrize("builder", [max_cut, graph_partitioning, community_detection])
@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (nx.DiGraph([(0, 1)]), "directed"),
        ([(0, 1, float("nan"))], "finite"),
        ([(0, 1, "heavy")], "finite"),
        ([(0, 1, 10**400)], "finite"),
        ([(0,)], "two nodes"),
        (7, "no graph"),
    ],
)
def test_bad_graphs(builder, graph, words):
    with pytest.raises(ValueError, match=words):
        builder(graph)


@pytest.mark.parametrize(
    ("builder", "change", "words"),
    [
        (max_cut, {"graph": [(1, 1)]}, "to itself"),
        (graph_partitioning, {"parts": 1}, "whole number from 2"),
        (graph_partitioning, {"parts": 2.5}, "whole number from 2"),
        (graph_partitioning, {"balance": 0}, "positive"),
        (graph_partitioning, {"balance": float("nan")}, "finite"),
        (graph_partitioning, {"graph": nx.empty_graph(7000)}, r"couplings here.*coarsen"),
        (community_detection, {"groups": 0}, "whole number from 2"),
        (community_detection, {"resolution": 0}, "positive"),
        (community_detection, {"graph": nx.empty_graph(3)}, "above 0"),
        (community_detection, {"graph": [(0, 1, -1), (1, 2, 3)]}, "0 or more"),
        (community_detection, {"node_weight": -1, "groups": 3}, "positive"),
    ],
)
def test_bad_input(builder, change, words):
    with pytest.raises(ValueError, match=words):
        builder(**({"graph": nx.path_graph(4)} | change))


@pytest.mark.parametrize("solution", [{0: 0}, {0: 0, 1: 2}, {0: 0, 1: 1.0}, {0: 0, 1: "x"}, [0, 1]])
def test_no_groups_of_this_graph(solution):
    with pytest.raises(ValueError, match="expected"):
        max_cut(nx.path_graph(2)).certificate(solution)


def test_drawings_tell_groups_and_chosen_nodes_apart():
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    axes = Figure().subplots(1, 2)
    path = nx.path_graph(4)
    graph_partitioning(path).draw({0: 0, 1: 0, 2: 1, 3: 1}, axes[0])
    independent_set(path).draw(frozenset({0, 2}), axes[1])
    for ax in axes:
        colours = ax.collections[0]
        colours.update_scalarmappable()
        assert len(np.unique(colours.get_facecolor(), axis=0)) == 2


def test_graphs_of_nothing():
    for encoded in (max_cut([]), graph_partitioning([]), graph_partitioning([], 3)):
        assert encoded.certificate({}).feasible
        assert encoded.problem.energies([]).item() == 0
