"""The same array by nodal analysis, sparse and in float64: the reference, which shares no code."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csc_array
from scipy.sparse.linalg import splu

from crossbar.wires.wire import Wire

Array = NDArray[np.float64]
_LEAST = 1e-6  # Ohm; Kirchhoff's equations have no place for a wire of none


class Nodes(NamedTuple):
    """Voltages and currents of a whole array; the last axis counts sets of inputs.

    Attributes:
        word: V, [rows, columns, inputs], of word lines at the cells.
        bit: V, [rows, columns, inputs], of bit lines at the cells.
        sensed: A, [columns, inputs], into ground.
        driven: A, [rows, inputs], out of the drivers.
    """

    word: Array
    bit: Array
    sensed: Array
    driven: Array


def solve_nodes(conductance: ArrayLike, voltages: ArrayLike, wire: Wire) -> Nodes:
    """Kirchhoff's equations of an array of linear cells.

    Args:
        conductance: S, [rows, columns].
        voltages: V, [rows, inputs].

    Example:
        >>> solve_nodes([[1e-3]], [[1.0]], Wire(word=500.0, bit=500.0)).sensed.round(6).item()
        0.0005
    """
    cells = np.asarray(conductance, np.float64)
    drive = np.asarray(voltages, np.float64)
    rows, columns = cells.shape
    word = np.arange(rows * columns).reshape(rows, columns)
    bit = word + rows * columns
    first, last = (max(float(x), _LEAST) for x in (wire.word + wire.source, wire.bit + wire.sense))
    links = [
        (word, bit, cells),
        (word[:, :-1], word[:, 1:], 1 / max(float(wire.word), _LEAST)),
        (bit[:-1], bit[1:], 1 / max(float(wire.bit), _LEAST)),
    ]
    driven = [word[:, 0]] + ([word[:, -1]] if wire.drive == "both" else [])
    grounded = [bit[-1]] + ([bit[0]] if wire.ground == "both" else [])
    ends = [(ends, 1 / first) for ends in driven] + [(ends, 1 / last) for ends in grounded]
    source = np.zeros((2 * rows * columns, drive.shape[1]))
    for end in driven:
        source[end] += drive / first
    solution = splu(_matrix(links, ends, 2 * rows * columns)).solve(source)
    return Nodes(
        solution[word],
        solution[bit],
        np.sum([solution[end] / last for end in grounded], axis=0),
        np.sum([(drive - solution[end]) / first for end in driven], axis=0),
    )


def _matrix(links: list, ends: list, size: int) -> csc_array:
    entries = []
    for one, other, value in links:
        one, other = one.ravel(), other.ravel()
        value = np.broadcast_to(np.ravel(value), one.shape)
        entries += [(one, one, value), (other, other, value)]
        entries += [(one, other, -value), (other, one, -value)]
    entries += [(end, end, np.full(end.shape, value)) for end, value in ends]
    i, j, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    return coo_array((values, (i, j)), shape=(size, size)).tocsc()


def nodal_transfer(conductance: ArrayLike, wire: Wire) -> Array:
    """S, [rows, columns]: sensed current per volt of each word line, the others at 0 V."""
    cells = np.asarray(conductance, np.float64)
    return solve_nodes(cells, np.eye(cells.shape[0]), wire).sensed.T
