"""Times to a target from runs that may not have reached it.

Each run gives the time of its first hit (inf where there was none) and the time until which it was
watched.  Nothing here drops a run that failed.
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from pbits.diagnostics.tts import CONFIDENCE, Estimate, run_to_solution, time_to_solution

_DRAWS = 2000
_SPLITS = 200
_DRAWS_A_SPLIT = 20
# Lower limit of p where a length is chosen; higher, and a single lucky run chooses too often.
_CAUTION = 0.01
# With fewer hits a half may know nothing of the best t.
_FEW = 10


def optimal_time_to_solution(
    hits: ArrayLike, horizon: float, seed: int = 0, confidence: float = CONFIDENCE
) -> tuple[Estimate, float]:
    """TTS99 at the best length of a run: the least over t of ``t ln 0.01 / ln(1 - p(t))``.

    p(t) is the share of runs that hit by t, so a run of length t is one that is stopped at t and
    restarted (T. Albash & D. A. Lidar, Phys. Rev. X 8, 031016 (2018), arXiv:1705.07452).  A least
    value over t on the runs that also estimate p is too small, up to half on times that are
    exponential, and resampling repeats that error.  So t is chosen on a random half of the runs,
    where p is taken at its lower 99 % limit, and p is counted on the other half, both ways round,
    for many halves.  The interval mixes the halves with the Jeffreys posterior of the counts;
    with fewer than ten hits it reaches down to what t chosen on all runs would give.  The value is
    the TTS at a t that can be known from half of the runs, which is never below the optimum: its
    error, large where hits are few and far apart in time, is against the solver.  Without any hit
    the lower bound is that of runs of length `horizon`.

    Args:
        hits: [runs] seconds of first hits, inf where there was none.
        horizon: seconds that every run had; later hits count as none.
        seed: of the halves and the interval.
        confidence: of the two-sided interval.

    Returns:
        The estimate and the length of a run, in seconds, that it is for.

    Raises:
        ValueError: where there are no runs, or a time is NaN or negative.

    Example:
        >>> hits = [1.0] * 10 + [float("inf")] * 10
        >>> best, length = optimal_time_to_solution(hits, 10.0)
        >>> best.low < 6.64 < best.high, length  # ln 0.01 / ln 0.5 runs of 1 s
        (True, 1.0)
    """
    times = _checked(hits)
    times = np.where(times <= horizon, times, np.inf)
    successes = int(np.isfinite(times).sum())
    if not successes or times.size == 1:
        return time_to_solution(horizon, successes, times.size, confidence), horizon
    rng = np.random.default_rng(seed)
    lengths, counts, runs = _cross_fitted(times, horizon, rng)
    p = rng.beta(counts + 0.5, runs - counts + 0.5, (_DRAWS_A_SPLIT, *counts.shape))
    draws, values = _rate_mean(lengths, p), _rate_mean(lengths, counts / runs)
    low, high = np.quantile(draws, _tails(confidence)).tolist()
    if successes < _FEW:
        low = min(low, _greedy_low(np.sort(times)[:successes], times.size, confidence))
    value = float(np.median(values))
    return Estimate(value, min(low, value), max(high, value)), float(np.median(lengths))


def _rate_mean(lengths: NDArray[np.float64], p: NDArray[np.float64]) -> NDArray[np.float64]:
    """TTS of both halves as one, the mean being that of rates: a half may have had no hit."""
    return 1 / np.mean(1 / run_to_solution(lengths, p), axis=-1)


def _cross_fitted(
    times: NDArray[np.float64], horizon: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Lengths of a run chosen on one half and hits within them in the other, [splits, 2].

    Also the number of runs that the hits are counted in, [2].
    """
    first = np.argsort(rng.random((_SPLITS, times.size)), axis=1) < times.size // 2
    order = np.argsort(times, kind="stable")
    reached = times[order][np.isfinite(times[order])]
    half = np.cumsum(first[:, order], axis=1)
    rest = np.cumsum(~first[:, order], axis=1)
    lengths, counts = np.zeros((_SPLITS, 2)), np.zeros((_SPLITS, 2), np.int64)
    for k, (chosen_on, counted_on) in enumerate(((half, rest), (rest, half))):
        low = _cautious(int(chosen_on[0, -1]))[chosen_on[:, : reached.size]]
        cost = run_to_solution(reached, low)
        length = np.where(np.isfinite(cost).any(axis=1), reached[np.argmin(cost, axis=1)], horizon)
        # Ties: all hits at that very time count.
        last = np.searchsorted(reached, length, side="right") - 1
        lengths[:, k], counts[:, k] = length, counted_on[np.arange(_SPLITS), last]
    return lengths, counts, np.array([rest[0, -1], half[0, -1]])


def _greedy_low(reached: NDArray[np.float64], runs: int, confidence: float) -> float:
    """Low end of the TTS at the length chosen on all runs."""
    cost = run_to_solution(reached, _cautious(runs)[1 : reached.size + 1])
    best = int(np.argmin(cost))
    hits = int(np.searchsorted(reached, reached[best], side="right"))
    low = time_to_solution(float(reached[best]), hits, runs, confidence).low
    assert low is not None
    return low


@cache
def _cautious(runs: int) -> NDArray[np.float64]:
    """Success probability after 0 .. `runs` successes, on the low side; zero without any."""
    hits = np.arange(runs + 1)
    low = special.betaincinv(hits + 0.5, runs - hits + 0.5, _CAUTION)
    return np.where(hits > 0, low, 0.0)


