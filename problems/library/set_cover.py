"""Set cover: the cheapest sets that together hold every element.

Bit S says that set S is chosen, k_e counts the chosen sets that hold element e, d_e all that do:

    E = sum_S c_S x_S + sum_e A_e (k_e - 1 - 2 t_e)(k_e - 2 - 2 t_e) / 2

with t_e = 0 .. (d_e - 1) div 2 in slack bits.
Elements in one or two sets need no slack bit, three or four need one, and in general d_e needs one
bit less than in Lucas, Front. Phys. 2, 5 (2014), section 5.1, and its logarithmic variant (see
:mod:`problems.library.slack`).  Elements held by the same sets count once.

Default A_e: twice m_e, the cost of the cheapest set that holds e, or 1 where that is 0.  Any
A_e > m_e serves.  Proof: k_e = 0 costs at least A_e, and every k_e >= 1 costs nothing with the
right t_e.  From a state that leaves elements out, choose for each of them its cheapest set: this
adds at most the sum of their m_e, and saves more.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import positive, total
from problems.library.binaries import Binaries
from problems.library.covers import Cover, family, unheld
from problems.library.encoded import Certificate, certificate, one_state
from problems.library.integers import IntegerBits
from problems.library.selection import Selection, chosen
from problems.library.slack import best_slack, keep_nonnegative, slack_bits
from problems.model import IsingProblem


@dataclass(frozen=True, eq=False)
class SetCover(Cover):
    """Sets to choose from; build one with :func:`set_cover`.

    Solutions are tuples of the names of the sets chosen.  The objective is their cost.
    """

    kind: ClassVar[str] = "set-cover"

    slack: str
    weight: float | None

    @property
    def penalties(self) -> Mapping[str, float]:
        weights = [weight for _, _, weight in self._rows] or [0.0]
        return {"elements": max(weights)}

    @cached_property
    def _rows(self) -> list[tuple[tuple[int, ...], IntegerBits, float]]:
        """Sets that hold an element, its slack, its weight; once for equal elements."""
        costs = self.family.costs
        return [
            (
                holders,
                slack_bits(self.slack, len(holders) - 1),
                self.weight or 2 * min(costs[k] for k in holders) or 1,
            )
            for holders in dict.fromkeys(self.family.holders)
        ]

    @cached_property
    def problem(self) -> IsingProblem:
        m = len(self.family.sets)
        energy = Binaries(m + sum(slack.num_bits for _, slack, _ in self._rows))
        energy.add(np.arange(m), np.array(self.family.costs, float))
        start, labels = m, [("set", name) for name in self.family.names]
        for i, (holders, slack, weight) in enumerate(self._rows):
            place = np.arange(start, start + slack.num_bits)
            ones = np.ones(len(holders), np.int64)
            keep_nonnegative(energy, holders, ones, -1, weight, slack, place)
            labels += [("slack", i, k) for k in range(place.size)]
            start += place.size
        return energy.problem(labels)

    def decode(self, spins: ArrayLike) -> Selection:
        state = one_state(spins, self.problem.num_variables)
        return chosen(self.family.names, state[: len(self.family.names)] > 0)

    def encode(self, solution: Selection) -> NDArray[np.int8]:
        picked = self._mask(solution)
        bits = [picked.astype(np.int8)]
        bits += [best_slack(s, int(picked[list(held)].sum()) - 1) for held, s, _ in self._rows]
        return (2 * np.concatenate(bits) - 1).astype(np.int8)

    def certificate(self, solution: Selection) -> Certificate:
        picked = self._mask(solution)
        counts = self.family.counts(picked)
        words = [
            f"element {self.family.elements[e]!r} is left out"
            for e in np.flatnonzero(~(counts > 0))
        ]
        cost = total(self.family.costs[k] for k in np.flatnonzero(picked))
        return certificate(cost, words, sets=int(picked.sum()))

    def repair(self, solution: Selection) -> Selection:
        """Add what holds most new elements for its cost; then drop what is not needed."""
        picked = self._mask(solution)
        counts = self.family.counts(picked)
        missing = {int(e) for e in np.flatnonzero(counts == 0)}
        while missing:
            hits = np.array([len(missing.intersection(part)) for part in self.family.sets])
            price = np.array(self.family.costs, float) / np.where(hits > 0, hits, 1)
            k = int(np.where(hits > 0, price, np.inf).argmin())
            picked[k] = True
            counts[list(self.family.sets[k])] += 1
            missing.difference_update(self.family.sets[k])
        for k in sorted(np.flatnonzero(picked), key=lambda k: -self.family.costs[k]):
            part = list(self.family.sets[k])
            if (counts[part] > 1).all():
                picked[k] = False
                counts[part] -= 1
        return chosen(self.family.names, picked)


def set_cover(
    sets: Mapping[Hashable, Iterable[Any]] | Iterable[Iterable[Any]],
    costs: Any = None,
    universe: Iterable[Any] | None = None,
    slack: str = "binary",
    weight: float | None = None,
) -> SetCover:
    """The cheapest sets that together hold every element.

    Args:
        sets: {name: elements}, or a list of sets, which are then named 0, 1, ...
        costs: [m] or {name: cost}, 0 or more; 1 each if None.
        universe: the elements to hold; by default all that occur.
        slack: encoding of the slack, of :func:`problems.library.integer_bits`.
        weight: A_e of the module's energy, one for all elements; by default what is proven.

    Raises:
        ValueError: on an element that no set holds, sets with elements outside the universe,
            costs that are negative or of other sets, or a weight that is not positive.

    Example:
        >>> cover = set_cover({"a": [1, 2], "b": [2, 3], "c": [3, 4]})
        >>> cover.certificate(("a", "c")).objective, cover.problem.num_variables
        (2, 3)
        >>> cover.certificate(("a", "b")).violations
        ('element 4 is left out',)
    """
    known = family(sets, costs, universe, 1)
    unheld("set-cover", known)
    slack_bits(slack, 0)
    return SetCover(known, slack, None if weight is None else positive("weight", weight))
