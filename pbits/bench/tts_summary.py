"""One row for each solver of each contest, ready for JSON, and values against time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench.tts_contests import Contest
from pbits.bench.tts_records import Run
from pbits.bench.tts_times import median_time, optimal_time_to_solution, restart_time
from pbits.diagnostics.tts import Estimate, repeats_needed, success_probability, time_to_solution

NEAR = 0.999
_QUANTILES = (0.25, 0.5, 0.75)


def solver_row(contest: Contest, solver: str, near: float = NEAR, seed: int = 0) -> dict[str, Any]:
    """Everything that is reported of one solver on one instance, ready for JSON.

    Times come twice: with compilation in them, as a user waits, and with it apart, where a solver
    compiles.

    Args:
        contest: the runs on one instance.
        solver: whose row.
        near: share of the best known value that "near" means.
        seed: of the intervals.
    """
    runs = contest.runs[solver]
    values = np.array([run.value for run in runs if run.value is not None], np.float64)
    row: dict[str, Any] = {
        "instance": contest.label,
        "family": contest.target.family,
        "num_variables": contest.target.num_variables,
        "solver": solver,
        "package": runs[0].package,
        "budget": contest.budget,
        "num_cores": contest.num_cores,
        "runs": len(runs),
        "best_known": contest.best,
        "best": _plain(contest, _best(contest, values)),
        "mean": _mean(values).as_dict(),
        "residual_per_spin": _residual(contest, values).as_dict(),
        "included": _times(contest, solver, near, seed, apart=False),
        "apart": None,
    }
    if any(run.compile_seconds for run in runs):
        row["apart"] = _times(contest, solver, near, seed, apart=True)
    return row | {"attempts": _attempts(contest, runs)}


def chosen_times(row: dict[str, Any], compile_apart: bool) -> dict[str, Any]:
    """The times of a row: without compilation where that is asked for and the solver compiles."""
    return row["apart"] if compile_apart and row["apart"] else row["included"]


def anytime(contest: Contest, solver: str, grid: NDArray[np.float64]) -> dict[str, Any]:
    """Best value so far against time, over the runs of one solver.

    Args:
        contest: the runs on one instance.
        solver: whose curves.
        grid: [k] seconds, compilation included.

    Returns:
        ``gap``: [3, k] quartiles over runs of the gap to the best known value, in its units; and
        ``mean``: [k] mean gap.  Both are inf where runs that count have found nothing yet.
    """
    gaps = np.full((len(contest.runs[solver]), grid.size), np.inf)
    for row, run in zip(gaps, contest.runs[solver], strict=True):
        last = np.searchsorted(run.times, grid, side="right") - 1
        if run.times.size:
            row[last >= 0] = contest.gaps(run.values)[last[last >= 0]]
    quartiles = np.quantile(gaps, _QUANTILES, axis=0, method="inverted_cdf")
    return {"gap": quartiles, "mean": gaps.mean(axis=0)}


def time_grid(contest: Contest, points: int = 200) -> NDArray[np.float64]:
    """Seconds from the first value of any run to the end of the longest, evenly in logarithm."""
    runs = [run for group in contest.runs.values() for run in group]
    first = min((run.times[0] for run in runs if run.times.size), default=1e-3)
    last = max(run.seconds for run in runs)
    first = max(first, 1e-4)
    return np.geomspace(first, max(last, 1.01 * first), points)


def _times(contest: Contest, solver: str, near: float, seed: int, apart: bool) -> dict[str, Any]:
    hits, ends = contest.hits(solver, None, apart)
    horizon = contest.length(solver, apart)
    solved = int(np.isfinite(hits).sum())
    p = success_probability(solved, hits.size)
    best, length = optimal_time_to_solution(hits, horizon, seed)
    close, until = contest.hits(solver, near, apart)
    assert p.value is not None
    return {
        "solved": solved,
        "p_best": p.as_dict(),
        "r99": repeats_needed(p.value),
        "tts99": best.as_dict(),
        "tts99_run_length": length,
        "tts99_at_budget": time_to_solution(horizon, solved, hits.size).as_dict(),
        "time_to_best": restart_time(hits, ends).as_dict(),
        "time_to_near": restart_time(close, until).as_dict(),
        "median_time_to_near": median_time(close, until, seed).as_dict(),
        "near_per_run": [float(x) if np.isfinite(x) else None for x in close],
        "watched_per_run": until.tolist(),
    }


def _attempts(contest: Contest, runs: Sequence[Run]) -> dict[str, Any] | None:
    """TTS99 by the solver's own restarts, of the length that it chose."""
    tables = [run.attempts for run in runs if run.attempts is not None and len(run.attempts)]
    if not tables:
        return None
    seconds, values = np.concatenate(tables).T
    solved = int((contest.gaps(values) <= contest.tolerance(None)).sum())
    length = float(seconds.mean())
    return {
        "count": seconds.size,
        "p_best": success_probability(solved, seconds.size).as_dict(),
        "seconds": length,
        "tts99": time_to_solution(length, solved, seconds.size).as_dict(),
    }


def _best(contest: Contest, values: NDArray[np.float64]) -> float | None:
    sign = contest.target.sign
    return float(sign * (sign * values).max()) if values.size else None


def _residual(contest: Contest, values: NDArray[np.float64]) -> Estimate:
    """Mean gap per variable, in units of the objective: a cut's edge is two units of energy."""
    size = max(contest.target.num_variables, 1)
    return _mean(contest.gaps(values) / size)


def _mean(values: NDArray[np.float64]) -> Estimate:
    """Mean with Student's interval, of no width where all values are equal."""
    if not values.size:
        return Estimate(None)
    mean = float(values.mean())
    if values.size == 1:
        return Estimate(mean)
    from scipy import stats

    error = float(values.std(ddof=1) / np.sqrt(values.size))
    half = float(stats.t.ppf(0.975, values.size - 1)) * error
    return Estimate(mean, mean - half, mean + half)


def _plain(contest: Contest, value: float | None) -> float | int | None:
    return int(value) if contest.target.integer and value is not None else value
