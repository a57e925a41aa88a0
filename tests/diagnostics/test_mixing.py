"""Autocorrelation time and R-hat on series whose answers are known, and against ArviZ."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from pbits import diagnostics
from pbits.diagnostics.inference_data import load_arviz
from pbits.diagnostics.mixing import autocorrelation_time, r_hat

ALPHA = 1e-4


def autoregressive(phi, draws, chains, seed):
    """Stationary AR(1) chains [draws, chains] of variance 1; tau = (1 + phi) / (1 - phi)."""
    noise = np.random.default_rng(seed).standard_normal((draws, chains))
    noise[1:] *= math.sqrt(1 - phi**2)
    return lfilter([1], [1, -phi], noise, axis=0)


def pulls(phi, tau, chains, draws=4000, seeds=30):
    found = [autocorrelation_time(autoregressive(phi, draws, chains, s)) for s in range(seeds)]
    return np.array([(each.tau - tau) / each.error for each in found])


def p_value(deviates):
    return stats.chi2.sf((deviates**2).sum(), deviates.size)


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("chains", [1, 16])
def test_tau_of_an_autoregression_within_its_errors(phi, chains):
    tau = (1 + phi) / (1 - phi)
    deviates = pulls(phi, tau, chains)
    assert p_value(deviates) > ALPHA
    assert (deviates**2).mean() > 0.4  # errors are not far too large either
    assert p_value(pulls(phi, 1.3 * tau, chains)) < ALPHA


def test_error_of_a_mean_follows_from_tau():
    def deviate(series, tau):
        return series.mean() / math.sqrt(series.var() * tau / series.size)

    runs = [autoregressive(0.8, 500, 8, seed) for seed in range(100)]
    right = np.array([deviate(run, autocorrelation_time(run).tau) for run in runs])
    naive = np.array([deviate(run, 1) for run in runs])
    assert p_value(right) > ALPHA
    assert p_value(naive) < ALPHA


def test_sum_that_never_ends_is_told():
    assert not autocorrelation_time(autoregressive(0.999, 100, 4, 1)).closed
    stuck = np.random.default_rng(1).standard_normal((100, 4)) * 0.1 + [0, 1, 2, 3]
    found = autocorrelation_time(stuck)
    assert not found.closed
    assert found.tau > 20  # disagreeing chains are not a small tau
    assert autocorrelation_time(autoregressive(0.5, 1000, 4, 1)).closed


def test_alternating_draws_have_a_small_tau_above_zero():
    assert 0.2 < autocorrelation_time(autoregressive(-0.5, 4000, 4, 1)).tau < 0.5  # 1 / 3
    series = np.tile([1.0, -1.0], 100)[:, None] + 0 * np.arange(3)
    assert 0 < autocorrelation_time(series).tau < 1


SERIES = {
    "normal": np.random.default_rng(0).standard_normal((100, 4)),
    "odd length": np.random.default_rng(1).standard_normal((101, 5)),
    "ties": np.random.default_rng(2).integers(0, 4, (64, 3)).astype(float),
    "random walks": np.cumsum(np.random.default_rng(3).standard_normal((200, 4)), 0),
    "few draws": np.random.default_rng(4).standard_normal((4, 32)),
    "scales": np.random.default_rng(5).standard_normal((100, 4)) * [1, 1, 1, 5],
}


@pytest.mark.parametrize("name", SERIES)
def test_r_hat_is_that_of_arviz(name):
    expected = load_arviz().rhat(SERIES[name].T, method="rank")
    assert r_hat(SERIES[name]) == pytest.approx(float(expected), abs=1e-12)


def test_chains_that_mix_pass():
    for seed in range(10):
        chains = autoregressive(0.5, 1000, 4, seed)
        assert r_hat(chains) < 1.01
        ess = diagnostics.ess(chains)
        assert 0.8 < ess / (chains.size / 3) < 1.25  # tau = 3


@pytest.mark.parametrize("spoil", ["shift", "scale", "drift", "stuck"])
def test_chains_that_do_not_mix_are_flagged(spoil):
    for seed in range(10):
        chains = autoregressive(0.5, 1000, 4, seed)
        if spoil == "shift":
            chains[:, 0] += 1
        elif spoil == "scale":
            chains[:, 0] *= 3
        elif spoil == "drift":
            chains += np.linspace(0, 1.5, 1000)[:, None]
        else:
            chains[:, 0] = chains[0, 0]
        assert r_hat(chains) > 1.01
        if spoil in ("shift", "drift"):
            assert diagnostics.ess(chains) < 0.3 * chains.size / 3


def test_nothing_varies():
    same = np.full((10, 3), 0.1)
    assert r_hat(same) is None
    assert diagnostics.ess(same) is None
    assert autocorrelation_time(same) == (None, None, 0, False)
    assert r_hat(same * [1, 2, 3]) == math.inf


@pytest.mark.parametrize("function", [autocorrelation_time, r_hat, diagnostics.ess])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.ones((3, 8)), "3 draws of each chain given; expected at least 4"),
        (np.ones((4, 4, 4)), r"shape \(4, 4, 4\); expected finite numbers \[draws, chains\]"),
        (np.array([1, 2, 3, np.nan]), "expected finite numbers"),
        (np.ones((0, 4)), "expected finite numbers"),
    ],
)
def test_bad_series_say_what_was_expected(function, values, message):
    with pytest.raises(ValueError, match=message):
        function(values)
