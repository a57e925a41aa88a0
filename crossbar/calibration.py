"""What a converter's code stands for, chosen from inputs that are like those to come.

Sums of many cells fill little of the range they could fill: their spread grows as the square root
of the rows, and high slices of a weight are mostly empty.  A converter that covers the full range
wastes most of its codes; one step for each slice, the best on some inputs, gives them back.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from numpy.typing import ArrayLike, NDArray

from crossbar.checking import check_range
from crossbar.programmed import (
    ProgrammedMatrix,
    check_inputs,
    current,
    digitise,
    drive_levels,
    input_codes,
)
from crossbar.programming import full_step, with_conductance
from crossbar.read_back import nearest_levels

_HALVINGS = 16
# A larger step is taken where it is as good within this: it has more room for what is to come.
_AS_GOOD = 1.001


class RangeErrors(NamedTuple):
    """What steps were tried and what they cost.

    Attributes:
        steps: [candidates], falling.
        errors: [K, S, candidates], squared error of what the digits of an input add up to.
        power: [K, S], of the exact sums.
    """

    steps: NDArray[np.float64]
    errors: NDArray[np.float64]
    power: NDArray[np.float64]


def calibrate(
    programmed: ProgrammedMatrix,
    inputs: ArrayLike,
    *,
    key: jax.Array | None = None,
    powers_of_two: bool = True,
    per_row: bool = False,
    input_range: float | str = "mse",
    meant: ProgrammedMatrix | None = None,
) -> ProgrammedMatrix:
    """The same matrix with the converters' steps and the scale of the inputs fixed.

    Args:
        inputs: [vectors, inputs], some dozens of typical ones.
        key: of read noise, which the best step may depend on; without a key reads are noiseless.
            A stochastic read-out needs one.
        powers_of_two: steps are powers of two, so that adding slices up needs shifts only; else
            eight steps an octave are tried.
        per_row: a step for each row of arrays as well as for each slice.
        input_range: "mse" takes the scale of inputs with the least squared error, a number the one
            that holds this percentage of their magnitudes, or all where it holds only zeros,
            "keep" changes nothing.
        meant: the matrix whose exact sums are aimed at; the same without deviations if None.

    Raises:
        ValueError: on inputs of another shape, all zero, or another range.

    Example:
        >>> from crossbar.cells.cell import Cell
        >>> from crossbar.converters.adc import IdealAdc
        >>> from crossbar.design import Design
        >>> from crossbar.programming import program
        >>> design = Design(Cell(jnp.array([1e-6, 2e-6])), adc=IdealAdc(5), rows=64, columns=4)
        >>> matrix = np.random.default_rng(0).normal(size=(64, 4))
        >>> memory = program(random.key(0), matrix, design)
        >>> tuned = calibrate(memory, np.eye(64))
        >>> memory.step.tolist(), tuned.step.tolist()
        ([2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    """
    x = check_inputs(inputs, programmed.inputs, signed=programmed.is_signed)
    x = x.reshape(-1, programmed.inputs)
    if not np.any(np.asarray(x)):
        raise ValueError("all inputs are 0; calibrate with inputs like those to come")
    programmed = programmed.replace(input_scale=_input_scale(programmed, x, input_range))
    if programmed.design.adc.bits is None:
        return programmed
    top = float(full_step(programmed).max())
    meant = without_deviations(programmed) if meant is None else meant
    found = range_errors(programmed, x, top * 0.5 ** np.arange(_HALVINGS), key, meant)
    steps = _best(found, per_row)
    if not powers_of_two:
        steps = _refined(programmed, x, steps, per_row, key, meant)
    return programmed.replace(step=jnp.asarray(steps, jnp.float32))


def without_deviations(programmed: ProgrammedMatrix) -> ProgrammedMatrix:
    """The same matrix with every cell at the level it is nearest to, behind the same wires."""
    cell = programmed.design.cell
    return with_conductance(programmed, cell.levels[nearest_levels(cell, programmed.conductance)])


def range_errors(
    programmed: ProgrammedMatrix,
    x: jax.Array,
    steps: ArrayLike,
    key: jax.Array | None = None,
    meant: ProgrammedMatrix | None = None,
) -> RangeErrors:
    """Squared errors of converters at each of some steps.

    Args:
        x: [vectors, inputs].
        steps: [candidates].
        meant: whose exact sums are aimed at; the matrix itself if None.
    """
    tried = np.asarray(steps, np.float64)
    wanted = (programmed if meant is None else meant).transfer
    errors, power = _errors(programmed, wanted, x, jnp.asarray(tried, jnp.float32), key)
    return RangeErrors(tried, np.asarray(errors, np.float64), np.asarray(power, np.float64))


@jax.jit
def _errors(
    programmed: ProgrammedMatrix,
    wanted: jax.Array,
    x: jax.Array,
    steps: jax.Array,
    key: jax.Array | None,
) -> tuple[jax.Array, jax.Array]:
    levels, worth = drive_levels(programmed, input_codes(programmed, x)[0])
    relative = jnp.asarray(worth / np.abs(worth).max(), jnp.float32)
    blocks, slices = programmed.transfer.shape[:2]
    meant = programmed.replace(transfer=wanted)

    def power_of(values: jax.Array) -> jax.Array:
        return jnp.sum(jnp.tensordot(relative, values.reshape(len(worth), -1), 1) ** 2)

    def of_array(index: jax.Array) -> tuple[jax.Array, jax.Array]:
        block, piece = index // slices, index % slices
        driven = jnp.take(levels, block, axis=1)
        read_key = None if key is None else random.fold_in(key, index)
        clean = current(meant, driven, block, piece, None)
        seen = current(programmed, driven, block, piece, read_key)

        def squared(step: jax.Array) -> jax.Array:
            return power_of(digitise(programmed, seen, block, piece, step, read_key) - clean)

        return lax.map(squared, steps), power_of(clean)

    errors, power = lax.map(of_array, jnp.arange(blocks * slices))
    return errors.reshape(blocks, slices, -1), power.reshape(blocks, slices)


def _best(found: RangeErrors, per_row: bool) -> NDArray[np.float64]:
    """Steps, [S] or [K, S]."""
    errors = found.errors if per_row else found.errors.sum(0, keepdims=True)
    power = found.power if per_row else found.power.sum(0, keepdims=True)
    enough = _AS_GOOD * errors.min(-1) + 1e-10 * power
    steps = found.steps[np.argmax(errors <= enough[..., None], axis=-1)]
    return steps if per_row else steps[0]


def _refined(
    programmed: ProgrammedMatrix,
    x: jax.Array,
    steps: NDArray[np.float64],
    per_row: bool,
    key: jax.Array | None,
    meant: ProgrammedMatrix,
) -> NDArray[np.float64]:
    """The best of eight steps an octave around the best power of two of each slice."""
    octave = 2.0 ** (np.arange(7, -8, -1) / 8)
    result = steps.copy()
    for step in np.unique(steps):
        near = _best(range_errors(programmed, x, step * octave, key, meant), per_row)
        result = np.where(steps == step, near, result)
    return result


def _input_scale(
    programmed: ProgrammedMatrix, x: jax.Array, input_range: float | str
) -> jax.Array | None:
    if input_range == "keep":
        return programmed.input_scale
    sizes = np.abs(np.asarray(x, np.float64)).ravel()
    largest = 2 ** (programmed.design.input_bits - programmed.is_signed) - 1
    if input_range != "mse":
        if isinstance(input_range, str):
            raise ValueError(
                f"input_range is {input_range!r}; expected 'mse', 'keep' or a percentage"
            )
        check_range("input_range", input_range, 1e-3, 100.0, unit="%")
        top = float(np.percentile(sizes, input_range)) or sizes.max()
        return jnp.float32(top / largest)
    scales = sizes.max() / largest * 0.5 ** (np.arange(25) / 8)
    if programmed.input_scale is not None:
        scales = np.concatenate([[float(programmed.input_scale)], scales])
    errors = [np.sum((np.clip(np.rint(sizes / s), 0, largest) * s - sizes) ** 2) for s in scales]
    return jnp.float32(scales[int(np.argmin(errors))])


def needed_bits(programmed: ProgrammedMatrix) -> int:
    """Bits with which no input of this matrix leaves the range of a converter of step 1.

    Of cells that do not deviate never more than `Design.lossless_bits`, which holds for any matrix.
    """
    design, transfer = programmed.design, np.asarray(programmed.transfer, np.float64)
    up, down = np.maximum(transfer, 0).sum(2).max(), np.maximum(-transfer, 0).sum(2).max()
    either = np.abs(transfer).sum(2).max() if design.encoding == "sign-magnitude" else 0
    most = int(np.rint(max(up, down, either) * (2**design.dac_bits - 1)))
    return max(most.bit_length() + 1, 2)
