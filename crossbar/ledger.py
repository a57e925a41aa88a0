"""Counts of events times a table of costs: joules, seconds and square metres with their sources.

What runs returns counts; only here do they become energies.  Energies that are computed from
voltages, conductances and times come as events counted in joules, under an entry of energy 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from crossbar.costs import LABELS, Cost, Costs

_SI = {"energy": "J", "time": "s", "area": "m^2"}
_PREFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M"}


class Row(NamedTuple):
    """One line of a breakdown: `count` of `unit` at `each` make `total` (SI units)."""

    quantity: str
    name: str
    count: float
    unit: str
    each: float
    total: float
    source: str
    label: str


@dataclass(frozen=True)
class Report:
    """What a computation cost.

    Attributes:
        rows: the breakdown, largest first within energy, time and area.
        missing: names of parts whose area is unknown: `area` is a lower bound where there are any.
    """

    rows: tuple[Row, ...]
    missing: tuple[str, ...] = ()

    def _total(self, quantity: str) -> float:
        return float(sum(row.total for row in self.rows if row.quantity == quantity))

    @property
    def energy(self) -> float:
        """J, all events."""
        return self._total("energy")

    @property
    def latency(self) -> float:
        """s, along the critical path."""
        return self._total("time")

    @property
    def area(self) -> float:
        """m^2, all parts of known area."""
        return self._total("area")

    @property
    def edp(self) -> float:
        """Energy times latency, J s."""
        return self.energy * self.latency

    def share(self, label: str, quantity: str = "energy") -> float:
        """The part of a total that rests on entries of this label, 0 to 1.

        Raises:
            ValueError: for a label that does not exist.
        """
        if label not in LABELS:
            raise ValueError(f"label is {label!r}; expected one of {LABELS}")
        rows = [row for row in self.rows if row.quantity == quantity]
        total = sum(row.total for row in rows)
        return sum(row.total for row in rows if row.label == label) / total if total else 0.0

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "energy_joules": self.energy,
            "latency_seconds": self.latency,
            "area_square_metres": self.area,
            "area_missing": list(self.missing),
            "energy_share_by_label": {label: self.share(label) for label in LABELS},
            "breakdown": [row._asdict() for row in self.rows],
        }

    def __str__(self) -> str:
        head = [f"energy {si(self.energy, 'J')}, latency {si(self.latency, 's')}, "]
        head[0] += f"area {self.area * 1e6:.4g} mm^2"
        lines = [
            f"  {row.quantity:6} {row.name:24} {row.count:>12.5g} {row.unit:20} "
            f"{_amount(row):>12} {row.label:9} {row.source}"
            for row in self.rows
        ]
        tail = [f"  area not counted: {', '.join(self.missing)}"] if self.missing else []
        return "\n".join(head + lines + tail)


def charge(
    events: Mapping[str, ArrayLike] | None = None,
    path: Mapping[str, ArrayLike] | None = None,
    parts: Mapping[str, ArrayLike] | None = None,
    costs: Costs | None = None,
) -> Report:
    """What these counts cost.

    Args:
        events: how often each event happened, for the energy; an array is summed.
        path: how many of each lie on the critical path, for the latency.
        parts: how many of each are built, for the area.
        costs: the table; the built-in one if None.

    Raises:
        UnknownCostError: for a name that is not in the table, with names like it.
        ValueError: for a count that is negative or not a number, or an entry that has no energy or
            no time; a part without an area is listed in `Report.missing`.

    Example:
        >>> report = charge({"mac.int8": 1000, "sram.8kB.bit": 16000}, {"adc.sar.8": 2})
        >>> print(f"{report.energy:.3g} J, {report.latency:.2g} s")
        2.73e-09 J, 1.8e-08 s
    """
    table = Costs.load() if costs is None else costs
    rows, missing = [], []
    for quantity, counts in (("energy", events), ("time", path), ("area", parts)):
        found = []
        for name, count in (counts or {}).items():
            cost, number = table[name], _count(name, count, scalar=quantity != "energy")
            if quantity == "area" and cost.area is None:
                missing.append(name)
            else:
                found.append(_row(quantity, cost, number))
        rows += sorted(found, key=lambda row: -row.total)
    return Report(tuple(rows), tuple(missing))


def _row(quantity: str, cost: Cost, count: float) -> Row:
    each = cost.figure(quantity)
    return Row(quantity, cost.name, count, cost.unit, each, count * each, cost.source, cost.label)


def _count(name: str, count: ArrayLike, scalar: bool) -> float:
    try:
        array = np.asarray(count).astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"count of {name!r} is {count!r}; expected a number or array") from None
    if scalar and array.ndim:
        raise ValueError(f"count of {name!r} has shape {array.shape}; expected one number here")
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise ValueError(f"count of {name!r} is {count!r}; expected finite numbers of at least 0")
    return float(array.sum())


def _amount(row: Row) -> str:
    return (
        f"{row.total * 1e6:.4g} mm^2"
        if row.quantity == "area"
        else si(row.total, _SI[row.quantity])
    )


def si(value: float, unit: str) -> str:
    """A number with a prefix.

    Example:
        >>> si(7.29e-11, "J")
        '72.9 pJ'
    """
    if value == 0:
        return f"0 {unit}"
    power = min(max(3 * int(np.floor(np.log10(abs(value)) / 3)), -18), 6)
    return f"{value / 10.0**power:.4g} {_PREFIXES[power]}{unit}"
