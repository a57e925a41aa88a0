"""The p-bit computer as a kernel: any coupling (spins -> fields) with any p-bit (field -> spin).

This is where a simulated crossbar stands in for the coupling matrix, and a junction with a memory
of its own for the ideal p-bit.  P-bits are clocked in one of two ways:

- *in turn*: colour after colour, tile by tile in place; p-bits of one colour do not feel each
  other, so that their order does not matter.  For p-bits that are no more than the spin they show.
- *together*: at each clock all fields are those of the spins before it, all p-bits run, and the
  clocked ones (a colour, or a random part of all) show what they have become.  Inputs may lag, and
  all p-bits may have noise in common.

Spins are rows of one table, in tiles; below them stands a row that is always +1, for biases, and
one that is always 0, for word lines that no spin drives.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels.base import INIT_SWEEP, Info, Kernel
from pbits.kernels.exponential import accept
from pbits.kernels.parts import in_parts

# Words of a spin's random numbers in one clock (of 64) that are no p-bit's.
_CHOSEN, FIELD_WORD = 62, 48
_COMMON = np.uint32(0xFFFFFFF0)  # number of a spin that nobody is


class Coupling(NamedTuple):
    """Spins to fields, tile by tile.

    Attributes:
        field: ``(parameters, tile, values, keys, lane, in_place=) -> float32 [B, reads]``, in
            units: ``h_i + sum_j J_ij s_j`` of the B spins of tile number `tile`; `values` are the
            rows of the table [rows + 2, reads], which is written after if `in_place`; `keys` are
            those of the spins, whose words from `FIELD_WORD` to 61 are for noise.  Parameters have
            a first axis of tiles.
        name: for reports.
        by_beta: whether `field` is told the sweep's beta too, as `beta=`.
        columns: reads that go through a sweep before others do, so that their spins stay in the
            cache.
        in_turn: ``(parameters, values, prepare, decide) -> values``, where all p-bits are faster
            updated in turn than tile by tile: ``prepare(start, B)`` gives arrays [B, ...] of them,
            ``decide(prepared, spin, field)`` the new spin of one of them, all [1, ...].
    """

    field: Callable[..., jax.Array]
    name: str
    columns: int = 128
    in_turn: Callable[..., jax.Array] | None = None
    by_beta: bool = False


class PBit(NamedTuple):
    """Fields to spins, with a state of its own.

    Attributes:
        init: ``(parameters, spins int8 [rows, reads]) -> state``, arrays [rows, reads].
        tick: ``(keys, parameters, state, spins, drive, lane, beta) -> (spins, state)``, one clock
            of B p-bits; ``drive = 2 beta I`` float32 [B, reads].  Where the state is not empty it
            goes on in p-bits that are not clocked too: junctions do not stand still.
        name: for reports.
    """

    init: Callable[[Any, jax.Array], Any]
    tick: Callable[..., tuple[jax.Array, Any]]
    name: str


class Timing(NamedTuple):
    """What is fixed about the clock; numbers are in the model.

    Attributes:
        in_turn: else together.
        lags: whether inputs lag behind their fields.
        delay: clocks that fields come late.
        common: whether all p-bits have some noise in common.
    """

    in_turn: bool = True
    lags: bool = False
    delay: int = 0
    common: bool = False


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Bucket:
    """T tiles of B p-bits that do not feel each other."""

    coupling: Any  # parameters, first axis T
    spin: jax.Array  # [T, B] uint32 spin numbers, for the random streams
    first_tile: jax.Array  # [C + 1] int32, of each colour
    first_row: jax.Array  # [] int32


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class CoupledModel:
    """Parameters of the coupling and of the p-bits, and who is clocked when.

    Attributes:
        buckets: tiles, colour by colour.
        pbit: parameters of the p-bits; arrays [rows, 1] are one number for each.
        colour: [rows] int32, -1 where a row holds no spin.
        row_of_spin: [n] int32.
        num_colours, num_clocks: [] int32; the second counts clocks of a sweep that are together.
        fraction: [] float32, of p-bits that a clock takes, all colours; 0 clocks by colours.
        follow: [] float32, share of the way to its field that an input goes in a clock.
        common: [] float32, deviation of the noise in common, of drives.
        exact: :class:`~pbits.kernels.sparse.SparseModel` or
            :class:`~pbits.kernels.dense_float.DenseFloatModel` of the problem, for energies.
        unit: [] float32.
    """

    buckets: tuple[Bucket, ...]
    pbit: Any
    colour: jax.Array
    row_of_spin: jax.Array
    num_colours: jax.Array
    num_clocks: jax.Array
    fraction: jax.Array
    follow: jax.Array
    common: jax.Array
    exact: Any
    unit: jax.Array


class CoupledState(NamedTuple):
    table: jax.Array  # [rows + 2, reads], int8 or float32
    pbit: Any
    field: jax.Array | None  # float32 [rows, reads], that inputs have reached; where they lag
    late: jax.Array | None  # float32 [delay * rows, reads], fields to come, the next first
    lane: jax.Array  # [reads] uint32


Energy = Callable[[jax.Array, Any], jax.Array]


@cache
def coupled(
    coupling: Coupling,
    pbit: PBit,
    energy: Energy,
    timing: Timing = Timing(),  # noqa: B008
    dtype: type[np.generic] = np.int8,
    lane_multiple: int = 16,
) -> Kernel:
    """Kernel that couples p-bits through a coupling.

    Args:
        coupling, pbit: the two halves.
        energy: ``(table, exact model) -> [reads]``, in units.
        timing: see `Timing`.
        dtype: of the table.
        lane_multiple: of the coupling's arithmetic, see `base.Kernel`.
    """
    start = partial(_load, pbit, timing, dtype)
    return Kernel(
        init=partial(_init, start),
        step=partial(_step, coupling, pbit, timing),
        energy=lambda state, model: energy(state.table, model.exact),
        load=lambda spins, model, lane: start(_rows(spins, model, lane), model, lane),
        spins=lambda state, model: state.table[model.row_of_spin].astype(jnp.int8),
        choose=_choose,
        reads_per_lane=1,
        lane_multiple=lane_multiple,
        energy_dtype=np.float32,
        name=f"{pbit.name} x {coupling.name}",
    )


def _heat_bath(
    keys: random.RowKeys,
    parameters: Any,
    state: Any,
    spins: jax.Array,
    drive: jax.Array,
    lane: jax.Array,
    beta: jax.Array,
) -> tuple[jax.Array, Any]:
    del parameters, beta
    return accept("gibbs", spins, drive, random.uniforms(keys, lane)), state


IDEAL_PBIT = PBit(lambda parameters, spins: (), _heat_bath, "ideal p-bit")


def _init(start: Any, key: jax.Array, model: CoupledModel, lane: jax.Array) -> CoupledState:
    first = random.sweep_key(key, jnp.uint32(INIT_SWEEP))
    spin = (
        jnp.full(model.colour.shape, np.uint32(0))
        .at[model.row_of_spin]
        .set(jnp.arange(model.row_of_spin.shape[0], dtype=jnp.uint32), mode="drop")
    )
    return start(random.random_spins(random.row_keys(first, spin), lane), model, lane)


def _rows(spins: jax.Array, model: CoupledModel, lane: jax.Array) -> jax.Array:
    rows = jnp.ones((model.colour.shape[0], lane.shape[0]), jnp.int8)
    return rows.at[model.row_of_spin].set(spins.astype(jnp.int8), mode="drop")


def _load(
    pbit: PBit,
    timing: Timing,
    dtype: type[np.generic],
    rows: jax.Array,
    model: CoupledModel,
    lane: jax.Array,
) -> CoupledState:
    constant = jnp.broadcast_to(jnp.array([[1], [0]], dtype), (2, lane.shape[0]))
    table = jnp.concatenate([rows.astype(dtype), constant])
    field = jnp.zeros(rows.shape, jnp.float32) if timing.lags else None
    late = (timing.delay * rows.shape[0], rows.shape[1])
    late = jnp.zeros(late, jnp.float32) if timing.delay else None
    state = pbit.init(model.pbit, rows)
    return CoupledState(table, state, field, late, lane)


def _choose(mask: jax.Array, state: CoupledState, other: CoupledState) -> CoupledState:
    """Per read, along the last axis of every array."""
    return jax.tree.map(lambda a, b: jnp.where(mask, a, b), state, other)


def _step(
    coupling: Coupling,
    pbit: PBit,
    timing: Timing,
    key: jax.Array,
    state: CoupledState,
    model: CoupledModel,
    beta: jax.Array,
) -> tuple[CoupledState, Info]:
    sweep = _in_turn if timing.in_turn else _together

    def part(state: CoupledState, beta: jax.Array) -> CoupledState:
        return sweep(_Parts(coupling, pbit, timing, model, beta), key, state)

    return in_parts(part, coupling.columns, state, beta, state.lane.shape[0]), Info({})


class _Parts(NamedTuple):
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


def _one_by_one(parts: _Parts, key: jax.Array, state: CoupledState) -> CoupledState:
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

    in_turn = parts.coupling.in_turn
    assert in_turn is not None
    return state._replace(table=in_turn(bucket.coupling, state.table, prepare, decide))


def _in_turn(parts: _Parts, key: jax.Array, state: CoupledState) -> CoupledState:
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


def _together(parts: _Parts, key: jax.Array, state: CoupledState) -> CoupledState:
    model, lane = parts.model, state.lane
    rows = model.colour.shape[0]
    # Nothing changes but the spins of a clock's p-bits: other tiles need not be looked at.
    still = not (parts.timing.lags or parts.timing.delay or jax.tree.leaves(state.pbit))

    def one(
        bucket: Bucket, old: CoupledState, c: jax.Array, clock_key: jax.Array, t: jax.Array,
        new: _Clock,
    ) -> _Clock:  # fmt: skip
        height = bucket.spin.shape[1]
        start = bucket.first_row + t * height
        keys = random.row_keys(clock_key, bucket.spin[t])
        field = parts.field(bucket, t, old.table, keys, lane, in_place=False)
        late = new.late
        if late is not None:
            late = jax.lax.dynamic_update_slice(late, field, (parts.timing.delay * rows + start, 0))
            field = _slice(late, start, height)
        reached = new.field
        if reached is not None:
            before = _slice(old.field, start, height)
            field = before + model.follow * (field - before)
            reached = jax.lax.dynamic_update_slice(reached, field, (start, 0))
        drive = parts.drive_per_field * field
        if parts.timing.common:
            drive = drive + model.common * common_noise(clock_key, lane)
        own = _slice(old.table, start, height)
        memory = jax.tree.map(lambda x: _slice(x, start, height), old.pbit)
        given = _of_tile(model.pbit, rows, start, height)
        ticked = parts.pbit.tick(keys, given, memory, own.astype(jnp.int8), drive, lane, parts.beta)
        by_colour = _slice(model.colour[:, None], start, height) == c
        chosen = random.uniforms(keys, lane, _CHOSEN) < model.fraction
        shown = jnp.where(jnp.where(model.fraction > 0, chosen, by_colour), ticked[0], own)
        return _Clock(
            jax.lax.dynamic_update_slice(new.table, shown.astype(own.dtype), (start, 0)),
            jax.tree.map(
                lambda x, y: jax.lax.dynamic_update_slice(x, y, (start, 0)), new.pbit, ticked[1]
            ),
            reached,
            late,
        )

    def clock(c: jax.Array, old: CoupledState) -> CoupledState:
        room = None if old.late is None else jnp.pad(old.late, ((0, rows), (0, 0)))
        new = _Clock(old.table, old.pbit, old.field, room)
        clock_key = random.sweep_key(key, c.astype(jnp.uint32))
        for bucket in model.buckets:
            body = partial(one, bucket, old, c, clock_key)
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


def _of_tile(parameters: Any, rows: int, start: jax.Array, height: int) -> Any:
    """Numbers of the p-bits of one tile, where each has its own; others as they are."""

    def part(leaf: Any) -> Any:
        return _slice(leaf, start, height) if jnp.shape(leaf) == (rows, 1) else leaf

    return jax.tree.map(part, parameters)
