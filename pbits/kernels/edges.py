"""Energies of packed states: unsatisfied bonds counted per read, 32 reads to a word.

Every coupling of weight k stands k times in the list.  Bytes of a word serve as counters for every
eighth read, so that one addition counts for four reads; they are emptied into int32 before they
can overflow (at 255).
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits.kernels.base import HostArray
from pbits.kernels.shapes import round_up

_UNROLL = 16
_STEPS = 15  # 15 * 16 = 240 additions fit a byte
_BYTE_ONES = np.uint32(0x01010101)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class EdgeList:
    """Bonds in G groups of 15 steps of 16 rows of B; unused ones join the zero row to itself."""

    left: jax.Array  # [G, 15, 16, B] int32 rows
    right: jax.Array  # [G, 15, 16, B] int32 rows
    sign: jax.Array  # [G, 15, 16, B] uint32, all ones where equal bits cost energy
    num_groups: jax.Array  # [] int32
    num_bonds: jax.Array  # [] int32


def edge_list(left: NDArray, right: NDArray, positive: NDArray, zero_row: int) -> EdgeList:
    """Arrange bonds between rows; `positive` marks those that equal spins leave unsatisfied."""
    per_step = _STEPS * _UNROLL
    width = next((b for b in (8, 32, 128) if left.size <= 16 * per_step * b), 512)
    groups = -(-left.size // (per_step * width))
    size = round_up(max(groups, 4)) * per_step * width

    def shaped(values: NDArray, fill: int, dtype: type) -> HostArray:
        full = np.full(size, fill, dtype)
        full[: values.size] = values
        return full.reshape(-1, _STEPS, _UNROLL, width)

    return EdgeList(
        shaped(left, zero_row, np.int32),
        shaped(right, zero_row, np.int32),
        shaped(np.where(positive, np.uint32(0xFFFFFFFF), np.uint32(0)), 0, np.uint32),
        *_scalars(groups, left.size),
    )


def _scalars(*values: int) -> list[HostArray]:
    return [np.int32(value) for value in values]


def unsatisfied_bonds(words: jax.Array, edges: EdgeList) -> jax.Array:
    """Energy per read in units, ``2 * (unsatisfied bonds) - (bonds)``: int32 [32 W]."""
    width, num_words = edges.left.shape[-1], words.shape[1]

    def group(g: jax.Array, total: jax.Array) -> jax.Array:
        def step(i: jax.Array, counter: jax.Array) -> jax.Array:
            return _count(words, edges.left[g, i], edges.right[g, i], edges.sign[g, i], counter)

        counter = jax.lax.fori_loop(0, _STEPS, step, jnp.zeros((8, width, num_words), jnp.uint32))
        return total + _empty(counter)

    total = jax.lax.fori_loop(0, edges.num_groups, group, jnp.zeros((num_words, 4, 8), jnp.int32))
    return 2 * total.reshape(-1) - edges.num_bonds


def _count(
    words: jax.Array, left: jax.Array, right: jax.Array, sign: jax.Array, counter: jax.Array
) -> jax.Array:
    """Add 16 rows of bonds to byte counters [8, B, W]; counter k holds reads k, k+8, k+16, k+24."""
    shift = jnp.arange(8, dtype=jnp.uint32)[:, None, None]
    shape = (*left.shape, -1)
    a = words.at[left.reshape(-1)].get(mode="clip").reshape(shape)
    b = words.at[right.reshape(-1)].get(mode="clip").reshape(shape)
    for j in range(_UNROLL):
        unsatisfied = (a[j] ^ b[j] ^ sign[j][:, None])[None]
        counter = counter + ((unsatisfied >> shift) & _BYTE_ONES)
    return counter


def _empty(counter: jax.Array) -> jax.Array:
    """Sum byte counters [8, B, W] over B: int32 [W, 4, 8], read 8 i + k of each word at [i, k]."""
    shift = jnp.arange(0, 32, 8, dtype=jnp.uint32)[:, None, None, None]
    bytes_ = ((counter[None] >> shift) & np.uint32(0xFF)).astype(jnp.int32)
    return bytes_.sum(2).transpose(2, 0, 1)
