"""Cells in series: exact without spread, and spread as predicted."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from scipy.stats import chi2

from crossbar.converters.resistance_sum import ResistanceColumns, ResistanceSum, sum_errors
from crossbar.costs import UnknownCostError
from crossbar.ledger import charge

ALPHA = 1e-4
IDEAL = ResistanceSum(low_spread=0.0, high_spread=0.0)
RNG = np.random.default_rng(0)
WEIGHTS = RNG.choice([-1, 1], (64, 2000))
INPUTS = RNG.choice([-1, 1], 64)
delays = jax.jit(ResistanceColumns.delays)


def test_delays_are_those_of_the_array_that_was_measured() -> None:
    # 13 to 29 ns were measured; the product takes 90 ns with control.
    fast, slow = (1e9 * float(delay) for delay in ResistanceSum().delays)
    assert fast == pytest.approx(13, rel=0.1)
    assert slow == pytest.approx(29, rel=0.1)
    assert slow * 1e-9 < 1 / ResistanceSum().rate


@pytest.mark.parametrize("bits", [1, 4, 7])
def test_without_spread_only_rounding_remains(bits: int) -> None:
    array = ResistanceSum(low_spread=0.0, high_spread=0.0, bits=bits)
    weights = np.concatenate([WEIGHTS[:, :200], np.stack([INPUTS, -INPUTS], 1)], axis=1)
    exact = INPUTS @ weights
    found, events = array.program(random.key(0), weights).mvm(INPUTS)
    step = 128 / 2**bits
    assert array.step == step
    assert np.abs(np.asarray(found) - exact).max() <= step / 2 * 1.001
    assert found[-2] == 64 - step / 2
    assert found[-1] == step / 2 - 64
    assert events == {f"resistance_sum.{bits}": 202 * 64}


def test_rows_in_agreement_are_counted_one_by_one() -> None:
    weights = np.where(np.arange(64)[:, None] < np.arange(65), 1, -1)
    memory = IDEAL.program(random.key(0), weights)
    delay = np.asarray(memory.delays(jnp.ones(64)))
    per_cell = 13e3 * 16.8e-15
    np.testing.assert_allclose(np.diff(delay), -per_cell, rtol=2e-3)


def spread_p(array: ResistanceSum, expected: ResistanceSum) -> float:
    """Delays, as products, against the predicted spread around the exact ones."""
    first, last = (float(delay) for delay in array.delays)
    memory = array.program(random.key(1), WEIGHTS)
    delay = np.asarray(delays(memory, jnp.asarray(INPUTS, jnp.float32), random.key(2)))
    found = 64 - 128 * (delay - first) / (last - first)
    exact = INPUTS @ WEIGHTS
    errors = sum_errors(expected, exact)
    sigma = np.hypot(errors.spread, errors.jitter)
    statistic = np.sum(((found - exact) / sigma) ** 2)
    return float(2 * min(chi2.cdf(statistic, exact.size), chi2.sf(statistic, exact.size)))


@pytest.mark.parametrize("jitter", [None, 3e-10])
def test_spread_is_as_predicted(jitter: float | None) -> None:
    array = ResistanceSum(jitter=jitter)
    assert spread_p(array, array) > ALPHA
    wrong = ResistanceSum(jitter=jitter, low_spread=2.0e3, high_spread=2.5e3)
    assert spread_p(array, wrong) < ALPHA


def test_error_of_products_is_spread_and_rounding_together() -> None:
    array = ResistanceSum()
    exact = INPUTS @ WEIGHTS
    found, _ = array.program(random.key(3), WEIGHTS).mvm(INPUTS)
    rms = np.sqrt(np.mean((np.asarray(found) - exact) ** 2))
    predicted = np.sqrt(np.mean(sum_errors(array, exact).total ** 2))
    assert rms == pytest.approx(predicted, rel=0.06)
    # A narrower range rounds less, until it clips.
    narrow = ResistanceSum(span=0.5)
    closer, _ = narrow.program(random.key(3), WEIGHTS).mvm(INPUTS)
    assert np.sqrt(np.mean((np.asarray(closer) - exact) ** 2)) < 0.9 * rms


def test_the_ledger_takes_what_it_counts() -> None:
    memory = IDEAL.program(random.key(0), WEIGHTS[:, :64])
    _, events = memory.mvm(np.stack([INPUTS] * 3))
    report = charge(events, memory.path(3))
    # 262 TOPS/W of 64 x 64 products, each two operations, 11.1 MHz.
    assert report.energy == pytest.approx(3 * 2 * 64 * 64 / 262e12, rel=1e-6, abs=0)
    assert report.latency == pytest.approx(3 / 11.1e6, rel=1e-6, abs=0)
    other = ResistanceSum(bits=6).program(random.key(0), WEIGHTS[:, :2])
    with pytest.raises(UnknownCostError, match=r"resistance_sum\.6"):
        charge(other.mvm(INPUTS)[1])


def test_what_it_cannot_do_is_explained() -> None:
    with pytest.raises(ValueError, match="high - low is -1000"):
        ResistanceSum(low=14e3, high=13e3)
    with pytest.raises(ValueError, match="high - low is -1000"):
        ResistanceSum(low=jnp.float32(14e3), high=jnp.float32(13e3))
    with pytest.raises(ValueError, match="rate is 0"):
        ResistanceSum(rate=0.0)
    with pytest.raises(ValueError, match="products is 65; expected a number of -64 to 64"):
        sum_errors(IDEAL, [0.0, 65.0])
    with pytest.raises(ValueError, match="bits of the time-to-digital converter is 0"):
        ResistanceSum(bits=0)
    with pytest.raises(ValueError, match="64 rows of -1 and 1"):
        IDEAL.program(random.key(0), np.zeros((64, 2)))
    memory = IDEAL.program(random.key(0), WEIGHTS[:, :2])
    with pytest.raises(ValueError, match="other values than -1 and 1"):
        memory.mvm(np.zeros(64))
    with pytest.raises(ValueError, match=r"x has shape \(63,\)"):
        memory.mvm(np.ones(63))
