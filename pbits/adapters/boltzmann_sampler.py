"""Boltzmann sampling at one temperature behind dimod."""

from collections.abc import Callable
from typing import Any

import dimod
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike

from pbits import checks
from pbits.adapters import conversion
from pbits.adapters.callbacks import Callbacks
from pbits.diagnostics import summarise
from pbits.results import Progress
from pbits.sampling import sample as draw
from problems import from_bqm

DEFAULT_NUM_READS = 100


class BoltzmannSampler(dimod.Sampler, dimod.Initialized):
    """Draws states of a BQM from ``exp(-beta E) / Z``, E being the energy that dimod reports.

    Example:
        >>> from pbits import BoltzmannSampler
        >>> sampler = BoltzmannSampler()
        >>> found = sampler.sample_ising({"a": -1}, {}, beta=0.5, num_reads=3200, seed=1)
        >>> 0.42 < float(found.record.sample.mean()) < 0.50  # tanh(0.5) = 0.46
        True
    """

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Keywords of :meth:`sample`, each with the properties that bear on it."""
        return conversion.keywords(self) | {
            "initial_states_generator": ["initial_states_generator_options"],
            "num_reads": ["default_num_reads"],
            "proposal_acceptance_criteria": ["proposal_acceptance_criteria_options"],
        }

    @property
    def properties(self) -> dict[str, Any]:
        """Choices and defaults, by the names that `parameters` refers to."""
        return {
            "initial_states_generator_options": conversion.GENERATORS,
            "default_num_reads": DEFAULT_NUM_READS,
            "proposal_acceptance_criteria_options": conversion.CRITERIA,
        }

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
        watch = conversion.Stopwatch()
        self.remove_unknown_kwargs(**kwargs)
        rule = conversion.update_rule(proposal_acceptance_criteria)
        callbacks = Callbacks(interrupt_function, progress)
        seed = checks.seed_or_random(seed)
        problem = from_bqm(bqm)
        count = num_reads
        if num_chains is not None:
            num_reads = DEFAULT_NUM_READS if num_reads is None else num_reads
            # More chains than samples would run for nothing.
            count = min(
                checks.whole_number("num_chains", num_chains, 1),
                checks.whole_number("num_reads", num_reads, 1),
            )
        start, chains = conversion.starting_spins(
            self, bqm, initial_states, initial_states_generator, count, DEFAULT_NUM_READS, seed
        )
        num_reads = chains if num_reads is None else num_reads
        watch.core_starts()
        result = draw(
            problem, beta=beta, num_reads=num_reads, num_sweeps=num_sweeps, thinning=thinning,
            num_chains=num_chains and chains, update=rule, seed=seed, initial_spins=start,
            interrupt=callbacks.interrupt, progress=callbacks.progress,
        )  # fmt: skip
        incomplete = callbacks.stopped_early() or len(result.spins) < num_reads
        info = conversion.common_info(result, callbacks, [])
        info |= {
            "beta": result.beta,
            "num_chains": result.num_chains,
            "num_samples": len(result.spins),
            "stopped_by": "interrupt" if incomplete else "schedule",
            "diagnostics": summarise(problem, result),
        }
        return conversion.sampleset(bqm, problem, result, info, watch)
