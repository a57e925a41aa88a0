"""Tours of cities as lists: length, cheapest insertion, 2-opt, and distances reduced by potentials.

Distances [n, n] may differ by direction; what stands on the diagonal is not looked at.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from problems.model import all_integer


def length(distances: NDArray, tour: Sequence[int]) -> int | float:
    """Length of the closed tour, exact for integers.

    Example:
        >>> length(np.array([[0, 1, 5], [5, 0, 1], [1, 5, 0]]), [0, 1, 2])
        3
    """
    if len(tour) < 2:
        return 0
    order = np.asarray(tour)
    return distances[order, np.roll(order, -1)].sum().item()


def insert(distances: NDArray, tour: Sequence[int]) -> list[int]:
    """All cities: those that are missing, each put where the tour grows least.

    The first city stays first.  The missing one whose best place is cheapest goes first.
    """
    found = list(tour)
    missing = sorted(set(range(len(distances))) - set(found))
    while missing:
        before, after = np.array(found), np.roll(found, -1)
        here = np.array(missing)
        more = distances[before][:, here] + distances[here][:, after].T
        more = more - (distances[before, after][:, None] if len(found) > 1 else 0)
        place, which = np.unravel_index(more.argmin(), more.shape)
        found.insert(int(place) + 1, missing.pop(int(which)))
    return found


def two_opt(distances: NDArray, tour: Sequence[int]) -> list[int]:
    """Reverse the stretch that shortens the tour most, until none does; the first city stays.

    A reversed stretch is travelled the other way, which counts where distances differ by direction.
    """
    order, n = np.array(tour), len(tour)
    if n < 4 and np.array_equal(distances, distances.T):
        return order.tolist()
    scale = np.abs(distances[~np.eye(n, dtype=bool)]).max(initial=0)
    first, last = np.triu_indices(n - 1, 1)
    first, last = first + 1, last + 1
    for _ in range(n * n):
        before, after = order[first - 1], order[(last + 1) % n]
        there = np.concatenate([[0], np.cumsum(distances[order[:-1], order[1:]])])
        back = np.concatenate([[0], np.cumsum(distances[order[1:], order[:-1]])])
        change = distances[before, order[last]] + distances[order[first], after]
        change = change - distances[before, order[first]] - distances[order[last], after]
        change = change + (back[last] - back[first]) - (there[last] - there[first])
        if not change.size or change.min() >= -1e-9 * scale:
            break
        best = change.argmin()
        stretch = slice(first[best], last[best] + 1)
        order[stretch] = order[stretch][::-1].copy()
    return order.tolist()


def potentials(distances: NDArray) -> tuple[NDArray, NDArray]:
    """What can be taken off all ways out of and into each city: ([n], [n]).

    ``D_uv - out_u - in_v >= 0``, and the sum over cities of a bound on the dearest insertion is
    least: a linear program.  A tour leaves and enters each city once, so all of them get shorter by
    the same, the sum of both.  Integers for integer distances; equal for symmetric ones.
    """
    n = len(distances)
    if n < 3:
        return np.zeros(n, distances.dtype), np.zeros(n, distances.dtype)
    u, v = np.nonzero(~np.eye(n, dtype=bool))
    out, into = _least_insertions(distances[u, v], u, v, n)
    even = np.array_equal(distances, distances.T)
    if even:
        out = into = (out + into) / 2
    if all_integer(distances):
        out, into = np.floor(out + 1e-6).astype(np.int64), np.floor(into + 1e-6).astype(np.int64)
    # The program keeps its constraints to rounding only; one step down for all mends that.
    least = (distances - out[:, None] - into)[u, v].min()
    if least < 0:
        step = least // 2 if all_integer(distances) else least / 2
        out, into = out + step, into + step
    return out, into


def _least_insertions(
    way: NDArray, u: NDArray, v: NDArray, n: int
) -> tuple[NDArray, NDArray]:
    """Solve for out, in, and the dearest ways into and out of each city; ways [m] from u to v.

    Variables are [out, in, dearest in, dearest out], and all D_uv - out_u - in_v lie between 0 and
    what is left of the dearest ways after the city's own potentials.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    m, rows = way.size, np.arange(way.size)
    one = np.ones(m)
    parts = [
        (rows, u, one), (rows, n + v, one),  # out_u + in_v <= D_uv
        (m + rows, u, -one), (m + rows, 2 * n + v, -one),  # D_uv - out_u <= dearest in_v
        (2 * m + rows, n + v, -one), (2 * m + rows, 3 * n + u, -one),
    ]  # fmt: skip
    row, col, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    matrix = coo_array((value, (row, col)), shape=(3 * m, 4 * n)).tocsr()
    scale = max(np.abs(way).max(), 1e-300)
    bound = np.concatenate([way, -way, -way]) / scale
    cost = np.repeat([-1.0, -1.0, 1.0, 1.0], n)
    found = linprog(cost, matrix, bound, bounds=(None, None), method="highs")
    if found.x is None:
        return np.full(n, way.min() / 2), np.full(n, way.min() / 2)
    return found.x[:n] * scale, found.x[n : 2 * n] * scale
