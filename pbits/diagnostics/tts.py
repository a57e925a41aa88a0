"""Success probability and time to solution from repeated runs, with what is not known stated.

A solver that succeeds with probability p in a run of length t needs ``ln 0.01 / ln(1 - p)`` runs to
succeed at least once with probability 0.99.  T. F. Ronnow et al., Science 345, 420 (2014),
doi:10.1126/science.1252319 (arXiv:1401.2910).  Where no run succeeded the time has a lower bound,
from the upper end of the interval on p, and no value.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
_TARGET = 0.99


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; None where the data do not say.

    A quantity that was only seen to be larger than something has no value and a `lower_bound`.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    lower_bound: float | None = None

    def as_dict(self) -> dict[str, float | None]:
        """Ready for JSON: value, low and high, or a value of None and its lower bound.

        Example:
            >>> Estimate(None, lower_bound=3.5).as_dict()
            {'value': None, 'lower_bound': 3.5}
        """
        if self.value is None:
            return {"value": None, "lower_bound": self.lower_bound}
        return {"value": self.value, "low": self.low, "high": self.high}


def success_probability(
    successes: int,
    runs: int,
    confidence: float = CONFIDENCE,
    method: str = "clopper-pearson",
) -> Estimate:
    """Share of runs that succeeded, with a binomial interval.

    Args:
        successes: of the runs, 0 to `runs`.
        runs: independent ones, at least 1.
        confidence: of the two-sided interval.
        method: "clopper-pearson" covers at least `confidence`; "jeffreys", the equal-tailed
            interval of Beta(1/2, 1/2) as the prior, covers it on average and is shorter.
            L. D. Brown, T. T. Cai, A. DasGupta, Statist. Sci. 16, 101 (2001),
            doi:10.1214/ss/1009213286.

    Raises:
        ValueError: on counts that cannot be, or another method.

    Example:
        >>> found = success_probability(0, 10)
        >>> found.value, found.low, round(found.high, 4)
        (0.0, 0.0, 0.3085)
    """
    from scipy import stats

    _check_counts(successes, runs)
    extra = {"clopper-pearson": (0.0, 1.0), "jeffreys": (0.5, 0.5)}
    if method not in extra:
        raise ValueError(f"method is {method!r}; expected one of {', '.join(extra)}")
    less, more = extra[method]
    failures, tail = runs - successes, (1 - confidence) / 2
    low, high = 0.0, 1.0
    if successes:
        low = float(stats.beta.ppf(tail, successes + less, failures + more))
    if failures:
        high = float(stats.beta.isf(tail, successes + more, failures + less))
    return Estimate(successes / runs, low, high)


def repeats_needed(probability: float, target: float = _TARGET) -> int | None:
    """R99: independent runs until one has succeeded with probability `target`; None if never.

    Raises:
        ValueError: on a probability outside [0, 1].

    Example:
        >>> repeats_needed(0.5), repeats_needed(0.999), repeats_needed(0.0)
        (7, 1, None)
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"probability is {probability!r}; expected a number from 0 to 1")
    repeats = float(_repeats(np.array(probability), target))
    # A quotient just above a whole number is that number, rounded.
    return max(1, math.ceil(repeats - 1e-9)) if math.isfinite(repeats) else None


def run_to_solution(
    seconds: ArrayLike, probability: ArrayLike, target: float = _TARGET
) -> NDArray[np.float64]:
    """TTS of runs of known success probability, in seconds; inf where it is zero.

    At least one run is needed: from ``p >= target`` on this is the length of a run.

    Args:
        seconds: length of a run, broadcast with `probability`.
        probability: of success in a run.
        target: probability of at least one success that is asked for.

    Example:
        >>> run_to_solution(2.0, [0.5, 0.995, 0.0]).round(3).tolist()
        [13.288, 2.0, inf]
    """
    repeats = _repeats(np.asarray(probability, np.float64), target)
    # What takes no time takes for ever where it never succeeds.
    finite = np.asarray(seconds, np.float64) * np.maximum(
        np.where(np.isinf(repeats), 1, repeats), 1
    )
    return np.where(np.isinf(repeats), np.inf, finite)


def time_to_solution(
    seconds: float,
    successes: int,
    runs: int,
    confidence: float = CONFIDENCE,
    target: float = _TARGET,
) -> Estimate:
    """TTS99 of runs of one length, with the interval that Clopper and Pearson's on p implies.

    Args:
        seconds: length of a run, or the mean length where lengths differ.
        successes: of the runs.
        runs: independent ones.
        confidence: of the two-sided interval.
        target: probability of at least one success, 0.99 for TTS99.

    Returns:
        The estimate; its `high` is None where p = 0 cannot be excluded.  Without any success it
        has only a lower bound.

    Raises:
        ValueError: on counts that cannot be.

    Example:
        >>> failed = time_to_solution(1.0, 0, 10)
        >>> failed.value, round(failed.lower_bound, 2)
        (None, 12.48)
        >>> time_to_solution(1.0, 10, 10).value
        1.0
    """
    p = success_probability(successes, runs, confidence)
    least, value, most = run_to_solution(seconds, [p.high, p.value, p.low], target).tolist()  # type: ignore[list-item]
    if not successes:
        return Estimate(None, lower_bound=least)
    return Estimate(value, least, most if math.isfinite(most) else None)


def _repeats(p: NDArray[np.float64], target: float) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.where(p > 0, np.log1p(-target) / np.log1p(-np.minimum(p, target)), np.inf)


def _check_counts(successes: int, runs: int) -> None:
    if runs < 1 or not 0 <= successes <= runs:
        raise ValueError(
            f"{successes} successes of {runs} runs given; expected at least one run and no more "
            "successes than runs"
        )
