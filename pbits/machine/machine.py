"""The p-bit computer: p-bits, what couples them, and a clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pbits import checks
from pbits.kernels.coupled import Timing, coupled
from pbits.kernels.coupled_model import Layout, coupled_model, energy_of
from pbits.machine.clocking import Clocking, Clocks
from pbits.machine.counts import MachineCounts, machine_counts, running_counts
from pbits.machine.couplings import CrossbarCoupling, IdealCoupling, LoadedArrays
from pbits.machine.field_costs import IDEAL, FieldRead
from pbits.machine.neurons import Neurons
from pbits.machine.report import HardwareReport, hardware_report
from pbits.models import Prepared, choose_layout, choose_model
from pbits.restarts import Request, minimise
from pbits.results import Minimum, Progress, SampleResult
from pbits.sampling import sample_with
from pbits.schedules import beta_schedule as make_schedule
from pbits.schedules import default_beta_range
from pbits.stopping import Stop
from problems.polynomial import PolynomialProblem, Problem

_EXACT_BITS = 32


@dataclass(frozen=True)
class MachineSamples(SampleResult):
    """Samples, and what drawing them took in hardware."""

    hardware: HardwareReport = field(repr=False)


@dataclass(frozen=True)
class MachineMinimum(Minimum):
    """The best states of anneals, and what they took in hardware."""

    beta_range: tuple[float, float]
    hardware: HardwareReport = field(repr=False)


@dataclass(frozen=True)
class Machine:
    """Stochastic p-bits, coupled.

    Attributes:
        neurons: the p-bits.
        coupling: `IdealCoupling()`, or a `CrossbarCoupling`.
        clocking: when p-bits are updated.
        common_noise: standard deviation of a noise that all p-bits of a clock have in common, such
            as that of a shared supply, in units of ``beta I``.

    Example:
        >>> from problems.generators import ferromagnet
        >>> machine = Machine(coupling=CrossbarCoupling())
        >>> result = machine.sample(ferromagnet((4, 4)), beta=1.0, num_reads=50, num_sweeps=100,
        ...                         seed=1)
        >>> bool(result.energies.mean() < -28), result.hardware.reads
        (True, 50)
    """

    neurons: Neurons = field(default_factory=Neurons)
    coupling: IdealCoupling | CrossbarCoupling = field(default_factory=IdealCoupling)
    clocking: Clocking = field(default_factory=Clocking)
    common_noise: float = 0.0

    def __post_init__(self) -> None:
        checks.non_negative("common_noise", self.common_noise)

    def load(self, problem: Problem) -> "LoadedMachine":
        """Write a problem into the machine; it can then be sampled and annealed again and again.

        Raises:
            ValueError: where it does not fit, with what would.
        """
        if isinstance(problem, PolynomialProblem) and problem.order <= 2:
            problem = problem.to_ising()
        if isinstance(self.coupling, IdealCoupling):
            return LoadedMachine(self, problem, None)
        if isinstance(problem, PolynomialProblem):
            raise ValueError(
                f"the problem has terms of {problem.order} spins and arrays hold couplings of two; "
                "use coupling=IdealCoupling(), or reduce it (problems.poly)"
            )
        loaded = self.coupling.load(problem) if problem.num_variables else None
        return LoadedMachine(self, problem, loaded)

    def sample(self, problem: Problem, **options: Any) -> MachineSamples:
        """Load a problem and sample it; arguments as `LoadedMachine.sample`."""
        return self.load(problem).sample(**options)

    def anneal(self, problem: Problem, **options: Any) -> MachineMinimum:
        """Load a problem and anneal it; arguments as `LoadedMachine.anneal`."""
        return self.load(problem).anneal(**options)


@dataclass(frozen=True, eq=False)
class LoadedMachine:
    """A machine that holds a problem.

    Attributes:
        machine: it.
        problem: an Ising problem, or a polynomial with an ideal coupling.
        arrays: that hold its couplings; None for an ideal coupling.
    """

    machine: Machine
    problem: Problem
    arrays: LoadedArrays | None

    @property
    def is_exact(self) -> bool:
        """Whether it is the exact sampler: nothing deviates, and colours are clocked."""
        machine = self.machine
        return (
            self.arrays is None and machine.neurons.is_ideal and machine.clocking.is_plain
            and not machine.common_noise
        )  # fmt: skip

    @cached_property
    def layout(self) -> Layout:
        """Where p-bits stand."""
        return choose_layout(self.problem)

    @cached_property
    def reading(self) -> FieldRead:
        """What the fields of one clock take."""
        return IDEAL if self.arrays is None else self.arrays.reading(self.layout)

    @cached_property
    def clocks(self) -> Clocks:
        """Of a sweep."""
        taus = self.machine.neurons.correlation_times
        return self.machine.clocking.clocks(self.layout.num_colours, taus, self.reading.seconds)

    @cached_property
    def prepared(self) -> Prepared:
        """Kernel and model.

        The exact machine runs on the exact sampler's own kernel.
        """
        if self.is_exact:
            return choose_model(self.problem, "gibbs", _EXACT_BITS)
        return self.simulated()

    def simulated(self) -> Prepared:
        """Kernel and model of the machine itself, p-bit by p-bit."""
        machine, clocks, layout = self.machine, self.clocks, self.layout
        given = None
        if self.arrays is not None:
            layout, parameters = self.arrays.parameters(layout)
            given = [parameters]
        timing = Timing(
            in_turn=machine.clocking.is_plain and not machine.neurons.remembers
            and not machine.common_noise,
            lags=clocks.follow < 1, delay=clocks.delay, common=machine.common_noise > 0,
        )  # fmt: skip
        layout = layout if timing.in_turn else layout.together()
        products = layout.is_dense or self.arrays is not None
        kernel = coupled(
            layout.coupling, machine.neurons.pbit, energy_of(layout), timing,
            dtype=np.float32 if layout.is_dense else np.int8,
            lane_multiple=64 if products else 16,
        )  # fmt: skip
        model = coupled_model(
            layout, coupling=given,
            pbit=machine.neurons.parameters(layout.num_spins, clocks.dt),
            num_clocks=clocks.count, fraction=clocks.fraction, follow=clocks.follow,
            common=2 * machine.common_noise,
        )  # fmt: skip
        return Prepared(kernel, model, layout.unit)

    def sample(
        self,
        *,
        beta: float,
        num_reads: int = 100,
        num_sweeps: int = 1000,
        thinning: int | None = None,
        num_chains: int | None = None,
        seed: int | None = None,
        initial_spins: ArrayLike | None = None,
        interrupt: Callable[[], bool] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> MachineSamples:
        """Draw states; arguments as `pbits.sample`.

        A sweep updates every p-bit once on average.  Free p-bits run for one correlation time of
        the slowest.

        Raises:
            ValueError: on arguments out of range, with what was expected.

        Example:
            >>> from problems.generators import ferromagnet
            >>> loaded = Machine().load(ferromagnet((4, 4)))
            >>> loaded.sample(beta=1.0, num_reads=10, num_sweeps=10, seed=1).kernel
            'packed-gibbs'
        """
        found = sample_with(
            lambda: self.prepared, self.problem, beta=beta, num_reads=num_reads,
            num_sweeps=num_sweeps, thinning=thinning, num_chains=num_chains, seed=seed,
            initial_spins=initial_spins, interrupt=interrupt, progress=progress,
        )  # fmt: skip
        return MachineSamples(
            **vars(found), hardware=self.report(found.num_sweeps, found.num_chains)
        )

    def anneal(
        self,
        *,
        num_reads: int = 64,
        num_sweeps: int = 1000,
        beta_range: Sequence[float] | None = None,
        beta_schedule_type: str = "geometric",
        beta_schedule: ArrayLike | None = None,
        seed: int | None = None,
        initial_spins: ArrayLike | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_restarts: int | None = 1,
        interrupt: Callable[[], bool] | None = None,
        progress: Callable[[Progress], None] | None = None,
        trace: bool = False,
    ) -> MachineMinimum:
        """Anneal copies of the problem by the scale of the p-bits' inputs.

        Arguments as `pbits.anneal`; `time_limit` is of the simulation.  Energies are those of the
        problem, whatever the hardware computes.

        Raises:
            ValueError: on arguments out of range, with what was expected.

        Example:
            >>> from problems.generators import ferromagnet
            >>> found = Machine().anneal(ferromagnet((4, 4)), num_reads=4, num_sweeps=100, seed=1)
            >>> found.best_energy
            -32
        """
        stop = Stop(time_limit, target_energy, interrupt)
        request = Request.of(
            self.problem, num_reads, seed, initial_spins, stop, num_restarts, progress, trace
        )
        span = default_beta_range(self.problem) if beta_range is None else checks.pair(beta_range)
        steps = checks.whole_number("num_sweeps", num_sweeps, 0)
        betas = make_schedule(beta_schedule_type, span, steps, 1, beta_schedule)
        if beta_schedule_type == "custom" and betas.size:
            span = (float(betas[0]), float(betas[-1]))
        prepared = self.prepared if self.problem.num_variables else None
        found = minimise(self.problem, prepared, request, betas, betas)
        return MachineMinimum(
            **vars(found), beta_range=(float(span[0]), float(span[1])),
            hardware=self.report(found.num_sweeps, num_reads),
        )  # fmt: skip

    def counts(self, num_sweeps: int, num_reads: int) -> MachineCounts:
        """What reads of so many sweeps take, one read after another."""
        neurons, clocks = self.machine.neurons, self.clocks
        sweeps, spins = max(num_sweeps, 1), max(self.problem.num_variables, 1)
        if self.machine.clocking.kind == "asynchronous":
            return running_counts(
                num_spins=spins, seconds=sweeps * clocks.count * clocks.dt, pbit=neurons.cost,
                num_reads=num_reads, coupling=self.reading,
            )  # fmt: skip
        return machine_counts(
            num_spins=spins, num_sweeps=sweeps, pbit=neurons.cost._replace(seconds=clocks.dt),
            clocks_per_sweep=clocks.count, num_reads=num_reads, coupling=self.reading,
        )  # fmt: skip

    def report(self, num_sweeps: int, num_reads: int) -> HardwareReport:
        """Time, energy and area of reads of so many sweeps, with writing the problem."""
        counts = self.counts(num_sweeps, num_reads)
        if self.arrays is None:
            return hardware_report(counts)
        return hardware_report(counts, self.arrays.programming(), self.arrays.writes())
