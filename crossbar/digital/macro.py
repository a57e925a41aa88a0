"""The macro itself: program an integer matrix, multiply, and count what happened."""

import math
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.costs import Costs
from crossbar.digital import arithmetic, errors, operands, writing
from crossbar.digital.energy import PUBLISHED_ACTIVITY, EnergyLaw, line_toggles
from crossbar.digital.events import MacroEvents, count_events
from crossbar.digital.layout import Layout, Organisation, from_cells, to_cells
from crossbar.digital.points import OperatingPoint
from crossbar.digital.writing import WritePulse, Written
from crossbar.ledger import Report, charge


class Headline(NamedTuple):
    """What a macro does at one operating point, every bitcell in use.

    Attributes:
        latency: s per product.
        tops: 1e12 operations per second; a multiplication and an addition are two.
        whole_tops: the same, counting only whole weights: at 12 bits one bank of 64 stays idle.
        tops_per_watt: 1e12 operations per joule.
        power: W.
    """

    latency: float
    tops: float
    whole_tops: float
    tops_per_watt: float
    power: float


@dataclass(frozen=True)
class DigitalMacro:
    """A lossless digital macro, and what is needed to count its costs.

    Attributes:
        input_bits, weight_bits: 4, 8, 12 or 16, two's complement.
        point: voltage and clock.
        macros: how many there are; as many as the matrix needs where None is given.  With fewer,
            tiles take turns, and are written anew for every batch.
        organisation, law, pulse: size, energy per cycle, write pulse.

    Raises:
        ValueError: on other numbers of bits, or no macro.

    Example:
        >>> macro = DigitalMacro(8, 8, OperatingPoint(0.9))
        >>> programmed = macro.program(np.array([[3, -128], [-7, 127]]))
        >>> result, events = programmed.mvm(np.array([-128, 127]))
        >>> result, events.cycles
        (array([-1273, 32513]), 8)
        >>> "macro.clocked" in str(programmed.report(events))
        True
    """

    input_bits: int = 8
    weight_bits: int = 8
    point: OperatingPoint = field(default_factory=OperatingPoint)
    macros: int | None = None
    organisation: Organisation = field(default_factory=Organisation)
    law: EnergyLaw = field(default_factory=EnergyLaw.calibrated)
    pulse: WritePulse = field(default_factory=WritePulse)

    def __post_init__(self) -> None:
        operands.check_width("input_bits", self.input_bits)
        operands.check_width("weight_bits", self.weight_bits)
        if self.macros is not None and (not isinstance(self.macros, int) or self.macros < 1):
            raise ValueError(f"macros is {self.macros!r}; expected at least 1, or None")

    def headline(self, toggle_rate: float = 1 / 16, weight_sparsity: float = 0.5) -> Headline:
        """Speed and efficiency of one full macro at this operating point.

        Args:
            toggle_rate: part of input lines that toggle in a cycle.
            weight_sparsity: part of stored bits that are 0.

        Example:
            >>> f"{DigitalMacro(4, 4, OperatingPoint(0.65)).headline().tops_per_watt:.1f}"
            '112.3'
            >>> f"{DigitalMacro(16, 16, OperatingPoint(1.2)).headline().latency * 1e9:.1f} ns"
            '29.6 ns'
        """
        cells, rows = self.organisation.bitcells, self.organisation.rows
        latency = self.input_bits * self.point.period
        per_cell = sum(self.law.terms(self.point, toggle_rate * (1 - weight_sparsity)))
        joules = cells * per_cell * self.input_bits
        operations = 2 * cells / self.weight_bits
        whole = 2 * rows * Layout(1, 1, self.weight_bits, self.organisation).outputs_per_macro
        return Headline(
            latency,
            operations / latency / 1e12,
            whole / latency / 1e12,
            operations / joules / 1e12,
            joules / latency,
        )

    def program(self, weights: ArrayLike, key: jax.Array | None = None) -> "Programmed":
        """Store a matrix.

        Args:
            weights: integers ``[inputs, outputs]`` of `weight_bits`.
            key: JAX key of a write whose pulses may fail; None for one without failures.

        Raises:
            TypeError, ValueError: when the matrix is none, or does not fit the bits.
        """
        matrix = operands.integers("weights", weights, self.weight_bits, (2,))
        inputs, outputs = matrix.shape
        layout = Layout(inputs, outputs, self.weight_bits, self.organisation)
        rows, bad = (layout.written_rows,), 0
        stored = matrix
        if key is not None and self.pulse.failure:
            cells = to_cells(matrix, layout)
            flat, rows, bad = writing.write(key, cells.reshape(rows[0], -1), self.pulse)
            stored = from_cells(flat.reshape(cells.shape), layout)
        read = sum(self.law.terms(self.point, PUBLISHED_ACTIVITY))
        per_row = self.organisation.banks * self.organisation.columns
        written = writing.cost(rows, per_row, self.pulse, self.point.period, read, bad)
        return Programmed.of(self, layout, stored, written)


