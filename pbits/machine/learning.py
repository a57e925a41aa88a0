"""In-situ learning: couplings and biases are adjusted until the machine's own samples are right.

Whatever is wrong with devices, arrays and wires, the machine's correlations show it.  Contrastive
steps, ``J_ij += rate (<s_i s_j>_machine - <s_i s_j>_target)`` and the same for biases, move what is
programmed until both agree: gradient descent of the divergence from the target's law (D. H. Ackley,
G. E. Hinton & T. J. Sejnowski, Cogn. Sci. 9, 147 (1985); in a machine of junctions: N. S. Singh et
al., Nat. Commun. 15, 2685 (2024), abstract).  Steps are scaled by the target's own variances, fall
as learning goes on, and the mean of the later half is tried as well, which carries less noise.

Chains go on from step to step (persistent contrastive divergence).  Biases are corrected where
p-bits take them, as offsets that they are told, in no steps; those of ideal p-bits, and of spins
in chains of copies, where they are programmed.  Arrays are written anew at each step by the same
chip with the same chance, so that a chip whose writes scatter is corrected as if verified.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits import checks
from pbits.interrupts import deferred_interrupt
from pbits.machine.couplings import held_by
from pbits.machine.machine import Machine
from pbits.machine.moments import Moments, moments, target_moments
from pbits.machine.outcomes import MachineMinimum, MachineSamples
from problems.model import IsingProblem, ising

Array = NDArray[np.float64]
_LEAST_VARIANCE = 0.1  # by which steps are divided
_SLOWER = 10.0  # share of the steps after which the rate has halved, inverse


class LearningProgress(NamedTuple):
    """Where learning stands: distances of moments, see `Moments.distance`."""

    step: int
    num_steps: int
    seconds: float
    distance: float
    best_distance: float


@dataclass(frozen=True, eq=False)
class Learned:
    """A machine that has learned a problem.

    Attributes:
        machine: with the offsets that its p-bits are told.
        programmed: the problem to load.
        problem: the one that is meant, whose energies count.
        beta: at which it was learned, and holds.
        distances: [steps + 1] of the machine's moments from the target's; the first before any
            step, the last those of the mean.
        best_step: whose coefficients these are; `len(distances) - 1` for the mean's.
        stopped_by: "schedule" or "interrupt".
        seconds, joules: of the hardware while it learned, writing included.
    """

    machine: Machine
    programmed: IsingProblem
    problem: IsingProblem
    beta: float
    distances: Array = field(repr=False)
    best_step: int
    stopped_by: str
    seconds: float
    joules: float

    def sample(self, **options: Any) -> MachineSamples:
        """Samples at the beta it was learned for, with the energies of the problem meant.

        Arguments as `LoadedMachine.sample`, but for beta.
        """
        found = self.machine.sample(self.programmed, beta=self.beta, **options)
        return replace(found, energies=self.problem.energies(found.spins))

    def anneal(self, **options: Any) -> MachineMinimum:
        """Anneal what is programmed; energies are those of the problem meant.

        Each read's state is its best by what is programmed.  Arguments as `LoadedMachine.anneal`.
        """
        found = self.machine.anneal(self.programmed, **options)
        return replace(found, energies=self.problem.energies(found.spins))


def learn(
    machine: Machine,
    problem: IsingProblem,
    *,
    beta: float,
    target: Moments | None = None,
    num_steps: int = 60,
    num_reads: int = 2048,
    num_sweeps: int = 5,
    burn_in: int = 100,
    rate: float = 0.4,
    seed: int | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[LearningProgress], None] | None = None,
) -> Learned:
    """Adjust couplings and biases until the machine's moments are the target's.

    Args:
        machine: as it is, calibrated or not.
        problem: that is meant.  Its own couplings alone are adjusted: give it couplings of 0 where
            arrays have cells that should be none, and they are made up for as well.
        beta: at which the machine will sample.
        target: moments to reach, such as those of data; Boltzmann's law of the problem by default.
        num_steps: of learning.
        num_reads: chains, from which moments are taken.
        num_sweeps: that each chain does in a step.
        burn_in: sweeps before the first step.
        rate: of the first steps, in units of ``1 / beta``.
        seed: drawn by default.
        interrupt: asked after every step; the best so far is returned, as on Ctrl-C.
        progress: called after every step.

    Raises:
        ValueError: on arguments out of range.

    Example:
        >>> from pbits.devices.ideal import IdealSigmoid
        >>> from pbits.devices.variability import Spread
        >>> from pbits.machine.neurons import Neurons
        >>> neurons = Neurons(IdealSigmoid(), spread=Spread(offset=0.5), seed=1)
        >>> pair = ising([0.1, 0.0], [0], [1], [-0.5])
        >>> found = learn(Machine(neurons), pair, beta=1.0, num_steps=20, burn_in=20, seed=2)
        >>> bool(found.distances[found.best_step] < 0.2 * found.distances[0])
        True
    """
    begin = time.perf_counter()
    steps = checks.whole_number("num_steps", num_steps, 1)
    checks.positive("rate", rate)
    beta, seed = checks.positive("beta", beta), checks.seed_or_random(seed)
    for name, value in (("num_sweeps", num_sweeps), ("burn_in", burn_in)):
        checks.whole_number(name, value, 1)
    wanted = target_moments(problem, beta, seed=seed) if target is None else target
    run = _Run(machine, problem, beta, wanted, seed, num_reads)
    with deferred_interrupt() as pressed:
        run.look(run.shift, burn_in)
        stopped_by = "schedule"
        for step in range(steps):
            run.learn(rate / (1 + _SLOWER * step / steps), averaged=2 * step >= steps)
            run.look(run.shift, num_sweeps)
            if progress is not None:
                now = time.perf_counter() - begin
                progress(LearningProgress(step + 1, steps, now, run.distances[-1], run.best[0]))
            if pressed() or (interrupt is not None and interrupt()):
                stopped_by = "interrupt"
                break
        if run.kept:
            run.look(run.mean(), burn_in, generous=True)
    return run.result(stopped_by)


class _Shift(NamedTuple):
    """What is added to the programmed problem, in its units."""

    bias: Array
    coupling: Array


@dataclass(eq=False)
class _Run:
    """Learning in progress."""

    machine: Machine
    problem: IsingProblem
    beta: float
    wanted: Moments
    seed: int
    num_reads: int
    shift: _Shift = field(init=False)
    seen: Moments = field(init=False)
    spins: NDArray[np.int8] | None = None
    distances: list[float] = field(default_factory=list)
    best: tuple[float, int, _Shift | None] = (np.inf, 0, None)
    kept: list[_Shift] = field(default_factory=list)
    seconds: float = 0.0
    joules: float = 0.0

    def __post_init__(self) -> None:
        self.shift = _Shift(
            np.zeros(self.problem.num_variables), np.zeros(self.problem.num_interactions)
        )

    def look(self, shift: _Shift, sweeps: int, *, generous: bool = False) -> None:
        """The machine's moments with such coefficients.

        Args:
            shift: they.
            sweeps: before.
            generous: whether they are best unless they are worse by more than chance: the least
                of many distances owes something to it.
        """
        machine, programmed = self.programmed(shift)
        found = machine.sample(
            programmed, beta=self.beta, num_reads=self.num_reads, num_sweeps=sweeps,
            seed=(self.seed + len(self.distances)) % 2**32, initial_spins=self.spins,
        )  # fmt: skip
        self.spins, self.seen = found.spins, moments(self.problem, found.spins)
        self.seconds += found.hardware.seconds
        self.joules += found.hardware.joules
        distance = self.seen.distance(self.wanted)
        if distance < self.best[0] + (self._chance() if generous else 0):
            self.best = (distance, len(self.distances), shift)
        self.distances.append(distance)

    def _chance(self) -> float:
        """Distance that as many independent samples of the target have."""
        left = 1 - np.concatenate(self.wanted) ** 2
        return float(np.sqrt(left.mean() / self.num_reads))

    def learn(self, rate: float, *, averaged: bool) -> None:
        """One step from the moments seen last."""
        moved = [
            have + rate / self.beta * (seen - want) / np.maximum(1 - want**2, _LEAST_VARIANCE)
            for have, seen, want in zip(self.shift, self.seen, self.wanted, strict=True)
        ]
        self.shift = _Shift(*moved)
        if averaged:
            self.kept.append(self.shift)

    def mean(self) -> _Shift:
        """Of the coefficients of the later steps."""
        return _Shift(*(np.mean(part, axis=0) for part in zip(*self.kept, strict=True)))

    def programmed(self, shift: _Shift) -> tuple[Machine, IsingProblem]:
        """The machine and what is loaded."""
        machine, loaded = self.machine, self._loaded(self.problem.h, shift)
        if machine.neurons.is_ideal or held_by(machine.coupling, loaded) is not loaded:
            return machine, self._loaded(self.problem.h + shift.bias, shift)
        slope, offset = machine.neurons.believes(loaded.num_variables)
        told = machine.neurons.believing(slope, offset - self.beta * shift.bias / slope)
        return replace(machine, neurons=told), loaded

    def _loaded(self, biases: Array, shift: _Shift) -> IsingProblem:
        own = self.problem
        couplings = own.coupling + shift.coupling
        return ising(biases, own.row, own.col, couplings, own.offset, own.labels)

    def result(self, stopped_by: str) -> Learned:
        """The best of all."""
        _, step, shift = self.best
        assert shift is not None
        machine, programmed = self.programmed(shift)
        return Learned(
            machine, programmed, self.problem, self.beta, np.array(self.distances), step,
            stopped_by, self.seconds, self.joules,
        )  # fmt: skip
