"""Travelling salesman problems with a known shortest tour, and what proves it.

`planted_tour` writes distances down from a dual solution of the subtour relaxation (G. Dantzig, R.
Fulkerson & S. Johnson, Oper. Res. 2, 393 (1954), doi:10.1287/opre.2.4.393):

    d_uv = pi_u + pi_v + sum of y_S over sets S that part u from v + r_uv,   y, r >= 0.

Every tour visits each city once and enters and leaves each S, so it is at least 2 sum pi + 2 sum y
long.  The planted tour has r = 0 on its ways and runs through each S in one stretch: it is as long.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from problems.generators.couplings import seeded


@dataclass(frozen=True, eq=False)
class PlantedTour:
    """Distances with a known shortest tour; there may be others of the same length.

    Attributes:
        distances: [n, n] int64, symmetric.
        tour: [n] cities in order of visits.
        length: of that tour, the least there is.
        city_duals: [n] pi.
        sets: [k, n] bool, which cities are in each S.
        set_duals: [k] y.
    """

    distances: NDArray[np.int64]
    tour: NDArray[np.int64]
    length: int
    city_duals: NDArray[np.int64]
    sets: NDArray[np.bool_]
    set_duals: NDArray[np.int64]

    def bound(self) -> int:
        """What no tour is shorter than, from the duals.

        Raises:
            ValueError: where a distance is below what the duals say, or a y below 0.
        """
        least = _from_duals(self.city_duals, self.sets, self.set_duals)
        off = ~np.eye(len(least), dtype=bool)
        if np.any(self.distances[off] < least[off]) or np.any(self.set_duals < 0):
            raise ValueError("the duals prove nothing: a distance or a dual is too small")
        return int(2 * self.city_duals.sum() + 2 * self.set_duals.sum())

    def is_shortest(self) -> bool:
        """Whether distances, tour and duals prove the tour to be a shortest one.

        Example:
            >>> planted_tour(9, seed=1).is_shortest()
            True
        """
        visits = sorted(self.tour.tolist()) == list(range(len(self.distances)))
        length = self.distances[self.tour, np.roll(self.tour, -1)].sum()
        return bool(visits and length == self.length == self.bound())


def planted_tour(n: int, sets: int | None = None, largest: int = 100, seed: int = 0) -> PlantedTour:
    """Symmetric distances with a planted tour.

    Args:
        n: cities, 3 or more.
        sets: how many stretches of the tour have a dual; n by default.  They make distances of
            neighbours of the tour and others overlap.
        largest: of a city's dual and of the slack of other ways, drawn evenly from 0.
        seed: equal arguments give equal instances.

    Raises:
        ValueError: on fewer than 3 cities, or a number that is negative.

    Example:
        >>> planted = planted_tour(6, seed=3)
        >>> planted.length == planted.bound()
        True
    """
    count = n if sets is None else sets
    if n < 3 or count < 0 or largest < 0:
        raise ValueError(
            f"n = {n}, sets = {count}, largest = {largest}; expected 3 or more, and none negative"
        )
    rng = seeded(seed)
    tour = rng.permutation(n)
    parts = np.zeros((count if n > 3 else 0, n), bool)
    for part in parts:
        start, size = rng.integers(n), rng.integers(2, n - 1)
        part[tour[(start + np.arange(size)) % n]] = True
    cities = rng.integers(0, largest + 1, n)
    charges = rng.integers(0, largest // 4 + 1, len(parts))
    slack = np.triu(rng.integers(0, largest + 1, (n, n)), 1)
    slack = slack + slack.T
    after = np.roll(tour, -1)
    slack[tour, after] = slack[after, tour] = 0
    distances = _from_duals(cities, parts, charges) + slack
    np.fill_diagonal(distances, 0)
    length = int(distances[tour, after].sum())
    return PlantedTour(distances, tour, length, cities, parts, charges)


def convex_tour(n: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Places [n, 2] on an ellipse in random order, and the shortest tour [n]: around it.

    A shortest tour in the plane does not cross itself (M. M. Flood, Oper. Res. 4, 61 (1956),
    doi:10.1287/opre.4.1.61), and on a convex curve only the way around does not.

    Raises:
        ValueError: on fewer than one city.

    Example:
        >>> places, tour = convex_tour(5)
        >>> places.shape, sorted(tour.tolist())
        ((5, 2), [0, 1, 2, 3, 4])
    """
    if n < 1:
        raise ValueError(f"{n} cities given; expected 1 or more")
    angle = seeded(seed).uniform(0, 2 * np.pi, n)
    places = np.stack([100 * np.cos(angle), 60 * np.sin(angle)], axis=1)
    return places, np.argsort(angle)


def _from_duals(
    cities: NDArray[np.int64], sets: NDArray[np.bool_], charges: NDArray[np.int64]
) -> NDArray[np.int64]:
    parted = (sets[:, :, None] != sets[:, None]).astype(np.int64)
    return cities[:, None] + cities + np.einsum("s,suv->uv", charges, parted)
