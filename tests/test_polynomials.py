"""Drivers on terms of many spins: right kernel, known ground states, exact samples."""

from itertools import combinations

import jax
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


def p_spin(n: int) -> PolynomialProblem:
    """All triples, coupled by normal numbers."""
    triples = list(combinations(range(n), 3))
    return from_terms([(triples, np.random.default_rng(1).normal(size=len(triples)))], n, offset=2)


def test_a_planted_xorsat_is_solved() -> None:
    problem = xorsat(30)
    found = pbits.anneal(problem, num_reads=256, num_sweeps=400, seed=1, target_energy=-30)
    assert (found.best_energy, found.stopped_by) == (-30, "target")
    assert found.kernel == "packed-metropolis"
    assert found.energies.dtype == np.int64


def test_ground_states_of_p_spin_models_are_found() -> None:
    problem = p_spin(10)
    lowest = problem.energies(stats.enumerate_states(10)).min()
    found = pbits.anneal(problem, num_reads=64, num_sweeps=200, seed=1)
    assert found.best_energy == lowest
    assert found.kernel == "poly_float-metropolis"
    np.testing.assert_array_equal(found.energies, problem.energies(found.spins))


def test_tempering_finds_them_too() -> None:
    problem = p_spin(10)
    lowest = problem.energies(stats.enumerate_states(10)).min()
    assert pbits.temper(problem, num_reads=8, num_sweeps=200, seed=1).best_energy == lowest


def test_samples_follow_the_boltzmann_distribution() -> None:
    ring = np.arange(7)[:, None]
    signs = np.random.default_rng(3).choice((-1, 1), 7)
    problem = from_terms([(ring, signs), ((ring + np.array([0, 1, 3])) % 7, -np.ones(7))])
    found = pbits.sample(problem, beta=0.3, num_reads=2**15, num_sweeps=30, seed=1)
    counts = stats.count_states(found.spins.T)
    assert stats.pooled_chi_square(counts, stats.boltzmann(problem, 0.3)) > stats.ALPHA
    assert stats.pooled_chi_square(counts, stats.boltzmann(problem, 0.33)) < stats.ALPHA


def test_a_quadratic_polynomial_runs_as_the_ising_problem() -> None:
    """The same kernel on the same model, so the same samples; also where many are coupled."""
    rng = np.random.default_rng(0)
    for n in (9, 80):
        row, col = np.triu_indices(n, 1)
        for h, coupling in (
            (rng.integers(-1, 2, n), rng.choice((-1, 1), row.size)),
            (rng.normal(size=n), rng.normal(size=row.size)),
        ):
            pairs = np.stack([row, col], axis=1)
            problem = from_terms([(np.arange(n)[:, None], h), (pairs, coupling)], n, offset=1)
            like = ising(h, row, col, coupling, offset=1)
            found, expected = choose_model(problem), choose_model(like)
            assert found.kernel is expected.kernel
            assert found.unit == expected.unit
            jax.tree.map(np.testing.assert_array_equal, found.model, expected.model)
            assert default_beta_range(problem) == pytest.approx(default_beta_range(like))


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
    assert (prepared.kernel.name, prepared.unit) == ("poly_float-gibbs", 1.0)


def test_default_betas_bracket_the_scale_of_the_fields() -> None:
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
