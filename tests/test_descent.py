"""Descent ends in states that no single flip improves, by gains that share nothing with it."""

import numpy as np
import pytest

import pbits
from pbits.descent import descend, descend_in_place, flip_gains, landscape
from problems import ising
from problems.generators import sherrington_kirkpatrick
from problems.polynomial import from_terms


def brute_gains(problem, states):
    """Energy differences to every neighbour [k, n], each energy counted from scratch."""
    states = np.asarray(states)
    flipped = np.stack(
        [np.where(np.arange(states.shape[1]) == i, -1, 1) for i in range(states.shape[1])]
    )
    return problem.energies(states[:, None] * flipped) - problem.energies(states)[:, None]


def is_minimum(problem, states):
    """Which states no flip improves, beyond rounding of the whole energy."""
    slack = 0 if problem.is_integer else 1e-9
    return np.all(brute_gains(problem, states) >= -slack, axis=1)


def random_problem(seed, n, density, draw):
    rng = np.random.default_rng(seed)
    row, col = np.nonzero(np.triu(rng.random((n, n)) < density, 1))
    return ising(draw(rng, n), row, col, draw(rng, row.size), offset=float(draw(rng, 1)[0]))


def signs(rng, size):
    return rng.choice([-1, 1], size)


def small_integers(rng, size):
    return rng.integers(-4, 5, size)


def reals(rng, size):
    return rng.normal(size=size)


def random_states(seed, count, n):
    return np.random.default_rng(seed).choice(np.array([-1, 1], np.int8), (count, n))


def random_polynomial(seed, n, draw, counts=(8, 30, 40, 20)):
    """`counts` terms of one, two, ... spins."""
    rng = np.random.default_rng(seed)
    picks = [
        np.array([rng.choice(n, order, replace=False) for _ in range(count)])
        for order, count in enumerate(counts, 1)
    ]
    return from_terms([(p, draw(rng, len(p))) for p in picks], n, offset=3)


# Both ways of choosing flips: 2 % of the pairs and fewer are sparse.
SHAPES = [(40, 0.3), (40, 1.0), (300, 0.01)]


@pytest.mark.parametrize("draw", [signs, small_integers, reals])
@pytest.mark.parametrize(("n", "density"), SHAPES)
def test_ends_in_minima_of_no_higher_energy(draw, n, density):
    problem = random_problem(1, n, density, draw)
    start = random_states(2, 20, n)
    assert not is_minimum(problem, start).any()  # the check tells them apart
    spins, energies = descend(problem, start)
    assert is_minimum(problem, spins).all()
    assert spins.dtype == np.int8
    assert energies.dtype == (np.int64 if problem.is_integer else np.float64)
    np.testing.assert_array_equal(energies, problem.energies(spins))
    assert np.all(energies < problem.energies(start))
    again, same = descend(problem, spins)
    np.testing.assert_array_equal(again, spins)
    np.testing.assert_array_equal(same, energies)


def test_one_flip_away_from_a_minimum_is_noticed_and_mended():
    problem = random_problem(3, 60, 0.2, reals)
    spins, _ = descend(problem, random_states(4, 8, 60))
    spoilt = spins.copy()
    steepest = brute_gains(problem, spins).argmax(axis=1)
    spoilt[np.arange(8), steepest] *= -1
    assert not is_minimum(problem, spoilt).any()
    assert is_minimum(problem, descend(problem, spoilt)[0]).all()


def test_a_dense_problem_is_descended_by_the_best_flip():
    problem = sherrington_kirkpatrick(30, seed=1)
    start = random_states(5, 6, 30)
    expected = start.copy()
    for state in expected:
        while (gains := brute_gains(problem, state[None])[0]).min() < -1e-12:
            state[gains.argmin()] *= -1
    np.testing.assert_array_equal(descend(problem, start)[0], expected)


