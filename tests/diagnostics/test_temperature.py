"""Effective beta: exact samples, chains, closed forms, other people's samplers, and no answer."""

import dimod
import numpy as np
import pytest
from dwave.samplers import SimulatedAnnealingSampler
from scipy.stats import chi2
from stats import ALPHA, boltzmann, enumerate_states, exact_samples

from pbits import BoltzmannSampler, sample
from pbits.diagnostics import effective_beta
from pbits.diagnostics.costs import spin_costs
from problems import from_poly, from_terms, ising, to_bqm
from problems.generators import edwards_anderson, random_gnp

BETA = 0.6
INTEGER = random_gnp(10, 0.5, seed=3)
REAL = random_gnp(10, 0.5, seed=3, couplings="gaussian")
CUBIC = np.array([[i, (i + 1) % 10, (i + 3) % 10] for i in range(10)])
QUARTIC = np.array([[0, 1, 2, 3], [2, 4, 6, 8], [1, 3, 5, 9]])
POLY = from_terms([([[0], [4]], [1, -1]), ([[1, 2], [5, 7]], [1, 1]), (CUBIC, [1, -1] * 5)])
REAL_POLY = from_terms(
    [([[3]], [0.3]), (CUBIC, np.linspace(-1, 1.3, 10)), (QUARTIC, [0.7, -1.1, 0.4])], offset=2.5
)
BIASED = ising(np.linspace(-1, 1, 8), range(7), range(1, 8), np.linspace(-1.3, 0.7, 7))


def p_value(estimates, beta):
    """Chi-square of the deviations from `beta`, in their own errors."""
    deviates = [(found.beta - beta) / found.error for found in estimates]
    return chi2.sf(np.square(deviates).sum(), len(deviates))


@pytest.mark.parametrize(
    "problem",
    [INTEGER, REAL, BIASED, POLY, REAL_POLY],
    ids=["integer", "real", "biased", "poly", "real_poly"],
)
def test_exact_samples_show_their_beta(problem):
    runs = [exact_samples(problem, BETA, 400, seed).T for seed in range(60)]
    found = [effective_beta(problem, run) for run in runs]
    assert p_value(found, BETA) > ALPHA
    assert p_value(found, 1.05 * BETA) < ALPHA
    covered = sum(low < BETA < high for low, high in (each.interval for each in found))
    assert 50 <= covered <= 60  # 57 on average; fewer than 50 once in ten thousand
    assert np.mean([(f.beta - BETA) ** 2 / f.error**2 for f in found]) > 0.5


@pytest.mark.parametrize("problem", [POLY, REAL_POLY], ids=["integer", "real"])
def test_another_beta_is_excluded(problem):
    """Samples at one beta, and an interval that tells it from the other."""
    low, high = (effective_beta(problem, exact_samples(problem, b, 4000, 1).T) for b in (0.4, BETA))
    for found, own, other in ((low, 0.4, BETA), (high, BETA, 0.4)):
        assert p_value([found], own) > ALPHA > p_value([found], other)
        assert not found.interval[0] < other < found.interval[1]
    swapped = from_terms([(t.variables, -t.coefficient) for t in problem.terms])
    reversed_sign = effective_beta(swapped, exact_samples(problem, BETA, 4000, 1).T)
    assert reversed_sign.beta == pytest.approx(-high.beta)


@pytest.mark.parametrize("problem", [INTEGER, REAL, BIASED, POLY, REAL_POLY])
def test_costs_are_half_of_what_flips_save(problem):
    n = problem.num_variables
    spins = enumerate_states(n)[:: 2 ** (n - 6)]
    flipped = spins[:, None] * (1 - 2 * np.eye(n, dtype=np.int8))
    saved = problem.energies(spins)[:, None] - problem.energies(flipped)
    np.testing.assert_allclose(spin_costs(problem, spins), saved / 2, rtol=0, atol=1e-12)


def test_polynomials_of_order_two_are_as_quadratic_ones():
    pairs = np.stack([INTEGER.row, INTEGER.col], 1)
    spins = exact_samples(INTEGER, BETA, 200, 1).T
    found = effective_beta(from_terms([(pairs, INTEGER.coupling)], num_variables=10), spins)
    assert found == effective_beta(INTEGER, spins)


