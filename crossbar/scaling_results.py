"""What a scaling study found, for tables, JSON and comparisons; see `scaling.study`."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from crossbar.costs import Costs
from crossbar.ledger import si
from crossbar.memory_wall import CrossbarMac, Wall, activation_energy, compare


class Point(NamedTuple):
    """One size with one variant.

    Attributes:
        size: N. variant: its name.
        error: ``|y - x W| / |x W|``, mean over chips; None where it was left out.
        error_se: standard error of that mean.
        energy: J per product. latency: s. area: m^2. write_energy: J, of programming once.
        arrays: how many.
        residual: of Kirchhoff's equations, relative.
        note: what was left out and why, or nothing.
    """

    size: int
    variant: str
    error: float | None
    error_se: float | None
    energy: float | None
    latency: float | None
    area: float | None
    write_energy: float | None
    arrays: int
    residual: float
    note: str


@dataclass(frozen=True)
class Study:
    """A scaling study.

    Attributes:
        points: by size, then variant.
        routes: energy and latency of "all" by size and kind of routing, ``(size, kind, J, s)``;
            none where that has no tiles.
        settings: what it was made with.
    """

    points: tuple[Point, ...]
    routes: tuple[tuple[int, str, float, float], ...]
    settings: dict[str, Any]

    def series(self, variant: str) -> tuple[Point, ...]:
        """All sizes of a variant.

        Raises:
            ValueError: on a variant that was not studied.
        """
        found = tuple(point for point in self.points if point.variant == variant)
        if not found:
            known = sorted({point.variant for point in self.points})
            raise ValueError(f"variant is {variant!r}; studied were {', '.join(known)}")
        return found

    def at(self, size: int, variant: str) -> Point:
        """One point.

        Raises:
            ValueError: on a size or variant that was not studied.
        """
        for point in self.series(variant):
            if point.size == size:
                return point
        raise ValueError(f"size is {size!r}; studied were {self.settings['sizes']}")

    def against_memory(
        self, size: int, variant: str = "all", *, reuse: float = 4.0, costs: Costs | None = None
    ) -> Wall:
        """A product against a digital processor that fetches its weights; see `memory_wall`.

        Args:
            size, variant: which point.
            reuse: multiply-accumulates that each moved bit serves.
            costs: the table; the built-in one if None.

        Inputs and results pass an 8-kB SRAM buffer once each.
        """
        point, made = self.at(size, variant), self.settings
        if point.energy is None:
            raise ValueError(f"{variant!r} at {size} was left out: {point.note}")
        bits = made["input_bits"]
        moved = activation_energy(size, size, bits, made["output_bits"][str(size)], costs=costs)
        text = (
            f"{variant!r} at {size} x {size}: {made['weight_bits']}-bit weights, {bits}-bit "
            f"inputs, {made['cell']} cells, {made['adc_bits']}-bit converters, "
            f"error {point.error:.2g}"
        )
        mac = CrossbarMac("analog tiles", point.energy / size**2, moved, (text,))
        return compare(mac, ("hbm2.device.bit", "hbm2.path.bit"), reuse=reuse, costs=costs)

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "settings": self.settings,
            "points": [point._asdict() for point in self.points],
            "routes": [list(route) for route in self.routes],
        }

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "Study":
        """The study again from what `facts` gave."""
        points = tuple(Point(**point) for point in facts["points"])
        routes = tuple((int(n), str(kind), float(e), float(t)) for n, kind, e, t in facts["routes"])
        return cls(points, routes, dict(facts["settings"]))

    def __str__(self) -> str:
        head = f"{'N':>5} {'with':22} {'error':>16} {'energy':>10} {'latency':>10} {'mm^2':>9}"
        return "\n".join([head, *(_line(point) for point in self.points)])


def _line(point: Point) -> str:
    start = f"{point.size:5} {point.variant:22} "
    note = f"  {point.note}" if point.note else ""
    if point.error is None or point.energy is None or point.latency is None or point.area is None:
        return start + "left out" + note
    error = f"{point.error:.4f} +- {point.error_se:.4f}"
    rest = f"{si(point.energy, 'J'):>10} {si(point.latency, 's'):>10} {point.area * 1e6:9.4g}"
    return f"{start}{error:>16} {rest}{note}"
