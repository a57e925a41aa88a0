"""What an imperfection costs: anneals of a machine against the exact sampler, at equal sweeps."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.machine.imperfections import IMPERFECTIONS, Size, imperfect
from pbits.machine.machine import Machine
from problems.polynomial import Problem


class Cuts(NamedTuple):
    """Energies of anneals, chip by chip.

    Attributes:
        energies: [chips, reads].
        differ: whether chips do; else all reads are of one machine.
    """

    energies: NDArray[np.float64]
    differ: bool

    @property
    def mean(self) -> float:
        """Of all."""
        return float(self.energies.mean())

    @property
    def mean_error(self) -> float:
        """Standard error of it: of chips where there are several, else of reads."""
        chips = self.energies.mean(1)
        if self.differ:
            return float(chips.std(ddof=1) / np.sqrt(chips.size))
        return float(self.energies.std(ddof=1) / np.sqrt(self.energies.size))

    @property
    def best(self) -> float:
        """Lowest of a chip's reads, mean over chips."""
        return float(self.energies.min(1).mean())

    @property
    def best_error(self) -> float:
        """Standard error of it, by drawing reads and chips again."""
        rng, (chips, reads) = np.random.default_rng(0), self.energies.shape
        drawn = [
            self.energies[rng.integers(chips, size=chips)[:, None],
                          rng.integers(reads, size=(chips, reads))].min(1).mean()
            for _ in range(200)
        ]  # fmt: skip
        return float(np.std(drawn))


class QualityLoss(NamedTuple):
    """How far anneals of a machine end above those of the exact sampler at equal sweeps.

    Attributes:
        mean, mean_error: of all reads, energy.
        best, best_error: of the best of a chip's reads, energy.
        scale: magnitude of the exact sampler's mean energy.
    """

    mean: float
    mean_error: float
    best: float
    best_error: float
    scale: float

    @property
    def share(self) -> float:
        """Of the exact sampler's mean energy that is lost."""
        return self.mean / self.scale

    @property
    def cut(self) -> float:
        """Cut edges that are lost, where the problem is one of max-cut: half the energy."""
        return self.mean / 2


def anneal_cuts(
    machines: Sequence[Machine], problem: Problem, *, num_reads: int, num_sweeps: int,
    beta_range: Sequence[float] | None = None, seed: int,
) -> Cuts:  # fmt: skip
    """Energies of anneals, so many reads on each machine; arguments as `LoadedMachine.anneal`."""
    options = {"num_sweeps": num_sweeps, "beta_range": beta_range}
    count, first = len(machines), machines[0]
    if all(one is first for one in machines):
        found = first.anneal(problem, num_reads=count * num_reads, seed=seed, **options).energies
        return Cuts(np.asarray(found, np.float64).reshape(count, num_reads), False)
    each = [
        one.anneal(problem, num_reads=num_reads, seed=seed + k, **options).energies
        for k, one in enumerate(machines)
    ]
    return Cuts(np.asarray(each, np.float64), True)


def quality_loss(
    machine: Machine | Sequence[Machine], problem: Problem, *, num_reads: int = 64,
    num_sweeps: int = 1000, beta_range: Sequence[float] | None = None, seed: int | None = None,
    exact: Cuts | None = None,
) -> QualityLoss:  # fmt: skip
    """Anneals of a machine against those of the exact sampler, equally many sweeps.

    Args:
        machine: one, or several chips.
        problem: any.
        num_reads: of each chip, at least 2.
        num_sweeps, beta_range: as `LoadedMachine.anneal`.
        seed: drawn by default.
        exact: energies of the exact sampler, where they are known.

    Example:
        >>> from problems.generators import random_gnp
        >>> together = imperfect("parallel fraction", 1.0)
        >>> loss = quality_loss(together, random_gnp(30, 0.2, seed=1), num_sweeps=100, seed=1)
        >>> loss.mean > 5 * loss.mean_error
        True
    """
    seed = checks.seed_or_random(seed)
    checks.whole_number("num_reads", num_reads, 2)
    chips = [machine] if isinstance(machine, Machine) else list(machine)
    options = {"num_reads": num_reads, "num_sweeps": num_sweeps, "beta_range": beta_range}
    if exact is None:
        exact = anneal_cuts([Machine()] * len(chips), problem, seed=seed + len(chips), **options)
    found = anneal_cuts(chips, problem, seed=seed, **options)
    return QualityLoss(
        found.mean - exact.mean, float(np.hypot(found.mean_error, exact.mean_error)),
        found.best - exact.best, float(np.hypot(found.best_error, exact.best_error)),
        abs(exact.mean),
    )  # fmt: skip


class StudyRow(NamedTuple):
    """One size of an imperfection, and the loss there."""

    name: str
    size: Size
    loss: QualityLoss


def imperfection_study(
    problem: Problem, name: str, sizes: Sequence[Size], *, machine: Machine | None = None,
    chips: int = 4, num_reads: int = 64, num_sweeps: int = 1000,
    beta_range: Sequence[float] | None = None, seed: int | None = None,
    exact: Cuts | None = None,
) -> list[StudyRow]:  # fmt: skip
    """The loss of quality over the size of an imperfection.

    Args:
        problem: any.
        name: of the imperfection.
        sizes: in its unit; None for the machine without it.
        machine: that is otherwise as given; an ideal one by default.
        chips: of each size, where chips differ; as many times the reads where they do not.
        num_reads, num_sweeps, beta_range, seed, exact: as :func:`quality_loss`.

    Raises:
        ValueError: on an imperfection that is not known, or arguments out of range.

    Example:
        >>> from problems.generators import ferromagnet
        >>> rows = imperfection_study(ferromagnet((6, 6)), "parallel fraction", [0.1, 1.0],
        ...                           num_sweeps=100, chips=2, seed=1)
        >>> rows[0].loss.mean < rows[1].loss.mean
        True
    """
    seed, count = checks.seed_or_random(seed), checks.whole_number("chips", chips, 1)
    options = {"num_reads": num_reads, "num_sweeps": num_sweeps, "beta_range": beta_range}
    if exact is None:
        exact = anneal_cuts([Machine()] * count, problem, seed=seed, **options)
    rows = []
    for k, size in enumerate(sizes, 1):
        own = [imperfect(name, size, machine, seed)] * count
        if IMPERFECTIONS[name].drawn:
            own = [imperfect(name, size, machine, seed + chip) for chip in range(count)]
        rows.append(StudyRow(
            name, size, quality_loss(own, problem, seed=seed + k * count, exact=exact, **options)
        ))  # fmt: skip
    return rows
