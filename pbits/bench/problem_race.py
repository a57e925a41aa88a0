"""The problem library solved by pbits and by dwave-samplers, on the same encodings, in turn.

All on one core, one after the other, each with the same wall clock.  A run is made of calls, with
other seeds, until their states decode to a solution as good as the best one known or the time is
up; decoding and repairing take part of that time.  Checks without the library judge certificates.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.bench import machine
from pbits.bench.problem_suites import NATIVE, SUITES, Form, Suite, Task, slack_of
from pbits.bench.process import on_one_thread
from pbits.bench.solvers import SOLVERS, Racer
from pbits.bench.solvers.base import seed_of
from pbits.solving.background import wait_for_all
from problems import IsingProblem, generators

_LEAST = 0.01  # seconds that a call is given
OURS = "pbits"
PEERS = ("dwave-sa", "dwave-tabu")


@dataclass(frozen=True)
class Settings:
    """What is solved, and for how long.

    Attributes:
        suite: a key of `SUITES`.
        time_limit: seconds of wall clock of a run, compiling included.
        seeds: runs of each side on each instance.
        instances: of each family, the first so many.
        seed: of the first runs.
    """

    suite: str
    time_limit: float = 5.0
    seeds: int = 3
    instances: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        """Checked.

        Raises:
            ValueError: on an unknown suite or numbers out of range.
        """
        if self.suite not in SUITES:
            raise ValueError(f"suite {self.suite!r} given; expected one of {', '.join(SUITES)}")
        checks.positive("time_limit", self.time_limit)
        checks.whole_number("seeds", self.seeds, 1)
        checks.whole_number("instances", self.instances, 1)
        checks.whole_number("seed", self.seed, 0)


@dataclass(frozen=True)
class Side:
    """A solver on one form of a task."""

    name: str
    racer: Racer
    form: str
    searches: bool = False  # weights of constraints, by `pbits.solve_encoded`

    @property
    def is_ours(self) -> bool:
        return self.racer.package == "pbits"

    @property
    def reason(self) -> str | None:
        """Why it cannot run here, None where it can."""
        if self.racer.package and machine.installed_version(self.racer.package) is None:
            return f"{self.racer.package} is not installed; pip install {self.racer.package}"
        return None


def sides_of(suite: Suite, task: Task) -> list[Side]:
    """pbits on all forms, peers on those of terms of two spins."""
    ours = SOLVERS["pbits-auto"]
    found = [Side(_name(OURS, form), ours, form) for form in task.forms]
    if task.forms[NATIVE].has_weights:
        found.append(Side(f"{OURS}, weights searched", ours, NATIVE, searches=True))
    if suite.presolves:
        other = replace(ours, settings=ours.settings | {"presolve": False})
        found.append(Side(f"{OURS}, no presolving", other, NATIVE))
    forms = [name for name, form in task.forms.items() if form.is_quadratic]
    return found + [Side(_name(peer, f), SOLVERS[peer], f) for f in forms for peer in PEERS]


def _name(solver: str, form: str) -> str:
    return solver if form == NATIVE else f"{solver}, {form}"


def compare(settings: Settings, say: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """All runs of a suite in a process of its own with one core, ready for JSON.

    Args:
        settings: the work.
        say: told what is going on.

    Raises:
        FileNotFoundError: where public files are not on this computer.
    """
    say(f"{settings.suite}: at most {settings.time_limit:g} s a run")
    return on_one_thread(measure, settings)


def measure(settings: Settings) -> dict[str, Any]:
    """As :func:`compare`, in this process."""
    suite = SUITES[settings.suite]
    rows, missing = [], {}
    _warm_up()
    for task in suite.tasks(settings.instances):
        sides = sides_of(suite, task)
        missing |= {side.name: side.reason for side in sides if side.reason}
        there = [side for side in sides if not side.reason]
        rows.append(task.summary() | {"sides": solve_task(task, there, settings)})
    return {"suite": settings.suite, "instances": rows, "missing": missing}


def _warm_up() -> None:
    """Import what the first run would."""
    problem = generators.ferromagnet((4, 8))
    form = Form(problem, problem.energies(np.ones(32)).item(), lambda states: None)  # type: ignore
    for name in ("pbits-auto", *PEERS):
        side = Side(name, SOLVERS[name], NATIVE)
        if not side.reason:
            next(_calls(side, form, 0.05, 0))
            wait_for_all()


def solve_task(task: Task, sides: Sequence[Side], settings: Settings) -> list[dict[str, Any]]:
    """All runs on one instance, sides in turn."""
    runs: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    for number in range(settings.seeds):
        for side in sides:
            seed = settings.seed + number
            calls = _calls(side, task.forms[side.form], settings.time_limit, seed)
            runs[side.name].append(run(task, task.forms[side.form], calls, settings, seed))
            # What is still compiled would slow the next side; later runs have the programs.
            wait_for_all()
    return [_side(task, side, runs[side.name]) for side in sides]


def run(
    task: Task, form: Form, calls: Iterator["Call"], settings: Settings, seed: int
) -> dict[str, Any]:
    """Judge what calls find, the best so far being what counts, until that is good enough."""
    start, found = time.perf_counter(), []
    facts: dict[str, Any] = {"seed": seed, "energy": None, "solved": False, "seconds": None}
    for call in calls:
        found.append(form.judge(call.states))
        now = time.perf_counter() - start
        best = facts["energy"]
        facts["energy"] = call.energy if best is None else min(best, call.energy)
        if task.reaches(*found[-1].repaired):
            facts |= {"solved": True, "seconds": now}
            break
        if now > settings.time_limit:
            break
    raw, repaired = (_best(task, [one[k] for one in found]) for k in (0, 1))
    return facts | {
        "calls": len(found), "raw": raw, "repaired": repaired,
        "agrees": all(one.agrees for one in found),
    }  # fmt: skip


def _best(task: Task, found: list[tuple[bool, int | float | None]]) -> dict[str, Any] | None:
    """The best of what certificates say; None of none."""
    sign = -1 if task.maximise else 1

    def rank(one: tuple[bool, int | float | None]) -> tuple[bool, float]:
        return not one[0], np.inf if one[1] is None else sign * one[1]

    if not found:
        return None
    feasible, objective = min(found, key=rank)
    return {"feasible": feasible, "objective": objective}


class Call(NamedTuple):
    """What one call of a solver returned: states [k, n], and the lowest energy of them."""

    states: NDArray[np.int8]
    energy: float


def _calls(side: Side, form: Form, seconds: float, seed: int) -> Iterator[Call]:
    """Call after call with the time that is left, for as long as some is; lays out nothing twice.

    A call ends at the energy of the best value known.
    """
    problem, end = cast(IsingProblem, form.problem), time.perf_counter() + seconds
    reached = form.target + slack_of(form.target)
    solver: Any = None if side.is_ours else side.racer.make(problem)
    for number in count():
        left = end - time.perf_counter()
        if left <= 0 and number:
            return
        own = seed_of(seed, number)
        if side.searches:
            yield _searched(form, max(left, _LEAST), own)
        elif side.is_ours:
            yield _solved(side, problem, max(left, _LEAST), reached, own)
        else:
            states, energy = solver.attempt(own, max(left, _LEAST))
            yield Call(np.asarray(states, np.int8)[None], float(energy))


def _solved(side: Side, problem: IsingProblem, left: float, reached: float, seed: int) -> Call:
    from pbits.solving import solve

    presolve = side.racer.settings.get("presolve")
    result = solve(problem, time_limit=left, target_energy=reached, seed=seed, presolve=presolve)
    return Call(result.spins, float(result.best_energy))


def _searched(form: Form, left: float, seed: int) -> Call:
    from pbits.solving import solve_encoded

    encoded: Any = form.encoded
    found = solve_encoded(encoded, time_limit=left, target=form.goal, seed=seed)
    return Call(found.result.spins, float(found.result.best_energy))


def _side(task: Task, side: Side, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """One side's runs and what they come to."""
    times = [np.inf if run["seconds"] is None else run["seconds"] for run in runs]
    middle = float(np.median(times))
    values = [run["repaired"]["objective"] for run in runs if _is_feasible(run, "repaired")]
    best = (max if task.maximise else min)(values) if values else None
    return {
        "name": side.name,
        "form": side.form,
        "version": machine.installed_version(side.racer.package) if side.racer.package else None,
        "solver": side.racer.settings,
        "solved": sum(run["solved"] for run in runs),
        "runs": len(runs),
        "median_seconds": middle if np.isfinite(middle) else None,
        "best": best,
        "feasible": sum(_is_feasible(run, "raw") for run in runs),
        "feasible_repaired": sum(_is_feasible(run, "repaired") for run in runs),
        "disagreements": sum(not run["agrees"] for run in runs),
        "each": runs,
    }


