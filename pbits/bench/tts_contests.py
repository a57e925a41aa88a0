"""Runs that compare: all solvers on one instance, with one budget and number of cores."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pbits.bench.tts_records import Run, Target

_RELATIVE = 1e-6
# A hit before compilation ended is early, not free.
_TICK = 1e-3
_OVERRUN = 1.1


@dataclass(frozen=True)
class Contest:
    """What each solver did on one instance.

    `best` is the best value recorded as known or found in any run, in the instance's sense.
    """

    target: Target
    label: str
    budget: float | None
    num_cores: int | None
    best: float
    runs: dict[str, list[Run]]

    def tolerance(self, near: float | None) -> float:
        """Gap to `best` that counts: for "solved" where `near` is None, or for that share of it.

        Integers are solved exactly; floats to one part in a million.
        """
        if near is not None:
            return (1 - near + 1e-12) * abs(self.best)
        return 0.0 if self.target.integer else max(_RELATIVE * abs(self.best), 1e-9)

    def gaps(self, values: NDArray | float) -> NDArray[np.float64]:
        """How much worse than `best`, in units of the objective; never negative."""
        worse = self.target.sign * (self.best - np.asarray(values, np.float64))
        return np.maximum(worse, 0)

    def length(self, solver: str, apart: bool = False) -> float:
        """Seconds that every run of a solver had, those stopped at a target aside."""
        runs = self.runs[solver]
        full = max([run.seconds for run in runs] + [self.budget or 0.0])
        return max(full - max(run.compile_seconds or 0 for run in runs) * apart, _TICK)

    def hits(
        self, solver: str, near: float | None, apart: bool = False
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """First hits, [runs] seconds or inf, and how long each run was watched, [runs].

        A run that used its time had as much as the longest run of this solver.  One that was
        stopped at a target short of this one was watched only until then.

        Args:
            solver: whose runs.
            near: share of `best` that is the target; `best` itself if None.
            apart: without the seconds of compilation.
        """
        runs, tolerance = self.runs[solver], self.tolerance(near)
        hits, ends = np.full(len(runs), np.inf), np.full(len(runs), self.length(solver))
        for k, run in enumerate(runs):
            reached = np.flatnonzero(self.gaps(run.values) <= tolerance)
            if reached.size:
                hits[k] = run.times[reached[0]]
            elif run.stopped_by == "target":
                ends[k] = run.seconds
            if apart and run.compile_seconds:
                hits[k] -= run.compile_seconds
                ends[k] -= run.compile_seconds
        return np.maximum(hits, _TICK), np.maximum(ends, _TICK)


def contests(runs: Sequence[Run]) -> tuple[list[Contest], list[str]]:
    """Group runs, in natural order of instances, and say what a reader has to know of them.

    Interrupted runs are left out.
    """
    kept = [run for run in runs if run.stopped_by != "interrupt"]
    notes = [f"{len(runs) - len(kept)} interrupted run(s) left out."] if kept != runs else []
    groups: dict[tuple, list[Run]] = {}
    for run in kept:
        groups.setdefault((run.target.name, run.budget, run.num_cores), []).append(run)
    best = {name: _best(kept, name) for name in {run.target.name for run in kept}}
    varied = [len({key[k] for key in groups}) > 1 for k in (1, 2)]
    found = []
    for key in sorted(groups, key=_order):
        name, budget, cores = key
        value = best[name]
        if value is None:
            notes.append(f"{name}: no best known value and no value found; left out.")
            continue
        more = [f"{budget:g} s" if budget is not None else "no budget"] if varied[0] else []
        more += [f"{cores} core(s)"] if varied[1] and cores else []
        solvers: dict[str, list[Run]] = {}
        for run in sorted(groups[key], key=lambda run: _natural(run.solver)):
            solvers.setdefault(run.solver, []).append(run)
        target = max((run.target for run in groups[key]), key=lambda t: t.proven)
        label = ", ".join([name, *more])
        found.append(Contest(target, label, budget, cores, value, solvers))
    return found, notes + _remarks(found)


def _best(runs: Iterable[Run], name: str) -> float | None:
    """Best value known or found; integers stay integers."""
    mine = [run for run in runs if run.target.name == name]
    values = [v for run in mine for v in (run.target.best_known, run.value) if v is not None]
    return max(values, key=lambda v: mine[0].target.sign * v, default=None)


def _remarks(found: Sequence[Contest]) -> list[str]:
    notes = []
    for contest in found:
        known = contest.target.best_known
        if known is None:
            notes.append(f"{contest.label}: best known value not recorded; best of these runs.")
        elif contest.gaps(known) > contest.tolerance(None):
            wrong = " although it is recorded as proven" if contest.target.proven else ""
            notes.append(f"{contest.label}: {contest.best:g} is better than {known:g}{wrong}.")
        for solver, runs in contest.runs.items():
            notes += _remarks_on(contest, solver, runs)
    if len({run.hardware for c in found for runs in c.runs.values() for run in runs}) > 1:
        notes.append("Runs are from different hardware: their times do not compare.")
    if len({contest.num_cores for contest in found}) > 1:
        notes.append("Runs with different numbers of cores are compared apart.")
    return list(dict.fromkeys(notes))


def _remarks_on(contest: Contest, solver: str, runs: Sequence[Run]) -> list[str]:
    notes, where = [], f"{contest.label}, {solver}"
    if len({run.settings for run in runs}) > 1:
        notes.append(f"{where}: runs with different settings under one name.")
    if empty := sum(run.value is None for run in runs):
        notes.append(f"{where}: {empty} run(s) found no state; failed, and not in the mean.")
    longest = max(run.seconds for run in runs)
    if contest.budget and longest > _OVERRUN * contest.budget + 0.5:
        notes.append(f"{where}: took up to {longest:.3g} s of a budget of {contest.budget:g} s.")
    tolerance = contest.tolerance(None)
    short = [
        run for run in runs
        if run.stopped_by == "target" and not (contest.gaps(run.values) <= tolerance).any()
    ]  # fmt: skip
    if short:
        notes.append(f"{where}: {len(short)} run(s) stopped at a target short of the best; failed.")
    return notes


def _order(key: tuple) -> tuple:
    name, budget, cores = key
    return _natural(name), budget or 0.0, cores or 0


def _natural(name: str) -> list[tuple[int, int, str]]:
    """G9 before G10."""
    parts = re.split(r"(\d+)", name)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]
