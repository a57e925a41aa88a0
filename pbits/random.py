"""Counter-based random numbers: a function of (seed, sweep, spin, read) and of nothing else.

Reads are therefore independent, runs replay and extend bit for bit, and the number of devices
that share the work cannot change a sample.  Integer hashes of this kind cost about ten vector
instructions per 32 bits.

The mixer is a 32-bit xorshift-multiply finaliser (constants of C. Wellons' `lowbias32`, found by
hash prospecting, https://nullprogram.com/blog/2018/07/31/) with a second key word added between
its two multiplications, so that 64 key bits tell the streams of two spins apart.  The generator as
used here was run through dieharder; ARCHITECTURE.md records the result.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

_GOLDEN = 0x9E3779B9
_SECOND = 0x85EBCA6B
_STRIDE = 0xC2B2AE35
WORDS_PER_LANE = 64


class RowKeys(NamedTuple):
    """Two key words for each of B spins in one sweep, as columns."""

    first: jax.Array  # [B, 1] uint32
    second: jax.Array  # [B, 1] uint32


def seed_key(seed: int) -> jax.Array:
    """The key of a run: the low 64 bits of a non-negative integer as two uint32 words.

    Example:
        >>> seed_key(7).tolist()
        [7, 0]
    """
    # From NumPy: converting a list would run a program of its own.
    return jnp.asarray(np.array([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF], np.uint32))


def mix(word: jax.Array, key: jax.Array) -> jax.Array:
    """Hash uint32 `word` under uint32 `key`; the key's shape broadcasts to the word's."""
    # Fused kernels unroll this dozens of times; `lax` traces twice as fast as operators.
    key = jnp.broadcast_to(key, word.shape)
    word = lax.mul(_fold(word, 16), np.uint32(0x7FEB352D))
    word = lax.mul(lax.add(_fold(word, 15), key), np.uint32(0x846CA68B))
    return _fold(word, 16)


def _fold(word: jax.Array, shift: int) -> jax.Array:
    return lax.bitwise_xor(word, lax.shift_right_logical(word, np.uint32(shift)))


# Inlined into programs that use it; on its own, one program instead of a dozen operations.
@partial(jax.jit, inline=True)
def sweep_key(key: jax.Array, sweep: jax.Array | np.uint32) -> jax.Array:
    """Fold the sweep number (uint32 scalar) into a run's key: uint32 [2] -> uint32 [2]."""
    first = mix(sweep * np.uint32(_GOLDEN) + key[0], key[1])
    second = mix(sweep * np.uint32(_SECOND) + key[1], key[0] ^ np.uint32(_STRIDE))
    return jnp.stack([first, second])


def row_keys(key: jax.Array, spin: jax.Array) -> RowKeys:
    """Key words of the given spins, uint32 [B], under one sweep's key, uint32 [2]."""
    spin = spin[:, None]
    first = mix(spin * np.uint32(_GOLDEN) + key[0], key[1])
    second = mix(spin * np.uint32(_SECOND) + key[1], key[0])
    return RowKeys(first, second)


def words(keys: RowKeys, lane: jax.Array, index: int) -> jax.Array:
    """Random 32-bit words, uint32 [B, L], number `index` (below 64) of every spin and lane.

    A *lane* is one read, or 32 reads where a word holds one bit of each.

    Args:
        keys: key words of B spins.
        lane: uint32 [L] global lane numbers, below 2**26.
        index: which of the spin's words in this sweep.
    """
    offset = np.uint32(index * _GOLDEN & 0xFFFFFFFF)
    counter = lane * np.uint32(WORDS_PER_LANE * _GOLDEN & 0xFFFFFFFF) + offset
    return mix(counter + keys.first, keys.second)


def flatten(keys: RowKeys, lane: jax.Array) -> RowKeys:
    """Keys of B * L 'spins' whose words in lane 0 are those of B spins in L lanes, row by row."""
    base = lane * np.uint32(WORDS_PER_LANE * _GOLDEN & 0xFFFFFFFF)
    first = keys.first + base
    second = jnp.broadcast_to(keys.second, first.shape)
    return RowKeys(first.reshape(-1, 1), second.reshape(-1, 1))


def uniforms(keys: RowKeys, lane: jax.Array, index: int = 0) -> jax.Array:
    """Uniform float32 [B, L] in [0, 1) with 24 random bits, one per spin and lane."""
    return to_uniform(words(keys, lane, index))


def to_uniform(word: jax.Array) -> jax.Array:
    """The top 24 bits of uint32 words as float32 in [0, 1)."""
    # int32 first: signed conversion is one instruction, unsigned is several.
    return (word >> np.uint32(8)).astype(jnp.int32).astype(jnp.float32) * np.float32(2.0**-24)


def random_spins(keys: RowKeys, lane: jax.Array) -> jax.Array:
    """Fair int8 spins -1 and +1, [B, L]."""
    return jnp.where(words(keys, lane, 0) >> np.uint32(31) == 0, jnp.int8(-1), jnp.int8(1))
