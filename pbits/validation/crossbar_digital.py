"""Digital macro: lossless products (X1), published curves (X2), bits read wrongly (X3)."""

from functools import partial

import jax
import numpy as np
from numpy.typing import NDArray

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.design import Design
from crossbar.digital import DigitalMacro, OperatingPoint
from crossbar.digital.macro import Headline
from crossbar.digital.points import EFFICIENT, FASTEST, READ_ERRORS
from crossbar.digital.serial import multiply
from crossbar.programming import program
from pbits.validation.rows import Measured, Row

_LI = "Li et al., Nat. Electron. 8, 1046 (2025)"
_WIDTHS = (4, 8, 12, 16)
_INT64 = "NumPy, int64"


def operands(shape: tuple[int, int], bits: int, seed: int) -> NDArray[np.int64]:
    """Random numbers of some bits; two rows and two columns of them are the least and greatest."""
    ends = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    values = np.random.default_rng([seed, bits]).integers(*ends, shape, endpoint=True)
    values[:2], values[:, :2] = np.reshape(ends, (2, 1)), ends
    return values


def _mismatches(input_bits: int, full: bool) -> float:
    """Over four widths of weights, in more rows than a macro has."""
    wrong = 0
    for weight_bits in _WIDTHS:
        inputs = operands((256 if full else 16, 300), input_bits, 1)
        weights = operands((300, 256 if full else 24), weight_bits, 2)
        found, _ = DigitalMacro(input_bits, weight_bits).program(weights).mvm(inputs)
        wrong += int(np.count_nonzero(found != inputs @ weights))
    return wrong


def _serial_mismatches(full: bool) -> float:
    """The same from the macro's own order, one input bit a cycle."""
    wrong = 0
    for bits in _WIDTHS if full else (4, 16):
        inputs, weights = operands((16, 256), bits, 3), operands((256, 8), bits, 4)
        stored = (weights[..., None] >> np.arange(bits - 1, -1, -1)) & 1 == 1
        found = multiply(inputs.astype(np.int32), stored, bits)
        wrong += int(np.count_nonzero(found != inputs @ weights))
    return wrong


def _analog_mismatches(full: bool) -> float:
    """Currents of cells without spread, through a converter of just enough bits."""
    cell = Cell(np.linspace(1e-6, 4e-6, 4))
    design = Design(cell, rows=32, columns=32)
    design = design.replace(adc=IdealAdc(design.lossless_bits))
    inputs, weights = (np.maximum(operands((70, 70), 8, seed), -127) for seed in (5, 6))
    found, _ = program(jax.random.key(1), weights, design).mvm(inputs)
    return float(np.count_nonzero(np.rint(found) != inputs @ weights))


def _headline(point: tuple[float, float], bits: int) -> Headline:
    return DigitalMacro(bits, bits, OperatingPoint(*point)).headline()


def _latency(bits: int, full: bool) -> float:
    return _headline(FASTEST, bits).latency * 1e9


def _tops(bits: int, full: bool) -> float:
    return _headline(FASTEST, bits).tops


def _efficiency(bits: int, full: bool) -> float:
    return _headline(EFFICIENT, bits).tops_per_watt


def _power(bits: int, full: bool) -> float:
    return _headline(EFFICIENT, bits).power * 1e3


def _streamed_efficiency(full: bool) -> float:
    """Of one full macro, from the toggles and zeros of the operands."""
    vectors = 16384 if full else 2048
    rng = np.random.default_rng(7)
    flips = rng.random((vectors * 4, 256)) < 1 / 16
    stream = (np.cumsum(flips, axis=0) & 1).reshape(vectors, 4, 256)
    inputs = np.tensordot([-8, 4, 2, 1], stream, (0, 1))
    macro = DigitalMacro(4, 4, OperatingPoint(*EFFICIENT)).program(rng.integers(-8, 8, (256, 64)))
    report = macro.report(macro.mvm(inputs)[1])
    return 2 * 256 * 64 * vectors / report.energy / 1e12


