"""Quadratic assignment: facilities on locations, least flow times distance.

Bit (i, k) says that facility i is at location k: n^2 spins (Koopmans & Beckmann, Econometrica 25,
53 (1957), doi 10.2307/1907742; Lucas, Front. Phys. 2, 5 (2014), doi 10.3389/fphy.2014.00005, has
the like under 7).

    E = c + sum_ik l_ik x_ik + sum_{i != j, k != l} F_ij D_kl x_ik x_jl + penalty,

with the penalty of `problems.library.permutations`, a weight a_i for each facility.  F and D are
flows and distances less the least off the diagonal, so that none is negative; for permutations that
takes a constant off.  l_ik = f_ii d_kk less the least, if that is negative.

Proof of the default.  F, D, l >= 0, so clearing a bit costs nothing.  A facility i put at a free
location k costs l_ik + sum_j (F_ij D_k,p(j) + F_ji D_p(j),k) with distinct p(j) != k.  A sum of
products is largest when both are sorted alike, so sorting row i of F and row k of D, and the
columns, bounds it; a_i is above the largest over k.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import positive
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, by_name, certificate, one_state
from problems.library.graphs import expect_pairs
from problems.library.permutations import (
    above,
    checked,
    decided,
    kept,
    layout,
    one_hot,
    scaled,
    square_matrix,
    undecided,
)
from problems.model import IsingProblem

Assignment = Sequence[int | None]


@dataclass(frozen=True, eq=False)
class QuadraticAssignment(Encoded[Assignment]):
    """Facilities to be placed; build one with :func:`quadratic_assignment`.

    Solutions are tuples with the location of each facility, None where it has none or several.  The
    objective is the sum of flow times distance, None where a facility has no location.
    """

    kind: ClassVar[str] = "quadratic-assignment"
    lightens: ClassVar[tuple[str, ...]] = ("weight",)

    flow: NDArray
    distance: NDArray
    weight: float
    local_search: bool

    @cached_property
    def facility_weights(self) -> NDArray:
        """[n] the penalty's weights a_i."""
        flow, distance, linear, _ = self._reduced
        scale = np.abs(self.flow).max(initial=0) * np.abs(self.distance).max(initial=0)
        bounds = (linear + _dearest(flow, distance)).max(1, initial=0)
        return scaled(above(bounds, scale), self.weight)

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"facilities": self.facility_weights.max(initial=0).item()}

    @cached_property
    def problem(self) -> IsingProblem:
        n = len(self.flow)
        bits = np.arange(n * n).reshape(n, n)
        energy = Binaries(bits.size)
        flow, distance, linear, constant = self._reduced
        energy.constant(constant)
        count = np.count_nonzero(flow) * np.count_nonzero(distance) + n**3
        expect_pairs(int(count), "a quadratic assignment", "fewer facilities or flows")
        if n:
            energy.add(bits, linear)
            i, j = np.nonzero(flow)
            k, m = np.nonzero(distance)
            cost = flow[i, j][:, None] * distance[k, m]
            energy.couple(bits[i][:, k], bits[j][:, m], cost)
            one_hot(energy, bits, self.facility_weights)
        return energy.problem([(i, k) for i in range(n) for k in range(n)])

    def decode(self, spins: ArrayLike) -> Assignment:
        n = len(self.flow)
        table = one_state(spins, n * n).reshape(n, n) > 0
        return decided(table) if n else ()

    def encode(self, solution: Assignment) -> NDArray[np.int8]:
        n = len(self.flow)
        table = np.full((n, n), -1, np.int8)
        for i, k in enumerate(self._check(solution)):
            if k is not None:
                table[i, k] = 1
        return table.ravel()

    def certificate(self, solution: Assignment) -> Certificate:
        places = self._check(solution)
        words = undecided(places, "facility", "location")
        known = None if None in places else self._cost(np.array(places, np.int64))
        return certificate(known, words)

    def repair(self, solution: Assignment) -> Assignment:
        """Put facilities that have no location of their own, dearest flows first, where it costs
        least.

        With `local_search` pairs of locations are exchanged until that helps no more.
        """
        places = kept(self._check(solution))
        free = [k for k in range(len(places)) if k not in places]
        missing = [i for i, k in enumerate(places) if k is None]
        weight = np.abs(self.flow).sum(0) + np.abs(self.flow).sum(1)
        for i in sorted(missing, key=lambda i: -weight[i]):
            fixed = [j for j, k in enumerate(places) if k is not None]
            there = [k for k in places if k is not None]
            more = self.flow[i, fixed] @ self.distance[np.ix_(free, there)].T
            more = more + self.flow[fixed, i] @ self.distance[np.ix_(there, free)]
            more = more + self.flow[i, i] * self.distance[free, free]
            places[i] = free.pop(int(more.argmin()))
        return self.improve(places) if self.local_search else tuple(places)

    def improve(self, solution: Assignment) -> Assignment:
        """A full assignment after the best exchange of two locations, again and again."""
        found = list(self._check(solution))
        if None in found:
            raise ValueError("a facility has no location; expected a full assignment")
        places = np.array(found, np.int64)
        one, other = np.triu_indices(len(places), 1)
        for _ in range(len(places) ** 2):
            tries = np.repeat(places[None], one.size, 0)
            rows = np.arange(one.size)
            tries[rows, one], tries[rows, other] = places[other], places[one]
            costs = (self.flow * self.distance[tries[:, :, None], tries[:, None]]).sum((1, 2))
            now = self._cost(places)
            if not costs.size or costs.min() >= now - 1e-9 * abs(now):
                break
            places = tries[costs.argmin()]
        return tuple(places.tolist())

    def draw(self, solution: Assignment, axes: Any) -> None:
        """Locations as far apart as the distances say, facilities on them, lines for flows.

        Where flows look like distances and distances do not, they change roles: some files have
        them the other way round.
        """
        places, flow, distance = self._check(solution), self.flow, self.distance
        if _is_metric(flow) and not _is_metric(distance):
            places, flow, distance = _inverse(places), distance, flow
        spots = layout(distance)
        both = np.abs(flow) + np.abs(flow).T
        for i, j in zip(*np.nonzero(np.triu(both, 1)), strict=True):
            if places[i] is not None and places[j] is not None:
                ends = spots[[places[i], places[j]]].T
                axes.plot(*ends, "-", color="tab:blue", linewidth=4 * both[i, j] / both.max())
        axes.plot(*spots.T, "o", color="tab:orange", markersize=14)
        for i, k in enumerate(places):
            if k is not None:
                axes.annotate(str(i), spots[k], ha="center", va="center", fontsize=8)
        axes.set_aspect("equal", "datalim")
        axes.set_axis_off()

    def plain(self, solution: Assignment) -> list[int | None]:
        return list(self._check(solution))

    def words(self, solution: Assignment) -> str:
        return by_name(enumerate(solution))

    def from_plain(self, data: Any) -> Assignment:
        return self._check(data)

    @cached_property
    def _reduced(self) -> tuple[NDArray, NDArray, NDArray, int | float]:
        """Flows and distances less their least, [n, n] linear terms, and the constant."""
        flow, low = _lowered(self.flow)
        distance, short = _lowered(self.distance)
        linear = np.multiply.outer(np.diag(self.flow), np.diag(self.distance))
        below = min(linear.min(initial=0).item(), 0)
        n = len(flow)
        constant = low * distance.sum() + short * flow.sum() + n * (n - 1) * low * short
        return flow, distance, linear - below, (constant + n * below)

    def _cost(self, places: NDArray[np.int64]) -> int | float:
        return (self.flow * self.distance[np.ix_(places, places)]).sum().item()

    def _check(self, solution: Any) -> tuple[int | None, ...]:
        n = len(self.flow)
        return checked(solution, n, n, "facility", "location")


