"""Products of one layer with its programmed arrays, many rows at a time in bounded memory."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from crossbar.calibration import needed_bits
from crossbar.converters.adc import IdealAdc
from crossbar.programmed import ProgrammedMatrix, drive_levels, input_codes, read_energy

# Numbers of the largest array of one part, 8 MB: it stays in a cache.
_MOST = 2**21


def multiply(
    programmed: ProgrammedMatrix,
    rows: jax.Array,
    key: jax.Array | None = None,
    *,
    counted: bool = False,
    whole: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """Products of rows [m, in], and the energy of cells and wires.

    Args:
        programmed: arrays with a fixed `input_scale`, so that no row depends on another.
        rows: float [m, in].
        key: of the noise of this read; None for none.
        counted: whether energy is counted, which takes time.
        whole: whether :func:`is_whole` was found: the same to the last bit, in one product.

    Returns:
        [m, out], float32, and J, 0 where it is not counted.

    Raises:
        ValueError: where the scale of inputs is not fixed.

    Example:
        >>> import crossbar
        >>> design = crossbar.Design(crossbar.Cell([1e-6, 2e-6]), rows=4, columns=4)
        >>> memory = crossbar.program(random.key(0), jnp.eye(2), design)
        >>> memory = memory.replace(input_scale=jnp.float32(1 / 127))
        >>> multiply(memory, jnp.array([[1.0, -1.0]]))[0].round(3).tolist()
        [[1.0, -1.0]]
    """
    if programmed.input_scale is None:
        raise ValueError("input_scale is None; fix it by crossbar.calibration.calibrate")
    return _multiply(programmed, rows, key, counted=counted, whole=whole)


def is_unrounded(programmed: ProgrammedMatrix, key: jax.Array | None) -> bool:
    """Whether nothing happens to the sums of single digits, so that one product serves for all."""
    design = programmed.design
    plain = isinstance(design.adc, IdealAdc) and design.adc.bits is None and design.dac is None
    return plain and (key is None or programmed.noise is None)


def is_whole(programmed: ProgrammedMatrix) -> bool:
    """Whether converters give whole numbers without loss, so that one product serves for all.

    So it is with cells that are what their levels say, no wires, and converters of enough bits and
    of step 1: they only undo what float32 makes of a level.  Looks at every cell; not traced.
    """
    design, adc = programmed.design, programmed.design.adc
    if not isinstance(adc, IdealAdc) or adc.bits is None or design.dac is not None:
        return False
    if programmed.noise is not None or not np.all(np.asarray(programmed.step) == 1):
        return False
    transfer = np.asarray(programmed.transfer, np.float64)
    nearest = np.rint(transfer)
    lost = np.abs(transfer - nearest).sum(2).max() * (2**design.dac_bits - 1)
    weights = np.einsum("s,ksrm->rm", np.asarray(programmed.significance), np.abs(nearest))
    # Float32 holds whole numbers below 2^24, in every order of adding.
    largest = weights.sum(0).max() * 2 ** (design.input_bits - programmed.is_signed)
    return bool(lost < 0.25 and largest < 2**24 and needed_bits(programmed) <= adc.bits)


@partial(jax.jit, static_argnames=("counted", "whole"))
def _multiply(
    programmed: ProgrammedMatrix,
    rows: jax.Array,
    key: jax.Array | None,
    *,
    counted: bool,
    whole: bool,
) -> tuple[jax.Array, jax.Array]:
    count, plain = rows.shape[0], whole or is_unrounded(programmed, key)
    exact = programmed.replace(transfer=jnp.round(programmed.transfer)) if whole else programmed
    matrix = exact.sums() if plain else None

    def part(x: jax.Array, key: jax.Array | None) -> tuple[jax.Array, jax.Array]:
        if matrix is not None:
            return _at_once(programmed, matrix, x, counted)
        if not counted and key is None:
            return x @ programmed, jnp.zeros(())
        result, events = programmed.mvm(x, key)
        return result, events["cell.read"]

    most = _rows_at_once(programmed)
    if count <= most:
        return part(rows, key)
    parts = -(-count // most)
    size = -(-count // parts)
    split = jnp.pad(rows, ((0, parts * size - count), (0, 0))).reshape(parts, size, -1)

    def one(given: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        place, x = given
        return part(x, None if key is None else random.fold_in(key, place))

    # Rows of zeros drive no line: they take no energy.
    result, energy = lax.map(one, (jnp.arange(parts), split))
    return result.reshape(parts * size, -1)[:count], energy.sum()


def _at_once(
    programmed: ProgrammedMatrix, matrix: jax.Array, x: jax.Array, counted: bool
) -> tuple[jax.Array, jax.Array]:
    codes, scale = input_codes(programmed, x)
    product = jnp.matmul(codes.astype(jnp.float32), matrix, precision=lax.Precision.HIGHEST)
    product = product * (scale * programmed.weight_scale * programmed.gain)
    energy = jnp.zeros(())
    if counted:
        energy = read_energy(programmed, drive_levels(programmed, codes)[0])
    return product + programmed.offset, energy


def _rows_at_once(programmed: ProgrammedMatrix) -> int:
    blocks, _, height, outputs = programmed.transfer.shape
    return max(_MOST // (programmed.design.num_digits * max(blocks * height, outputs)), 1)
