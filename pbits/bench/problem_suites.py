"""What `pbits bench problems` solves: suites of tasks, from public files and generators."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.bench import problem_checks as checks
from pbits.bench.problem_data import File, files
from problems import generators, store
from problems.formats import Instance
from problems.library import FILES, kind
from problems.library.encoded import Encoded
from problems.model import IsingProblem
from problems.polynomial import Problem

Check = Callable[[Any], checks.Verdict]
_IMPROVED = {"local_search": True}  # of solutions that have to be repaired
NATIVE, PAIRS = "as it stands", "in pairs"
LIGHT, TIGHT, EQUAL = "half the weight", "tight weight", "equal lengths"
ERROR = "squared error, equal lengths"


class Judged(NamedTuple):
    """What states are worth, decoded as they are and repaired where that helps.

    Attributes:
        raw, repaired: whether feasible, and the objective, as the certificates say.
        agrees: whether checks without the library say the same of both.
    """

    raw: tuple[bool, int | float | None]
    repaired: tuple[bool, int | float | None]
    agrees: bool


@dataclass(frozen=True, eq=False)
class Form:
    """One encoding of a task.

    Attributes:
        problem: what is minimised.
        target: energy of the best value known.
        judge: of states [k, n], the best of them.
        encoded: the problem of the library behind it, if any.
        goal: objective of the best value known.
    """

    problem: Problem
    target: float
    judge: Callable[[NDArray], Judged]
    encoded: Encoded | None = None
    goal: float | None = None

    @property
    def has_weights(self) -> bool:
        """Whether weights of constraints can be searched."""
        own = self.encoded
        return self.is_quadratic and own is not None and bool(own.lightens and own.penalties)

    @property
    def is_quadratic(self) -> bool:
        """Whether any solver of Ising problems takes it."""
        return isinstance(self.problem, IsingProblem)


@dataclass(frozen=True, eq=False)
class Task:
    """An instance with the best value known.

    Attributes:
        family: set that it belongs to.
        name: its name.
        forms: encodings by name, `NATIVE` first.
        best: value known, in the problem's own sense.
        maximise: whether larger values are better.
        proven: whether nothing better can exist.
        source: who says so.
        is_possible: False where `best` would be a solution and there is none.
    """

    family: str
    name: str
    forms: Mapping[str, Form]
    best: int | float
    maximise: bool
    proven: bool
    source: str
    is_possible: bool = True

    def reaches(self, feasible: bool, value: float | None) -> bool:
        """Whether a solution is as good as the best one known."""
        if not feasible or value is None:
            return False
        slack = slack_of(self.best)
        return value >= self.best - slack if self.maximise else value <= self.best + slack

    def summary(self) -> dict[str, Any]:
        """Ready for JSON."""
        sizes = {name: form.problem.num_variables for name, form in self.forms.items()}
        return {
            "family": self.family, "name": self.name, "num_variables": sizes, "best": self.best,
            "sense": "max" if self.maximise else "min", "proven": self.proven,
            "source": self.source, "is_possible": self.is_possible,
        }  # fmt: skip


@dataclass(frozen=True)
class Suite:
    """Families of tasks that are solved alike.

    Attributes:
        families: each gives its first so many tasks.
        presolves: whether pbits also runs without presolving.
    """

    families: Mapping[str, Callable[[int], Iterator[Task]]]
    presolves: bool = False

    def tasks(self, most: int) -> Iterator[Task]:
        """The first `most` of each family, built one by one.

        Raises:
            FileNotFoundError: where public files are not on this computer.
        """
        for make in self.families.values():
            yield from make(most)


def encoded_form(encoded: Encoded, best: float, check: Check) -> Form:
    """A problem of the library, its solutions checked beside its certificates."""

    def judge(spins: NDArray) -> Judged:
        both = encoded.answer(spins, repair=False), encoded.answer(spins)
        known = [answer.certificate for answer in both]
        seen = [check(encoded.plain(answer.solution)) for answer in both]
        (raw, mended), pairs = known, zip(known, seen, strict=True)
        agrees = all(other.agrees(one.feasible, one.objective) for one, other in pairs)
        return Judged((raw.feasible, raw.objective), (mended.feasible, mended.objective), agrees)

    return Form(encoded.problem, encoded.energy_of(best), judge, encoded, best)


def spins_form(instance: Instance, best: float, check: Check) -> Form:
    """A file of spins or bits: all states are feasible."""

    def judge(spins: NDArray) -> Judged:
        states = np.atleast_2d(spins)
        values = instance.values(states)
        k = values.argmax() if instance.maximise_source else values.argmin()
        found = True, checks.number(values[k])
        return Judged(found, found, check((states[k] > 0).astype(int)).agrees(*found))

    return Form(instance.problem, instance.energy_from_value(best), judge)


def slack_of(value: float) -> float:
    """How far a value may be from one that was rounded: half a unit of its last decimal.

    Example:
        >>> slack_of(481.0694), slack_of(3)
        (5e-05, 1e-09)
    """
    decimals = "" if isinstance(value, int) else str(float(value)).partition(".")[2]
    rounding = 1e-12 * max(1000.0, abs(value))
    return max(rounding, 0.5 * 10.0 ** -len(decimals)) if decimals else rounding


def _natural(name: str, data: dict[str, Any], best: float, check: Check) -> tuple[Encoded, Form]:
    encoded = kind(name).build(**data)
    return encoded, encoded_form(encoded, best, check)


def _task(
    family: str,
    name: str,
    problem: str,
    data: dict[str, Any],
    known: tuple[int | float, bool, str],
    check: Check,
    more: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> Task:
    """A task with one form of the data as they are, and `more` with other arguments."""
    encoded, form = _natural(problem, data, known[0], check)
    others = {k: _natural(problem, data | v, known[0], check)[1] for k, v in more.items()}
    return Task(family, name, {NATIVE: form} | others, known[0], encoded.maximise, *known[1:])


def _formula(family: str, name: str, clauses: list[list[int]], data: dict, source: str) -> Task:
    check = partial(checks.formula, clauses)
    forms = {
        form: _natural("sat", data | {"quadratic": pairs}, 0, check)[1]
        for form, pairs in ((NATIVE, False), (PAIRS, True))
    }
    return Task(family, name, forms, 0, False, True, source)


def _read(file: File) -> dict[str, Any]:
    """Arguments of the problem's function."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file.{file.format}"
        path.write_bytes(file.content)
        return FILES[file.format].read(path)[1]


