"""Quadratic assignment problems with a known optimum: flows rerouted along triangles.

Equal flows between all pairs cost the same wherever the facilities are.  Where j is on a shortest
way from i to l in the planted assignment, moving some flow from (i, l) to (i, j) and (j, l) leaves
its cost; any other assignment gets no cheaper, for d_ij + d_jl >= d_il always.  So the planted one
stays optimal.  G. Palubeckis, Informatica 11, 281 (2000), doi:10.3233/INF-2000-11306, Y. Li & P. M.
Pardalos, Comput. Optim. Appl. 1, 163 (1992), doi:10.1007/BF00253805.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems.generators.couplings import seeded


@dataclass(frozen=True, eq=False)
class PlantedAssignment:
    """Flows and distances with a known cheapest assignment; there may be others as cheap.

    Attributes:
        flow: [n, n] int64, symmetric, none negative.
        distance: [n, n] int64 between the cells of a grid, in steps along its lines.
        places: [n] location of each facility.
        value: sum of flow times distance over ordered pairs, the least there is.
        base: flow of every pair before anything was moved.
        triangles: [t, 3] facilities i, j, l whose flow from i to l goes by j.
        amounts: [t] how much of it.
    """

    flow: NDArray[np.int64]
    distance: NDArray[np.int64]
    places: NDArray[np.int64]
    value: int
    base: int
    triangles: NDArray[np.int64]
    amounts: NDArray[np.int64]

    def bound(self) -> int:
        """What no assignment costs less than, from the triangles.

        Raises:
            ValueError: where the triangles do not make these flows, or distances are no metric.
        """
        ways = self.distance
        metric = np.all(ways[:, :, None] + ways[None] >= ways[:, None])
        rebuilt = np.full_like(self.flow, self.base)
        np.fill_diagonal(rebuilt, 0)
        for (i, j, m), amount in zip(self.triangles, self.amounts, strict=True):
            _move(rebuilt, i, j, m, amount)
        if not metric or np.any(self.amounts < 0) or np.any(rebuilt != self.flow):
            raise ValueError("the triangles prove nothing about these flows and distances")
        return int(self.base * ways.sum())

    def is_cheapest(self) -> bool:
        """Whether triangles, flows and distances prove the planted assignment to be optimal.

        Example:
            >>> planted_assignment((2, 3), seed=1).is_cheapest()
            True
        """
        cost = (self.flow * self.distance[np.ix_(self.places, self.places)]).sum()
        apart = np.unique(self.places).size == len(self.flow)
        return bool(apart and cost == self.value == self.bound())


def planted_assignment(
    shape: tuple[int, int], base: int = 10, triangles: int | None = None, seed: int = 0
) -> PlantedAssignment:
    """Facilities on the cells of a grid, symmetric flows, a planted optimum.

    Args:
        shape: rows and columns of the grid, n cells.
        base: flow of each pair at the start, 1 or more.
        triangles: how many times flow is moved, twice the number of pairs by default; pairs without
            flow are passed over.
        seed: equal arguments give equal instances.

    Raises:
        ValueError: on a shape or number below 1, or negative `triangles`.

    Example:
        >>> planted = planted_assignment((3, 3), seed=2)
        >>> planted.value == planted.bound()
        True
    """
    rows, cols = shape
    n = rows * cols
    moves = n * (n - 1) if triangles is None else triangles
    if rows < 1 or cols < 1 or base < 1 or moves < 0:
        raise ValueError(
            f"shape {shape}, base {base}, triangles {moves}; expected positive ones, triangles >= 0"
        )
    rng = seeded(seed)
    spots = np.indices(shape).reshape(2, -1).T
    ways = np.abs(spots[:, None] - spots).sum(-1)
    flow = np.full((n, n), base)
    np.fill_diagonal(flow, 0)
    done, amounts = _rerouted(rng, flow, ways, moves)
    facility = rng.permutation(n)  # of the flows at each location
    places = np.argsort(facility)
    hidden = flow[np.ix_(places, places)]
    value = int((flow * ways).sum())
    return PlantedAssignment(hidden, ways, places, value, base, facility[done], amounts)


def _rerouted(
    rng: np.random.Generator, flow: NDArray, ways: NDArray, moves: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Move flow in place; the triangles [t, 3] and amounts [t]."""
    done, amounts = [], []
    far = np.argwhere(ways > 1)
    for _ in range(moves if len(far) else 0):
        i, m = far[rng.integers(len(far))]
        between = np.flatnonzero(ways[i] + ways[:, m] == ways[i, m])
        j = rng.choice(between[(between != i) & (between != m)])
        if flow[i, m]:
            amount = rng.integers(1, flow[i, m] + 1)
            _move(flow, i, j, m, amount)
            done.append((i, j, m))
            amounts.append(amount)
    return np.array(done, np.int64).reshape(-1, 3), np.array(amounts, np.int64)


def _move(flow: NDArray, i: Any, j: Any, m: Any, amount: Any) -> None:
    for one, other, change in ((i, m, -amount), (i, j, amount), (j, m, amount)):
        flow[one, other] += change
        flow[other, one] += change
