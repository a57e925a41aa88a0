"""Co-design: one problem on many machines, and what each of them takes to solve it.

"How many bits, how much spread, which way of writing can I afford for this problem?"
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.annealing import anneal
from pbits.interrupts import deferred_interrupt
from pbits.machine.codesign_points import Place, combinations, digest
from pbits.machine.codesign_records import append_point, read_points
from pbits.machine.codesign_table import Point, Table, Writing
from pbits.machine.machine import LoadedMachine, Machine
from pbits.machine.report import HardwareReport
from pbits.results import Progress
from pbits.sampling import sample
from problems.max_cut import MaxCut
from problems.polynomial import Problem

_ROUNDING = 1e-9  # of sums of real couplings
_LONGER = 4  # than the machines' anneals: the exact sampler's, whose best energy is the target


def sweep(
    problem: Problem | MaxCut,
    machine: Machine | Callable[..., Machine],
    parameters: Mapping[str, Any] | None = None,
    *,
    points: Sequence[Mapping[str, Any]] | None = None,
    subset: int | None = None,
    chips: int = 1,
    target_energy: float | None = None,
    num_reads: int = 64,
    num_sweeps: int = 1000,
    beta: float | None = None,
    beta_range: Sequence[float] | None = None,
    beta_schedule_type: str = "geometric",
    seed: int = 0,
    out: str | os.PathLike | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Table:
    """Solve a problem on every machine that some parameters make.

    Machines whose numbers differ and whose shapes do not - spreads, seeds, noise, waiting times,
    bits of weights that are held exactly, bits of ideal converters - share their compiled programs.

    Quality is the mean energy of the reads on a scale from random states, 0, to the target, 1; of
    a max-cut instance the mean cut over the target's.  Where states are sampled (`beta`), it is 1
    less the distance from the exact sampler's mean energy, on the scale from random states to it.

    Args:
        problem: an Ising problem, a polynomial, or a max-cut instance.
        machine: what is not varied; or a function that makes one of numbers by name, such as a
            preset's, and takes the parameters whose names have no dot.
        parameters: values by path, such as ``{"coupling.design.weight_bits": [2, 4],
            "neurons.spread.offset": [0, 0.1], "num_sweeps": [100, 1000]}``; all combinations are
            run.  A cell may be the name of a preset.  ``{label: value}`` gives values names.
        points: a list of points, ``{path: value}`` each, instead or in addition.
        subset: how many of the combinations to run, drawn at random.
        chips: for each point; devices and programming are drawn anew for each.
        target_energy: that counts as success; by default the best that the exact sampler finds in
            anneals four times as long.
        num_reads: for each chip.
        num_sweeps: of each read.
        beta: where states are sampled, after `num_sweeps` sweeps at it, rather than annealed.
        beta_range, beta_schedule_type: of anneals, as `pbits.anneal`.
        seed: of all runs: equal seeds give equal tables.
        out: a file of JSON lines to which each finished point is added at once; points that are
            there already are not run again.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called after each point; its `sweep` counts points.

    Returns:
        The table.  Ctrl-C ends the sweep, not what is done; while the target is still looked for,
        nothing is.

    Raises:
        ValueError: on paths that lead nowhere, values out of range, or a file of something else.

    Example:
        >>> from pbits.devices.ideal import IdealSigmoid
        >>> from pbits.machine import Neurons
        >>> from problems.generators import ferromagnet
        >>> machine = Machine(Neurons(IdealSigmoid()))
        >>> table = sweep(ferromagnet((3, 4)), machine, {"neurons.spread.offset": [0, 2.0]},
        ...               beta=0.5, num_reads=64, num_sweeps=50)
        >>> good, bad = table
        >>> good.quality > bad.quality
        True
    """
    options = {
        "num_reads": num_reads, "num_sweeps": num_sweeps, "beta": beta,
        "beta_range": None if beta_range is None else checks.pair(beta_range),
        "beta_schedule_type": beta_schedule_type,
    }  # fmt: skip
    places = combinations(machine, parameters, points, subset, seed)
    count = checks.whole_number("chips", chips, 1)
    work = _sweep_of(problem, options, target_energy, count, seed, interrupt)
    known = {} if out is None else read_points(out)
    begin, found = time.perf_counter(), []
    best = np.inf
    with deferred_interrupt() as pressed:

        def stopped() -> bool:
            return pressed() or (interrupt is not None and interrupt())

        for place in places:
            name = "" if out is None else work.fingerprint(place)
            point = work.known(known[name], place) if name in known else work.run(place, stopped)
            if point is None:
                break
            if out is not None and name not in known:
                append_point(out, name, point.facts(), work.facts())
            found.append(point)
            best = np.fmin(best, point.best_energy).item()
            if progress is not None:
                seconds = time.perf_counter() - begin
                progress(Progress(len(found), len(places), 0, seconds, best))
    return work.table(found, len(places))


def _sweep_of(
    source: Problem | MaxCut,
    options: dict[str, Any],
    target: float | None,
    chips: int,
    seed: int,
    interrupt: Callable[[], bool] | None,
) -> "_Sweep":
    problem = source.problem if isinstance(source, MaxCut) else source
    if not problem.num_variables:
        raise ValueError("the problem has no variables; there is nothing to compare machines by")
    weight = float(source.total_weight) if isinstance(source, MaxCut) else None
    seed = checks.seed_or_random(seed)
    if target is None:
        target = _exact_best(problem, options, seed, interrupt)
    reference = checks.finite("target_energy", target)
    if options["beta"] is not None:
        reference = float(_exact_samples(problem, options, seed, interrupt).mean())
    random_energy = float(problem.offset)
    if reference >= (random_energy if weight is None else weight):
        raise ValueError(
            f"the reference energy {reference:g} is not below {random_energy:g}, the mean of all "
            "states; give another target_energy, or a problem with couplings"
        )
    return _Sweep(problem, weight, float(target), reference, random_energy, options, chips, seed)


def _exact_best(
    problem: Problem, options: dict[str, Any], seed: int, interrupt: Callable[[], bool] | None
) -> float:
    found = anneal(
        problem, num_reads=options["num_reads"], num_sweeps=_LONGER * options["num_sweeps"],
        beta_range=options["beta_range"], seed=seed, update="gibbs", interrupt=interrupt,
    )  # fmt: skip
    if found.stopped_by == "interrupt":
        raise KeyboardInterrupt  # without a target no point can be judged
    return float(found.best_energy)


def _exact_samples(
    problem: Problem, options: dict[str, Any], seed: int, interrupt: Callable[[], bool] | None
) -> NDArray:
    found = sample(
        problem, beta=options["beta"], num_reads=_LONGER * options["num_reads"],
        num_sweeps=options["num_sweeps"], seed=seed, interrupt=interrupt,
    )  # fmt: skip
    if found.num_sweeps < options["num_sweeps"]:
        raise KeyboardInterrupt
    return found.energies


@dataclass(frozen=True)
class _Sweep:
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
        slack = _ROUNDING * max(abs(self.target), 1.0)
        ways = {name: [way for r in reports for way in r.writes if way.name == name]
                for name in (way.name for way in reports[0].writes)}  # fmt: skip
        average = _mean_of(reports)
        return Point(
            place.labels, self.chips, energies.size, mean, error, float(energies.min()),
            self.quality(mean), error * self._slope, int((energies <= self.target + slack).sum()),
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
