"""Which values of a sweep's parameters a problem can do with."""

from collections.abc import Sequence
from math import inf
from typing import Any, NamedTuple

import numpy as np

from crossbar.ledger import si
from pbits import checks
from pbits.machine.codesign_result import Point, value_of
from pbits.machine.codesign_table import Table
from pbits.machine.codesign_words import aligned, short_name, word

COSTS = {"joules_per_read": "J", "energy_to_solution": "J", "seconds_per_read": "s",
         "time_to_solution": "s", "area_m2": "m^2"}  # fmt: skip
_SAME = 0.02  # costs that differ by less, relative, are equal: chips differ too
_CERTAIN = 1.96


class Choice(NamedTuple):
    """One value of one parameter.

    Attributes:
        value: its label.
        loss: quality lost with it where all others are as good as they come.
        error: standard error of that.
        cost: of the cheapest point with it whose loss is within the bound; None where none is.
        verdict: "yes" where the loss is within the bound with 95 %, "perhaps" where only its
            estimate is, "no", or "does not fit".
    """

    value: Any
    loss: float | None
    error: float | None
    cost: float | None
    verdict: str


class Affordable(NamedTuple):
    """What a problem can do with.

    Attributes:
        bound: of the quality lost.
        cost: name of what is saved.
        best: the point of highest quality.
        cheapest: of the points within the bound.
        values: the cheapest value of each parameter by its path; None where none is good enough.
        choices: all of its values, as they were given.
        writing: ways of writing the problem into the cheapest point, cheapest first: name, joules,
            seconds, share of the endurance, and joules over those of one solution (None where
            there was none).
    """

    bound: float
    cost: str
    best: Point
    cheapest: Point
    values: dict[str, Any]
    choices: dict[str, tuple[Choice, ...]]
    writing: tuple[tuple[str, float, float, float, float | None], ...]

    def __str__(self) -> str:
        names = list(self.choices)
        cost = self.cost.replace("_m2", "").replace("_", " ")
        head = f"values that lose at most {100 * self.bound:g} % of quality against the best point"
        lines = [f"{head}, and the least {cost} with each:"]
        rows = [["", "value", "loss %", f"least {cost}", "affordable", ""]]
        for name, found in self.choices.items():
            for place, choice in enumerate(found):
                label = short_name(name, names) if place == 0 else ""
                rows.append([label, *_cells(choice, self.cost), self._mark(name, choice)])
        lines += aligned(rows)
        shown = (f"{short_name(k, names)}={word(v)}" for k, v in self.cheapest.parameters.items())
        lines.append(f"cheapest machine: {', '.join(shown)}")
        for name, joules, seconds, wear, share in self.writing:
            part = "" if share is None else f", {100 * share:.2g} % of a solution's energy"
            text = f"{si(joules, 'J')} in {si(seconds, 's')}{part}; {wear:.1g} of its endurance"
            lines.append(f"  written by {name}: {text}")
        return "\n".join(lines)

    def _mark(self, name: str, choice: Choice) -> str:
        return "<-" if choice.cost is not None and choice.value == self.values[name] else ""


def affordable(table: Table, loss: float = 0.01, cost: str = "joules_per_read") -> Affordable:
    """The cheapest value of each parameter whose quality loss stays within a bound.

    A value is judged with all other parameters at their best; what it costs is the least cost of a
    point with it that is within the bound.  Of values that cost the same within 2 %, such as
    spreads, the loosest is taken: the farthest in the direction in which quality falls.  All of
    them together need not be within the bound: `cheapest` is.

    The best of many noisy points looks better than it is, which makes losses too large rather than
    too small; more reads and chips make both smaller.

    Args:
        table: of a sweep, best of all combinations.
        loss: of quality, absolute: 0.01 is one percent of the way from random states to the
            reference, of max-cut one percent of the target's cut.
        cost: one of `COSTS`.

    Raises:
        ValueError: where no machine could hold the problem, or another cost.

    Example:
        >>> def at(bits, spread, quality, joules):
        ...     values = {"bits": bits, "spread": spread}
        ...     return Point(values, 1, 8, quality=quality, quality_error=0.0, joules=joules)
        >>> points = at(2, 0, 0.9, 8), at(8, 0, 1.0, 16), at(4, 0, 0.995, 9), at(4, 1, 0.992, 9)
        >>> found = affordable(Table(points, 4, 0.0, 0.0, 1.0, None, {}))
        >>> found.values, found.cheapest.joules
        ({'bits': 4, 'spread': 1}, 9)
    """
    bound = checks.non_negative("loss", loss)
    if cost not in COSTS:
        raise ValueError(f"cost is {cost!r}; expected one of {', '.join(COSTS)}")
    best = table.best
    within = [point for point in table.done if _lost(best, point)[0] <= bound]
    choices, values = {}, {}
    for name in table.parameters:
        given = dict.fromkeys(p.parameters[name] for p in table.points if name in p.parameters)
        found = tuple(_choice(table, name, value, within, best, bound, cost) for value in given)
        choices[name], values[name] = found, _cheapest(found)
    cheapest = _loosest(within, choices, cost)
    return Affordable(bound, cost, best, cheapest, values, choices, _writing(cheapest))


