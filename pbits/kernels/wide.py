"""Packed spins with many neighbours: fields counted in words, then decided read by read in float32.

The unrolled adders and thresholds of the fused path would make hubs slow to compile, and heat bath
with many levels slow to run.
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
    own: jax.Array,
    odd: jax.Array | None,
    slots: jax.Array,
    keys: random.RowKeys,
    lane: jax.Array,
    energy_step: jax.Array,
) -> jax.Array:
    """New spins, uint32 [B, W], of one tile.

    Args:
        update: "metropolis" or "gibbs".
        own: [B, W] the tile's spins.
        odd: [B, W] all ones where D minus the degree is odd, or None where it never is.
        slots: [D, B, W] words that pull up where set.
        keys, lane: random streams of the rows and words.
        energy_step: beta times the unit, float32 [1, 1] or [1, reads].
    """
    width = slots.shape[0]
    half = 1 << (acceptance.num_digits(width) - 1)
    number = jnp.zeros((own.shape[0], own.shape[1] * bits.LANE_READS), jnp.int32)
    for k, digit in enumerate(_digits(slots)):
        number = number + (bits.unpack(digit).astype(jnp.int32) << k)
    field = 2 * (number - half)
    if odd is not None:
        field = field + bits.unpack(odd).astype(jnp.int32)
    offsets = np.arange(bits.LANE_READS, dtype=np.uint32)
    reads = (lane[:, None] * np.uint32(bits.LANE_READS) + offsets).reshape(-1)
    drive = np.float32(2) * energy_step * field.astype(jnp.float32)
    spin = (2 * bits.unpack(own).astype(jnp.int8) - 1).astype(jnp.int8)
    new = accept(update, spin, drive, random.uniforms(keys, reads))
    return bits.pack((new > 0).astype(jnp.uint32))


def _digits(slots: jax.Array) -> list[jax.Array]:
    """Offset-binary digits of the field, as `acceptance` defines them, sixteen slots at a time."""
    width = slots.shape[0]
    size, start = acceptance.num_digits(width), acceptance.offset(width)
    ones = ~jnp.zeros_like(slots[0])
    digits = tuple(ones * np.uint32((start >> k) & 1) for k in range(size))
    whole = width // _CHUNK

    def body(i: jax.Array, digits: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        part = jax.lax.dynamic_slice_in_dim(slots, i * _CHUNK, _CHUNK)
        return tuple(bits.count(list(part), 0, digits)[:size])

    if whole:
        digits = jax.lax.fori_loop(0, whole, body, digits)
    rest = list(slots[whole * _CHUNK :])
    return bits.count(rest, 0, digits)[:size] if rest else list(digits)
