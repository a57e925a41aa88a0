"""One side of a comparison: a sampler at work, the calls it gets, and what came of them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.bench.entrant import Call, Entrant
from pbits.bench.workers import Team
from problems import IsingProblem

_SHORT = {"reads": 1, "sweeps": 10}


class Batch(NamedTuple):
    """One call of every process of a team."""

    seconds: float  # from the first start to the last end
    sampling_seconds: float | None
    compile_seconds: float
    spin_updates: int
    energies: NDArray  # [reads], recomputed from the spins
    agrees: bool | None  # whether the sampler reported the same
    final_mean: float | None
    info: dict[str, Any] | None


class Side:
    """A team that is warm and plays rounds.

    Args:
        entrant: the sampler.
        team: its processes.
        problem: what it samples; all energies are recomputed with it.
        call: what each process is asked for; its seed starts the seeds of all calls.

    Raises:
        Exception: whatever the sampler raises.
    """

    def __init__(self, entrant: Entrant, team: Team, problem: IsingProblem, call: Call) -> None:
        self.entrant, self.team, self.problem, self.call = entrant, team, problem, call
        self.batches: list[Batch] = []
        # Round 0 is never measured, so no measured call repeats its random numbers.
        self.warm_up = self._batch(call if entrant.compiles else call._replace(**_SHORT), 0)

    def play(self, number: int) -> None:
        """Measure round `number`, from 1."""
        self.batches.append(self._batch(self.call, number))

    def restart(self) -> None:
        """Forget all rounds; the team stays warm."""
        self.batches = []

    def _batch(self, call: Call, number: int) -> Batch:
        done = self.team.run(
            [
                call._replace(seed=_seed(call.seed, number, k))
                for k in range(self.team.num_processes)
            ]
        )
        draws = [timed.draw for timed in done]
        spins = np.concatenate([draw.spins for draw in draws])
        energies = self.problem.energies(spins)
        sampling = [draw.sampling_seconds for draw in draws if draw.sampling_seconds is not None]
        reported = [draw.energies for draw in draws if draw.energies is not None]
        return Batch(
            seconds=max(timed.end for timed in done) - min(timed.start for timed in done),
            sampling_seconds=max(sampling, default=None),
            compile_seconds=max(draw.compile_seconds or 0.0 for draw in draws),
            spin_updates=spins.size * call.sweeps,
            energies=energies,
            agrees=_same(self.problem, energies, np.concatenate(reported)) if reported else None,
            final_mean=draws[0].final_mean,
            info=draws[0].info,
        )


def _same(problem: IsingProblem, ours: NDArray, theirs: NDArray) -> bool:
    """Equal but for the rounding of a float64 sum."""
    scale = np.abs(problem.h).sum() + np.abs(problem.coupling).sum() + abs(problem.offset)
    return bool(np.all(np.abs(ours - theirs) <= 1e-9 * max(float(scale), 1.0)))


def _seed(seed: int, number: int, process: int) -> int:
    """Below 2**31, the most that dwave-samplers takes."""
    return int(np.random.SeedSequence([seed, number, process]).generate_state(1)[0] >> 1)
