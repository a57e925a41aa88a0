"""Estimated partition functions and likelihoods against enumerated ones, and their errors."""

import numpy as np
import pytest
from scipy import stats

from pbits.boltzmann import BoltzmannMachine, Graph, deep, exact, likelihood, local, rbm
from pbits.boltzmann.block_gibbs import machine_of, parameters_of

ALPHA = 1e-4
NUM_SEEDS = 40


def random_machine(graph, size=0.6, seed=1):
    draws = np.random.default_rng(seed)
    h, coupling = draws.normal(0, 0.5, graph.num_units), draws.normal(0, size, graph.num_couplings)
    return BoltzmannMachine(graph, h, coupling)


RESTRICTED = random_machine(rbm(8, 6))
DEEP = random_machine(deep(5, (4, 3), num_labels=1))
THREE_CLASSES = random_machine(local((3, 3), (1, 3), reach=1))


def pulls(machine, exact_value, **options):
    """(estimate - exact) / error of independent runs."""
    found = [
        likelihood.annealed(machine, num_runs=200, num_betas=50, seed=seed, **options)
        for seed in range(NUM_SEEDS)
    ]
    return np.array([(one.value - exact_value) / one.error for one in found])


@pytest.mark.parametrize(
    "machine", [RESTRICTED, DEEP, THREE_CLASSES], ids=["restricted", "deep", "three classes"]
)
def test_annealing_is_right_within_honest_errors(machine):
    """Pulls of forty runs have mean 0 and variance 1."""
    found = pulls(machine, exact.log_z(machine))
    assert abs(found.mean()) * np.sqrt(NUM_SEEDS) < stats.norm.isf(ALPHA / 2)
    squares = (found**2).sum()
    assert stats.chi2.isf(1 - ALPHA / 2, NUM_SEEDS) < squares < stats.chi2.isf(ALPHA / 2, NUM_SEEDS)


@pytest.mark.parametrize("machine", [RESTRICTED, THREE_CLASSES])
def test_few_steps_scatter_but_are_not_biased(machine):
    """The mean weight is Z however few the steps, which needs moves that keep each one's law."""
    found = likelihood.annealed(machine, num_runs=100_000, num_betas=2, seed=1)
    assert found.effective > 1000
    assert abs(found.value - exact.log_z(machine)) < stats.norm.isf(ALPHA / 2) * found.error < 0.05


def test_a_wrong_partition_function_would_be_seen():
    """One that is 4 % too large, or of a machine with one coupling less."""
    wrong = exact.log_z(RESTRICTED) + 0.04
    assert abs(pulls(RESTRICTED, wrong).mean()) * np.sqrt(NUM_SEEDS) > stats.norm.isf(ALPHA / 2)
    coupling = RESTRICTED.coupling.copy()
    coupling[np.abs(coupling).argmax()] = 0
    other = exact.log_z(BoltzmannMachine(RESTRICTED.graph, RESTRICTED.h, coupling))
    assert abs(pulls(RESTRICTED, other).mean()) * np.sqrt(NUM_SEEDS) > stats.norm.isf(ALPHA / 2)


def test_annealing_from_units_like_the_data_is_right_too():
    rows = np.where(np.random.default_rng(0).random((50, 8)) < 0.1, 1, -1)
    found = pulls(RESTRICTED, exact.log_z(RESTRICTED), data=rows)
    assert abs(found.mean()) * np.sqrt(NUM_SEEDS) < stats.norm.isf(ALPHA / 2)
    assert found.std() < 2


def test_likelihood_of_coupled_hidden_units(monkeypatch):
    """Weights of data are annealed as well, data held, here in two blocks of rows."""
    monkeypatch.setattr(likelihood, "_MOST_CHAINS", 25 * 200)
    rows = np.where(np.random.default_rng(0).random((50, DEEP.graph.num_seen)) < 0.4, 1, -1)
    weights = likelihood.log_weights(DEEP, rows, num_runs=200, num_betas=50, seed=1)
    deviation = (weights.value - exact.log_weights(DEEP, rows)) / np.maximum(weights.error, 1e-6)
    assert np.abs(deviation).max() < stats.norm.isf(ALPHA / 2 / len(rows))
    assert np.abs(deviation).max() > 1
    found = likelihood.log_likelihood(DEEP, rows, num_runs=200, num_betas=50, seed=2)
    wanted = exact.log_likelihood(DEEP, rows).mean()
    assert abs(found.value - wanted) < stats.norm.isf(ALPHA / 2) * found.error < 0.2
    far = exact.log_likelihood(DEEP, -rows).mean()
    assert abs(found.value - far) > stats.norm.isf(ALPHA / 2) * found.error


def test_population_agrees():
    machine = random_machine(Graph(4, 0, 3, *np.triu_indices(7, 1)))  # of seven classes
    found = likelihood.population(machine, num_reads=512, seed=1)
    deviation = abs(found.value - exact.log_z(machine))
    assert deviation < stats.t.isf(ALPHA / 2, 15) * found.error < 0.3  # of 16 blocks


def test_restricted_weights_are_exact():
    rows = exact.states(8)[::9].astype(np.int8)
    found = likelihood.log_weights(RESTRICTED, rows)
    np.testing.assert_allclose(found.value, exact.log_weights(RESTRICTED, rows), atol=1e-9)
    assert not np.any(found.error)


@pytest.mark.parametrize("machine", [RESTRICTED, DEEP, THREE_CLASSES])
def test_parameters_by_class_and_back(machine):
    again = machine_of(machine.graph, parameters_of(machine))
    np.testing.assert_allclose(again.h, machine.h, rtol=1e-6)
    np.testing.assert_allclose(again.coupling, machine.coupling, rtol=1e-6)
