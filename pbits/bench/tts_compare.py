"""One solver against its peers over all instances: ratios of times, wins, ties and losses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench.tts_contests import Contest
from pbits.bench.tts_records import Run
from pbits.bench.tts_times import restart_time, restart_time_draws

OURS = "pbits"
BEST_PEER = "best peer of each instance"
_DRAWS = 2000
_TAILS = (0.025, 0.975)
# Fewer runs give a bootstrap interval of too little width to call a winner.
_MIN_RUNS = 5


def our_solver(found: Sequence[Contest], wanted: str | None = None) -> str:
    """The solver that is compared with the others.

    Raises:
        ValueError: where it is not in the records, or they do not say which it is.
    """
    packages = {name: runs[0].package for c in found for name, runs in c.runs.items()}
    mine = [name for name, package in packages.items() if package == OURS]
    names = ", ".join(sorted(packages))
    if wanted is not None:
        if wanted not in packages:
            raise ValueError(f"solver {wanted!r} is not in the records; expected one of {names}")
        return wanted
    if len(mine) == 1 or "pbits-auto" in mine:
        return "pbits-auto" if "pbits-auto" in mine else mine[0]
    raise ValueError(f"{len(mine)} solvers of {OURS} among {names}; say which one with --ours")


def comparisons(
    found: Sequence[Contest], ours: str, near: float | None, apart: bool = False, seed: int = 0
) -> list[dict[str, Any]]:
    """Against every peer, and against the fastest peer of each instance.

    The time is the expected one with restarts (:func:`~pbits.bench.tts_times.restart_time`), a
    ratio above one says that `ours` is faster.  The interval of the geometric mean is a bootstrap
    over the runs and the instances, the fastest peer being found anew in each draw.  A peer that
    never arrived counts with the lower bound of its time, so that the mean is a lower bound;
    where it is `ours` that never arrived the mean is an upper bound; with both it is neither.

    Args:
        found: contests.
        ours: the solver to compare.
        near: share of the best known value to arrive at; the value itself if None.
        apart: without seconds of compilation.
        seed: of the bootstrap.
    """
    shared = [c for c in found if ours in c.runs and len(c.runs) > 1]
    timed = {
        (c.label, name): _Times(*c.hits(name, near, apart), seed=[seed, k, j])
        for k, c in enumerate(shared)
        for j, name in enumerate(c.runs)
    }
    peers = sorted({name for c in shared for name in c.runs} - {ours})
    package = {name: runs[0].package for c in shared for name, runs in c.runs.items()}
    rivals = [name for name in peers if package[name] != package[ours]] or peers
    groups = {name: [name] for name in peers} | {BEST_PEER: rivals}
    return [
        {"peer": peer, **_against(shared, ours, names, timed, seed)}
        for peer, names in groups.items()
        if len(peers) > 1 or peer != BEST_PEER
    ]


class _Times:
    """Expected time of one solver on one instance, and draws of it."""

    def __init__(
        self, hits: NDArray[np.float64], ends: NDArray[np.float64], seed: Sequence[int]
    ) -> None:
        found = restart_time(hits, ends)
        bound = found.lower_bound if found.value is None else found.value
        assert bound is not None
        self.arrived, self.value = found.value is not None, bound
        self.enough = hits.size >= _MIN_RUNS
        self.draws = restart_time_draws(hits, ends, np.random.default_rng(seed), _DRAWS)


def _against(
    shared: Sequence[Contest],
    ours: str,
    peers: Sequence[str],
    timed: dict[tuple[str, str], _Times],
    seed: int,
) -> dict[str, Any]:
    logs, draws, bounds, time, quality = [], [], [], _Tally(), _Tally()
    for contest in shared:
        mine = timed[contest.label, ours]
        theirs = [timed[contest.label, name] for name in peers if name in contest.runs]
        if not theirs:
            continue
        quality.add(_quality(contest, ours, [n for n in peers if n in contest.runs], seed))
        # One that arrived is faster than one that did not, whatever the bound of the latter.
        theirs = [one for one in theirs if one.arrived] or theirs
        if not (mine.arrived or theirs[0].arrived):
            time.neither += 1
            continue
        ratio = np.min([one.draws for one in theirs], axis=0) / mine.draws
        logs.append(np.log(min(one.value for one in theirs) / mine.value))
        draws.append(np.log(ratio))
        bounds.append("upper" if not mine.arrived else None if theirs[0].arrived else "lower")
        enough = mine.enough and all(one.enough for one in theirs)
        time.add(_sign(np.quantile(ratio, _TAILS) - 1) if enough else 0)
    return {
        "instances": len(logs) + time.neither,
        "ratio": _geometric_mean(logs, draws, bounds, seed),
        "time": time.as_dict(),
        "mean_value": quality.as_dict(),
    }


class _Tally:
    """Wins, ties and losses; instances on which neither side arrived are none of these."""

    def __init__(self) -> None:
        self.wins = self.ties = self.losses = self.neither = 0

    def add(self, sign: int) -> None:
        self.wins += sign > 0
        self.ties += sign == 0
        self.losses += sign < 0

    def as_dict(self) -> dict[str, int]:
        return dict(vars(self))


def _geometric_mean(
    logs: Sequence[float],
    draws: Sequence[NDArray[np.float64]],
    bounds: Sequence[str | None],
    seed: int,
) -> dict[str, Any]:
    """Of the ratios, with its interval, and what kind of bound it is."""
    kinds = {kind for kind in bounds if kind}
    about = {
        "bound": None if not kinds else kinds.pop() if len(kinds) == 1 else "mixed",
        "peer_never_arrived": bounds.count("lower"),
        "we_never_arrived": bounds.count("upper"),
    }
    if not logs:
        return {"value": None, "low": None, "high": None} | about
    table = np.array(draws)  # [instances, draws]
    chosen = np.random.default_rng(seed).integers(len(logs), size=table.shape)
    picked = np.take_along_axis(table, chosen, axis=0) if len(logs) > 1 else table
    low, high = np.exp(np.quantile(picked.mean(axis=0), _TAILS)).tolist()
    return {"value": float(np.exp(np.mean(logs))), "low": low, "high": high} | about


def _quality(contest: Contest, ours: str, peers: Sequence[str], seed: int) -> int:
    """Sign of our mean value against the best mean of a peer, 0 where runs do not tell."""
    rng = np.random.default_rng(seed)
    gaps = [_mean_gaps(contest, contest.runs[name], rng) for name in (ours, *peers)]
    if any(draws is None for draws in gaps):
        return 0
    mine, *theirs = np.array(gaps)
    return _sign(np.quantile(np.min(theirs, axis=0) - mine, _TAILS))


def _mean_gaps(
    contest: Contest, runs: Sequence[Run], rng: np.random.Generator
) -> NDArray[np.float64] | None:
    """Draws of the mean gap; None with few runs or where one found nothing."""
    values = [run.value for run in runs]
    if len(values) < _MIN_RUNS or None in values:
        return None
    gaps = contest.gaps(np.array(values, np.float64))
    return rng.dirichlet(np.ones(gaps.size), _DRAWS) @ gaps


def _sign(ends: NDArray[np.float64]) -> int:
    """Of an interval; 0 where it holds zero."""
    return int(ends[0] > 0) - int(ends[1] < 0)
