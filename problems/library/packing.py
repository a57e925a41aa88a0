"""Weights as whole units, and bounds on the best packing of a knapsack."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf

import numpy as np

from problems.library.amounts import Amount, common_unit, exactly

Pair = tuple[int, int, Amount]
_COARSE = 1024  # steps of the capacity where weights have no unit that doubles can hold
_TABLE = 2 * 10**7  # sums of the dynamic programming
_STARTS = 100  # greedy packings that are tried for a bound
_FINE = 2**24  # units in all, of decimals
_EXACT = 2**50  # quarters of whole numbers below it are exact in sums of doubles


@dataclass(frozen=True)
class Units:
    """Weights and capacity as whole numbers of a unit; weights of C + 1 stand for any above C."""

    weights: tuple[int, ...]
    capacity: int
    exact: bool


def in_units(weights: tuple[Amount, ...], capacity: Amount, unit: Amount | None) -> Units:
    """Whole weights: divided by their greatest common unit, or rounded up to multiples of `unit`.

    Example:
        >>> in_units((0.5, 1.25), 2.1, None)
        Units(weights=(2, 5), capacity=8, exact=True)
    """
    sizes = [exactly(w) for w in weights]
    room = exactly(capacity)
    step = common_unit(sizes) if unit is None else exactly(unit)
    if unit is None and (sum(min(w, room) for w in sizes) + room) / step > _FINE:
        whole = all(w.denominator == 1 for w in sizes)
        step = step if whole else max(step, room / _COARSE)
    most = floor(room / step)
    steps = tuple(min(ceil(w / step), most + 1) for w in sizes)
    exact = all((w / step).denominator == 1 for w in sizes if w <= room)
    return Units(steps, most, exact)


def by_ratio(values: Iterable[Amount], weights: Iterable[Amount]) -> list[int]:
    """Items from the most to the least value by weight."""
    ratio = [v / w if w else inf * v if v else 0 for v, w in zip(values, weights, strict=True)]
    return sorted(range(len(ratio)), key=lambda i: -ratio[i])


def capacity_weight(values: tuple[Amount, ...], units: Units, pairs: Iterable[Pair] = ()) -> float:
    """The default weight of :mod:`problems.library.sack`, proven there."""
    worth = _Worth.of(values, units, pairs)
    gap = _relaxed(worth.shared(), units, units.capacity + 1) - worth.greedy(units)
    gap = min(gap, max(worth.most(), default=Fraction(0)))
    if all(v.denominator == 1 for v in (*worth.values, *worth.profits())):
        return max(floor(gap), 0) + 1
    return float(max(gap, 0) * Fraction(101, 100)) or 1.0


def least_weight(values: tuple[Amount, ...], units: Units) -> float:
    """A weight just above ``max_e 2 (best(C + e) - best(C)) / (e (e + 1))``, which no less can do.

    The best values at all capacities come from dynamic programming, which solves the problem: this
    is for studies of samplers.

    Raises:
        ValueError: where items times units are too many for that.
    """
    full = sum(units.weights)
    if full * len(values) > _TABLE:
        raise ValueError(
            f"{len(values)} items of {full} units in all given; expected a product of at most "
            f"{_TABLE:,} for the least weight (pass a number, or None for the proven bound)"
        )
    best = np.zeros(full + 1)
    for value, weight in zip(_Worth.of(values, units, ()).values, units.weights, strict=True):
        best[weight:] = np.maximum(best[weight:], best[: full + 1 - weight] + float(value))
    if full <= units.capacity:
        return 1
    over = np.arange(1, full - units.capacity + 1)
    gains = 2 * (best[units.capacity + 1 :] - best[units.capacity]) / (over * (over + 1))
    needed = float(gains.max(initial=0))
    if all(isinstance(value, int) for value in values):
        return int(needed) + 1
    return 1.01 * needed or 1.0


def largest_gap(values: tuple[Amount, ...], units: Units, pairs: Iterable[Pair] = ()) -> int:
    """The most units that a best packing can leave: the largest g with ``L(C - g) >= G``."""
    worth = _Worth.of(values, units, pairs)
    shared, known = worth.shared(), worth.greedy(units)
    low, high = 0, units.capacity
    while low < high:
        middle = (low + high + 1) // 2
        enough = _relaxed(shared, units, units.capacity - middle) >= known
        low, high = (middle, high) if enough else (low, middle - 1)
    return low


@dataclass(frozen=True)
class _Worth:
    """Values of items and of pairs, 0 for items that do not fit by themselves."""

    values: list[Fraction]
    others: list[dict[int, Fraction]]  # profits with other items

    @classmethod
    def of(cls, values: tuple[Amount, ...], units: Units, pairs: Iterable[Pair]) -> "_Worth":
        fits = [w <= units.capacity for w in units.weights]
        others: list[dict[int, Fraction]] = [{} for _ in values]
        for i, j, profit in pairs:
            if fits[i] and fits[j]:
                others[i][j] = others[j][i] = others[i].get(j, 0) + exactly(profit)
        worth = zip(values, fits, strict=True)
        return cls([exactly(v) if fit else Fraction(0) for v, fit in worth], others)

    def profits(self) -> list[Fraction]:
        return [p for other in self.others for p in other.values()]

    def most(self) -> list[Fraction]:
        """What each item can add at most."""
        return [v + 2 * half for v, half in zip(self.values, self._halves(), strict=True)]

    def shared(self) -> list[Fraction]:
        """Values with half of each positive profit."""
        return [v + half for v, half in zip(self.values, self._halves(), strict=True)]

    def greedy(self, units: Units) -> Fraction:
        """The best value of packing what still fits by ratio, each of some items being first.

        The first ones are the `_STARTS` best by ratio, and the one of the most value.
        """
        order = by_ratio(map(float, self.shared()), units.weights)
        starts = [*order[:_STARTS], *sorted(order, key=lambda i: -self.values[i])[:1]]
        return max([Fraction(0), *(self._packed(units, [i, *order]) for i in starts)])

    def _packed(self, units: Units, order: list[int]) -> Fraction:
        room, value, gains = units.capacity, Fraction(0), list(self.values)
        closed = set()
        for k, i in enumerate(order):
            if i not in closed and units.weights[i] <= room and (gains[i] > 0 or not k):
                value, room = value + gains[i], room - units.weights[i]
                closed.add(i)
                for j, profit in self.others[i].items():
                    gains[j] += profit
        return value

    def _halves(self) -> list[Fraction]:
        return [
            sum((max(p, Fraction(0)) for p in o.values()), Fraction(0)) / 2 for o in self.others
        ]


def _relaxed(worth: list[Fraction], units: Units, room: int) -> Fraction:
    """The value of the best packing at capacity `room` if items could be cut."""
    value = Fraction(0)
    for i in by_ratio(map(float, worth), units.weights):
        if worth[i] > 0 and room >= 0:
            share = Fraction(min(units.weights[i], room), units.weights[i] or 1)
            value += worth[i] * (share if units.weights[i] else 1)
            room -= min(units.weights[i], room)
    return value


def check_exact(weight: float, units: Units) -> None:
    """ValueError where penalties are too large for sums of doubles."""
    reach = sum(units.weights) + 2 * units.capacity
    if weight * reach**2 > _EXACT:
        raise ValueError(
            f"weights of {sum(units.weights)} units in all give penalties too large to be exact; "
            "pass a unit to round them up to multiples of"
        )
