"""Knapsack: the most value among items that weigh no more than the capacity together.

The energy, one slack bit less than in Lucas 2014, section 5.2, and the proof of its default weight
are in :mod:`problems.library.sack`.
"""

from collections.abc import Iterable
from typing import ClassVar

from problems.library.amounts import Amount, amount, amounts, positive
from problems.library.integers import IntegerBits
from problems.library.packing import (
    Pair,
    Units,
    capacity_weight,
    check_exact,
    in_units,
    largest_gap,
    least_weight,
)
from problems.library.sack import Sack
from problems.library.slack import slack_bits


class Knapsack(Sack):
    """Items for a sack; build one with :func:`knapsack`."""

    kind: ClassVar[str] = "knapsack"


def knapsack(
    values: Iterable[Amount],
    weights: Iterable[Amount],
    capacity: Amount,
    slack: str = "binary",
    weight: float | str | None = None,
    unit: Amount | None = None,
    tight: bool = True,
) -> Knapsack:
    """The 0/1 knapsack problem.

    Args:
        values: [n] of the items, any finite numbers.
        weights: [n], 0 or more.
        capacity: 0 or more.
        slack: encoding of the slack, of :func:`problems.library.integer_bits`.
        weight: A of the energy; by default the proven bound, often far above what is needed, so
            that less, with repair, is easier to solve.  "least" finds the least whole A that is
            proven, by dynamic programming: it solves the problem, and is for studies of samplers.
        unit: what weights are rounded up to multiples of for the energy; by default their common
            unit, or a 1024th of the capacity where decimals have none that doubles can hold.
        tight: whether the slack only reaches as far as the best packing can leave room, by a bound;
            the energy of packings that leave more is above minus their value then.

    Raises:
        ValueError: on unequal lengths, values that are not finite, a negative weight or capacity,
            or whole numbers too large for exact energies without a `unit`.

    Example:
        >>> sack = knapsack([6, 10, 12, 13], [2, 4, 6, 7], 11)
        >>> sack.certificate((1, 3)).objective, sack.certificate((2, 3)).violations
        (23, ('the items weigh 13, more than the capacity 11',))
    """
    return Knapsack(*sack_data(values, weights, capacity, slack, weight, unit, tight))


def sack_data(
    values: Iterable[Amount],
    weights: Iterable[Amount],
    capacity: Amount,
    slack: str,
    weight: float | str | None,
    unit: Amount | None,
    tight: bool,
    pairs: tuple[Pair, ...] = (),
) -> tuple[tuple[Amount, ...], tuple[Amount, ...], Amount, Units, IntegerBits, float]:
    """The fields of a :class:`Sack`, checked; raises as :func:`knapsack`."""
    worth, sizes = amounts("values", values), amounts("weights", weights, 0)
    if len(worth) != len(sizes):
        raise ValueError(f"{len(worth)} values and {len(sizes)} weights given; expected as many")
    room = amount("capacity", capacity, 0)
    units = in_units(sizes, room, None if unit is None else positive("unit", unit))
    if weight == "least" and not pairs:
        bound = least_weight(worth, units)
    elif weight is None:
        bound = capacity_weight(worth, units, pairs)
    else:
        bound = positive("weight", weight)
    check_exact(bound, units)
    most = largest_gap(worth, units, pairs) if tight else units.capacity
    return worth, sizes, room, units, slack_bits(slack, most), bound
