"""The same products on an analog tile and on the digital macro: precision, supply, spread, energy.

The analog tile adds currents, so every deviation of cells, supply and converters is in the result;
it pays for a converter.  The digital macro is exact until a bit is read wrongly, and pays with the
square of the bits.  Both get one normal matrix and the same normal inputs; errors are of y, against
the product in float64.
"""

import math
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

from crossbar.calibration import calibrate
from crossbar.cells.cell import Cell
from crossbar.cells.draw import at_voltage
from crossbar.cells.presets import get
from crossbar.compensation import compensate_columns
from crossbar.converters.adc import IdealAdc
from crossbar.costs import Costs
from crossbar.counting import Layout, count_events, count_parts, count_path, with_converter
from crossbar.design import Design
from crossbar.digital import DigitalMacro, OperatingPoint
from crossbar.ledger import charge, si
from crossbar.programmed import ProgrammedMatrix
from crossbar.quantise import quantise
from crossbar.scaling_chips import Chips, build
from crossbar.wires.wire import Wire

BITS: Final = (4, 8, 12, 16)
VOLTAGES: Final = (0.65, 0.7, 0.75, 0.8, 0.85, 1.0, 1.2)
SPREADS: Final = (0.0, 0.02, 0.04, 0.08, 0.12, 0.16, 0.2)
NOMINAL: Final = 0.85
"""V, supply of the digital macro from which no wrong bit was seen."""


class Row(NamedTuple):
    """One product on one machine.

    Attributes:
        question: "bits", "supply" or "spread": what is varied.
        machine: "analog" or "digital".
        value: bits of weights and inputs; supply over the nominal one; relative spread of cells.
        error: ``|y - x W| / |x W|``, mean over chips.
        error_se: its standard error; 0 for an error that is the same on all chips.
        energy: J per product; of a macro whose rows are all in use.
    """

    question: str
    machine: str
    value: float
    error: float
    error_se: float
    energy: float


@dataclass(frozen=True)
class Contrast:
    """Both machines side by side.

    Attributes:
        rows: of all questions.
        settings: what they were made with, and what they rest on.
    """

    rows: tuple[Row, ...]
    settings: dict[str, Any]

    def series(self, question: str, machine: str) -> tuple[Row, ...]:
        """Rows of one question and machine."""
        return tuple(row for row in self.rows if (row.question, row.machine) == (question, machine))

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {"settings": self.settings, "rows": [row._asdict() for row in self.rows]}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "Contrast":
        """The same again from what `facts` gave."""
        return cls(tuple(Row(**row) for row in facts["rows"]), dict(facts["settings"]))

    def __str__(self) -> str:
        return "\n".join(
            f"{row.question:7} {row.value:6.3g} {row.machine:8} error {row.error:.2e} "
            f"+- {row.error_se:.1e}, {si(row.energy, 'J')} a product"
            for row in self.rows
        )


def contrast(
    cell: str | Cell = "sot",
    *,
    size: int = 64,
    bits: tuple[int, ...] = BITS,
    voltages: tuple[float, ...] = VOLTAGES,
    spreads: tuple[float, ...] = SPREADS,
    adc_bits: int = 8,
    chips: int = 3,
    vectors: int = 32,
    seed: int = 0,
) -> Contrast:
    """An analog tile with calibrated ranges and column gains against the lossless digital macro.

    Args:
        cell: preset or datasheet; read noise is on.
        size: rows and columns of matrix and tile.
        bits: of weights and inputs; 4, 8, 12 or 16.
        voltages: V, of the macro.  The tile's read voltage deviates from its nominal value by as
            much as the macro's supply from `NOMINAL`, while ranges and gains stay as calibrated.
        spreads: relative, between cells.  A digital bit is wrong where a low cell of a pair passes
            a high one, ``Q((G_1 - G_0) / sigma)`` of normal conductances, which is assumed.
        adc_bits: of the tile's converters.
        chips, vectors, seed: drawn chips, inputs, and what they are drawn from.

    Example:
        >>> short = contrast(size=8, bits=(4,), voltages=(0.85,), spreads=(0.0,), chips=2)
        >>> [row.machine for row in short.rows]
        ['analog', 'digital', 'analog', 'digital', 'analog', 'digital']
    """
    sheet = get(cell) if isinstance(cell, str) else cell
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(size, size))
    x, typical = rng.normal(size=(2, vectors, size))
    both = _Both(sheet, weights, x, typical, adc_bits, random.split(random.key(seed), chips))
    middle = 8 if 8 in bits else bits[0]
    rows = []
    for number in bits:
        rows += [both.analog("bits", number, sheet, number), both.digital("bits", number, number)]
    for voltage in voltages:
        share = voltage / NOMINAL
        rows.append(both.analog("supply", share, sheet, middle, supply=share))
        rows.append(both.digital("supply", share, middle, OperatingPoint(voltage)))
    for spread in spreads:
        rows.append(both.analog("spread", spread, sheet.replace(device_spread=spread), middle))
        rate = overlap(sheet, spread)
        rows.append(both.digital("spread", spread, middle, OperatingPoint(NOMINAL), rate))
    settings = {
        "cell": sheet.name, "size": size, "adc_bits": adc_bits, "chips": chips, "bits": middle,
        "vectors": vectors, "seed": seed, "nominal_volt": NOMINAL,
    }  # fmt: skip
    return Contrast(tuple(rows), settings)


