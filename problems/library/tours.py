"""Tours of cities as lists: length, cheapest insertion and 2-opt.

Distances [n, n] may differ by direction; what stands on the diagonal is not looked at.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


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


def heuristic(distances: NDArray, starts: int = 20) -> list[int]:
    """A short tour: the best of insertion and 2-opt from some cities."""
    n = len(distances)
    found = [
        two_opt(distances, insert(distances, [start])) for start in range(0, n, -(-n // starts))
    ]
    return min(found, key=lambda tour: length(distances, tour))
