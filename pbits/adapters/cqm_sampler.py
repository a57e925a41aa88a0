"""Constrained quadratic models behind dimod: penalties whose weights follow the samples."""

import inspect
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from pbits import checks, runtime
from pbits.adapters.callbacks import Callbacks
from pbits.annealing import anneal
from pbits.interrupts import deferred_interrupt
from pbits.results import AnnealResult, Progress
from problems.constrained import Adapted, Penalised, Round, adapt, penalise
from problems.library.integers import ENCODINGS
from problems.polynomial import Problem

DEFAULT_NUM_READS = 64
DEFAULT_NUM_SWEEPS = 1000
DEFAULT_NUM_ROUNDS = 8
_STARTS = ("local", "proven", "given")


class CQMSampler:
    """Minimises constrained quadratic models, as ``LeapHybridCQMSampler`` does from afar.

    Example:
        >>> import dimod
        >>> from pbits import CQMSampler
        >>> cqm = dimod.ConstrainedQuadraticModel()
        >>> x, i = dimod.Binary("x"), dimod.Integer("i", upper_bound=5)
        >>> cqm.set_objective(-3 * x - i)
        >>> _ = cqm.add_constraint(2 * x + i <= 5, label="room")
        >>> found = CQMSampler().sample_cqm(cqm, num_rounds=2, num_sweeps=100, seed=1)
        >>> float(found.filter(lambda datum: datum.is_feasible).first.energy)
        -6.0
    """

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Keywords of :meth:`sample_cqm`, each with the properties that bear on it."""
        arguments = inspect.signature(self.sample_cqm).parameters
        names: dict[str, list[str]] = {k: [] for k in arguments if k not in ("cqm", "kwargs")}
        return names | {
            "num_reads": ["default_num_reads"],
            "num_rounds": ["default_num_rounds"],
            "encoding": ["encoding_options"],
            "start": ["start_options"],
        }

    @property
    def properties(self) -> dict[str, Any]:
        """Choices and defaults, by the names that `parameters` refers to."""
        return {
            "default_num_reads": DEFAULT_NUM_READS,
            "default_num_rounds": DEFAULT_NUM_ROUNDS,
            "encoding_options": tuple(ENCODINGS),
            "start_options": _STARTS,
        }

    def sample_cqm(
        self,
        cqm: dimod.ConstrainedQuadraticModel,
        time_limit: float | None = None,
        label: str | None = None,
        *,
        num_reads: int = DEFAULT_NUM_READS,
        num_sweeps: int = DEFAULT_NUM_SWEEPS,
        num_rounds: int | None = None,
        seed: int | None = None,
        encoding: str = "binary",
        penalties: float | Mapping[Hashable, float] | None = None,
        start: str | None = None,
        real_step: float | Mapping[Hashable, float] | None = None,
        resolution: float | None = None,
        repair: bool = True,
        interrupt_function: Callable[[], bool] | None = None,
        progress: Callable[[Progress], Any] | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Anneal in rounds, the weights of the constraints adapted from round to round.

        Args:
            cqm: binary, spin and integer variables; real ones with `real_step`.
            time_limit: seconds in all, compilation included.
            label: found in `info`.
            num_reads: anneals in a round.
            num_sweeps: updates of every spin in an anneal.
            num_rounds: at most; default 8, with a `time_limit` as many as it allows.
            seed: equal seeds give equal samples, but for `time_limit`; the default is drawn and
                found in `info`.
            encoding: of integers and slacks: "binary", "unary", "domain-wall" or "one-hot".
            penalties: weights of the first round, see `problems.constrained.penalise`.
            start: "local" (small), "proven" or "given" weights in the first round, see
                `problems.constrained.adapt`; default "local", with `penalties` "given".
            real_step, resolution: see `problems.constrained.penalise`.
            repair: whether infeasible samples are repaired where that is cheap; the best repaired
                one joins the samples.
            interrupt_function: polled a few times a second; the run ends when it returns True or
                raises, with the samples so far.
            progress: called with a `Progress` a few times a second.

        Returns:
            All distinct solutions of all rounds in the model's variables, feasible ones first,
            best first, with `is_feasible`, `is_satisfied` and the model's own energies.  (dimod's
            `first` looks at energies alone: filter by `is_feasible`, as in the example.)  `info`
            holds the last `weights`, what each of the `rounds` did, `stopped_by`, timing in ns,
            seed and versions.

        Raises:
            ValueError: on arguments out of range, or a model that cannot be feasible or encoded.
            TypeError: on a callback that cannot be called.
        """
        dimod.Sampler.remove_unknown_kwargs(self, **kwargs)  # type: ignore[arg-type]
        run = _Run(
            Callbacks(interrupt_function, progress), checks.seed_or_random(seed), time_limit,
            checks.whole_number("num_reads", num_reads, 1),
            checks.whole_number("num_sweeps", num_sweeps, 0),
        )  # fmt: skip
        encoded = penalise(cqm, penalties, encoding, real_step, resolution)
        if num_rounds is None:
            num_rounds = DEFAULT_NUM_ROUNDS if time_limit is None else 2**31
        num_rounds = checks.whole_number("num_rounds", num_rounds, 1)
        start = start or ("local" if penalties is None else "given")
        run.prepared = time.perf_counter()
        with deferred_interrupt() as run.pressed:
            done = adapt(
                encoded, run.sample, num_rounds, start, repair=repair, until=run.is_over,
                stop=run.is_due,
            )  # fmt: skip
        return _sampleset(encoded, run, done, {"label": label, "encoding": encoding})