def test_polynomials_of_dimod_in_either_vartype():
    poly = dimod.BinaryPolynomial({"abc": -1, "a": 0.5, "cd": 1, "abd": 0.7}, "SPIN")
    drawn = dimod.SampleSet.from_samples(
        (exact_samples(from_poly(poly), BETA, 2000, 1).T, list("abcd")), "SPIN", 0
    )
    found = effective_beta(poly, drawn)
    assert p_value([found], BETA) > ALPHA > p_value([found], 1.5 * BETA)
    binary = effective_beta(poly.to_binary(copy=True), drawn)
    assert binary[:2] == pytest.approx(found[:2])


def test_sampled_polynomials_show_their_beta():
    drawn = sample(REAL_POLY, beta=0.9, num_reads=3200, num_chains=32, thinning=2, seed=1)
    assert p_value([effective_beta(REAL_POLY, drawn)], 0.9) > ALPHA
    assert p_value([effective_beta(REAL_POLY, drawn)], 1.1 * 0.9) < ALPHA


def lazy_chains(problem, draws, chains, seed, renewal=0.2):
    """Chains [draws * chains, n] that mostly repeat their exact sample: tau = 2 / renewal - 1."""
    fresh = exact_samples(problem, BETA, draws * chains, seed).T.reshape(draws, chains, -1)
    renewed = np.random.default_rng(seed).random((draws, chains)) < renewal
    renewed[0] = True
    latest = np.maximum.accumulate(np.where(renewed, np.arange(draws)[:, None], 0))
    return np.take_along_axis(fresh, latest[..., None], 0).reshape(draws * chains, -1)


def test_chains_widen_the_error():
    runs = [lazy_chains(INTEGER, 300, 8, seed) for seed in range(60)]
    by_chain = [effective_beta(INTEGER, run, num_chains=8) for run in runs]
    assert p_value(by_chain, BETA) > ALPHA
    assert p_value(by_chain, 1.1 * BETA) < ALPHA
    independent = [effective_beta(INTEGER, run) for run in runs]
    assert p_value(independent, BETA) < ALPHA
    ratios = [a.error / b.error for a, b in zip(by_chain, independent, strict=True)]
    assert np.mean(ratios) == pytest.approx(3, rel=0.1)  # tau is 9


def test_a_result_knows_its_chains():
    problem = edwards_anderson((4, 4), seed=1)
    drawn = sample(problem, beta=0.9, num_reads=1600, num_chains=8, thinning=1, seed=1)
    found = effective_beta(problem, drawn)
    assert found == effective_beta(problem, drawn.spins, num_chains=8)
    assert p_value([found], 0.9) > ALPHA


def test_a_free_spin_in_closed_form():
    spins = np.repeat([[1], [-1]], [30, 70], axis=0)
    found = effective_beta(ising([2], [], [], []), spins)
    assert found.beta == pytest.approx(np.arctanh(0.4) / 2)
    # Binomial: the error of atanh(m) is sqrt((1 - m^2) / (N - 1)) / (1 - m^2).
    assert found.error == pytest.approx(1 / np.sqrt(99 * 0.84) / 2)
    assert effective_beta(ising([-2], [], [], []), spins).beta == pytest.approx(-found.beta)


def test_infinite_temperature_and_units():
    spins = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (500, 10))
    found = effective_beta(INTEGER, spins)
    assert abs(found.beta) < 4 * found.error
    drawn = exact_samples(REAL, BETA, 400, 1).T
    scaled = ising(REAL.h, REAL.row, REAL.col, REAL.coupling * 1e6)
    assert effective_beta(scaled, drawn).beta * 1e6 == pytest.approx(
        effective_beta(REAL, drawn).beta
    )


def test_levels_and_start_change_nothing():
    spins = exact_samples(INTEGER, BETA, 200, 1).T
    by_table = effective_beta(INTEGER, spins)
    offset = ising(INTEGER.h, INTEGER.row, INTEGER.col, INTEGER.coupling, offset=0.5)
    assert not offset.is_integer
    assert effective_beta(offset, spins)[:2] == pytest.approx(by_table[:2])
    for start in (-3.0, BETA, 50.0):
        assert effective_beta(INTEGER, spins, start=start)[:2] == pytest.approx(by_table[:2])


