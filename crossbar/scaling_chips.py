"""Chips of a scaling study: part of the columns of a matrix in memory, wires exact at any size.

A large matrix is too much to simulate whole for every chip, and need not be: columns of tiles are
alike, and the columns of one array differ by their place alone.  So one column of tiles stands for
all, and of a single array that holds everything some columns are looked at, evenly spaced, by
`some_columns`; the cells of the others load its wires all the same.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from numpy.typing import NDArray

from crossbar.best_codes import best_codes
from crossbar.cells.cell import without_deviations
from crossbar.cells.draw import draw
from crossbar.design import Design
from crossbar.mapping import encode
from crossbar.programmed import ProgrammedMatrix, drive_levels, input_codes
from crossbar.programming import (
    code_bits,
    full_step,
    join,
    read_variance,
    to_arrays,
    used_cells,
)
from crossbar.quantise import quantise
from crossbar.wires.large import drawn_power, some_columns
from crossbar.wires.wire import Wire
from crossbar.write_verify import Verify, write_verified

_RESIDUAL = 1e-4
_TOGETHER = 128  # rows up to which chips are simulated side by side


class Chips(NamedTuple):
    """Some chips with the same matrix.

    Attributes:
        programmed: one for each, of the wanted columns alone; without power.
        joules: of cells and wires, per product, of all simulated arrays.
        write_joules: of programming all simulated arrays.
        residual: the largest of Kirchhoff's equations.
        meant: each without deviations of its cells, unless its codes make up for them.
    """

    programmed: list[ProgrammedMatrix]
    joules: float
    write_joules: float
    residual: float
    meant: list[ProgrammedMatrix]


class Written(NamedTuple):
    """What is written into the arrays of a chip.

    Attributes:
        levels: [planes, S, K, 1, R, C].
        used: bool, likewise.
        significance: [S].
        scale: of a weight.
    """

    levels: jax.Array
    used: jax.Array
    significance: jax.Array
    scale: jax.Array


def build(
    keys: jax.Array,
    weights: NDArray[np.float64],
    design: Design,
    wanted: NDArray[np.int64],
    inputs: jax.Array,
    *,
    verify: Verify | None = None,
    rounds: int = 0,
    known: jax.Array | None = None,
) -> Chips:
    """Program chips.

    Args:
        keys: of the chips, as of `program`.
        weights: [inputs, columns] of one column of arrays.
        design: of differential mapping, with one scale for all columns.
        wanted: which columns.
        inputs: [vectors, inputs], for the power, which is that of the first chip.
        verify: see `programming.program`.
        rounds: of `best_codes`, which knows each chip; 0 for the plain codes.
        known: keys of the chips that are known; `keys` if None.
    """
    codes, scale = quantise(weights, code_bits(design))
    gains: list[jax.Array | None] = [None] * len(keys)
    if rounds:
        best = [
            best_codes(key, weights, design, measured=True, rounds=rounds, seen=all_columns)
            for key in (keys if known is None else known)
        ]
        written = [_write(one.codes, scale, design) for one in best]
        gains = [jnp.asarray(one.gain[wanted], jnp.float32) for one in best]
    else:
        written = [_write(codes, scale, design)] * len(keys)
    places = jnp.asarray(wanted)
    if design.rows <= _TOGETHER:
        every = jax.tree.map(lambda *parts: jnp.stack(parts), *written)
        stacked = _programs(keys, every, design, places, verify)
        found = [jax.tree.map(lambda x, k=k: x[k], stacked) for k in range(len(keys))]
    else:
        found = [
            _program(key, one, design, places, verify)
            for key, one in zip(keys, written, strict=True)
        ]
    chips = [
        _assemble(one, mine, design, len(weights), gain)
        for one, mine, gain in zip(found, written, gains, strict=True)
    ]
    joules = _read_energy(keys[0], written[0], design, verify, chips[0], inputs)
    pulses = float(np.mean([float(one.pulses) for one in found]))
    residual = max(float(one.residual) for one in found)
    if rounds:
        # Codes that make up for deviations mean the sums of the cells as they are.
        return Chips(
            chips, float(joules), pulses * float(design.cell.write.energy), residual, chips
        )
    exact = design.replace(cell=without_deviations(design.cell))
    bare = {id(one): _program(keys[0], one, exact, places, None).transfer for one in written}
    meant = [chip.replace(transfer=bare[id(one)]) for chip, one in zip(chips, written, strict=True)]
    return Chips(chips, float(joules), pulses * float(design.cell.write.energy), residual, meant)


def all_columns(conductance: jax.Array, wire: Wire | None) -> tuple[jax.Array, None]:
    """What arrays compute, as `seen_from_ends` but by `some_columns`; nothing of the power."""
    width = conductance.shape[-1]
    return _transfer(conductance, wire, jnp.arange(width))[0], None


def _write(codes: NDArray[np.int32], scale: NDArray[np.float64], design: Design) -> Written:
    planes = encode(codes, design.mapping, design.weight_bits, design.cell.num_levels)
    return Written(
        jnp.asarray(to_arrays(planes, design)),
        jnp.asarray(used_cells(planes, design)),
        jnp.asarray(planes.significance, jnp.float32),
        jnp.asarray(scale, jnp.float32),
    )


def _cells(
    key: jax.Array, written: Written, design: Design, verify: Verify | None
) -> tuple[jax.Array, jax.Array]:
    """Conductances, as `programming.program` draws them, and the number of pulses."""
    device_key, cycle_key, _ = random.split(key, 3)
    if verify is None:
        cells = draw(device_key, cycle_key, design.cell, written.levels)
        return cells, jnp.sum(written.used.astype(jnp.float32))
    done = write_verified(device_key, cycle_key, design.cell, written.levels, verify, written.used)
    return done.conductance, jnp.sum(done.pulses.astype(jnp.float32))


def _transfer(
    conductance: jax.Array, wire: Wire | None, wanted: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """S, [planes, S, K, T, R, wanted], and the residual."""
    if wire is None:
        return conductance[..., wanted], jnp.float32(0)
    arrays = conductance.reshape(-1, *conductance.shape[-2:])
    found = lax.map(lambda cells: some_columns(cells, wire, wanted, _RESIDUAL), arrays)
    shape = (*conductance.shape[:-1], wanted.shape[0])
    return found.transfer.reshape(shape), jnp.max(found.residual)


class _Found(NamedTuple):
    """One chip: arrays of `ProgrammedMatrix`, the residual of its wires and its write pulses."""

    transfer: jax.Array
    noise: jax.Array | None
    converters: Any
    residual: jax.Array
    pulses: jax.Array


@jax.jit
def _program(
    key: jax.Array, written: Written, design: Design, wanted: jax.Array, verify: Verify | None
) -> _Found:
    cells, pulses = _cells(key, written, design, verify)
    transfer, residual = _transfer(cells, design.wire, wanted)
    slices, blocks = cells.shape[1:3]
    outputs = wanted.shape[0]
    return _Found(
        join(transfer, outputs) / design.cell.step,
        read_variance(cells[..., wanted], transfer, design, outputs),
        design.adc.draw(random.split(key, 3)[2], (blocks, slices, outputs)),
        residual,
        pulses,
    )


_programs = jax.jit(jax.vmap(_program, in_axes=(0, 0, None, None, None)))


def _assemble(
    found: _Found, written: Written, design: Design, inputs: int, gain: jax.Array | None
) -> ProgrammedMatrix:
    blocks, slices, _, outputs = found.transfer.shape
    memory = ProgrammedMatrix(
        design=design,
        conductance=jnp.zeros((2, slices, blocks, 1, 0, 0)),
        transfer=found.transfer,
        drive=jnp.zeros((blocks, design.rows)),
        noise=found.noise,
        significance=written.significance,
        step=jnp.ones(slices, jnp.float32),
        converters=found.converters,
        weight_scale=jnp.full(outputs, written.scale.ravel()[0]),
        gain=jnp.ones(outputs, jnp.float32) if gain is None else gain,
        offset=jnp.zeros(outputs, jnp.float32),
        inputs=inputs,
    )
    # Remapped codes mean sums that are not whole.
    return memory.replace(step=full_step(memory, 1.0 if gain is None else 0.0))


@jax.jit
def _read_energy(
    key: jax.Array,
    written: Written,
    design: Design,
    verify: Verify | None,
    programmed: ProgrammedMatrix,
    inputs: jax.Array,
) -> jax.Array:
    """J per product of all simulated arrays."""
    cells, _ = _cells(key, written, design, verify)
    levels, _ = drive_levels(
        programmed, input_codes(programmed, jnp.asarray(inputs, jnp.float32))[0]
    )
    volt = design.cell.read_voltage / (2**design.dac_bits - 1)
    driven = jnp.moveaxis(levels, 1, 0) * volt
    if design.wire is None:
        power = jnp.einsum("kbr,kr->", driven**2, cells.sum((0, 1, 3, 5)))
    else:
        wire = design.wire
        arrays = jnp.moveaxis(cells, 2, 0).reshape(cells.shape[2], -1, *cells.shape[-2:])

        def of_row(row: tuple[jax.Array, jax.Array]) -> jax.Array:
            mine, volts = row
            watts = lax.map(lambda cells: jnp.sum(drawn_power(cells, wire, volts)), mine)
            return jnp.sum(watts)

        power = jnp.sum(lax.map(of_row, (arrays, driven)))
    return power * design.cell.read_time / inputs.shape[0]
