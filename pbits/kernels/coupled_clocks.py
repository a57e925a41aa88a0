"""Sweeps of a p-bit computer: its p-bits clocked in turn, or together.

- *in turn*: colour after colour, tile by tile in place; p-bits of one colour do not feel each
  other, so that their order does not matter.  For p-bits that are no more than the spin they show.
- *together*: at each clock all fields are those of the spins before it, all p-bits run, and the
  clocked ones (a colour, or a random part of all) show what they have become.  Inputs may lag, and
  all p-bits may have noise in common.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels.coupled_contract import (
    Bucket,
    CoupledModel,
    CoupledState,
    Coupling,
    PBit,
    Timing,
)

_CHOSEN = 62  # word of a spin's random numbers (of 64) that tells whether a clock takes it
_COMMON = np.uint32(0xFFFFFFF0)  # number of a spin that nobody is


class Parts(NamedTuple):
    """What every clock of a sweep uses."""

    coupling: Coupling
    pbit: PBit
    timing: Timing
    model: CoupledModel
    beta: jax.Array

    @property
    def drive_per_field(self) -> jax.Array:
        return jnp.reshape(np.float32(2) * self.beta * self.model.unit, (1, -1))

    def field(
        self, bucket: Bucket, t: jax.Array, values: jax.Array, keys: random.RowKeys,
        lane: jax.Array, *, in_place: bool,
    ) -> jax.Array:  # fmt: skip
        told = {"beta": self.beta} if self.coupling.by_beta else {}
        return self.coupling.field(
            bucket.coupling, t, values, keys, lane, in_place=in_place, **told
        )


def _one_by_one(parts: Parts, key: jax.Array, state: CoupledState) -> CoupledState:
    """In turn, as the coupling goes through them."""
    model, lane, (bucket,) = parts.model, state.lane, parts.model.buckets
    leaves, form = jax.tree.flatten(model.pbit)
    rows = model.colour.shape[0]
    of_each = [jnp.shape(leaf) == (rows, 1) for leaf in leaves]

    def prepare(start: jax.Array, count: int) -> Any:
        spin = jax.lax.dynamic_slice_in_dim(bucket.spin, start, count)[:, 0]
        own = [_slice(x, start, count) for x, each in zip(leaves, of_each, strict=True) if each]
        return random.row_keys(key, spin), own

    def decide(prepared: Any, own: jax.Array, field: jax.Array) -> jax.Array:
        keys, numbers = prepared[0], iter(prepared[1])
        given = [next(numbers) if each else x for x, each in zip(leaves, of_each, strict=True)]
        given = jax.tree.unflatten(form, given)
        drive = parts.drive_per_field * field
        new, _ = parts.pbit.tick(keys, given, (), own.astype(jnp.int8), drive, lane, parts.beta)
        return new.astype(own.dtype)

    own_way = parts.coupling.in_turn
    assert own_way is not None
    return state._replace(table=own_way(bucket.coupling, state.table, prepare, decide))


def in_turn(parts: Parts, key: jax.Array, state: CoupledState) -> CoupledState:
    """A sweep, colour after colour."""
    if parts.coupling.in_turn is not None:
        return _one_by_one(parts, key, state)
    model, lane = parts.model, state.lane

    def one(bucket: Bucket, t: jax.Array, table: jax.Array) -> jax.Array:
        height = bucket.spin.shape[1]
        start = bucket.first_row + t * height
        own = _slice(table, start, height)
        keys = random.row_keys(key, bucket.spin[t])
        field = parts.field(bucket, t, table, keys, lane, in_place=True)
        drive = parts.drive_per_field * field
        given = _of_tile(model.pbit, model.colour.shape[0], start, height)
        new, _ = parts.pbit.tick(keys, given, (), own.astype(jnp.int8), drive, lane, parts.beta)
        return jax.lax.dynamic_update_slice(table, new.astype(table.dtype), (start, 0))

    def clock(c: jax.Array, table: jax.Array) -> jax.Array:
        for bucket in model.buckets:
            first, last = bucket.first_tile[c], bucket.first_tile[c + 1]
            table = jax.lax.fori_loop(first, last, partial(one, bucket), table)
        return table

    return state._replace(table=jax.lax.fori_loop(0, model.num_colours, clock, state.table))


class _Clock(NamedTuple):
    """What tiles of one clock write to."""

    table: jax.Array
    pbit: Any
    field: jax.Array | None
    late: jax.Array | None  # with room for the fields of this clock after the others


def together(parts: Parts, key: jax.Array, state: CoupledState) -> CoupledState:
    """A sweep of clocks, in each of which all fields are those of the spins before it."""
    model = parts.model
    rows = model.colour.shape[0]
    # Nothing changes but the spins of a clock's p-bits: other tiles need not be looked at.
    still = not (parts.timing.lags or parts.timing.delay or jax.tree.leaves(state.pbit))

    def clock(c: jax.Array, old: CoupledState) -> CoupledState:
        room = None if old.late is None else jnp.pad(old.late, ((0, rows), (0, 0)))
        new = _Clock(old.table, old.pbit, old.field, room)
        clock_key = random.sweep_key(key, c.astype(jnp.uint32))
        for bucket in model.buckets:
            body = partial(_tile_of_clock, parts, bucket, old, c, clock_key)
            first, last = jnp.int32(0), bucket.first_tile[-1]
            if still:
                by_colour = model.fraction <= 0
                first = jnp.where(by_colour, bucket.first_tile[c], first)
                last = jnp.where(by_colour, bucket.first_tile[c + 1], last)
            new = jax.lax.fori_loop(first, last, body, new)
        if new.late is not None:
            new = new._replace(late=new.late[rows:])
        return old._replace(**new._asdict())

    return jax.lax.fori_loop(0, model.num_clocks, clock, state)


def _tile_of_clock(
    parts: Parts, bucket: Bucket, old: CoupledState, c: jax.Array, key: jax.Array, t: jax.Array,
    new: _Clock,
) -> _Clock:  # fmt: skip
    """One tile of p-bits runs for clock number c."""
    model, lane = parts.model, old.lane
    rows, height = model.colour.shape[0], bucket.spin.shape[1]
    start = bucket.first_row + t * height
    keys = random.row_keys(key, bucket.spin[t])
    field = parts.field(bucket, t, old.table, keys, lane, in_place=False)
    field, new = _arrived(parts, field, start, old, new)
    drive = parts.drive_per_field * field
    if parts.timing.common:
        drive = drive + model.common * common_noise(key, lane)
    own = _slice(old.table, start, height)
    memory = jax.tree.map(lambda x: _slice(x, start, height), old.pbit)
    given = _of_tile(model.pbit, rows, start, height)
    spins, memory = parts.pbit.tick(
        keys, given, memory, own.astype(jnp.int8), drive, lane, parts.beta
    )  # fmt: skip
    by_colour = _slice(model.colour[:, None], start, height) == c
    chosen = random.uniforms(keys, lane, _CHOSEN) < model.fraction
    now = jnp.where(model.fraction > 0, chosen, by_colour)
    shown = jnp.where(now, spins.astype(own.dtype), own)
    return new._replace(
        table=_put(new.table, shown, start),
        pbit=jax.tree.map(lambda x, y: _put(x, y, start), new.pbit, memory),
    )


def _arrived(
    parts: Parts, field: jax.Array, start: jax.Array, old: CoupledState, new: _Clock
) -> tuple[jax.Array, _Clock]:
    """What has come of a tile's fields by now, late and lagging, and what is still to come."""
    if new.late is not None:
        last = parts.timing.delay * parts.model.colour.shape[0]
        late = _put(new.late, field, last + start)
        field, new = _slice(late, start, field.shape[0]), new._replace(late=late)
    if new.field is not None and old.field is not None:
        before = _slice(old.field, start, field.shape[0])
        field = before + parts.model.follow * (field - before)
        new = new._replace(field=_put(new.field, field, start))
    return field, new


