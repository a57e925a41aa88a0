"""Number partitioning against all ways to part the numbers."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.library.number_partitioning import number_partitioning


def least_difference(numbers):
    signs = itertools.product((-1, 1), repeat=len(numbers))
    return min(abs(sum(s * a for s, a in zip(row, numbers, strict=True))) for row in signs)


@QUICK
@given(st.lists(st.integers(-60, 60), max_size=8))
def test_ground_states_differ_least(numbers):
    encoded = number_partitioning(numbers)
    check_ground_states(encoded, least_difference(numbers))
    assert encoded.problem.is_integer


@QUICK
@given(st.lists(st.decimals(-9, 9, places=2), max_size=6))
def test_decimals(numbers):
    encoded = number_partitioning([float(a) for a in numbers])
    best = least_difference([Fraction(a) for a in numbers])
    check_ground_states(encoded, float(best))
    assert encoded.problem.is_integer


def test_large_whole_numbers():
    """Sums beyond 2^53 with a common unit, differences of one unit among 10^7."""
    rng = np.random.default_rng(3)
    steps = [int(a) for a in rng.integers(10**6, 8 * 10**6, 10)]
    encoded = number_partitioning([a * 10**40 for a in steps])
    assert encoded.problem.is_integer
    for state in all_states(10)[::37]:
        known = encoded.certificate(encoded.decode(state))
        difference = abs(sum(int(s) * a for s, a in zip(state, steps, strict=True)))
        assert known.objective == difference * 10**40
        assert encoded.problem.energies(state).item() == difference**2
        check_round_trip(encoded, encoded.decode(state))


def test_squares_beyond_doubles_keep_exact_certificates():
    numbers = [2**51 + 1, 2**51, 3]
    encoded = number_partitioning(numbers)
    assert not encoded.problem.is_integer
    assert encoded.certificate((1, 0, 0)).objective == 2
    assert encoded.certificate((1, 0, 1)).facts["sums"] == (2**51, 2**51 + 4)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([2**53, 1], "less than 2\\^53"),
        ([1e-20, 1e20], "less than 2\\^53"),
        ([1, float("inf")], r"numbers\[1\] is inf"),
        (["1"], r"numbers\[0\] is '1'"),
        (7, "list of numbers"),
    ],
)
def test_bad_input(numbers, words):
    with pytest.raises(ValueError, match=words):
        number_partitioning(numbers)


@pytest.mark.parametrize("solution", [(1,), (1, 2), 3, "01"])
def test_no_solution(solution):
    with pytest.raises(ValueError, match="expected"):
        number_partitioning([1, 2]).certificate(solution)


def test_drawing():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    number_partitioning([3, -1, 2]).draw((1, 0, 0), axes)
    assert len(axes.patches) == 3
