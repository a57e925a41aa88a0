"""Resampling and free energies on the host: copies, steps, errors and families, without kernels."""

import numpy as np
import pytest
import stats
from scipy.stats import kstest, t

from pbits.free_energy import Ensemble, log_mean, weighted_mean
from pbits.resampling import allocate, culled, next_gap, systematic
from problems.generators import random_gnp

BEFORE, AFTER = np.array([5, 1, 7, 3]), np.array([4, 1, 9, 2])


def copies(growth, offsets):
    return np.bincount(systematic(growth, BEFORE, AFTER, offsets), minlength=growth.size)


def expected_copies(growth):
    block = np.repeat(np.arange(4), BEFORE)
    return growth * (AFTER / np.bincount(block, growth))[block]


def test_copies_are_expected_numbers_rounded_up_or_down():
    rng = np.random.default_rng(1)
    for _ in range(200):
        growth = rng.exponential(size=16) ** 3
        expected, found = expected_copies(growth), copies(growth, rng.random(4))
        assert np.all((found == np.floor(expected)) | (found == np.ceil(expected)))
        np.testing.assert_array_equal(np.add.reduceat(found, np.cumsum(BEFORE) - BEFORE), AFTER)


def test_copies_are_unbiased_over_the_offset():
    growth = np.random.default_rng(2).exponential(size=16)
    grid = (np.arange(1000) + 0.5) / 1000
    mean = np.mean([copies(growth, np.full(4, u)) for u in grid], axis=0)
    np.testing.assert_allclose(mean, expected_copies(growth), atol=2 / 1000)
    # Every offset in the same place would be caught.
    assert np.abs(copies(growth, np.full(4, 0.5)) - expected_copies(growth)).max() > 0.1


@pytest.mark.parametrize("offset", [0.0, 0.5, 1 - 2**-53])
def test_the_dead_have_no_children_and_families_stay_together(offset):
    growth = np.array([0.0, 1, 0, 0, 2, 0.0])
    parents = systematic(growth, np.array([3, 3]), np.array([7, 2]), np.full(2, offset))
    assert parents.tolist() == [1] * 7 + [4] * 2


def test_rounding_never_reaches_a_neighbour():
    rng = np.random.default_rng(3)
    before = rng.integers(1, 40, 5000)
    after = rng.permutation(before)
    growth = rng.exponential(size=before.sum()) ** 8
    parents = systematic(growth, before, after, np.zeros(before.size))
    block = np.repeat(np.arange(before.size), before)
    np.testing.assert_array_equal(block[parents], np.repeat(np.arange(before.size), after))
    assert np.all(np.diff(parents) >= 0)


def test_blocks_get_their_share_and_are_never_empty():
    shares = np.random.default_rng(4).dirichlet(np.full(16, 0.1))
    sizes = allocate(shares, 1000)
    assert (sizes.sum(), sizes.min()) == (1000, 1)
    assert np.abs(sizes - 1 - 984 * shares).max() < 1
    assert allocate(np.full(3, 1 / 3), 3).tolist() == [1, 1, 1]


def test_a_step_culls_what_it_should():
    rng = np.random.default_rng(5)
    energies, weights = rng.normal(size=2000) * 30, rng.dirichlet(np.ones(2000))
    for target in (0.01, 0.1, 0.6):
        gap = next_gap(weights, energies, 1e6, target)
        assert culled(weights, energies, gap) == pytest.approx(target, rel=1e-3)
    assert next_gap(weights, energies, 1e-4, 0.6) == 1e-4
    # Gaussian energies: the overlap of two of them, gap * sigma apart, is 2 Phi(-gap sigma / 2).
    many = rng.normal(size=10**5) * 30
    found = next_gap(np.full(10**5, 1e-5), many, 1e6, 0.1)
    assert found == pytest.approx(0.2513 / 30, rel=0.03)


def test_culling_is_what_resampling_does():
    rng = np.random.default_rng(6)
    energies, gap, size = rng.normal(size=4096), 0.4, np.array([4096])
    growth = np.exp(-gap * energies)
    gone = [
        1 - np.unique(systematic(growth, size, size, rng.random(1))).size / 4096 for _ in range(50)
    ]
    assert np.mean(gone) == pytest.approx(culled(np.full(4096, 1 / 4096), energies, gap), rel=0.02)


def test_families_of_a_weighted_population():
    """Two blocks of three; the first weighs three times as much and holds one family of two."""
    population = Ensemble(6, 2, 5)
    assert population.families() == pytest.approx((1, 1, 6))
    population.log_z = np.log([3.0, 1.0])
    population.family = np.array([0, 0, 2, 3, 4, 5])
    share = np.array([6, 3, 1, 1, 1]) / 12
    rho_t, rho_s, left = population.families()
    assert left == 5
    assert rho_t == pytest.approx(6 * (share**2).sum())
    assert rho_s == pytest.approx(6 / np.exp(-(share * np.log(share)).sum()))
    np.testing.assert_allclose(population.weights, [0.25] * 3 + [1 / 12] * 3)


def test_errors_of_means_are_jackknife_errors():
    rng = np.random.default_rng(7)
    z, values = rng.exponential(size=(3, 8)) + 1, rng.normal(size=(3, 8))
    for k in range(3):
        others = np.array([np.delete(np.arange(8), b) for b in range(8)])
        without = np.log(z[k][others].mean(1))
        assert log_mean(np.log(z))[1][k] == pytest.approx(np.sqrt(7 * without.var()))
        ratio = (z[k] * values[k])[others].sum(1) / z[k][others].sum(1)
        mean, error = weighted_mean(np.log(z), values)
        assert mean[k] == pytest.approx(np.average(values[k], weights=z[k]))
        assert error[k] == pytest.approx(np.sqrt(7 * ratio.var()))
    # One block far above the others: finite, and as large as it must be.
    lonely = np.array([[1000.0, 0, 0, 0]])
    assert log_mean(lonely)[1][0] > 100
    assert np.isfinite(weighted_mean(lonely, np.ones((1, 4)))).all()
    assert np.isinf(log_mean(lonely[:, :1])[1][0])


BETAS = np.linspace(0.1, 1, 10)


def pulls(misjudged: float = 1.0, count: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """(estimate - exact) / error of log Z and <E> at the last beta, replicas drawn exactly."""
    problem = random_gnp(10, 0.5, seed=3)
    energies = problem.energies(stats.enumerate_states(10)).astype(float)
    laws = [stats.boltzmann(problem, beta) for beta in (0, *BETAS)]
    log_z, mean = np.log(np.exp(-energies).sum()), laws[-1] @ energies
    found = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        population = Ensemble(512, 16, 10)
        population.observe(misjudged * rng.choice(energies, 512))
        for beta, law in zip(BETAS, laws[1:], strict=True):
            population.cool(beta, rng.random(16))
            population.observe(misjudged * rng.choice(energies, 512, p=law))
        _, _, level, error, energy, energy_error, *_ = population.summary(0.0)
        found.append(
            [(level[-1] - log_z) / error[-1], (energy[-1] - mean * misjudged) / energy_error[-1]]
        )
    return np.array(found).T


def test_errors_are_as_large_as_they_say():
    """Sixteen blocks: deviations in units of their errors follow Student's t."""
    for found in pulls():
        assert kstest(found, t(15).cdf).pvalue > stats.ALPHA


def test_wrong_weights_are_noticed():
    """Energies misjudged by two per cent, or, what is the same, a step in beta."""
    found, _ = pulls(misjudged=1.02)
    assert kstest(found, t(15).cdf).pvalue < stats.ALPHA
