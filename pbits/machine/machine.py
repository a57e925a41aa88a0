"""The p-bit computer: p-bits, what couples them, and a clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from numpy.typing import ArrayLike

from pbits import checks, runtime
from pbits.kernels.coupled_model import Layout
from pbits.machine.assembly import assemble
from pbits.machine.clocking import Clocking, Clocks
from pbits.machine.counts import MachineCounts
from pbits.machine.couplings import CrossbarCoupling, IdealCoupling, LoadedArrays
from pbits.machine.field_costs import IDEAL, NOTHING, FieldRead
from pbits.machine.knobs import Turned, betas_of, turn
from pbits.machine.neurons import Neurons
from pbits.machine.outcomes import MachineMinimum, MachineSamples
from pbits.machine.report import HardwareReport, hardware_report
from pbits.machine.run_counts import run_counts
from pbits.models import Prepared, choose_layout, choose_model
from pbits.restarts import Request, minimise
from pbits.results import Minimum, Progress, SampleResult
from pbits.sampling import sample_with
from pbits.stopping import Stop
from problems.copies import Sparsified
from problems.polynomial import PolynomialProblem, Problem

_EXACT_BITS = 32


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
        if not (problem.h.any() or problem.coupling.any()):
            return LoadedMachine(self, problem, problem)  # nothing to write
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
        arrays: that hold its couplings; None for an ideal coupling, or a problem whose
            coefficients are all 0.
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
        """What the fields of one clock take: those of all p-bits where it is not clear whose."""
        machine = self.machine
        if self.arrays is None:
            return IDEAL if isinstance(machine.coupling, IdealCoupling) else NOTHING
        every = not machine.clocking.is_plain or machine.neurons.remembers
        return self.arrays.reading(self.layout, every=every)

    @cached_property
    def clocks(self) -> Clocks:
        """Of a sweep."""
        neurons, layout = self.machine.neurons, self.layout
        return self.machine.clocking.clocks(
            layout.num_colours, neurons.correlation_times(layout.num_spins), self.reading.seconds,
            neurons.cost.seconds,
        )  # fmt: skip

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
        return assemble(self.machine, self.layout, self.arrays, self.clocks, turned)

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
        betas, span = betas_of(
            self.held, knob, self.machine.neurons, num_sweeps=num_sweeps, beta_range=beta_range,
            kind=beta_schedule_type, given=beta_schedule,
        )  # fmt: skip
        turned = turn(
            knob, betas if betas.size else [span[1]], neurons=self.machine.neurons,
            count=max(self.held.num_variables, 1), coupling=self.machine.coupling,
            clocking=self.machine.clocking,
        )  # fmt: skip
        prepared = None
        if self.held.num_variables:
            prepared = self.prepared if knob == "input" else self.simulated(turned)
        found = minimise(self.held, prepared, request, betas, betas)
        return MachineMinimum(
            **self._decoded(found), beta_range=span,
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
        return run_counts(
            self.machine, self.clocks, self.reading, num_spins=self.held.num_variables,
            num_sweeps=num_sweeps, num_reads=num_reads, turned=turned,
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
