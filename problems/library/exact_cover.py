"""Exact cover: sets that together hold every element exactly once, at the least cost.

Bit S says that set S is chosen, k_e counts the chosen sets that hold element e:

    E = sum_S c_S x_S + A sum_e (1 - k_e)^2

(Lucas, Front. Phys. 2, 5 (2014), section 4.1).  Without costs any A > 0 serves, and E counts.

Default A with costs c >= 0: share the cost of a set equally among its elements, and let m_e and M_e
be the least and the largest share that e can pay.  An exact cover costs at most sum_e M_e.  A state
that breaks at least one element costs at least k_e m_e + A (1 - k_e)^2 for each: at least m_e where
k_e = 1, A where k_e = 0, and A + 2 m_e or more otherwise.  So

    A > sum_e (M_e - m_e) + max_e m_e

puts it above every exact cover (and above m_e, which makes broken elements dearer than whole ones).
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import floor
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import exactly, positive, total
from problems.library.binaries import Binaries
from problems.library.covers import Cover, Family, family
from problems.library.encoded import Certificate, certificate, one_state
from problems.library.selection import Selection, chosen
from problems.model import IsingProblem


@dataclass(frozen=True, eq=False)
class ExactCover(Cover):
    """Sets to choose from; build one with :func:`exact_cover`.

    Solutions are tuples of the names of the sets chosen.  The objective is their cost.
    """

    kind: ClassVar[str] = "exact-cover"
    lightens: ClassVar[tuple[str, ...]] = ("weight",)

    weight: float

    @property
    def penalties(self) -> Mapping[str, float]:
        return {"elements": self.weight}

    @cached_property
    def problem(self) -> IsingProblem:
        energy = Binaries(len(self.family.sets))
        energy.add(np.arange(energy.n), np.array(self.family.costs, float))
        for holders in self.family.holders:
            ones = np.ones(len(holders), np.int64)
            energy.square(holders, ones, -1, self.weight)
        return energy.problem([("set", name) for name in self.family.names])

    def decode(self, spins: ArrayLike) -> Selection:
        return chosen(self.family.names, one_state(spins, len(self.family.names)) > 0)

    def encode(self, solution: Selection) -> NDArray[np.int8]:
        return (2 * self._mask(solution) - 1).astype(np.int8)

    def certificate(self, solution: Selection) -> Certificate:
        picked = self._mask(solution)
        counts = self.family.counts(picked)
        words = [
            f"element {self.family.elements[e]!r} is " + (f"held {k} times" if k else "left out")
            for e, k in enumerate(counts)
            if k != 1
        ]
        cost = total(self.family.costs[k] for k in np.flatnonzero(picked))
        return certificate(cost, words, sets=int(picked.sum()))

    def repair(self, solution: Selection) -> Selection:
        """Drop what overlaps most, then add what fits; unchanged where that is no cover."""
        picked = self._mask(solution)
        counts = self.family.counts(picked)
        parts = [list(part) for part in self.family.sets]
        while (counts > 1).any():
            k = max(np.flatnonzero(picked), key=lambda k: (counts[parts[k]] > 1).sum())
            picked[k] = False
            counts[parts[k]] -= 1
        for k in sorted(range(len(parts)), key=lambda k: -len(parts[k])):
            if parts[k] and not picked[k] and not counts[parts[k]].any():
                picked[k] = True
                counts[parts[k]] += 1
        return chosen(self.family.names, picked) if (counts == 1).all() else solution


def exact_cover(
    sets: Mapping[Hashable, Iterable[Any]] | Iterable[Iterable[Any]],
    costs: Any = None,
    universe: Iterable[Any] | None = None,
    weight: float | None = None,
) -> ExactCover:
    """Sets that hold every element exactly once.

    Args:
        sets: {name: elements}, or a list of sets, which are then named 0, 1, ...
        costs: [m] or {name: cost}, 0 or more; none if None (1 each for the fewest sets).
        universe: the elements to hold; by default all that occur.  One that no set holds leaves
            the problem without a feasible solution.
        weight: A of the module's energy; by default the proven bound.

    Raises:
        ValueError: on sets with elements outside the universe, costs that are negative or of other
            sets, or a weight that is not positive.

    Example:
        >>> cover = exact_cover({"a": [1, 2], "b": [2, 3], "c": [3, 4]})
        >>> cover.certificate(("a", "c")).feasible
        True
        >>> cover.certificate(("a", "b")).violations
        ('element 2 is held 2 times', 'element 4 is left out')
    """
    known = family(sets, costs, universe, 0)
    bound = _bound(known) if weight is None else positive("weight", weight)
    return ExactCover(known, bound)


def _bound(sets: Family) -> float:
    shares = [
        [exactly(sets.costs[k]) / len(sets.sets[k]) for k in holders]
        for holders in sets.holders
        if holders
    ]
    spread = sum(max(part) - min(part) for part in shares)
    return floor(spread + max((min(part) for part in shares), default=0)) + 1
