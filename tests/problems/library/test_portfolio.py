"""Portfolios against all holdings."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.library.portfolio import portfolio


@st.composite
def markets(draw, most=4):
    n = draw(st.integers(1, most))
    factors = np.array(draw(st.lists(st.integers(-3, 3), min_size=2 * n, max_size=2 * n)))
    loads = factors.reshape(n, 2)
    covariance = loads @ loads.T + np.diag(
        draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    )
    returns = draw(st.lists(st.integers(-5, 20), min_size=n, max_size=n))
    return returns, covariance.tolist()


def worth(lots, returns, covariance, aversion):
    lots = np.array(lots)
    return lots @ np.array(returns) - aversion * (lots @ np.array(covariance) @ lots)


@QUICK
@given(markets(), st.data(), st.booleans(), st.sampled_from([0, 0.5, 3]))
def test_ground_states_are_best_selections(market, data, exactly, aversion):
    returns, _ = market
    budget = data.draw(st.integers(0, len(returns)))
    check(market, budget, exactly, aversion, 1, "binary")


@QUICK
@given(markets(2), st.integers(2, 3), st.data(), st.booleans())
def test_ground_states_of_lots(market, lots, data, exactly):
    budget = data.draw(st.integers(0, lots * len(market[0])))
    encoding = data.draw(st.sampled_from(["binary", "unary", "domain-wall"]))
    check(market, budget, exactly, 0.5, lots, encoding)


def check(market, budget, exactly, aversion, lots, encoding):
    returns, covariance = market
    encoded = portfolio(returns, covariance, budget, aversion, exactly, lots, encoding)
    held = list(itertools.product(range(lots + 1), repeat=len(returns)))
    allowed = [y for y in held if sum(y) == budget or (not exactly and sum(y) < budget)]
    check_ground_states(encoded, max(worth(y, *market, aversion) for y in allowed))
    for y in held:
        known = encoded.certificate(y)
        assert known.feasible == (y in allowed)
        assert known.objective == worth(y, *market, aversion)
        if known.feasible:
            check_round_trip(encoded, y)
        assert encoded.certificate(encoded.repair(y)).feasible


def test_a_light_weight_breaks_the_budget():
    """Negative control: a third asset is worth 7."""
    for weight, feasible in ((6, False), (None, True)):
        encoded = portfolio([7, 7, 7], np.eye(3) * 0, 2, weight=weight)
        states = all_states(3)
        ground = states[encoded.problem.energies(states).argmin()]
        assert encoded.certificate(encoded.decode(ground)).feasible == feasible


def test_states_that_mean_no_number():
    encoded = portfolio([1, 2], [[1, 0], [0, 1]], 2, lots=2, encoding="domain-wall")
    solution = encoded.decode([-1, 1, 1, -1])
    assert solution == (None, 1)
    assert encoded.certificate(solution).num_violations == 2
    assert encoded.from_plain(encoded.plain(solution)) == solution
    assert encoded.answer([-1, 1, 1, -1]).certificate.feasible
    with pytest.raises(ValueError, match="asset 0 has None"):
        encoded.encode(solution)


def test_decimals_and_large_numbers_are_exact():
    assert portfolio([0.1, 0.2], [[0, 0], [0, 0]], 2).certificate((1, 1)).objective == 0.3
    big = 2**60 + 1
    assert portfolio([big, big], [[0, 0], [0, 0]], 2).certificate((1, 1)).objective == 2 * big


def test_no_assets():
    check_ground_states(portfolio([], [], 0), 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"returns": [1]}, "expected 1 by 1"),
        ({"returns": [1, float("nan")]}, r"returns\[1\]"),
        ({"covariance": [[1, 0]]}, "expected 2 by 2"),
        ({"covariance": [[1, 0], [1, 1]]}, "not symmetric"),
        ({"covariance": 3}, r"expected \[n, n\]"),
        ({"covariance": [[1, 0], [0, float("inf")]]}, "finite"),
        ({"budget": 3}, "whole number from 0 to 2"),
        ({"budget": 0.5}, "whole number from 0 to 2"),
        ({"budget": -1}, "whole number from 0 to 2"),
        ({"risk_aversion": -1}, "0 or more"),
        ({"lots": 0}, "whole number from 1"),
        ({"lots": 1.5}, "whole number"),
        ({"encoding": "one-hot"}, "expected binary"),
        ({"weight": -1}, "positive"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(ValueError, match=words):
        portfolio(**({"returns": [1, 2], "covariance": [[1, 0], [0, 1]], "budget": 1} | change))


@pytest.mark.parametrize("solution", [(1,), (0, 2), (0, "a"), 3, "01"])
def test_no_solution(solution):
    with pytest.raises(ValueError, match="expected"):
        portfolio([1, 2], [[1, 0], [0, 1]], 1).certificate(solution)


def test_drawing():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    portfolio([1, 2], [[1, 0], [0, 1]], 1).draw((0, 1), axes)
    assert len(axes.collections) == 2