@dataclass(frozen=True, eq=False)
class Programmed:
    """A matrix in macros.  Made by `DigitalMacro.program`.

    Attributes:
        macro, layout: what holds it, and how it is cut into tiles.
        weights: int32 ``[inputs, outputs]`` as read: with failed writes and weak cells.
        written: what programming took.
    """

    macro: DigitalMacro
    layout: Layout
    weights: NDArray[np.int32]
    written: Written
    digits: jax.Array = field(repr=False)
    ones: NDArray[np.int64] = field(repr=False)

    @classmethod
    def of(
        cls, macro: DigitalMacro, layout: Layout, weights: NDArray[np.int32], written: Written
    ) -> "Programmed":
        """With the digits and the ones of each row."""
        bits, rows = macro.weight_bits, macro.organisation.rows
        digits = arithmetic.prepare(jnp.asarray(weights), bits, rows)
        ones = np.bitwise_count(weights & np.int32(2**bits - 1)).sum(1, dtype=np.int64)
        return cls(macro, layout, weights, written, digits, ones)

    def with_weak_cells(self, key: jax.Array, rate: float | None = None) -> "Programmed":
        """The same matrix read through cells that are wrong at every read.

        Args:
            key: JAX key.
            rate: probability that a cell is weak; of the operating point where None is given.

        Example:
            >>> macro = DigitalMacro(8, 8, OperatingPoint(0.65))
            >>> programmed = macro.program(np.zeros((256, 32), int))
            >>> weak = programmed.with_weak_cells(jax.random.key(1))
            >>> 100 < int(np.count_nonzero(weak.weights)) < 300
            True
        """
        probability = self.macro.point.read_error_rate if rate is None else rate
        weights = errors.weak_cells(key, self.weights, self.macro.weight_bits, probability)
        return Programmed.of(self.macro, self.layout, weights, self.written)

    def at(self, point: OperatingPoint) -> "Programmed":
        """The same matrix at another voltage and clock."""
        return replace(self, macro=replace(self.macro, point=point))

    def mvm(
        self,
        inputs: ArrayLike,
        key: jax.Array | None = None,
        *,
        every_cycle: bool = False,
    ) -> tuple[NDArray[np.int64], MacroEvents]:
        """Products ``inputs @ weights``, exact in int64, and the events.

        Args:
            inputs: integers ``[inputs]`` or ``[batch, inputs]`` of `input_bits`; a batch streams
                through in its order.
            key: JAX key of read errors at the operating point's rate; None for none.  The events
                hold how many are expected either way.
            every_cycle: whether cells are read anew in each cycle, or once for each vector.

        Returns:
            ``(int64 [outputs] or [batch, outputs], events)``.

        Raises:
            TypeError, ValueError: when the inputs are no integers, of another length, or too large.
        """
        given = operands.integers("inputs", inputs, self.macro.input_bits, (1, 2))
        batch = np.atleast_2d(given)
        if batch.shape[1] != self.layout.inputs:
            raise ValueError(
                f"inputs have {batch.shape[1]} elements; the matrix has {self.layout.inputs} rows"
            )
        bits = (self.macro.input_bits, self.macro.weight_bits)
        result = arithmetic.combine(
            *arithmetic.multiply(jnp.asarray(batch), self.digits, self.macro.input_bits)
        )
        rate, wrong = self.macro.point.read_error_rate, 0
        if key is not None and rate:
            change, wrong = errors.read_errors(key, batch, self.weights, bits, rate, every_cycle)
            result += change
        reads = batch.shape[0] * self.weights.size * bits[1] * (bits[0] if every_cycle else 1)
        events = self._events(batch, reads * rate, wrong)
        return result.reshape(given.shape[:-1] + result.shape[1:]), events

    def _events(self, batch: NDArray[np.int32], expected: float, wrong: int) -> MacroEvents:
        toggles = line_toggles(batch, self.macro.input_bits)
        available = self.macro.macros or self.layout.tiles
        return count_events(
            self.layout,
            point=self.macro.point,
            law=self.macro.law,
            vectors=len(batch),
            input_bits=self.macro.input_bits,
            toggles=int(toggles.sum()) * self.layout.column_tiles,
            data_toggles=int(toggles @ self.ones),
            ones=int(self.ones.sum()),
            macros=min(available, self.layout.tiles),
            reload=self.written if math.ceil(self.layout.tiles / available) > 1 else None,
            expected_errors=expected,
            errors=wrong,
        )

    def report(self, events: MacroEvents, costs: Costs | None = None) -> Report:
        """Energy, latency and area of `events`, each with its source.

        The area is that of the bitcells alone: the macro's adder trees and periphery are not
        published apart.
        """
        charged, path = events.charges()
        parts = {"macro.bitcell": events.macros * self.macro.organisation.bitcells}
        return charge(charged, path, parts, costs)

    def write_report(self, costs: Costs | None = None) -> Report:
        """Energy and time of programming this matrix, and the area it takes."""
        charged, path = self.written.charges()
        parts = {"macro.bitcell": self.layout.tiles * self.macro.organisation.bitcells}
        return charge(charged, path, parts, costs)