def restart_time(hits: ArrayLike, ends: ArrayLike, confidence: float = CONFIDENCE) -> Estimate:
    """Expected time to a first hit of runs that are restarted when they end.

    All time spent over the number of hits: exact for restarts by Wald's identity, whatever the
    distribution.  The interval is that of exponential times (chi-square), the law that restarts
    tend to; it is too wide for times that vary less and too narrow for heavier tails.
    A. D. King et al., arXiv:1508.05087, compare solvers by time to target.

    Args:
        hits: [runs] seconds of first hits, inf where there was none.
        ends: [runs] seconds until which a run without a hit was watched.
        confidence: of the two-sided interval.

    Returns:
        The estimate; without any hit only a lower bound.

    Raises:
        ValueError: where there are no runs, or a time is NaN or negative.

    Example:
        >>> restart_time([1.0, 3.0, float("inf")], [10.0, 10.0, 10.0]).value
        7.0
        >>> round(restart_time([float("inf")] * 4, [10.0] * 4).lower_bound, 2)
        10.84
    """
    spent, reached = _watched(hits, ends)
    total, successes, tail = float(spent.sum()), int(reached.sum()), (1 - confidence) / 2
    least = 2 * total / float(stats.chi2.isf(tail, 2 * successes + 2))
    if not successes:
        return Estimate(None, lower_bound=least)
    most = 2 * total / float(stats.chi2.ppf(tail, 2 * successes))
    return Estimate(total / successes, least, most)


def restart_time_draws(
    hits: ArrayLike, ends: ArrayLike, rng: np.random.Generator, draws: int = _DRAWS
) -> NDArray[np.float64]:
    """Expected times to a hit, [draws], under the Bayesian bootstrap over runs.

    Its weights are never zero (D. B. Rubin, Ann. Statist. 9, 130 (1981),
    doi:10.1214/aos/1176345338), so that a single hit is never lost.  Without any hit all draws
    are the lower bound of :func:`restart_time`.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> restart_time_draws([1.0, 1.0], [9.0, 9.0], rng, 3).round(6).tolist()
        [1.0, 1.0, 1.0]
    """
    spent, reached = _watched(hits, ends)
    if not reached.any():
        return np.full(draws, restart_time(hits, ends).lower_bound)
    weights = rng.dirichlet(np.ones(spent.size), draws)
    return (weights @ spent) / (weights @ reached)


def median_time(
    hits: ArrayLike, ends: ArrayLike, seed: int = 0, confidence: float = CONFIDENCE
) -> Estimate:
    """Median time to a first hit by Kaplan and Meier, runs without one censored at their end.

    E. L. Kaplan & P. Meier, J. Am. Stat. Assoc. 53, 457 (1958),
    doi:10.1080/01621459.1958.10501452.  The interval is a Bayesian bootstrap over runs.

    Args:
        hits: [runs] seconds of first hits, inf where there was none.
        ends: [runs] seconds until which a run without a hit was watched.
        seed: of the interval.
        confidence: of the two-sided interval.

    Returns:
        The estimate, of which `high` is None where it lies beyond the runs and both ends are
        where there is but one run; where fewer than half hit, only the time until which the curve
        is known.

    Raises:
        ValueError: where there are no runs, or a time is NaN or negative.

    Example:
        >>> median_time([1.0, 2.0, 3.0], [9.0] * 3).value
        2.0
        >>> median_time([1.0, float("inf"), float("inf")], [9.0] * 3).as_dict()
        {'value': None, 'lower_bound': 9.0}
    """
    spent, reached = _watched(hits, ends)
    even = np.full((1, spent.size), 1 / spent.size)
    value = float(_survival_medians(spent, reached, even)[0])
    if not np.isfinite(value):
        return Estimate(None, lower_bound=float(spent.max()))
    if spent.size == 1:
        return Estimate(value)
    weights = np.random.default_rng(seed).dirichlet(np.ones(spent.size), _DRAWS)
    return Estimate(value, *_interval(_survival_medians(spent, reached, weights), confidence))


def _survival_medians(
    spent: NDArray[np.float64], reached: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """First times at which the weighted Kaplan-Meier curve is at most one half, inf if never."""
    # Hits before ends at the same time: a run that ended then was still watched.
    order = np.lexsort((~reached, spent))
    weights, spent, reached = weights[:, order], spent[order], reached[order]
    at_risk = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    alive = np.cumprod(1 - np.where(reached, weights / at_risk, 0), axis=1)
    below = alive <= 0.5 + 1e-12
    return np.where(below.any(axis=1), spent[np.argmax(below, axis=1)], np.inf)


def _interval(draws: NDArray[np.float64], confidence: float) -> tuple[float | None, float | None]:
    # Without interpolation, which infinities do not survive.
    ends = np.quantile(draws, _tails(confidence), method="inverted_cdf")
    low, high = (float(x) if np.isfinite(x) else None for x in ends)
    return low, high


def _tails(confidence: float) -> list[float]:
    return [(1 - confidence) / 2, (1 + confidence) / 2]


def _watched(hits: ArrayLike, ends: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Time spent in each run, and whether it ended with a hit."""
    times, until = _checked(hits), _checked(ends)
    if times.shape != until.shape or not np.isfinite(until).all():
        raise ValueError(
            f"{until.size} ends given for {times.size} hits; expected a finite one for each"
        )
    reached = times <= until
    return np.where(reached, times, until), reached


def _checked(times: ArrayLike) -> NDArray[np.float64]:
    times = np.asarray(times, np.float64)
    if times.ndim != 1 or not times.size or np.isnan(times).any() or (times < 0).any():
        raise ValueError(f"times {times.tolist()!r} given; expected one of at least 0 for each run")
    return times
