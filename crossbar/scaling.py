"""How error, energy, latency and area of a product grow with the matrix, and what helps.

A logical N x N matrix stands in one array, or in a grid of tiles whose partial sums are joined by
a tree (`routing`).  Three things are put in and left out: ranges of converters chosen from typical
inputs (`calibration`), compensation of what arrays do wrong (`compensation`, `write_verify`) and
the partition into tiles.  Wires are exact at every size: `wires.large` solves Kirchhoff's
equations for the columns that are looked at, to a residual that every point shows.

Errors are of y against the product in float64, quantisation of weights and inputs included; where a
word line settles is not modelled, so a large array is as quick as a small one.  What is left out is
listed with its reason, never skipped in silence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import jax
import numpy as np
from jax import random
from numpy.typing import NDArray

from crossbar.calibration import calibrate
from crossbar.cells.cell import Cell
from crossbar.cells.presets import get
from crossbar.checking import check_whole
from crossbar.compensation import compensate_columns
from crossbar.converters.adc import Adc, IdealAdc
from crossbar.costs import Costs
from crossbar.counting import (
    Layout,
    accumulator_bits,
    count_events,
    count_parts,
    count_path,
    with_converter,
)
from crossbar.design import Design
from crossbar.ledger import Report, charge, si
from crossbar.memory_wall import CrossbarMac, Wall, activation_energy, compare
from crossbar.routing import width
from crossbar.scaling_chips import Chips, build
from crossbar.wires.wire import Wire
from crossbar.write_verify import Verify

SIZES: Final = (16, 32, 64, 128, 256, 512, 1024)


class Variant(NamedTuple):
    """What is put in.

    Attributes:
        name: for tables.
        tree: tiles rather than one array.
        ranges: converters' ranges from typical inputs.
        gain: a gain and an offset for each column, from calibration vectors.
        remap: codes chosen with each chip's effective matrix known.
        verify: cells written until they are right.
    """

    name: str
    tree: bool = False
    ranges: bool = False
    gain: bool = False
    remap: bool = False
    verify: bool = False


VARIANTS: Final = (
    Variant("none"),
    Variant("ranges", ranges=True),
    Variant("gain", gain=True),
    Variant("remap", remap=True),
    Variant("verify", verify=True),
    Variant("tree", tree=True),
    Variant("all", True, True, True, True, True),
    Variant("all but ranges", True, False, True, True, True),
    Variant("all but compensation", True, True),
    Variant("all but tree", False, True, True, True, True),
)


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
        routes: energy and latency of "all" by size and kind of routing, ``(size, kind, J, s)``.
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


@dataclass(frozen=True)
class _Task:
    """Everything one size is made with."""

    design: Design
    size: int
    chips: int
    vectors: int
    outputs: int
    rounds: int
    verify: Verify
    remap_limit: int
    key: jax.Array

    def with_rows(self, rows: int) -> Design:
        return self.design.replace(rows=rows, columns=rows)


def study(
    cell: str | Cell = "sot",
    *,
    wire: Wire | None = None,
    sizes: Sequence[int] = SIZES,
    tile: int = 64,
    adc: Adc | None = None,
    weight_bits: int = 8,
    input_bits: int = 8,
    routing: str = "h-tree",
    variants: Sequence[Variant] = VARIANTS,
    chips: int = 3,
    vectors: int = 32,
    outputs: int = 16,
    rounds: int = 1,
    verify: Verify | None = None,
    remap_limit: int = 64,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Study:
    """Error, energy, latency and area of products with normal matrices of growing size.

    Args:
        cell: a preset of `cells.presets`, or a datasheet.
        wire: of every array; 1.56 Ohm a segment (a 22-nm pitch of 4 F) if None.  One of no
            resistance is left out.
        sizes: N, each at most `tile` or a multiple of it.
        tile: rows and columns of a tile, at most 128.
        adc: converters; ideal ones of 8 bits if None.
        weight_bits, input_bits: see `Design`; weights are differential pairs.
        routing: of tiles; the other kinds are compared in `Study.routes`.
        variants: what is studied.
        chips: drawn for each variant, the same ones for all.
        vectors: inputs for the error, and as many others for calibration.
        outputs: columns looked at in one large array.
        rounds: of choosing codes.
        verify: how cells are written where they are verified.
        remap_limit: largest single array whose codes are chosen by its effective matrix.
        seed: of matrix, inputs and chips.
        progress: called with a line of text after each size.

    Up to 1024 this takes minutes on one core, about half of it compilation; 2048 as long again.
    The error of a single array rises with its size and that of tiles hardly, where wires are what
    limits it; the energy of tiles rises with their number, for each converts its own sums.  Gains
    are fitted to noisy products: where converters or spread make the error, they do not help.

    Raises:
        ValueError: on sizes that tiles do not fill, or numbers out of range.

    Example:
        >>> short = study("sot", sizes=(16,), tile=8, chips=2, weight_bits=3, variants=VARIANTS[:1])
        >>> short.points[0].variant, short.points[0].arrays
        ('none', 4)
    """
    _check(sizes, tile, chips, vectors)
    sheet = get(cell) if isinstance(cell, str) else cell
    line = Wire(1.56, 1.56) if wire is None else wire
    design = Design(
        sheet, None if line.is_ideal else line, IdealAdc(8) if adc is None else adc,
        rows=tile, columns=tile, weight_bits=weight_bits, input_bits=input_bits, routing=routing,
    )  # fmt: skip
    points: list[Point] = []
    routes: list[tuple[int, str, float, float]] = []
    for size in sizes:
        task = _Task(
            design, int(size), chips, vectors, outputs, rounds, verify or Verify(), remap_limit,
            random.fold_in(random.key(seed), size),
        )  # fmt: skip
        done = _Size(task, tile, seed)
        points += [done.point(variant) for variant in variants]
        if any(variant.name == "all" for variant in variants):
            routes += done.routes(VARIANTS[6])
        if progress is not None:
            progress(f"{size} x {size}")
    settings = {
        "cell": sheet.name, "sizes": [int(n) for n in sizes], "tile": tile, "chips": chips,
        "vectors": vectors, "outputs": outputs, "weight_bits": weight_bits, "rounds": rounds,
        "input_bits": input_bits, "adc_bits": design.adc.bits, "routing": routing, "seed": seed,
        "wire_ohm": [float(design.wire.word), float(design.wire.bit)] if design.wire else None,
        "output_bits": {
            str(n): width(-(-int(n) // tile), accumulator_bits(design)) for n in sizes
        },
    }  # fmt: skip
    return Study(tuple(points), tuple(routes), settings)


def _check(sizes: Sequence[int], tile: int, chips: int, vectors: int) -> None:
    check_whole("tile", tile, 2, 128)
    check_whole("chips", chips, 2, 10_000)
    check_whole("vectors", vectors, 2, 100_000)
    if not sizes:
        raise ValueError("sizes is empty; give at least one")
    for size in sizes:
        check_whole("size", size, 2, 4096)
        if size > tile and size % tile:
            raise ValueError(f"size is {size}; expected at most {tile}, or a multiple of it (tile)")


class _Size:
    """All variants of one size; chips that several share are made once."""

    def __init__(self, task: _Task, tile: int, seed: int) -> None:
        rng = np.random.default_rng((seed, task.size))
        self.task, self.tile = task, min(tile, task.size)
        self.weights = rng.normal(size=(task.size, task.size))
        self.x, self.typical = rng.normal(size=(2, task.vectors, task.size))
        self.made: dict[tuple[bool, bool, bool], Chips] = {}

    def columns(self, tree: bool) -> NDArray[np.int64]:
        """Columns looked at."""
        if tree:
            return np.arange(self.tile)
        return np.unique(
            np.linspace(0, self.task.size - 1, min(self.task.outputs, self.task.size)).astype(int)
        )

    def chips(self, tree: bool, remap: bool, verify: bool) -> Chips:
        task = self.task
        verify = verify and _scatters(task.design.cell)
        which = (tree, remap, verify)
        if which not in self.made:
            rows = self.tile if tree else task.size
            some = max(1, min(task.vectors, 512 // task.size))
            self.made[which] = build(
                random.split(task.key, task.chips),
                self.weights[:, :rows],
                task.with_rows(rows),
                self.columns(tree),
                jax.numpy.asarray(self.x[:some], jax.numpy.float32),
                verify=task.verify if verify else None,
                rounds=task.rounds if remap else 0,
            )
        return self.made[which]

    def point(self, variant: Variant) -> Point:
        task, notes = self.task, []
        remap, alone = variant.remap, not (variant.gain or variant.verify)
        layout = self.layout(variant.tree)
        if remap and not variant.tree and task.size > task.remap_limit:
            remap = False
            notes.append(
                f"no remap: it needs the effective matrix of all columns, beyond {task.remap_limit}"
            )
            if alone:
                return Point(
                    task.size, variant.name, None, None, None, None, None, None, layout.arrays,
                    0.0, notes[0],
                )  # fmt: skip
        if variant.verify and not _scatters(task.design.cell):
            notes.append("nothing to verify: writes of this cell do not scatter")
        chips = self.chips(variant.tree, remap, variant.verify)
        errors = [self.error(chips, variant, number) for number in range(task.chips)]
        report, parts = self.report(variant, chips), layout.tiles
        return Point(
            task.size, variant.name, float(np.mean(errors)),
            float(np.std(errors, ddof=1) / np.sqrt(len(errors))), report.energy, report.latency,
            report.area, chips.write_joules * parts, layout.arrays, chips.residual,
            "; ".join(notes),
        )  # fmt: skip

    def error(self, chips: Chips, variant: Variant, number: int) -> float:
        chip = chips.programmed[number]
        weights = self.weights[:, self.columns(variant.tree)]
        first, second, last = random.split(random.fold_in(self.task.key, number), 3)
        if variant.ranges:
            chip = calibrate(chip, self.typical, key=first, meant=chips.meant[number])
        if variant.gain:
            chip = compensate_columns(chip, weights, self.typical, key=second)
        wanted = self.x @ weights
        found = np.asarray(chip.mvm(self.x, last)[0], np.float64)
        return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))

    def layout(self, tree: bool) -> Layout:
        """Of the whole matrix."""
        size, design = self.task.size, self.task.design
        side = size // self.tile if tree else 1
        base, top = design.cell.num_levels, 2 ** (design.weight_bits - 1) - 1
        slices = next(count for count in range(1, 17) if base**count > top)
        return Layout(size, size, 2, slices, side, side)

    def report(self, variant: Variant, chips: Chips) -> Report:
        design = self.task.with_rows(self.tile if variant.tree else self.task.size)
        layout = self.layout(variant.tree)
        events = count_events(design, layout, 1) | {"cell.read": chips.joules * layout.tiles}
        costs = with_converter(Costs.load(), design)
        return charge(events, count_path(design, layout, 1), count_parts(design, layout), costs)

    def routes(self, variant: Variant) -> list[tuple[int, str, float, float]]:
        found = []
        chips = self.chips(variant.tree, variant.remap, variant.verify)
        for kind in ("h-tree", "bus", "mesh"):
            task = replace(self.task, design=self.task.design.replace(routing=kind))
            other = _Size.__new__(_Size)
            other.task, other.tile = task, self.tile
            report = other.report(variant, chips)
            found.append((task.size, kind, report.energy, report.latency))
        return found


def _scatters(cell: Cell) -> bool:
    """Whether writing again can change anything much."""
    return bool(np.max(np.asarray(cell.cycle_spread)) > 0 or float(cell.write.failure) > 1e-3)