def test_it_is_the_maximum():
    spins = exact_samples(REAL, BETA, 50, 1).T

    def log_likelihood(beta):
        flipped = np.repeat(spins[:, None], 10, 1) * (1 - 2 * np.eye(10, dtype=int))
        cost = REAL.energies(flipped) - REAL.energies(spins)[:, None]
        return -np.log1p(np.exp(-beta * cost)).sum()

    best = effective_beta(REAL, spins).beta
    near = [log_likelihood(best + step) for step in (-1e-3, 0, 1e-3)]
    assert near[1] > max(near[0], near[2])


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_samples_of_another_sampler(vartype):
    bqm = to_bqm(edwards_anderson((6, 6), seed=2, couplings="gaussian"), vartype)
    found = SimulatedAnnealingSampler().sample(
        bqm, num_reads=500, beta_schedule_type="custom", beta_schedule=[BETA],
        num_sweeps_per_beta=300, proposal_acceptance_criteria="Gibbs",
        randomize_order=True, seed=1,
    )  # fmt: skip
    estimate = effective_beta(bqm, found)
    assert p_value([estimate], BETA) > ALPHA
    assert p_value([estimate], 1.2 * BETA) < ALPHA


def test_sample_sets_in_any_form():
    bqm = dimod.BQM({"a": 0.5, "b": -0.2, "c": 0.0}, {"ab": 1.0, "bc": -0.8}, 0.3, "SPIN")
    found = BoltzmannSampler().sample(bqm, beta=BETA, num_reads=300, seed=1)
    expected = effective_beta(bqm, found)
    binary = bqm.change_vartype("BINARY", inplace=False)
    assert effective_beta(binary, found.change_vartype("BINARY", inplace=False)) == expected
    assert effective_beta(bqm, found.aggregate())[:2] == pytest.approx(expected[:2])
    columns = dimod.SampleSet.from_samples_bqm(
        (found.record.sample[:, ::-1], list(found.variables)[::-1]), bqm
    )
    assert effective_beta(bqm, columns) == expected


def test_no_finite_beta():
    ground = np.array([[1, 1, 1], [-1, -1, -1]])
    chain = ising([0] * 3, [0, 1], [1, 2], [-1, -1])
    frozen = effective_beta(chain, ground)
    assert frozen[:3] == (None, None, None)
    assert "beta is infinite" in frozen.note
    antiferromagnet = ising([0] * 3, [0, 1], [1, 2], [1, 1])
    assert "minus infinity" in effective_beta(antiferromagnet, ground).note
    for free in (ising([0] * 3, [], [], []), ising([0] * 3, [0], [1], [0])):
        assert "every beta is as likely" in effective_beta(free, ground).note
    # Fields that cancel up to rounding are no fields.
    star = ising([-5, -5, -5, 0], [0, 1, 2], [3, 3, 3], [0.1, 0.2, -0.3])
    assert 0.1 + 0.2 - 0.3 > 0
    assert "beta is infinite" in effective_beta(star, np.ones((1, 4))).note
    empty = ising([], [], [], [])
    assert effective_beta(empty, np.zeros((4, 0))).beta is None


def test_too_few_samples_for_an_error():
    state = enumerate_states(10)[np.argsort(boltzmann(INTEGER, BETA))[512]]
    alone = effective_beta(INTEGER, state[None])
    assert alone.beta is not None
    assert alone.error is None
    assert alone.note
    assert effective_beta(INTEGER, np.repeat(state[None], 5, 0)).error is None
    short = effective_beta(INTEGER, exact_samples(INTEGER, BETA, 20, 0).T, num_chains=10)
    assert "too short" in short.note


@pytest.mark.parametrize(
    ("spins", "message"),
    [
        (np.zeros((0, 10)), "no samples given"),
        (np.ones((3, 9)), r"spins of shape \(3, 9\) given for 10 variables"),
        (np.zeros((3, 10)), "spins must be -1 or"),
        (np.ones(10), r"expected \[samples, variables\]"),
        (dimod.SampleSet.from_samples([{"a": 1}], "SPIN", 0), "samples are of 1 variables"),
    ],
)
def test_bad_samples_say_what_was_expected(spins, message):
    with pytest.raises(ValueError, match=message):
        effective_beta(INTEGER, spins)
