"""Knapsacks against brute force and dynamic programming."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.library.knapsack import knapsack


def best_value(values, weights, capacity):
    """Dynamic programming over whole capacities."""
    most = np.zeros(capacity + 1, np.int64)
    for value, weight in zip(values, weights, strict=True):
        if weight <= capacity:
            taken = most[: capacity + 1 - weight] + value
            most[weight:] = np.maximum(most[weight:], taken)
    return int(most[-1])


ITEMS = st.lists(st.tuples(st.integers(-3, 40), st.integers(0, 9)), max_size=6)


@QUICK
@given(ITEMS, st.integers(0, 14), st.booleans(), st.sampled_from(["binary", "unary"]))
def test_ground_states_are_best_packings(items, capacity, tight, slack):
    values, weights = [v for v, _ in items], [w for _, w in items]
    encoded = knapsack(values, weights, capacity, slack=slack, tight=tight)
    check_ground_states(encoded, best_value(values, weights, capacity))


@pytest.mark.parametrize("slack", ["domain-wall", "one-hot"])
def test_slack_with_states_that_mean_nothing(slack):
    encoded = knapsack([6, 10, 12], [2, 4, 5], 7, slack=slack)
    check_ground_states(encoded, 18)


@QUICK
@given(ITEMS, st.integers(0, 14))
def test_every_packing_that_fits_has_minus_its_value(items, capacity):
    values, weights = [v for v, _ in items], [w for _, w in items]
    encoded = knapsack(values, weights, capacity, tight=False)
    for size in range(len(items) + 1):
        for packed in itertools.combinations(range(len(items)), size):
            known = encoded.certificate(packed)
            assert known.feasible == (sum(weights[i] for i in packed) <= capacity)
            if known.feasible:
                check_round_trip(encoded, packed)
            assert encoded.certificate(encoded.repair(packed)).feasible


def test_a_weight_below_the_bound_overpacks():
    """Negative control: one unit too many is worth 9 here."""
    data = {"values": [10, 10], "weights": [2, 3], "capacity": 4}
    for weight, feasible in ((9, False), (None, True)):
        encoded = knapsack(**data, weight=weight)
        states = all_states(encoded.problem.num_variables)
        energies = encoded.problem.energies(states)
        ground = states[np.isclose(energies, energies.min())]
        known = [encoded.certificate(encoded.decode(state)).feasible for state in ground]
        assert all(known) == feasible


@QUICK
@given(ITEMS, st.integers(0, 14))
def test_the_least_weight_is_enough_and_least(items, capacity):
    values, weights = [v for v, _ in items], [w for _, w in items]
    best = best_value(values, weights, capacity)
    encoded = knapsack(values, weights, capacity, weight="least")
    check_ground_states(encoded, best)
    if encoded.weight > 1 and encoded.exact:
        light = knapsack(values, weights, capacity, weight=encoded.weight - 1.01, tight=False)
        states = all_states(light.problem.num_variables)
        assert light.problem.energies(states).min() < -best


def test_tight_slack_is_less():
    data = [6, 10, 12, 13], [2, 4, 6, 7], 11
    tight, full = knapsack(*data), knapsack(*data, tight=False)
    assert tight.problem.num_variables < full.problem.num_variables


def test_decimals_mean_what_is_written():
    encoded = knapsack([1, 2.5, 3], [0.1, 0.2, 0.25], 0.3)
    assert encoded.exact
    assert encoded.certificate((0, 1)).feasible
    check_ground_states(encoded, 3.5)


def test_rounded_weights_never_overpack():
    rng = np.random.default_rng(1)
    weights = rng.uniform(1, 9, 6)
    encoded = knapsack(rng.uniform(1, 9, 6), weights, 17.3, unit=2)
    assert not encoded.exact
    states = all_states(encoded.problem.num_variables)
    energies = encoded.problem.energies(states)
    assert encoded.certificate(encoded.decode(states[energies.argmin()])).feasible
    irrational = knapsack([1.0, 2.0], [2**0.5, 3**0.5], 3.0)
    assert not irrational.exact
    assert irrational.units.capacity == 1024


def test_large_whole_numbers_are_exact():
    big = 2**70 + 1
    encoded = knapsack([big, big + 2], [3 * 10**12, 4 * 10**12], 7 * 10**12)
    assert encoded.certificate((0, 1)).objective == 2 * big + 2
    assert encoded.units.capacity == 7
    with pytest.raises(ValueError, match="pass a unit"):
        knapsack([1, 2, 3], [10**9 + 7, 10**9 + 9, 10**9 + 11], 2 * 10**9 + 17)


@pytest.mark.parametrize("state", [np.ones, lambda n: -np.ones(n)])
def test_any_state_decodes(state):
    encoded = knapsack([6, 10, 12], [2, 4, 5], 7, slack="one-hot")
    solution = encoded.decode(state(encoded.problem.num_variables))
    assert encoded.certificate(solution).feasible == (not solution)
    assert encoded.answer(state(encoded.problem.num_variables)).certificate.feasible


def test_no_items():
    check_ground_states(knapsack([], [], 1), 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": [1]}, "1 values and 2 weights"),
        ({"values": [1, float("nan")]}, r"values\[1\] is nan"),
        ({"values": 3}, "list of numbers"),
        ({"weights": [1, -1]}, "0 or more"),
        ({"capacity": float("inf")}, "finite"),
        ({"capacity": -1}, "0 or more"),
        ({"weight": 0}, "positive"),
        ({"weight": "light"}, "weight is 'light'"),
        ({"unit": -2}, "positive"),
        ({"slack": "gray"}, "one of binary"),
        ({"capacity": True}, "finite number"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(ValueError, match=words):
        knapsack(**({"values": [1, 2], "weights": [1, 1], "capacity": 1} | change))


@pytest.mark.parametrize("solution", [(2,), (0, 0), "0", 3, ([1],)])
def test_no_solution(solution):
    with pytest.raises(ValueError, match="expected"):
        knapsack([1, 2], [1, 1], 1).certificate(solution)


def test_drawing():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    knapsack([6, 10, 1], [2, 4, 0], 7).draw((1,), axes)
    assert len(axes.patches) == 3
