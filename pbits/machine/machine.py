"""The p-bit computer: p-bits, what couples them, and a clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pbits import checks, runtime
from pbits.devices.clocked import Heated
from pbits.kernels.coupled import Timing, coupled
from pbits.kernels.coupled_model import Layout, coupled_model, energy_of
from pbits.machine.clocking import Clocking, Clocks
from pbits.machine.counts import MachineCounts, machine_counts, running_counts
from pbits.machine.couplings import CrossbarCoupling, IdealCoupling, LoadedArrays
from pbits.machine.crossbar_fields import CROSSBAR_BY_VOLTAGE
from pbits.machine.field_costs import IDEAL, FieldRead
from pbits.machine.knobs import Turned, by_temperature, by_voltage, turn, widest, with_full
from pbits.machine.neurons import Neurons
from pbits.machine.outcomes import Sampling, Solving
from pbits.machine.report import HardwareReport, hardware_report
from pbits.models import Prepared, choose_layout, choose_model
from pbits.restarts import Request, minimise
from pbits.results import Minimum, Progress, SampleResult
from pbits.sampling import sample_with
from pbits.schedules import beta_schedule as make_schedule
from pbits.schedules import default_beta_range
from pbits.stopping import Stop
from problems.copies import Sparsified
from problems.polynomial import PolynomialProblem, Problem

_EXACT_BITS = 32


@dataclass(frozen=True)
class MachineSamples(Sampling, SampleResult):
    """Samples, and what drawing them took in hardware."""

    hardware: HardwareReport = field(repr=False)
    broken_chains: float = 0.0  # share of chains of copies that were not of one mind


@dataclass(frozen=True)
class MachineMinimum(Solving, Minimum):
    """The best states of anneals, and what they took in hardware."""

    beta_range: tuple[float, float]
    hardware: HardwareReport = field(repr=False)
    knob: str = "input"
    knob_range: tuple[float, float] = (0.0, 0.0)  # first and last: 1 / energy, K or V
    broken_chains: float = 0.0  # share of chains of copies that were not of one mind


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
        runtime.ensure_configured()
        if isinstance(problem, PolynomialProblem) and problem.order <= 2:
            problem = problem.to_ising()
        if isinstance(self.coupling, IdealCoupling):
            return LoadedMachine(self, problem, problem)
        if isinstance(problem, PolynomialProblem):
            raise ValueError(
                f"the problem has terms of {problem.order} spins and arrays hold couplings of two; "
                "use coupling=IdealCoupling(), or reduce it (problems.poly)"
            )
        if problem.num_variables == 0:
            return LoadedMachine(self, problem, problem)
        copies = self.coupling.in_copies(problem)
        held = problem if copies is None else copies.problem
        return LoadedMachine(self, problem, held, self.coupling.load(held), copies)

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
        held: what its p-bits hold: the problem, or that in copies.
        arrays: that hold its couplings; None for an ideal coupling.
        copies: where spins have too many couplings for one p-bit.
    """

    machine: Machine
    problem: Problem
    held: Problem
    arrays: LoadedArrays | None = None
    copies: Sparsified | None = None

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
        return choose_layout(self.held)

    @cached_property
    def reading(self) -> FieldRead:
        """What the fields of one clock take."""
        return IDEAL if self.arrays is None else self.arrays.reading(self.layout)

    @cached_property
    def clocks(self) -> Clocks:
        """Of a sweep."""
        taus = self.machine.neurons.correlation_times(self.layout.num_spins)
        return self.machine.clocking.clocks(self.layout.num_colours, taus, self.reading.seconds)

    @cached_property
    def prepared(self) -> Prepared:
        """Kernel and model.

        The exact machine runs on the exact sampler's own kernel.
        """
        if self.is_exact:
            return choose_model(self.held, "gibbs", _EXACT_BITS)
        return self.simulated()

    def simulated(self, turned: Turned | None = None) -> Prepared:
        """Kernel and model of the machine itself, p-bit by p-bit.

        Args:
            turned: what sets beta, but for the scale of inputs.
        """
        machine, clocks, layout = self.machine, self.clocks, self.layout
        given, pbit = None, machine.neurons.pbit
        each = machine.neurons.parameters(layout.num_spins, clocks.dt)
        if self.arrays is not None:
            layout, parameters = self.arrays.parameters(layout)
            given = [parameters]
        if turned is not None and by_voltage(turned):
            given = [with_full(part, turned) for part in given or ()]
            layout = layout._replace(coupling=CROSSBAR_BY_VOLTAGE)
        if turned is not None and by_temperature(turned):
            pbit = machine.neurons.heated_pbit
            each = Heated(
                each, *(np.asarray(x, np.float32) for x in (turned.reference, turned.waited))
            )
        timing = Timing(
            in_turn=machine.clocking.is_plain and not machine.neurons.remembers
            and not machine.common_noise,
            lags=clocks.follow < 1, delay=clocks.delay, common=machine.common_noise > 0,
        )  # fmt: skip
        layout = layout if timing.in_turn else layout.together()
        products = layout.is_dense or self.arrays is not None
        kernel = coupled(
            layout.coupling, pbit, energy_of(layout), timing,
            dtype=np.float32 if layout.is_dense else np.int8,
            lane_multiple=64 if products else 16,
        )  # fmt: skip
        model = coupled_model(
            layout, coupling=given, pbit=each, num_clocks=clocks.count,
            fraction=clocks.fraction, follow=clocks.follow, common=2 * machine.common_noise,
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
            lambda: self.prepared, self.held, beta=beta, num_reads=num_reads,
            num_sweeps=num_sweeps, thinning=thinning, num_chains=num_chains, seed=seed,
            initial_spins=self._encoded(initial_spins), interrupt=interrupt, progress=progress,
        )  # fmt: skip
        report = self.report(found.num_sweeps, found.num_chains)
        return MachineSamples(**self._decoded(found), hardware=report)

    def anneal(
        self,
        *,
        num_reads: int = 64,
        num_sweeps: int = 1000,
        beta_range: Sequence[float] | None = None,
        beta_schedule_type: str = "geometric",
        beta_schedule: ArrayLike | None = None,
        knob: str = "input",
        seed: int | None = None,
        initial_spins: ArrayLike | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_restarts: int | None = 1,
        interrupt: Callable[[], bool] | None = None,
        progress: Callable[[Progress], None] | None = None,
        trace: bool = False,
    ) -> MachineMinimum:
        """Anneal copies of the problem.

        Arguments as `pbits.anneal`; `time_limit` is of the simulation.  Energies are those of the
        problem, whatever the hardware computes.

        Args beyond those:
            knob: what makes beta: "input", the scale of the p-bits' inputs; "temperature" of the
                p-bits, beta being lowest at the highest of `Neurons.temperatures`; "voltage" that
                reads the arrays, beta being highest at that of their cells.

        Raises:
            ValueError: on arguments out of range, with what was expected, or a knob that p-bits
                or coupling do not have, with those they do.

        Example:
            >>> from problems.generators import ferromagnet
            >>> found = Machine().anneal(ferromagnet((4, 4)), num_reads=4, num_sweeps=100, seed=1)
            >>> found.best_energy
            -32
        """
        stop = Stop(time_limit, target_energy, interrupt)
        initial = self._encoded(initial_spins)
        request = Request.of(
            self.held, num_reads, seed, initial, stop, num_restarts, progress, trace
        )
        neurons, count = self.machine.neurons, max(self.held.num_variables, 1)
        if beta_range is None:
            span = widest(knob, neurons, default_beta_range(self.held))
        else:
            span = checks.pair(beta_range)
        steps = checks.whole_number("num_sweeps", num_sweeps, 0)
        betas = make_schedule(beta_schedule_type, span, steps, 1, beta_schedule)
        if beta_schedule_type == "custom" and betas.size:
            span = (float(betas[0]), float(betas[-1]))
        turned = turn(
            knob, betas if betas.size else [span[1]], neurons=neurons, count=count,
            coupling=self.machine.coupling, clocking=self.machine.clocking,
        )  # fmt: skip
        prepared = None
        if self.held.num_variables:
            prepared = self.prepared if knob == "input" else self.simulated(turned)
        found = minimise(self.held, prepared, request, betas, betas)
        return MachineMinimum(
            **self._decoded(found), beta_range=(float(span[0]), float(span[1])),
            hardware=self.report(found.num_sweeps, num_reads, turned), knob=knob,
            knob_range=turned.range,
        )  # fmt: skip

    def _encoded(self, initial: ArrayLike | None) -> ArrayLike | None:
        return initial if initial is None or self.copies is None else self.copies.encode(initial)

    def _decoded(self, found: SampleResult | Minimum) -> dict[str, Any]:
        """A result's values, of the problem's own spins."""
        values = dict(vars(found))
        if self.copies is not None:
            states = self.copies.decode(found.spins)
            values |= {
                "spins": states.spins,
                "energies": states.energies,
                "broken_chains": float(states.broken[:, self.copies.sizes > 1].mean()),
            }
        return values

    def counts(
        self, num_sweeps: int, num_reads: int, turned: Turned | None = None
    ) -> MachineCounts:
        """What reads of so many sweeps take, one read after another.

        Args:
            num_sweeps, num_reads: of the run.
            turned: its schedule; at the temperature of the p-bits' numbers and the arrays' read
                voltage by default.
        """
        sweeps, spins = num_sweeps, self.held.num_variables
        if sweeps == 0 or spins == 0:
            notes = ("no sweep was made",)
            return MachineCounts({}, {}, {}, 0.0, 0.0, num_reads, 0.0, self.reading.costs, notes)
        neurons, clocks, reading = self.machine.neurons, self.clocks, self.reading
        # An ideal p-bit's cost knows no device.
        tau = neurons.cost.correlation_time or neurons.correlation_times(spins)[1]
        cost = neurons.cost._replace(correlation_time=tau)
        if turned is not None:
            longer = turned.longer(sweeps)
            clocks = clocks._replace(dt=clocks.dt * longer)
            cost = cost._replace(
                correlation_time=cost.correlation_time * longer, notes=(*cost.notes, *turned.notes)
            )
            events = dict(reading.events)
            if "cell.read" in events:
                events["cell.read"] *= turned.power(sweeps)
            reading = reading._replace(events=events)
        if self.machine.clocking.kind == "asynchronous":
            return running_counts(
                num_spins=spins, seconds=sweeps * clocks.count * clocks.dt, pbit=cost,
                num_reads=num_reads, coupling=reading,
            )  # fmt: skip
        return machine_counts(
            num_spins=spins, num_sweeps=sweeps,
            pbit=cost._replace(seconds=clocks.dt or cost.seconds),
            clocks_per_sweep=clocks.count, num_reads=num_reads, coupling=reading,
        )  # fmt: skip

    def report(
        self, num_sweeps: int, num_reads: int, turned: Turned | None = None
    ) -> HardwareReport:
        """Time, energy and area of reads of so many sweeps, with writing the problem.

        Arguments as `counts`.
        """
        counts = self.counts(num_sweeps, num_reads, turned)
        if self.arrays is None:
            return hardware_report(counts)
        return hardware_report(counts, self.arrays.programming(), self.arrays.writes())
