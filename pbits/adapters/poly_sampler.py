"""Simulated annealing of polynomials of any order behind dimod."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import dimod
import numpy as np
from dimod.core.polysampler import PolySampler as DimodPolySampler
from dimod.higherorder.polynomial import BinaryPolynomial

from pbits import checks
from pbits.adapters import conversion
from pbits.adapters.callbacks import Callbacks, check_it_ends
from pbits.annealing import anneal
from pbits.results import Progress
from problems import from_poly

DEFAULT_NUM_READS = 64
DEFAULT_NUM_SWEEPS = 1000


class PolySampler(DimodPolySampler):
    """Minimises higher-order models (HUBO, p-spin, XORSAT) as they are, without quadratisation.

    `sample_hubo` and `sample_hising` take the keywords of :meth:`sample_poly`.

    Example:
        >>> from pbits import PolySampler
        >>> found = PolySampler().sample_hising({}, {"abc": 1, "bcd": -1}, seed=1)
        >>> float(found.first.energy)
        -2.0
    """

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Keywords of :meth:`sample_poly`, each with the properties that bear on it."""
        arguments = inspect.signature(self.sample_poly).parameters
        names = {name: [] for name in arguments if name not in ("polynomial", "kwargs")}
        return names | {
            "num_reads": ["default_num_reads"],
            "proposal_acceptance_criteria": ["proposal_acceptance_criteria_options"],
        }

    @property
    def properties(self) -> dict[str, Any]:
        """Choices and defaults, by the names that `parameters` refers to."""
        return {
            "default_num_reads": DEFAULT_NUM_READS,
            "proposal_acceptance_criteria_options": conversion.CRITERIA,
        }

    def sample_poly(
        self,
        polynomial: BinaryPolynomial,
        beta_range: Sequence[float] | None = None,
        num_reads: int = DEFAULT_NUM_READS,
        num_sweeps: int = DEFAULT_NUM_SWEEPS,
        seed: int | None = None,
        interrupt_function: Callable[[], bool] | None = None,
        proposal_acceptance_criteria: str = "Metropolis",
        *,
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_restarts: int | None = 1,
        progress: Callable[[Progress], Any] | None = None,
    ) -> dimod.SampleSet:
        """Anneal with a geometric schedule.

        Args:
            polynomial: SPIN or BINARY, any labels, possibly empty.  BINARY monomials are expanded
                into spins: at most 20 variables each.
            beta_range: first and last inverse temperature; default from the coefficients.
            num_reads: independent anneals.
            num_sweeps: updates of every variable.
            seed: equal seeds give equal samples; the default is drawn and found in `info`.
            interrupt_function: polled a few times a second; the anneal ends when it returns True
                or raises, with the best states so far of all reads.
            proposal_acceptance_criteria: "Metropolis" or "Gibbs".
            time_limit: seconds of sampling, compilation apart.
            target_energy: stop as soon as a read is at or below it.
            num_restarts: anneals one after another, best kept; None: until something stops them.
            progress: called with a `Progress` a few times a second.

        Returns:
            One row per read, the best state of that read, in the polynomial's vartype, with its
            energy recomputed.  `info` holds timing in ns, seed, versions and `stopped_by`.

        Raises:
            ValueError: on arguments out of range, with what was expected.
            TypeError: on a callback that cannot be called.
        """
        watch = conversion.Stopwatch()
        rule = conversion.update_rule(proposal_acceptance_criteria)
        callbacks = Callbacks(interrupt_function, progress)
        check_it_ends(num_restarts, time_limit, target_energy, interrupt_function)
        seed = checks.seed_or_random(seed)
        problem = from_poly(polynomial)
        watch.core_starts()
        result = anneal(
            problem, num_reads=num_reads, num_sweeps=num_sweeps, beta_range=beta_range,
            update=rule, seed=seed, time_limit=time_limit, target_energy=target_energy,
            num_restarts=num_restarts, interrupt=callbacks.interrupt, progress=callbacks.progress,
        )  # fmt: skip
        info = conversion.common_info(result, callbacks, [])
        info |= {"beta_range": list(result.beta_range), "num_restarts": result.num_restarts}
        info["stopped_by"] = result.stopped_by
        binary = polynomial.vartype is dimod.BINARY
        found = dimod.SampleSet.from_samples(
            ((result.spins > 0).view(np.int8) if binary else result.spins, list(problem.labels)),
            vartype=polynomial.vartype,
            energy=result.energies.astype(np.float64),
            info=info,
            sort_labels=False,
        )
        found.info["timing"] = watch.timing(result.timing)
        return found
