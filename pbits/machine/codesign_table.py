"""What a co-design sweep found: a row for each point, the best compromises, text and files."""

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from crossbar.ledger import si
from pbits.diagnostics.tts import Estimate
from pbits.machine.codesign_result import OBJECTIVES, Point
from pbits.machine.codesign_words import aligned, interval, short_name, word
from pbits.machine.report import si_area

PARETO = ("energy_to_solution", "time_to_solution", "quality")


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
        return min(self.done, key=OBJECTIVES["quality"])

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
            if name not in OBJECTIVES:
                raise ValueError(f"{name!r} is no objective; expected {', '.join(OBJECTIVES)}")
        if not self.done:
            return self._with([])
        found = np.array([[OBJECTIVES[name](point) for name in names] for point in self.done])
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
        refused = [f"  {_told(p, self.parameters)}: {p.refused}".replace("\n", "\n  ")
                   for p in self.points if p.refused]  # fmt: skip
        missing = self.asked - len(self.points)
        lines = aligned([[*names, *_HEADINGS], *rows])
        lines += self._notes()
        lines += ["did not fit:", *refused] if refused else []
        lines += [f"{missing} of {self.asked} points are missing"] if missing else []
        return "\n".join(lines)

    def _notes(self) -> list[str]:
        """What the columns mean."""
        target = f"target {self.target_energy:.10g}"
        quality = "quality: mean energy of the reads, 0 of random states, 100 of the target"
        if self.total_weight is not None:
            target = f"target: a cut of {self.cut_from_energy(self.target_energy):.10g}"
            quality = "quality: mean cut of the reads over the target's"
        if self.settings.get("beta") is not None:
            quality = "quality: 100 less the distance from the exact sampler's mean energy"
        beaten = ", ".join(name.replace("_", " ") for name in PARETO)
        return [f"{target}; {quality}", f"*: not beaten in {beaten} together"]

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


def _told(point: Point, names: Sequence[str]) -> str:
    shown = (f"{short_name(k, names)}={word(v)}" for k, v in point.parameters.items())
    return ", ".join(shown)
