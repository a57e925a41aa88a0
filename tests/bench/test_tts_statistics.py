"""Estimators of time to solution on runs whose law, and so whose answer, is known."""

import numpy as np
import pytest
from scipy import stats

from pbits.bench.tts_times import (
    median_time,
    optimal_time_to_solution,
    restart_time,
    restart_time_draws,
)
from pbits.diagnostics.tts import (
    Estimate,
    repeats_needed,
    run_to_solution,
    success_probability,
    time_to_solution,
)

NEVER = float("inf")
REPETITIONS, RUNS, HORIZON = 200, 40, 3.0
# The shortest run of an exponential solver of rate 1 has this TTS99, whatever its length.
EXPONENTIAL = -np.log(0.01)


def exponential_runs(rng, rate=1.0):
    hits = rng.exponential(1 / rate, RUNS)
    return np.where(hits <= HORIZON, hits, NEVER)


def fixed_time_runs(rng, q=0.3, at=1.0):
    """A hit at one time or never: the best restart is at that time."""
    return np.where(rng.random(RUNS) < q, at, NEVER)


def late_or_early_runs(rng):
    """Early in a fifth of the runs, else slow: restarting early is best by far."""
    early = rng.random(RUNS) < 0.2
    return np.where(early, rng.uniform(0.05, 0.1, RUNS), rng.exponential(20, RUNS))


def late_or_early_tts(length):
    """Of runs of `late_or_early_runs` of at least 0.1 s."""
    return -length * EXPONENTIAL / np.log1p(-(0.2 + 0.8 * -np.expm1(-length / 20)))


# Runs, and the least TTS99 over their length in closed form.
LAWS = [
    (exponential_runs, EXPONENTIAL),
    (fixed_time_runs, -EXPONENTIAL / np.log1p(-0.3)),
    (late_or_early_runs, late_or_early_tts(0.1)),
]


def best_tts(hits, seed=0):
    return optimal_time_to_solution(hits, HORIZON, seed)[0]


def covers(estimate, truth):
    low = estimate.lower_bound if estimate.value is None else estimate.low
    return low <= truth <= (NEVER if estimate.high is None else estimate.high)


def coverage(estimator, law, truth, repetitions=REPETITIONS):
    rng = np.random.default_rng(1)
    return np.mean([covers(estimator(law(rng)), truth) for _ in range(repetitions)])


@pytest.mark.parametrize("method", ["clopper-pearson", "jeffreys"])
@pytest.mark.parametrize("p", [0.03, 0.5, 0.97])
def test_success_interval_covers_exactly_enumerated(method, p):
    """Clopper and Pearson's covers for every p; Jeffreys's nearly."""
    runs = 25
    found = [success_probability(k, runs, method=method) for k in range(runs + 1)]
    weights = stats.binom.pmf(np.arange(runs + 1), runs, p)
    covered = sum(w for w, one in zip(weights, found, strict=True) if one.low <= p <= one.high)
    assert covered >= (0.95 if method == "clopper-pearson" else 0.9)


def test_success_interval_agrees_with_scipy():
    for successes in (0, 3, 20):
        found = success_probability(successes, 20)
        exact = stats.binomtest(successes, 20).proportion_ci(0.95)
        assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize(("successes", "runs"), [(0, 0), (-1, 3), (4, 3)])
def test_impossible_counts(successes, runs):
    with pytest.raises(ValueError, match="no more successes than runs"):
        success_probability(successes, runs)


def test_unknown_method():
    with pytest.raises(ValueError, match="expected one of clopper-pearson, jeffreys"):
        success_probability(1, 2, method="wald")


def test_time_to_solution_of_known_counts():
    half = time_to_solution(2.0, 5, 10)
    assert half.value == pytest.approx(2 * np.log(0.01) / np.log(0.5))
    p = success_probability(5, 10)
    assert half.low == pytest.approx(2 * np.log(0.01) / np.log1p(-p.high))
    assert half.high == pytest.approx(2 * np.log(0.01) / np.log1p(-p.low))


def test_time_to_solution_at_the_ends():
    always, never, once = (time_to_solution(3.0, *c) for c in ((9, 9), (0, 9), (1, 1)))
    assert (always.value, always.low) == (3.0, 3.0)
    assert always.high > 3.0
    p = success_probability(0, 9).high
    assert never.as_dict() == {
        "value": None,
        "lower_bound": pytest.approx(3 * run_to_solution(1, p)),
    }
    assert once.value == 3.0
    assert once.high > 100 * 3.0


def test_no_run_is_shorter_than_one():
    assert run_to_solution(2.0, [0.99, 0.999, 1.0]).tolist() == [2.0] * 3
    assert run_to_solution(2.0, 0.9) == pytest.approx(4.0)
    assert [repeats_needed(p) for p in (0.9, 0.99, 1.0, 0.0)] == [2, 1, 1, None]
    with pytest.raises(ValueError, match="from 0 to 1"):
        repeats_needed(1.5)


@pytest.mark.parametrize(("law", "truth"), LAWS)
def test_best_run_length_interval_covers(law, truth):
    assert coverage(best_tts, law, truth) >= 0.85


@pytest.mark.parametrize(("law", "truth"), LAWS)
@pytest.mark.parametrize("factor", [0.25, 4])
def test_wrong_times_are_found_out(law, truth, factor):
    """A clock that is wrong by a factor of four: the test above has teeth."""
    assert coverage(lambda hits: best_tts(hits * factor), law, truth, 40) < 0.85


