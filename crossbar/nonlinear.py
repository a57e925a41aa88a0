"""Products of cells whose conductance depends on the voltage, with wires: slow and exact.

`ProgrammedMatrix.mvm` takes every cell at its read voltage.  Cells far from the drivers see less,
and a contrast that falls with the voltage (TMR) is larger there.  Here every array is solved for
every digit by Newton's method; the difference tells whether the linear product may be trusted.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from numpy.typing import ArrayLike

from crossbar.cells.cell import Cell
from crossbar.cells.draw import at_voltage
from crossbar.programmed import ProgrammedMatrix, check_inputs, drive_levels, input_codes
from crossbar.programming import join
from crossbar.wires.nonlinear import solve_cells


def exact_mvm(programmed: ProgrammedMatrix, x: ArrayLike) -> jax.Array:
    """Product without read noise and converters, but with drivers, each array solved on its own.

    Args:
        x: [..., inputs]; each row takes one solution per digit and array.

    Returns:
        [..., outputs].

    Raises:
        ValueError: on inputs of another length, not finite, or of a sign that is not encoded.

    Example:
        >>> import crossbar
        >>> cell = crossbar.Cell([1e-5, 2e-5], read_voltage=0.3, half_voltage=0.5)
        >>> design = crossbar.Design(cell, crossbar.Wire(50.0, 50.0), rows=4, columns=4)
        >>> memory = crossbar.program(jax.random.key(0), [[1.0, -1.0], [0.5, 2.0]], design)
        >>> linear, exact = memory.mvm([1.0, 1.0])[0], exact_mvm(memory, [1.0, 1.0])
        >>> bool(jnp.all(jnp.abs(linear - exact) < 0.02))
        True
    """
    x = check_inputs(x, programmed.inputs, signed=programmed.is_signed)
    batch = x.shape[:-1]
    if 0 in batch:
        return jnp.zeros((*batch, programmed.outputs), jnp.float32)
    flat = x.reshape(-1, programmed.inputs)
    return _exact(programmed, flat).reshape(*batch, programmed.outputs)


def _current(voltage: jax.Array, parameters: tuple[Cell, jax.Array]) -> jax.Array:
    cell, conductance = parameters
    return voltage * at_voltage(cell, conductance, voltage)


@jax.jit
def _exact(programmed: ProgrammedMatrix, x: jax.Array) -> jax.Array:
    codes, scale = input_codes(programmed, x)
    levels, worth = drive_levels(programmed, codes)
    values = lax.map(partial(_read, programmed), levels)
    values = values.reshape(len(worth), x.shape[0], programmed.outputs)
    total = jnp.tensordot(jnp.asarray(worth, jnp.float32), values, 1)
    return total * (scale * programmed.weight_scale * programmed.gain) + programmed.offset


def _read(programmed: ProgrammedMatrix, levels: jax.Array) -> jax.Array:
    """One digit [K, R] of one input: the weighted sum of all arrays, [outputs], in steps."""
    design = programmed.design
    cell, wire = design.cell, design.wire
    volt = cell.read_voltage / (2**design.dac_bits - 1)
    planes, slices, blocks, tiles, rows, columns = programmed.conductance.shape

    def one(array: tuple[jax.Array, jax.Array]) -> jax.Array:
        conductance, voltages = array
        if wire is None:
            across = jnp.broadcast_to(voltages[:, None], conductance.shape)
            return _current(across, (cell, conductance)).sum(0)
        return solve_cells(_current, (cell, conductance), voltages, wire).sensed

    drive = jnp.broadcast_to((levels * volt)[:, None, :], (planes, slices, blocks, tiles, rows))
    arrays = programmed.conductance.reshape(-1, rows, columns)
    sensed = lax.map(one, (arrays, drive.reshape(-1, rows)))
    shape = (planes, slices, blocks, tiles, 1, columns)
    joined = join(sensed.reshape(shape), programmed.outputs)[:, :, 0]
    return jnp.einsum("s,kso->o", programmed.significance, joined) / (volt * cell.step)
