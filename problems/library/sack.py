"""What knapsacks share: items, values of items and of pairs, and a capacity.

Bit i says that item i is packed.  With whole weights w and ``g = C - sum_i w_i x_i``

    E = -sum_i v_i x_i - sum_{i<j} p_ij x_i x_j + A (g - 2t)(g - 2t - 1) / 2,   t = 0 .. C div 2

with t in slack bits (Lucas, Front. Phys. 2, 5 (2014), section 5.2, has ``(g - s)^2`` and one bit
more; see :mod:`problems.library.slack`).  Weights and capacity are first divided by their common
unit, and an item that is too heavy by itself counts as weight C + 1 and value 0.

Default A.  Share each positive p_ij half and half: ``u_i = v_i + sum_j max(p_ij, 0) / 2`` makes
sum_{i in S} u_i an upper bound of the value of S.  Let L(c) be the linear relaxation with values u
at capacity c, G the value of a greedy packing, and S weigh C + e, e >= 1.  L is concave and
L(C) >= G, so that (L(C + e) - G) / e does not rise with e, and A > L(C + 1) - G gives

    value(S) - best <= L(C + e) - G <= e (L(C + 1) - G) < A e (e + 1) / 2 <= penalty(S):

S lies above the best packing.  The other bound is A > max_i (v_i + sum_j max(p_ij, 0)), as Lucas
has it: to drop an item of positive weight saves at least A, and a slack number for what is left
exists.  The lesser of the two is used.

With `tight`, t covers gaps g up to the largest with ``L(C - g) >= G``: a best packing leaves no
more, and the proof only needs a t for one best packing.

Weights that are not whole, and have no common unit that doubles can hold, are rounded up to
multiples of a unit and the capacity down: what fits then fits in truth, but the best packing may
get lost if it is full to within n units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import Amount, exactly, total
from problems.library.binaries import Binaries
from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.library.graphs import expect_pairs
from problems.library.integers import IntegerBits
from problems.library.packing import Pair, Units, by_ratio
from problems.library.selection import Selection, chosen, mask
from problems.library.slack import best_slack, keep_nonnegative
from problems.model import IsingProblem


@dataclass(frozen=True, eq=False)
class Sack(Encoded[Selection]):
    """Items for a sack.

    Solutions are tuples of the numbers of the items packed.  `exact` is False where weights had to
    be rounded for the energy; certificates always use the weights given.  With `tight` slack the
    energy is minus the value only of packings that leave no more room than a best one may; others
    lie above that.
    """

    maximise: ClassVar[bool] = True
    lightens: ClassVar[tuple[str, ...]] = ("weight",)

    values: tuple[Amount, ...]
    weights: tuple[Amount, ...]
    capacity: Amount
    units: Units
    slack: IntegerBits
    weight: float
    pairs: tuple[Pair, ...] = ()

    @property
    def exact(self) -> bool:
        return self.units.exact

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"capacity": self.weight}

    @cached_property
    def problem(self) -> IsingProblem:
        n, m = len(self.values), self.slack.num_bits
        expect_pairs((n + m) * (n + m - 1) // 2, "a sack", "fewer items, or a coarser unit")
        sizes = np.array(self.units.weights, np.int64)
        fits = sizes <= self.units.capacity
        energy = Binaries(n + m)
        energy.add(np.arange(n), np.where(fits, -np.array(self.values, float), 0))
        row, col, profit = self._pairs
        energy.couple(row, col, np.where(fits[row] & fits[col], -profit, 0))
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
        packed = self._mask(solution)
        items = np.flatnonzero(packed)
        weight = total(self.weights[i] for i in items)
        heavy = sum(exactly(self.weights[i]) for i in items) > exactly(self.capacity)
        words = [f"the items weigh {weight}, more than the capacity {self.capacity}"]
        values = [self.values[i] for i in items]
        values += [p for i, j, p in self.pairs if packed[i] and packed[j]]
        return certificate(total(values), words * heavy, weight=weight, items=len(items))

    def repair(self, solution: Selection) -> Selection:
        """Unpack what is worth least for its weight until the rest fits; then pack what fits."""
        packed = self._mask(solution)
        sizes = [exactly(w) for w in self.weights]
        left = exactly(self.capacity) - sum(sizes[i] for i in np.flatnonzero(packed))
        gains = self._gains(packed)
        while left < 0:
            ratio = np.where(packed & self._heavy, self._ratio(gains), inf)
            i = int(ratio.argmin())
            packed[i], left = False, left + sizes[i]
            gains = self._gains(packed) if self.pairs else gains
        closed = packed.copy()
        while not closed.all():
            i = int(np.where(closed, -inf, self._ratio(gains)).argmax())
            closed[i] = True
            if gains[i] > 0 and sizes[i] <= left:
                packed[i], left = True, left - sizes[i]
                gains = self._gains(packed) if self.pairs else gains
        return chosen(range(len(self.values)), packed)

    def draw(self, solution: Selection, axes: Any) -> None:
        """Items as boxes, weight wide and worth as much as their area; those packed come first."""
        packed = self._mask(solution)
        order = by_ratio(self.values, self.weights)
        order = [i for i in order if packed[i]] + [i for i in order if not packed[i]]
        wide = np.array([self.weights[i] for i in order], float)
        high = np.array([self.values[i] for i in order]) / np.where(wide > 0, wide, inf)
        looks = ["tab:blue" if packed[i] else "0.85" for i in order]
        axes.bar(wide.cumsum() - wide, high, wide, align="edge", color=looks, edgecolor="white")
        axes.axvline(float(self.capacity), color="tab:red", linestyle="--")
        axes.set_xlabel("weight (dashed: capacity)")
        axes.set_ylabel("value by weight")

    def plain(self, solution: Selection) -> list[Any]:
        return list(solution)

    def words(self, solution: Selection) -> str:
        return " ".join(map(str, solution))

    def from_plain(self, data: Any) -> Selection:
        return chosen(range(len(self.values)), self._mask(data))

    def _mask(self, solution: Any) -> NDArray[np.bool_]:
        return mask(range(len(self.values)), solution, "item")

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        row, col, profit = np.array(self.pairs, float).reshape(-1, 3).T
        return row.astype(np.int64), col.astype(np.int64), profit

    @cached_property
    def _heavy(self) -> NDArray[np.bool_]:
        return np.array([w > 0 for w in self.weights], bool)

    def _ratio(self, gains: NDArray[np.float64]) -> NDArray[np.float64]:
        """Gains by weight; whatever weighs nothing comes before or after all the rest."""
        weights = np.array(self.weights, float)
        free = 1e300 * np.sign(gains)
        return np.where(self._heavy, gains / np.where(self._heavy, weights, 1), free)

    def _gains(self, packed: NDArray[np.bool_]) -> NDArray[np.float64]:
        """What each item adds to the value of the others that are packed."""
        row, col, profit = self._pairs
        gains = np.array(self.values, float)
        gains += np.bincount(row, profit * packed[col], gains.size)
        gains += np.bincount(col, profit * packed[row], gains.size)
        return gains
