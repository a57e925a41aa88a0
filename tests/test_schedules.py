"""Schedules: values and ends; default ranges: scale, gauge, and where they must lie."""

import numpy as np
import pytest
from stats import enumerate_states

import pbits
from pbits.schedules import KINDS, beta_schedule, default_beta_range
from problems import from_qubo, ising, registry
from problems.generators import (
    edwards_anderson,
    ferromagnet,
    random_gnp,
    random_regular,
    sherrington_kirkpatrick,
)
from problems.polynomial import from_terms


@pytest.mark.parametrize(
    ("kind", "span", "expected"),
    [
        ("linear", (0, 3), [0, 1, 2, 3]),
        ("linear", (3, 0), [3, 2, 1, 0]),
        ("geometric", (0.5, 4), [0.5, 1, 2, 4]),
        ("geometric", (2, 2), [2, 2, 2, 2]),
    ],
)
def test_values(kind, span, expected):
    found = beta_schedule(kind, span, 4)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_array_equal(beta_schedule(kind, span, 4, 3), found.repeat(3))


@pytest.mark.parametrize("kind", ["linear", "geometric"])
def test_ends_are_exact_and_one_step_is_cold(kind):
    hot, cold = np.float32(0.1), np.float32(7.3)
    found = beta_schedule(kind, (hot, cold), 1000)
    assert (found[0], found[-1]) == (hot, cold)
    assert np.all(np.diff(found) > 0)
    assert beta_schedule(kind, (hot, cold), 1).tolist() == [cold]
    assert beta_schedule(kind, (hot, cold), 0).size == 0


def test_custom_betas_are_taken_as_they_are():
    assert beta_schedule("custom", (9, 9), 99, 2, [3, 0, 1]).tolist() == [3, 3, 0, 0, 1, 1]
    assert beta_schedule("custom", (9, 9), 99, custom=[]).size == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cubic", (1, 2), 3), f"is 'cubic'; expected one of {', '.join(KINDS)}"),
        (("linear", (1, 2), -1), "-1 betas of 1 sweeps each; expected 0 or more"),
        (("linear", (1, 2), 3, 0), "3 betas of 0 sweeps each; expected .* at least 1 sweep"),
        (("custom", (1, 2), 3), "give beta_schedule, one beta a step"),
        (("custom", (1, 2), 3, 1, [np.nan]), "not finite; expected inverse temperatures >= 0"),
        (("custom", (1, 2), 3, 1, [np.inf]), "not finite; expected inverse temperatures >= 0"),
        (("custom", (1, 2), 3, 1, [-0.1]), "negative .*; expected inverse temperatures >= 0"),
        (("linear", (1,), 3), r"beta_range is \(1,\); expected two finite numbers"),
        (("linear", (1, np.inf), 3), "beta_range is .*; expected two finite numbers"),
        (("linear", (-1, 1), 3), "negative .*; expected inverse temperatures >= 0"),
        (("geometric", (0, 1), 3), "cannot reach beta = 0.0; expected a positive"),
        (("geometric", (1, -2), 3), "cannot reach beta = -2.0; expected a positive"),
    ],
)
def test_errors_say_what_was_expected(arguments, message):
    with pytest.raises(ValueError, match=message):
        beta_schedule(*arguments)


def balanced(n, seed=1):
    """One variable alone is best: products cost 50 to 100, a variable gains 1 to 10."""
    rng = np.random.default_rng(seed)
    qubo = np.triu(rng.uniform(50, 100, (n, n)), 1) - np.diag(rng.uniform(1, 10, n))
    return from_qubo(qubo), qubo.diagonal().min()


