"""The statistical helpers themselves, on multinomial samples that no kernel has touched."""

import numpy as np
import pytest
import stats
from kernel_table import graphs
from scipy.stats import binom, kstest


def multinomial_pvalues(
    beta: float, tested_beta: float, draws: int, repeats: int, min_expected: float = 10
) -> np.ndarray:
    """p-values of samples drawn at one beta and tested at another."""
    problem = graphs()["biased"].problem
    drawn, tested = stats.boltzmann(problem, beta), stats.boltzmann(problem, tested_beta)
    counts = np.random.default_rng(0).multinomial(draws, drawn, repeats)
    return np.array([stats.pooled_chi_square(c, tested, min_expected) for c in counts])


def test_pvalues_are_uniform_down_to_the_level_in_use():
    pvalues = multinomial_pvalues(0.4, 0.4, 20_000, 5_000)
    assert kstest(pvalues, "uniform").pvalue > 1e-3
    for level in (1e-2, 1e-3, stats.ALPHA):
        rejected = np.count_nonzero(pvalues < level)
        assert binom.sf(rejected - 1, pvalues.size, level) > 1e-3, level


def test_five_percent_in_beta_is_seen_in_plain_samples():
    assert np.all(multinomial_pvalues(0.7 * 1.05, 0.7, 2**17, 50) < stats.ALPHA)


def test_bins_hold_enough_and_all():
    probabilities = stats.boltzmann(graphs()["biased"].problem, 0.7)
    expected = np.sort(probabilities) * 5_000
    starts = stats._bin_starts(expected, 10)
    sums = np.add.reduceat(expected, starts)
    assert sums.min() >= 10
    assert sums.sum() == pytest.approx(5_000)


def test_too_few_samples_for_two_bins_are_refused():
    with pytest.raises(ValueError, match="draw more samples"):
        stats.pooled_chi_square(np.array([3, 4]), np.array([0.5, 0.5]))


def test_states_are_counted_in_the_order_of_enumeration():
    states = stats.enumerate_states(5)
    repeated = np.repeat(states, np.arange(32), axis=0)
    assert stats.count_states(repeated.T).tolist() == list(range(32))


def test_boltzmann_by_hand():
    problem = graphs()["ring"].problem
    weight = stats.boltzmann(problem, 0.5)
    energy = problem.energies(stats.enumerate_states(7))
    assert weight.sum() == pytest.approx(1)
    assert weight[0] / weight[1] == pytest.approx(np.exp(-0.5 * (energy[0] - energy[1])))


def test_exact_samples_follow_the_distribution():
    problem = graphs()["weighted"].problem
    drawn = stats.exact_samples(problem, 0.7, 2**17, seed=3)
    pvalue = stats.pooled_chi_square(stats.count_states(drawn), stats.boltzmann(problem, 0.7))
    assert pvalue > stats.ALPHA


def test_enumeration_is_for_small_problems():
    with pytest.raises(ValueError, match="too many"):
        stats.enumerate_states(30)
