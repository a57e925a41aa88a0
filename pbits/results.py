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
    """Samples at one temperature; sample k is draw ``k // num_chains`` of ``k % num_chains``."""

    spins: NDArray[np.int8] = field(repr=False)  # [num_reads, n]
    energies: NDArray = field(repr=False)  # [num_reads], exact
    beta: float
    num_chains: int


@dataclass(frozen=True)
class Minimum(RunRecord):
    """The best states of a minimisation, one for each read."""

    spins: NDArray[np.int8] = field(repr=False)  # [num_reads, n]
    energies: NDArray = field(repr=False)  # [num_reads], exact
    trace: Trace | None = field(repr=False)
    num_restarts: int
    # "schedule", "target", "time_limit" or "interrupt"; of `solve` "exhausted", "no_progress" too
    stopped_by: str

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


class RungHistory(NamedTuple):
    """Where the replicas of some ladders were: states that climb up and down as swaps move them.

    Replica r of a ladder is the state that was on rung r (0 is the hottest) before the first round.
    Cluster moves leave replicas where they are, though two of them exchange spins.
    """

    round: NDArray[np.int64]  # [K] rounds done, evenly spaced from 0
    rung: NDArray[np.int16]  # [K, ladders, T] of each replica after so many rounds

    @property
    def round_trips(self) -> NDArray[np.int64]:
        """[ladders, T] times that each replica went from the hot end to the cold one and back.

        Where rows are more than one round apart, short visits to an end may be missed.

        Example:
            >>> walk = np.array([[0, 1], [1, 0], [0, 1]])
            >>> RungHistory(np.arange(3), walk[:, None]).round_trips.tolist()
            [[1, 0]]
        """
        last = self.rung.shape[-1] - 1
        trips = np.zeros(self.rung.shape[1:], np.int64)
        end = np.zeros_like(trips)
        for rung in self.rung:
            trips += (rung == 0) & (end == 2)
            end = np.where(rung == 0, 1, np.where((rung == last) & (end == 1), 2, end))
        return trips


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
    cluster_moves: bool  # whether pairs of ladders exchanged clusters in the end
    cluster_fraction: NDArray[np.float64] = field(repr=False)  # [T], of all spins, in one exchange
    rung_history: RungHistory | None = field(repr=False, default=None)  # with `record_rungs`

    @property
    def spin_updates(self) -> int:
        """Spins updated at all temperatures of the requested ladders."""
        return self.states.size * self.num_sweeps

    @property
    def barrier(self) -> float:
        """Communication barrier between the hottest and the coldest temperature.

        A ladder, all its reads together, makes about one round trip in ``2 + 2 * barrier`` rounds
        where its rungs are many and states forget their energies from swap to swap; with few rungs
        in ``2 + 2 * sum(r / (1 - r))``, r the rejections (Syed et al., arXiv:1905.02939).  A single
        read makes one in T times as many.
        """
        return float(self.rejection.sum())


class Phase(NamedTuple):
    """A part of an automatic run."""

    name: str
    seconds: float  # since the start of the run, at its end
    num_sweeps: int  # of every read, since the start of the run on the same processor
    best_energy: float  # so far


@dataclass(frozen=True)
class SolveResult(Minimum):
    """The best states of an automatic run, best first, and what was done to find them."""

    beta_range: tuple[float, float]
    phases: tuple[Phase, ...]
    num_temperatures: int  # rungs of a ladder; 1: annealing alone
    num_ladders: int
    num_searched: int  # spins that presolving left

    @property
    def spin_updates(self) -> int:
        """Spins updated on devices, at all temperatures."""
        return self.num_ladders * self.num_temperatures * self.num_searched * self.num_sweeps


@dataclass(frozen=True)
class PopulationResult(Minimum):
    """The best state of every replica, and the free energy all the way down.

    Z is ``sum_s exp(-beta E(s))``, E with its offset.  Everything but the best states belongs to
    the first pass through the temperatures, as far as it came.  Errors are standard errors over
    independent blocks of replicas, infinite where there is only one block.
    """

    beta_range: tuple[float, float]
    states: NDArray[np.int8] = field(repr=False)  # [num_reads, n], at the last temperature
    weights: NDArray[np.float64] = field(repr=False)  # [num_reads], of these states, of sum 1
    betas: NDArray[np.float64] = field(repr=False)  # [K], rising, from 0
    log_z: NDArray[np.float64] = field(repr=False)  # [K], natural logarithm of Z
    log_z_error: NDArray[np.float64] = field(repr=False)  # [K]
    mean_energy: NDArray[np.float64] = field(repr=False)  # [K]
    mean_energy_error: NDArray[np.float64] = field(repr=False)  # [K]
    rho_t: float  # mean square family size, 1 to num_reads
    rho_s: float  # entropic family size, 1 to num_reads
    num_families: int  # initial replicas with descendants at the last temperature
    reason: str  # why not to trust the free energies; empty where nothing speaks against them

    @property
    def trustworthy(self) -> bool:
        """Whether no sign was seen of a population too small for its problem.

        None of the signs is proof of equilibrium: a valley that no replica found shows nowhere.
        """
        return not self.reason

    @property
    def free_energy(self) -> NDArray[np.float64]:
        """``-log Z / beta`` [K], in units of E; minus infinity at beta = 0 (if there are spins)."""
        hot = np.where(self.log_z[0] > 0, -np.inf, self.mean_energy[0])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.betas > 0, -self.log_z / self.betas, hot)