def test_halved_times_are_found_out_with_many_runs():
    hits = np.random.default_rng(4).exponential(1.0, 2000)
    right, wrong = (optimal_time_to_solution(hits * f, 3.0 * f)[0] for f in (1, 0.5))
    assert covers(right, EXPONENTIAL)
    assert not covers(wrong, EXPONENTIAL)


def test_least_over_lengths_on_the_same_runs_is_too_small():
    """Why the estimate is cross-fitted: the usual minimum is off by half, and this one is not."""
    rng = np.random.default_rng(2)
    naive, ours = [], []
    for _ in range(60):
        hits = np.sort(exponential_runs(rng))
        hits = hits[np.isfinite(hits)]
        shares = np.arange(1, hits.size + 1) / RUNS
        naive.append(run_to_solution(hits, shares).min())
        ours.append(best_tts(np.append(hits, [NEVER] * (RUNS - hits.size))).value)
    assert np.median(naive) < 0.7 * EXPONENTIAL
    assert 0.85 * EXPONENTIAL < np.median(ours) < 1.4 * EXPONENTIAL


def test_best_length_is_the_restart_time():
    rng = np.random.default_rng(3)
    hits = np.concatenate([late_or_early_runs(rng) for _ in range(10)])
    best, length = optimal_time_to_solution(hits, HORIZON)
    assert 0.08 < length <= 0.1
    assert covers(best, late_or_early_tts(0.1))
    assert best.high < late_or_early_tts(HORIZON) / 5


def test_best_tts_at_the_ends():
    never, length = optimal_time_to_solution([NEVER] * 5, 2.0)
    assert (never.value, length) == (None, 2.0)
    assert never.lower_bound == time_to_solution(2.0, 0, 5).lower_bound
    assert optimal_time_to_solution([0.5] * 8, 2.0)[0].value == 0.5  # ties, p = 1
    single, length = optimal_time_to_solution([0.5], 2.0)
    assert (single.value, length) == (2.0, 2.0)
    lone, _ = optimal_time_to_solution([0.5, NEVER, NEVER], 2.0)
    assert lone.low <= lone.value <= lone.high < NEVER


def test_hits_beyond_the_horizon_do_not_count():
    late, _ = optimal_time_to_solution([1.0, 5.0], 2.0)
    assert late == optimal_time_to_solution([1.0, NEVER], 2.0)[0]


def test_a_seed_gives_the_same_interval():
    hits = exponential_runs(np.random.default_rng(0))
    assert best_tts(hits, 5) == best_tts(hits, 5) != best_tts(hits, 6)


@pytest.mark.parametrize("horizon", [0.3, 3.0])
def test_restart_time_covers(horizon):
    """Exponential times: their mean, whatever the horizon."""
    rng = np.random.default_rng(5)

    def censored(factor):
        hits = rng.exponential(1.0, 20) * factor
        ends = np.full(20, horizon)
        return covers(restart_time(np.where(hits <= ends, hits, NEVER), ends), 1.0)

    assert 0.93 <= np.mean([censored(1) for _ in range(300)])
    assert np.mean([censored(0.4) for _ in range(100)]) < 0.75


def test_restart_time_is_that_of_restarts():
    """Wald: with restarts at the horizon, for a law that is far from exponential."""
    rng = np.random.default_rng(6)
    hits = np.where(rng.random(100_000) < 0.25, 1.0, NEVER)
    found = restart_time(hits, np.full(hits.size, 2.0))
    assert found.value == pytest.approx(1.0 + 2.0 * 3, rel=0.02)


def test_restart_time_bounds_what_never_arrived():
    bound = restart_time([NEVER] * 10, [2.0] * 10).lower_bound
    # Of 10 times 2 s without a hit the chance is 2.5 % at this mean.
    assert np.exp(-20 / bound) == pytest.approx(0.025)


def test_draws_of_the_restart_time_cover():
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(REPETITIONS):
        hits = exponential_runs(rng)
        draws = restart_time_draws(hits, np.full(RUNS, HORIZON), rng, 500)
        low, high = np.quantile(draws, [0.025, 0.975])
        inside += low <= 1.0 <= high
    assert inside >= 0.85 * REPETITIONS


def test_median_time_is_that_of_kaplan_and_meier():
    """The textbook way, on times with ties and censoring in between."""
    spent = np.array([1, 2, 2, 3, 4, 5, 6, 7.0])
    reached = np.array([1, 1, 0, 1, 0, 1, 1, 0], bool)
    curve = stats.ecdf(stats.CensoredData.right_censored(spent, ~reached)).sf
    expected = curve.quantiles[np.argmax(curve.probabilities <= 0.5)]
    assert median_time(np.where(reached, spent, NEVER), spent).value == expected == 5


def test_median_time_covers():
    law, truth = exponential_runs, np.log(2)
    assert coverage(lambda hits: median_time(hits, [HORIZON] * RUNS), law, truth) >= 0.85
    doubled = coverage(lambda hits: median_time(2 * hits, [2 * HORIZON] * RUNS), law, truth, 60)
    assert doubled < 0.5


def test_median_time_at_the_ends():
    assert median_time([1.0], [9.0]) == Estimate(1.0)
    assert median_time([NEVER, NEVER, 1.0], [4.0] * 3).as_dict() == {
        "value": None,
        "lower_bound": 4.0,
    }
    assert median_time([1.0, 1.0, NEVER], [4.0] * 3).high is None


@pytest.mark.parametrize("times", [[], [float("nan")], [-1.0], [[1.0]]])
def test_times_are_checked(times):
    with pytest.raises(ValueError, match="for each run"):
        optimal_time_to_solution(times, 1.0)


def test_ends_are_checked():
    with pytest.raises(ValueError, match="a finite one for each"):
        restart_time([1.0, 2.0], [3.0])
