"""What a run gives back."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Progress(NamedTuple):
    """Where a run stands, for progress bars; the energy is that of the best state so far."""

    sweep: int
    num_sweeps: int
    restart: int
    seconds: float
    best_energy: float


class Timing(NamedTuple):
    """Wall-clock seconds."""

    preprocessing: float
    compile: float
    sampling: float
    total: float


class Trace(NamedTuple):
    """Energies along a run, [k] each: at the end of some sweeps, over all reads."""

    sweep: NDArray[np.int64]
    beta: NDArray[np.float64]
    mean_energy: NDArray[np.float64]
    best_energy: NDArray[np.float64]

    @classmethod
    def of(cls, records: list[tuple[int, float, float, float]]) -> "Trace":
        """From rows (sweep, beta, mean energy, best energy)."""
        sweep, *rest = np.array(records, np.float64).reshape(-1, 4).T
        return cls(sweep.astype(np.int64), *rest)


@dataclass(frozen=True)
class RunRecord:
    """What every run records about itself."""

    seed: int
    num_sweeps: int  # really done, per read
    timing: Timing
    kernel: str
    num_devices: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SampleResult(RunRecord):
    """Samples at one temperature."""

    spins: NDArray[np.int8] = field(repr=False)  # [num_reads, n]
    energies: NDArray = field(repr=False)  # [num_reads], exact
    beta: float


@dataclass(frozen=True)
class Minimum(RunRecord):
    """The best states of a minimisation, one for each read."""

    spins: NDArray[np.int8] = field(repr=False)  # [num_reads, n]
    energies: NDArray = field(repr=False)  # [num_reads], exact
    trace: Trace | None = field(repr=False)
    num_restarts: int
    stopped_by: str  # "schedule", "target", "time_limit" or "interrupt"

    @property
    def best_spins(self) -> NDArray[np.int8]:
        """[n] spins of lowest energy."""
        return self.spins[int(np.argmin(self.energies))]

    @property
    def best_energy(self) -> int | float:
        """Lowest energy, a Python int where the problem is integer."""
        return self.energies.min().item()

    @property
    def spin_updates(self) -> int:
        """Spins updated for the requested reads."""
        return self.spins.size * self.num_sweeps

    @property
    def spin_updates_per_second(self) -> float:
        """Spin updates per second of sampling."""
        return self.spin_updates / max(self.timing.sampling, 1e-9)


@dataclass(frozen=True)
class AnnealResult(Minimum):
    """The best state of every read of an anneal."""

    beta_range: tuple[float, float]


@dataclass(frozen=True)
class QuantumResult(Minimum):
    """The best slice of every read of a quantum anneal; a trace holds fields instead of betas."""

    beta: float
    field_range: tuple[float, float]
    num_slices: int

    @property
    def spin_updates(self) -> int:
        """Spins updated in all slices, flips of whole paths apart."""
        return super().spin_updates * self.num_slices


@dataclass(frozen=True)
class BifurcationResult(Minimum):
    """The best signs of every read's positions; a trace holds pumps instead of betas.

    `num_sweeps` counts time steps.
    """

    variant: str
    time_step: float


@dataclass(frozen=True)
class TemperResult(Minimum):
    """The best state of every ladder, and how well temperatures mix.

    Diagnostics are means over the rounds since the ladder last moved, zero where there were none.
    The trace is that of the coldest temperature.
    """

    beta_range: tuple[float, float]
    states: NDArray[np.int8] = field(repr=False)  # [num_reads, T, n], present ones
    betas: NDArray[np.float64] = field(repr=False)  # [T], rising
    rejection: NDArray[np.float64] = field(repr=False)  # [T - 1], of swaps between neighbours
    mean_energy: NDArray[np.float64] = field(repr=False)  # [T]
    round_trips: int  # of all states, hot to cold and back

    @property
    def spin_updates(self) -> int:
        """Spins updated at all temperatures of the requested ladders."""
        return self.states.size * self.num_sweeps

    @property
    def barrier(self) -> float:
        """Communication barrier between the hottest and the coldest temperature.

        At best a read makes a round trip in ``2 + 2 * barrier`` rounds.
        """
        return float(self.rejection.sum())
