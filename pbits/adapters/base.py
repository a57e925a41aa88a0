"""What the samplers share: a new one gives `sample` with its keywords and calls its driver there.

Keywords stay written out in every `sample`, since users and tools read them from its signature.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import dimod
import numpy as np
from dimod.core.initialized import InitialStateGenerator
from dimod.typing import SamplesLike
from numpy.typing import NDArray

from pbits import checks
from pbits.adapters import conversion
from pbits.adapters.callbacks import Callbacks
from pbits.diagnostics import summarise
from pbits.results import Minimum, Progress, SampleResult
from problems import IsingProblem, from_bqm


@dataclass(frozen=True)
class Call:
    """One call of a sampler: its BQM as a problem, and where its chains start.

    Attributes:
        bqm: as the user gave it.
        problem: the same, its spins in the order of ``bqm.variables``.
        num_reads: chains to run.
        num_samples: to draw from them; as many as chains where their number is not given.
        initial_spins: int8 [num_reads, n], or None where the driver is to draw them.
        seed: given or drawn.
        callbacks: guarded functions of the user, for the driver's `interrupt` and `progress`.
        watch: runs since the call began.
    """

    bqm: dimod.BinaryQuadraticModel
    problem: IsingProblem
    num_reads: int
    num_samples: int
    initial_spins: NDArray[np.int8] | None
    seed: int
    callbacks: Callbacks
    watch: conversion.Stopwatch

    def sampleset(
        self, result: Minimum | SampleResult, info: dict[str, Any], notes: Sequence[str] = ()
    ) -> dimod.SampleSet:
        """The driver's result in the vartype and order of the BQM.

        Args:
            result: of the driver.
            info: what this sampler adds to the entries that all have, ready for JSON.
            notes: added to those of the result.
        """
        common = conversion.common_info(result, self.callbacks, list(notes))
        return conversion.sampleset(self.bqm, self.problem, result, common | info, self.watch)

    def about_samples(self, result: SampleResult) -> dict[str, Any]:
        """What `info` tells of samples at one temperature."""
        incomplete = self.callbacks.stopped_early() or len(result.spins) < self.num_samples
        return {
            "beta": result.beta,
            "num_chains": result.num_chains,
            "num_samples": len(result.spins),
            "stopped_by": "interrupt" if incomplete else "schedule",
            "diagnostics": summarise(self.problem, result),
        }


class BaseSampler(dimod.Sampler, dimod.Initialized):
    """A dimod sampler made of independent reads; subclasses add `sample`.

    Attributes:
        default_num_reads: where neither `num_reads` nor initial states say how many.
        choices: what some keywords may be: keyword -> (name of the property, values).  Those that
            `sample` does not take are left out of `parameters` and `properties`.
    """

    default_num_reads: ClassVar[int]
    choices: ClassVar[dict[str, tuple[str, Sequence[str]]]] = {
        "initial_states_generator": ("initial_states_generator_options", conversion.GENERATORS),
        "proposal_acceptance_criteria": (
            "proposal_acceptance_criteria_options",
            conversion.CRITERIA,
        ),
    }

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Keywords of :meth:`sample`, each with the properties that bear on it."""
        found = conversion.keywords(self)
        chosen = {name: [key] for name, (key, _) in self.choices.items() if name in found}
        return found | chosen | {"num_reads": ["default_num_reads"]}

    @property
    def properties(self) -> dict[str, Any]:
        """Choices and defaults, by the names that `parameters` refers to."""
        found = conversion.keywords(self)
        chosen = {key: values for name, (key, values) in self.choices.items() if name in found}
        return chosen | {"default_num_reads": self.default_num_reads}

    def _begin(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int | None,
        seed: int | None,
        interrupt_function: Callable[[], bool] | None,
        progress: Callable[[Progress], Any] | None,
        initial_states: SamplesLike | None = None,
        initial_states_generator: InitialStateGenerator = "random",
        num_chains: int | None = None,
    ) -> Call:
        """Check and convert the arguments that all samplers take; the rest is the driver's.

        Args:
            num_reads: samples, each of a chain of its own unless `num_chains` is given.
            num_chains: from which they are drawn; more than samples would run for nothing.
            seed, interrupt_function, progress, initial_states, initial_states_generator: as the
                user gave them.

        Raises:
            ValueError: on arguments out of range or at odds, with what was expected.
            TypeError: on a callback that cannot be called.
        """
        watch = conversion.Stopwatch()
        callbacks = Callbacks(interrupt_function, progress)
        seed = checks.seed_or_random(seed)
        problem = from_bqm(bqm)
        chains = num_reads
        if num_chains is not None:
            num_reads = self.default_num_reads if num_reads is None else num_reads
            chains = min(
                checks.whole_number("num_chains", num_chains, 1),
                checks.whole_number("num_reads", num_reads, 1),
            )
        start, count = conversion.starting_spins(
            self, bqm, initial_states, initial_states_generator,
            chains, self.default_num_reads, seed,
        )  # fmt: skip
        watch.core_starts()
        samples = count if num_reads is None else num_reads
        return Call(bqm, problem, count, samples, start, seed, callbacks, watch)
