"""What `pbits bench problems` solves: suites of tasks, from public files and generators."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.bench import problem_checks as checks
from pbits.bench.problem_data import File, files
from problems import generators, store
from problems.formats import Instance
from problems.library import FILES, kind
from problems.library.encoded import Encoded
from problems.polynomial import Problem

Check = Callable[[Any], checks.Verdict]
NATIVE, PAIRS = "as it stands", "in pairs"


class Judged(NamedTuple):
    """What a state is worth, decoded as it is and repaired where that helps.

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
        judge: of a state [n].
    """

    problem: Problem
    target: float
    judge: Callable[[NDArray], Judged]


@dataclass(frozen=True, eq=False)
class Task:
    """An instance with the best value known.

    Attributes:
        family: set that it belongs to.
        name: its name.
        forms: encodings by name; `NATIVE` alone where it has terms of two spins.
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
        slack = 1e-9 * max(1.0, abs(self.best))
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
        solution, answer = encoded.decode(spins), encoded.answer(spins)
        known = encoded.certificate(solution), answer.certificate
        seen = [check(encoded.plain(one)) for one in (solution, answer.solution)]
        (raw, mended), pairs = known, zip(known, seen, strict=True)
        agrees = all(other.agrees(one.feasible, one.objective) for one, other in pairs)
        return Judged((raw.feasible, raw.objective), (mended.feasible, mended.objective), agrees)

    return Form(encoded.problem, encoded.energy_of(best), judge)


def spins_form(instance: Instance, best: float, check: Check) -> Form:
    """A file of spins or bits: all states are feasible."""

    def judge(spins: NDArray) -> Judged:
        value = checks.number(instance.values(spins))
        found = True, value
        return Judged(found, found, check((np.asarray(spins) > 0).astype(int)).agrees(*found))

    return Form(instance.problem, instance.energy_from_value(best), judge)


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
) -> Task:
    encoded, form = _natural(problem, data, known[0], check)
    return Task(family, name, {NATIVE: form}, known[0], encoded.maximise, *known[1:])


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


def _plain(
    family: str, problem: str, check: Callable[..., checks.Verdict], keys: tuple, most: int
) -> Iterator[Task]:
    """Files whose arguments the check takes as they are."""
    for file in files(family, most):
        data = _read(file)
        bound = partial(check, *(data[key] for key in keys))
        known = file.best, file.proven, file.source
        yield _task(family, file.name, problem, data, known, bound)


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
        yield _task("factoring", name, "factoring", {"number": number}, known, check)


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


_SACK = ("values", "weights", "capacity")
SUITES = {
    "sat": Suite(_each(("uf20", "uf50", "unsat"), _formulas)),
    "colouring": Suite({"colouring": _colourings}),
    "tsp": Suite({"tsp": partial(_plain, "tsp", "travelling-salesman", checks.tour,
                                 ("distances",))}),
    "qap": Suite({"qap": partial(_plain, "qap", "quadratic-assignment", checks.assignment,
                                 ("flow", "distance"))}),
    "knapsack": Suite({"knapsack": partial(_plain, "knapsack", "knapsack", checks.sack, _SACK)}),
    "qubo": Suite(_each(("qplib", "gka", "bqp50", "bqp100"), _of_spins), presolves=True),
    "maxcut": Suite(_each(("gset",), _of_spins), presolves=True),
    "factoring": Suite({"factoring": _factoring}),
    "generated": Suite({
        "planted sat": _planted_sat, "planted colouring": _planted_colouring,
        "planted tour": _planted_tour, "planted assignment": _planted_assignment,
        "planted partition": _planted_partition,
    }),
}  # fmt: skip
