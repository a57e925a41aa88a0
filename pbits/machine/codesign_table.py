"""What a co-design sweep found: a row for each point, the best compromises, text and files."""

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from math import isnan, nan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crossbar.ledger import si
from pbits.diagnostics.tts import Estimate, success_probability, time_to_solution
from pbits.machine.report import si_area

PARETO = ("energy_to_solution", "time_to_solution", "quality")


class Writing(NamedTuple):
    """Writing the problem in one way: joules, seconds, and the worst cell's share of endurance."""

    joules: float
    seconds: float
    wear: float


@dataclass(frozen=True)
class Point:
    """A machine of a sweep, and what it did.

    Numbers are nan where the problem did not fit, None in files.

    Attributes:
        parameters: that were varied.
        chips: of these parameters; devices and programming of each are drawn anew.
        reads: of all chips.
        mean_energy: over the reads.
        mean_energy_error: its standard error: that between reads, or the larger one between chips.
        best_energy: of all reads.
        quality: 1 for the reference, 0 for random states; see `sweep`.
        quality_error: its standard error.
        successes: reads that reached the target.
        seconds: of hardware, all reads of one chip, mean over chips.
        joules: the same.
        area_m2: of one chip.
        programming_seconds: writing the problem once.
        programming_joules: the same.
        writing: it by other ways, by the name of the cell.
        simulated_seconds: that simulating the point took.
        refused: why the problem did not fit, or None.
    """

    parameters: dict[str, Any]
    chips: int
    reads: int
    mean_energy: float = nan
    mean_energy_error: float = nan
    best_energy: float = nan
    quality: float = nan
    quality_error: float = nan
    successes: int = 0
    seconds: float = nan
    joules: float = nan
    area_m2: float = nan
    programming_seconds: float = nan
    programming_joules: float = nan
    writing: dict[str, Writing] = field(default_factory=dict)
    simulated_seconds: float = nan
    refused: str | None = None

    @property
    def success(self) -> Estimate:
        """Share of the reads that reached the target, with its interval (95 %)."""
        return success_probability(self.successes, self.reads)

    @property
    def seconds_per_read(self) -> float:
        """Of hardware."""
        return self.seconds * self.chips / self.reads

    @property
    def joules_per_read(self) -> float:
        """Of hardware."""
        return self.joules * self.chips / self.reads

    @property
    def time_to_solution(self) -> Estimate:
        """TTS99, s, writing the problem apart.

        The interval is that of the success probability, reads of all chips being counted alike.
        """
        if self.refused is not None:
            return Estimate(None)
        return time_to_solution(self.seconds_per_read, self.successes, self.reads)

    @property
    def energy_to_solution(self) -> Estimate:
        """TTS99 times the mean power, J."""
        if self.refused is not None:
            return Estimate(None)
        return time_to_solution(self.joules_per_read, self.successes, self.reads)

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        found: dict[str, Any] = {own.name: _known(getattr(self, own.name)) for own in fields(self)}
        return {**found, "writing": {name: way._asdict() for name, way in self.writing.items()}}

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Point":
        """From `facts`.

        Raises:
            ValueError: where they are not those of a point.
        """
        try:
            known = {name: value for name, value in facts.items() if value is not None}
            ways = {name: Writing(**way) for name, way in known.pop("writing").items()}
            return cls(**known, writing=ways)
        except (TypeError, AttributeError, KeyError) as error:
            raise ValueError(f"not a point of a sweep: {error}") from None


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and isnan(value) else value


_Rank = Callable[[Point], float]


def _rank(name: str, sign: float = 1.0) -> _Rank:
    def of(point: Point) -> float:
        value = getattr(point, name)
        if isinstance(value, Estimate):
            value = value.value
        return np.inf if value is None or isnan(value) else sign * value

    return of


_OBJECTIVES: dict[str, _Rank] = {
    **{name: _rank(name) for name in (
        "energy_to_solution", "time_to_solution", "joules", "seconds", "joules_per_read",
        "seconds_per_read", "area_m2", "programming_joules", "programming_seconds",
        "mean_energy", "best_energy",
    )},
    "quality": _rank("quality", -1.0),
    "successes": _rank("successes", -1.0),
}  # fmt: skip


def value_of(point: Point, name: str) -> float | None:
    """A number of a point by its name; estimates by their value."""
    value = getattr(point, name)
    return value.value if isinstance(value, Estimate) else value


