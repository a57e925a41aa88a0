"""Annealing in NumPy: energies are exact, moves are Metropolis, it ends in the ground state."""

from itertools import islice

import numpy as np
import pytest
from stats import ALPHA, boltzmann, count_states, enumerate_states, exact_samples, pooled_chi_square

import problems
from pbits.schedules import default_beta_range
from pbits.solving import host
from pbits.solving.host import _classes, _update, host_anneal
from problems.generators import edwards_anderson


def small(seed=0, n=6):
    rng = np.random.default_rng(seed)
    row, col = np.triu_indices(n, 1)
    keep = rng.random(row.size) < 0.7
    weights = rng.integers(-2, 3, row.size)
    return problems.ising(rng.integers(-1, 2, n), row[keep], col[keep], weights[keep], offset=3)


def longer(seed=0, n=6):
    """Terms of one to four spins, some orders missing in some spins."""
    rng = np.random.default_rng(seed)
    orders = ((1, n // 2), (2, n), (3, 2 * n), (4, n))
    terms = [
        ([rng.choice(n, k, replace=False) for _ in range(m)], rng.choice([-2, -1, 1, 2], m))
        for k, m in orders
    ]
    return problems.from_terms(terms, n, offset=3)


@pytest.mark.parametrize("make", [small, longer])
@pytest.mark.parametrize("seed", range(3))
def test_finds_the_ground_state_of_small_problems(seed, make):
    problem = make(seed, 10)
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


@pytest.mark.parametrize("make", [small, longer])
@pytest.mark.parametrize("factor", [1.0, 1.15])
def test_update_keeps_the_boltzmann_distribution(factor, make):
    """From exact samples; at a wrong beta the test fails, so it has power."""
    problem, beta = make(), 0.4
    spins = exact_samples(problem, beta, 20_000, seed=3).astype(np.float32)
    rng = np.random.default_rng(7)
    for _ in range(5):
        for group in _classes(problem):
            _update(group, spins, np.float32(beta * factor), rng)
    p = pooled_chi_square(count_states(spins.astype(np.int8)), boltzmann(problem, beta))
    assert (p > ALPHA) == (factor == 1.0)


def test_changes_of_polynomials_are_those_of_their_energies():
    """Running energies, which choose the state to keep, follow the exact ones."""
    problem, rng = longer(n=9), np.random.default_rng(1)
    spins = rng.choice(np.array([-1, 1], np.float32), (9, 40))
    before = problem.energies(spins.T.astype(np.int8))
    for group in _classes(problem):
        before = before + _update(group, spins, np.float32(0.2), rng)
    assert before.tolist() == problem.energies(spins.T.astype(np.int8)).tolist()


def test_only_so_many_longer_terms_are_for_the_host(monkeypatch):
    problem = longer()
    assert host.is_suitable(problem)
    monkeypatch.setattr(host, "_MOST_LONGER_TERMS", problem.num_interactions - 1)
    assert not host.is_suitable(problem)


@pytest.mark.parametrize(
    "free", [problems.ising([0, 2], [], [], []), problems.from_terms([([[1]], [2])], 2)]
)
def test_one_spin_and_no_coupling(free):
    *_, last = islice(host_anneal(free, default_beta_range(free)), 20)
    assert last.energy == -2
