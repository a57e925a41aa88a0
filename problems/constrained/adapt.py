"""Weights of penalties that follow what samples do: raised where broken, lowered where not.

Proven weights are often far above what is needed, and flatten the objective for a sampler.  Each
round samples with the present weights and then, constraint by constraint, after the rule that
A. B. Hadj-Alouane & J. C. Bean, Oper. Res. 45, 92 (1997) have for one weight:

    broken in the state of least energy, or in most states    weight times `raise_by`
    broken in a few states at most (one in 16)                weight over `lower_by`
    else                                                      as it is

with different factors, so that weights do not go in circles.  No weight gets above the proven one,
or back to one that failed.  The best solution of all rounds is kept.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems.constrained.penalised import Penalised, Values
from problems.library.encoded import Answer
from problems.polynomial import Problem

_FEW, _MOST = 1 / 16, 1 / 2  # of the states
_IMPROVED = 8  # states of a round


@dataclass(frozen=True)
class Round:
    """What one round did.

    Attributes:
        weights: it sampled with.
        broken: fraction of the states that broke each constraint.
        feasible: fraction of the states that broke none.
        objective: of the best feasible solution of this round, repaired ones included; None where
            there is none.
        best: the same of all rounds so far.
    """

    weights: Mapping[Hashable, float]
    broken: Mapping[Hashable, float]
    feasible: float
    objective: float | None
    best: float | None


@dataclass(frozen=True)
class Adapted:
    """The end of :func:`adapt`.

    Attributes:
        encoded: with the weights that the next round would have used.
        answer: the best of all rounds.
        rounds: one by one.
    """

    encoded: Penalised
    answer: Answer[Values]
    rounds: tuple[Round, ...]


def adapt(
    encoded: Penalised,
    sample: Callable[[Problem], Any],
    rounds: int = 8,
    start: str | Mapping[Hashable, float] = "local",
    raise_by: float = 2.0,
    lower_by: float = 1.5,
    repair: bool = True,
    until: Callable[[Answer[Values]], bool] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Adapted:
    """Sample in rounds, with weights that follow the constraints' violations.

    Args:
        encoded: the model.
        sample: called with a problem, returns spins [k, n], a result with `spins`, or a dimod
            SampleSet.  All problems have the same spins.
        rounds: at most, 1 or more.
        start: "local": weights about as large as what a flip can gain; "proven"; "given": those of
            `encoded`; or a mapping, the rest being local.
        raise_by, lower_by: above 1, and not alike.
        repair: whether infeasible solutions are repaired and the best of a round improved, one or
            two variables at a time, where that is cheap.
        until: asked after every round, with the best answer so far; True ends it.
        stop: asked while solutions are repaired and improved; True ends that, not the rounds.

    Raises:
        ValueError: on arguments out of range, or where `sample` returns no states of the problem.

    Example:
        >>> import dimod
        >>> from problems.constrained import penalise
        >>> cqm = dimod.ConstrainedQuadraticModel()
        >>> x, y, z = dimod.Binaries("xyz")
        >>> cqm.set_objective(-2 * x - 3 * y - 4 * z)
        >>> _ = cqm.add_constraint(2 * x + 3 * y + 4 * z <= 5, label="room")
        >>> exact = lambda problem: dimod.ExactSolver().sample(to_bqm(problem)).lowest()
        >>> from problems import to_bqm
        >>> found = adapt(penalise(cqm), exact, rounds=2)
        >>> found.answer.certificate.objective
        -5
    """
    if rounds < 1:
        raise ValueError(f"rounds is {rounds!r}; expected 1 or more")
    if not (raise_by > 1 and lower_by > 1 and raise_by != lower_by):
        raise ValueError(
            f"raise_by is {raise_by!r} and lower_by {lower_by!r}; expected different numbers "
            "above 1"
        )
    weights = _first_weights(encoded, start)
    caps = {key: max(encoded.proven[key], weight) for key, weight in weights.items()}
    failed = dict.fromkeys(weights, 0.0)
    best: Answer[Values] | None = None
    past: list[Round] = []
    for _ in range(rounds):
        trial = encoded.reweighted(weights)
        states = trial.states(sample(trial.problem))
        broken = trial.broken(states)
        answer = _best(trial, states, broken, repair, stop)
        if best is None or trial.better(answer.certificate, best.certificate):
            best = answer
        past.append(_round(weights, broken, len(states), answer, best))
        lowest = int(np.argmin(trial.problem.energies(states)))
        weights = _moved(weights, broken, lowest, (raise_by, lower_by), caps, failed)
        if until is not None and until(best):
            break
    assert best is not None
    return Adapted(encoded.reweighted(weights), best, tuple(past))


def _best(
    encoded: Penalised,
    states: NDArray[np.int8],
    broken: Mapping[Hashable, NDArray[np.bool_]],
    repair: bool,
    stop: Callable[[], bool] | None,
) -> Answer[Values]:
    """The best of the states; with `repair`, of what can be made of those of least energy too."""
    count = np.zeros(len(states), np.int64)
    for key, flags in broken.items():
        count += flags & (key in encoded.cqm.constraints)
    answer = encoded.answer(states[np.lexsort((encoded.costs(states), count))[:1]], repair=False)
    if not repair:
        return answer
    order = np.argsort(encoded.problem.energies(states), kind="stable")[:_IMPROVED]
    candidates = [(answer.solution, answer.spins)]
    candidates += [(encoded.decode(states[k]), states[k]) for k in order]
    for solution, spins in candidates:
        found = encoded.improve(encoded.repair(solution), stop=stop)
        known = encoded.certificate(found)
        if encoded.better(known, answer.certificate):
            answer = Answer(found, known, True, spins)
        if stop and stop():
            break
    return answer


def _first_weights(
    encoded: Penalised, start: str | Mapping[Hashable, float]
) -> dict[Hashable, float]:
    if isinstance(start, Mapping):
        return dict(encoded.reweighted(encoded.local).reweighted(start).weights)
    choices = {"local": encoded.local, "proven": encoded.proven, "given": encoded.weights}
    if start not in choices:
        raise ValueError(f"start is {start!r}; expected one of {', '.join(choices)}, or weights")
    return dict(choices[start])


def _round(
    weights: Mapping[Hashable, float],
    broken: Mapping[Hashable, Any],
    count: int,
    answer: Answer,
    best: Answer,
) -> Round:
    any_broken = np.zeros(count, bool)
    for flags in broken.values():
        any_broken |= flags

    def objective(one: Answer) -> float | None:
        return one.certificate.objective if one.certificate.feasible else None

    rates = {key: float(flags.mean()) for key, flags in broken.items()}
    feasible = float(1 - any_broken.mean())
    return Round(dict(weights), rates, feasible, objective(answer), objective(best))


def _moved(
    weights: Mapping[Hashable, float],
    broken: Mapping[Hashable, Any],
    lowest: int,
    factors: tuple[float, float],
    caps: Mapping[Hashable, float],
    failed: dict[Hashable, float],
) -> dict[Hashable, float]:
    """The next weights; `failed` keeps the largest weight at which each constraint broke."""
    found = dict(weights)
    for key, flags in broken.items():
        weight = weights[key]
        if flags[lowest] or flags.mean() > _MOST:
            failed[key] = max(failed[key], weight)
            found[key] = min(weight * factors[0], caps[key])
        elif flags.mean() <= _FEW and weight / factors[1] > failed[key]:
            found[key] = weight / factors[1]
    return found
