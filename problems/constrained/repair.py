"""Values that break linear constraints, changed one at a time until none is broken."""

from collections.abc import Hashable, Mapping

import dimod
import numpy as np
from numpy.typing import NDArray

from problems.constrained.variables import Variable

_MOST_ENTRIES = 2_000_000  # of the matrix of constraints by moves
_ROOM = 1e-9


def mended(
    cqm: dimod.ConstrainedQuadraticModel,
    variables: Mapping[Hashable, Variable],
    values: Mapping[Hashable, float],
) -> dict[Hashable, int | float] | None:
    """Feasible values near to given ones, None where the descent does not get there.

    The change of one variable, by one step either way, that lowers the sum of all violations (each
    by the size of its coefficients) most is made again and again; of several, the one that costs
    the objective least.  Models whose hard constraints have products are left alone.
    """
    hard = [c for c in cqm.constraints.values() if not c.lhs.is_soft()]
    entries = 2 * len(hard) * len(variables)
    if entries > _MOST_ENTRIES or not all(c.lhs.is_linear() for c in hard):
        return None
    names = list(variables)
    matrix, least, most = _rows(hard, names)
    steps = np.array([variables[name].step for name in names], float)
    low = np.array([variables[name].low for name in names], float)
    high = low + steps * [variables[name].number.span for name in names]
    state = np.clip([float(values[name]) for name in names], low, high)
    amount = _excess(matrix @ state, least, most)
    for _ in range(2 * len(names) + len(hard)):
        if amount <= _ROOM * max(1, len(hard)):
            return {
                name: variables[name].value(round((state[k] - low[k]) / steps[k]))
                for k, name in enumerate(names)
            }
        moved = _best_move(cqm, names, matrix, least, most, state, steps, (low, high), amount)
        if moved is None:
            return None
        state, amount = moved
    return None


def _rows(hard: list, names: list[Hashable]) -> tuple[NDArray, NDArray, NDArray]:
    place = {name: k for k, name in enumerate(names)}
    matrix = np.zeros((len(hard), len(names)))
    least, most = np.full(len(hard), -np.inf), np.full(len(hard), np.inf)
    for row, constraint in enumerate(hard):
        for name, bias in constraint.lhs.iter_linear():
            matrix[row, place[name]] = bias
        size = np.abs(matrix[row]).max(initial=0) or 1
        matrix[row] /= size
        rhs = (constraint.rhs - constraint.lhs.offset) / size
        if constraint.sense.value != "<=":
            least[row] = rhs
        if constraint.sense.value != ">=":
            most[row] = rhs
    return matrix, least, most


def _excess(left: NDArray, least: NDArray, most: NDArray) -> NDArray:
    """Sum of violations; constraints are the last axis."""
    return (np.maximum(left - most, 0) + np.maximum(least - left, 0)).sum(-1)


def _best_move(
    cqm: dimod.ConstrainedQuadraticModel,
    names: list[Hashable],
    matrix: NDArray,
    least: NDArray,
    most: NDArray,
    state: NDArray,
    steps: NDArray,
    box: tuple[NDArray, NDArray],
    amount: float,
) -> tuple[NDArray, float] | None:
    changes = np.concatenate([np.diag(steps), np.diag(-steps)])
    moved = state + changes
    inside = ((moved >= box[0] - _ROOM) & (moved <= box[1] + _ROOM)).all(1)
    found = np.where(inside, _excess(moved @ matrix.T, least, most), np.inf)
    lowest = found.min(initial=np.inf)
    if not lowest < amount - _ROOM:
        return None
    best = np.flatnonzero(found <= lowest + _ROOM)
    costs = cqm.objective.energies((moved[best], names))
    chosen = best[int(np.argmin(costs))]
    return moved[chosen], float(found[chosen])
