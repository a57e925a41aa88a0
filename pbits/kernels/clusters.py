"""Isoenergetic cluster moves: two reads at one temperature exchange what they disagree on.

J. Houdayer, Eur. Phys. J. B 22, 479 (2001), doi 10.1007/PL00011151 (cond-mat/0101116); at low
temperatures of any graph: Z. Zhu, A. J. Ochoa & H. G. Katzgraber, Phys. Rev. Lett. 115, 077201
(2015), doi 10.1103/PhysRevLett.115.077201.  On the sites of its *domain* a pair disagrees.  A
cluster, a connected part of the domain with no neighbour in the rest of it, is exchanged: the sum
of both energies stays, biases or not, since every coupling and every bias finds its old partner in
one of the two.  The domain stays too, and clusters are chosen from it and random numbers alone, so
the move is its own inverse and keeps both reads exact.

Without biases a pair that disagrees on most sites uses those where it agrees instead, which is the
same move after all spins of one read have flipped.  Either way, both reads flip on the cluster.

A site's membership is one bit per read where reads are packed, one byte otherwise; clusters grow
from one site by whole rows of them until nothing changes.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels import bits
from pbits.kernels.base import Kernel, Model, State
from pbits.kernels.packed import PackedModel, PackedState
from pbits.kernels.sparse import SparseModel, SparseState

# Sites tried as the seed of a cluster; where all miss the domain, it is too small to matter.
_TRIES = 32
_PASSES = 4  # between two looks at whether clusters still grow
_MAX_UNROLLED = 62
_BYTE_ONES = np.uint32(0x01010101)
_BYTE_ROWS = 240  # as many bits as a byte can count, and some


class Pairs(NamedTuple):
    """Who exchanges clusters with whom on a device, [reads] each."""

    active: jax.Array  # bool, the same for all reads of a lane
    symmetric: jax.Array  # bool, whether there are no biases
    partner: jax.Array  # int32 position of the other; unused where lanes hold 32 reads


class Sizes(NamedTuple):
    """Numbers of sites, int32 [reads] each."""

    domain: jax.Array
    cluster: jax.Array


class Neighbours(NamedTuple):
    """T tiles of B rows with D neighbours each."""

    rows: jax.Array  # [T, D, B] int32
    num_tiles: jax.Array
    first_row: jax.Array


def is_offered(kernel: Kernel) -> bool:
    """Whether a kernel's layout has cluster moves; on dense graphs clusters are the whole domain.

    Example:
        >>> from pbits.kernels.dense import dense
        >>> from pbits.kernels.packed import packed
        >>> is_offered(packed("gibbs")), is_offered(dense("gibbs"))
        (True, False)
    """
    return kernel.name.split("-")[0] in ("packed", "sparse")


def exchange_clusters(
    key: jax.Array, state: State, model: Model, pairs: Pairs
) -> tuple[State, Sizes]:
    """One cluster of every active pair changes sides.

    Args:
        key: uint32 [2], of this move.
        state, model: of a kernel that `is_offered`.
        pairs: who takes part.

    Returns:
        The state, and how many sites each read's domain and cluster had.
    """
    if isinstance(model, PackedModel):
        return _exchange_packed(key, state, model, pairs)
    return _exchange_sparse(key, state, model, pairs)


def _exchange_packed(
    key: jax.Array, state: PackedState, model: PackedModel, pairs: Pairs
) -> tuple[PackedState, Sizes]:
    num_rows = state.words.shape[0] // 2
    used, size = _in_use(model, num_rows, jnp.uint32)
    words = state.words[:num_rows]
    # Five partners take turns at random, and through them all reads of the word meet.
    digit = random.mix(key[:1], key[1])[0] % np.uint32(5)
    differ = (words ^ _partners(words, digit)) & used
    count = _count_reads(differ)
    turned = pairs.symmetric & (2 * count > size)
    active = bits.pack(pairs.active.astype(jnp.uint32))
    domain = (differ ^ bits.pack(turned.astype(jnp.uint32))) & used & active
    cluster = _grow(_seeds(key, domain, model, size), domain, _packed_neighbours(model, num_rows))
    moved = PackedState(state.words ^ jnp.concatenate([cluster, cluster]), state.lane)
    return moved, Sizes(jnp.where(turned, size - count, count), _count_reads(cluster))


def _exchange_sparse(
    key: jax.Array, state: SparseState, model: SparseModel, pairs: Pairs
) -> tuple[SparseState, Sizes]:
    used, size = _in_use(model, state.spins.shape[0], jnp.uint8)
    differ = (state.spins != state.spins[:, pairs.partner]).astype(jnp.uint8) & used
    count = differ.sum(0, dtype=jnp.int32)
    turned = pairs.symmetric & (2 * count > size)
    domain = (differ ^ turned.astype(jnp.uint8)) & used & pairs.active.astype(jnp.uint8)
    cluster = _grow(_seeds(key, domain, model, size), domain, _sparse_neighbours(model))
    spins = jnp.where(cluster > 0, -state.spins, state.spins)
    sizes = Sizes(jnp.where(turned, size - count, count), cluster.sum(0, dtype=jnp.int32))
    return SparseState(spins, state.lane), sizes


def _in_use(
    model: PackedModel | SparseModel, num_rows: int, dtype: type
) -> tuple[jax.Array, jax.Array]:
    """Rows that are spins, as masks [R, 1], and how many they are."""
    ones = np.uint8(1) if dtype is jnp.uint8 else np.uint32(0xFFFFFFFF)
    used = jnp.zeros(num_rows, dtype).at[model.row_of_spin].set(ones, mode="drop")
    return used[:, None], (used > 0).sum(dtype=jnp.int32)


def _partners(words: jax.Array, digit: jax.Array) -> jax.Array:
    """Words in which read b is what the read was whose number differs in one binary digit."""
    low = jnp.array([0x55555555, 0x33333333, 0x0F0F0F0F, 0x00FF00FF, 0x0000FFFF], jnp.uint32)[digit]
    by = np.uint32(1) << digit
    return ((words >> by) & low) | ((words & low) << by)


def _count_reads(words: jax.Array) -> jax.Array:
    """How many rows hold a one, for every read: int32 [32 W] from [R, W]."""
    rows = -(-words.shape[0] // _BYTE_ROWS) * _BYTE_ROWS
    words = jnp.pad(words, ((0, rows - words.shape[0]), (0, 0)))
    shift = np.arange(8, dtype=np.uint32)[:, None]
    # Byte i of counter k is read 8 i + k.
    counters = (words.reshape(-1, _BYTE_ROWS, 1, words.shape[1]) >> shift) & _BYTE_ONES
    counters = counters.sum(1, dtype=jnp.uint32)
    byte = np.arange(0, 32, 8, dtype=np.uint32)[:, None, None, None]
    totals = ((counters >> byte) & np.uint32(0xFF)).astype(jnp.int32).sum(1)
    return totals.transpose(2, 0, 1).reshape(-1)


def _seeds(
    key: jax.Array, domain: jax.Array, model: PackedModel | SparseModel, size: jax.Array
) -> jax.Array:
    """The first of some random sites that is in a read's domain, as a cluster of one."""
    keys = random.row_keys(key, jnp.arange(_TRIES, dtype=jnp.uint32))
    uniform = random.uniforms(keys, jnp.zeros(1, jnp.uint32), 1)[:, 0]
    rows = model.row_of_spin[(uniform * size.astype(jnp.float32)).astype(jnp.int32)]

    def attempt(k: jax.Array, carry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        seeds, found = carry
        here = jax.lax.dynamic_slice(domain, (rows[k], 0), found.shape)
        old = jax.lax.dynamic_slice(seeds, (rows[k], 0), found.shape)
        seeds = jax.lax.dynamic_update_slice(seeds, old | (here & ~found), (rows[k], 0))
        return seeds, found | here

    nothing = jnp.zeros_like(domain), jnp.zeros_like(domain[:1])
    return jax.lax.fori_loop(0, _TRIES, attempt, nothing)[0]


def _packed_neighbours(model: PackedModel, num_rows: int) -> list[Neighbours]:
    """Complements stand for the rows themselves; biases come from the zero row, never a member."""
    return [Neighbours(b.rows[:, 1:] % num_rows, b.num_tiles, b.first_row) for b in model.buckets]


def _sparse_neighbours(model: SparseModel) -> list[Neighbours]:
    return [Neighbours(b.neighbour, b.num_tiles, b.first_row) for b in model.buckets]


def _grow(seeds: jax.Array, domain: jax.Array, tables: list[Neighbours]) -> jax.Array:
    """All of the domain [R, C] that is connected to the seeds [R, C] within it."""

    def one_pass(_: int, members: jax.Array) -> jax.Array:
        for table in tables:
            members = _grow_tiles(members, domain, table)
        return members

    def grown(carry: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        members = jax.lax.fori_loop(0, _PASSES, one_pass, carry[0])
        return members, jnp.any(members != carry[0])

    start = (seeds, jnp.any(seeds != 0))
    return jax.lax.while_loop(lambda carry: carry[1], grown, start)[0]


def _grow_tiles(members: jax.Array, domain: jax.Array, table: Neighbours) -> jax.Array:
    """Each tile in turn, so that a tile sees how those before it have grown."""
    _, width, height = table.rows.shape

    def body(t: jax.Array, members: jax.Array) -> jax.Array:
        start, size = (table.first_row + t * height, 0), (height, members.shape[1])
        new = jax.lax.dynamic_slice(members, start, size)
        taken = bits.take_rows(members, table.rows[t].reshape(-1))
        if width <= _MAX_UNROLLED:
            for reached in jax.lax.split(taken, (height,) * width):
                new = jax.lax.bitwise_or(new, reached)
        else:
            rows, none = taken.reshape(width, height, -1), taken.dtype.type(0)
            new = new | jax.lax.reduce(rows, none, jax.lax.bitwise_or, (0,))
        new = jax.lax.bitwise_and(jax.lax.dynamic_slice(domain, start, size), new)
        return jax.lax.dynamic_update_slice(members, new, start)

    return jax.lax.fori_loop(0, table.num_tiles, body, members)
