"""One machine of a co-design sweep: its numbers, and what is better."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from math import isnan, nan
from typing import Any, NamedTuple

import numpy as np

from pbits.diagnostics.tts import Estimate, success_probability, time_to_solution


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


OBJECTIVES: dict[str, _Rank] = {
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
