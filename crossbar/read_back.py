"""The way back: from conductances to levels, and from levels to the weights they stand for."""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar import programming
from crossbar.cells.cell import Cell
from crossbar.mapping import Planes, decode, encode
from crossbar.programmed import ProgrammedMatrix


def nearest_levels(cell: Cell, conductance: jax.Array) -> jax.Array:
    """Levels nearest to conductances, int32, of any shape.

    Example:
        >>> nearest_levels(Cell(jnp.array([1.0, 2.0, 4.0])), jnp.array([0.1, 2.9, 3.1])).tolist()
        [0, 1, 2]
    """
    middle = (cell.levels[1:] + cell.levels[:-1]) / 2
    return jnp.searchsorted(middle, conductance).astype(jnp.int32)


def from_arrays(levels: NDArray[np.int32], programmed: ProgrammedMatrix) -> Planes:
    """Levels of a matrix from those of its arrays; undoes `programming.to_arrays`.

    Args:
        levels: [planes, S, K, T, R, columns].
        programmed: the matrix they are of.

    Cells that stand for a reference are taken from the first array along the outputs.
    """
    inputs, outputs = programmed.inputs, programmed.outputs
    # [planes, S, K, R, T, columns], rows and columns side by side.
    side = np.asarray(levels).transpose(0, 1, 2, 4, 3, 5)
    side = side.reshape(*side.shape[:2], -1, *side.shape[4:])[:, :, :inputs]
    significance = np.asarray(programmed.significance, np.float64)
    if len(side) == 2:
        plus, minus = side.reshape(*side.shape[:3], -1)[..., :outputs]
        return Planes(plus, minus, significance)
    plus = side[0, ..., :-1].reshape(*side.shape[1:3], -1)[..., :outputs]
    return Planes(plus, side[0, :, :, 0, -1:], significance)


def stored_codes(programmed: ProgrammedMatrix) -> NDArray[np.int64]:
    """Whole-number weights as a digital read of every cell finds them, [inputs, outputs].

    Example:
        >>> from crossbar.design import Design
        >>> from crossbar.programming import program
        >>> design = Design(Cell(jnp.array([1e-6, 2e-6])), rows=4, columns=4, weight_bits=3)
        >>> stored_codes(program(jax.random.key(0), [[1.0, -2 / 3], [0.0, 1 / 3]], design)).tolist()
        [[3, -2], [0, 1]]
    """
    found = nearest_levels(programmed.design.cell, programmed.conductance)
    return decode(from_arrays(np.asarray(found), programmed))


def stored_matrix(programmed: ProgrammedMatrix) -> NDArray[np.float64]:
    """The same as real numbers: codes times the scale of each column."""
    return stored_codes(programmed) * np.asarray(programmed.weight_scale, np.float64)


def used_cells(programmed: ProgrammedMatrix) -> NDArray[np.bool_]:
    """Which cells hold a weight or a reference, in the shape of the conductances."""
    design = programmed.design
    blank = np.zeros((programmed.inputs, programmed.outputs), np.int32)
    planes = encode(blank, design.mapping, design.weight_bits, design.cell.num_levels)
    return programming.used_cells(planes, design)