def overlap(cell: Cell, spread: float) -> float:
    """Probability that the two junctions of a complementary pair are in the wrong order.

    Example:
        >>> round(overlap(Cell(jnp.array([1.0, 2.0])), 0.2), 4)
        0.0127
    """
    low, high = float(cell.levels[0]), float(cell.levels[-1])
    sigma = spread * math.hypot(low, high)
    return math.erfc((high - low) / sigma / math.sqrt(2)) / 2 if sigma else 0.0


@dataclass(frozen=True)
class _Both:
    cell: Cell
    weights: np.ndarray
    x: np.ndarray
    typical: np.ndarray
    adc_bits: int
    keys: jax.Array

    def analog(
        self, question: str, value: float, cell: Cell, bits: int, supply: float = 1.0
    ) -> Row:
        size = len(self.weights)
        design = Design(
            cell, Wire(1.56, 1.56), IdealAdc(self.adc_bits), rows=size, columns=size,
            weight_bits=bits, input_bits=bits,
        )  # fmt: skip
        made = build(self.keys, self.weights, design, np.arange(size), jnp.asarray(self.x[:4]))
        errors = [
            self._error(chip, meant, key, supply)
            for chip, meant, key in zip(made.programmed, made.meant, self.keys, strict=True)
        ]
        mean, error = float(np.mean(errors)), float(np.std(errors, ddof=1) / len(errors) ** 0.5)
        return Row(question, "analog", value, mean, error, _joules(design, made, size, supply))

    def _error(
        self, chip: ProgrammedMatrix, meant: ProgrammedMatrix, key: jax.Array, supply: float
    ) -> float:
        first, second, last = random.split(random.fold_in(key, 1), 3)
        chip = calibrate(chip, self.typical, key=first, meant=meant)
        chip = compensate_columns(chip, self.weights, self.typical, key=second)
        cell = chip.design.cell
        there = at_voltage(cell, cell.levels, supply * cell.read_voltage)
        share = supply * (there[-1] - there[0]) / (cell.levels[-1] - cell.levels[0])
        found = np.asarray(chip.replace(transfer=chip.transfer * share).mvm(self.x, last)[0])
        return self._distance(found)

    def _distance(self, found: np.ndarray) -> float:
        wanted = self.x @ self.weights
        return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))

    def digital(
        self,
        question: str,
        value: float,
        bits: int,
        point: OperatingPoint | None = None,
        rate: float = 0.0,
    ) -> Row:
        macro = DigitalMacro(bits, bits, OperatingPoint(NOMINAL) if point is None else point)
        weights, unit = quantise(self.weights, bits)
        x, step = quantise(self.x, bits)
        programmed = macro.program(weights)
        # Rows that stand idle would be charged to this product: others like it fill them.
        share = max(macro.organisation.rows // len(weights), 1)
        _, events = macro.program(np.tile(weights, (share, 1))).mvm(np.tile(x, share))
        joules = programmed.report(events).energy / len(x) / share
        errors = []
        for key in self.keys:
            chip = programmed.with_weak_cells(key, rate) if rate else programmed
            found, _ = chip.mvm(x, random.fold_in(key, 2))
            errors.append(self._distance(found * float(unit) * float(step)))
        error = float(np.std(errors, ddof=1) / len(errors) ** 0.5)
        return Row(question, "digital", value, float(np.mean(errors)), error, joules)


def _joules(design: Design, made: Chips, size: int, supply: float) -> float:
    """Per product, by the ledger."""
    slices = made.programmed[0].transfer.shape[1]
    layout = Layout(size, size, 2, slices, 1, 1)
    events = count_events(design, layout, 1) | {"cell.read": made.joules * supply**2}
    costs = with_converter(Costs.load(), design)
    path, parts = count_path(design, layout, 1), count_parts(design, layout)
    return charge(events, path, parts, costs).energy