def _formulas(family: str, most: int) -> Iterator[Task]:
    for file in files(family, most):
        clauses = checks.cnf_clauses(file.content.decode())
        task = _formula(family, file.name, clauses, _read(file), file.source)
        yield replace(task, is_possible=family != "unsat")


def _colourings(most: int) -> Iterator[Task]:
    for file in files("colouring", most):
        edges, colours = checks.col_edges(file.content.decode()), int(file.best)
        data = _read(file) | {"colours": colours}
        known = 0, file.proven, f"{colours} colours: {file.source}"
        check = partial(checks.colouring, edges, colours)
        yield _task("colouring", file.name, "graph-colouring", data, known, check)


def _tours(most: int) -> Iterator[Task]:
    more = {LIGHT: {"weight": 0.5}}
    for file in files("tsp", most):
        data, known = _read(file) | _IMPROVED, (file.best, file.proven, file.source)
        check = partial(checks.tour, data["distances"])
        yield _task("tsp", file.name, "travelling-salesman", data, known, check, more)


def _assignments(most: int) -> Iterator[Task]:
    more = {LIGHT: {"weight": 0.5}}
    for file in files("qap", most):
        data, known = _read(file) | _IMPROVED, (file.best, file.proven, file.source)
        check = partial(checks.assignment, data["flow"], data["distance"])
        yield _task("qap", file.name, "quadratic-assignment", data, known, check, more)


def _sacks(most: int) -> Iterator[Task]:
    more = {TIGHT: {"tight": True}}
    for file in files("knapsack", most):
        data, known = _read(file), (file.best, file.proven, file.source)
        check = partial(checks.sack, data["values"], data["weights"], data["capacity"])
        yield _task("knapsack", file.name, "knapsack", data, known, check, more)