def quadratic_assignment(
    flow: ArrayLike,
    distance: ArrayLike,
    weight: float = 1,
    local_search: bool = False,
) -> QuadraticAssignment:
    """Facilities on as many locations, of least sum of flow times distance.

    Args:
        flow: [n, n] from facility to facility; the diagonal counts too.
        distance: [n, n] from location to location.
        weight: of the penalty, in units of what is proven to be enough.  Below 1 samplers may find
            good assignments sooner, and states of least energy may be no assignments.
        local_search: whether repaired assignments are improved by exchanges as well.

    Raises:
        ValueError: on matrices that are not square or differ in size, or a weight that is not
            positive.

    Example:
        >>> pair = quadratic_assignment([[0, 3], [1, 0]], [[0, 2], [5, 0]])
        >>> pair.certificate([0, 1]).objective, pair.certificate([1, 0]).objective
        (11, 17)
    """
    flows, ways = square_matrix("flow", flow), square_matrix("distance", distance)
    if flows.shape != ways.shape:
        raise ValueError(
            f"{len(flows)} facilities and {len(ways)} locations given; expected as many of each"
        )
    return QuadraticAssignment(flows, ways, positive("weight", weight), bool(local_search))


def _lowered(matrix: NDArray) -> tuple[NDArray, int | float]:
    """The matrix less its least entry off the diagonal, which is zero then; and that entry."""
    off = ~np.eye(len(matrix), dtype=bool)
    if not off.any():
        return np.zeros_like(matrix), 0
    low = matrix[off].min().item()
    return np.where(off, matrix - low, 0), low


def _dearest(flow: NDArray, distance: NDArray) -> NDArray:
    """[n, n] the most that facility i at location k can cost with all others."""
    n = len(flow)
    if n < 2:
        return np.zeros((n, n), flow.dtype)
    off = ~np.eye(n, dtype=bool)

    def others(matrix: NDArray) -> NDArray:
        return np.sort(matrix[off].reshape(n, n - 1), 1)

    return others(flow) @ others(distance).T + others(flow.T) @ others(distance.T).T


def _is_metric(matrix: NDArray) -> bool:
    """Whether a matrix is symmetric and no way round is shorter."""
    if not matrix.size:
        return True
    round_way = (matrix[:, :, None] + matrix[None]).min(1)
    off = ~np.eye(len(matrix), dtype=bool)
    return bool(np.array_equal(matrix, matrix.T) and np.all(round_way[off] >= matrix[off]))


def _inverse(places: Sequence[int | None]) -> tuple[int | None, ...]:
    found: list[int | None] = [None] * len(places)
    for i, k in enumerate(places):
        if k is not None:
            found[k] = i
    return tuple(found)
