"""The exact sampler on this computer, measured beside what a machine is said to take.

The same anneals (reads, sweeps, betas) by heat bath without any of the hardware's deviations, on
all devices that JAX has; compilation does not count.  The machine's seconds are computed from what
its parts take; these are measured, and differ from run to run.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from pbits import runtime
from pbits.annealing import anneal
from pbits.diagnostics.tts import Estimate, time_to_solution
from pbits.machine.machine import MachineMinimum, MachineSamples
from pbits.machine.outcomes import Solving
from pbits.results import AnnealResult
from pbits.sampling import sample
from problems.polynomial import Problem

_LEAST = 1.0  # s, given to a search for the goal, however short the anneals were
_MORE = 4.0  # times what one round of anneals took


class CpuAnneal(NamedTuple):
    """Anneals of the exact sampler towards an energy.

    Attributes:
        goal: energy.
        seconds: from random states until a read is at or below the goal, anneals one round after
            another; None where that was not within `limit`.
        limit: s.
        round_seconds: of one round of all reads, each with as many anneals as the machine's had.
        successes, reads: of that round.
        best_energy: found.
        num_sweeps: of one anneal of a read.
        num_devices: over which reads are split.
        device: what they are.
    """

    goal: float
    seconds: float | None
    limit: float
    round_seconds: float
    successes: int
    reads: int
    best_energy: float
    num_sweeps: int
    num_devices: int
    device: str

    @property
    def time_to_solution(self) -> Estimate:
        """TTS99 with reads side by side: a read takes its share of the round."""
        each = self.round_seconds / self.reads
        return time_to_solution(each, self.successes, self.reads)

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        own = self._asdict()
        return own | {
            "method": "pbits.anneal(update='gibbs'), measured here, compilation apart",
            "time_to_solution": self.time_to_solution.as_dict(),
        }


class _Counted(Solving):
    """Reads of the exact sampler, counted as the machine's are."""

    def __init__(self, found: AnnealResult):
        self.energies = found.energies


def exact_anneal(
    problem: Problem,
    found: MachineMinimum,
    goal: float | None = None,
    num_sweeps: int | None = None,
    interrupt: Callable[[], bool] | None = None,
) -> CpuAnneal:
    """Anneal a problem as a machine did, without its deviations, and measure the time.

    Args:
        problem: that was annealed.
        found: by the machine; its reads and betas are used again.
        goal: energy to reach; the best of the machine by default.
        num_sweeps: of one anneal from hot to cold, geometrically; as many as the machine's by
            default.
        interrupt: asked a few times a second; ends the measurement when it answers True.

    Example:
        >>> from pbits.machine import presets
        >>> from problems.generators import ferromagnet
        >>> problem = ferromagnet((4, 4))
        >>> found = presets.get("ideal").anneal(problem, num_reads=4, num_sweeps=100, seed=1)
        >>> exact_anneal(problem, found).successes
        4
    """
    target = found.energies.min().item() if goal is None else goal
    rounds = max(found.num_restarts, 1)
    sweeps = -(-found.num_sweeps // rounds) if num_sweeps is None else num_sweeps
    same: dict[str, Any] = {
        "num_reads": len(found.energies), "num_sweeps": sweeps, "update": "gibbs",
        "beta_range": found.beta_range, "seed": found.seed,
        "interrupt": interrupt,
    }  # fmt: skip
    whole = anneal(problem, **same, num_restarts=rounds)
    limit = max(_LEAST, _MORE * whole.timing.sampling)
    first = anneal(problem, **same, target_energy=target, num_restarts=None, time_limit=limit)
    reached = first.stopped_by == "target"
    return CpuAnneal(
        target, first.timing.sampling if reached else None, limit, whole.timing.sampling,
        _Counted(whole).successes(target), len(whole.energies),
        min(whole.best_energy, first.best_energy), sweeps, whole.num_devices, _device(),
    )  # fmt: skip


class CpuSamples(NamedTuple):
    """Samples of the exact sampler.

    Attributes:
        seconds: of all, burn-in included.
        samples: drawn.
        mean_energy: of them, which the machine's deviates from.
        num_devices, device: see `CpuAnneal`.
    """

    seconds: float
    samples: int
    mean_energy: float
    num_devices: int
    device: str

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return self._asdict() | {
            "method": "pbits.sample(update='gibbs'), measured here, compilation apart"
        }


def exact_samples(
    problem: Problem,
    found: MachineSamples,
    num_sweeps: int,
    thinning: int,
    interrupt: Callable[[], bool] | None = None,
) -> CpuSamples:
    """Draw as many samples as a machine did, without its deviations, and measure the time.

    Args:
        problem: that was sampled.
        found: by the machine.
        num_sweeps: of burn-in.
        thinning: sweeps between two samples of a chain.
        interrupt: as of `exact_anneal`.
    """
    own = sample(
        problem, beta=found.beta, num_reads=len(found.energies), num_sweeps=num_sweeps,
        thinning=thinning, num_chains=found.num_chains, seed=found.seed,
        interrupt=interrupt,
    )  # fmt: skip
    mean = float(own.energies.mean())
    return CpuSamples(own.timing.sampling, len(own.energies), mean, own.num_devices, _device())


def _device() -> str:
    return runtime.devices()[0].device_kind
