"""Making up for what arrays do wrong: columns' gains and offsets, and codes that know their wires.

Wires and the spread of devices turn the wanted matrix into another, the effective one.  Seen from
one cell, all the others make a factor by which its conductance counts.  With the factors held, the
best code of every weight is found by looking at all codes; the new codes change the factors a
little, and a few rounds settle.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from numpy.typing import ArrayLike, NDArray

from crossbar.cells.cell import without_deviations
from crossbar.cells.draw import draw
from crossbar.checking import check_whole, finite_matrix
from crossbar.design import Design
from crossbar.mapping import encode
from crossbar.programmed import ProgrammedMatrix, check_inputs
from crossbar.programming import code_bits, join, program_codes, seen_from_ends, to_arrays
from crossbar.quantise import quantise
from crossbar.wires.wire import Wire

Seen = Callable[[jax.Array, Wire | None], tuple[jax.Array, Any]]

# By how much the wanted weights may shrink, so that codes of cells that lose most fit their range.
_ROOM = (1.0, 0.94, 0.88, 0.8, 0.7, 0.6, 0.5)

# Rounds that choose all codes and gains anew; later ones touch only what is wrong.
_FREE_ROUNDS = 2


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


def matrix_error(found: ArrayLike, wanted: ArrayLike) -> float:
    """``|found - wanted| / |wanted|``, Frobenius; 0 or infinite where all that is wanted is 0.

    Example:
        >>> matrix_error([[1.5]], [[1.0]])
        0.5
    """
    target = np.asarray(wanted, np.float64)
    lost, size = np.linalg.norm(np.asarray(found, np.float64) - target), np.linalg.norm(target)
    if size == 0:
        return float(np.inf if lost else 0.0)
    return float(lost / size)


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
        >>> memory = program(random.key(0), weights, Design(cell, rows=8, columns=2))
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
    seen = np.asarray(plain.mvm(x, key)[0], np.float64)
    true = x @ weights
    centred = seen - seen.mean(0)
    power = np.sum(centred**2, axis=0)
    varies = power > 1e-12 * np.maximum(np.sum(seen**2, axis=0), 1e-300)
    gain = np.where(varies, np.sum(centred * true, axis=0) / np.where(varies, power, 1.0), 1.0)
    offset = true.mean(0) - gain * seen.mean(0)
    return programmed.replace(
        gain=jnp.asarray(gain, jnp.float32), offset=jnp.asarray(offset, jnp.float32)
    )


def column_gain(found: ArrayLike, wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gain of each column that brings one matrix closest to another, [outputs].

    1 where that would not be above 0: of a column that is empty, or has nothing in common.
    """
    seen = np.asarray(found, np.float64)
    power = np.sum(seen**2, axis=0)
    gain = np.sum(seen * wanted, axis=0) / np.where(power > 0, power, 1.0)
    return np.where(gain > 0, gain, 1.0)


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
        >>> done = remap(random.key(0), weights, design)
        >>> done.after < done.gain_only < done.before
        True
    """
    weights = finite_matrix("matrix", matrix)
    codes, scale = quantise(weights, code_bits(design), axis=0 if design.per_column else None)
    best = best_codes(key, weights, design, measured=measured, rounds=rounds)
    final = program_codes(key, best.codes, scale, design).replace(
        gain=jnp.asarray(best.gain, jnp.float32)
    )
    plain = program_codes(key, codes, scale, design)
    gain = column_gain(plain.matrix(), weights)
    return Remapped(
        programmed=final,
        before=matrix_error(plain.matrix(), weights),
        gain_only=matrix_error(np.asarray(plain.matrix()) * gain, weights),
        after=matrix_error(final.matrix(), weights),
        rounds=best.rounds,
    )


class BestCodes(NamedTuple):
    """Whole numbers to program instead of the plain ones.

    Attributes:
        codes: [inputs, outputs].
        gain: [outputs], that goes with them.
        rounds: error on the model of the arrays: of the plain codes and after each round.
    """

    codes: NDArray[np.int32]
    gain: NDArray[np.float64]
    rounds: tuple[float, ...]


def best_codes(
    key: jax.Array,
    weights: NDArray[np.float64],
    design: Design,
    *,
    measured: bool = False,
    rounds: int = 4,
    seen: Seen = seen_from_ends,
) -> BestCodes:
    """Codes whose effective matrix is the wanted one; see `remap`.

    Args:
        key, design, measured, rounds: as of `remap`.
        weights: [inputs, outputs].
        seen: from the conductances of arrays and a wire to what they compute.

    Raises:
        ValueError: on another number of rounds.
    """
    check_whole("rounds", rounds, 1, 50)
    codes, scale = quantise(weights, code_bits(design), axis=0 if design.per_column else None)
    model = design if measured else design.replace(cell=without_deviations(design.cell))
    wanted = weights / scale
    trials = [_try(key, 0, codes, wanted, model, seen)]
    for step in range(1, rounds + 1):
        chosen = _choose(trials[-1], wanted, model, settled=step > _FREE_ROUNDS)
        trials.append(_try(key, step, chosen, wanted, model, seen))
    best = min(trials[1:], key=lambda trial: trial.error)
    return BestCodes(best.codes, best.gain, tuple(trial.error for trial in trials))


class _Trial(NamedTuple):
    """One programming of the model, in codes.

    Attributes:
        codes: [inputs, outputs].
        matrix: [inputs, outputs], what it computes.
        plus, minus: [S, inputs, outputs]: by how much the conductance of each cell counts.
        gain: [outputs], the best.
        error: with that gain.
    """

    codes: NDArray[np.int32]
    matrix: NDArray[np.float64]
    plus: jax.Array
    minus: jax.Array
    gain: NDArray[np.float64]
    error: float


def _try(
    key: jax.Array,
    step: int,
    codes: NDArray[np.int32],
    wanted: NDArray[np.float64],
    design: Design,
    seen: Seen,
) -> _Trial:
    planes = encode(codes, design.mapping, design.weight_bits, design.cell.num_levels)
    device_key = random.split(key, 3)[0]
    cycle_key = random.fold_in(key, step + 3)
    levels = jnp.asarray(to_arrays(planes, design))
    found, plus, minus = _look(device_key, cycle_key, levels, design, shape=wanted.shape, seen=seen)
    matrix = np.tensordot(planes.significance, np.asarray(found, np.float64), 1)
    gain = column_gain(matrix, wanted)
    return _Trial(codes, matrix, plus, minus, gain, matrix_error(matrix * gain, wanted))


@partial(jax.jit, static_argnames=("shape", "seen"))
def _look(
    device_key: jax.Array,
    cycle_key: jax.Array,
    levels: jax.Array,
    design: Design,
    *,
    shape: tuple[int, int],
    seen: Seen,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """What slices compute in steps of a level, and the factors of their cells, [S, *shape]."""
    cells = draw(device_key, cycle_key, design.cell, levels)
    transfer, _ = seen(cells, design.wire)
    factor = transfer / design.cell.levels[levels]

    def whole(values: jax.Array, sign: float) -> jax.Array:
        joined = jnp.moveaxis(join(values, shape[1], sign=sign), 1, 0)
        return joined.reshape(joined.shape[0], -1, shape[1])[:, : shape[0]]

    plus = whole(factor, 0.0)
    return whole(transfer, -1.0) / design.cell.step, plus, whole(factor, 1.0) - plus


def _choose(
    trial: _Trial, wanted: NDArray[np.float64], design: Design, *, settled: bool
) -> NDArray[np.int32]:
    """The code of each weight that is best if the factors stay.

    Args:
        settled: leave gains and all weights that are right to half a code: what need not change
            should not, since every change moves the factors of others.
    """
    limit = 2 ** (code_bits(design) - 1) - 1
    codes = np.arange(-limit, limit + 1)[:, None]
    planes = encode(codes, design.mapping, design.weight_bits, design.cell.num_levels)
    unit = design.cell.levels / design.cell.step
    worth = jnp.asarray(planes.significance[:, None], jnp.float32)
    tables = [worth * unit[part[..., 0]] for part in (planes.plus, planes.minus)]
    gains = trial.gain / np.array(_ROOM[:1] if settled else _ROOM)[:, None]
    targets = jnp.asarray(wanted[:, None] / gains, jnp.float32)
    place, squared = _nearest(tables[0], tables[1], trial.plus, trial.minus, targets)
    room = np.argmin(np.asarray(squared, np.float64).sum(0) * gains**2, axis=0)
    chosen = codes[np.asarray(place)[:, room, np.arange(room.size)], 0].astype(np.int32)
    if not settled:
        return chosen
    return np.where(np.abs(wanted / trial.gain - trial.matrix) <= 0.5, trial.codes, chosen)


@jax.jit
def _nearest(
    plus_table: jax.Array,
    minus_table: jax.Array,
    plus: jax.Array,
    minus: jax.Array,
    targets: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Place of the nearest code and its squared distance, [inputs, rooms, outputs].

    Args:
        plus_table, minus_table: [S, codes], conductances in steps, times significance.
        plus, minus: [S, inputs, outputs].
        targets: [inputs, rooms, outputs].
    """

    def of_row(row: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
        plus, minus, targets = row
        values = plus_table.T @ plus - minus_table.T @ minus

        def of_room(target: jax.Array) -> tuple[jax.Array, jax.Array]:
            distance = jnp.abs(values - target)
            return jnp.argmin(distance, axis=0), jnp.min(distance, axis=0) ** 2

        return lax.map(of_room, targets)

    return lax.map(of_row, (jnp.moveaxis(plus, 1, 0), jnp.moveaxis(minus, 1, 0), targets))
