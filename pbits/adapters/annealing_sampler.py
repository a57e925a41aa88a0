"""Simulated annealing behind dimod, with the arguments of dwave-samplers' annealer."""

from collections.abc import Callable, Sequence
from typing import Any

import dimod
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike
from numpy.typing import ArrayLike

from pbits.adapters import conversion
from pbits.adapters.base import BaseSampler
from pbits.adapters.callbacks import check_it_ends
from pbits.adapters.sweeps import resolve_num_sweeps
from pbits.annealing import anneal
from pbits.results import Progress
from pbits.schedules import KINDS

_ORDER_NOTE = "randomize_order changes nothing: spins are updated colour by colour"


class AnnealingSampler(BaseSampler):
    """Drop-in for ``dwave.samplers.SimulatedAnnealingSampler`` that returns the best states seen.

    Example:
        >>> from pbits import AnnealingSampler
        >>> found = AnnealingSampler().sample_ising({}, {"ab": 1, "bc": 1, "ac": 1}, seed=1)
        >>> float(found.first.energy)
        -1.0
    """

    default_num_reads = 64
    choices = BaseSampler.choices | {"beta_schedule_type": ("beta_schedule_options", KINDS)}

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        beta_range: Sequence[float] | None = None,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        num_sweeps_per_beta: int = 1,
        beta_schedule_type: str = "geometric",
        seed: int | None = None,
        interrupt_function: Callable[[], bool] | None = None,
        beta_schedule: ArrayLike | None = None,
        initial_states: SamplesLike | None = None,
        initial_states_generator: InitialStateGenerator = "random",
        randomize_order: bool = False,
        proposal_acceptance_criteria: str = "Metropolis",
        *,
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_restarts: int | None = 1,
        trace: bool = False,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Anneal; arguments up to `proposal_acceptance_criteria` are dwave-samplers'.

        Args:
            bqm: SPIN or BINARY, any labels, possibly empty.
            beta_range: first and last inverse temperature; default from the biases.
            num_reads: independent anneals; default as many as `initial_states`, else 64: reads
                share vector instructions and cores, so 64 cost little more than one.
            num_sweeps: updates of every variable, a multiple of `num_sweeps_per_beta`; default
                1000, or what `beta_schedule` asks for.
            num_sweeps_per_beta: sweeps at each beta.
            beta_schedule_type: "geometric", "linear" or "custom".
            beta_schedule: betas of a "custom" schedule.
            seed: equal seeds give equal samples; the default is drawn and found in `info`.
            interrupt_function: polled a few times a second; the anneal ends when it returns True
                or raises, with the best states so far of all reads.
            initial_states: one per read; they count as seen, so no read returns a worse state.
            initial_states_generator: "none", "tile" or "random"; completes too few states.
            randomize_order: accepted, changes nothing.  Updates go by colour: variables that do
                not interact at the same time, each once a sweep, which keeps the Boltzmann
                distribution exactly.  (Metropolis with beta = 0 accepts every move and so does not
                mix in any fixed order; "Gibbs" does.)
            proposal_acceptance_criteria: "Metropolis" or "Gibbs".
            time_limit: seconds of sampling, compilation apart.
            target_energy: stop as soon as a read is at or below it.
            num_restarts: anneals one after another, best kept; None: until something stops them.
            trace: put lists `sweep`, `beta`, `mean_energy`, `best_energy` into ``info["trace"]``.
            progress: called with a `Progress` a few times a second.

        Returns:
            One row per read, the best state of that read, with its energy recomputed.  `info`
            holds timing in ns, seed, versions, `stopped_by` ("schedule", "target", "time_limit",
            "interrupt") and what else tells how the samples came about.

        Raises:
            ValueError: on arguments out of range or at odds, with what was expected.
            TypeError: on a callback that cannot be called.
        """
        self.remove_unknown_kwargs(**kwargs)
        rule = conversion.update_rule(proposal_acceptance_criteria)
        num_sweeps = resolve_num_sweeps(
            num_sweeps, num_sweeps_per_beta, beta_schedule_type, beta_schedule, beta_range
        )
        check_it_ends(num_restarts, time_limit, target_energy, interrupt_function)
        call = self._begin(
            bqm, num_reads=num_reads, seed=seed, initial_states=initial_states,
            initial_states_generator=initial_states_generator,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        result = anneal(
            call.problem, num_reads=call.num_reads, num_sweeps=num_sweeps, beta_range=beta_range,
            beta_schedule_type=beta_schedule_type, beta_schedule=beta_schedule,
            num_sweeps_per_beta=num_sweeps_per_beta, update=rule, seed=call.seed,
            initial_spins=call.initial_spins, time_limit=time_limit, target_energy=target_energy,
            num_restarts=num_restarts, interrupt=call.callbacks.interrupt,
            progress=call.callbacks.progress, trace=trace,
        )  # fmt: skip
        info = {
            "beta_range": list(result.beta_range),
            "beta_schedule_type": beta_schedule_type,
            "num_restarts": result.num_restarts,
            "stopped_by": result.stopped_by,
        }
        if trace:
            info["trace"] = conversion.trace_lists(result.trace)
        return call.sampleset(result, info, [_ORDER_NOTE] if randomize_order else [])
