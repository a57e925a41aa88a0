"""The problem library solved by pbits and by dwave-samplers, on the same encodings, in turn.

All on one core, one after the other, each with the same wall clock.  What counts is the solution
that a run's best state decodes to; checks without the library judge every certificate.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from pbits import checks
from pbits.bench import machine
from pbits.bench.problem_suites import NATIVE, PAIRS, SUITES, Form, Suite, Task
from pbits.bench.process import on_one_thread
from pbits.bench.solvers import SOLVERS, Racer, Trial
from pbits.bench.solvers.base import Outcome
from problems import IsingProblem, generators

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

    @property
    def reason(self) -> str | None:
        """Why it cannot run here, None where it can."""
        if self.racer.package and machine.installed_version(self.racer.package) is None:
            return f"{self.racer.package} is not installed; pip install {self.racer.package}"
        return None


def sides_of(suite: Suite, task: Task) -> list[Side]:
    """pbits on all forms, peers on that of terms of two spins."""
    ours, pairs = SOLVERS["pbits-auto"], PAIRS if PAIRS in task.forms else NATIVE
    found = [Side(OURS, ours, NATIVE)]
    if pairs != NATIVE:
        found.append(Side(f"{OURS}, {PAIRS}", ours, pairs))
    if suite.presolves:
        other = replace(ours, settings=ours.settings | {"presolve": False})
        found.append(Side(f"{OURS}, no presolving", other, NATIVE))
    return found + [Side(name, SOLVERS[name], pairs) for name in PEERS]


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
    for name in ("pbits-auto", *PEERS):
        side = Side(name, SOLVERS[name], NATIVE)
        if not side.reason:
            side.racer.make(problem).run(Trial(0.05, 0, problem.energies(np.ones(32)).item()))


def solve_task(task: Task, sides: Sequence[Side], settings: Settings) -> list[dict[str, Any]]:
    """All runs on one instance, sides in turn."""
    solvers = {
        side.name: side.racer.make(cast(IsingProblem, task.forms[side.form].problem))
        for side in sides
    }
    runs: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    for number in range(settings.seeds):
        for side in sides:
            form = task.forms[side.form]
            call = Trial(settings.time_limit, settings.seed + number, _reached(form))
            outcome = solvers[side.name].run(call)
            runs[side.name].append(_facts(task, form, outcome, call))
    return [_side(task, side, runs[side.name]) for side in sides]


def _reached(form: Form) -> float:
    """Energies up to here are the target's: sums of decimals are rounded."""
    return form.target if isinstance(form.target, int) else (
        form.target + 1e-9 * max(1.0, abs(form.target))
    )  # fmt: skip


def _facts(task: Task, form: Form, outcome: Outcome, call: Trial) -> dict[str, Any]:
    at = next((t for t, energy in outcome.curve if energy <= _reached(form)), None)
    facts: dict[str, Any] = {
        "seed": call.seed, "energy": None, "solved": False, "seconds": None, "raw": None,
        "repaired": None, "agrees": True,
        "compile_seconds": (outcome.info or {}).get("compile_seconds"),
    }  # fmt: skip
    if outcome.spins is None:
        return facts
    judged = form.judge(outcome.spins)
    solved = task.reaches(*judged.repaired)
    return facts | {
        "energy": float(outcome.curve[-1][1]),
        "solved": solved,
        # Solved by a repair alone: known when the run had ended.
        "seconds": None if not solved else call.seconds if at is None else at,
        "raw": {"feasible": judged.raw[0], "objective": judged.raw[1]},
        "repaired": {"feasible": judged.repaired[0], "objective": judged.repaired[1]},
        "agrees": judged.agrees,
    }


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
