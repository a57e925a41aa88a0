"""Exact Gibbs and Metropolis sampling of sparse integer models, 32 reads to a machine word.

Couplings are small integers times a common unit; a coupling of weight k fills k neighbour slots,
and a bias couples to a row of ones.  The field of a spin is counted by carry-save adders over words
(multi-spin coding: Zorn, Herrmann & Rebbi, Comput. Phys. Commun. 23, 337 (1981),
doi 10.1016/0010-4655(81)90174-8), here for arbitrary graphs, with a random number of its own for
every read.  No arithmetic can overflow and no field is rounded.  Probabilities are
multiples of ``2**-num_bits``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels import acceptance, bits
from pbits.kernels.base import INIT_SWEEP, Info, Kernel
from pbits.kernels.edges import EdgeList, unsatisfied_bonds
from pbits.kernels.wide import update_wide

_VECTOR_WORDS = 16  # of 32 bits, in 512


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Bucket:
    """T tiles of B mutually uncoupled spins with D slots each.

    `rows` holds, for every spin of a tile, what its update reads: its own row; where fields may be
    odd, the row of ones or zeros that tells whether D minus its degree is odd; its D slots.  Terms
    of more than two spins have slots of several rows, whose parity counts: the second rows of the
    first ``extra[0]`` slots follow, then the third ones of the first ``extra[1]``, and so on.
    """

    rows: jax.Array  # [T, 1 + D or 2 + D, and the sum of `extra`, B] int32
    num_tiles: jax.Array  # [] int32, how many of the T are in use
    first_row: jax.Array  # [] int32, where the rows of its tiles begin
    extra: tuple[int, ...] = field(default=(), metadata={"static": True})


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class PackedModel:
    """Sparse integer model in tiles."""

    buckets: tuple[Bucket, ...]
    spin: jax.Array  # [R - 1] uint32 spin number of each row, for the random streams
    row_of_spin: jax.Array  # [n] int32
    edges: tuple[EdgeList, ...]
    unit: jax.Array  # [] float32, energy of one coupling of weight 1


class PackedState(NamedTuple):
    """R rows and their complements: an antiferromagnetic slot reads the complement's row.

    Row R - 1 is all zeros, so row 2 R - 1 is all ones.
    """

    words: jax.Array  # [2 R, W] uint32, bit b of word w is read 32 w + b
    lane: jax.Array  # [W] uint32


@cache
def packed(update: str, num_bits: int = 16, *, parity: bool = True) -> Kernel:
    """Kernel over :class:`PackedModel`.

    Args:
        update: "metropolis" or "gibbs" (heat bath).
        num_bits: resolution of a probability, 8 to 32; below 25 for more than 24 random bits.
        parity: False where every field is an even number of units (halves the levels).
    """
    rule = acceptance.Rule(update, num_bits, parity)
    return Kernel(
        init=_init,
        step=partial(_step, rule),
        energy=_energy,
        load=_load,
        spins=_spins,
        choose=_choose,
        reads_per_lane=bits.LANE_READS,
        lane_multiple=8,
        energy_dtype=np.int32,
        name=f"packed-{update}",
    )


def _init(key: jax.Array, model: PackedModel, lane: jax.Array) -> PackedState:
    keys = random.row_keys(random.sweep_key(key, jnp.uint32(INIT_SWEEP)), model.spin)
    return _with_complement(random.words(keys, lane, 0), lane)


def _with_complement(rows: jax.Array, lane: jax.Array) -> PackedState:
    rows = jnp.concatenate([rows, jnp.zeros_like(lane)[None]])
    return PackedState(jnp.concatenate([rows, ~rows]), lane)


def _load(spins: jax.Array, model: PackedModel, lane: jax.Array) -> PackedState:
    words = bits.pack((spins > 0).astype(jnp.uint32))
    rows = jnp.zeros((model.spin.shape[0], lane.shape[0]), jnp.uint32)
    # Padding entries of row_of_spin name a row past these: dropped.
    return _with_complement(rows.at[model.row_of_spin].set(words, mode="drop"), lane)


def _spins(state: PackedState, model: PackedModel) -> jax.Array:
    up = bits.unpack(state.words[model.row_of_spin])
    return (2 * up.astype(jnp.int8) - 1).astype(jnp.int8)


def _choose(mask: jax.Array, state: PackedState, other: PackedState) -> PackedState:
    word = bits.pack(mask.astype(jnp.uint32))[None, :]
    return PackedState((state.words & word) | (other.words & ~word), state.lane)


def _energy(state: PackedState, model: PackedModel) -> jax.Array:
    first, *others = (unsatisfied_bonds(state.words, edges) for edges in model.edges)
    return sum(others, first)


def _step(
    rule: acceptance.Rule, key: jax.Array, state: PackedState, model: PackedModel, beta: jax.Array
) -> tuple[PackedState, Info]:
    energy_step = jnp.reshape(beta * model.unit, (1, -1))
    words = state.words
    for bucket in model.buckets:
        words = _update_bucket(rule, key, words, state.lane, bucket, model.spin, energy_step)
    return PackedState(words, state.lane), Info({})


def _update_bucket(
    rule: acceptance.Rule,
    key: jax.Array,
    words: jax.Array,
    lane: jax.Array,
    bucket: Bucket,
    spin: jax.Array,
    energy_step: jax.Array,
) -> jax.Array:
    """Update every tile of a bucket in turn."""
    _, reads_of_tile, height = bucket.rows.shape
    before_slots = 2 if rule.parity else 1
    width = reads_of_tile - before_slots - sum(bucket.extra)
    per_lane = energy_step.shape[1] == lane.size != 1
    fused = rule.is_fused(width)
    tables = rule.tables(width, energy_step, per_lane) if fused else []
    if per_lane and not fused:
        energy_step = jnp.repeat(energy_step, bits.LANE_READS, axis=1)
    complement = words.shape[0] // 2
    size = bucket.rows[0].size

    def body(t: jax.Array, carry: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        words, taken, new = carry
        start = bucket.first_row + t * height
        keys = random.row_keys(key, jax.lax.dynamic_slice(spin, (start,), (height,)))
        # One gather for all that the tile reads: XLA runs it as one copy, and all that follows as
        # one vector loop, because that loop neither indexes nor reads what it writes.
        ids = bucket.rows[t]
        taken = bits.note(taken, bits.take_rows(words, ids.reshape(-1)), t)
        rows = taken[:size].reshape(*ids.shape, -1)
        if fused:
            here = _tables_by_spin(taken[size:-1], tables, height) if per_lane else tables
            fresh = _fused(rule, here, width, bucket.extra, rows, keys, lane)
        else:
            own, odd = rows[0], rows[1] if rule.parity else None
            slots = _parity(rows[before_slots:], width, bucket.extra)
            fresh = update_wide(rule.update, own, odd, slots, keys, lane, energy_step)
        # Noted, or the rows and their complements would each compute them.
        new = bits.note(new, fresh, t)
        words = jax.lax.dynamic_update_slice(words, new[:-1], (start, 0))
        words = jax.lax.dynamic_update_slice(words, ~new[:-1], (start + complement, 0))
        return words, taken, new

    # Thresholds that differ from word to word are read from the same buffer as the spins, row by
    # row: LLVM makes no vectors of a loop that reads many things from more places than a few.
    numbers = [jnp.repeat(table, height, axis=0) for table in tables] if per_lane else []
    spare = jnp.zeros((1, words.shape[1]), jnp.uint32)
    taken = jnp.concatenate([jnp.zeros((size, words.shape[1]), jnp.uint32), *numbers, spare])
    new = jnp.zeros((height + 1, words.shape[1]), jnp.uint32)
    return jax.lax.fori_loop(0, bucket.num_tiles, body, (words, taken, new))[0]


def _tables_by_spin(rows: jax.Array, like: list[jax.Array], height: int) -> list[acceptance.Table]:
    """Numbers [L * B, W] of all tables, one after another, as lists of arrays [B, W]."""
    each = iter(jax.lax.split(rows, (height,) * (rows.shape[0] // height)))
    return [[next(each) for _ in range(table.shape[0])] for table in like]


def _parity(rows: jax.Array, width: int, extra: tuple[int, ...]) -> jax.Array:
    """Slots [D, B, W] of one row each from those of several: see :class:`Bucket`."""
    slots, first = rows[:width], width
    for count in extra:
        several = slots[:count] ^ rows[first : first + count]
        slots, first = jnp.concatenate([several, slots[count:]]), first + count
    return slots


def _fused(
    rule: acceptance.Rule,
    tables: Sequence[acceptance.Table],
    width: int,
    extra: tuple[int, ...],
    rows: jax.Array,
    keys: random.RowKeys,
    lane: jax.Array,
) -> jax.Array:
    """New spins [B, W] of one tile from all it reads, by word arithmetic alone."""
    shape = rows.shape[1:]
    varied = any(isinstance(t, list) or t.shape[-1] > 1 for t in tables)
    if 1 < shape[1] < _VECTOR_WORDS and not varied:
        # Too few words to a row for a vector: lay rows end to end.
        rows = rows.reshape(rows.shape[0], -1, 1)
        keys, lane = random.flatten(keys, lane), jnp.zeros(1, jnp.uint32)
    each = jax.lax.split(rows.reshape(-1, rows.shape[2]), (rows.shape[1],) * rows.shape[0])
    own, odd, *slots = each if rule.parity else (each[0], None, *each[1:])
    further = iter(slots[width:])
    for count in extra:
        slots[:count] = [jax.lax.bitwise_xor(slot, next(further)) for slot in slots[:count]]
    slots = slots[:width]
    digits = bits.count(slots, acceptance.offset(width))[: acceptance.num_digits(width)]
    return rule.decide(tables, own, digits, odd, keys, lane).reshape(shape)
