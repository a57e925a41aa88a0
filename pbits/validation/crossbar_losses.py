"""Losses in wires: the table of exact ones (X5), the law of small ones and its limits (X6)."""

from functools import cache, partial

import jax.numpy as jnp
import numpy as np
from scipy.optimize import brentq

from crossbar.wires.effective import effective
from crossbar.wires.nodal import solve_nodes
from crossbar.wires.wire import Wire, largest_array, small_loss
from pbits.validation.crossbar_wires import cells
from pbits.validation.rows import Row

_KIRCHHOFF = "nodal analysis of one random array, printed to two digits"
_SIZES = (16, 32, 64, 128, 256)
# Resistances of the two states, Ohm of a segment; losses in %.
_TABLE = (
    ((3e3, 6e3), 1.56, ("6.6", "21", "51", "79", "93")),
    ((3e3, 6e3), 4.69, ("18", "44", "74", "91", "97")),
    ((13e3, 26e3), 1.56, ("1.6", "6.1", "20", "48", "77")),
    ((13e3, 26e3), 4.69, ("4.9", "16", "42", "73", "90")),
    ((0.1e6, 1.7e6), 1.56, ("0.17", "0.6", "2.3", "8.4", "26")),
)
_SMALL = (
    ((3e3, 6e3), 1.56, 16), ((13e3, 26e3), 1.56, 32), ((13e3, 26e3), 4.69, 16),
    ((0.1e6, 1.7e6), 1.56, 128),
)  # fmt: skip


@cache
def _loss(states: tuple[float, float], segment: float, size: int, by_nodes: bool) -> float:
    """%, of the current of all columns, all inputs on."""
    conductance, wire = cells(*states, size, size), Wire(segment, segment)
    if by_nodes:
        sensed = solve_nodes(conductance, np.ones((size, 1)), wire).sensed
    else:
        sensed = np.asarray(effective(jnp.asarray(conductance, jnp.float32), wire).transfer)
    return 100 * (1 - float(sensed.sum(dtype=float)) / conductance.sum())


def _printed(states: tuple[float, float], segment: float, size: int, full: bool) -> float:
    """By elimination; arrays of 256, which take a second each, only in full."""
    return _loss(states, segment, size, size > 128 and not full)


def _tolerance(states: tuple[float, float], size: int, text: str) -> float:
    """Half a unit of the last digit, and three deviations of two arrays' mean conductance."""
    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
    low, high = (1 / value for value in reversed(states))
    of_mean = (high - low) / (high + low) / size
    loss = float(text)
    return half + 3 * np.sqrt(2) * of_mean * loss * (1 - loss / 100)


def _law(states: tuple[float, float], segment: float, size: int, full: bool) -> float:
    """The law's loss over the exact one."""
    mean = float(cells(*states, size, size).mean())
    law = small_loss(Wire(segment, segment), mean, size, size)
    return 100 * float(law) / _loss(states, segment, size, False)


def _resistance(size: int, full: bool) -> float:
    """Ohm, of the cells of a square array that loses 1 %."""
    wire = Wire(1.56, 1.56)
    return float(
        brentq(lambda ohm: float(small_loss(wire, 1 / ohm, size, size)) - 0.01, 1.0, 1e12)  # type: ignore[arg-type]
    )


def _largest(full: bool) -> float:
    return largest_array(Wire(1.56, 1.56), 1 / 1.7e6)


_ROWS = [
    (states, segment, size, text)
    for states, segment, losses in _TABLE
    for size, text in zip(_SIZES, losses, strict=True)
]
ROWS = (
    *(
        Row(f"X5.{k}", f"{states[0] / 1e3:g} and {states[1] / 1e3:g} kOhm, wires of {segment} Ohm "
            f"a cell, N = {size}: current lost, %", _KIRCHHOFF, float(text),
            _tolerance(states, size, text), partial(_printed, states, segment, size))
        for k, (states, segment, size, text) in enumerate(_ROWS, 1)
    ),
    *(
        Row(f"X6.{k}", f"law of small losses over the exact loss, {states[0] / 1e3:g} and "
            f"{states[1] / 1e3:g} kOhm, {segment} Ohm, N = {size}", "elimination", 1.0, 0.1,
            partial(_law, states, segment, size))
        for k, (states, segment, size) in enumerate(_SMALL, 1)
    ),
    Row("X6.5", "cells for a loss of 1 % at 1.56 Ohm, N = 128: Ohm", "2/3 r G N^2", 1.7e6, 5e4,
        partial(_resistance, 128)),
    Row("X6.6", "the same, N = 2048 in one piece", "2/3 r G N^2", 4.36e8, 5e6,
        partial(_resistance, 2048)),
    Row("X6.7", "largest array that loses 1 % with cells of 1.7 MOhm", "2/3 r G N^2", 128.0, 2.0,
        _largest),
)  # fmt: skip
