"""Population annealing behind dimod."""

from collections.abc import Callable, Sequence
from typing import Any

import dimod
from numpy.typing import ArrayLike

from pbits.adapters import conversion
from pbits.adapters.base import BaseSampler
from pbits.adapters.callbacks import check_it_ends
from pbits.population import population_anneal
from pbits.results import Progress


class PopulationSampler(BaseSampler):
    """Cools a population of states, resampled at every step; gives free energies as well.

    Example:
        >>> from pbits import PopulationSampler
        >>> found = PopulationSampler().sample_ising({}, {"ab": 1, "bc": 1, "ac": 1}, seed=1)
        >>> float(found.first.energy)
        -1.0
    """

    default_num_reads = 1024

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        num_reads: int | None = None,
        num_sweeps_per_beta: int = 10,
        *,
        beta_range: Sequence[float] | None = None,
        betas: ArrayLike | None = None,
        culling: float = 0.1,
        seed: int | None = None,
        proposal_acceptance_criteria: str = "Metropolis",
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_restarts: int | None = 1,
        interrupt_function: Callable[[], bool] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Cool `num_reads` states from infinite temperature; each gives the best it has seen.

        Args:
            bqm: SPIN or BINARY, any labels, possibly empty.
            num_reads: size of the population, 1024 by default.
            num_sweeps_per_beta: updates of every variable at each temperature.
            beta_range: hot and cold inverse temperature; default from the biases.
            betas: all inverse temperatures, rising.
            culling: without `betas`, the share of states that a step leaves without copies.
            seed: equal seeds give equal samples; the default is drawn and found in `info`.
            proposal_acceptance_criteria: "Metropolis" or "Gibbs".
            time_limit: seconds of sampling, compilation apart.
            target_energy: stop as soon as a state is at or below it.
            num_restarts: passes through the temperatures; None: until something stops it.
            interrupt_function: polled a few times a second; the run ends when it returns True or
                raises, with the best states so far.
            progress: called with a `Progress` a few times a second.

        Returns:
            One row per member of the population with its energy recomputed.  `info` holds timing in
            ns, and by temperature `betas`, `log_z` with `log_z_error`, `mean_energy`; `rho_t`,
            `num_families`, `trustworthy` and `reason`; seed, versions and `stopped_by`.

        Raises:
            ValueError: on arguments out of range or at odds, with what was expected.
            TypeError: on a callback that cannot be called.
        """
        self.remove_unknown_kwargs(**kwargs)
        check_it_ends(num_restarts, time_limit, target_energy, interrupt_function)
        rule = conversion.update_rule(proposal_acceptance_criteria)
        call = self._begin(
            bqm, num_reads=num_reads, seed=seed,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        result = population_anneal(
            call.problem, num_reads=call.num_reads, num_sweeps_per_beta=num_sweeps_per_beta,
            beta_range=beta_range, betas=betas, culling=culling, update=rule, seed=call.seed,
            time_limit=time_limit, target_energy=target_energy, num_restarts=num_restarts,
            interrupt=call.callbacks.interrupt, progress=call.callbacks.progress,
        )  # fmt: skip
        info = {
            "betas": result.betas.tolist(),
            "log_z": result.log_z.tolist(),
            "log_z_error": conversion.finite_list(result.log_z_error),
            "mean_energy": result.mean_energy.tolist(),
            "rho_t": float(result.rho_t),
            "num_families": int(result.num_families),
            "trustworthy": result.trustworthy,
            "reason": result.reason,
            "stopped_by": result.stopped_by,
        }
        return call.sampleset(result, info)
