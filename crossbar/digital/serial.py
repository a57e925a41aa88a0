"""The macro's product in the macro's own order: one input bit a cycle, most significant first.

In each cycle every bitcell gives AND(input bit, stored bit), each bank's adder tree counts its
four columns over 256 rows, banks that share a weight are merged by shifts, and the accumulator is
doubled and added to.  The first cycle and the first column of a weight carry the sign.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

_LOW = 16


def multiply(
    inputs: NDArray[np.int32],
    bits: NDArray[np.bool_],
    input_bits: int,
    *,
    signed_cycle: bool = True,
    signed_column: bool = True,
) -> NDArray[np.int64]:
    """One tile, cycle by cycle.

    Args:
        inputs: ``[batch, rows]``, at most 256 rows.
        bits: stored bits ``[rows, outputs, weight bits]``, most significant first.
        input_bits: cycles.
        signed_cycle, signed_column: False leaves out the sign of the first cycle or column, which
            makes results wrong: for tests.

    Returns:
        int64 ``[batch, outputs]``.

    Example:
        >>> weight = np.array([[[True, False, True, True]]])  # -5
        >>> multiply(np.array([[-3]], np.int32), weight, 4).item()
        15
    """
    width = bits.shape[2]
    column = 2.0 ** np.arange(width - 1, -1, -1)
    column[0] *= -1 if signed_column else 1
    stored = jnp.asarray(bits, jnp.float32).reshape(bits.shape[0], -1)
    high, low = _cycles(
        jnp.asarray(inputs), stored, jnp.asarray(column, jnp.int32), input_bits, signed_cycle
    )
    return (np.asarray(high, np.int64) << _LOW) + np.asarray(low, np.int64)


@functools.partial(jax.jit, static_argnums=(3, 4))
def _cycles(
    inputs: jax.Array, stored: jax.Array, column: jax.Array, input_bits: int, signed: bool
) -> tuple[jax.Array, jax.Array]:
    outputs = stored.shape[1] // column.shape[0]

    def cycle(words: tuple[jax.Array, jax.Array], shift: jax.Array):
        line = ((inputs >> shift) & 1).astype(jnp.float32)
        counts = jnp.matmul(line, stored, precision=lax.Precision.HIGHEST).astype(jnp.int32)
        merged = (counts.reshape(len(inputs), outputs, -1) * column).sum(2)
        first = (shift == input_bits - 1) & signed
        merged = jnp.where(first, -merged, merged)
        # The accumulator has 40 bits: its low 16 and the rest, with a carry.
        high, low = words
        low = 2 * low + (merged & (2**_LOW - 1))
        high = 2 * high + (merged >> _LOW) + (low >> _LOW)
        return (high, low & (2**_LOW - 1)), None

    zero = jnp.zeros((len(inputs), outputs), jnp.int32)
    return lax.scan(cycle, (zero, zero), jnp.arange(input_bits - 1, -1, -1))[0]