@dataclass(frozen=True)
class Table:
    """Points of a sweep, in the order in which they were asked for.

    Attributes:
        points: those that are done.
        asked: how many there are in all: more where the sweep was interrupted.
        target_energy: that counts as success.
        reference_energy: of quality 1.
        random_energy: of quality 0, the mean over all states.
        total_weight: of the edges of a max-cut instance; None for other problems.
        settings: of every run.
    """

    points: tuple[Point, ...]
    asked: int
    target_energy: float
    reference_energy: float
    random_energy: float
    total_weight: float | None
    settings: dict[str, Any]

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Paths that were varied."""
        return tuple(dict.fromkeys(name for point in self.points for name in point.parameters))

    @property
    def done(self) -> tuple[Point, ...]:
        """Points whose machine could hold the problem."""
        return tuple(point for point in self.points if point.refused is None)

    @property
    def best(self) -> Point:
        """The point of highest quality.

        Raises:
            ValueError: where no machine could hold the problem.
        """
        if not self.done:
            why = self.points[0].refused if self.points else "the sweep was interrupted"
            raise ValueError(f"no point of the table has a result: {why}")
        return min(self.done, key=_OBJECTIVES["quality"])

    def cut_from_energy(self, energy: float) -> float:
        """(W - E) / 2 of a max-cut instance.

        Raises:
            ValueError: for another problem.
        """
        if self.total_weight is None:
            raise ValueError("the problem is no max-cut instance; sweep a problems.MaxCut")
        return (self.total_weight - energy) / 2

    def where(self, **values: Any) -> "Table":
        """Points of some values; paths with double underscores for dots.

        Example:
            >>> point = Point({"clocking.wait": 2.0}, 1, 8)
            >>> table = Table((point,), 1, 0.0, 0.0, 1.0, None, {})
            >>> len(table.where(clocking__wait=2.0)), len(table.where(clocking__wait=3.0))
            (1, 0)
        """
        wanted = {name.replace("__", "."): value for name, value in values.items()}
        unknown = [name for name in wanted if name not in self.parameters]
        if unknown:
            raise ValueError(f"{unknown[0]} was not varied; there are {', '.join(self.parameters)}")
        kept = [p for p in self.points if all(p.parameters.get(k) == v for k, v in wanted.items())]
        return self._with(kept)

    def pareto(self, *objectives: str) -> "Table":
        """Points that no other is better than in one objective and at least as good in all.

        Args:
            objectives: names of numbers of a point; `PARETO` by default: energy and time to a
                solution, which are infinite where no read succeeded, and quality.

        Raises:
            ValueError: on a name that is no objective.

        Example:
            >>> cheap, good = (Point({}, 1, 8, quality=q, joules=e) for q, e in ((0.5, 1), (1, 2)))
            >>> poor = Point({}, 1, 8, quality=0.4, joules=3)
            >>> table = Table((cheap, good, poor), 3, 0.0, 0.0, 1.0, None, {})
            >>> [point.joules for point in table.pareto("joules", "quality")]
            [1, 2]
        """
        names = objectives or PARETO
        for name in names:
            if name not in _OBJECTIVES:
                raise ValueError(f"{name!r} is no objective; expected {', '.join(_OBJECTIVES)}")
        if not self.done:
            return self._with([])
        found = np.array([[_OBJECTIVES[name](point) for name in names] for point in self.done])
        no_worse = (found[:, None] <= found[None]).all(-1)  # [i, j]: i against j
        better = (found[:, None] < found[None]).any(-1)
        beaten = np.any(no_worse & better, axis=0)
        return self._with([p for p, lost in zip(self.done, beaten, strict=True) if not lost])

    def _with(self, points: Sequence[Point]) -> "Table":
        return replace(self, points=tuple(points), asked=len(points))

    def records(self) -> list[dict[str, Any]]:
        """A flat dictionary for each point: its parameters, numbers and intervals."""
        return [self._record(point) for point in self.points]

    def _record(self, point: Point) -> dict[str, Any]:
        found = point.facts()
        ways = found.pop("writing")
        flat = {**{name: None for name in self.parameters}, **found.pop("parameters"), **found}
        if self.total_weight is not None and point.refused is None:
            flat["mean_cut"] = self.cut_from_energy(point.mean_energy)
            flat["best_cut"] = self.cut_from_energy(point.best_energy)
        for name in ("success", "time_to_solution", "energy_to_solution"):
            own: Estimate = getattr(point, name) if point.refused is None else Estimate(None)
            flat |= {name: own.value, f"{name}_low": own.low, f"{name}_high": own.high}
            flat[f"{name}_lower_bound"] = own.lower_bound
        for way, numbers in ways.items():
            flat |= {f"writing.{way}.{part}": value for part, value in numbers.items()}
        return flat

    def to_csv(self, path: str | os.PathLike) -> None:
        """Write `records`, a point a line; nothing stands where there is no number."""
        rows = self.records()
        columns = dict.fromkeys(name for row in rows for name in row)
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(columns))
            writer.writeheader()
            writer.writerows(rows)

    def __str__(self) -> str:
        best = {id(point) for point in self.pareto().points}
        rows = [self._cells(point, id(point) in best) for point in self.points]
        names = [short_name(name, self.parameters) for name in self.parameters]
        refused = [f"  {_told(p, self.parameters)}: {p.refused}" for p in self.points if p.refused]
        missing = self.asked - len(self.points)
        lines = aligned([[*names, *_HEADINGS], *rows])
        lines.append(f"target {self.target_energy:.10g}; * not beaten in {' x '.join(PARETO)}")
        lines += ["did not fit:", *refused] if refused else []
        lines += [f"{missing} of {self.asked} points are missing"] if missing else []
        return "\n".join(lines)

    def _cells(self, point: Point, is_best: bool) -> list[str]:
        values = [word(point.parameters.get(name)) for name in self.parameters]
        if point.refused is not None:
            return [*values, "does not fit", *[""] * (len(_HEADINGS) - 1)]
        return [
            *values,
            f"{100 * point.quality:.2f} +- {100 * point.quality_error:.2f}",
            f"{point.best_energy:.10g}" if self.total_weight is None
            else f"{self.cut_from_energy(point.best_energy):.10g}",
            f"{100 * point.successes / point.reads:.0f} %",
            si(point.seconds_per_read, "s"),
            si(point.joules_per_read, "J"),
            si_area(point.area_m2),
            interval(point.time_to_solution, "s"),
            interval(point.energy_to_solution, "J"),
            "*" if is_best else "",
        ]  # fmt: skip


_HEADINGS = ("quality %", "best", "success", "s/read", "J/read", "area", "TTS99",
             "energy to solution", "")  # fmt: skip


def word(value: Any) -> str:
    """A parameter's value in a table."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def interval(found: Estimate, unit: str) -> str:
    """A number and its interval in the same unit, or what it is above.

    Example:
        >>> interval(Estimate(2e-3, 1e-3, 4e-3), "s")
        '2 ms (1-4)'
        >>> interval(Estimate(None, lower_bound=1.0), "s")
        '> 1 s'
    """
    if found.value is None:
        return "unknown" if found.lower_bound is None else f"> {_brief(found.lower_bound, unit)}"
    middle = _brief(found.value, unit)
    if found.low is None or not found.value:
        return middle
    per = float(middle.split()[0]) / float(f"{found.value:.3g}")
    low, high = ("" if x is None else _digits(x * per) for x in (found.low, found.high))
    return f"{middle} ({low}-{high})"


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _brief(value: float, unit: str) -> str:
    return si(float(f"{value:.3g}"), unit)


_VAGUE = ("bits", "offset", "slope", "noise", "seed", "power", "levels", "kind")


def short_name(name: str, among: Sequence[str]) -> str:
    """The shortest end of a path that is no other's and says something.

    Example:
        >>> short_name("a.adc.bits", ["a.adc.bits"]), short_name("a.c.rows", ["a.c.rows", "b.rows"])
        ('adc.bits', 'c.rows')
    """
    parts = name.split(".")
    for count in range(1, len(parts)):
        end = ".".join(parts[-count:])
        if (
            end not in _VAGUE
            and sum(other == end or other.endswith(f".{end}") for other in among) == 1
        ):
            return end
    return name


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of words in columns, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(w.rjust(n) for w, n in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _told(point: Point, names: Sequence[str]) -> str:
    shown = (f"{short_name(k, names)}={word(v)}" for k, v in point.parameters.items())
    return ", ".join(shown)
