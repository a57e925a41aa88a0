"""What a machine gives back: samples and states, what they took, and what they are worth."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.diagnostics.mixing import AutocorrelationTime, autocorrelation_time
from pbits.diagnostics.samples import Source
from pbits.diagnostics.tts import Estimate
from pbits.machine.report import HardwareReport
from pbits.results import Minimum, SampleResult


def reached(energies: NDArray, goal: float) -> int:
    """How many energies are at or below a goal: whole numbers exactly, others to nine digits.

    Example:
        >>> reached(np.array([-3, -2]), -2.5), reached(np.array([-0.3, 0.0]), -0.1 - 0.2)
        (1, 1)
    """
    slack = 0 if np.issubdtype(energies.dtype, np.integer) else 1e-9 * (1 + abs(goal))
    return int(np.count_nonzero(energies <= goal + slack))


class Solving:
    """Beside the energies of anneals: what it takes to reach one of them again.

    A read that ended early counts as what it was, so do not stop at the energy that is asked for:
    leave `target_energy` out.
    """

    energies: Any
    hardware: HardwareReport

    def successes(self, energy: float | None = None) -> int:
        """Reads at or below an energy; by default at the best one of this run.

        Whole-number energies are compared exactly, others to nine digits.
        """
        return reached(self.energies, self.energies.min() if energy is None else energy)

    def time_to_solution(self, energy: float | None = None) -> Estimate:
        """TTS99, s of the hardware, to an energy; see `HardwareReport.time_to_solution`.

        Example:
            >>> from pbits.machine import presets
            >>> from problems.generators import ferromagnet
            >>> found = presets.get("ideal").anneal(ferromagnet((4, 4)), num_reads=4, seed=1)
            >>> found.successes(-32), found.time_to_solution(-32).value
            (4, 0.0)
        """
        return self.hardware.time_to_solution(self.successes(energy))

    def energy_to_solution(self, energy: float | None = None) -> Estimate:
        """TTS99 times the mean power, J, to an energy."""
        return self.hardware.energy_to_solution(self.successes(energy))


class Sampling:
    """Beside the energies of samples: what an independent one takes."""

    energies: Any
    num_chains: int
    hardware: HardwareReport

    def joules_per_effective_sample(self, source: Source | None = None) -> Estimate:
        """Energy of the hardware for a sample as good as an independent one.

        Args:
            source: numbers [draws, chains] of what is to be known; the energies by default.

        Raises:
            ValueError: on fewer than 4 draws of each chain, or where all values are equal.
        """
        own: Any = self
        found = autocorrelation_time(own if source is None else source)
        if found.tau is None:
            raise ValueError("all values of the samples are equal; give something that varies")
        return self._each(found)

    def _each(self, tau: AutocorrelationTime) -> Estimate:
        return self.hardware.joules_per_effective_sample(tau, len(self.energies))


@dataclass(frozen=True)
class MachineSamples(Sampling, SampleResult):
    """Samples, and what drawing them took in hardware."""

    hardware: HardwareReport = field(repr=False)
    broken_chains: float = 0.0  # share of chains of copies that were not of one mind


@dataclass(frozen=True)
class MachineMinimum(Solving, Minimum):
    """The best states of anneals, and what they took in hardware."""

    beta_range: tuple[float, float]
    hardware: HardwareReport = field(repr=False)
    knob: str = "input"
    knob_range: tuple[float, float] = (0.0, 0.0)  # first and last: 1 / energy, K or V
    broken_chains: float = 0.0  # share of chains of copies that were not of one mind
