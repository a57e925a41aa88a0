"""Tours against all permutations; the proven weights against states of all kinds."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.library import tour_weights, tours
from problems.library.travelling_salesman import travelling_salesman

FAR = [[0, 0], [1, 0], [50, 3], [1, 1], [0, 1]]


def walk(distances, tour):
    return sum(distances[u][v] for u, v in zip(tour, (*tour[1:], tour[0]), strict=True))


def shortest(distances):
    rest = itertools.permutations(range(1, len(distances)))
    return min(walk(distances, (0, *tour)) for tour in rest)


@st.composite
def matrices(draw):
    n = draw(st.integers(2, 4))
    low = draw(st.sampled_from([-6, 0]))
    values = st.integers(low, 9)
    matrix = [[draw(values) for _ in range(n)] for _ in range(n)]
    if draw(st.booleans()):
        matrix = [[matrix[min(i, j)][max(i, j)] for j in range(n)] for i in range(n)]
    return matrix


@QUICK
@given(matrices())
def test_ground_states_are_shortest_tours(distances):
    check_ground_states(travelling_salesman(distances), shortest(distances))


def test_places_and_five_cities():
    encoded = travelling_salesman(places=FAR)
    check_ground_states(encoded, shortest(encoded.distances.tolist()))


def test_half_of_the_proven_weight_is_too_little():
    spots = np.random.default_rng(1).integers(0, 60, (5, 2))
    encoded = travelling_salesman(places=spots, weight=0.5)
    states = all_states(16)
    ground = states[encoded.problem.energies(states).argmin()]
    assert not encoded.certificate(encoded.decode(ground)).feasible


def partial_tours(n):
    """All ways to put some of the cities 1 to n - 1 at different places."""
    for size in range(n):
        for cities in itertools.permutations(range(1, n), size):
            for places in itertools.combinations(range(1, n), size):
                tour = [0] + [None] * (n - 1)
                for place, city in zip(places, cities, strict=True):
                    tour[place] = city
                yield tour


@pytest.mark.parametrize("seed", range(3))
def test_no_partial_tour_of_six_cities_is_below_the_shortest(seed):
    """Beyond the states that can be enumerated; of the weights, a tenth is too little."""
    spots = np.random.default_rng(seed).integers(0, 60, (6, 2))
    spots[5] *= 4
    encoded = travelling_salesman(places=spots, weight=1)
    light = travelling_salesman(places=spots, weight=0.1)
    tours_ = [tour for tour in partial_tours(6) if None in tour]
    states = [encoded.encode(tour) for tour in tours_]
    best = shortest(encoded.distances.tolist())
    assert encoded.problem.energies(states).min() > best
    assert light.problem.energies(states).min() < best


@pytest.mark.parametrize("even", [True, False])
def test_potentials_leave_no_negative_distance(even):
    ways = np.random.default_rng(1).integers(-50, 100, (9, 9))
    ways = ways + ways.T if even else ways
    np.fill_diagonal(ways, 0)
    out, into = tour_weights.reduce(ways)
    left = ways - out[:, None] - into
    assert left[~np.eye(9, dtype=bool)].min() >= 0
    assert out.dtype == np.int64
    tour = np.random.default_rng(2).permutation(9).tolist()
    assert walk(left, tour) == walk(ways, tour) - out.sum() - into.sum()


def test_weights_are_well_below_those_of_lucas():
    encoded = travelling_salesman(places=np.random.default_rng(3).random((12, 2)))
    assert encoded.penalties["cities"] / 2 < 0.5 * encoded.distances.max()


def test_large_integers_stay_exact():
    big = 10**12 + 1
    encoded = travelling_salesman([[0, big, 5], [7, 0, big], [big, 3, 0]])
    assert encoded.certificate([0, 1, 2]).objective == 3 * big
    assert encoded.problem.energies(encoded.encode([0, 1, 2])) == 3 * big


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_cities(n):
    encoded = travelling_salesman(places=[[k, 0] for k in range(n)])
    check_round_trip(encoded, tuple(range(n)))


def test_rotated_tours_are_encoded_from_city_0():
    encoded = travelling_salesman(places=FAR)
    assert encoded.decode(encoded.encode([3, 4, 0, 1, 2])) == (0, 1, 2, 3, 4)


def test_any_state_decodes_and_is_repaired():
    encoded = travelling_salesman(places=FAR)
    for state in np.random.default_rng(4).choice([-1, 1], (60, 16)):
        solution = encoded.decode(state)
        feasible = None not in solution and len(set(solution)) == 5
        assert encoded.certificate(solution).feasible == feasible
        assert encoded.certificate(encoded.repair(solution)).feasible
        assert encoded.repair(encoded.repair(solution)) == encoded.repair(solution)


@pytest.mark.parametrize("even", [True, False])
def test_two_opt_ends_where_no_reversal_helps(even):
    ways = np.random.default_rng(5).integers(0, 100, (8, 8))
    ways = ways + ways.T if even else ways
    tour = tours.two_opt(ways, list(range(8)))
    assert sorted(tour) == list(range(8))
    for i, j in itertools.combinations(range(1, 9), 2):
        assert walk(ways, [*tour[:i], *tour[i:j][::-1], *tour[j:]]) >= walk(ways, tour)


def test_local_search_improves_repaired_tours():
    spots = np.random.default_rng(6).random((12, 2))
    plain, better = (travelling_salesman(places=spots, local_search=on) for on in (False, True))
    broken = (0, 5, 9, 1, 7, 3, None, None, 2, 2, None, None)
    values = [each.certificate(each.repair(broken)).objective for each in (plain, better)]
    assert values[1] < values[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "neither distances nor places"),
        ({"distances": []}, "no city"),
        ({"distances": [[0, 1]]}, "square"),
        ({"distances": [[0, 1], [2]]}, "distances"),
        ({"distances": [[0, float("nan")], [1, 0]]}, "not finite"),
        ({"places": [[0, 1, 2]]}, "expected .n, 2."),
        ({"places": [[0, 1]], "distances": [[0, 1], [1, 0]]}, "1 places given; expected 2"),
        ({"places": [[0, 1]], "weight": 0}, "positive"),
        ({"places": [[0, 1]], "weight": "much"}, "finite number"),
    ],
)
def test_bad_input(data, words):
    with pytest.raises(ValueError, match=words):
        travelling_salesman(**data)


@pytest.mark.parametrize("solution", [[0], [0, 1, 2, 3, 5], [0, 1, 2, 3, "a"], 7, [0.0] * 5])
def test_no_tour_of_these_cities(solution):
    with pytest.raises(ValueError, match="expected"):
        travelling_salesman(places=FAR).certificate(solution)


def test_drawings_need_no_places():
    import matplotlib

    matplotlib.use("agg")
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    travelling_salesman([[0, 1, 2], [1, 0, 1], [2, 1, 0]]).draw((0, 1, None), axes)
    assert len(axes.lines) == 2  # the one way between cities next to each other, and the cities
