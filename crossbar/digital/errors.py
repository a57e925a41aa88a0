"""Bits read wrongly at low voltage, and what they do to results.

Whether the published errors are weak cells, the same at every read, or chance, new at every read,
is not known: both are here.  Errors are independent of the stored bit and of each other (assumed).
"""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.digital.layout import significance


def weak_cells(key: jax.Array, weights: NDArray[np.int32], bits: int, rate: float):
    """Weights as read where each bit is wrong with probability `rate`, and how many bits are.

    Returns:
        ``(weights, flips)``.
    """
    places = flipped_places(key, weights.size * bits, rate)
    return _flip(weights, bits, places), len(places)


def _flip(weights: NDArray[np.int32], bits: int, places: NDArray[np.int64]) -> NDArray[np.int32]:
    words = weights.reshape(-1) & np.int32(2**bits - 1)
    np.bitwise_xor.at(words, places // bits, (1 << (bits - 1 - places % bits)).astype(np.int32))
    sign = np.int32(1 << (bits - 1))
    return ((words ^ sign) - sign).reshape(weights.shape)


def read_errors(
    key: jax.Array,
    inputs: NDArray[np.int32],
    weights: NDArray[np.int32],
    bits: tuple[int, int],
    rate: float,
    every_cycle: bool,
) -> tuple[NDArray[np.int64], int]:
    """What errors that are new at every read add to the results, and their number.

    A wrong bit of a weight adds or takes its significance times the input, so only the wrong bits
    are visited.

    Args:
        key: JAX key.
        inputs: ``[batch, inputs]``.
        weights: ``[inputs, outputs]``.
        bits: of an input and of a weight.
        rate: probability of an error.
        every_cycle: whether each cycle reads anew; else each vector does, and the latch holds.

    Returns:
        ``(int64 [batch, outputs], errors)``.
    """
    (input_bits, weight_bits), outputs = bits, weights.shape[1]
    reads = input_bits if every_cycle else 1
    cells = weights.size * weight_bits
    change = np.zeros((len(inputs), outputs), np.int64)
    errors = 0
    for vector, values in enumerate(inputs):
        places = flipped_places(jax.random.fold_in(key, vector), cells * reads, rate)
        cycle, cell = np.divmod(places, cells)
        weight, bit = np.divmod(cell, weight_bits)
        row, column = np.divmod(weight, outputs)
        stored = (weights[row, column] >> (weight_bits - 1 - bit)) & 1
        entering = values[row].astype(np.int64)
        if every_cycle:
            line = (entering >> (input_bits - 1 - cycle)) & 1
            entering = line * significance(input_bits)[cycle]
        np.add.at(
            change[vector], column, (1 - 2 * stored) * significance(weight_bits)[bit] * entering
        )
        errors += len(places)
    return change, errors


def flipped_places(key: jax.Array, count: int, rate: float) -> NDArray[np.int64]:
    """Which of `count` independent trials of probability `rate` succeed, in rising order.

    Gaps between them are geometric, so the work follows the number of successes.

    Raises:
        ValueError: on a rate outside 0 to 1, or 2**31 trials.

    Example:
        >>> bool(abs(len(flipped_places(jax.random.key(0), 1_000_000, 0.01)) - 10_000) < 400)
        True
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate is {rate!r}; expected a probability below 1")
    if count >= 2**31:
        raise ValueError(f"{count} bits in one read; expected fewer than 2**31: cut the matrix")
    if rate == 0 or count == 0:
        return np.zeros(0, np.int64)
    mean = count * rate
    draws = 2 ** math.ceil(math.log2(mean + 10 * math.sqrt(mean) + 20))
    gaps = np.asarray(_exponentials(key, draws), np.float64)
    steps = np.floor(gaps / -math.log1p(-rate)).astype(np.int64) + 1
    places = np.cumsum(steps) - 1
    return places[places < count]


@functools.partial(jax.jit, static_argnums=1)
def _exponentials(key: jax.Array, draws: int) -> jax.Array:
    # Two words: one alone is too coarse near 0, where rare errors fall.
    coarse, fine = jax.random.uniform(key, (2, draws), jnp.float32)
    return -jnp.log1p(-jnp.minimum(coarse + fine * 2.0**-23, 1 - 2.0**-24))
