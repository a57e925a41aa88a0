"""Products of one layer with its programmed arrays, many rows at a time in bounded memory."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax, random

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
) -> tuple[jax.Array, jax.Array]:
    """Products of rows [m, in], and the energy of cells and wires.

    Args:
        programmed: arrays with a fixed `input_scale`, so that no row depends on another.
        rows: float [m, in].
        key: of the noise of this read; None for none.
        counted: whether energy is counted, which takes time.

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
    return _multiply(programmed, rows, key, counted=counted)


def is_unrounded(programmed: ProgrammedMatrix, key: jax.Array | None) -> bool:
    """Whether nothing happens to the sums of single digits, so that one product serves for all."""
    design = programmed.design
    plain = isinstance(design.adc, IdealAdc) and design.adc.bits is None and design.dac is None
    return plain and (key is None or programmed.noise is None)


@partial(jax.jit, static_argnames="counted")
def _multiply(
    programmed: ProgrammedMatrix, rows: jax.Array, key: jax.Array | None, *, counted: bool
) -> tuple[jax.Array, jax.Array]:
    count, plain = rows.shape[0], is_unrounded(programmed, key)
    matrix = programmed.matrix() if plain else None

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
    energy = jnp.zeros(())
    if counted:
        energy = read_energy(programmed, drive_levels(programmed, codes)[0])
    return product * scale + programmed.offset, energy


def _rows_at_once(programmed: ProgrammedMatrix) -> int:
    blocks, _, height, outputs = programmed.transfer.shape
    return max(_MOST // (programmed.design.num_digits * max(blocks * height, outputs)), 1)
