"""Making up for what arrays do wrong: columns' gains and offsets, and codes that know their wires.

The first follow from a few products (`compensate_columns`), the second from what each cell counts
for (`remap`, by `best_codes`).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.best_codes import best_codes
from crossbar.checking import finite_matrix
from crossbar.design import Design
from crossbar.matching import column_gain
from crossbar.matching import matrix_error as matrix_error
from crossbar.programmed import ProgrammedMatrix, check_inputs
from crossbar.programming import code_bits, full_step, program_codes
from crossbar.quantise import quantise


def compensate_columns(
    programmed: ProgrammedMatrix,
    matrix: ArrayLike,
    inputs: ArrayLike,
    *,
    key: jax.Array | None = None,
) -> ProgrammedMatrix:
    """The same matrix with the gain and offset of each column that fit some products best.

    Least squares from products whose results are known, such as a chip's first after programming.

    Args:
        matrix: what was to be programmed, [inputs, outputs].
        inputs: [vectors, inputs], at least two.
        key: of read noise; None for none.

    A column whose products do not vary keeps its gain.

    Raises:
        ValueError: on a single input, shapes that do not fit, or inputs that `mvm` refuses.

    Example:
        >>> from crossbar.cells.cell import Cell
        >>> from crossbar.programming import program
        >>> weights = np.random.default_rng(0).normal(size=(8, 2))
        >>> cell = Cell(jnp.array([1e-6, 2e-6]), device_spread=0.1)
        >>> memory = program(jax.random.key(0), weights, Design(cell, rows=8, columns=2))
        >>> better = compensate_columns(memory, weights, np.eye(8))
        >>> matrix_error(better.matrix(), weights) < matrix_error(memory.matrix(), weights)
        True
    """
    weights = finite_matrix("matrix", matrix)
    if weights.shape != (programmed.inputs, programmed.outputs):
        raise ValueError(
            f"matrix has shape {weights.shape}; programmed was {programmed.inputs} x "
            f"{programmed.outputs}"
        )
    check_inputs(inputs, programmed.inputs, signed=programmed.is_signed)
    x = np.asarray(inputs, np.float64).reshape(-1, programmed.inputs)
    if len(x) < 2:
        raise ValueError("one input cannot tell gain from offset; give at least two")
    plain = programmed.replace(
        gain=jnp.ones_like(programmed.gain), offset=jnp.zeros_like(programmed.offset)
    )
    gain, offset = gain_and_offset(plain.mvm(x, key)[0], x @ weights)
    return programmed.replace(
        gain=jnp.asarray(gain, jnp.float32), offset=jnp.asarray(offset, jnp.float32)
    )


def gain_and_offset(
    seen: ArrayLike, true: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What takes each column of products nearest to what they should be, by least squares.

    Args:
        seen, true: [vectors, outputs].

    A column whose products do not vary keeps its gain.

    Example:
        >>> gain, offset = gain_and_offset([[0.0], [1.0]], [[3.0], [5.0]])
        >>> gain.item(), offset.item()
        (2.0, 3.0)
    """
    seen, true = np.asarray(seen, np.float64), np.asarray(true, np.float64)
    centred = seen - seen.mean(0)
    power = np.sum(centred**2, axis=0)
    varies = power > 1e-12 * np.maximum(np.sum(seen**2, axis=0), 1e-300)
    gain = np.where(varies, np.sum(centred * true, axis=0) / np.where(varies, power, 1.0), 1.0)
    return gain, true.mean(0) - gain * seen.mean(0)


class Remapped(NamedTuple):
    """A matrix programmed with codes that make up for its wires.

    Attributes:
        programmed: the matrix.
        before: error of the plain mapping, ``|W_eff - W| / |W|``.
        gain_only: the same with the best gain for each column.
        after: error of `programmed`.
        rounds: error on the model of the arrays, gains included: of the plain mapping and after
            each round.
    """

    programmed: ProgrammedMatrix
    before: float
    gain_only: float
    after: float
    rounds: tuple[float, ...]


def remap(
    key: jax.Array,
    matrix: ArrayLike,
    design: Design,
    *,
    measured: bool = False,
    rounds: int = 5,
) -> Remapped:
    """Program a matrix so that its *effective* matrix is the wanted one.

    Args:
        key: as of `program`; the same key is the same chip.
        matrix: real numbers, [inputs, outputs].
        measured: whether the conductances of this chip are known, so that the spread of devices is
            made up for as well; else only wires are.  Every round is then a programming of its own,
            whose cycle-to-cycle part nobody knows beforehand.
        rounds: of choosing codes, 1 to 50.

    Each column gets a digital gain, so that the range of codes has room for cells that lose most.
    The work grows as 2^weight_bits for each weight and round.

    Raises:
        ValueError: on a matrix that is empty or not finite, or another number of rounds.

    Example:
        >>> from crossbar.cells.cell import Cell
        >>> from crossbar.wires.wire import Wire
        >>> weights = np.random.default_rng(0).normal(size=(16, 4))
        >>> cell = Cell(jnp.array([1 / 6e3, 1 / 3e3]))
        >>> design = Design(cell, Wire(word=5.0, bit=5.0), rows=16, columns=4)
        >>> done = remap(jax.random.key(0), weights, design)
        >>> done.after < done.gain_only < done.before
        True
    """
    weights = finite_matrix("matrix", matrix)
    codes, scale = quantise(weights, code_bits(design), axis=0 if design.per_column else None)
    best = best_codes(key, weights, design, measured=measured, rounds=rounds)
    final = program_codes(key, best.codes, scale, design).replace(
        gain=jnp.asarray(best.gain, jnp.float32)
    )
    # Its sums are not meant to be whole.
    final = final.replace(step=full_step(final, least=0.0))
    plain = program_codes(key, codes, scale, design)
    gain = column_gain(plain.matrix(), weights)
    return Remapped(
        programmed=final,
        before=matrix_error(plain.matrix(), weights),
        gain_only=matrix_error(np.asarray(plain.matrix()) * gain, weights),
        after=matrix_error(final.matrix(), weights),
        rounds=best.rounds,
    )
