"""Simulated quantum annealing behind dimod."""

from collections.abc import Callable, Sequence
from typing import Any

import dimod
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike
from numpy.typing import ArrayLike

from pbits.adapters import conversion
from pbits.adapters.base import BaseSampler
from pbits.adapters.callbacks import check_it_ends
from pbits.quantum import quantum_anneal
from pbits.results import Progress


class QuantumAnnealingSampler(BaseSampler):
    """Minimises a BQM by path-integral Monte Carlo in a falling transverse field.

    Example:
        >>> from pbits import QuantumAnnealingSampler
        >>> found = QuantumAnnealingSampler().sample_ising({}, {"ab": 1, "bc": 1}, seed=1)
        >>> float(found.first.energy)
        -2.0
    """

    default_num_reads = 32
    choices = BaseSampler.choices | {
        "field_schedule_type": (
            "field_schedule_type_options",
            ("linear", "geometric", "custom"),
        ),
    }

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        num_reads: int | None = None,
        num_sweeps: int = 1000,
        *,
        num_slices: int = 16,
        beta: float | None = None,
        field_range: Sequence[float] | None = None,
        field_schedule_type: str = "linear",
        custom_fields: ArrayLike | None = None,
        whole_paths: bool = False,
        seed: int | None = None,
        initial_states: SamplesLike | None = None,
        initial_states_generator: InitialStateGenerator = "random",
        proposal_acceptance_criteria: str = "Metropolis",
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_restarts: int | None = 1,
        interrupt_function: Callable[[], bool] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Anneal `num_reads` paths; each gives the best slice it has seen.

        Args:
            bqm: SPIN or BINARY, any labels, possibly empty.
            num_reads: independent paths; default as many as `initial_states`, else 32.
            num_sweeps: updates of every variable of every slice.
            num_slices: copies of the model to a path.
            beta: inverse temperature of the quantum system; default from the biases.
            field_range: first and last transverse field; default from the biases.
            field_schedule_type: "linear", "geometric" or "custom".
            custom_fields: the fields of a "custom" schedule.
            whole_paths: offer flips of all slices at once as well.
            seed: equal seeds give equal samples; the default is drawn and found in `info`.
            initial_states: one per path; they count as seen.
            initial_states_generator: "none", "tile" or "random"; completes too few states.
            proposal_acceptance_criteria: "Metropolis" or "Gibbs".
            time_limit: seconds of sampling, compilation apart.
            target_energy: stop as soon as a slice is at or below it.
            num_restarts: anneals one after another; None: until something stops it.
            interrupt_function: polled a few times a second; the run ends when it returns True or
                raises, with the best states so far.
            progress: called with a `Progress` a few times a second.

        Returns:
            One row per path with its energy recomputed.  `info` holds timing in ns, `beta`,
            `field_range`, `num_slices`, seed, versions and `stopped_by`.

        Raises:
            ValueError: on arguments out of range or at odds, with what was expected.
            TypeError: on a callback that cannot be called.
        """
        self.remove_unknown_kwargs(**kwargs)
        check_it_ends(num_restarts, time_limit, target_energy, interrupt_function)
        rule = conversion.update_rule(proposal_acceptance_criteria)
        call = self._begin(
            bqm, num_reads=num_reads, seed=seed, initial_states=initial_states,
            initial_states_generator=initial_states_generator,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        result = quantum_anneal(
            call.problem, num_reads=call.num_reads, num_sweeps=num_sweeps, num_slices=num_slices,
            beta=beta, field_range=field_range, field_schedule_type=field_schedule_type,
            custom_fields=custom_fields, whole_paths=whole_paths, update=rule, seed=call.seed,
            initial_spins=call.initial_spins, time_limit=time_limit, target_energy=target_energy,
            num_restarts=num_restarts, interrupt=call.callbacks.interrupt,
            progress=call.callbacks.progress,
        )  # fmt: skip
        info = {
            "beta": float(result.beta),
            "field_range": [float(field) for field in result.field_range],
            "num_slices": result.num_slices,
            "stopped_by": result.stopped_by,
        }
        return call.sampleset(result, info)
