"""What turns spins into fields: nothing in the way, or programmed arrays."""

from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from crossbar.cells.cell import Cell
from crossbar.cells.presets import get
from crossbar.converters.adc import IdealAdc
from crossbar.design import Design
from crossbar.programmed import ProgrammedMatrix
from crossbar.programming import program_codes, with_adc
from crossbar.read_back import nearest_levels
from crossbar.write_verify import Verify
from crossbar.writing.programming import programming_cost
from pbits import checks
from pbits.kernels.coupled_model import Layout
from pbits.machine.codes import WeightCodes, encode_weights, exact_bits
from pbits.machine.crossbar_fields import CROSSBAR, array_fields, column_groups, tile_height
from pbits.machine.field_costs import FieldRead, column_layouts, field_read
from pbits.machine.limits import Limits, fit
from pbits.machine.placement import Placement
from pbits.machine.write_costs import WriteCost, write_costs
from problems.copies import Sparsified, limit_fan_in
from problems.model import IsingProblem

_TYPICAL = 16  # states whose power stands for all


@dataclass(frozen=True)
class IdealCoupling:
    """Exact fields, at once and for nothing; the only coupling of terms of more than two spins."""


def bipolar(cell: str | Cell = "sot", **changes: Any) -> Design:
    """A design whose word lines spins can drive: +V or -V, one digit.

    Args:
        cell: a datasheet, or the name of a preset (`crossbar.cells.presets`).
        changes: of `crossbar.Design`.

    Example:
        >>> bipolar("stt", rows=64, columns=64).num_digits
        1
    """
    own = {"encoding": "sign-magnitude", "input_bits": 2, "dac_bits": 1, "weight_bits": 8}
    sheet = get(cell) if isinstance(cell, str) else cell
    return Design(**{"cell": sheet, "adc": IdealAdc(8), **own, **changes})


@dataclass(frozen=True)
class CrossbarCoupling:
    """Programmed arrays between the p-bits.

    Attributes:
        design: of the arrays, with bipolar inputs of one digit; see `bipolar`.  Its `weight_bits`
            are the most: fewer hold many problems exactly.
        verify: how cells are written until they are right; None writes each once.
        arrays: how many there are; None for as many as a problem takes.
        weight_error: by how much a weight may be off, as a share of the largest; None for not at
            all where weights are whole multiples of a unit.
        fan_in: most couplings of a p-bit; spins of more are spread over chains of copies, see
            `problems.copies`.  None for any number.
        chain_strength: of the bonds between copies, see `problems.copies.limit_fan_in`.
        order: of spins on the arrays, see `placement.place`.
        seed: of the chip, and of how it was written.

    Raises:
        ValueError: on a fan-in below 3, or a design whose inputs are not bipolar.

    Example:
        >>> CrossbarCoupling(bipolar("sot", rows=32, columns=32)).design.rows
        32
    """

    design: Design = field(default_factory=bipolar)
    verify: Verify | None = None
    arrays: int | None = None
    weight_error: float | None = None
    fan_in: int | None = None
    chain_strength: float | str | None = None
    order: str = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.fan_in is not None:
            checks.whole_number("fan_in", self.fan_in, 3)
        design = self.design
        if (design.encoding, design.num_digits) != ("sign-magnitude", 1):
            raise ValueError(
                f"design has encoding {design.encoding!r} and {design.num_digits} digits; spins "
                "drive lines with +V or -V in one: use machine.bipolar(...), or "
                "encoding='sign-magnitude', input_bits=2, dac_bits=1"
            )
        if design.per_column:
            raise ValueError("design has per_column=True; arrays of one field need one scale")

    def limits(self) -> Limits:
        """Of what fits, for `limits.fit`."""
        return Limits(
            rows=self.design.rows,
            columns=self.outputs,
            arrays=self.arrays,
            weight_bits=2 if self.design.mapping == "ternary" else self.design.weight_bits,
            weight_error=self.weight_error,
        )

    @property
    def outputs(self) -> int:
        """Fields of an array: its columns, but for one of a shared reference."""
        return self.design.columns - (self.design.mapping == "offset")

    def in_copies(self, problem: IsingProblem) -> Sparsified | None:
        """The problem in chains of copies; None where no p-bit has too many couplings."""
        ends = np.concatenate([problem.row, problem.col])[np.tile(problem.coupling != 0, 2)]
        if self.fan_in is None or np.bincount(ends).max(initial=0) <= self.fan_in:
            return None
        return limit_fan_in(problem, self.fan_in, self.chain_strength)

    def load(self, problem: IsingProblem) -> "LoadedArrays":
        """A problem written into arrays.

        Raises:
            ValueError: where it does not fit, with what would.
        """
        placement = fit(problem, self.limits(), order=self.order)
        weights = placement.weights.reshape(-1, placement.columns)
        most = self.limits().weight_bits or 2
        bits = min(most, exact_bits(weights) or most)
        codes = encode_weights(weights, bits)
        design = self.design.replace(weight_bits=max(bits, 2))
        key = jax.random.key(self.seed)
        # Writing takes long to compile and does not ask for converters.
        written = program_codes(
            key, codes.values.astype(np.int32), np.asarray(codes.scale),
            design.replace(adc=IdealAdc()), self.verify,
        )  # fmt: skip
        written = with_adc(key, written, design.adc)
        return LoadedArrays(self, placement, codes, written)