@dataclass
class _Run:
    """The anneals of one call."""

    callbacks: Callbacks
    seed: int
    time_limit: float | None
    num_reads: int
    num_sweeps: int
    results: list[AnnealResult] = field(default_factory=list)
    problem: Problem = field(init=False)  # of the last round
    began: float = field(default_factory=time.perf_counter)
    prepared: float = 0.0
    stopped_by: str = "schedule"
    pressed: Callable[[], bool] = lambda: False  # whether Ctrl-C was, between two anneals

    def __post_init__(self) -> None:
        if self.time_limit is not None:
            self.time_limit = checks.non_negative("time_limit", self.time_limit)

    def sample(self, problem: Problem) -> AnnealResult:
        left = None if self.time_limit is None else max(self._left(), 0.0)
        found = anneal(
            problem, num_reads=self.num_reads, num_sweeps=self.num_sweeps, time_limit=left,
            seed=(self.seed + len(self.results)) % 2**63, interrupt=self.callbacks.interrupt,
            progress=self.callbacks.progress,
        )  # fmt: skip
        self.results.append(found)
        self.problem = problem
        return found

    def is_over(self, _: Any) -> bool:
        return self.is_due()

    def is_due(self) -> bool:
        """Whether to come to an end, for good; `stopped_by` says why."""
        if self.stopped_by != "schedule":
            return True
        if self.results[-1].stopped_by == "interrupt" or self._is_asked():
            self.stopped_by = "interrupt"
        elif self.time_limit is not None and self._left() <= 0:
            self.stopped_by = "time_limit"
        return self.stopped_by != "schedule"

    def _is_asked(self) -> bool:
        interrupt = self.callbacks.interrupt
        return self.pressed() or bool(interrupt and interrupt())

    def _left(self) -> float:
        assert self.time_limit is not None
        return self.time_limit - (time.perf_counter() - self.began)

    def timing(self) -> dict[str, int]:
        compiling = sum(result.timing.compile for result in self.results)
        sampling = sum(result.timing.sampling for result in self.results)
        preparing = self.prepared - self.began
        preparing += sum(result.timing.preprocessing for result in self.results)
        total = time.perf_counter() - self.began
        rest = max(total - preparing - compiling - sampling, 0.0)
        parts = {"preprocessing": preparing, "compile": compiling, "sampling": sampling}
        parts |= {"postprocessing": rest, "total": total}
        return {f"{name}_ns": round(1e9 * seconds) for name, seconds in parts.items()}


def _sampleset(
    encoded: Penalised, run: _Run, done: Adapted, info: dict[str, Any]
) -> dimod.SampleSet:
    """All solutions as the model scores them."""
    cqm, names = encoded.cqm, list(encoded.cqm.variables)
    spins = np.unique(np.concatenate([result.spins for result in run.results]), axis=0)
    best = [[float(done.answer.solution[name]) for name in names]]
    values = np.unique(np.concatenate([best, encoded.values(spins)]), axis=0)
    last, found = run.results[-1], runtime.versions()
    info |= {
        "seed": run.seed,
        "stopped_by": run.stopped_by,
        "num_spins": run.problem.num_variables,
        "num_interactions": run.problem.num_interactions,
        "weights": _by_text(done.encoded.penalties),
        "proven_weights": _by_text(encoded.proven),
        "rounds": [_round_info(one) for one in done.rounds],
        "num_reads": run.num_reads,
        "num_sweeps": run.num_sweeps,
        "kernel": last.kernel,
        "num_devices": last.num_devices,
        "notes": [*last.notes, *run.callbacks.notes()],
        "versions": {name: found[name] for name in ("pbits", "jax", "dimod")},
    }
    if names:
        scored = dimod.SampleSet.from_samples_cqm((values, names), cqm, info=info)
        scored = _best_first(scored)
    else:
        scored = dimod.SampleSet.from_samples([], "INTEGER", energy=[], info=info)
    scored.info["timing"] = run.timing()
    return scored


def _best_first(found: dimod.SampleSet) -> dimod.SampleSet:
    order: NDArray = np.lexsort((found.record.energy, ~found.record.is_feasible))
    return dimod.SampleSet(found.record[order], found.variables, found.info, found.vartype)


def _round_info(one: Round) -> dict[str, Any]:
    return {
        "weights": _by_text(one.weights),
        "broken": _by_text(one.broken),
        "feasible": one.feasible,
        "objective": one.objective,
        "best": one.best,
    }


def _by_text(values: Mapping[Hashable, float]) -> dict[str, float]:
    return {str(key): float(value) for key, value in values.items()}
