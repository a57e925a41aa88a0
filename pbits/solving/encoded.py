"""Problems of the library, solved with weights of constraints that suit the samplers.

Weights that are proven to be enough are often many times what is needed, and heavy constraints
freeze a sampler before it has found anything.  Lighter ones can do no harm here: certificates, not
energies, decide what is best.  So anneals with the proven weights and with some fractions of them
take turns, each over two ranges of temperature: the usual one, and a narrow one at a fixed ratio to
the heaviest weight, since constraints that are softened by heat are not what is searched.  What
serves worse is given up, what is left is annealed ever more slowly.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from pbits import checks
from pbits.annealing import anneal
from pbits.interrupts import deferred_interrupt
from pbits.results import Phase, Progress, SolveResult, Timing, Trace
from pbits.solving.driver import solve
from pbits.solving.enumeration import is_enumerable
from problems.library.encoded import Answer, Encoded
from problems.polynomial import PolynomialProblem

S = TypeVar("S")
FACTORS = (1.0, 0.5, 0.25)
NARROW = (10 / 3, 100 / 3)  # betas in units of the inverse heaviest weight
_READS, _FIRST_SWEEPS, _MOST_SWEEPS = 64, 500, 2**18
_SHORT = 3.0  # seconds: less is over before anneals are compiled
_PATIENCE = 3  # rounds without a better answer, where there is no limit


@dataclass(frozen=True)
class Solved(Generic[S]):
    """The best answer to a problem of the library.

    Attributes:
        answer: solution, certificate, and whether it was repaired.
        result: how it was found; states and energies are those of the problem as it was given.
        factor: of the proven weights, with which it was found; 1 where nothing was lightened.
    """

    answer: Answer[S]
    result: SolveResult
    factor: float


def solve_encoded(
    encoded: Encoded[S],
    *,
    time_limit: float | None = None,
    target: float | None = None,
    repair: bool = True,
    seed: int | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
    **options: Any,
) -> Solved[S]:
    """The best solution that can be found in a given time.

    Args:
        encoded: a problem of `problems.library`.
        time_limit: seconds in all; compiling, which counts, is waited for all the same. None: until
            nothing better is found for a while, or nothing better can be.
        target: an objective that is good enough.
        repair: whether solutions that break constraints are repaired where that is cheap.
        seed: of all random numbers; results under a time limit depend on the machine's speed.
        interrupt: asked a few times a second; stops when it answers True.
        progress: called a few times a second.
        options: of `solve`; with any, the problem is solved with its weights as they are.  So are
            problems that have none to be lightened, tiny ones, polynomials, and any within limits
            of less than three seconds.

    Raises:
        ValueError: on arguments out of range, with what was expected.

    Example:
        >>> from problems.library import number_partitioning
        >>> found = solve_encoded(number_partitioning([5, 8, 13, 27, 14, 5, 2]), seed=1)
        >>> found.answer.certificate.objective
        0
    """
    seed = checks.seed_or_random(seed)
    shared = {"interrupt": interrupt, "progress": progress}
    is_short = time_limit is not None and time_limit < _SHORT
    is_easy = is_enumerable(encoded.problem) or not (encoded.lightens and encoded.penalties)
    if options or is_short or is_easy or isinstance(encoded.problem, PolynomialProblem):
        wanted = None if target is None else encoded.energy_of(target)
        least = None if encoded.ideal is None else encoded.energy_of(encoded.ideal)
        result = solve(
            encoded.problem, time_limit=time_limit, target_energy=wanted, lower_bound=least,
            seed=seed, **shared, **options,
        )  # fmt: skip
        return Solved(encoded.answer(result, repair), result, 1.0)
    run = _Run(encoded, time_limit, target, repair, seed, shared)
    with deferred_interrupt() as pressed:
        run.go(pressed)
    assert run.answer is not None
    return Solved(run.answer, run.result(), run.factor)


class _Arm(NamedTuple):
    """One way to anneal: a factor of the weights, and whether betas are those of `NARROW`."""

    factor: float
    is_narrow: bool

    def __str__(self) -> str:
        return f"weights x {self.factor:g}, {'narrow' if self.is_narrow else 'usual'} range"


_ARMS = tuple(_Arm(factor, narrow) for factor in FACTORS for narrow in (True, False))


def _better_half(ranks: dict[_Arm, tuple[Any, Any]]) -> list[_Arm]:
    """By what repair makes of states; the arm whose bare states are best stays as well."""
    mended = sorted(ranks, key=lambda arm: ranks[arm][0])[: max(1, len(ranks) // 2)]
    bare = min(ranks, key=lambda arm: ranks[arm][1])
    return mended if bare in mended else [*mended, bare]


class _Run(Generic[S]):
    """One call in progress."""

    def __init__(
        self,
        encoded: Encoded[S],
        time_limit: float | None,
        target: float | None,
        repair: bool,
        seed: int,
        shared: dict[str, Any],
    ) -> None:
        self.encoded, self.target, self.repair, self.seed = encoded, target, repair, seed
        self.limit = None if time_limit is None else checks.non_negative("time_limit", time_limit)
        self.shared = shared
        self.began = time.perf_counter()
        self.versions = {factor: encoded.lightened(factor) for factor in FACTORS}
        self.answer: Answer[S] | None = None
        self.factor = 1.0
        self.reason = ""
        self.states = np.zeros((0, encoded.problem.num_variables), np.int8)  # the best's first
        self.phases: list[Phase] = []
        self.compiling, self.sweeps, self.calls = 0.0, 0, 0
        self.last: Any = None

    def go(self, pressed: Callable[[], bool]) -> None:
        """Rounds of ever slower anneals; after each the worse half of the arms is given up."""
        active, sweeps, waited = list(_ARMS), _FIRST_SWEEPS, 0
        while not self.reason:
            ranks: dict[_Arm, tuple[Any, Any]] = {}
            before = self.answer
            for arm in active:
                ranks[arm] = self._anneal(arm, sweeps)
                if pressed() and not self.reason:
                    self.reason = "interrupt"
                if self.reason:
                    return
            active = _better_half(ranks)
            waited = 0 if self.answer is not before else waited + 1
            if self.limit is None and waited >= _PATIENCE:
                self.reason = "no_progress"
            sweeps = min(2 * sweeps, _MOST_SWEEPS)

    def _anneal(self, arm: _Arm, sweeps: int) -> tuple[Any, Any]:
        """One anneal of all reads; returns the ranks of its best answer and its best bare state."""
        version = self.versions[arm.factor]
        heaviest = max(version.penalties.values())
        narrow = (NARROW[0] / heaviest, NARROW[1] / heaviest)
        left = None if self.limit is None else max(self.limit - self.seconds, 0.0)
        self.last = anneal(
            version.problem, num_reads=_READS, num_sweeps=sweeps, time_limit=left,
            beta_range=narrow if arm.is_narrow else None,
            seed=(self.seed + self.calls) % 2**63, **self.shared,
        )  # fmt: skip
        self.calls += 1
        self.compiling += self.last.timing.compile
        self.sweeps += self.last.num_sweeps
        answer = version.answer(self.last, self.repair)
        rank = version.rank(answer.certificate)
        if self.answer is None or rank < version.rank(self.answer.certificate):
            self.answer, self.factor = answer, arm.factor
        self.states = np.concatenate([self.answer.spins[None], self.last.spins])
        name = f"anneal of {sweeps} sweeps, {arm}"
        self.phases.append(Phase(name, self.seconds, self.sweeps, self._energy()))
        self._judge()
        bare = version.answer(self.last, repair=False) if answer.repaired else answer
        return rank, version.rank(bare.certificate)

    def _energy(self) -> float:
        """Of the best answer; where that breaks constraints, of the state that it came from."""
        assert self.answer is not None
        known = self.answer.certificate
        if known.feasible and known.objective is not None:
            return float(self.encoded.energy_of(known.objective))
        return float(self.encoded.problem.energies(self.answer.spins))

    def _judge(self) -> None:
        """Whether something ends the run."""
        assert self.answer is not None
        known = self.answer.certificate
        if self.last.stopped_by == "interrupt":
            self.reason = "interrupt"
        elif self._is_reached(known, self.encoded.ideal):
            self.reason = "bound"
        elif self._is_reached(known, self.target):
            self.reason = "target"
        elif self.limit is not None and self.seconds >= self.limit:
            self.reason = "time_limit"

    def _is_reached(self, known: Any, wanted: float | None) -> bool:
        if wanted is None or not known.feasible or known.objective is None:
            return False
        sign = -1 if self.encoded.maximise else 1
        return bool(sign * known.objective <= sign * wanted)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def result(self) -> SolveResult:
        """States of the last anneal with the best answer's among them, as the problem sees them."""
        spins = self.states
        energies = self.encoded.problem.energies(spins)
        order = np.argsort(energies, kind="stable")
        total = time.perf_counter() - self.began
        return SolveResult(
            seed=self.seed,
            num_sweeps=self.sweeps,
            timing=Timing(0.0, self.compiling, total - self.compiling, total),
            kernel=self.last.kernel,
            num_devices=self.last.num_devices,
            notes=self.last.notes,
            spins=spins[order],
            energies=energies[order],
            trace=Trace.of([]),
            beta_range=self.last.beta_range,
            num_restarts=self.calls,
            stopped_by=self.reason,
            phases=tuple(self.phases),
            num_temperatures=1,
            num_ladders=_READS,
            num_searched=self.encoded.problem.num_variables,
        )