MODELS = {
    "lattice": edwards_anderson((8, 8, 8), seed=1),
    "lattice-gaussian": edwards_anderson((8, 8, 8), seed=1, couplings="gaussian"),
    "random": random_gnp(100, 0.1, seed=1),
    "regular": random_regular(100, 3, seed=1),
    "sk-gaussian": sherrington_kirkpatrick(100, seed=1, couplings="gaussian"),
    "biased": ising(np.arange(-5, 5), range(9), range(1, 10), [1] * 9),
    "one": ising([-2.5], [], [], []),
    "balanced": balanced(30)[0],
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("factor", [10, 1 / 7, 1e20, 1e-20])
def test_default_range_scales_inversely_with_the_problem(name, factor):
    problem = MODELS[name]
    parts = problem.row, problem.col, problem.coupling * factor
    hot, cold = default_beta_range(problem)
    assert 0 < hot < cold < np.inf
    scaled = default_beta_range(ising(problem.h * factor, *parts, 1e6 * factor))
    np.testing.assert_allclose(np.multiply(scaled, factor), (hot, cold), rtol=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_default_range_does_not_see_a_gauge(name):
    """Turning some spins around changes signs, not physics."""
    problem = MODELS[name]
    s = np.random.default_rng(0).choice([-1, 1], problem.num_variables)
    parts = problem.row, problem.col, problem.coupling * s[problem.row] * s[problem.col]
    found = default_beta_range(ising(problem.h * s, *parts))
    np.testing.assert_allclose(found, default_beta_range(problem), rtol=1e-12)


@pytest.mark.parametrize(
    ("problem", "critical"),
    [
        (ferromagnet((16, 16)), np.log(1 + np.sqrt(2)) / 2),
        (
            ferromagnet((8, 8, 8)),
            0.22165,
        ),  # Ferrenberg, Xu & Landau, doi 10.1103/PhysRevE.97.043301
        (edwards_anderson((8, 8, 8)), 1.1),
        (random_gnp(200, 1.0), 200**-0.5),  # +-1 couplings, unscaled
        (random_gnp(200, 1.0, couplings="gaussian"), 200**-0.5),
    ],
    ids=["2d", "3d", "3d-glass", "sk", "sk-gaussian"],
)
def test_default_range_brackets_the_transition(problem, critical):
    hot, cold = default_beta_range(problem)
    assert hot < critical < cold


def test_cold_ends_freeze_the_smallest_step_of_integers():
    """One unit against the field is as rare as promised, at whatever unit; twice hotter is not."""
    _, cold = default_beta_range(ising([1, 0, 0], [0, 1], [1, 2], [5, 7]))
    assert np.exp(-2 * cold) < 0.03 < np.exp(-cold)


@pytest.mark.parametrize("outlier", [1e-3, 1e-9, 1e-300])
@pytest.mark.parametrize("size", [1.0, 1e25])
def test_one_tiny_coupling_among_many_does_not_freeze_the_schedule(outlier, size):
    problem = edwards_anderson((6, 6, 6), couplings="gaussian", seed=2)
    coupling = problem.coupling * size
    usual = default_beta_range(ising(problem.h, problem.row, problem.col, coupling))
    coupling[17] = outlier
    found = default_beta_range(ising(problem.h, problem.row, problem.col, coupling))
    np.testing.assert_allclose(found, usual, rtol=0.05)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_problems_without_energy_have_a_range(n):
    hot, cold = default_beta_range(ising(np.zeros(n), [], [], []))
    assert 0 < hot < cold < np.inf


def cold_end_without_remainders(problem):
    """What the rule was: low quantile of all numbers, or a fifth of a typical field."""
    square = problem.h**2
    for end in (problem.row, problem.col):
        square = square + np.bincount(end, problem.coupling**2, problem.num_variables)
    values = np.abs(np.concatenate([problem.h, problem.coupling]))
    smallest = max(np.quantile(values, 0.1), 0.2 * np.median(np.sqrt(square)))
    return -np.log(0.02) / (2 * smallest)


def test_fields_that_balance_couplings_do_not_hide_what_remains():
    """At the cold end of small enough a problem, the ground state is what is mostly seen."""
    problem, least = balanced(12)
    energies = problem.energies(enumerate_states(12))
    np.testing.assert_allclose(energies.min(), least)

    def share_of_ground_state(beta):
        return 1 / np.exp(-beta * (energies - energies.min())).sum()

    assert share_of_ground_state(default_beta_range(problem)[1]) > 0.5
    assert share_of_ground_state(cold_end_without_remainders(problem)) < 0.2


def test_annealing_solves_what_balances():
    problem, least = balanced(60)
    hot, _ = span = default_beta_range(problem)
    best = pbits.anneal(problem, num_reads=64, num_sweeps=300, beta_range=span, seed=1).best_energy
    assert best == pytest.approx(least)
    span = hot, cold_end_without_remainders(problem)
    other = pbits.anneal(problem, num_reads=64, num_sweeps=300, beta_range=span, seed=1).best_energy
    assert other > least + 10


def test_annealing_solves_gka9b():
    try:
        instance = registry.load("gka9b")
    except FileNotFoundError:
        pytest.skip("gka9b is not here; `pbits data download gka9b` fetches it")
    found = pbits.anneal(instance.problem, num_reads=64, num_sweeps=500, seed=1)
    assert found.best_energy == -137


@pytest.mark.parametrize("name", ["lattice-gaussian", "sk-gaussian"])
def test_without_biases_the_remainder_is_no_limit(name):
    problem = MODELS[name]
    _, cold = default_beta_range(problem)
    assert cold == pytest.approx(cold_end_without_remainders(problem))


def test_exact_balance_is_not_taken_for_a_scale():
    """A QUBO of products alone: fields and couplings cancel but for rounding."""
    rng = np.random.default_rng(3)
    problem = from_qubo(np.triu(rng.uniform(50, 100, (40, 40)), 1))
    _, cold = default_beta_range(problem)
    assert cold == pytest.approx(cold_end_without_remainders(problem))


def test_polynomials_balance_as_ising_problems_do():
    problem, _ = balanced(20)
    pairs = np.stack([problem.row, problem.col], axis=1)
    third = ([[0, 1, 2]], [1e-3])  # makes it a polynomial of order three
    terms = [(np.arange(20)[:, None], problem.h), (pairs, problem.coupling), third]
    found = default_beta_range(from_terms(terms, 20))
    np.testing.assert_allclose(found, default_beta_range(problem), rtol=0.05)
    terms = [(variables, np.multiply(c, 7.0)) for variables, c in terms]
    np.testing.assert_allclose(np.multiply(default_beta_range(from_terms(terms, 20)), 7), found)
