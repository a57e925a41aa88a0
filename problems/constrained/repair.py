"""Values made feasible, and better, by changing one variable or exchanging two at a time."""

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property

import dimod
import numpy as np
from numpy.typing import NDArray

from problems.constrained.variables import Variable

_MOST_ENTRIES = 4_000_000  # of the matrix of moves by variables
_ROOM = 1e-9


class Moves:
    """Steps of single variables, either way, and exchanges: one a step up, another a step down.

    Models whose hard constraints have products of variables, and those with too many variables for
    matrices, are left alone.
    """

    def __init__(
        self, cqm: dimod.ConstrainedQuadraticModel, variables: Mapping[Hashable, Variable]
    ) -> None:
        self.cqm, self.variables = cqm, variables
        self.names = list(variables)
        self.hard = [c for c in cqm.constraints.values() if not c.lhs.is_soft()]
        self.low = np.array([v.low for v in variables.values()], float)
        self.step = np.array([v.step for v in variables.values()], float)
        self.high = self.low + self.step * [v.number.span for v in variables.values()]

    @property
    def is_possible(self) -> bool:
        n = len(self.names)
        is_small = 2 * n * max(n, len(self.hard)) <= _MOST_ENTRIES
        return n > 0 and is_small and all(c.lhs.is_linear() for c in self.hard)

    def mended(self, values: Mapping[Hashable, float]) -> dict[Hashable, int | float] | None:
        """Feasible values near to given ones, None where the descent does not get there.

        The step that lowers the sum of all violations (each by the size of its coefficients) most
        is made again and again; of several, the one that costs least.
        """
        if not self.is_possible:
            return None
        state = np.clip([float(values[name]) for name in self.names], self.low, self.high)
        for _ in range(2 * len(self.names) + len(self.hard)):
            amount = float(self._excess(state))
            if amount <= _ROOM:
                return self._values(state)
            moved = self._steps(state)
            found = self._excess(moved)
            lowest = found.min(initial=np.inf)
            if not lowest < amount - _ROOM:
                return None
            best = moved[found <= lowest + _ROOM]
            state = best[int(np.argmin(self.costs(best)))]
        return None

    def improved(
        self,
        values: Mapping[Hashable, float],
        exchanges: bool = True,
        stop: Callable[[], bool] | None = None,
    ) -> dict[Hashable, int | float] | None:
        """Feasible values that no step, and no exchange, improves; None from infeasible ones.

        Where `stop` answers True, asked before each step, they are those reached by then.
        """
        if not self.is_possible:
            return None
        state = np.array([float(values[name]) for name in self.names])
        if self._excess(state) > _ROOM:
            return None
        cost = self.costs(state[None])[0]
        while not (stop and stop()):
            for neighbours in (self._steps, self._exchanges)[: 1 + exchanges]:
                moved = neighbours(state)
                moved = moved[self._excess(moved) <= _ROOM]
                costs = self.costs(moved)
                if costs.min(initial=np.inf) < cost - _ROOM * max(1.0, abs(cost)):
                    state, cost = moved[int(costs.argmin())], float(costs.min())
                    break
            else:
                break
        return self._values(state)

    def _steps(self, state: NDArray) -> NDArray:
        """All states [k, n] one step away."""
        up, down = self._free(state)
        found = np.repeat(state[None], up.size + down.size, axis=0)
        rows = np.arange(len(found))
        found[rows[: up.size], up] += self.step[up]
        found[rows[up.size :], down] -= self.step[down]
        return found

    def _exchanges(self, state: NDArray) -> NDArray:
        """All states [k, n] one step up and another down away; none where those are too many."""
        up, down = (part.ravel() for part in np.meshgrid(*self._free(state)))
        apart = up != down
        up, down = up[apart], down[apart]
        if up.size * state.size > _MOST_ENTRIES:
            return state[None][:0]
        found = np.repeat(state[None], up.size, axis=0)
        rows = np.arange(len(found))
        found[rows, up] += self.step[up]
        found[rows, down] -= self.step[down]
        return found

    def _free(self, state: NDArray) -> tuple[NDArray, NDArray]:
        """Variables that can go up, and down."""
        up = state + self.step <= self.high + _ROOM
        return np.flatnonzero(up), np.flatnonzero(state - self.step >= self.low - _ROOM)

    @cached_property
    def _rows(self) -> tuple[NDArray, NDArray, NDArray]:
        """Hard constraints ``least <= matrix v <= most``, the largest coefficient of each 1."""
        place = {name: k for k, name in enumerate(self.names)}
        matrix = np.zeros((len(self.hard), len(self.names)))
        least, most = np.full(len(self.hard), -np.inf), np.full(len(self.hard), np.inf)
        for row, constraint in enumerate(self.hard):
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

    def _excess(self, states: NDArray) -> NDArray:
        """Sum of violations of states [..., n]."""
        matrix, least, most = self._rows
        left = states @ matrix.T
        return (np.maximum(left - most, 0) + np.maximum(least - left, 0)).sum(-1)

    def costs(self, states: NDArray) -> NDArray:
        """What the model minimises, of states [k, n]."""
        if not len(states):
            return np.zeros(0)
        sample = (states, self.names)
        found = np.array(self.cqm.objective.energies(sample), float)
        for constraint in self.cqm.constraints.values():
            if constraint.lhs.is_soft():
                over = np.asarray(constraint.lhs.energies(sample), float) - constraint.rhs
                amount = {"<=": over, ">=": -over, "==": np.abs(over)}[constraint.sense.value]
                power = 2 if constraint.lhs.penalty() == "quadratic" else 1
                found += constraint.lhs.weight() * np.maximum(amount, 0) ** power
        return found

    def _values(self, state: NDArray) -> dict[Hashable, int | float]:
        numbers = np.rint((state - self.low) / self.step)
        each = zip(self.variables.values(), numbers, strict=True)
        return {v.name: v.value(int(number)) for v, number in each}
