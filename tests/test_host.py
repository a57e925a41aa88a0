"""Annealing in NumPy: energies are exact, moves are Metropolis, it ends in the ground state."""

from itertools import islice

import numpy as np
import pytest
from stats import ALPHA, boltzmann, count_states, enumerate_states, exact_samples, pooled_chi_square

import problems
from pbits.schedules import default_beta_range
from pbits.solving.host import _classes, _update, host_anneal
from pbits.solving.host_terms import term_classes, term_products, update_terms
from problems.generators import edwards_anderson


def small(seed=0, n=6):
    rng = np.random.default_rng(seed)
    row, col = np.triu_indices(n, 1)
    keep = rng.random(row.size) < 0.7
    weights = rng.integers(-2, 3, row.size)
    return problems.ising(rng.integers(-1, 2, n), row[keep], col[keep], weights[keep], offset=3)


@pytest.mark.parametrize("seed", range(3))
def test_finds_the_ground_state_of_small_problems(seed):
    problem = small(seed, 10)
    lowest = problem.energies(enumerate_states(10)).min()
    *_, last = islice(host_anneal(problem, default_beta_range(problem), seed=seed), 120)
    assert last.energy == lowest == problem.energies(last.spins)


def test_energy_never_rises_and_sweeps_count():
    problem = edwards_anderson((6, 6, 6), seed=1)
    found = list(islice(host_anneal(problem, (0.1, 2.0)), 20))
    energies = [f.energy for f in found]
    assert energies == sorted(energies, reverse=True)
    assert [f.num_sweeps for f in found] == list(range(1, 21))
    assert all(problem.energies(f.spins) == f.energy for f in found)


def test_equal_seeds_give_equal_states():
    problem = edwards_anderson((4, 4), seed=2)
    first, again = (
        [f.spins.tolist() for f in islice(host_anneal(problem, (0.1, 2.0), seed=5), 8)]
        for _ in range(2)
    )
    assert first == again


@pytest.mark.parametrize("factor", [1.0, 1.15])
def test_update_keeps_the_boltzmann_distribution(factor):
    """From exact samples; at a wrong beta the test fails, so it has power."""
    problem, beta = small(), 0.4
    spins = exact_samples(problem, beta, 20_000, seed=3).astype(np.float32)
    rng = np.random.default_rng(7)
    for _ in range(5):
        for group in _classes(problem):
            _update(group, spins, np.float32(beta * factor), rng)
    p = pooled_chi_square(count_states(spins.astype(np.int8)), boltzmann(problem, beta))
    assert (p > ALPHA) == (factor == 1.0)


def test_one_spin_and_no_coupling():
    free = problems.ising([0, 2], [], [], [])
    *_, last = islice(host_anneal(free, default_beta_range(free)), 20)
    assert last.energy == -2


def polynomial(seed=0, n=6):
    """Terms of one to four spins."""
    rng = np.random.default_rng(seed)
    terms = [
        (np.array([rng.choice(n, k, replace=False) for _ in range(4)]), rng.integers(-2, 3, 4))
        for k in (1, 2, 3, 4)
    ]
    return problems.from_terms(terms, n, offset=3)


@pytest.mark.parametrize("seed", range(3))
def test_finds_the_ground_state_of_small_polynomials(seed):
    problem = polynomial(seed, 9)
    lowest = problem.energies(enumerate_states(9)).min()
    *_, last = islice(host_anneal(problem, default_beta_range(problem), seed=seed), 120)
    assert last.energy == lowest == problem.energies(last.spins)


@pytest.mark.parametrize("factor", [1.0, 1.15])
def test_update_of_terms_keeps_the_boltzmann_distribution(factor):
    """As for couplings; products and energies are kept as they are recomputed."""
    problem, beta = polynomial(), 0.3
    spins = exact_samples(problem, beta, 20_000, seed=3).astype(np.float32)
    products, rng = term_products(problem, spins), np.random.default_rng(7)
    energies = problem.energies(spins.T.astype(np.int8)).astype(np.float64)
    for _ in range(5):
        for group in term_classes(problem):
            energies += update_terms(group, spins, products, np.float32(beta * factor), rng)
    p = pooled_chi_square(count_states(spins.astype(np.int8)), boltzmann(problem, beta))
    assert (p > ALPHA) == (factor == 1.0)
    assert np.array_equal(products, term_products(problem, spins))
    assert np.array_equal(energies, problem.energies(spins.T.astype(np.int8)))


def test_polynomials_without_terms_or_with_free_spins():
    for free in (problems.from_terms([], 3), problems.from_terms([([[1]], [2])], 3)):
        *_, last = islice(host_anneal(free, (0.1, 2.0)), 20)
        assert last.energy == -2 * len(free.terms)
