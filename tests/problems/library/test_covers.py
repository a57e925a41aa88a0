"""Set covers and exact covers against all choices of sets."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.library.exact_cover import exact_cover
from problems.library.set_cover import set_cover

SETS = st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=6)
COSTS = st.lists(st.integers(0, 9), min_size=6, max_size=6)
SLACK = st.sampled_from(["binary", "unary", "domain-wall"])


def choices(sets):
    for size in range(len(sets) + 1):
        yield from itertools.combinations(range(len(sets)), size)


def times(choice, sets, element):
    return sum(element in sets[k] for k in choice)


@QUICK
@given(SETS, COSTS, SLACK)
def test_ground_states_are_cheapest_covers(sets, costs, slack):
    universe = {e for part in sets for e in part}
    encoded = set_cover(sets, costs[: len(sets)], slack=slack)
    covers = [c for c in choices(sets) if all(times(c, sets, e) for e in universe)]
    check_ground_states(encoded, min(sum(costs[k] for k in c) for c in covers))
    for choice in choices(sets):
        known = encoded.certificate(choice)
        assert known.feasible == (choice in covers)
        assert known.objective == sum(costs[k] for k in choice)
        if known.feasible:
            check_round_trip(encoded, choice)
        assert encoded.certificate(encoded.repair(choice)).feasible


@QUICK
@given(SETS, COSTS, st.booleans())
def test_ground_states_are_cheapest_exact_covers(sets, costs, free):
    universe = {e for part in sets for e in part}
    costs = [0] * len(sets) if free else costs[: len(sets)]
    encoded = exact_cover(sets, None if free else costs)
    covers = [c for c in choices(sets) if all(times(c, sets, e) == 1 for e in universe)]
    best = min((sum(costs[k] for k in c) for c in covers), default=None)
    check_ground_states(encoded, best)
    for choice in choices(sets):
        mended = encoded.certificate(encoded.repair(choice))
        assert mended.feasible or mended == encoded.certificate(choice)
        assert encoded.certificate(choice).feasible == (choice in covers)


def ground(encoded):
    states = all_states(encoded.problem.num_variables)
    state = states[encoded.problem.energies(states).argmin()]
    return encoded.certificate(encoded.decode(state))


def test_too_light_weights_leave_elements_out():
    """Negative controls."""
    assert not ground(set_cover([[0], [1]], [3, 3], weight=2)).feasible
    assert ground(set_cover([[0], [1]], [3, 3])).feasible
    sets, costs = [[0, 1, 2], [0], [1, 2, 3], [3]], [9, 0, 9, 9]
    assert not ground(exact_cover(sets, costs, weight=2)).feasible
    assert ground(exact_cover(sets, costs)).feasible


def test_slack_is_less_than_usual():
    """No bit for two holders, one for three and four, two for up to eight."""
    bits = [set_cover([[0]] * d).problem.num_variables - d for d in range(1, 10)]
    assert bits == [0, 0, 1, 1, 2, 2, 2, 2, 3]


def test_equal_elements_count_once():
    assert set_cover([[0, 1, 2]] * 4).problem.num_variables == 5


def test_names_costs_and_large_numbers():
    big = 2**70
    encoded = set_cover({"a": ["x", "y"], "b": ["y"]}, {"b": big, "a": big + 1})
    assert encoded.certificate(("a", "b")).objective == 2 * big + 1
    assert encoded.answer(-np.ones(2)).solution == ("a",)
    assert encoded.from_plain(["b"]) == ("b",)


def test_sudoku_of_four():
    """One cell is missing: exactly one of 4 numbers fits."""
    square = [[1, 2, 3, 4], [3, 4, 1, 2], [2, 1, 4, 3], [4, 3, 2, 0]]
    cells = [
        (r, c, v)
        for r, c in itertools.product(range(4), repeat=2)
        for v in ([square[r][c]] if square[r][c] else range(1, 5))
    ]
    sets = {
        cell: [("cell", r, c), ("row", r, v), ("column", c, v), ("box", r // 2, c // 2, v)]
        for cell in cells
        for r, c, v in [cell]
    }
    encoded = exact_cover(sets)
    states = np.tile(-np.ones(19, np.int8), (4, 1))
    states[:, [cell[:2] != (3, 3) for cell in cells]] = 1
    states[np.arange(4), np.flatnonzero([cell[:2] == (3, 3) for cell in cells])] = 1
    assert (encoded.problem.energies(states) == 0).tolist() == [True, False, False, False]
    assert (3, 3, 1) in encoded.answer(states).solution


def test_a_large_cover_is_built_at_once():
    rng = np.random.default_rng(1)
    sets = [rng.integers(0, 200, 8).tolist() for _ in range(300)]
    encoded = set_cover(sets)
    assert encoded.answer(-np.ones(encoded.problem.num_variables)).certificate.feasible


@pytest.mark.parametrize("build", [set_cover, exact_cover])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"sets": 3}, "expected a list"),
        ({"sets": ["ab"]}, "expected a list"),
        ({"sets": [[{}]]}, "cannot be a name"),
        ({"sets": [[1]], "universe": [2]}, "elements of the universe"),
        ({"sets": [[1]], "costs": [1, 2]}, "2 costs and 1 sets"),
        ({"sets": [[1]], "costs": [-1]}, "0 or more"),
        ({"sets": [[1]], "costs": [float("nan")]}, "finite"),
        ({"sets": {"a": [1]}, "costs": {"b": 1}}, "one for each set"),
        ({"sets": [[1]], "weight": 0}, "positive"),
        ({"sets": [[1]], "weight": float("inf")}, "finite"),
    ],
)
def test_bad_input(build, data, words):
    with pytest.raises(ValueError, match=words):
        build(**data)


def test_elements_that_nothing_holds():
    with pytest.raises(ValueError, match="element 2 is in no set"):
        set_cover([[1]], universe=[1, 2])
    with pytest.raises(ValueError, match="one of binary"):
        set_cover([[1]], slack="gray")
    check_ground_states(exact_cover([[1]], universe=[1, 2]), None)


@pytest.mark.parametrize("solution", [(9,), (0, 0), "0", 3])
def test_no_solution(solution):
    for build in (set_cover, exact_cover):
        with pytest.raises(ValueError, match="expected"):
            build([[1], [1, 2]]).certificate(solution)


def test_drawing():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    set_cover([[1], [1, 2]]).draw((1,), axes)
    assert axes.images[0].get_array().tolist() == [[0.25, 0], [1, 1]]