def _lost(best: Point, point: Point) -> tuple[float, float]:
    """Quality lost, and its standard error."""
    if point is best:
        return 0.0, 0.0
    error = np.hypot(best.quality_error, point.quality_error)
    return best.quality - point.quality, float(error)


def _cost(point: Point, name: str) -> float:
    found = value_of(point, name)
    return inf if found is None else found


def _choice(
    table: Table, name: str, value: Any, within: Sequence[Point], best: Point, bound: float,
    cost: str,
) -> Choice:  # fmt: skip
    having = [point for point in table.done if _has(point, name, value)]
    if not having:
        return Choice(value, None, None, None, "does not fit")
    loss, error = min((_lost(best, point) for point in having), key=lambda found: found[0])
    costs = [_cost(point, cost) for point in within if _has(point, name, value)]
    verdict = "no" if loss > bound else "yes" if loss + _CERTAIN * error <= bound else "perhaps"
    return Choice(value, loss, error, min(costs, default=None), verdict)


def _has(point: Point, name: str, value: Any) -> bool:
    return name in point.parameters and point.parameters[name] == value


def _cheapest(found: Sequence[Choice]) -> Any:
    """The value of least cost, of equal ones the loosest."""
    good = [choice for choice in found if choice.cost is not None]
    if not good:
        return None
    least = min(choice.cost for choice in good if choice.cost is not None)
    same = [choice for choice in good if (choice.cost or 0.0) <= least * (1 + _SAME)]
    looseness = _looseness(found)
    return max(same, key=lambda choice: looseness[choice.value]).value


def _looseness(found: Sequence[Choice]) -> dict[Any, float]:
    """How far each value is in the direction in which quality falls; loss itself for words."""
    known = [choice for choice in found if choice.loss is not None]
    numbers = all(_is_number(choice.value) for choice in known)
    if not numbers or len(known) < 2:
        return {choice.value: choice.loss or 0.0 for choice in known}
    values, losses = (np.array([c[k] for c in known], np.float64) for k in (0, 1))
    slope = float((values - values.mean()) @ (losses - losses.mean()))
    return {choice.value: np.sign(slope) * float(choice.value) for choice in known}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _loosest(within: Sequence[Point], choices: dict[str, Any], cost: str) -> Point:
    """The cheapest point; of equal ones that whose values are loosest, parameter by parameter."""
    least = min(_cost(point, cost) for point in within)
    same = [point for point in within if _cost(point, cost) <= least * (1 + _SAME)]
    ranks = {name: _looseness(found) for name, found in choices.items()}

    def loose(point: Point) -> float:
        """Sum over parameters of the rank of its value."""
        return sum(
            sum(other < of[point.parameters[name]] for other in of.values())
            for name, of in ranks.items() if name in point.parameters
        )  # fmt: skip

    return max(same, key=loose)


def _writing(point: Point) -> tuple[tuple[str, float, float, float, float | None], ...]:
    solution = point.energy_to_solution.value
    rows = [
        (name, way.joules, way.seconds, way.wear, way.joules / solution if solution else None)
        for name, way in point.writing.items()
    ]
    return tuple(sorted(rows, key=lambda row: row[1]))


def _cells(choice: Choice, cost: str) -> list[str]:
    if choice.loss is None or choice.error is None:
        return [word(choice.value), "", "", choice.verdict]
    spent = "" if choice.cost is None or choice.cost == inf else si(choice.cost, COSTS[cost])
    loss = f"{100 * choice.loss:.2f} +- {100 * choice.error:.2f}"
    return [word(choice.value), loss, spent, choice.verdict]
