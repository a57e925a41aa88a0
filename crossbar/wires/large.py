"""Some columns of the effective matrix of an array that is too large to eliminate.

`effective` finds all columns in a time that grows as the fourth power of the side.  A few columns
cost far less: by reciprocity, what input i contributes to output j is the current that leaves input
i where output j is driven and all inputs are grounded, one solution of Kirchhoff's equations.

Bit lines are eliminated cell by cell; what remains for the voltages w of the word lines is
``(L + S) w = b``, with L the word lines alone and S the cells behind them.  Conjugate gradients,
preconditioned with L, take few steps: eigenvalues lie between 1 and ``1 + 0.4 r G columns^2``.
Only sums of positive terms are formed (L itself is never applied, only its inverse), so that
float32 serves at any size.  With the residual the result says how exact it is.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from crossbar.wires.wire import Wire

_LEAST = 1e-12  # Ohm, as in `bitline`


class Columns(NamedTuple):
    """Part of an effective matrix.

    Attributes:
        transfer: S, [rows, wanted].
        residual: the largest of all solutions, relative to its right side; in the norm in which an
            error of the solution is never larger.
        steps: the most that any took.
    """

    transfer: jax.Array
    residual: jax.Array
    steps: jax.Array


class _Ladders(NamedTuple):
    """Bit lines: conductances, share that passes to the next cell, and resistance at the end."""

    load: jax.Array
    passed: jax.Array
    foot: jax.Array
    step: jax.Array
    end: jax.Array


@jax.jit
def some_columns(
    conductance: jax.Array,
    wire: Wire,
    wanted: jax.Array,
    tolerance: float | jax.Array = 1e-5,
    max_steps: int | jax.Array = 400,
) -> Columns:
    """Effective conductances of some columns of an array with resistive wires.

    Args:
        conductance: S, [rows, columns].
        wire: resistances.
        wanted: whole numbers, [wanted]: which columns.
        tolerance: of the residual.
        max_steps: for each column; see `Columns.residual`.

    The work is that of ``wanted steps rows columns``.

    Example:
        >>> cells = jnp.array([[1e-3, 2e-3], [2e-3, 1e-3]])
        >>> found = some_columns(cells, Wire(word=10.0, bit=10.0), jnp.array([1]))
        >>> [round(float(g) * 1e3, 3) for g in found.transfer[:, 0]]
        [1.817, 0.935]
    """
    ladders = _ladders(conductance, wire)

    def column(index: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        mine = jnp.arange(conductance.shape[1]) == index
        driven = jnp.zeros_like(conductance).at[-1].add(mine / ladders.end)
        if wire.ground == "both":
            driven = driven.at[0].add(mine / ladders.end)
        return _solve(ladders, wire, conductance * _voltages(ladders, driven), tolerance, max_steps)

    transfer, residual, steps = lax.map(column, wanted)
    return Columns(transfer.T, jnp.max(residual), jnp.max(steps))


@jax.jit
def drawn_power(
    conductance: jax.Array,
    wire: Wire,
    voltages: jax.Array,
    tolerance: float | jax.Array = 1e-4,
    max_steps: int | jax.Array = 400,
) -> jax.Array:
    """Power of an array with resistive wires at some inputs, W, [vectors].

    Args:
        conductance: S, [rows, columns].
        wire: resistances.
        voltages: V, [vectors, rows].
        tolerance, max_steps: as of `some_columns`.

    Example:
        >>> one = drawn_power(jnp.full((1, 1), 1e-3), Wire(500.0, 500.0), jnp.ones((1, 1)))
        >>> round(float(one[0]), 6)
        0.0005
    """
    ladders = _ladders(conductance, wire)

    def vector(volts: jax.Array) -> jax.Array:
        side = _seen(ladders, jnp.broadcast_to(volts[:, None], conductance.shape))
        return volts @ _solve(ladders, wire, side, tolerance, max_steps)[0]

    return lax.map(vector, voltages)


def _ladders(conductance: jax.Array, wire: Wire) -> _Ladders:
    dtype = conductance.dtype
    step = jnp.maximum(jnp.asarray(wire.bit, dtype), _LEAST)
    end = step + jnp.asarray(wire.sense, dtype)

    def down(above: jax.Array, load: jax.Array) -> tuple[jax.Array, jax.Array]:
        total = above + load
        share = 1 / (1 + step * total)
        return total * share, jnp.stack([share, total])

    first = 1 / end if wire.ground == "both" else jnp.zeros((), dtype)
    _, found = lax.scan(down, jnp.full(conductance.shape[1], first, dtype), conductance)
    return _Ladders(conductance, found[:, 0], 1 / (found[-1, 1] + 1 / end), step, end)


def _voltages(ladders: _Ladders, currents: jax.Array) -> jax.Array:
    """Of bit lines whose cells' other ends are grounded, V, for currents put in, A."""

    def down(arriving: jax.Array, here: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        passed, put = here
        total = arriving + put
        return passed * total, total

    nothing = jnp.zeros_like(currents[0])
    _, totals = lax.scan(down, nothing, (ladders.passed, currents))
    last = totals[-1] * ladders.foot

    def up(below: jax.Array, here: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        passed, total = here
        voltage = passed * (ladders.step * total + below)
        return voltage, voltage

    _, rest = lax.scan(up, last, (ladders.passed[:-1], totals[:-1]), reverse=True)
    return jnp.concatenate([rest, last[None]])


def _seen(ladders: _Ladders, word: jax.Array) -> jax.Array:
    """S w: currents from word lines into cells, A."""
    return ladders.load * (word - _voltages(ladders, ladders.load * word))


def _word_voltages(currents: jax.Array, wire: Wire) -> jax.Array:
    """L^-1 f: of word lines alone, for currents put in."""
    step = jnp.asarray(wire.word, currents.dtype)
    first = step + jnp.asarray(wire.source, currents.dtype)

    def gather(right: jax.Array, here: jax.Array) -> tuple[jax.Array, jax.Array]:
        total = right + here
        return total, total

    nothing = jnp.zeros_like(currents[:, 0])
    _, flowing = lax.scan(gather, nothing, currents.T, reverse=True)

    def rise(left: jax.Array, flow: jax.Array) -> tuple[jax.Array, jax.Array]:
        voltage = left + step * flow
        return voltage, voltage

    start = (first - step) * flowing[0]
    _, voltages = lax.scan(rise, start, flowing)
    if wire.drive == "both":
        path = first + step * jnp.arange(currents.shape[1], dtype=currents.dtype)
        leaving = voltages[-1] / jnp.maximum(path[-1] + first, _LEAST)
        voltages = voltages - path[:, None] * leaving
    return voltages.T


class _State(NamedTuple):
    word: jax.Array
    residual: jax.Array
    direction: jax.Array
    image: jax.Array  # L times the direction, kept by recurrence
    size: jax.Array
    steps: jax.Array


def _solve(
    ladders: _Ladders,
    wire: Wire,
    side: jax.Array,
    tolerance: float | jax.Array,
    max_steps: int | jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Currents into the drivers, [rows], of ``(L + S) w = side``, the residual and the steps."""
    direction = _word_voltages(side, wire)
    start = jnp.sum(side * direction)

    def unfinished(state: _State) -> jax.Array:
        return (state.size > tolerance**2 * start) & (state.steps < max_steps)

    def advance(state: _State) -> _State:
        image = state.image + _seen(ladders, state.direction)
        stride = state.size / jnp.sum(state.direction * image)
        residual = state.residual - stride * image
        better = _word_voltages(residual, wire)
        size = jnp.sum(residual * better)
        ratio = size / state.size
        return _State(
            state.word + stride * state.direction,
            residual,
            better + ratio * state.direction,
            residual + ratio * state.image,
            size,
            state.steps + 1,
        )

    begin = _State(jnp.zeros_like(side), side, direction, side, start, jnp.int32(0))
    done = lax.while_loop(unfinished, advance, begin)
    relative = jnp.sqrt(jnp.maximum(done.size, 0) / jnp.where(start > 0, start, 1))
    return jnp.sum(side - _seen(ladders, done.word), axis=1), relative, done.steps
