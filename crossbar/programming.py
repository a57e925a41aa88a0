"""Programming a matrix into arrays."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from numpy.typing import ArrayLike, NDArray

from crossbar.cells.cell import spread_of
from crossbar.cells.draw import draw
from crossbar.checking import finite_matrix
from crossbar.converters.adc import Adc
from crossbar.design import Design
from crossbar.mapping import Planes, encode
from crossbar.programmed import ProgrammedMatrix
from crossbar.quantise import quantise
from crossbar.wires.effective import effective
from crossbar.wires.wire import Wire
from crossbar.write_verify import Verify, write_verified


def program(
    key: jax.Array, matrix: ArrayLike, design: Design, verify: Verify | None = None
) -> ProgrammedMatrix:
    """Write a matrix into memory.

    Args:
        key: a key of `jax.random`; its first half is the chip, its second this programming.
        matrix: real numbers, [inputs, outputs].
        design: see `Design`.
        verify: how cells are written until they are right, see `Verify`; None writes each once.
            The result then has the pulses of every cell and those that failed.

    Raises:
        ValueError: on a matrix that is empty or not finite.

    Example:
        >>> from crossbar.cells.cell import Cell
        >>> design = Design(Cell(jnp.array([1e-6, 2e-6])), rows=4, columns=4, weight_bits=4)
        >>> memory = program(random.key(0), [[1.0, -1.0], [0.5, 2.0]], design)
        >>> [round(float(y), 2) for y in [1.0, 1.0] @ memory]
        [1.71, 0.86]
    """
    weights = finite_matrix("matrix", matrix)
    codes, scale = quantise(weights, code_bits(design), axis=0 if design.per_column else None)
    return program_codes(key, codes, scale, design, verify)


def program_codes(
    key: jax.Array,
    codes: NDArray[np.int32],
    scale: NDArray[np.float64],
    design: Design,
    verify: Verify | None = None,
) -> ProgrammedMatrix:
    """Write whole numbers into memory.

    Args:
        codes: as `mapping.encode` takes them, [inputs, outputs].
        scale: what one of them is worth, a number or [1, outputs].
        key, design, verify: see `program`.
    """
    planes = encode(codes, design.mapping, design.weight_bits, design.cell.num_levels)
    levels = to_arrays(planes, design)
    scales = jnp.broadcast_to(jnp.asarray(scale, jnp.float32).ravel(), (codes.shape[1],))
    used = None if verify is None else jnp.asarray(used_cells(planes, design))
    return _program(
        key, jnp.asarray(levels), jnp.asarray(planes.significance, jnp.float32), scales, design,
        verify, used, inputs=codes.shape[0],
    )  # fmt: skip


def code_bits(design: Design) -> int:
    """Bits of the whole numbers that weights become."""
    return 2 if design.mapping == "ternary" else design.weight_bits


def to_arrays(planes: Planes, design: Design) -> NDArray[np.int32]:
    """Levels of the cells of every array, [planes, S, K, T, R, columns].

    Cells that hold no weight are at their lowest level.  A shared reference is the last column of
    each array; else plus and minus are arrays of their own.
    """
    shared = planes.minus.shape[2] == 1 != planes.plus.shape[2] or design.mapping == "offset"
    width = design.columns - shared
    slices, inputs, outputs = planes.plus.shape
    blocks, tiles = -(-inputs // design.rows), -(-outputs // width)

    def cut(levels: NDArray[np.int32], width: int, tiles: int) -> NDArray[np.int32]:
        space = ((0, 0), (0, blocks * design.rows - inputs), (0, tiles * width - levels.shape[2]))
        full = np.pad(levels, space).reshape(slices, blocks, design.rows, tiles, width)
        return full.transpose(0, 1, 3, 2, 4)

    if not shared:
        return np.stack([cut(part, width, tiles) for part in (planes.plus, planes.minus)])
    reference = np.repeat(cut(planes.minus, 1, 1), tiles, axis=2)
    return np.concatenate([cut(planes.plus, width, tiles), reference], axis=-1)[None]


def used_cells(planes: Planes, design: Design) -> NDArray[np.bool_]:
    """Which cells of every array hold a weight or a reference, in the shape of `to_arrays`."""
    ones = (np.ones_like(planes.plus), np.ones_like(planes.minus), planes.significance)
    return to_arrays(Planes(*ones), design).astype(bool)


def join(values: jax.Array, outputs: int, *, sign: float = -1.0) -> jax.Array:
    """Arrays [planes, S, K, T, R, columns] as one matrix per slice, [K, S, R, outputs].

    Args:
        sign: of the minus plane or the reference; +1 for variances.
    """
    if values.shape[0] == 2:
        whole = values[0] + sign * values[1]
    else:
        whole = values[0, ..., :-1] + sign * values[0, ..., -1:]
    whole = jnp.transpose(whole, (1, 0, 3, 2, 4))
    return whole.reshape(*whole.shape[:3], -1)[..., :outputs]


@partial(jax.jit, static_argnames="inputs")
def _program(
    key: jax.Array,
    levels: jax.Array,
    significance: jax.Array,
    scales: jax.Array,
    design: Design,
    verify: Verify | None,
    used: jax.Array | None,
    *,
    inputs: int,
) -> ProgrammedMatrix:
    device_key, cycle_key, adc_key = random.split(key, 3)
    dac_key = random.fold_in(adc_key, 1)
    pulses = failed = None
    if verify is None:
        cells = draw(device_key, cycle_key, design.cell, levels)
    else:
        done = write_verified(device_key, cycle_key, design.cell, levels, verify, used)
        cells, pulses, failed = done
    outputs = scales.shape[0]
    blocks = levels.shape[2]
    blank = ProgrammedMatrix(
        design=design,
        conductance=cells,
        transfer=jnp.zeros(()),
        drive=jnp.zeros(()),
        noise=None,
        significance=significance,
        step=jnp.ones(levels.shape[1], jnp.float32),
        converters=(),
        weight_scale=scales,
        gain=jnp.ones(outputs, jnp.float32),
        offset=jnp.zeros(outputs, jnp.float32),
        pulses=pulses,
        failed=failed,
        drivers=None
        if design.dac is None
        else design.dac.draw(dac_key, (blocks, design.rows), design.dac_bits),
        inputs=inputs,
    )
    return _behind(adc_key, with_conductance(blank, cells), design.adc)


@jax.jit
def with_adc(key: jax.Array, programmed: ProgrammedMatrix, adc: Adc) -> ProgrammedMatrix:
    """The same cells behind other converters: what `program` makes of this key and them.

    Converters of other bits are another program, and writing takes longer to compile than this.

    Args:
        key: with which the matrix was programmed.
        programmed: matrix, its converters still at the range that it was programmed with.
        adc: datasheet.
    """
    _, _, adc_key = random.split(key, 3)
    return _behind(adc_key, programmed, adc)


def _behind(key: jax.Array, programmed: ProgrammedMatrix, adc: Adc) -> ProgrammedMatrix:
    blocks, slices, _, outputs = programmed.transfer.shape
    drawn = adc.draw(key, (blocks, slices, outputs))
    design = programmed.design.replace(adc=adc)
    memory = programmed.replace(design=design, converters=drawn)
    return memory.replace(step=full_step(memory))


def with_conductance(programmed: ProgrammedMatrix, conductance: jax.Array) -> ProgrammedMatrix:
    """The same matrix with other conductances, such as aged ones, S.

    Raises:
        ValueError: on conductances of another shape.
    """
    if conductance.shape != programmed.conductance.shape:
        raise ValueError(
            f"conductances have shape {conductance.shape}; the matrix is in cells of "
            f"{programmed.conductance.shape}: [planes, S, K, T, R, columns]"
        )
    design = programmed.design
    outputs = programmed.weight_scale.shape[0]
    step = design.cell.step
    transfer, drive = seen_from_ends(conductance, design.wire)
    return programmed.replace(
        conductance=conductance,
        transfer=join(transfer, outputs) / step,
        drive=drive,
        noise=read_variance(conductance, transfer, design, outputs),
    )


def seen_from_ends(conductance: jax.Array, wire: Wire | None) -> tuple[jax.Array, jax.Array]:
    """What arrays compute, S, in the shape of the conductances, and their `drive`."""
    if wire is None:
        return conductance, conductance.sum((0, 1, 3, 5))
    arrays = conductance.reshape(-1, *conductance.shape[-2:])
    # One by one, not `vmap`: it would take both ways of `effective`, and larger caches.
    seen = jax.lax.map(lambda cells: effective(cells, wire), arrays)
    drive = seen.drive.reshape(*conductance.shape[:4], *seen.drive.shape[1:])
    return seen.transfer.reshape(conductance.shape), drive.sum((0, 1, 3))


def read_variance(
    conductance: jax.Array, transfer: jax.Array, design: Design, outputs: int
) -> jax.Array | None:
    """Variance of each cell's part at each read, in steps of a level."""
    if design.cell.read_noise is None:
        return None
    table = spread_of(design.cell.read_noise, design.cell)
    relative = jnp.interp(conductance, design.cell.levels, table)
    return join((relative * transfer / design.cell.step) ** 2, outputs, sign=1.0)


@jax.jit
def full_step(programmed: ProgrammedMatrix, least: float = 1.0) -> jax.Array:
    """The smallest power of two with which codes reach all sums that this matrix can make, [S].

    Args:
        programmed: the matrix.
        least: no step is below it.  Below 1 steps would let through what cells deviate by, which
            rounding to whole numbers takes away; 0 for sums that are not meant to be whole.
    """
    design, transfer = programmed.design, programmed.transfer
    if design.adc.bits is None:
        return jnp.ones(transfer.shape[1], jnp.float32)
    positive, negative = (jnp.maximum(sign * transfer, 0).sum(2) for sign in (1, -1))
    signed = design.encoding == "sign-magnitude"
    most = positive + negative if signed else jnp.maximum(positive, negative)
    most = most.max((0, 2)) * (2**design.dac_bits - 1)
    codes = max(2 ** (design.adc.bits - 1) - 1, 1)
    # What rounding adds to a sum must not double the step.
    exponent = jnp.ceil(jnp.log2(jnp.maximum(most, 1e-6) * (1 - 1e-5) / codes))
    return jnp.maximum(jnp.exp2(exponent), least)
