"""Simulated bifurcation behind dimod."""

from collections.abc import Callable
from typing import Any

import dimod

from pbits.adapters.base import BaseSampler
from pbits.adapters.callbacks import check_it_ends
from pbits.bifurcation import bifurcate
from pbits.results import Progress


class BifurcationSampler(BaseSampler):
    """Minimises a BQM by the signs of classical oscillators that bifurcate.

    Example:
        >>> from pbits import BifurcationSampler
        >>> found = BifurcationSampler().sample_ising({}, {"ab": 1, "bc": 1}, seed=1)
        >>> float(found.first.energy)
        -2.0
    """

    default_num_reads = 64
    choices = BaseSampler.choices | {
        "variant": ("variant_options", ("ballistic", "discrete")),
    }

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        num_reads: int | None = None,
        num_steps: int = 1000,
        *,
        variant: str = "ballistic",
        time_step: float | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        num_restarts: int | None = 1,
        interrupt_function: Callable[[], bool] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Let `num_reads` sets of oscillators bifurcate; each gives the best signs it has shown.

        Args:
            bqm: SPIN or BINARY, any labels, possibly empty.
            num_reads: independent runs, 64 by default.
            num_steps: time steps of a run.
            variant: "ballistic" or "discrete".
            time_step: of the integration; default from the stiffest oscillation.
            seed: equal seeds give equal samples; the default is drawn and found in `info`.
            time_limit: seconds of stepping, compilation apart.
            target_energy: stop as soon as a read is at or below it.
            num_restarts: runs one after another; None: until something stops it.
            interrupt_function: polled a few times a second; the run ends when it returns True or
                raises, with the best states so far.
            progress: called with a `Progress` a few times a second.

        Returns:
            One row per run with its energy recomputed.  `info` holds timing in ns, `variant`,
            `time_step`, seed, versions and `stopped_by`.

        Raises:
            ValueError: on arguments out of range, with what was expected.
            TypeError: on a callback that cannot be called.
        """
        self.remove_unknown_kwargs(**kwargs)
        check_it_ends(num_restarts, time_limit, target_energy, interrupt_function)
        call = self._begin(
            bqm, num_reads=num_reads, seed=seed,
            interrupt_function=interrupt_function, progress=progress,
        )  # fmt: skip
        result = bifurcate(
            call.problem, variant=variant, num_reads=call.num_reads, num_steps=num_steps,
            time_step=time_step, seed=call.seed, time_limit=time_limit,
            target_energy=target_energy, num_restarts=num_restarts,
            interrupt=call.callbacks.interrupt, progress=call.callbacks.progress,
        )  # fmt: skip
        info = {
            "variant": result.variant,
            "time_step": float(result.time_step),
            "stopped_by": result.stopped_by,
        }
        return call.sampleset(result, info)
