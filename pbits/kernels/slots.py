"""Sums over the neighbour slots of a tile, in float32: weights times spins, or times products.

XLA's CPU code is fast where one kernel gathers rows and another adds them up; merged, the gather is
done spin by spin, at a tenth of the speed.  XLA merges a gather that is used at most 15 times, and
not one that is written to a buffer first, nor one from an array that the merged kernel would write.
"""

import jax
import jax.numpy as jnp

from pbits.kernels.bits import note, take_rows

_USES = 16  # of gathered rows in one kernel, at least


def weighted_sum(
    values: jax.Array, neighbour: jax.Array, weight: jax.Array, *, is_written: bool = False
) -> jax.Array:
    """``sum_d w_db prod_f v[row_dfb]``: float32 [B, columns], added up in the order of d.

    Args:
        values: [rows, columns] spins, or any numbers.
        neighbour: [D, F * B] int32 rows, D at least 1, the first B of them the first factors.
        weight: [D, B] float32.
        is_written: whether the loop around writes to `values` in place.
    """
    width, height = weight.shape
    chunk = -(-_USES * height // neighbour.shape[1])
    # What is left over goes with the first chunk, so that none is small.
    chunks_after = max(width // chunk - 1, 0)
    first = width - chunks_after * chunk
    total = jnp.zeros((height, values.shape[1]), jnp.float32)
    rows = take_rows(values, neighbour[:first].reshape(-1))
    if first < chunk and not is_written:
        buffer = jnp.zeros((rows.shape[0] + 1, rows.shape[1]), rows.dtype)
        rows = note(buffer, rows, neighbour[0, 0])[:-1]
    total = _add(total, rows, weight[:first])

    def body(i: jax.Array, total: jax.Array) -> jax.Array:
        ids = jax.lax.dynamic_slice_in_dim(neighbour, first + i * chunk, chunk)
        scale = jax.lax.dynamic_slice_in_dim(weight, first + i * chunk, chunk)
        return _add(total, take_rows(values, ids.reshape(-1)), scale)

    return jax.lax.fori_loop(0, chunks_after, body, total) if chunks_after else total


def _add(total: jax.Array, rows: jax.Array, weight: jax.Array) -> jax.Array:
    """`total` and weights [D, B] times products of rows [D * F * B, columns]."""
    width, height = weight.shape
    rows = rows.reshape(width, -1, height, rows.shape[1])
    for j in range(width):
        product = rows[j, 0]
        for k in range(1, rows.shape[1]):
            product = product * rows[j, k]
        total = total + weight[j][:, None] * product.astype(jnp.float32)
    return total
