"""Parallel tempering behind dimod."""

from collections.abc import Callable, Sequence
from typing import Any

import dimod
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike
from numpy.typing import ArrayLike

from pbits.adapters import conversion
from pbits.adapters.base import BaseSampler
from pbits.results import Progress
from pbits.tempering import temper


class TemperingSampler(BaseSampler):
    """Minimises a BQM by ladders of temperatures whose states trade places.

    Example:
        >>> from pbits import TemperingSampler
        >>> found = TemperingSampler().sample_ising({}, {"ab": 1, "bc": 1, "ac": 1}, seed=1)
        >>> float(found.first.energy)
        -1.0
    """

    default_num_reads = 32

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        num_reads: int | None = None,
        num_sweeps: int | None = 1000,
        *,
        num_sweeps_per_swap: int = 2,
        num_temperatures: int | None = None,
        beta_range: Sequence[float] | None = None,
        betas: ArrayLike | None = None,
        adapt: bool = True,
        cluster_moves: bool | str = "auto",
        seed: int | None = None,
        initial_states: SamplesLike | None = None,
        initial_states_generator: InitialStateGenerator = "random",
        proposal_acceptance_criteria: str = "Metropolis",
        time_limit: float | None = None,
        target_energy: float | None = None,
        interrupt_function: Callable[[], bool] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Run `num_reads` ladders; each gives the best state it has seen.

        Args:
            bqm: SPIN or BINARY, any labels, possibly empty.
            num_reads: independent ladders; default as many as `initial_states`, else 32.
            num_sweeps: updates of every variable at every temperature, rounded up to a multiple of
                `num_sweeps_per_swap`; None: until something stops the run.
            num_sweeps_per_swap: sweeps between two attempts to swap.
            num_temperatures: at least 2; default from a short run, see `pbits.temper`.
            beta_range: hottest and coldest inverse temperature; default from the biases.
            betas: all inverse temperatures, rising.
            adapt: place temperatures during the first half of the sweeps so that all swaps are
                refused equally often.
            cluster_moves: whether pairs of ladders exchange clusters: True, False or "auto".
            seed: equal seeds give equal samples; the default is drawn and found in `info`.
            initial_states: one per ladder; they count as seen.
            initial_states_generator: "none", "tile" or "random"; completes too few states.
            proposal_acceptance_criteria: "Metropolis" or "Gibbs".
            time_limit: seconds of sampling, compilation apart.
            target_energy: stop as soon as a ladder is at or below it.
            interrupt_function: polled a few times a second; the run ends when it returns True or
                raises, with the best states so far.
            progress: called with a `Progress` a few times a second.

        Returns:
            One row per ladder with its energy recomputed.  `info` holds timing in ns, `betas`,
            `rejection` of swaps and `mean_energy` by temperature, `barrier`, `round_trips`, seed,
            versions and `stopped_by`.

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
        result = temper(
            call.problem, num_reads=call.num_reads, num_sweeps=num_sweeps,
            num_sweeps_per_swap=num_sweeps_per_swap, num_temperatures=num_temperatures,
            beta_range=beta_range, betas=betas, adapt=adapt, cluster_moves=cluster_moves,
            update=rule, seed=call.seed,
            initial_spins=call.initial_spins, time_limit=time_limit, target_energy=target_energy,
            interrupt=call.callbacks.interrupt, progress=call.callbacks.progress,
        )  # fmt: skip
        info = {
            "betas": result.betas.tolist(),
            "rejection": result.rejection.tolist(),
            "mean_energy": result.mean_energy.tolist(),
            "barrier": result.barrier,
            "round_trips": result.round_trips,
            "cluster_moves": result.cluster_moves,
            "stopped_by": result.stopped_by,
        }
        return call.sampleset(result, info)
