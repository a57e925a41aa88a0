"""Quadratic assignment against all permutations."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.library.quadratic_assignment import quadratic_assignment


def cost(flow, distance, places):
    n = range(len(flow))
    return sum(flow[i][j] * distance[places[i]][places[j]] for i in n for j in n)


@st.composite
def pairs(draw):
    n = draw(st.integers(1, 4))
    values = st.integers(draw(st.sampled_from([-4, 0])), 6)
    return [[[draw(values) for _ in range(n)] for _ in range(n)] for _ in range(2)]


@QUICK
@given(pairs())
def test_ground_states_are_cheapest(data):
    flow, distance = data
    best = min(cost(flow, distance, p) for p in itertools.permutations(range(len(flow))))
    check_ground_states(quadratic_assignment(flow, distance), best)


def test_fractions():
    flow, distance = np.random.default_rng(0).random((2, 4, 4))
    best = min(cost(flow, distance, p) for p in itertools.permutations(range(4)))
    check_ground_states(quadratic_assignment(flow, distance), best)


def test_a_third_of_the_proven_weight_is_too_little():
    flow, distance = np.random.default_rng(1).integers(0, 9, (2, 4, 4))
    encoded = quadratic_assignment(flow, distance, weight=0.3)
    states = all_states(16)
    ground = states[encoded.problem.energies(states).argmin()]
    assert not encoded.certificate(encoded.decode(ground)).feasible


def test_no_facilities():
    encoded = quadratic_assignment([], [])
    assert encoded.problem.num_variables == 0
    check_round_trip(encoded, ())


def test_large_integers_stay_exact():
    big = 10**6 + 1
    encoded = quadratic_assignment([[0, big], [big, 0]], [[0, big], [3, 0]])
    assert encoded.certificate([1, 0]).objective == big * big + 3 * big
    assert encoded.problem.energies(encoded.encode([1, 0])) == big * big + 3 * big


def test_any_state_decodes_and_is_repaired():
    flow, distance = np.random.default_rng(2).integers(0, 9, (2, 4, 4))
    encoded = quadratic_assignment(flow, distance)
    for state in np.random.default_rng(3).choice([-1, 1], (60, 16)):
        solution = encoded.decode(state)
        feasible = sorted(-1 if k is None else k for k in solution) == [0, 1, 2, 3]
        assert encoded.certificate(solution).feasible == feasible
        fixed = encoded.repair(solution)
        assert encoded.certificate(fixed).feasible
        better = encoded.improve(fixed)
        assert encoded.certificate(better).objective <= encoded.certificate(fixed).objective


def test_exchanges_end_where_none_helps():
    flow, distance = np.random.default_rng(4).integers(0, 9, (2, 7, 7))
    encoded = quadratic_assignment(flow, distance, local_search=True)
    found = list(encoded.repair([None] * 7))
    for i, j in itertools.combinations(range(7), 2):
        other = found.copy()
        other[i], other[j] = other[j], other[i]
        assert cost(flow, distance, other) >= cost(flow, distance, found)


@pytest.mark.parametrize(
    ("flow", "distance", "words"),
    [
        ([[0, 1]], [[0, 1]], "square"),
        ([[0]], [[0, 1], [1, 0]], "1 facilities and 2 locations"),
        ([[float("inf")]], [[0]], "not finite"),
        ([["a"]], [[0]], "real numbers"),
    ],
)
def test_bad_input(flow, distance, words):
    with pytest.raises(ValueError, match=words):
        quadratic_assignment(flow, distance)


@pytest.mark.parametrize("solution", [[0], [0, 2], [0, -1], [True, 0]])
def test_no_assignment(solution):
    with pytest.raises(ValueError, match="expected"):
        quadratic_assignment([[0, 1], [1, 0]], [[0, 1], [1, 0]]).certificate(solution)


def test_drawings_put_facilities_where_distances_are():
    """Four locations in a row: whichever matrix they are in, the picture is a line."""
    from matplotlib.figure import Figure

    ways = np.abs(np.subtract.outer(range(4), range(4)))
    flow = np.array([[0, 9, 0, 0], [9, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    for data in ((flow, ways), (ways, flow)):
        axes = Figure().add_subplot()
        quadratic_assignment(*data).draw((0, 1, 2, None), axes)
        assert len(axes.lines) == 3  # two flows between facilities that are placed, and locations
        assert len(axes.texts) == 3
        assert np.ptp(axes.lines[-1].get_ydata()) < 1e-6