@pytest.mark.parametrize(("n", "density"), SHAPES)
def test_states_are_treated_alone(n, density):
    problem = random_problem(6, n, density, small_integers)
    start = random_states(7, 12, n)
    together = descend(problem, start)[0]
    for state, found in zip(start, together, strict=True):
        np.testing.assert_array_equal(descend(problem, state)[0], found)


def test_large_batches_are_cut_into_blocks(monkeypatch):
    problem = random_problem(8, 300, 0.01, signs)
    start = random_states(9, 30, 300)
    whole = descend(problem, start)[0]
    monkeypatch.setattr("problems.model._BLOCK", 4000)
    np.testing.assert_array_equal(descend(problem, start)[0], whole)


@pytest.mark.parametrize(("n", "density"), SHAPES)
@pytest.mark.parametrize("draw", [small_integers, reals])
def test_gains_are_differences_of_energies(n, density, draw):
    problem = random_problem(10, n, density, draw)
    states = random_states(11, 5, n)
    np.testing.assert_allclose(
        flip_gains(problem, states), brute_gains(problem, states), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("draw", [signs, small_integers, reals])
def test_polynomials_are_descended_too(draw):
    problem = random_polynomial(1, 30, draw)
    start = random_states(2, 20, 30)
    assert not is_minimum(problem, start).any()
    np.testing.assert_allclose(flip_gains(problem, start), brute_gains(problem, start), atol=1e-9)
    spins, energies = descend(problem, start)
    assert is_minimum(problem, spins).all()
    assert energies.dtype == (np.int64 if problem.is_integer else np.float64)
    np.testing.assert_array_equal(energies, problem.energies(spins))
    assert np.all(energies < problem.energies(start))
    for state, found in zip(start, spins, strict=True):
        np.testing.assert_array_equal(descend(problem, state)[0], found)


def test_a_polynomial_of_pairs_goes_the_way_of_the_same_ising_problem():
    problem = random_polynomial(3, 300, small_integers, (40, 400))
    start = random_states(4, 10, 300)
    expected = descend(problem.to_ising(), start)
    for found, like in zip(descend(problem, start), expected, strict=True):
        np.testing.assert_array_equal(found, like)


def test_polynomials_with_rounding_end():
    tenths = random_polynomial(5, 20, lambda rng, size: rng.choice([-0.3, 0.1, 0.2], size))
    assert is_minimum(tenths, descend(tenths, random_states(6, 200, 20))[0]).all()


def test_polynomials_without_terms():
    assert descend(from_terms([], 3), np.ones((2, 3)))[1].tolist() == [0, 0]
    assert descend(from_terms([], 0), np.ones((2, 0)))[0].shape == (2, 0)


def test_flips_without_gain_are_left_alone():
    ring = ising([0] * 6, range(6), [1, 2, 3, 4, 5, 0], [-1] * 6)
    walls = [1, 1, 1, -1, -1, -1]  # moving a domain wall changes nothing
    spins, energies = descend(ring, walls)
    assert spins.tolist() == walls
    assert energies.tolist() == ring.energies(walls).tolist()
    assert is_minimum(ring, [walls]).all()


def test_equal_gains_of_coupled_spins_do_not_flip_together():
    """The synchronous update of a ferromagnetic pair swaps its spins for ever."""
    pair = ising([0, 0], [0], [1], [-1])
    spins, energies = descend(pair, [[1, -1], [-1, 1]])
    assert energies.tolist() == [-1, -1]
    assert spins.tolist() == [[-1, -1], [1, 1]]


def test_rounding_does_not_flip_for_ever():
    """Tenths are not exact: gains that should be zero come out as 1e-17 either way."""
    n = 60
    rng = np.random.default_rng(12)
    row, col = np.nonzero(np.triu(np.ones((n, n)), 1))
    problem = ising(rng.choice([-0.1, 0.1], n), row, col, rng.choice([-0.3, 0.1, 0.2], row.size))
    spins, energies = descend(problem, random_states(13, 50, n))
    assert is_minimum(problem, spins).all()
    assert np.isfinite(energies).all()


def test_integer_problems_are_exact_where_floats_are_not():
    """A gain of two in terms of 2**50 is lost by float32, and by the slack for real weights."""
    big = 2**50
    problem = ising([1, 0, 0], [0, 0], [1, 2], [big, -big])
    state = [1, 1, 1]
    assert flip_gains(problem, state)[0] == -2
    spins, energies = descend(problem, state)
    assert energies <= problem.energies(state) - 2
    assert is_minimum(problem, [spins]).all()


@pytest.mark.parametrize(
    "problem",
    [sherrington_kirkpatrick(40, seed=1), random_problem(1, 300, 0.01, signs),
     random_polynomial(1, 30, signs)],
    ids=["dense", "sparse", "polynomial"],
)  # fmt: skip
def test_descent_stops_between_rounds_when_told(problem):
    start = random_states(2, 1, problem.num_variables)

    def after(rounds):
        answers = iter([False] * rounds)
        return descend(problem, start, stop=lambda: next(answers, True))

    np.testing.assert_array_equal(after(0)[0], start)
    spins, energies = after(2)
    assert not is_minimum(problem, spins).any()
    np.testing.assert_array_equal(energies, problem.energies(spins))
    assert problem.energies(start) > after(1)[1] > energies > descend(problem, start)[1]
    np.testing.assert_array_equal(descend(problem, spins)[0], descend(problem, start)[0])


def test_small_problems():
    empty = ising([], [], [], [], offset=3)
    spins, energies = descend(empty, np.zeros((4, 0), np.int8))
    assert spins.shape == (4, 0)
    assert energies.tolist() == [3] * 4
    assert descend(ising([2.5], [], [], []), [[1], [-1]])[0].tolist() == [[-1], [-1]]
    assert descend(ising([0], [], [], []), [[1], [-1]])[0].tolist() == [[1], [-1]]
    assert descend(ising([1, -2], [], [], []), [1, 1])[0].tolist() == [-1, 1]
    doubled = ising([0, 0], [0, 1], [1, 0], [2, -3])  # together a ferromagnet
    assert descend(doubled, [1, -1])[1].tolist() == -1
    assert descend(doubled, np.ones((0, 2), np.int8))[1].shape == (0,)


def test_the_input_is_left_alone_and_its_shape_kept():
    problem = random_problem(14, 20, 0.5, signs)
    start = random_states(15, 6, 20).reshape(2, 3, 20)
    kept = start.copy()
    spins, energies = pbits.descend(problem, start)
    np.testing.assert_array_equal(start, kept)
    assert spins.shape == (2, 3, 20)
    assert energies.shape == (2, 3)


@pytest.mark.parametrize("spins", [[[1, 1, 1]], [[0, 1]], [[np.nan, 1]], 1])
def test_states_that_are_none(spins):
    with pytest.raises(ValueError, match=r"spins"):
        descend(ising([0, 0], [0], [1], [1]), spins)


def test_quadratic_polynomials_descend_too():
    short = from_terms([([[0], [3]], [1, -2]), ([[0, 1], [2, 3]], [-2, 1])], offset=4)
    states = random_states(5, 8, 4)
    np.testing.assert_array_equal(flip_gains(short, states), brute_gains(short, states))
    spins, energies = descend(short, states)
    assert is_minimum(short, spins).all()
    np.testing.assert_array_equal(energies, short.energies(spins))


def test_a_descent_that_is_stopped_is_on_its_way():
    problem = random_problem(6, 300, 0.01, signs)
    states = random_states(7, 4, 300)
    polls, before = [], states.copy()
    descend_in_place(landscape(problem), states, lambda: polls.append(1) or len(polls) > 1)
    assert len(polls) == 2
    assert np.all(problem.energies(states) < problem.energies(before))
    assert not is_minimum(problem, states).any()
