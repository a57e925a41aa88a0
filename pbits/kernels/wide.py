"""Packed spins with many neighbours: fields counted in words, then decided read by read in float32.

The unrolled adders of `packed` would make hubs slow to compile, and heat bath with many levels slow
to run; here a loop adds sixteen slots at a time and the acceptance works on unpacked fields.
"""

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels import acceptance, bits
from pbits.kernels.exponential import accept

_CHUNK = 16


def update_wide(
    update: str,
    words: jax.Array,
    own: jax.Array,
    neighbour: jax.Array,
    sign: jax.Array,
    odd: jax.Array,
    keys: random.RowKeys,
    lane: jax.Array,
    energy_step: jax.Array,
) -> jax.Array:
    """New spins, uint32 [B, W], of one tile.

    Args:
        update: "metropolis" or "gibbs".
        words: [rows, W] all spins; `own` [B, W] are this tile's.
        neighbour, sign: [D, B], D a multiple of 16.
        odd: [B].
        keys, lane: random streams of the rows and words.
        energy_step: beta times the unit, float32 [1, 1] or [1, reads].
    """
    width = neighbour.shape[0]
    half = 1 << (acceptance.num_digits(width) - 1)
    excess = _digits(words, neighbour, sign)
    number = sum(bits.unpack(digit).astype(jnp.int32) << k for k, digit in enumerate(excess))
    field = 2 * (number - half) + (odd[:, None] & np.uint32(1)).astype(jnp.int32)
    reads = (lane[:, None] * np.uint32(32) + np.arange(32, dtype=np.uint32)).reshape(-1)
    uniform = random.uniforms(keys, reads)
    drive = np.float32(2) * energy_step * field.astype(jnp.float32)
    spin = 2 * bits.unpack(own).astype(jnp.int8) - 1
    new = accept(update, spin.astype(jnp.int8), drive, uniform)
    return bits.pack((new > 0).astype(jnp.uint32))


def _digits(words: jax.Array, neighbour: jax.Array, sign: jax.Array) -> list[jax.Array]:
    """Offset-binary digits of the field, as in `packed`, sixteen slots at a time."""
    width, height = neighbour.shape
    size = acceptance.num_digits(width)
    start = acceptance.offset(width)
    ones = ~jnp.zeros((height, words.shape[1]), jnp.uint32)
    initial = tuple(ones * np.uint32((start >> k) & 1) for k in range(size))

    def body(i: jax.Array, digits: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        ids = jax.lax.dynamic_slice(neighbour, (i * _CHUNK, 0), (_CHUNK, height))
        flip = jax.lax.dynamic_slice(sign, (i * _CHUNK, 0), (_CHUNK, height))
        rows = words.at[ids.reshape(-1)].get(mode="clip").reshape(_CHUNK, height, -1)
        pulls = [rows[j] ^ flip[j, :, None] for j in range(_CHUNK)]
        return tuple(bits.count(pulls, 0, digits)[:size])

    return list(jax.lax.fori_loop(0, width // _CHUNK, body, initial))
