"""Codes that make up for what arrays do wrong: their effective matrix is the wanted one.

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
from numpy.typing import NDArray

from crossbar.cells.cell import without_deviations
from crossbar.cells.draw import draw
from crossbar.checking import check_whole
from crossbar.design import Design
from crossbar.mapping import encode
from crossbar.matching import column_gain, matrix_error
from crossbar.programming import code_bits, join, seen_from_ends, to_arrays
from crossbar.quantise import quantise
from crossbar.wires.wire import Wire

Seen = Callable[[jax.Array, Wire | None], tuple[jax.Array, Any]]

# By how much the wanted weights may shrink, so that codes of cells that lose most fit their range.
_ROOM = (1.0, 0.94, 0.88, 0.8, 0.7, 0.6, 0.5)

# Rounds that choose all codes and gains anew; later ones touch only what is wrong.
_FREE_ROUNDS = 2


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
    """Codes whose effective matrix is the wanted one; see `compensation.remap`.

    Args:
        key, design, measured, rounds: as of `compensation.remap`.
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
