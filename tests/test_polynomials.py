"""Drivers on terms of many spins: right kernel, known ground states, exact samples."""

from itertools import combinations

import numpy as np
import pytest
import stats

import pbits
from pbits.models import choose_model
from pbits.schedules import default_beta_range
from problems import PolynomialProblem, from_terms, ising


def xorsat(n: int, degree: int = 3, seed: int = 0) -> PolynomialProblem:
    """Planted 3-XORSAT, every spin in `degree` clauses: the ground state has energy -n."""
    rng = np.random.default_rng(seed)
    planted = rng.choice((-1, 1), n)
    while True:
        clauses = rng.permutation(np.repeat(np.arange(n), degree)).reshape(-1, 3)
        distinct = np.sort(clauses, axis=1)
        if np.all(distinct[:, 1:] > distinct[:, :-1]):
            return from_terms([(clauses, -planted[clauses].prod(1))], n)


def p_spin(n: int, order: int, real: bool) -> PolynomialProblem:
    rng = np.random.default_rng(1)
    terms = list(combinations(range(n), order))
    values = rng.normal(size=len(terms)) if real else rng.choice((-1, 1), len(terms))
    return from_terms([(terms, values)], n, offset=2)


def test_a_planted_xorsat_is_solved() -> None:
    problem = xorsat(30)
    found = pbits.anneal(problem, num_reads=256, num_sweeps=400, seed=1, target_energy=-30)
    assert (found.best_energy, found.stopped_by) == (-30, "target")
    assert found.kernel == "packed-metropolis"
    assert found.energies.dtype == np.int64


@pytest.mark.parametrize(
    ("order", "real", "kernel"), [(3, False, "packed"), (3, True, "poly-float")]
)
def test_ground_states_of_p_spin_models_are_found(order: int, real: bool, kernel: str) -> None:
    problem = p_spin(10, order, real)
    lowest = problem.energies(stats.enumerate_states(10)).min()
    found = pbits.anneal(problem, num_reads=64, num_sweeps=200, seed=1)
    assert found.best_energy == lowest
    assert found.kernel.startswith(kernel)
    np.testing.assert_array_equal(found.energies, problem.energies(found.spins))


def test_tempering_finds_them_too() -> None:
    problem = p_spin(10, 3, True)
    lowest = problem.energies(stats.enumerate_states(10)).min()
    assert pbits.temper(problem, num_reads=8, num_sweeps=200, seed=1).best_energy == lowest


def test_samples_follow_the_boltzmann_distribution() -> None:
    rng = np.random.default_rng(3)
    triples = np.array(list(combinations(range(7), 3)))[::3]
    problem = from_terms([(np.arange(7)[:, None], rng.choice((-1, 1), 7)), (triples, -np.ones(12))])
    found = pbits.sample(problem, beta=0.3, num_reads=2**15, num_sweeps=30, seed=1)
    counts = stats.count_states(found.spins.T)
    assert stats.pooled_chi_square(counts, stats.boltzmann(problem, 0.3)) > stats.ALPHA
    assert stats.pooled_chi_square(counts, stats.boltzmann(problem, 0.33)) < stats.ALPHA


def test_a_quadratic_polynomial_runs_as_the_ising_problem() -> None:
    """The same kernel on the same model, so the same samples."""
    rng = np.random.default_rng(0)
    row, col = np.triu_indices(9, 1)
    h, coupling = rng.integers(-1, 2, 9), rng.choice((-1, 1), 36)
    pairs = np.stack([row, col], axis=1)
    problem = from_terms([(np.arange(9)[:, None], h), (pairs, coupling)], 9)
    arguments = {"num_reads": 32, "num_sweeps": 20, "seed": 1}
    expected = pbits.anneal(ising(h, row, col, coupling), **arguments)
    found = pbits.anneal(problem, **arguments)
    assert (found.kernel, found.beta_range) == (expected.kernel, expected.beta_range)
    np.testing.assert_array_equal(found.spins, expected.spins)
    np.testing.assert_array_equal(found.energies, expected.energies)


def test_units_of_expanded_binary_monomials_are_found() -> None:
    """3/8 and 5/8 are multiples of 1/8, which is neither of them nor a small part of 5/8."""
    problem = from_terms([([[0, 1, 2], [1, 2, 3]], [5 / 8, -7 / 8])])
    prepared = choose_model(problem)
    assert (prepared.kernel.name, prepared.unit) == ("packed-metropolis", 1 / 8)
    tenths = from_terms([([[0, 1, 2], [1, 2, 3]], [0.1, -0.2])])
    assert choose_model(tenths).kernel.name == "packed-metropolis"


def test_large_weights_run_in_float() -> None:
    problem = from_terms([([[0, 1, 2], [1, 2, 3]], [1, 1000])])
    prepared = choose_model(problem, "gibbs")
    assert (prepared.kernel.name, prepared.unit) == ("poly-float-gibbs", 1.0)
    assert pbits.anneal(problem, num_reads=8, num_sweeps=50, seed=1).best_energy == -1001


def test_default_betas_are_those_of_a_like_ising_problem() -> None:
    ring = np.arange(12)
    pairs = np.stack([ring, (ring + 1) % 12], axis=1)
    quadratic = from_terms([(pairs, np.ones(12, int))])
    like = ising(np.zeros(12), *pairs.T, np.ones(12))
    assert default_beta_range(quadratic) == default_beta_range(like)
    hot, cold = default_beta_range(xorsat(12))
    assert 0.1 < hot < 1 < cold < 10
    assert default_beta_range(from_terms([], 3)) == (0.1, 1.0)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_problems_without_terms(n: int) -> None:
    found = pbits.anneal(from_terms([], n, offset=2), num_reads=4, num_sweeps=5, seed=1)
    assert found.energies.tolist() == [2] * 4


def test_one_term_of_many_spins() -> None:
    problem = from_terms([([list(range(12))], [1]), ([[0], [1]], [0.5, 0.5])])
    assert pbits.anneal(problem, num_reads=32, num_sweeps=50, seed=1).best_energy == -2


def test_unknown_rule_and_extreme_scale_are_refused() -> None:
    problem = from_terms([([[0, 1, 2]], [1e-40])])
    with pytest.raises(ValueError, match="rescale"):
        choose_model(problem)
    with pytest.raises(ValueError, match="update"):
        choose_model(problem, "other")
