"""Knapsack: the most value among items that weigh no more than the capacity together.

Bit i says that item i is packed.  With whole weights w and ``g = C - sum_i w_i x_i``

    E = -sum_i v_i x_i + A (g - 2t)(g - 2t - 1) / 2,    t = 0 .. C div 2 in slack bits

(Lucas, Front. Phys. 2, 5 (2014), section 5.2, has ``(g - s)^2`` and one bit more; see
:mod:`problems.library.slack`).  Weights and capacity are first divided by their common unit, and an
item that is too heavy by itself counts as weight C + 1 and value 0.

Default A: more than ``L(C + 1) - G``, L(c) being the linear relaxation's value at capacity c and G
the value of a greedy packing.  Proof.  Let S weigh C + e, e >= 1.  It is worth at most L(C + e).  L
is concave and L(0) >= 0, so that (L(C + e) - G) / e falls with e where it is positive (it falls as
L(C) >= G), hence

    value(S) - best <= L(C + e) - G <= e (L(C + 1) - G) < A e (e + 1) / 2 <= penalty(S)

and S lies above the best packing.  Lucas's A > max v is used where it is less (dropping any item of
positive weight saves at least A, a slack number for what is left exists).

With `tight`, t covers gaps g up to the largest with ``L(C - g) >= G``: a best packing leaves no
more, and the proof only needs a t for one best packing.

Weights that are not whole, and have no common unit that doubles can hold, are rounded up to
multiples of a unit and the capacity down: what fits then fits in truth, but the best packing may
get lost if it is full to within n units.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import Amount, amount, amounts, exactly, total
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.library.integers import IntegerBits
from problems.library.packing import (
    Units,
    by_ratio,
    capacity_weight,
    check_exact,
    in_units,
    largest_gap,
)
from problems.library.selection import Selection, chosen, mask
from problems.library.slack import best_slack, keep_nonnegative, slack_bits
from problems.model import IsingProblem


@dataclass(frozen=True, eq=False)
class Knapsack(Encoded[Selection]):
    """Items for a sack; build one with :func:`knapsack`.

    Solutions are tuples of the numbers of the items packed.  `exact` is False where weights had to
    be rounded for the energy; certificates always use the weights given.
    """

    kind: ClassVar[str] = "knapsack"
    maximise: ClassVar[bool] = True

    values: tuple[Amount, ...]
    weights: tuple[Amount, ...]
    capacity: Amount
    units: Units
    slack: IntegerBits
    weight: float

    @property
    def exact(self) -> bool:
        return self.units.exact

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"capacity": self.weight}

    @cached_property
    def problem(self) -> IsingProblem:
        n, m = len(self.values), self.slack.num_bits
        sizes = np.array(self.units.weights, np.int64)
        fits = sizes <= self.units.capacity
        energy = Binaries(n + m)
        energy.add(np.arange(n), np.where(fits, -np.array(self.values, float), 0))
        place = np.arange(n, n + m)
        keep_nonnegative(
            energy, np.arange(n), -sizes, self.units.capacity, self.weight, self.slack, place
        )
        return energy.problem([*range(n), *(("slack", k) for k in range(m))])

    def decode(self, spins: ArrayLike) -> Selection:
        state = one_state(spins, self.problem.num_variables)
        return chosen(range(len(self.values)), state[: len(self.values)] > 0)

    def encode(self, solution: Selection) -> NDArray[np.int8]:
        packed = self._mask(solution)
        gap = self.units.capacity - sum(self.units.weights[i] for i in np.flatnonzero(packed))
        return np.concatenate([2 * packed - 1, 2 * best_slack(self.slack, gap) - 1]).astype(np.int8)

    def certificate(self, solution: Selection) -> Certificate:
        packed = np.flatnonzero(self._mask(solution))
        weight = total(self.weights[i] for i in packed)
        heavy = exactly(weight) > exactly(self.capacity)
        words = [f"the items weigh {weight}, more than the capacity {self.capacity}"]
        value = total(self.values[i] for i in packed)
        return certificate(value, words * heavy, weight=weight, items=len(packed))

    def repair(self, solution: Selection) -> Selection:
        """Unpack what is worth least for its weight until the rest fits; then pack what fits."""
        packed = self._mask(solution)
        order = by_ratio(self.values, self.weights)
        left = exactly(self.capacity) - sum(
            exactly(self.weights[i]) for i in np.flatnonzero(packed)
        )
        for i in reversed(order):
            if left < 0 and packed[i] and self.weights[i] > 0:
                packed[i], left = False, left + exactly(self.weights[i])
        for i in order:
            if not packed[i] and self.values[i] > 0 and exactly(self.weights[i]) <= left:
                packed[i], left = True, left - exactly(self.weights[i])
        return chosen(range(len(self.values)), packed)

    def draw(self, solution: Selection, axes: Any) -> None:
        """Items as boxes, weight wide and worth as much as their area; those packed come first."""
        packed = self._mask(solution)
        order = by_ratio(self.values, self.weights)
        order = [i for i in order if packed[i]] + [i for i in order if not packed[i]]
        wide = np.array([self.weights[i] for i in order], float)
        high = np.array([self.values[i] for i in order]) / np.where(wide > 0, wide, inf)
        looks = ["tab:blue" if packed[i] else "0.85" for i in order]
        left = wide.cumsum() - wide
        axes.bar(left, high, wide, align="edge", color=looks, edgecolor="white")
        axes.axvline(self.capacity, color="tab:red", linestyle="--")
        axes.set_xlabel("weight (dashed: capacity)")
        axes.set_ylabel("value by weight")

    def plain(self, solution: Selection) -> list[Any]:
        return list(solution)

    def from_plain(self, data: Any) -> Selection:
        return chosen(range(len(self.values)), self._mask(data))

    def _mask(self, solution: Any) -> NDArray[np.bool_]:
        return mask(range(len(self.values)), solution, "item")


def knapsack(
    values: Iterable[Amount],
    weights: Iterable[Amount],
    capacity: Amount,
    slack: str = "binary",
    weight: float | None = None,
    unit: Amount | None = None,
    tight: bool = False,
) -> Knapsack:
    """The 0/1 knapsack problem.

    Args:
        values: [n] of the items, any finite numbers.
        weights: [n], 0 or more.
        capacity: 0 or more.
        slack: encoding of the slack, of :func:`problems.library.integer_bits`.
        weight: A of the module's energy; by default the proven bound.
        unit: what weights are rounded up to multiples of for the energy; by default their common
            unit, or a 1024th of the capacity where decimals have none that doubles can hold.

    Raises:
        ValueError: on unequal lengths, values that are not finite, a negative weight or capacity,
            or whole numbers too large for exact energies without a `unit`.

    Example:
        >>> sack = knapsack([6, 10, 12, 13], [2, 4, 6, 7], 11)
        >>> sack.certificate((1, 3)).objective, sack.certificate((2, 3)).violations
        (23, ('the items weigh 13, more than the capacity 11',))
    """
    worth, sizes = amounts("values", values), amounts("weights", weights, 0)
    if len(worth) != len(sizes):
        raise ValueError(f"{len(worth)} values and {len(sizes)} weights given; expected as many")
    room = amount("capacity", capacity, 0)
    if unit is not None and not amount("unit", unit) > 0:
        raise ValueError(f"unit is {unit!r}; expected a positive number")
    units = in_units(sizes, room, unit)
    bound = capacity_weight(worth, units) if weight is None else amount("weight", weight)
    if not bound > 0:
        raise ValueError(f"weight is {weight}; expected a positive number")
    check_exact(bound, units)
    most = largest_gap(worth, units) if tight else units.capacity
    return Knapsack(worth, sizes, room, units, slack_bits(slack, most), bound)
