"""Boltzmann sampling at one temperature behind dimod."""

from collections.abc import Callable
from typing import Any

import dimod
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike

from pbits.adapters import conversion
from pbits.adapters.base import BaseSampler
from pbits.results import Progress
from pbits.sampling import sample as draw


class BoltzmannSampler(BaseSampler):
    """Draws states of a BQM from ``exp(-beta E) / Z``, E being the energy that dimod reports.

    Example:
        >>> from pbits import BoltzmannSampler
        >>> sampler = BoltzmannSampler()
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
        proposal_acceptance_criteria: str = "Gibbs",
        interrupt_function: Callable[[], bool] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Burn in, then take one state from each chain, or thinned states from fewer chains.

        Args:
            bqm: SPIN or BINARY, any labels, possibly empty.
            beta: inverse temperature in inverse units of the energy, at least 0.
            num_reads: samples; default as many as `initial_states` if those are one per sample,
                else 100.
            num_sweeps: sweeps of burn-in, in each of which every variable is updated once.
            thinning: sweeps between two samples of a chain, default 10; only with `num_chains`.
            num_chains: default one chain per sample, so that samples are independent.  Sample k
                is draw ``k // num_chains`` of chain ``k % num_chains``.
            seed: equal seeds give equal samples; the default is drawn and found in `info`.
            initial_states: one per chain; default random.
            initial_states_generator: "none", "tile" or "random"; completes too few states.
            proposal_acceptance_criteria: "Gibbs" (heat bath, the p-bit equation) or "Metropolis",
                which is not ergodic where moves are free, as at beta = 0: see `pbits.sample`.
            interrupt_function: polled between chunks of sweeps; when it returns True or raises,
                the samples so far are returned, or the present states if there are none.
            progress: called with a `Progress` between chunks of sweeps.

        Returns:
            One row per sample, in the order drawn, with its energy recomputed.  `info` holds
            timing in ns, beta, seed, versions, `stopped_by` ("schedule" or "interrupt"),
            `num_chains`, and `diagnostics`: see `pbits.diagnostics.summarise`.

        Raises:
            ValueError: on arguments out of range or at odds, with what was expected.
            TypeError: on a callback that cannot be called.
        """
        self.remove_unknown_kwargs(**kwargs)
        rule = conversion.update_rule(proposal_acceptance_criteria)
        call = self._begin(
            bqm, num_reads=num_reads, num_chains=num_chains, seed=seed,
            initial_states=initial_states, initial_states_generator=initial_states_generator,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        result = draw(
            call.problem, beta=beta, num_reads=call.num_samples, num_sweeps=num_sweeps,
            thinning=thinning, num_chains=num_chains and call.num_reads, update=rule,
            seed=call.seed, initial_spins=call.initial_spins, interrupt=call.callbacks.interrupt,
            progress=call.callbacks.progress,
        )  # fmt: skip
        return call.sampleset(result, call.about_samples(result))