@dataclass(frozen=True, eq=False)
class LoadedArrays:
    """Arrays that hold a problem.

    Attributes:
        coupling: by which they were written.
        placement: which cell holds what.
        codes: weights as whole numbers, [arrays * rows, columns].
        written: the programmed matrix of all arrays, one row of arrays for each.
    """

    coupling: CrossbarCoupling
    placement: Placement
    codes: WeightCodes
    written: ProgrammedMatrix

    def parameters(self, layout: Layout) -> tuple[Layout, Any]:
        """The layout in tiles of these arrays, and parameters of their fields."""
        groups = column_groups(self.placement, layout)
        own = layout.regrouped(groups, tile_height(groups), CROSSBAR)
        return own, array_fields(self.placement, self.written, own, layout.unit)

    def matrix(self) -> np.ndarray:
        """Couplings [n, n] that the arrays compute, to each spin (row) from each (column)."""
        return self._effective()[0]

    def biases(self) -> np.ndarray:
        """Biases [n] that they compute."""
        return self._effective()[1]

    def _effective(self) -> tuple[np.ndarray, np.ndarray]:
        place, n = self.placement, self.placement.line.size
        whole = np.asarray(self.written.matrix(), np.float64)
        blocks = whole.reshape(-1, place.rows, place.columns) * place.driven[..., None]
        full = np.zeros((place.blocks[0] * place.rows, place.blocks[1] * place.columns))
        for (row, col), part in zip(place.arrays, blocks, strict=True):
            full[row * place.rows : (row + 1) * place.rows,
                 col * place.columns : (col + 1) * place.columns] = part  # fmt: skip
        own = full[:, place.output]
        return own[place.line].T.reshape(n, n), own[place.bias_line].sum(0)

    def reading(self, layout: Layout, *, every: bool = False) -> FieldRead:
        """What the fields of one clock take, see `field_read`.

        Args:
            layout: of the problem.
            every: whether all p-bits are told their fields at each clock; else those of a colour.
        """
        place, design = self.placement, self.written.design
        counts = np.bincount(place.arrays[:, 1])
        counts = counts[counts > 0].tolist()
        planes, slices = self.written.conductance.shape[:2]
        # Of the columns of an array only those of the p-bits asked are converted.
        if every:
            share, asked = 1.0, int(np.bincount(place.output // place.columns).max())
        else:
            groups = len(column_groups(place, layout))
            share = min(groups / (layout.num_colours * len(counts)), 1.0)
            asked = -(-place.line.size // groups)
        blocks = max(place.blocks[0], max(counts))
        asking, whole = (
            field_read(
                design,
                column_layouts(design, counts, planes=planes, slices=slices, outputs=outputs),
                share=share, row_blocks=blocks, cell_joules=self._read_joules(),
            )
            for outputs in (asked, place.columns)
        )  # fmt: skip
        return asking._replace(parts=whole.parts, cells=whole.cells)

    def _read_joules(self) -> float:
        """In cells and wires, of reading all arrays once: mean over random states."""
        rng = np.random.default_rng(0)
        spins = rng.choice(np.array([-1, 1]), (_TYPICAL, self.placement.line.size))
        drive = self.placement.drive(spins).reshape(_TYPICAL, -1, self.placement.rows)
        lines = drive[:, self.placement.arrays[:, 0]] * self.placement.driven
        inputs = lines.reshape(_TYPICAL, -1)
        design = self.written.design.replace(adc=IdealAdc())  # which cells do not feel
        plain = self.written.replace(design=design, converters=(), input_scale=np.float32(1))
        joules = plain.mvm(inputs)[1]["cell.read"]
        return float(joules) / _TYPICAL

    def programming(self) -> Any:
        """Events and path of writing the problem."""
        return programming_cost(self.written).charges()

    def writes(self) -> tuple[WriteCost, ...]:
        """Ways of writing the same arrays, compared."""
        pulses = self.written.pulses
        shape = self.written.conductance.shape
        count = np.ones(shape, np.int64) if pulses is None else np.asarray(pulses, np.int64)
        cell = self.written.design.cell
        levels = np.asarray(nearest_levels(cell, self.written.conductance))
        return write_costs(count, levels / (cell.num_levels - 1), verified=pulses is not None)


def held_by(coupling: IdealCoupling | CrossbarCoupling, problem: IsingProblem) -> IsingProblem:
    """What p-bits hold of a problem: it, or that in chains of copies.

    Example:
        >>> from problems.generators import sherrington_kirkpatrick
        >>> dense = sherrington_kirkpatrick(6, seed=1)
        >>> held_by(CrossbarCoupling(fan_in=3), dense).num_variables > 6
        True
    """
    copies = None if isinstance(coupling, IdealCoupling) else coupling.in_copies(problem)
    return problem if copies is None else copies.problem
