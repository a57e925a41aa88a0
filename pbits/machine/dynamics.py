"""Studies of when p-bits are updated: steps of free ones, exact events, and how fast to clock."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from pbits import checks
from pbits.devices.network_dynamics import Occupancy, run_asynchronous
from pbits.devices.networks import Network
from pbits.devices.telegraph import Telegraph
from pbits.diagnostics.mixing import autocorrelation_time
from pbits.machine.enumerable import network_of
from pbits.machine.exact_laws import exact_law
from pbits.machine.machine import LoadedMachine, Machine
from pbits.machine.state_fields import state_fields
from problems.polynomial import Problem

_EVEN = 1e-4  # by how much rates may differ from their mirror image


class StepError(NamedTuple):
    """What the simulation's step of free p-bits does to their law.

    Attributes:
        step: as a share of the correlation time.
        error: total variation distance of the law of steps from that of continuous time.
        halved: the same at half the step.
    """

    step: float
    error: float
    halved: float

    @property
    def order(self) -> float:
        """Exponent with which the error falls with the step."""
        return float(np.log2(self.error / self.halved))


class SampledStepError(NamedTuple):
    """The same of mean energies, for machines of any size.

    Attributes:
        step: as a share of the correlation time.
        error: mean energy at the step minus that of continuous time, extrapolated by first order.
        standard_error: of it.
        energy: mean at the step.
    """

    step: float
    error: float
    standard_error: float
    energy: float


def step_error(loaded: LoadedMachine, beta: float) -> StepError:
    """Exact error of the fixed step with which free p-bits are simulated.

    Args:
        loaded: of at most 10 spins, with free telegraph p-bits.
        beta: inverse temperature.

    Raises:
        ValueError: on another machine.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.machine import Clocking, Neurons
        >>> from problems import ising
        >>> neurons = Neurons(Telegraph(ConstantTime(1e-9)))
        >>> free = Machine(neurons, clocking=Clocking("asynchronous"))
        >>> found = step_error(free.load(ising([0, 0], [0], [1], [-0.5])), 1.0)
        >>> round(found.error, 4), round(found.order, 1)
        (0.0046, 1.0)
    """
    law = exact_law(loaded, beta, freely=True)
    errors = [
        float(np.abs(exact_law(one, beta) - law).sum() / 2)
        for one in (loaded, _halved(loaded.machine).load(loaded.problem))
    ]
    return StepError(loaded.machine.clocking.step, *errors)


def sampled_step_error(
    machine: Machine, problem: Problem, *, beta: float, num_reads: int = 1000,
    num_sweeps: int = 100, seed: int | None = None,
) -> SampledStepError:  # fmt: skip
    """Error of the mean energy at the fixed step of free p-bits, from half the step.

    To first order the energy at half the step is half as wrong, so that twice the difference of
    both is the error.

    Args:
        machine: with free p-bits.
        problem: any.
        beta, num_reads, num_sweeps, seed: as `LoadedMachine.sample`.
    """
    seed = checks.seed_or_random(seed)
    means, errors = [], []
    for one, own in ((machine, seed), (_halved(machine), seed + 1)):
        found = one.sample(
            problem, beta=beta, num_reads=num_reads, num_sweeps=num_sweeps, seed=own
        ).energies.astype(float)
        means.append(found.mean())
        errors.append(found.std(ddof=1) / np.sqrt(found.size))
    error = 2 * float(means[0] - means[1])
    return SampledStepError(
        machine.clocking.step, error, 2 * float(np.hypot(*errors)), float(means[0])
    )


def _halved(machine: Machine) -> Machine:
    clocking = machine.clocking
    if clocking.kind != "asynchronous":
        raise ValueError(f"kind is {clocking.kind!r}; expected 'asynchronous', which has a step")
    return replace(machine, clocking=replace(clocking, step=clocking.step / 2))


def run_freely(
    loaded: LoadedMachine, beta: float, *, num_events: int, num_chains: int = 1000,
    burn_in: int | None = None, seed: int | None = None,
) -> Occupancy:  # fmt: skip
    """Free p-bits event by event, without any step: exact in continuous time, for small machines.

    Args:
        loaded: of at most 10 spins, with free telegraph p-bits whose rates mirror each other, and
            arrays that round nothing and read without noise; with a lag of its inputs, or a delay.
        beta: inverse temperature.
        num_events, num_chains, burn_in, seed: as
            :func:`~pbits.devices.network_dynamics.run_asynchronous`.

    Returns:
        How often each state was seen, with times in correlation times.

    Raises:
        ValueError: on another machine.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.machine import Clocking, Neurons
        >>> from problems import ising
        >>> neurons = Neurons(Telegraph(ConstantTime(1e-9)))
        >>> free = Machine(neurons, clocking=Clocking("asynchronous"))
        >>> loaded = free.load(ising([0, 0], [0], [1], [-0.5]))
        >>> seen = run_freely(loaded, 1.0, num_events=500, num_chains=500, seed=1)
        >>> (seen.counts / seen.counts.sum()).round(1).tolist()
        [0.4, 0.1, 0.1, 0.4]
    """
    machine = loaded.machine
    if machine.clocking.kind != "asynchronous" or machine.common_noise:
        raise ValueError(
            f"kind is {machine.clocking.kind!r} and common_noise {machine.common_noise}; expected "
            "free p-bits ('asynchronous') without it"
        )
    neurons = machine.neurons
    if not isinstance(neurons.model, Telegraph):
        raise ValueError("p-bits without rates cannot be simulated by events; use a Telegraph")
    tau = neurons.correlation_times(loaded.held.num_variables)[1]
    return run_asynchronous(
        _heard_network(loaded, beta), num_events=num_events, num_chains=num_chains,
        rate=_rate(machine, tau), lag=machine.clocking.lag / tau,
        delay=(machine.clocking.delay + loaded.reading.seconds) / tau, burn_in=burn_in, seed=seed,
    )  # fmt: skip


def _heard_network(loaded: LoadedMachine, beta: float) -> Network:
    """The network of ideal p-bits that the machine amounts to; couplings need not be symmetric."""
    neurons = loaded.machine.neurons
    told = neurons.parameters(loaded.layout.num_spins, loaded.clocks.dt)
    if told is not None and told.code is not None:
        raise ValueError("inputs are rounded; expected input_bits None, or sample the machine")
    if loaded.arrays is None:
        plain = network_of(loaded.problem, beta)
    else:
        couplings = loaded.arrays.matrix()
        plain = Network(couplings * (1 - np.eye(len(couplings))), loaded.arrays.biases(), beta)
    fields = state_fields(loaded)
    size = np.abs(plain.inputs(plain.states)).max(initial=beta)
    if fields.noise.any() or not np.allclose(
        -beta * fields.mean, plain.inputs(plain.states), atol=1e-4 * size
    ):
        raise ValueError(
            "fields are no sums of couplings: they are rounded, noisy, or of the spin itself; "
            "expected arrays without either, or sample the machine"
        )
    if told is None:
        return plain
    slope, offset, gain, shift = (
        np.asarray(part, float)[:, 0] for part in (told.slope, told.offset, told.gain, told.shift)
    )
    shifts = neurons.slope * (gain * (offset - shift) - neurons.offset)
    return plain.scaled(neurons.slope * gain / slope, shifts)


def _rate(machine: Machine, tau: float) -> Any:
    """Rates of leaving a state in units of 1 / tau, of the input times the spin."""
    neurons = machine.neurons
    law = neurons.model.law  # type: ignore[union-attr]

    def rate(aligned: Any) -> Any:
        return tau * jnp.exp(law.log_rates(neurons.offset + aligned / neurons.slope)[1])

    probe = np.linspace(-4, 4, 9)
    mirrored = tau * np.exp(law.log_rates(neurons.offset - probe / neurons.slope)[0])
    if not np.allclose(np.asarray(rate(probe)), mirrored, rtol=_EVEN):
        raise ValueError(
            "rates up and down do not mirror each other about the p-bits' offset; expected those "
            "of one number for all p-bits, such as ConstantTime, with Neurons' slope and offset"
        )
    return rate


class ClockPoint(NamedTuple):
    """A machine at one period of its clock.

    Attributes:
        period: s.
        tau: integrated autocorrelation time of the energy, ``1 + 2 sum rho``, in sweeps.
        error: standard error of it.
        seconds: of hardware for an independent sample.
        seconds_error: standard error of it.
        joules: of hardware for an independent sample.
        energy, energy_error: mean of the samples, whose law may depend on the period.
    """

    period: float
    tau: float
    error: float
    seconds: float
    seconds_error: float
    joules: float
    energy: float
    energy_error: float


def clock_study(
    machine: Machine, problem: Problem, *, beta: float, periods: Sequence[float],
    num_chains: int = 64, num_draws: int = 2000, num_sweeps: int = 200, seed: int | None = None,
) -> list[ClockPoint]:  # fmt: skip
    """How fast to clock: time and energy of an independent sample over the period.

    A fast clock reads p-bits before they have forgotten (they are *sticky*), a slow one waits for
    nothing.  Colours keep their law at any period; p-bits clocked together do not.

    Args:
        machine: whose clocking's period is varied.
        problem: any.
        beta: inverse temperature.
        periods: s, of a clock.
        num_chains: run side by side.
        num_draws: of each chain, one for each sweep; much more than `tau`.
        num_sweeps: before the first.
        seed: drawn by default.

    Raises:
        ValueError: on free p-bits, or where chains were too short to see all of `tau`.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.machine import Neurons
        >>> from problems.generators import ferromagnet
        >>> machine = Machine(Neurons(Telegraph(ConstantTime(1e-9))))
        >>> slow, fast = clock_study(machine, ferromagnet((4, 4)), beta=0.2, periods=[4e-9, 1e-9],
        ...                          num_draws=500, seed=1)
        >>> fast.tau > slow.tau, fast.seconds < slow.seconds
        (True, True)
    """
    if machine.clocking.kind == "asynchronous":
        raise ValueError("free p-bits have no clock; expected 'coloured' or 'parallel'")
    seed, found = checks.seed_or_random(seed), []
    for k, period in enumerate(periods):
        one = replace(machine, clocking=replace(machine.clocking, period=float(period)))
        loaded = one.load(problem)
        drawn = loaded.sample(
            beta=beta, num_reads=num_chains * num_draws, num_chains=num_chains, thinning=1,
            num_sweeps=num_sweeps, seed=seed + k,
        )  # fmt: skip
        time = autocorrelation_time(drawn)
        if time.tau is None or time.error is None or not time.closed:
            raise ValueError(
                f"num_draws is {num_draws}, too few to see all of the autocorrelation at a period "
                f"of {period:.3g} s; expected more draws"
            )
        spread = drawn.energies.std() * np.sqrt(time.tau / drawn.energies.size)
        # Long enough that each sweep counts as one.
        run = loaded.report(num_draws, 1).run
        seconds, joules = run.latency / num_draws, run.energy / num_draws
        found.append(ClockPoint(
            float(period), time.tau, time.error, time.tau * seconds, time.error * seconds,
            time.tau * joules, float(drawn.energies.mean()), float(spread),
        ))  # fmt: skip
    return found
