"""Energies of packed states: unsatisfied terms counted per read, 32 reads to a word.

Every coupling of weight k stands k times in the list.  Bytes of a word serve as counters for every
eighth read, so that one addition counts for four reads; they are emptied into int32 before they
can overflow (at 255).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits.kernels.base import HostArray
from pbits.kernels.bits import take_rows
from pbits.kernels.shapes import round_up

_UNROLL = 16
_STEPS = 15  # 15 * 16 = 240 additions fit a byte
# Rows side by side: enough to hide what a step costs by itself, few enough to stay in cache.
_WIDTHS = ((1 << 17, 32), (1 << 20, 128))
_MAX_WIDTH = 512
_BYTE_ONES = np.uint32(0x01010101)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class EdgeList:
    """Bonds in S steps of 16 rows of B; unused ones join the zero row to itself.

    Terms of more than two spins have `more` rows; what costs energy is then an even parity of all.
    """

    left: jax.Array  # [S, 16, B] int32 rows
    right: jax.Array  # [S, 16, B] int32 rows
    sign: jax.Array  # [S, 16, B] uint32, all ones where equal bits cost energy
    num_steps: jax.Array  # [] int32, how many of the S are in use
    num_bonds: jax.Array  # [] int32
    more: tuple[jax.Array, ...] = ()  # [S, 16, B] int32 rows each


def edge_list(
    left: NDArray, right: NDArray, positive: NDArray, zero_row: int, more: Sequence[NDArray] = ()
) -> EdgeList:
    """Arrange bonds between rows; `positive` marks those that equal spins leave unsatisfied.

    Args:
        left, right: [m] rows.
        positive: [m] whether an even number of set bits costs energy.
        zero_row: the row of zeros.
        more: [m] each, further rows of terms of more than two spins.
    """
    width = next((b for most, b in _WIDTHS if left.size <= most), _MAX_WIDTH)
    steps = -(-left.size // (_UNROLL * width))
    size = round_up(max(steps, 16)) * _UNROLL * width

    def shaped(values: NDArray, fill: int, dtype: type) -> HostArray:
        full = np.full(size, fill, dtype)
        full[: values.size] = values
        return full.reshape(-1, _UNROLL, width)

    return EdgeList(
        shaped(left, zero_row, np.int32),
        shaped(right, zero_row, np.int32),
        shaped(np.where(positive, np.uint32(0xFFFFFFFF), np.uint32(0)), 0, np.uint32),
        *_scalars(steps, left.size),
        more=tuple(shaped(rows, zero_row, np.int32) for rows in more),
    )


def _scalars(*values: int) -> list[HostArray]:
    return [np.int32(value) for value in values]


def unsatisfied_bonds(words: jax.Array, edges: EdgeList) -> jax.Array:
    """Energy per read in units, ``2 * (unsatisfied bonds) - (bonds)``: int32 [32 W]."""
    width, num_words = edges.left.shape[-1], words.shape[1]

    def group(carry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        first, total = carry
        stop = jnp.minimum(first + _STEPS, edges.num_steps)

        def step(i: jax.Array, counter: jax.Array) -> jax.Array:
            more = [rows[i] for rows in edges.more]
            return _count(words, edges.left[i], edges.right[i], edges.sign[i], more, counter)

        counter = jnp.zeros((width, 8, num_words), jnp.uint32)
        return stop, total + _empty(jax.lax.fori_loop(first, stop, step, counter))

    start = (jnp.int32(0), jnp.zeros((num_words, 4, 8), jnp.int32))
    _, total = jax.lax.while_loop(lambda carry: carry[0] < edges.num_steps, group, start)
    return 2 * total.reshape(-1) - edges.num_bonds


def _count(
    words: jax.Array,
    left: jax.Array,
    right: jax.Array,
    sign: jax.Array,
    more: Sequence[jax.Array],
    counter: jax.Array,
) -> jax.Array:
    """Add 16 rows of bonds to byte counters [B, 8, W]; counter k holds reads k, k+8, k+16, k+24."""
    shift = jnp.arange(8, dtype=jnp.uint32)[:, None]
    shape = (*left.shape, -1)
    a = take_rows(words, left.reshape(-1)).reshape(shape)
    b = take_rows(words, right.reshape(-1)).reshape(shape)
    for rows in more:
        b = b ^ take_rows(words, rows.reshape(-1)).reshape(shape)
    for j in range(_UNROLL):
        unsatisfied = (a[j] ^ b[j] ^ sign[j][:, None])[:, None, :]
        counter = counter + ((unsatisfied >> shift) & _BYTE_ONES)
    return counter


def _empty(counter: jax.Array) -> jax.Array:
    """Sum byte counters [B, 8, W] over B: int32 [W, 4, 8], read 8 i + k of each word at [i, k]."""
    shift = jnp.arange(0, 32, 8, dtype=jnp.uint32)[:, None, None, None]
    bytes_ = ((counter[None] >> shift) & np.uint32(0xFF)).astype(jnp.int32)
    return bytes_.sum(1).transpose(2, 0, 1)
