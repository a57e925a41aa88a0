"""Even-odd swaps of neighbouring rungs, and where the states that swap have been.

All ladders of a device swap in one vector operation; see `exchange` for how they are laid out.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels.base import Kernel, State
from pbits.tally import CERTAIN

_HOT, _COLD = np.int8(1), np.int8(2)


class Places(NamedTuple):
    """What a position is, [reads] each."""

    beta: jax.Array  # float32
    rung: jax.Array  # int32, 0 is the hottest
    number: jax.Array  # uint32, for the random streams
    has_next: jax.Array  # bool: whether `stride` positions on is the next rung
    is_first: jax.Array  # bool: the hottest rung of a ladder
    is_last: jax.Array  # bool: the coldest
    exchanges: jax.Array | None = None  # bool: clusters with its pair


class Climb(NamedTuple):
    """Where the state at a position has been, [reads] each."""

    end: jax.Array  # int8: the end of the ladder that it was at last; 0 for none
    trips: jax.Array  # int32: how often it went from the hot end to the cold one and back
    replica: jax.Array | None = None  # int16: the rung where it began; None where nobody asks


def propose(
    key: jax.Array,
    places: Places,
    energy: jax.Array,
    unit: jax.Array,
    parity: jax.Array,
    stride: int,
) -> tuple[jax.Array, jax.Array]:
    """One attempt at every pair of neighbouring rungs whose lower one has the given parity.

    Returns:
        Positions that swap with the next rung, bool [reads], and the probability of refusal at
        every pair, due or not: uint32 [reads], in units of 1 / CERTAIN.  Whole numbers add up to
        the same sum whatever the calls that rounds are cut into, so that ladders replay.
    """
    gain = (jnp.roll(energy, -stride) - energy).astype(jnp.float32)
    gap = (jnp.roll(places.beta, -stride) - places.beta) * unit  # reduced first: neither overflows
    chance = jnp.exp(jnp.minimum(gap * gain, 0))
    uniform = random.uniforms(random.row_keys(key, places.number), jnp.zeros(1, jnp.uint32))[:, 0]
    due = (places.rung.astype(jnp.uint32) + parity) % 2 == 0
    up = places.has_next & due & (uniform < chance)
    refused = jnp.where(places.has_next, 1 - chance, 0)
    return up, jnp.rint(refused * CERTAIN).astype(jnp.uint32)


def swapped(up: jax.Array, stride: int, values: jax.Array) -> jax.Array:
    """`values` [reads] with those of pairs exchanged."""
    down = jnp.roll(up, stride)
    lower = jnp.where(down, jnp.roll(values, stride), values)
    return jnp.where(up, jnp.roll(values, -stride), lower)


def exchanged(kernel: Kernel, state: State, up: jax.Array, stride: int) -> State:
    """States exchanged; the kernel's `choose` keeps what belongs to a place, its lane."""
    after, before = (jax.tree.map(lambda x, s=s: jnp.roll(x, s, -1), state) for s in (-1, 1))
    moved = kernel.choose(~up, state, after)
    return kernel.choose(~jnp.roll(up, stride), moved, before)


def arrive(climb: Climb, places: Places) -> Climb:
    """Count a trip for a state that reaches the hot end and was at the cold one last."""
    back = places.is_first & (climb.end == _COLD)
    gone = places.is_last & (climb.end == _HOT)
    end = jnp.where(places.is_first, _HOT, jnp.where(gone, _COLD, climb.end))
    return climb._replace(end=end, trips=climb.trips + back)
