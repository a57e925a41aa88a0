"""One imperfection at a time: machines that are ideal but for it, and what it costs in cuts.

Each takes a machine and gives it one deviation; a study anneals a problem with the machine and
with the exact sampler, equally many sweeps, over a range of sizes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.wires.wire import Wire
from pbits import checks
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.shaped import ShapedPBit
from pbits.devices.telegraph import Telegraph
from pbits.machine.clocking import Clocking
from pbits.machine.couplings import CrossbarCoupling, bipolar
from pbits.machine.machine import Machine
from pbits.machine.neurons import Neurons
from problems.polynomial import Problem

_TAU = 1e-9  # of free p-bits; lags and delays are shares of it
_STEP = 0.1
_CONDUCTANCES = (1e-6, 1e-4)  # S, of cells that deviate in nothing
_SIDE = 64
Size = float | str | None
Give = Callable[[Machine, Any, int], Machine]


@dataclass(frozen=True)
class Imperfection:
    """A deviation of a machine.

    Attributes:
        name: for reports.
        unit: of its size.
        what: it is.
        give: ``(machine, size, seed) -> machine`` that has it; the seed is that of the chip.
        drawn: whether chips differ in it.
    """

    name: str
    unit: str
    what: str
    give: Give
    drawn: bool = False


def imperfect(name: str, size: Size, machine: Machine | None = None, seed: int = 0) -> Machine:
    """A machine with one imperfection.

    Args:
        name: in `IMPERFECTIONS`.
        size: of it, in its unit; None for the machine as it is.
        machine: that is otherwise as given; an ideal one by default.
        seed: of the chip, where chips differ.

    Raises:
        ValueError: on another name, or a size out of range.

    Example:
        >>> imperfect("offset spread", 0.1).neurons.spread.offset
        0.1
    """
    base = Machine() if machine is None else machine
    known = IMPERFECTIONS.get(name)
    if known is None:
        raise ValueError(f"imperfection is {name!r}; expected one of {', '.join(IMPERFECTIONS)}")
    return base if size is None else known.give(base, size, seed)


def _neurons(machine: Machine, seed: int | None = None, **changes: Any) -> Machine:
    """P-bits that decide at once, unless there is a device, with some changes."""
    own = machine.neurons if machine.neurons.model is not None else Neurons(IdealSigmoid())
    spread = changes.pop("spread", None)
    if spread is not None:
        changes |= {"spread": replace(own.spread, **spread), "seed": seed}
    return replace(machine, neurons=replace(own, **changes))


def _spread(name: str) -> Give:
    return lambda machine, size, seed: _neurons(machine, seed, spread={name: float(size)})


def _shape(machine: Machine, size: Any, seed: int) -> Machine:
    del seed
    return _neurons(machine, model=ShapedPBit(str(size)))


def _input_bits(machine: Machine, size: Any, seed: int) -> Machine:
    del seed
    return _neurons(machine, input_bits=int(size))


def _free(name: str) -> Give:
    """Inputs of free telegraph p-bits, lagging or late by a share of their correlation time."""

    def give(machine: Machine, size: Any, seed: int) -> Machine:
        del seed
        neurons = Neurons(Telegraph(ConstantTime(_TAU)))
        clocking = Clocking("asynchronous", step=_STEP)
        clocking = replace(clocking, **{name: checks.non_negative(name, size) * _TAU})
        return replace(machine, neurons=neurons, clocking=clocking)

    return give


def _fraction(machine: Machine, size: Any, seed: int) -> Machine:
    del seed
    return replace(machine, clocking=Clocking("parallel", fraction=float(size)))


def _common(machine: Machine, size: Any, seed: int) -> Machine:
    del seed
    return replace(machine, common_noise=float(size))


def _arrays(machine: Machine, seed: int, cell: dict[str, Any], **changes: Any) -> Machine:
    """Arrays that lose nothing, unless there are others, with some changes."""
    own = machine.coupling
    if not isinstance(own, CrossbarCoupling):
        design = bipolar(Cell(list(_CONDUCTANCES)), rows=_SIDE, columns=_SIDE, adc=IdealAdc(None))
        own = CrossbarCoupling(design)
    error = 1.0 if "weight_bits" in changes else own.weight_error
    design = own.design.replace(cell=own.design.cell.replace(**cell), **changes)
    return replace(machine, coupling=replace(own, design=design, weight_error=error, seed=seed))


def _cell(name: str) -> Give:
    return lambda machine, size, seed: _arrays(machine, seed, {name: float(size)})


def _weight_bits(machine: Machine, size: Any, seed: int) -> Machine:
    return _arrays(machine, seed, {}, weight_bits=int(size))


def _adc_bits(machine: Machine, size: Any, seed: int) -> Machine:
    return _arrays(machine, seed, {}, adc=IdealAdc(int(size)))


def _wires(machine: Machine, size: Any, seed: int) -> Machine:
    return _arrays(machine, seed, {}, wire=Wire(word=float(size), bit=float(size)))


IMPERFECTIONS: dict[str, Imperfection] = {
    one.name: one
    for one in (
        Imperfection("offset spread", "beta I", "p-bits' own offsets", _spread("offset"), True),
        Imperfection("slope spread", "relative", "p-bits' own slopes", _spread("slope"), True),
        Imperfection("shape", "", "response curves that are no tanh, of equal slope", _shape),
        Imperfection("input bits", "bits", "of the converters that drive p-bits", _input_bits),
        Imperfection("synapse lag", "tau", "free p-bits, inputs that follow late", _free("lag")),
        Imperfection("synapse delay", "tau", "free p-bits, inputs that are late", _free("delay")),
        Imperfection("parallel fraction", "of p-bits", "clocked together at random", _fraction),
        Imperfection("common noise", "beta I", "of all p-bits of a clock", _common),
        Imperfection("weight bits", "bits", "of a coupling, sign included", _weight_bits),
        Imperfection("adc bits", "bits", "of the converters of fields", _adc_bits),
        Imperfection("device spread", "relative", "of conductances", _cell("device_spread"), True),
        Imperfection("cycle spread", "relative", "of writing", _cell("cycle_spread"), True),
        Imperfection("read noise", "relative", "of cells at each read", _cell("read_noise")),
        Imperfection("wire resistance", "Ohm", "of a segment between cells", _wires),
    )
}


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
