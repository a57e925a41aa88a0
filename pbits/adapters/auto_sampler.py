"""The automatic choice behind dimod."""

from collections.abc import Callable, Sequence
from typing import Any

import dimod
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike

from pbits.adapters import conversion
from pbits.adapters.base import BaseSampler
from pbits.results import Progress
from pbits.solving import solve


class AutoSampler(BaseSampler):
    """Minimises a BQM in a given time; how, follows from the BQM.

    Example:
        >>> from pbits import AutoSampler
        >>> found = AutoSampler().sample_ising({}, {"ab": 1, "bc": 1, "ac": 1}, seed=1)
        >>> float(found.first.energy)
        -1.0
    """

    # Of initial states that a generator makes; how many reads run follows from size and time.
    default_num_reads = 1

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        num_reads: int | None = None,
        *,
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_temperatures: int | None = None,
        beta_range: Sequence[float] | None = None,
        cluster_moves: bool | None = None,
        seed: int | None = None,
        initial_states: SamplesLike | None = None,
        initial_states_generator: InitialStateGenerator = "random",
        proposal_acceptance_criteria: str = "Metropolis",
        interrupt_function: Callable[[], bool] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Search until the time is up, the target is reached or nothing gets better.

        Args:
            bqm: SPIN or BINARY, any labels, possibly empty.
            num_reads: ladders of temperatures side by side; default from size and time.
            time_limit: seconds in all, compilation included; None: until something else ends the
                search, or nothing gets better for long, see `pbits.solve`.
            target_energy: stop as soon as a state is at or below it.
            num_temperatures: of a ladder, 1 for annealing alone; default from size and time.
            beta_range: hottest and coldest inverse temperature; default from the biases.
            cluster_moves: whether replicas exchange clusters; default: where of use.
            seed: of all random numbers; the default is drawn and found in `info`.
            initial_states: they count as seen.
            initial_states_generator: "none", "tile" or "random"; completes too few states.
            proposal_acceptance_criteria: "Metropolis" or "Gibbs".
            interrupt_function: polled a few times a second; the run ends when it returns True or
                raises, with the best states so far.
            progress: called with a `Progress` a few times a second.

        Returns:
            The best states, best first, energies recomputed.  `info` holds timing in ns, `phases`
            of the search, `num_temperatures`, seed, versions and `stopped_by`.

        Raises:
            ValueError: on arguments out of range or at odds, with what was expected.
            TypeError: on a callback that cannot be called.
        """
        self.remove_unknown_kwargs(**kwargs)
        rule = conversion.update_rule(proposal_acceptance_criteria)
        call = self._begin(
            bqm, num_reads=num_reads, seed=seed, initial_states=initial_states,
            initial_states_generator=initial_states_generator,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        result = solve(
            call.problem, time_limit=time_limit, target_energy=target_energy, num_reads=num_reads,
            num_temperatures=num_temperatures, beta_range=beta_range, cluster_moves=cluster_moves,
            update=rule, seed=call.seed, initial_spins=call.initial_spins,
            interrupt=call.callbacks.interrupt, progress=call.callbacks.progress,
        )  # fmt: skip
        info = {
            "phases": [phase._asdict() for phase in result.phases],
            "num_temperatures": result.num_temperatures,
            "stopped_by": result.stopped_by,
        }
        return call.sampleset(result, info)
