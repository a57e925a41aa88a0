"""Bits read wrongly at low voltage, and what they do to results.

Whether the published errors are weak cells, the same at every read, or chance, new at every read,
is not known: both are here.  Errors are independent of the stored bit and of each other (assumed).
"""

import jax
import numpy as np
from numpy.typing import NDArray

from crossbar.digital.draws import flipped_places, generator
from crossbar.digital.layout import significance


def weak_cells(
    key: jax.Array, weights: NDArray[np.int32], bits: int, rate: float
) -> NDArray[np.int32]:
    """Weights as read where each of their bits is wrong with probability `rate`.

    Example:
        >>> weak_cells(jax.random.key(0), np.zeros((2, 2), np.int32), 4, 0.0).tolist()
        [[0, 0], [0, 0]]
    """
    places = flipped_places(generator(key), weights.size * bits, rate)
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
        places = flipped_places(generator(key, vector), cells * reads, rate)
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
