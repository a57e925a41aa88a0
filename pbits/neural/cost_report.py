"""Energy, latency and area of an image, by layer and by part, beside a digital processor."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crossbar.ledger import Report, si
from pbits.neural.processor import Processor

GROUPS = {
    "cell": "cells and wires", "adc": "converters", "dac": "drivers", "tree": "adders",
    "add": "adders", "mac": "multiply-accumulate", "register": "registers", "wire": "routing",
    "resistance_sum": "cells and converters", "sram": "buffer", "dram": "weights from memory",
    "hbm2": "weights from memory",
}  # fmt: skip
"""Parts of a breakdown, by the first word of an entry of the table of costs."""


class LayerCost(NamedTuple):
    """One layer and image.

    Attributes:
        name: of the layer.
        report: energy, latency and area on arrays.
        digital: energy of the processor.
        products: matrix-vector products. macs: multiply-accumulates. arrays: that hold it.
    """

    name: str
    report: Report
    digital: Report
    products: int
    macs: int
    arrays: int


def energy_parts(report: Report) -> dict[str, float]:
    """J of each kind of part of one report."""
    parts: dict[str, float] = {}
    for row in report.rows:
        if row.quantity == "energy":
            group = GROUPS.get(row.name.split(".")[0], row.name)
            parts[group] = parts.get(group, 0.0) + row.total
    return parts


@dataclass(frozen=True)
class InferenceCost:
    """One image through all layers; SI units.

    Attributes:
        layers: in order.
        processor: that is compared with.
    """

    layers: tuple[LayerCost, ...]
    processor: Processor = field(default_factory=Processor)

    @property
    def energy(self) -> float:
        """J an image."""
        return sum(layer.report.energy for layer in self.layers)

    @property
    def latency(self) -> float:
        """s from an image to its result, one layer after another."""
        return sum(layer.report.latency for layer in self.layers)

    @property
    def interval(self) -> float:
        """s from one image to the next where layers work on different images: the slowest one."""
        return max(layer.report.latency for layer in self.layers)

    @property
    def area(self) -> float:
        """m^2 of all parts of known area; see `missing`."""
        return sum(layer.report.area for layer in self.layers)

    @property
    def missing(self) -> tuple[str, ...]:
        """Parts whose area is not known."""
        return tuple(sorted({name for layer in self.layers for name in layer.report.missing}))

    @property
    def edp(self) -> float:
        """Energy times latency, J s."""
        return self.energy * self.latency

    @property
    def arrays(self) -> int:
        """Of all layers."""
        return sum(layer.arrays for layer in self.layers)

    @property
    def digital_energy(self) -> float:
        """J an image on the processor, data movement included."""
        return sum(layer.digital.energy for layer in self.layers)

    @property
    def advantage(self) -> float:
        """Energy of the processor over that of the arrays."""
        return self.digital_energy / self.energy

    @property
    def advantage_on_chip(self) -> float:
        """The same with a processor that has all weights in its buffer already."""
        fetched = self.by_part(digital=True).get(GROUPS["dram"], 0.0)
        return (self.digital_energy - fetched) / self.energy

    def by_layer(self) -> dict[str, float]:
        """J of each layer."""
        return {layer.name: layer.report.energy for layer in self.layers}

    def by_part(self, *, digital: bool = False) -> dict[str, float]:
        """J of each kind of part, largest first, on arrays or on the processor."""
        parts: dict[str, float] = {}
        for layer in self.layers:
            for name, joules in energy_parts(layer.digital if digital else layer.report).items():
                parts[name] = parts.get(name, 0.0) + joules
        return dict(sorted(parts.items(), key=lambda item: -item[1]))

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "joules_per_image": self.energy,
            "seconds_per_image": self.latency,
            "seconds_between_images": self.interval,
            "area_square_metres": self.area,
            "area_missing": list(self.missing),
            "arrays": self.arrays,
            "joules_by_part": self.by_part(),
            "joules_by_layer": self.by_layer(),
            "digital": {
                "joules_per_image": self.digital_energy,
                "joules_by_part": self.by_part(digital=True),
                "assumed": vars(self.processor),
                "advantage": self.advantage,
                "advantage_with_weights_on_chip": self.advantage_on_chip,
            },
        }

    def __str__(self) -> str:
        head = (
            f"energy {si(self.energy, 'J')}, latency {si(self.latency, 's')} an image, "
            f"area {self.area * 1e6:.4g} mm^2 in {self.arrays} arrays; a digital processor takes "
            f"{si(self.digital_energy, 'J')} ({_times(self.advantage)} times as much, "
            f"{_times(self.advantage_on_chip)} if its weights are on the chip)"
        )
        parts = [f"  {name:20} {si(joules, 'J'):>10}" for name, joules in self.by_part().items()]
        return "\n".join([head, *parts])


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2g}"