def common_noise(key: jax.Array, lane: jax.Array) -> jax.Array:
    """A standard Gaussian for each read, float32 [1, reads], the same for all p-bits of a clock."""
    keys = random.row_keys(key, jnp.full(1, _COMMON))
    return gaussian(keys, lane, 0)


def gaussian(keys: random.RowKeys, lane: jax.Array, word: int) -> jax.Array:
    """Standard Gaussians float32 [B, reads] from word number `word` of each spin."""
    # The middle of each interval of 2**-24, so that neither end is infinite.
    middle = 2 * random.uniforms(keys, lane, word) - np.float32(1 - 2.0**-24)
    return np.float32(np.sqrt(2)) * jax.lax.erf_inv(middle)


def _slice(values: Any, start: jax.Array, height: int) -> jax.Array:
    return jax.lax.dynamic_slice(values, (start, 0), (height, values.shape[1]))


def _put(values: jax.Array, part: jax.Array, start: jax.Array) -> jax.Array:
    return jax.lax.dynamic_update_slice(values, part, (start, 0))


def _of_tile(parameters: Any, rows: int, start: jax.Array, height: int) -> Any:
    """Numbers of the p-bits of one tile, where each has its own; others as they are."""

    def part(leaf: Any) -> Any:
        return _slice(leaf, start, height) if jnp.shape(leaf) == (rows, 1) else leaf

    return jax.tree.map(part, parameters)
