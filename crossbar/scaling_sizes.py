"""One size of a scaling study: its chips, and what each variant makes of them."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from numpy.typing import NDArray

from crossbar.calibration import calibrate
from crossbar.cells.cell import Cell
from crossbar.compensation import compensate_columns
from crossbar.costs import Costs
from crossbar.counting import Layout, count_events, count_parts, count_path, with_converter
from crossbar.design import Design
from crossbar.ledger import Report, charge
from crossbar.scaling_chips import Chips, build
from crossbar.scaling_results import Point
from crossbar.write_verify import Verify

_ROUTINGS: Final = ("h-tree", "bus", "mesh")


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


@dataclass(frozen=True)
class Task:
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


class Size:
    """All variants of one size; chips that several share are made once."""

    def __init__(self, task: Task, tile: int, seed: int) -> None:
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
        """One column of tiles, or the whole array, programmed for each chip."""
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
                jnp.asarray(self.x[:some], jnp.float32),
                verify=task.verify if verify else None,
                rounds=task.rounds if remap else 0,
            )
        return self.made[which]

    def point(self, variant: Variant) -> Point:
        """Error and costs of a variant, or why it was left out."""
        task, notes, remap = self.task, [], variant.remap
        layout = self.layout(variant.tree)
        if remap and not variant.tree and task.size > task.remap_limit:
            remap = False
            notes.append(
                f"no remap: it needs the effective matrix of all columns, beyond {task.remap_limit}"
            )
            if not (variant.ranges or variant.gain or variant.verify):
                none = None, None, None, None, None, None
                return Point(task.size, variant.name, *none, layout.arrays, 0.0, notes[0])
        if variant.verify and not _scatters(task.design.cell):
            notes.append("nothing to verify: writes of this cell do not scatter")
        chips = self.chips(variant.tree, remap, variant.verify)
        errors = [self.error(chips, variant, number) for number in range(task.chips)]
        report = self.report(variant, chips)
        return Point(
            task.size, variant.name, float(np.mean(errors)),
            float(np.std(errors, ddof=1) / np.sqrt(len(errors))), report.energy, report.latency,
            report.area, chips.write_joules * layout.tiles, layout.arrays, chips.residual,
            "; ".join(notes),
        )  # fmt: skip

    def error(self, chips: Chips, variant: Variant, number: int) -> float:
        """Of the products of one chip."""
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

    def report(self, variant: Variant, chips: Chips, routing: str | None = None) -> Report:
        """Costs of a product of the whole matrix, by another kind of routing where one is given."""
        design = self.task.with_rows(self.tile if variant.tree else self.task.size)
        design = design if routing is None else design.replace(routing=routing)
        layout = self.layout(variant.tree)
        events = count_events(design, layout, 1) | {"cell.read": chips.joules * layout.tiles}
        costs = with_converter(Costs.load(), design)
        return charge(events, count_path(design, layout, 1), count_parts(design, layout), costs)

    def routes(self, variant: Variant) -> list[tuple[int, str, float, float]]:
        """Energy and latency of a variant by each kind of routing, as of `Study.routes`."""
        chips = self.chips(variant.tree, variant.remap, variant.verify)
        reports = [(kind, self.report(variant, chips, kind)) for kind in _ROUTINGS]
        return [(self.task.size, kind, found.energy, found.latency) for kind, found in reports]


def _scatters(cell: Cell) -> bool:
    """Whether writing again can change anything much."""
    return bool(np.max(np.asarray(cell.cycle_spread)) > 0 or float(cell.write.failure) > 1e-3)
