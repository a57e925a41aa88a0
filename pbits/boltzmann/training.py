"""Learning by contrastive divergence, with states drawn by matrices, kernels or a p-bit computer.

The gradient of a mean log-likelihood is a difference of moments: of the machine with its seen units
held at data (positive phase), less those of the machine running freely (negative phase).  CD starts
the free run at the data: G. E. Hinton, Neural Comput. 14, 1771 (2002), doi
10.1162/089976602760128018.  PCD lets it go on where it was: T. Tieleman, Proc. ICML 25, 1064
(2008), doi 10.1145/1390156.1390294.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.boltzmann.learner import BlockLearner, Learner, Recipe, SamplerLearner
from pbits.boltzmann.model import BoltzmannMachine
from pbits.boltzmann.optimisers import momentum as with_momentum
from pbits.boltzmann.samplers import BlockGibbs, Sampler
from pbits.boltzmann.spending import Spent
from pbits.interrupts import deferred_interrupt
from problems.model import as_states

METHODS = ("pcd", "cd")


class History(NamedTuple):
    """How training went, one entry for each epoch."""

    epoch: NDArray[np.int64]
    gradient: NDArray[np.float64]  # root mean square over all parameters and updates
    score: NDArray[np.float64]  # nan where none was asked for
    seconds: NDArray[np.float64]  # since the start


class Epoch(NamedTuple):
    """Where training stands."""

    epoch: int
    num_epochs: int
    gradient: float
    score: float
    seconds: float


@dataclass(frozen=True)
class Trained:
    """What training gives back.

    Attributes:
        machine: of the best score; the last one without scores.
        last: after the last update.
        best_epoch: of `machine`; 0 is before training.
        history: of all epochs.
        stopped_by: "epochs" or "interrupt".
        seed: with which it can be repeated.
        spent: by the p-bit computer in all updates, from the ledgers of these very runs; None
            where none took part.  What scores take is not in it.
    """

    machine: BoltzmannMachine
    last: BoltzmannMachine = field(repr=False)
    best_epoch: int
    history: History = field(repr=False)
    stopped_by: str
    seed: int
    spent: Spent | None = None


def train(
    machine: BoltzmannMachine,
    data: ArrayLike,
    *,
    epochs: int = 20,
    batch_size: int = 50,
    method: str = "pcd",
    sweeps: int = 1,
    held_sweeps: int | None = None,
    num_chains: int | None = None,
    learning_rate: float = 0.05,
    final_rate: float | None = None,
    momentum: float = 0.5,
    weight_decay: float = 1e-4,
    optimiser: Any = None,
    sampler: Sampler = BlockGibbs(),  # noqa: B008
    score: Callable[[BoltzmannMachine], float] | None = None,
    score_every: int = 1,
    seed: int | None = None,
    interrupt: Callable[[], bool] | None = None,
    progress: Callable[[Epoch], None] | None = None,
) -> Trained:
    """Raise the likelihood of data.

    Args:
        machine: where to begin; `model.initialise` makes one, a trained one goes on.
        data: [k, num_seen] of -1 and +1, labels after pixels (`data.with_labels`).
        epochs: times that all data are used.
        batch_size: rows in one update, all where they are fewer; a rest too small for a batch
            waits for another epoch.
        method: "pcd" or "cd", see above.
        sweeps: of the free run in each update.
        held_sweeps: of the hidden units with data held; default 1 for restricted machines, where
            that is exact, and 10 for others.
        num_chains: free runs side by side; default `batch_size`, which CD always has.
        learning_rate, final_rate: of the first update and of the last, linear between; the last
            is a tenth of the first by default.
        momentum: share of the last step that is made again; with `optimiser` None.
        weight_decay: by which couplings shrink, times the learning rate.
        optimiser: of `optax`, in place of `momentum`; its steps are multiplied by the rates
            above: give it a learning rate of 1, such as ``optax.adam(1.0)``.
        sampler: `BlockGibbs()`, `Kernels()` or `OnMachine(...)`; the last writes the couplings
            into the computer at each update, and learns with whatever it makes of them.
        score: of a machine, the higher the better; the best machine is kept.
        score_every: epochs between two scores.
        seed: equal seeds give equal machines; default: a random one, returned in the result.
        interrupt: asked after every update, or epoch of `BlockGibbs`; stops when True.
        progress: called after every epoch.

    Returns:
        The best machine and the last one.  Ctrl-C ends the training, not the result.

    Raises:
        ValueError: on arguments out of range, with what was expected.
        FloatingPointError: where parameters are no longer finite; lower the learning rate.
        ImportError: without optax.

    Example:
        >>> from pbits.boltzmann import exact, initialise, rbm
        >>> from pbits.boltzmann.data import bars_and_stripes
        >>> data = bars_and_stripes(3)
        >>> start = initialise(rbm(9, 8), seed=1)
        >>> found = train(start, data, epochs=300, batch_size=14, num_chains=100, seed=1)
        >>> mean = exact.log_likelihood(found.machine, data).mean()
        >>> bool(exact.log_likelihood(start, data).mean() < -6 < -4 < mean < -np.log(14))
        True
    """
    began = time.perf_counter()
    runtime.ensure_configured()
    rows, _ = as_states(data, machine.graph.num_seen)
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; expected one of {', '.join(METHODS)}")
    if not len(rows):
        raise ValueError("data has no rows; expected one or more")
    batch = min(checks.whole_number("batch_size", batch_size, 1), len(rows))
    usual = 1 if machine.graph.is_restricted else 10
    recipe = Recipe(
        method == "pcd", checks.whole_number("sweeps", sweeps, 1),
        checks.whole_number("held_sweeps", usual if held_sweeps is None else held_sweeps, 1),
    )  # fmt: skip
    chains = batch if num_chains is None else checks.whole_number("num_chains", num_chains, 1)
    if method == "cd" and chains != batch:
        raise ValueError(
            f"num_chains is {num_chains}; cd runs from each of {batch} rows of a batch"
        )
    epochs = checks.whole_number("epochs", epochs, 0)
    first = checks.positive("learning_rate", learning_rate)
    last = first / 10 if final_rate is None else checks.non_negative("final_rate", final_rate)
    optimiser = _optimiser(optimiser, momentum)
    if not hasattr(sampler, "load"):
        raise ValueError(
            f"sampler is {sampler!r}; expected BlockGibbs(), Kernels() or OnMachine(...)"
        )
    decay = checks.non_negative("weight_decay", weight_decay)
    seed = checks.seed_or_random(seed)
    kind = BlockLearner if isinstance(sampler, BlockGibbs) else SamplerLearner
    learner = kind(machine, rows, recipe, optimiser, decay, chains, sampler, seed)
    return _Training(
        learner, np.linspace(first, last, epochs * (len(rows) // batch)), batch, epochs,
        score, checks.whole_number("score_every", score_every, 1), seed, interrupt, progress, began,
    ).go()  # fmt: skip


def _optimiser(given: Any, momentum: float) -> Any:
    """The optimiser that was given, else steps with a momentum."""
    if given is None:
        if checks.non_negative("momentum", momentum) >= 1:
            raise ValueError(f"momentum is {momentum!r}; expected a share below 1, such as 0.5")
        return with_momentum(momentum)
    if not hasattr(given, "update"):
        raise ValueError(f"optimiser is {given!r}; expected one of optax: optax.adam(1.0)")
    return given


@dataclass
class _Training:
    """One call of `train` in progress."""

    learner: Learner
    rates: NDArray[np.float64]
    batch: int
    epochs: int
    score: Callable[[BoltzmannMachine], float] | None
    score_every: int
    seed: int
    interrupt: Callable[[], bool] | None
    progress: Callable[[Epoch], None] | None
    began: float
    rows: list[tuple[int, float, float, float]] = field(default_factory=list)
    best: tuple[float, int, BoltzmannMachine] | None = None

    def go(self) -> Trained:
        reason = "epochs"
        with deferred_interrupt() as pressed:

            def stops() -> bool:
                return pressed() or (self.interrupt is not None and self.interrupt())

            self._judge(0)
            for epoch in range(1, self.epochs + 1):
                if not self._epoch(epoch, stops):
                    reason = "interrupt"
                    break
        last = self._machine()
        _, epoch, machine = (0.0, len(self.rows), last) if self.best is None else self.best
        number, *parts = np.array(self.rows, np.float64).reshape(-1, 4).T
        history = History(number.astype(np.int64), *parts)
        return Trained(machine, last, epoch, history, reason, self.seed, self.learner.spent)

    def _epoch(self, epoch: int, stops: Callable[[], bool]) -> bool:
        """Whether training goes on."""
        rng = np.random.default_rng([self.seed, epoch])
        order = rng.permutation(self.learner.num_rows)
        batches = order[: order.size // self.batch * self.batch].reshape(-1, self.batch)
        first = (epoch - 1) * len(batches)
        rates = self.rates[first : first + len(batches)]
        gradient, whole = self.learner.learn(batches, rates, first, stops)
        score = self._judge(epoch)
        seconds = time.perf_counter() - self.began
        self.rows.append((epoch, gradient, score, seconds))
        if self.progress is not None:
            self.progress(Epoch(epoch, self.epochs, gradient, score, seconds))
        return whole and not (epoch < self.epochs and stops())

    def _machine(self) -> BoltzmannMachine:
        try:
            return self.learner.machine()
        except ValueError as error:
            raise FloatingPointError(
                f"parameters are no longer finite ({error}); lower the learning rate"
            ) from error

    def _judge(self, epoch: int) -> float:
        if self.score is None or (epoch % self.score_every and epoch != self.epochs):
            return np.nan
        machine = self._machine()
        found = float(self.score(machine))
        if np.isnan(found):
            raise ValueError(f"score gave nan in epoch {epoch}; expected a number to compare")
        if self.best is None or found > self.best[0]:
            self.best = found, epoch, machine
        return found
