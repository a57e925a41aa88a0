"""A p-bit computer behind dimod: annealed, and sampled at one temperature."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import dimod
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike
from numpy.typing import ArrayLike

from pbits.adapters import conversion
from pbits.adapters.base import BaseSampler
from pbits.adapters.callbacks import check_it_ends
from pbits.adapters.sweeps import resolve_num_sweeps
from pbits.machine import Machine, presets
from pbits.results import Progress
from pbits.schedules import KINDS


class _OnMachine(BaseSampler):
    """What both samplers have: a machine.

    Args:
        hardware: a preset (`pbits.machine.presets.names()`), or a `pbits.machine.Machine`.
        changes: numbers of the preset, or attributes of the machine.

    Attributes:
        machine: that problems are written into.
        name: of its preset; None of a machine of your own.

    Raises:
        ValueError: on another preset, a number that it does not have, or an impossible value.
    """

    choices: ClassVar[dict[str, tuple[str, Sequence[str]]]] = {
        "initial_states_generator": BaseSampler.choices["initial_states_generator"],
    }

    def __init__(self, hardware: str | Machine = "default", **changes: Any):
        if isinstance(hardware, Machine):
            if changes:
                raise ValueError(
                    f"changes {', '.join(changes)} are given beside a machine; expected them with "
                    "a preset: use dataclasses.replace for a machine"
                )
            self.machine, self.name = hardware, None
        else:
            self.machine, self.name = presets.get(hardware, **changes), hardware

    @property
    def properties(self) -> dict[str, Any]:
        """Choices and defaults, and the preset."""
        return super().properties | {"hardware": self.name}

    def _hardware(self, facts: dict[str, Any]) -> dict[str, Any]:
        return {"preset": self.name} | facts


class MachineSampler(_OnMachine):
    """Anneals on a p-bit computer; ``info["hardware"]`` tells its time, energy and area.

    Args and Raises: as for a machine, see `pbits.machine.presets`.

    Example:
        >>> from pbits import MachineSampler
        >>> sampler = MachineSampler("ideal")
        >>> found = sampler.sample_ising({}, {"ab": 1, "bc": 1, "ac": 1}, seed=1)
        >>> float(found.first.energy), found.info["hardware"]["reads"]
        (-1.0, 64)
    """

    default_num_reads = 64
    choices = _OnMachine.choices | {"beta_schedule_type": ("beta_schedule_options", KINDS)}

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        beta_range: Sequence[float] | None = None,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        beta_schedule_type: str = "geometric",
        seed: int | None = None,
        interrupt_function: Callable[[], bool] | None = None,
        beta_schedule: ArrayLike | None = None,
        initial_states: SamplesLike | None = None,
        initial_states_generator: InitialStateGenerator = "random",
        *,
        knob: str = "input",
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_restarts: int | None = 1,
        trace: bool = False,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Write the problem into the machine, anneal it.

        Args:
            knob: what makes beta: "input", "temperature" or "voltage", see `LoadedMachine.anneal`.
            bqm, beta_range, num_reads, num_sweeps, beta_schedule_type, seed, interrupt_function,
                beta_schedule, initial_states, initial_states_generator, num_restarts, trace,
                progress: as of `AnnealingSampler.sample`.
            time_limit: seconds of the simulation, compilation apart.
            target_energy: stop as soon as a read is at or below it; leave it out where the time to
                a solution is asked for, since reads that were stopped tell little of it.

        Returns:
            As `AnnealingSampler.sample`; energies are those of the BQM, whatever the hardware
            computes.  ``info["hardware"]`` has `seconds`, `joules`, `area_m2`, `breakdown` and all
            else of `pbits.machine.HardwareReport.facts`, for the problem written once and all
            reads one after another, and `best`: TTS99 and energy to the best energy found.

        Raises:
            ValueError: where the problem does not fit on the hardware, with what would; on
                arguments out of range or at odds.
            TypeError: on a callback that cannot be called.
        """
        self.remove_unknown_kwargs(**kwargs)
        sweeps = resolve_num_sweeps(num_sweeps, 1, beta_schedule_type, beta_schedule, beta_range)
        check_it_ends(num_restarts, time_limit, target_energy, interrupt_function)
        call = self._begin(
            bqm, num_reads=num_reads, seed=seed, initial_states=initial_states,
            initial_states_generator=initial_states_generator,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        result = self.machine.anneal(
            call.problem, num_reads=call.num_reads, num_sweeps=sweeps, beta_range=beta_range,
            beta_schedule_type=beta_schedule_type, beta_schedule=beta_schedule, knob=knob,
            seed=call.seed, initial_spins=call.initial_spins, time_limit=time_limit,
            target_energy=target_energy,
            num_restarts=num_restarts, interrupt=call.callbacks.interrupt,
            progress=call.callbacks.progress, trace=trace,
        )  # fmt: skip
        best = {
            "energy": float(result.best_energy),
            "successes": result.successes(),
            "seconds": result.time_to_solution().as_dict(),
            "joules": result.energy_to_solution().as_dict(),
        }
        info = {
            "beta_range": list(result.beta_range),
            "beta_schedule_type": beta_schedule_type,
            "num_restarts": result.num_restarts,
            "stopped_by": result.stopped_by,
            "broken_chains": result.broken_chains,
            "hardware": self._hardware(result.hardware.facts() | {"best": best}),
        }
        if trace:
            info["trace"] = conversion.trace_lists(result.trace)
        return call.sampleset(result, info)


class MachineBoltzmannSampler(_OnMachine):
    """Samples of a p-bit computer at one temperature; ``info["hardware"]`` tells what they take.

    An ideal machine draws from ``exp(-beta E) / Z``; others deviate by the errors of their parts.

    Example:
        >>> from pbits import MachineBoltzmannSampler
        >>> sampler = MachineBoltzmannSampler("ideal")
        >>> found = sampler.sample_ising({"a": -1}, {}, beta=0.5, num_reads=3200, seed=1)
        >>> 0.42 < float(found.record.sample.mean()) < 0.50  # tanh(0.5) = 0.46
        True
    """

    default_num_reads = 100

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        beta: float = 1.0,
        num_reads: int | None = None,
        num_sweeps: int = 1000,
        *,
        thinning: int | None = None,
        num_chains: int | None = None,
        seed: int | None = None,
        initial_states: SamplesLike | None = None,
        initial_states_generator: InitialStateGenerator = "random",
        interrupt_function: Callable[[], bool] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Write the problem into the machine and sample it.

        Args:
            bqm, beta, num_reads, num_sweeps, thinning, num_chains, seed, initial_states,
                initial_states_generator, interrupt_function, progress: as of
                `BoltzmannSampler.sample`; a sweep updates every p-bit once on average.

        Returns:
            As `BoltzmannSampler.sample`.  ``info["hardware"]`` has `seconds`, `joules`, `area_m2`,
            `breakdown` and all else of `pbits.machine.HardwareReport.facts`, for the problem
            written once and all chains one after another, and `joules_per_effective_sample`, None
            where chains are too short to tell.

        Raises:
            ValueError: where the problem does not fit on the hardware, with what would; on
                arguments out of range or at odds.
            TypeError: on a callback that cannot be called.
        """
        self.remove_unknown_kwargs(**kwargs)
        call = self._begin(
            bqm, num_reads=num_reads, num_chains=num_chains, seed=seed,
            initial_states=initial_states, initial_states_generator=initial_states_generator,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        result = self.machine.sample(
            call.problem, beta=beta, num_reads=call.num_samples, num_sweeps=num_sweeps,
            thinning=thinning, num_chains=num_chains and call.num_reads, seed=call.seed,
            initial_spins=call.initial_spins, interrupt=call.callbacks.interrupt,
            progress=call.callbacks.progress,
        )  # fmt: skip
        try:
            each = result.joules_per_effective_sample().as_dict()
        except ValueError:  # too few draws of each chain, or all of one energy
            each = None
        facts = result.hardware.facts() | {"joules_per_effective_sample": each}
        info = call.about_samples(result) | {
            "broken_chains": result.broken_chains,
            "hardware": self._hardware(facts),
        }
        return call.sampleset(result, info)
