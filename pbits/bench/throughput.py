"""Spin updates per second against other samplers, on equal work and with the energies beside them.

Both sides get the same instance, betas and number of sweeps.  They run in turn, round after round,
so that a computer that slows down or is shared slows both, and the ratio of each round is formed
before the median is taken.  The clock covers the whole call, from the problem in memory to checked
results; compilation is reported apart.  Speeds of samplers compare only where their energies do,
so mean energies come with standard errors.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from pbits.bench import machine
from pbits.bench.entrant import Call, Entrant
from pbits.bench.instances import Case
from pbits.bench.ours import OURS
from pbits.bench.sides import Side
from pbits.bench.summary import comparison, summary
from pbits.bench.workers import Team
from pbits.schedules import default_beta_range
from problems import IsingProblem

Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """The work of one comparison.

    Attributes:
        sweeps: of each read.
        reads: of a call of pbits.
        peer_reads: of a call of a peer, per process.
        rounds: calls of each side.
        seed: all calls draw theirs from this one.
        beta_min, beta_max: inverse temperatures; default from the problem, as `pbits.anneal` has.
    """

    sweeps: int = 1000
    reads: int = 1024
    peer_reads: int = 32
    rounds: int = 5
    seed: int = 0
    beta_min: float | None = None
    beta_max: float | None = None

    def beta_range(self, problem: IsingProblem) -> tuple[float, float]:
        """Hot and cold beta for all samplers.

        Raises:
            ValueError: where the range is not positive and rising.
        """
        hot, cold = default_beta_range(problem)
        hot = hot if self.beta_min is None else self.beta_min
        cold = cold if self.beta_max is None else self.beta_max
        if not 0 < hot < cold < np.inf:
            raise ValueError(f"betas from {hot:g} to {cold:g}; expected 0 < beta_min < beta_max")
        return hot, cold


def compare(
    case: Case,
    peers: Sequence[Entrant],
    cores: Sequence[int],
    settings: Settings,
    say: Say = lambda text: None,
) -> Iterator[dict[str, Any]]:
    """One result for each peer, ready for JSON; what fails says why, and the rest goes on.

    Args:
        case: instance.
        peers: other samplers; where none is installed, pbits alone is measured.
        cores: numbers of the cores to use.
        settings: the work.
        say: told what is going on.

    Raises:
        ValueError: on a range of betas that no sampler can use.
    """
    span = settings.beta_range(case.problem)
    head = {"case": case.name, "num_cores": len(cores), "beta_range": list(span)}
    present = [peer for peer in peers if machine.installed_version(peer.package)]
    for peer in peers:
        if peer not in present:
            yield head | _absent(peer)
    rivals: list[Entrant | None] = [*present] or [None]
    call = Call(settings.reads, settings.sweeps, span, settings.seed)
    say(f"{case.name} on {len(cores)} core(s): compiling pbits")
    with ExitStack() as stack:
        try:
            team = stack.enter_context(Team(OURS, case.problem, cores))
            ours = Side(OURS, team, case.problem, call)
        except Exception as error:
            yield from (head | _failure(peer, error) for peer in rivals)
            return
        for peer in rivals:
            yield head | _against(ours, peer, cores, settings, say)


def _against(
    ours: Side, peer: Entrant | None, cores: Sequence[int], settings: Settings, say: Say
) -> dict[str, Any]:
    ours.restart()
    try:
        if peer is None:
            _rounds([ours], settings.rounds, say)
            return {"peer": None, "status": "ok", "ours": summary(ours)}
        say(f"preparing {peer.name}")
        call = ours.call._replace(reads=settings.peer_reads)
        with Team(peer, ours.problem, cores) as team:
            theirs = Side(peer, team, ours.problem, call)
            _rounds([ours, theirs], settings.rounds, say)
            return {"peer": peer.name, "status": "ok"} | comparison(summary(ours), summary(theirs))
    except Exception as error:
        return _failure(peer, error)


def _rounds(sides: Sequence[Side], rounds: int, say: Say) -> None:
    for number in range(1, rounds + 1):
        for side in sides:
            say(f"round {number} of {rounds}: {side.entrant.name}")
            side.play(number)


def _absent(peer: Entrant) -> dict[str, Any]:
    reason = f"{peer.package} is not installed; pip install {peer.package}"
    return {"peer": peer.name, "status": "not installed", "reason": reason}


def _failure(peer: Entrant | None, error: Exception) -> dict[str, Any]:
    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return {"peer": peer.name if peer else None, "status": "failed", "reason": reason}
