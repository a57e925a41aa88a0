"""Wires of crossbars: elimination against nodal analysis, nonlinear cells, badcrossbar (X4)."""

from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.wires.effective import effective
from crossbar.wires.nodal import Nodes, solve_nodes
from crossbar.wires.nonlinear import solve_cells
from crossbar.wires.wire import Wire
from pbits.validation.rows import Row

Array = NDArray[np.float64]
_NODAL = "sparse nodal analysis in float64"
_KIRCHHOFF = "Kirchhoff's laws"
_ENDS = Wire(word=4.69, bit=1.56, source=100.0, sense=50.0, drive="both", ground="both")
_PLAIN = Wire(word=1.56, bit=1.56)
# rows, columns, word and bit segments, range of resistances (Ohm); current of column 0 (uA).
_BADCROSSBAR = (
    ((3, 5, 0.5, 2.0, (1e2, 1e3)), -1386.8126801853168),
    ((32, 8, 1.56, 4.69, (13e3, 26e3)), 4.643828665487805),
)


def cells(low: float, high: float, rows: int, columns: int, seed: int = 0) -> Array:
    """S, half of the cells at each of two resistances, at random."""
    return 1 / np.random.default_rng([seed, rows]).choice([low, high], (rows, columns))


def in_float64(conductance: Array, wire: Wire) -> tuple[Array, Array]:
    """Transfer and drive by elimination."""
    with jax.enable_x64(True):
        seen = effective(jnp.asarray(conductance), wire)
        return np.asarray(seen.transfer), np.asarray(seen.drive)


def _apart(size: int, wire: Wire, full: bool) -> float:
    """Largest difference of a transfer conductance, over the largest; in part of the rows."""
    conductance = cells(3e3, 6e3, size, size)
    driven = slice(None, None, 1 if full else 8)
    nodes = solve_nodes(conductance, np.eye(size)[:, driven], wire)
    transfer, _ = in_float64(conductance, wire)
    return np.abs(transfer[driven] - nodes.sensed.T).max() / nodes.sensed.max()


def _lost_charge(full: bool) -> float:
    """Largest part of the driven current of a word line that is not sensed."""
    transfer, drive = in_float64(cells(3e3, 6e3, 64, 64), _ENDS)
    return np.abs(transfer.sum(1) / drive.sum(0) - 1).max()


def junction(voltage: jax.Array, ratio: jax.Array) -> jax.Array:
    """A of a 3-kOhm junction whose TMR halves at 0.4 V."""
    return voltage / (3e3 * (1 + ratio / (1 + (voltage / 0.4) ** 2)))


class _Junctions(NamedTuple):
    """An array of nonlinear cells solved, and by nodal analysis with its own chords."""

    steps: float
    sensed: Array
    current: Array
    nodes: Nodes


@cache
def _junctions(size: int = 64) -> _Junctions:
    ratio = np.random.default_rng(2).choice([0.0, 1.5], (size, size))
    voltages = np.full(size, 0.3)
    with jax.enable_x64(True):
        solved = solve_cells(junction, jnp.asarray(ratio), jnp.asarray(voltages), _PLAIN)
        sensed, current, voltage = (
            np.asarray(x) for x in (solved.sensed, solved.current, solved.voltage)
        )
    nodes = solve_nodes(current / voltage, voltages[:, None], _PLAIN)
    return _Junctions(float(solved.steps), sensed, current, nodes)


def _steps(full: bool) -> float:
    return _junctions().steps


def _residual(full: bool) -> float:
    """A, largest difference of a bit line's sensed current from the sum of its cells'."""
    found = _junctions()
    return np.abs(found.sensed - found.current.sum(0)).max()


def _chords(full: bool) -> float:
    found = _junctions()
    return np.abs(found.sensed / found.nodes.sensed[:, 0] - 1).max()


def _golden(case: tuple, full: bool) -> float:
    """uA, of the array that `tests/crossbar/golden/make_badcrossbar.py` draws."""
    rows, columns, word, bit, (low, high) = case
    rng = np.random.default_rng(rows * 1000 + columns)
    resistances = np.exp(rng.uniform(np.log(low), np.log(high), (rows, columns)))
    voltages = rng.uniform(-0.5, 0.5, (rows, 2))[:, 0]
    return 1e6 * (voltages @ in_float64(1 / resistances, Wire(word, bit))[0])[0]


ROWS = (
    Row("X4.1", "128 x 128, 3 and 6 kOhm, 1.56 Ohm: elimination, largest relative error", _NODAL,
        0.0, 1e-10, partial(_apart, 128, _PLAIN)),
    Row("X4.2", "the same, 64 x 64 driven and sensed at both ends through resistances", _NODAL, 0.0,
        1e-10, partial(_apart, 64, _ENDS)),
    Row("X4.3", "the same: part of a word line's current that is not sensed", _KIRCHHOFF, 0.0,
        1e-10, _lost_charge),
    Row("X4.4", "64 x 64 junctions, TMR falling with voltage: steps of Newton's method",
        "own estimate of the method, 3 steps", 3.0, 1.0, _steps),
    Row("X4.5", "the same: sensed currents less the sums of their cells', A", _KIRCHHOFF, 0.0,
        1e-14, _residual),
    Row("X4.6", "the same: relative error against nodal analysis with the chords", _NODAL, 0.0,
        1e-8, _chords),
    *(
        Row(f"X4.{k}", f"{case[0]} x {case[1]} cells, wires of {case[2]:g} and {case[3]:g} Ohm: "
            "current of column 0, uA", "badcrossbar 1.1.0", value, 1e-9 * abs(value),
            partial(_golden, case))
        for k, (case, value) in enumerate(_BADCROSSBAR, 7)
    ),
)  # fmt: skip
