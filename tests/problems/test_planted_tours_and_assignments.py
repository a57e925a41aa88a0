"""Planted optima against brute force, and certificates that notice when something is changed."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from problems.generators import convex_tour, planted_assignment, planted_tour


def shortest(distances):
    n = len(distances)
    orders = np.array([(0, *rest) for rest in itertools.permutations(range(1, n))])
    return distances[orders, np.roll(orders, -1, axis=1)].sum(1).min()


@pytest.mark.parametrize("n", [3, 4, 5, 7, 8])
def test_planted_tours_are_shortest(n):
    for seed in range(4):
        planted = planted_tour(n, seed=seed)
        assert planted.is_shortest()
        assert planted.length == shortest(planted.distances)


def test_sets_matter():
    """Some distances of the tour are longer than others from the same city: no greedy walk."""
    planted = planted_tour(40, seed=1)
    nearest = np.argsort(planted.distances + 10**6 * np.eye(40, dtype=int), axis=1)[:, :2]
    after = dict(zip(planted.tour.tolist(), np.roll(planted.tour, -1).tolist(), strict=True))
    assert np.mean([after[v] in nearest[v] for v in range(40)]) < 0.9


def test_convex_tours_are_shortest():
    for seed in range(4):
        places, tour = convex_tour(8, seed=seed)
        distances = np.linalg.norm(places[:, None] - places, axis=-1)
        length = distances[tour, np.roll(tour, -1)].sum()
        assert length == pytest.approx(shortest(distances), rel=1e-12, abs=0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (1, 5), (2, 3), (7, 1)])
def test_planted_assignments_are_cheapest(shape):
    for seed in range(4):
        planted = planted_assignment(shape, seed=seed)
        assert planted.is_cheapest()
        assert planted.flow.min() >= 0
        orders = np.array(list(itertools.permutations(range(len(planted.flow)))))
        costs = (planted.flow * planted.distance[orders[:, :, None], orders[:, None]]).sum((1, 2))
        assert planted.value == costs.min()
        assert len(planted.flow) < 5 or costs.max() > costs.min()


def test_certificates_notice_changes():
    tour = planted_tour(8, seed=2)
    shorter = tour.distances.copy()
    u, v = tour.tour[0], tour.tour[1]
    shorter[u, v] = shorter[v, u] = shorter[u, v] - 1
    with pytest.raises(ValueError, match="prove nothing"):
        replace(tour, distances=shorter).bound()
    assert not replace(tour, tour=np.roll(tour.tour[::2].repeat(2), 1)).is_shortest()
    assignment = planted_assignment((2, 3), seed=2)
    with pytest.raises(ValueError, match="prove nothing"):
        replace(assignment, flow=assignment.flow + 1).bound()
    swapped = assignment.places[[1, 0, 2, 3, 4, 5]]
    assert not replace(assignment, places=swapped).is_cheapest()


def test_equal_seeds_give_equal_instances():
    assert np.array_equal(planted_tour(9, seed=5).distances, planted_tour(9, seed=5).distances)
    one, other = (planted_assignment((3, 4), seed=5) for _ in range(2))
    assert np.array_equal(one.flow, other.flow)


@pytest.mark.parametrize(
    "build",
    [
        lambda: planted_tour(2),
        lambda: planted_tour(5, sets=-1),
        lambda: convex_tour(0),
        lambda: planted_assignment((0, 3)),
        lambda: planted_assignment((2, 3), base=0),
        lambda: planted_tour(5, seed=None),
    ],
)
def test_bad_input(build):
    with pytest.raises(ValueError, match="expected"):
        build()
