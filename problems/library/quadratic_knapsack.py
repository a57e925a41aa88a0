"""Quadratic knapsack: the most value, of items and of pairs of them, within a capacity.

The energy and the proof of its default weight are in :mod:`problems.library.sack`.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from problems.library.amounts import Amount, amount, amounts
from problems.library.knapsack import sack_data
from problems.library.node_groups import is_index
from problems.library.packing import Pair
from problems.library.sack import Sack


class QuadraticKnapsack(Sack):
    """Items for a sack, some worth more together; built by :func:`quadratic_knapsack`."""

    kind: ClassVar[str] = "quadratic-knapsack"


def quadratic_knapsack(
    values: Iterable[Amount],
    pairs: Iterable[Any],
    weights: Iterable[Amount],
    capacity: Amount,
    slack: str = "binary",
    weight: float | None = None,
    unit: Amount | None = None,
    tight: bool = True,
) -> QuadraticKnapsack:
    """The 0/1 quadratic knapsack problem.

    Args:
        values: [n] of the items, any finite numbers.
        pairs: [m] of (i, j, profit), what items i and j are worth together on top of their values;
            pairs that come twice, in either order, add up.
        weights: [n], 0 or more.
        capacity: 0 or more.
        slack, weight, unit, tight: as for :func:`problems.library.knapsack`; a weight "least" is
            not known here.

    Raises:
        ValueError: as :func:`problems.library.knapsack`; on pairs of unknown or equal items.

    Example:
        >>> sack = quadratic_knapsack([3, 3, 4], [(0, 1, 5)], [2, 2, 3], 5)
        >>> sack.certificate((0, 1)).objective, sack.certificate((0, 2)).objective
        (11, 7)
    """
    worth = amounts("values", values)
    profits = _pairs(pairs, len(worth))
    if weight == "least":
        raise ValueError("weight 'least' given; expected a number, or None for the proven bound")
    data = sack_data(worth, weights, capacity, slack, weight, unit, tight, profits)
    return QuadraticKnapsack(*data, profits)


def _pairs(pairs: Iterable[Any], n: int) -> tuple[Pair, ...]:
    found = []
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise ValueError(f"pairs is {pairs!r:.60}; expected a list of (i, j, profit)")
    for k, pair in enumerate(pairs):
        try:
            i, j, profit = pair
        except (TypeError, ValueError):
            raise ValueError(f"pairs[{k}] is {pair!r:.60}; expected (i, j, profit)") from None
        if i == j or not (is_index(i, n) and is_index(j, n)):
            raise ValueError(f"pairs[{k}] is {pair!r:.60}; expected two different items below {n}")
        found.append((int(min(i, j)), int(max(i, j)), amount(f"profit of pairs[{k}]", profit)))
    return tuple(found)
