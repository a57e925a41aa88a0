"""Weights of penalties: proven ones, and smaller ones to start from.

Let f be the objective with what soft constraints cost, and U an upper bound of f over states that
satisfy all one-hot groups.

Codes.  A state that breaks the code of a variable costs at least min f over all states of bits, so
a code weight above U - min f keeps it above every feasible state.  So do the weights of the
one-hot constraints that serve as groups.

Constraints.  Penalties are 1 or more where a constraint does not hold, so a weight above U - L
suffices, L a lower bound of f over states that satisfy all groups.

Constraints that moving single bits can mend (`safe`): where an inequality does not hold, moving
one of its bits to the side that relaxes it lowers its penalty by 1 or more: (v^2 - max(0, v - a)^2
>= 1 for whole v, a >= 1; k (k - 1) / 2 falls by k - 1; tables and bounds fall by the amount).
If no other constraint or code minds any of these moves, a weight above the most that one
costs in f suffices, since no ground state can then break the constraint: in a knapsack, above the
largest value.

The equation of a soft linear constraint needs more than its price (see `terms`), since k units
missed save k prices and cost k^2 weights.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from problems.constrained.expressions import Expression
from problems.constrained.terms import Term
from problems.constrained.variables import Variable

Weights = dict[Hashable, float]


@dataclass(frozen=True)
class Parts:
    """What weights are worked out from.

    Attributes:
        objective: f without soft constraints.
        terms: penalties of constraints.
        variables: by name.
        groups: bits of which exactly one is 1: codes, and constraints that say so.
        group_labels: constraints among these.
    """

    objective: Expression
    terms: Sequence[Term]
    variables: Mapping[Hashable, Variable]
    groups: Sequence[Collection[int]]
    group_labels: Collection[Hashable]


def code_key(name: Hashable) -> tuple[str, Hashable]:
    """The key of a variable's code among weights; constraints go by their label."""
    return ("code", name)


def proven_weights(parts: Parts) -> Weights:
    """Weights that keep every ground state feasible and optimal."""
    soft = sum(_most(term, parts.groups) for term in parts.terms)
    low, high = parts.objective.range(parts.groups)
    lowest = parts.objective.range()[0]
    inside, outside = above(high - low + soft), above(high - lowest + soft)
    coded = [v for v in parts.variables.values() if v.has_code]
    found: Weights = {code_key(v.name): outside for v in coded}
    moves = _safe_moves(parts)
    change = _changes(parts.objective)
    for term in parts.terms:
        if not term.is_weighted:
            continue
        if term.price:
            found[term.label] = above(term.price)
            continue
        general = outside if term.label in parts.group_labels else inside
        cost = _mending(term, moves, change)
        found[term.label] = general if cost is None else min(general, above(cost))
    return found


def local_weights(parts: Parts, proven: Weights) -> Weights:
    """Weights above what a single flip can gain where all constraints held before.

    Flipping a bit of coefficient a breaks a constraint by about a, which costs a^2 weights, or a
    where violations are not squared.  Such weights are often near to what is needed, and prove
    nothing; M. Ayodele, Penalty weights in QUBO formulations: permutation problems (2022), compares
    bounds of this kind.
    """
    both = _changes(parts.objective, parts.groups)
    change = {i: max(map(abs, ends)) for i, ends in both.items()}
    found = dict(proven)
    for term in parts.terms:
        if term.label in found and not term.price:
            power = 2 if term.shape == "square" else 1
            form, most = term.constraint.expression, 0.0
            for i in form.bits:
                size = abs(form.linear.get(i, 0)) or 1
                most = max(most, change.get(i, 0) / size**power)
            found[term.label] = min(1.01 * most or 1, proven[term.label])
    for v in parts.variables.values():
        if v.has_code:
            most = max((change.get(i, 0) for i in v.index.tolist()), default=0)
            found[code_key(v.name)] = min(above(most), proven[code_key(v.name)])
    return found


def above(value: float) -> float:
    """A number above `value` and 0: one more where it is whole, else by a small part of it."""
    value = max(value, 0.0)
    if value == int(value) and value < 2**50:
        return int(value) + 1
    return value * (1 + 2**-10)


def _most(term: Term, groups: Sequence[Collection[int]]) -> float:
    """The most that a soft constraint costs."""
    if not term.price:
        return 0
    low, high = term.constraint.expression.range(groups)
    amount = max(high, -low if term.constraint.is_equal else 0, 0)
    return term.price * (amount**2 if term.is_squared else amount)


def _changes(
    objective: Expression, groups: Sequence[Collection[int]] = ()
) -> dict[int, tuple[float, float]]:
    """Bounds of f(x_i = 1) - f(x_i = 0) by bit, where one bit at most of each group is 1."""
    home = {i: k for k, group in enumerate(groups) for i in group}
    ends: dict[tuple, tuple[float, float]] = {}
    for (i, j), value in objective.pairs.items():
        for key in ((i, home.get(j, (j,))), (j, home.get(i, (i,)))):
            low, high = ends.get(key, (0.0, 0.0))
            ends[key] = (min(low, value), max(high, value))
    found = {i: (value, value) for i, value in objective.linear.items()}
    for (i, _), (low, high) in ends.items():
        sums = found.get(i, (0, 0))
        found[i] = (sums[0] + low, sums[1] + high)
    return found


def _safe_moves(parts: Parts) -> dict[int, set[int]]:
    """Values of each bit that no constraint or code minds its being moved to."""
    found: dict[int, set[int]] = {}
    for term in parts.terms:
        form = term.constraint.expression
        for i in form.bits:
            relaxing = {0} if form.linear.get(i, 0) > 0 else {1}
            allowed = relaxing if form.is_linear and not term.constraint.is_equal else set()
            found[i] = found.get(i, {0, 1}) & allowed
    for v in parts.variables.values():
        if v.has_code:
            found |= {i: set() for i in v.index.tolist()}
    return found


def _mending(
    term: Term, moves: Mapping[int, set[int]], change: Mapping[int, tuple[float, float]]
) -> float | None:
    """The most that a move costs that lowers the penalty; None where some bit must not move."""
    form = term.constraint.expression
    if term.constraint.is_equal or not form.is_linear:
        return None
    worst = 0.0
    for i, a in form.linear.items():
        side = 0 if a > 0 else 1
        if side not in moves[i]:
            return None
        low, high = change.get(i, (0, 0))
        worst = max(worst, -low if side == 0 else high)
    return worst
