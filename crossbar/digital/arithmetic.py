"""The macro's product, exactly and fast.

Sums of 16 x 16 bits need 40 bits and JAX has no int64 by default, so operands are cut into digits
of at most 8 bits, the upper one signed.  A product of digits over the 256 rows of a tile is below
2**24 and therefore exact in a float32 matrix product, whatever the order of its sums: one for 8 x 8
bits, four for 16 x 16.  Results of tiles are added as high and low words of int32, and put together
in int64 on the host.  `serial` does the same cycle by cycle, as the macro does; tests compare both.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

DIGIT = 8
_LOW = 16


def digits(values: jax.Array, bits: int) -> jax.Array:
    """Digits of two's-complement numbers, least significant first, float32 ``[digit, ...]``.

    Example:
        >>> digits(jnp.array([-1, 300]), 16).tolist()
        [[255.0, 44.0], [-1.0, 1.0]]
    """
    if bits <= DIGIT:
        return values[None].astype(jnp.float32)
    low = values & (2**DIGIT - 1)
    return jnp.stack([low, values >> DIGIT]).astype(jnp.float32)


@functools.partial(jax.jit, static_argnums=(1, 2))
def prepare(weights: jax.Array, bits: int, rows: int) -> jax.Array:
    """Digits of weights ``[inputs, outputs]``: float32 ``[tile, rows, digit, outputs]``."""
    inputs, outputs = weights.shape
    padded = jnp.pad(weights, ((0, -inputs % rows), (0, 0)))
    return jnp.moveaxis(digits(padded.reshape(-1, rows, outputs), bits), 0, 2)


@functools.partial(jax.jit, static_argnums=(2,))
def multiply(inputs: jax.Array, weights: jax.Array, bits: int) -> tuple[jax.Array, jax.Array]:
    """Products of digits, summed over tiles.

    Args:
        inputs: int32 ``[batch, inputs]``.
        weights: of `prepare`.
        bits: of an input.

    Returns:
        int32 ``[input digit, batch, weight digit, outputs]``, high and low: a sum is
        ``high * 2**16 + low``.  Neither word overflows below 2**15 tiles.
    """
    batch, length = inputs.shape
    tiles, rows, levels, outputs = weights.shape
    padded = jnp.pad(inputs, ((0, 0), (0, tiles * rows - length)))
    parts = jnp.moveaxis(digits(padded.reshape(batch, tiles, rows), bits), 2, 0)
    left = parts.reshape(tiles, -1, rows)
    right = weights.reshape(tiles, rows, levels * outputs)

    def tile(sums: tuple[jax.Array, jax.Array], pair: tuple[jax.Array, jax.Array]):
        # HIGHEST keeps accelerators from rounding the operands.
        product = jnp.matmul(*pair, precision=lax.Precision.HIGHEST).astype(jnp.int32)
        high, low = sums
        return (high + (product >> _LOW), low + (product & (2**_LOW - 1))), None

    zero = jnp.zeros((left.shape[1], right.shape[2]), jnp.int32)
    (high, low), _ = lax.scan(tile, (zero, zero), (left, right))
    shape = (-1, batch, levels, outputs)
    return high.reshape(shape), low.reshape(shape)


def combine(high: jax.Array, low: jax.Array) -> NDArray[np.int64]:
    """The int64 results ``[batch, outputs]`` of `multiply`'s words."""
    sums = (np.asarray(high, np.int64) << _LOW) + np.asarray(low, np.int64)
    left, _, right, _ = sums.shape
    total = np.zeros(sums.shape[1::2], np.int64)
    for i in range(left):
        for j in range(right):
            total += sums[i, :, j] << (DIGIT * (i + j))
    return total


def wrap(values: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """What an accumulator of `width` bits holds instead of exact sums.

    Example:
        >>> wrap(np.array([127, 128]), 8).tolist()
        [127, -128]
    """
    span = 1 << width
    return ((values + span // 2) & (span - 1)) - span // 2


def accumulator_bits(input_bits: int, weight_bits: int, inputs: int) -> int:
    """Bits without which some sum is lost: B_x + B_w + log2(inputs), rounded up.

    Example:
        >>> accumulator_bits(16, 16, 256)
        40
    """
    return input_bits + weight_bits + (inputs - 1).bit_length()