def _stored() -> NDArray[np.int64]:
    """4-bit weights of as many bitcells as were measured: ten macros."""
    return operands((READ_ERRORS[1] // (4 * 64), 64), 4, 8)


def _counted(bits: int) -> Measured:
    """With the standard error of rare events."""
    return Measured(float(bits), max(bits, 1) ** 0.5)


def _weak_bits(full: bool) -> Measured:
    macro = DigitalMacro(4, 4, OperatingPoint(*EFFICIENT)).program(_stored())
    weak = macro.with_weak_cells(jax.random.key(1)).weights
    return _counted(np.bitwise_count((weak ^ macro.weights) & 15).sum())


def _read_errors(voltage: float, full: bool) -> Measured:
    """Of one vector, whose bits are each read once."""
    macro = DigitalMacro(4, 4, OperatingPoint(voltage)).program(_stored())
    inputs = operands((2, macro.layout.inputs), 4, 9)[1]
    return _counted(macro.mvm(inputs, jax.random.key(2))[1].errors)


def _none_seen(full: bool) -> float:
    return (1 - OperatingPoint(0.85).read_error_bound) ** READ_ERRORS[1]


_DERIVED = f"{_LI}: 64 banks of 256 x 4 cells, "
# Tolerances are half a unit of the last digit; those of TOPS/W add that of the 112.3.
ROWS = (
    *(
        Row(f"X1.{k}", f"digital macro, {bits}-bit inputs, weights of 4, 8, 12 and 16 bits, random "
            "and extreme: wrong results", _INT64, 0.0, 0.5, partial(_mismatches, bits))
        for k, bits in enumerate(_WIDTHS, 1)
    ),
    Row("X1.5", "the macro bit by bit, as it works, 4 and 16 bits: wrong results", _INT64, 0.0, 0.5,
        _serial_mismatches),
    Row("X1.6", "analog arrays of four-level cells, no spread, lossless converter, 8 bits: wrong "
        "results", _INT64, 0.0, 0.5, _analog_mismatches),
    *(
        Row(f"X2.{k}", f"digital macro, {bits} bits at 540 MHz, 1.20 V: latency, ns",
            _DERIVED + "a bit a cycle", value, 0.005, partial(_latency, bits))
        for k, bits, value in ((1, 4, 7.41), (2, 8, 14.81), (3, 12, 22.22), (4, 16, 29.63))
    ),
    *(
        Row(f"X2.{k}", f"digital macro, {bits} bits at 540 MHz, 1.20 V: TOPS",
            _DERIVED + "2 operations a weight", value, 0.0005, partial(_tops, bits))
        for k, bits, value in ((5, 4, 4.424), (6, 8, 1.106), (7, 12, 0.492), (8, 16, 0.276))
    ),
    Row("X2.9", "digital macro, 4 bits at 80 MHz, 0.65 V: TOPS/W (the law is calibrated to it)",
        _LI, 112.3, 0.05, partial(_efficiency, 4)),
    *(
        Row(f"X2.{k}", f"digital macro, {bits} bits at 80 MHz, 0.65 V: TOPS/W",
            _LI + (" prints 7.02" if bits == 16 else ", at one energy a cycle"), value,
            0.005 + 0.05 * 16 / bits**2, partial(_efficiency, bits))
        for k, bits, value in ((10, 8, 28.07), (11, 12, 12.48), (12, 16, 7.02))
    ),
    *(
        Row(f"X2.{k}", f"digital macro, {bits} bits at 80 MHz, 0.65 V: power, mW",
            _DERIVED + "112.3 TOPS/W", 5.84, 0.005, partial(_power, bits))
        for k, bits in ((13, 4), (14, 16))
    ),
    Row("X2.15", "TOPS/W from the toggles of random 4-bit operands, inputs toggling 1/16",
        _LI, 112.3, 0.01 * 112.3, _streamed_efficiency),
    Row("X3.1", "weak bits among 655 360 at 0.65 V", _LI, 1890.0, 4 * np.sqrt(1890), _weak_bits),
    Row("X3.2", "bits of 655 360 read wrongly once, 0.65 V", _LI, 1890.0, 4 * np.sqrt(1890),
        partial(_read_errors, 0.65)),
    Row("X3.3", "the same at 0.85 V", _LI, 0.0, 0.5, partial(_read_errors, 0.85)),
    Row("X3.4", "chance to see none at the bound of the error rate from 0.85 V", "95 % confidence",
        0.05, 0.001, _none_seen),
)  # fmt: skip