def _is_feasible(run: dict[str, Any], which: str) -> bool:
    return run[which] is not None and run[which]["feasible"]


def totals(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each family and side of what :func:`measure` returns.

    `median_seconds` is over all runs on instances that have a solution, unsolved ones never ending.
    """
    groups: dict[tuple[str, str], list[tuple[dict, dict]]] = {}
    for row in result["instances"]:
        for side in row["sides"]:
            groups.setdefault((row["family"], side["name"]), []).append((row, side))
    for (family, name), found in groups.items():
        sides = [side for _, side in found]
        runs = [run for side in sides for run in side["each"]]
        times = [np.inf if run["seconds"] is None else run["seconds"] for run in runs]
        middle = float(np.median(times))
        yield {
            "family": family, "side": name, "instances": len(found),
            "is_possible": all(row["is_possible"] for row, _ in found),
            "instances_solved": sum(side["solved"] > 0 for side in sides),
            "solved": sum(side["solved"] for side in sides), "runs": len(runs),
            "median_seconds": middle if np.isfinite(middle) else None,
            "feasible": sum(side["feasible"] for side in sides),
            "feasible_repaired": sum(side["feasible_repaired"] for side in sides),
            "disagreements": sum(side["disagreements"] for side in sides),
        }  # fmt: skip
