"""Planted colourings and halves: proofs against enumeration, and certificates that can fail."""

import itertools
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy import stats

from problems.generators import planted_colouring, planted_partition
from problems.generators.planted_graphs import PlantedPartition
from problems.library import graph_colouring, graph_partitioning


def best_halves(graph):
    n = len(graph)
    adjacency = nx.to_numpy_array(graph)
    cuts = []
    for chosen in itertools.combinations(range(n), n // 2):
        side = np.ones(n)
        side[list(chosen)] = -1
        cuts.append((adjacency.sum() - side @ adjacency @ side) / 4)
    return min(cuts)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("degree", "across"), [(5, 4), (3, 2), (2, 9)])
def test_what_is_certified_is_the_least_cut(seed, degree, across):
    if degree * 6 % 2:
        degree += 1
    planted = planted_partition(12, degree, across, seed=seed)
    certificate, least = planted.certify(), best_halves(planted.graph)
    assert certificate.cut == planted.cut == across
    assert certificate.equal
    assert certificate.lower_bound <= least
    if certificate.is_optimal:
        assert least == across
    if degree == 5:
        assert certificate.is_optimal
    encoded = graph_partitioning(planted.graph)
    assert encoded.certificate(planted.sides).objective == across


def test_too_many_edges_across_are_not_certified():
    """Negative control: random halves of one dense graph are not best, and nobody says so."""
    assert not planted_partition(12, 2, 30).certify().is_optimal


def test_other_halves_are_not_certified():
    planted = planted_partition(40, 8, 6, seed=2)
    assert planted.certify().is_optimal
    inner = next(v for v in planted.graph if planted.sides[v] == 0)
    outer = next(v for v in planted.graph if planted.sides[v] == 1)
    swapped = dict(planted.sides) | {inner: 1, outer: 0}
    assert not replace(planted, sides=swapped).certify().is_optimal
    worse = encoded_cut(planted, swapped)
    assert not PlantedPartition(planted.graph, swapped, worse).certify().is_optimal
    assert not replace(planted, cut=5).certify().is_optimal
    assert not replace(planted, sides=dict(planted.sides) | {inner: 1}).certify().is_optimal
    more = planted.graph.copy()
    more.add_edge(inner, outer)
    more.add_edge(inner, next(v for v in more if v not in more[inner] and v != inner))
    assert not replace(planted, graph=more).certify().is_optimal


def encoded_cut(planted, sides):
    return graph_partitioning(planted.graph).certificate(sides).objective


def test_defaults_are_proven():
    for seed in range(5):
        assert planted_partition(200, seed=seed).certify().is_optimal


@pytest.mark.parametrize("colours", [2, 3, 5])
def test_colourings_are_proper_and_even(colours):
    planted = planted_colouring(31, colours, 6, seed=1)
    assert planted.certify()
    known = graph_colouring(planted.graph, colours).certificate(planted.colouring)
    assert known.feasible
    sizes = np.bincount(list(planted.colouring.values()), minlength=colours)
    assert sizes.max() - sizes.min() <= 1
    u, v = next(iter(planted.graph.edges))
    wrong = dict(planted.colouring) | {u: planted.colouring[v]}
    assert not replace(planted, colouring=wrong).certify()
    assert not replace(planted, colours=colours - 1).certify()


def test_edges_are_spread_over_all_pairs_of_colours_in_the_number_asked_for():
    counts = np.zeros((3, 3))
    for seed in range(20):
        planted = planted_colouring(300, 3, 5, seed=seed)
        for u, v in planted.graph.edges:
            pair = sorted((planted.colouring[u], planted.colouring[v]))
            counts[tuple(pair)] += 1
    edges = counts[np.triu_indices(3, 1)]
    assert counts.trace() == 0
    free = 20 * 3 * 100**2
    assert stats.chisquare(edges).pvalue > 1e-4
    assert stats.binomtest(int(edges.sum()), free, 0.025).pvalue > 1e-4
    assert stats.binomtest(int(edges.sum()), free, 0.026).pvalue < 1e-4


def test_seeds_repeat_and_differ():
    for make in (
        lambda s: planted_colouring(40, 3, 4, seed=s),
        lambda s: planted_partition(44, seed=s),
    ):
        one, again, other = make(1), make(1), make(2)
        assert list(one.graph.edges) == list(again.graph.edges)
        assert list(one.graph.edges) != list(other.graph.edges)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: planted_colouring(0, 3, 1), "n >= 1"),
        (lambda: planted_colouring(9, 1, 1), "2 or more"),
        (lambda: planted_colouring(9, 3, 7), "expected 0 to 6"),
        (lambda: planted_colouring(9, 3, float("nan")), "expected 0 to 6"),
        (lambda: planted_colouring(9, 3, 2, seed=None), "seed"),
        (lambda: planted_partition(9), "even n"),
        (lambda: planted_partition(8, 4), "degree"),
        (lambda: planted_partition(10, 3), "degree"),
        (lambda: planted_partition(8, 2, 17), "expected 0 to 16"),
    ],
)
def test_bad_arguments_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
