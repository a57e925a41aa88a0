"""Travelling salesman: the shortest closed tour through all cities.

City 0 comes first, bit (v, p) says that city v comes p-th after it: (n - 1)^2 spins, where Lucas
(Front. Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005, section 7.2) has n^2.

    E = c + sum_v (D_0v x_v1 + D_v0 x_v,n-1) + sum_{u != v, p} D_uv x_up x_v,p+1 + penalty,

with the penalty of `problems.library.permutations`, a weight a_v for each city.  D are the
distances less potentials, ``D_uv = d_uv - out_u - in_v >= 0``: every tour gets shorter by the same
c, and what a missing city can save gets much less.  The proof of the default weights is in
`problems.library.tour_weights`; half of one compares with Lucas' A > max d.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library import tour_weights, tours
from problems.library.amounts import positive
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.library.graphs import expect_pairs
from problems.library.permutations import (
    above,
    checked,
    decided,
    kept,
    layout,
    numbers_table,
    one_hot,
    scaled,
    square_matrix,
    undecided,
)
from problems.model import IsingProblem

Tour = Sequence[int | None]


@dataclass(frozen=True, eq=False)
class TravellingSalesman(Encoded[Tour]):
    """Cities to be visited; build one with :func:`travelling_salesman`.

    Solutions are tuples of the n cities in order of visits, 0 first; None where a place has no city
    or several.  The objective is the length, None where a place has none.
    """

    kind: ClassVar[str] = "travelling-salesman"
    lightens: ClassVar[tuple[str, ...]] = ("weight",)

    distances: NDArray
    places: NDArray | None
    weight: float
    local_search: bool

    @cached_property
    def potentials(self) -> tuple[NDArray, NDArray]:
        """[n] and [n]: what is taken off all ways out of and into each city."""
        return tour_weights.reduce(self.distances)

    @cached_property
    def reduced(self) -> NDArray:
        """Distances less potentials, none negative."""
        out, into = self.potentials
        left = self.distances - out[:, None] - into
        np.fill_diagonal(left, 0)
        return left

    @cached_property
    def city_weights(self) -> NDArray:
        """[n - 1] the penalty's weights a_v of cities 1 to n - 1."""
        bounds = tour_weights.city_bounds(self.reduced)[1:]
        return scaled(above(bounds, np.abs(self.distances).max()), self.weight)

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"cities": self.city_weights.max(initial=0).item()}

    @cached_property
    def problem(self) -> IsingProblem:
        last = len(self.distances) - 1
        expect_pairs(2 * last**3, "a tour", "fewer cities: 216 at most")
        bits = np.arange(last * last).reshape(last, last)
        energy, way = Binaries(bits.size), self.reduced
        energy.constant(sum(part.sum().item() for part in self.potentials))
        if last:
            energy.add(bits[:, 0], way[0, 1:])
            energy.add(bits[:, -1], way[1:, 0])
            u, v = np.nonzero(~np.eye(last, dtype=bool))
            energy.couple(bits[u, :-1], bits[v, 1:], way[u + 1, v + 1][:, None])
            one_hot(energy, bits, self.city_weights)
        return energy.problem([(v, p) for v in range(1, last + 1) for p in range(1, last + 1)])

    def decode(self, spins: ArrayLike) -> Tour:
        last = len(self.distances) - 1
        table = one_state(spins, last * last).reshape(last, last) > 0
        places = decided(table.T) if last else ()
        return (0, *(None if v is None else v + 1 for v in places))

    def encode(self, solution: Tour) -> NDArray[np.int8]:
        tour = self._check(solution)
        start = tour.index(0) if 0 in tour else 0
        tour = tour[start:] + tour[:start]
        last = len(tour) - 1
        table = np.full((last, last), -1, np.int8)
        for p, v in enumerate(tour[1:]):
            if v:
                table[v - 1, p] = 1
        return table.ravel()

    def certificate(self, solution: Tour) -> Certificate:
        tour = self._check(solution)
        words = undecided(tour, "place", "city")
        words += [f"city {v} is not visited" for v in range(len(tour)) if v not in tour]
        cities = [v for v in tour if v is not None]
        known = None if len(cities) < len(tour) else tours.length(self.distances, cities)
        return certificate(known, words, cities_visited=len(set(cities)))

    def repair(self, solution: Tour) -> Tour:
        """Put cities that are missing, or that come again, where the tour grows least.

        With `local_search` stretches are reversed until that shortens the tour no more (2-opt).
        """
        valid = [v for v in kept(self._check(solution)) if v is not None]
        if 0 in valid:
            valid = valid[valid.index(0) :] + valid[: valid.index(0)]
        elif len(self.distances):
            valid = [0, *valid]
        tour = tours.insert(self.distances, valid)
        return self.improve(tour) if self.local_search else tuple(tour)

    def improve(self, solution: Tour) -> Tour:
        """A full tour after 2-opt: no reversed stretch makes it shorter."""
        cities = [v for v in self._check(solution) if v is not None]
        return tuple(tours.two_opt(self.distances, cities))

    def draw(self, solution: Tour, axes: Any) -> None:
        tour = self._check(solution)
        spots = layout(self.distances) if self.places is None else self.places
        for u, v in zip(tour, tour[1:] + tour[:1], strict=True):
            if u is not None and v is not None:
                axes.plot(*spots[[u, v]].T, "-", color="tab:blue", linewidth=1.5)
        axes.plot(*spots.T, "o", color="tab:orange", markersize=5)
        for v, spot in enumerate(spots):
            axes.annotate(str(v), spot, (4, 4), textcoords="offset points", fontsize=8)
        axes.set_aspect("equal", "datalim")
        axes.set_axis_off()

    def plain(self, solution: Tour) -> list[int | None]:
        return list(self._check(solution))

    def words(self, solution: Tour) -> str:
        """Cities in order, back to the first: ``0 > 2 > 1 > 0``; ``-`` where there is none."""
        tour = self._check(solution)
        return " > ".join("-" if v is None else str(v) for v in (*tour, *tour[:1]))

    def from_plain(self, data: Any) -> Tour:
        return self._check(data)

    def _check(self, solution: Any) -> tuple[int | None, ...]:
        n = len(self.distances)
        return checked(solution, n, n, "place", "city")


