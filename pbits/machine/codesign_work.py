"""The work of a co-design sweep: one point run on all of its chips, and what its energies say."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.machine.codesign_points import Place, digest
from pbits.machine.codesign_result import Point, Writing
from pbits.machine.codesign_table import Table
from pbits.machine.machine import LoadedMachine, Machine
from pbits.machine.outcomes import reached
from pbits.machine.report import HardwareReport
from problems.polynomial import Problem


@dataclass(frozen=True)
class Sweep:
    """What all points have in common."""

    problem: Problem
    total_weight: float | None
    target: float
    reference: float
    random_energy: float
    options: dict[str, Any]
    chips: int
    seed: int

    def facts(self) -> dict[str, Any]:
        """For records."""
        return {
            "problem": digest(_numbers(self.problem))[:16], "seed": self.seed,
            "settings": {**self.options, "chips": self.chips},
            "target_energy": self.target, "reference_energy": self.reference,
        }  # fmt: skip

    def fingerprint(self, place: Place) -> str:
        """Of everything that a point's numbers follow from."""
        own = (place.machine, sorted(self._options(place).items()), self.chips, self.seed)
        ends = (self.target, self.reference, self.random_energy, self.total_weight)
        return digest([_numbers(self.problem), own, ends])

    def known(self, facts: dict[str, Any], place: Place) -> Point:
        """A point of a record, under the names that its parameters have now."""
        return replace(Point.of(facts), parameters=place.labels)

    def _options(self, place: Place) -> dict[str, Any]:
        return {name: place.values.get(name, own) for name, own in self.options.items()}

    def run(self, place: Place, stopped: Callable[[], bool]) -> Point | None:
        """A point; None where the run was stopped."""
        begin, options = time.perf_counter(), self._options(place)
        energies, reports = [], []
        for chip in range(self.chips):
            if stopped():
                return None
            try:
                loaded = _chip(place.machine, chip).load(self.problem)
                _ = loaded.clocks, loaded.prepared
            except ValueError as error:
                reads = self.chips * options["num_reads"]
                return Point(place.labels, self.chips, reads, refused=str(error))
            done = self._solve(loaded, options, chip, stopped)
            if done is None:
                return None
            energies.append(done[0])
            reports.append(done[1])
        point = self._point(place, np.array(energies, np.float64), reports)
        return replace(point, simulated_seconds=time.perf_counter() - begin)

    def _solve(
        self, loaded: LoadedMachine, options: dict[str, Any], chip: int, stopped: Callable[[], bool]
    ) -> tuple[NDArray, HardwareReport] | None:
        own = {"num_reads": options["num_reads"], "num_sweeps": options["num_sweeps"],
               "seed": self.seed + chip, "interrupt": stopped}  # fmt: skip
        if options["beta"] is not None:
            samples = loaded.sample(beta=options["beta"], **own)
            whole = samples.num_sweeps == options["num_sweeps"]
            return (samples.energies, samples.hardware) if whole else None
        found = loaded.anneal(
            beta_range=options["beta_range"], beta_schedule_type=options["beta_schedule_type"],
            **own,
        )  # fmt: skip
        return None if found.stopped_by == "interrupt" else (found.energies, found.hardware)

    def _point(self, place: Place, energies: NDArray, reports: list[HardwareReport]) -> Point:
        """From energies [chips, reads]."""
        mean, error = float(energies.mean()), _standard_error(energies)
        ways = {name: [way for r in reports for way in r.writes if way.name == name]
                for name in (way.name for way in reports[0].writes)}  # fmt: skip
        average = _mean_of(reports)
        return Point(
            place.labels, self.chips, energies.size, mean, error, float(energies.min()),
            self.quality(mean), error * self._slope, reached(energies, self.target),
            average(lambda r: r.run.latency), average(lambda r: r.run.energy),
            average(lambda r: r.area_m2), average(lambda r: r.seconds - r.run.latency),
            average(lambda r: r.joules - r.run.energy),
            {name: Writing(*(float(np.mean([getattr(way, part) for way in own]))
                             for part in Writing._fields)) for name, own in ways.items()},
        )  # fmt: skip

    @property
    def _slope(self) -> float:
        """Quality per energy."""
        top = self.random_energy if self.total_weight is None else self.total_weight
        return 1 / (top - self.reference)

    def quality(self, energy: float) -> float:
        """See `sweep`."""
        above = energy - self.reference
        return 1 - self._slope * (above if self.options["beta"] is None else abs(above))

    def table(self, points: Sequence[Point], asked: int) -> Table:
        settings = {**self.options, "chips": self.chips, "seed": self.seed}
        return Table(
            tuple(points), asked, self.target, self.reference, self.random_energy,
            self.total_weight, settings,
        )  # fmt: skip


def _numbers(problem: Problem) -> dict[str, Any]:
    """What a problem is made of but its labels."""
    return {own.name: getattr(problem, own.name) for own in fields(problem) if own.name != "labels"}


def _chip(machine: Machine, number: int) -> Machine:
    """Another chip of the same machine: other devices, written anew."""
    if number == 0:
        return machine
    neurons = replace(machine.neurons, seed=machine.neurons.seed + number)
    coupling: Any = machine.coupling
    if hasattr(coupling, "seed"):
        coupling = replace(coupling, seed=coupling.seed + number)
    return replace(machine, neurons=neurons, coupling=coupling)


def _standard_error(energies: NDArray) -> float:
    """Of the mean of [chips, reads]; of few chips the scatter alone would often be too small."""
    return max(_error_of(energies.ravel()), _error_of(energies.mean(1)))


def _error_of(values: NDArray) -> float:
    return float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else 0.0


def _mean_of(reports: list[HardwareReport]) -> Callable[[Callable], float]:
    return lambda number: float(np.mean([number(report) for report in reports]))