def _of_spins(family: str, most: int) -> Iterator[Task]:
    for file in files(family, most):
        instance = store.parse(file.content, f"file.{file.format}", file.format)
        rows, constant = checks.rows_of(file.content.decode(), file.format)
        check = partial(checks.cut, rows)
        if file.format != "rudy":
            check = partial(checks.quadratic, rows, constant)
        form = {NATIVE: spins_form(instance, file.best, check)}
        known = file.best, instance.maximise_source, file.proven, file.source
        yield Task(family, file.name, form, *known)


# Products of primes of equal length, of 15 to 24 bits.
SEMIPRIMES = ((179, 181), (241, 251), (503, 509), (1019, 1021), (2029, 2039), (4091, 4093))


def _factoring(most: int) -> Iterator[Task]:
    for x, y in SEMIPRIMES[:most]:
        number = x * y
        known = 0, True, f"made of {x} and {y}"
        name = f"{number} ({number.bit_length()} bits)"
        check = partial(checks.factors, number)
        # The usual hint: without it factors may have any length.
        equal = {"bits_x": x.bit_length(), "bits_y": y.bit_length()}
        more = {EQUAL: equal, ERROR: equal | {"quadratic": False}}
        yield _task("factoring", name, "factoring", {"number": number}, known, check, more)


def _planted_sat(most: int) -> Iterator[Task]:
    for seed in range(most):
        clauses = generators.planted_satisfiability(30, 120, seed=seed).clauses.tolist()
        data = {"clauses": clauses, "num_variables": 30}
        yield _formula("planted sat", f"sat-30-120-{seed}", clauses, data, "planted")


def _planted_colouring(most: int) -> Iterator[Task]:
    for seed in range(most):
        graph = generators.planted_colouring(30, 3, 4.2, seed=seed).graph
        check = partial(checks.colouring, set(graph.edges), 3)
        data, name = {"graph": graph, "colours": 3}, f"colouring-30-3-{seed}"
        known = 0, True, "planted"
        yield _task("planted colouring", name, "graph-colouring", data, known, check)


def _planted_tour(most: int) -> Iterator[Task]:
    for seed in range(most):
        made = generators.planted_tour(8, seed=seed)
        known = made.length, made.length == made.bound(), "planted"
        data, name = {"distances": made.distances}, f"tour-8-{seed}"
        check = partial(checks.tour, made.distances)
        yield _task("planted tour", name, "travelling-salesman", data, known, check)


def _planted_assignment(most: int) -> Iterator[Task]:
    for seed in range(most):
        made = generators.planted_assignment((2, 4), seed=seed)
        known = made.value, made.value == made.bound(), "planted"
        data, name = {"flow": made.flow, "distance": made.distance}, f"assignment-8-{seed}"
        check = partial(checks.assignment, made.flow, made.distance)
        yield _task("planted assignment", name, "quadratic-assignment", data, known, check)


def _planted_partition(most: int) -> Iterator[Task]:
    for seed in range(most):
        made = generators.planted_partition(40, 8, 6, seed=seed)
        known = made.cut, made.certify().is_optimal, "planted"
        check = partial(checks.partition, list(made.graph.edges))
        data, name = {"graph": made.graph}, f"partition-40-{seed}"
        yield _task("planted partition", name, "graph-partitioning", data, known, check)


def _each(names: tuple[str, ...], make: Callable[..., Iterator[Task]]) -> dict[str, Any]:
    return {name: partial(make, name) for name in names}


SUITES = {
    "sat": Suite(_each(("uf20", "uf50", "unsat"), _formulas)),
    "colouring": Suite({"colouring": _colourings}),
    "tsp": Suite({"tsp": _tours}),
    "qap": Suite({"qap": _assignments}),
    "knapsack": Suite({"knapsack": _sacks}),
    "qubo": Suite(_each(("qplib", "gka", "bqp50", "bqp100"), _of_spins), presolves=True),
    "maxcut": Suite(_each(("gset",), _of_spins), presolves=True),
    "factoring": Suite({"factoring": _factoring}),
    "generated": Suite({
        "planted sat": _planted_sat, "planted colouring": _planted_colouring,
        "planted tour": _planted_tour, "planted assignment": _planted_assignment,
        "planted partition": _planted_partition,
    }),
}  # fmt: skip
