"""Quadratic knapsacks against all selections of items."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.library.quadratic_knapsack import quadratic_knapsack

ITEMS = st.lists(st.tuples(st.integers(-5, 30), st.integers(0, 9)), max_size=5)


def worth(packed, values, pairs):
    together = sum(p for i, j, p in pairs if i in packed and j in packed)
    return sum(values[i] for i in packed) + together


def selections(n):
    return [c for size in range(n + 1) for c in itertools.combinations(range(n), size)]


@st.composite
def sacks(draw):
    items = draw(ITEMS)
    ends = list(itertools.combinations(range(len(items)), 2))
    some = draw(st.lists(st.sampled_from(ends), max_size=6)) if ends else []
    pairs = [[i, j, draw(st.integers(-20, 40))] for i, j in some]
    return [v for v, _ in items], pairs, [w for _, w in items], draw(st.integers(0, 14))


@QUICK
@given(sacks(), st.booleans())
def test_ground_states_are_best_packings(sack, tight):
    values, pairs, weights, capacity = sack
    encoded = quadratic_knapsack(*sack, tight=tight)
    fitting = [c for c in selections(len(values)) if sum(weights[i] for i in c) <= capacity]
    check_ground_states(encoded, max(worth(c, values, pairs) for c in fitting))
    for packed in selections(len(values)):
        known = encoded.certificate(packed)
        assert known.objective == worth(packed, values, pairs)
        assert known.feasible == (packed in fitting)
        if known.feasible and not tight:
            check_round_trip(encoded, packed)
        assert encoded.certificate(encoded.repair(packed)).feasible


def test_a_weight_below_the_bound_overpacks():
    """Negative control: both items together are worth 12 more, and one unit too heavy."""
    for weight, feasible in ((11, False), (None, True)):
        encoded = quadratic_knapsack([2, 2], [(1, 0, 10)], [2, 2], 3, unit=1, weight=weight)
        states = all_states(encoded.problem.num_variables)
        ground = states[encoded.problem.energies(states).argmin()]
        assert encoded.certificate(encoded.decode(ground)).feasible == feasible


def test_large_whole_profits_are_exact():
    encoded = quadratic_knapsack([2**60, 1], [(0, 1, 2**60 + 1)], [1, 1], 2)
    assert encoded.certificate((0, 1)).objective == 2**61 + 2


def test_many_items():
    rng = np.random.default_rng(1)
    row, col = np.triu_indices(60, 1)
    pairs = np.column_stack([row, col, rng.integers(0, 9, row.size)]).tolist()
    weights = rng.integers(1, 9, 60).tolist()
    encoded = quadratic_knapsack([1] * 60, pairs, weights, 90)
    answer = encoded.answer(np.ones(encoded.problem.num_variables))
    assert answer.repaired
    assert answer.certificate.feasible


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(0, 0, 1)], "two different items"),
        ([(0, 2, 1)], "items below 2"),
        ([(0, 1)], r"\(i, j, profit\)"),
        ([3], r"\(i, j, profit\)"),
        ([(0, 1, float("nan"))], "finite"),
        ([(0, 0.5, 1)], "two different items"),
    ],
)
def test_bad_input(pairs, words):
    with pytest.raises(ValueError, match=words):
        quadratic_knapsack([1, 2], pairs, [1, 1], 1)
