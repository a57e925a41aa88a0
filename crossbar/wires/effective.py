"""What an array of linear cells computes when its wires have resistance: a matrix, exactly.

Kirchhoff's laws are linear, so wires turn the matrix of conductances into another one.  It is found
once, by elimination of one column after another; products then cost what they cost without wires.

Column j, with its bit line eliminated (`bitline`), is a conductance matrix S_j between the word
lines.  Seen from the left, what begins at column j is ``B_j = S_j + Z_j``, where ``Z_j`` is all
that lies further right behind one segment of wire: ``P_j = (1 + r B_j)^-1``, ``Z_{j-1} = B_j P_j``.
Voltages follow from the left, ``w_j = P_j w_{j-1}``.  All of it is sums and factors of positive
definite matrices, exact for r = 0 too.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax, vmap
from jax.scipy.linalg import cho_solve

from crossbar.wires.bitline import LEAST, bit_line
from crossbar.wires.wire import Wire


class Effective(NamedTuple):
    """An array as seen from its ends; currents are positive into the array and into the ground.

    Attributes:
        transfer: S, [rows, columns]: ``sensed current = voltages @ transfer``.
        drive: S, [rows, rows]: ``driven current = voltages @ drive``; power is
            ``voltages @ drive @ voltages``.
    """

    transfer: jax.Array
    drive: jax.Array


@jax.jit
def effective(conductance: jax.Array, wire: Wire) -> Effective:
    """Exact linear response of an array with resistive wires.

    Args:
        conductance: S, [rows, columns], of each cell with what is in series with it.
        wire: resistances; differentiable like the conductances.

    The work grows as rows^3 columns; `vmap` it over arrays.  In float32 the error is about 1e-6
    of the lossless current; under ``jax.enable_x64()`` with float64 conductances it is below 1e-12.

    Example:
        >>> import numpy as np
        >>> cells = jnp.array([[1e-3, 2e-3], [2e-3, 1e-3]])
        >>> np.round(np.asarray(effective(cells, Wire(word=10.0, bit=10.0)).transfer) * 1e3, 3)
        ... # doctest: +NORMALIZE_WHITESPACE
        array([[0.935, 1.817],
               [1.887, 0.935]], dtype=float32)
    """
    columns = vmap(partial(_column, wire), in_axes=1)(conductance)
    segments = segments_of(wire, conductance)
    if wire.drive == "both":
        return _from_both(columns, segments, jnp.maximum(segments[0], LEAST))
    return _from_one(columns, segments)


class Column(NamedTuple):
    """One bit line, or [columns] of them: what its cells do to the word lines and to the output.

    Attributes:
        load: S_j, S, [rows, rows].
        output: S, [rows], sensed current per volt of each word line here.
    """

    load: jax.Array
    output: jax.Array


def _column(wire: Wire, conductance: jax.Array) -> Column:
    line = bit_line(conductance, wire)
    load = jnp.diag(conductance) - conductance[:, None] * line.green * conductance[None, :]
    return Column(load, line.collect * conductance)


def segments_of(wire: Wire, conductance: jax.Array) -> jax.Array:
    """Ohm, [columns], of the word lines to the left of each column."""
    dtype, columns = conductance.dtype, conductance.shape[1]
    plain = jnp.full(columns, 1, dtype) * jnp.asarray(wire.word, dtype)
    return plain.at[0].add(jnp.asarray(wire.source, dtype))


def behind(segment: jax.Array, seen: jax.Array) -> tuple[jax.Array, jax.Array]:
    """``Z = B P`` and ``P = (1 + r B)^-1``, which is ``1 - r Z``.

    ``(B - r B^2) (1 + r^2 B^2)`` where what that leaves out is rounding; else a factorisation.
    """
    one, lost = jnp.eye(seen.shape[0], dtype=seen.dtype), segment * seen

    def series() -> jax.Array:
        square = seen @ lost
        return (seen - square) + (seen - square) @ (segment * square)

    def factorised() -> jax.Array:
        factor = jnp.linalg.cholesky(one + lost, symmetrize_input=False)
        return cho_solve((factor, True), seen)

    small = jnp.max(jnp.sum(jnp.abs(lost), 0)) < 0.8 * jnp.finfo(seen.dtype).eps ** 0.25
    right = lax.cond(small, series, factorised)
    return right, one - segment * right


def _from_one(columns: Column, segments: jax.Array) -> Effective:
    def leftward(
        right: jax.Array, column: tuple[jax.Array, jax.Array]
    ) -> tuple[jax.Array, jax.Array]:
        load, segment = column
        return behind(segment, load + right)

    def rightward(
        voltages: jax.Array, column: tuple[jax.Array, jax.Array]
    ) -> tuple[jax.Array, jax.Array]:
        factor, output = column
        voltages = factor @ voltages
        return voltages, output @ voltages

    nothing = jnp.zeros_like(columns.load[0])
    one = jnp.eye(nothing.shape[0], dtype=nothing.dtype)
    drive, factors = lax.scan(leftward, nothing, (columns.load, segments), reverse=True)
    _, transfer = lax.scan(rightward, one, (factors, columns.output))
    return Effective(transfer.T, drive)


def _from_both(columns: Column, segments: jax.Array, far: jax.Array) -> Effective:
    """The last column has a driver of its own: what comes from it, ``H_j V``, is carried along."""

    def leftward(
        carry: tuple[jax.Array, jax.Array], column: tuple[jax.Array, jax.Array]
    ) -> tuple[tuple[jax.Array, jax.Array], tuple[jax.Array, jax.Array]]:
        (right, held), (load, segment) = carry, column
        right, factor = behind(segment, load + right)
        passed = factor @ held
        return (right, passed), (factor, segment * passed)

    def rightward(
        carry: tuple[jax.Array, jax.Array], column: tuple[jax.Array, ...]
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        (voltages, drawn), (factor, lifted, load, output) = carry, column
        voltages = factor @ voltages + lifted
        return (voltages, drawn + load @ voltages), output @ voltages

    one = jnp.eye(columns.load.shape[1], dtype=columns.load.dtype)
    _, (factors, lifted) = lax.scan(
        leftward, (one / far, one / far), (columns.load, segments), reverse=True
    )
    (_, drive), transfer = lax.scan(
        rightward, (one, jnp.zeros_like(one)), (factors, lifted, *columns)
    )
    return Effective(transfer.T, drive)