def travelling_salesman(
    distances: ArrayLike | None = None,
    places: ArrayLike | None = None,
    weight: float = 1,
    local_search: bool = False,
) -> TravellingSalesman:
    """The shortest closed tour through all cities.

    Args:
        distances: [n, n], from row to column; the diagonal is not looked at.  By default the
            straight lines between `places`.
        places: [n, 2] for the drawing; without them places are found that fit the distances.
        weight: of the penalty, in units of what is proven to be enough.  Below 1 samplers may find
            short tours sooner, and states of least energy may be no tours.
        local_search: whether a repaired tour is improved by 2-opt as well.

    Raises:
        ValueError: without distances and places, on a shape or number that does not fit, or a
            weight that is not positive.

    Example:
        >>> square = travelling_salesman(places=[[0, 0], [0, 1], [1, 1], [1, 0]])
        >>> square.problem.num_variables
        9
        >>> square.certificate([0, 1, 2, 3]).objective
        4.0
        >>> square.certificate([0, 1, 1, None]).violations[:2]
        ('place 3 has no city', 'places 1 and 2 both have city 1')
    """
    spots = None if places is None else _spots(places)
    if distances is not None:
        ways = square_matrix("distances", distances).copy()
    elif spots is not None:
        ways = np.linalg.norm(spots[:, None] - spots, axis=-1)
    else:
        raise ValueError("neither distances nor places given; expected one of them")
    if not len(ways):
        raise ValueError("no city given; expected one or more")
    if spots is not None and len(spots) != len(ways):
        raise ValueError(f"{len(spots)} places given; expected {len(ways)}, one a city")
    np.fill_diagonal(ways, 0)
    return TravellingSalesman(ways, spots, positive("weight", weight), bool(local_search))


def _spots(places: ArrayLike) -> NDArray:
    spots = numbers_table("places", places)
    if spots.ndim == 1 and not spots.size:
        spots = spots.reshape(0, 2)
    if spots.ndim != 2 or spots.shape[1] != 2:
        raise ValueError(f"places has shape {spots.shape}; expected [n, 2]")
    return spots
