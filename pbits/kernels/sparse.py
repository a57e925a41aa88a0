"""Exact Gibbs and Metropolis sampling of sparse models with real couplings, in float32.

Spins are int8 [row, read]; a tile's fields are sums over neighbour slots, accumulated in float32
from couplings scaled to at most one, so that integers below 2**24 times a unit stay exact.
"""

from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.kernels.base import INIT_SWEEP, Decide, HostArray, Info, Kernel, Outside
from pbits.kernels.exponential import accept
from pbits.kernels.shapes import round_up
from pbits.kernels.slots import weighted_sum
from pbits.kernels.tiles import TileBucket, both_ways, tile

_MAX_TILE_ROWS = 32


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Bucket:
    """T tiles of B mutually uncoupled spins with D slots each."""

    neighbour: jax.Array  # [T, D, B] int32 rows
    weight: jax.Array  # [T, D, B] float32, J in units
    bias: jax.Array  # [T, B] float32, h in units
    num_tiles: jax.Array  # [] int32
    first_row: jax.Array  # [] int32


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class SparseModel:
    """Sparse real model in tiles."""

    buckets: tuple[Bucket, ...]
    spin: jax.Array  # [rows] uint32 spin number of each row, for the random streams
    row_of_spin: jax.Array  # [n] int32
    unit: jax.Array  # [] float32, energy of weight 1


class SparseState(NamedTuple):
    spins: jax.Array  # [rows, reads] int8
    lane: jax.Array  # [reads] uint32


@cache
def sparse(update: str) -> Kernel:
    """Kernel over :class:`SparseModel`; `update` is "metropolis" or "gibbs" (heat bath)."""
    return Kernel(
        init=_init,
        step=partial(_step, update),
        energy=_energy,
        load=_load,
        spins=_spins,
        choose=_choose,
        reads_per_lane=1,
        lane_multiple=16,
        energy_dtype=np.float32,
        name=f"sparse-{update}",
    )


def sparse_model(
    h: NDArray,
    row: NDArray,
    col: NDArray,
    coupling: NDArray,
    unit: float = 1.0,
    *,
    by_colour: bool = False,
) -> SparseModel:
    """Model of ``E / unit = sum h_i s_i + sum J_ij s_i s_j``; scale so that values stay near one.

    Args:
        h: [n] biases in units.
        row, col: [m] coupled pairs, each once.
        coupling: [m] couplings in units.
        unit: energy of weight 1.
        by_colour: see `tiles.tile`.
    """
    n = h.size
    entries = both_ways(row, col, coupling.astype(np.float32))
    tiling = tile(n, row, col, entries, _MAX_TILE_ROWS, by_colour=by_colour)
    spins: HostArray = tiling.spin_of_row
    rows_of: HostArray = np.full(round_up(n), tiling.num_rows, np.int32)
    rows_of[:n] = tiling.row_of_spin
    buckets = tuple(_bucket(b, h) for b in tiling.buckets)
    scalars: list[HostArray] = [np.float32(unit)]
    return jax.device_put(SparseModel(buckets, spins, rows_of, *scalars))


def _bucket(bucket: TileBucket, h: NDArray) -> Bucket:
    in_use = bucket.spin >= 0
    bias = np.where(in_use, np.concatenate([h, [0]])[bucket.spin], 0)
    arrays: list[HostArray] = [
        bucket.neighbour.transpose(0, 2, 1),
        bucket.value.transpose(0, 2, 1),
        bias.astype(np.float32),
        np.int32(bucket.num_tiles),
        np.int32(bucket.first_row),
    ]
    return Bucket(*arrays)


def _init(key: jax.Array, model: SparseModel, lane: jax.Array) -> SparseState:
    keys = random.row_keys(random.sweep_key(key, jnp.uint32(INIT_SWEEP)), model.spin)
    return _padded(random.random_spins(keys, lane), lane)


def _padded(rows: jax.Array, lane: jax.Array) -> SparseState:
    return SparseState(jnp.pad(rows, ((0, 1), (0, 0)), constant_values=1), lane)


def _load(spins: jax.Array, model: SparseModel, lane: jax.Array) -> SparseState:
    rows = jnp.ones((model.spin.shape[0], lane.shape[0]), jnp.int8)
    return _padded(rows.at[model.row_of_spin].set(spins.astype(jnp.int8), mode="drop"), lane)


def _spins(state: SparseState, model: SparseModel) -> jax.Array:
    return state.spins[model.row_of_spin]


def _choose(mask: jax.Array, state: SparseState, other: SparseState) -> SparseState:
    return SparseState(jnp.where(mask[None, :], state.spins, other.spins), state.lane)


def _field(
    spins: jax.Array, bucket: Bucket, t: jax.Array, *, is_written: bool = False
) -> jax.Array:
    """``h_i + sum_j J_ij s_j`` of tile t in units: float32 [B, reads]."""
    slots = bucket.neighbour[t], bucket.weight[t]
    return weighted_sum(spins, *slots, is_written=is_written) + bucket.bias[t][:, None]


def _step(
    update: str, key: jax.Array, state: SparseState, model: SparseModel, beta: jax.Array
) -> tuple[SparseState, Info]:
    drive_per_field = jnp.reshape(np.float32(2) * beta * model.unit, (1, -1))
    decide = partial(accept, update)
    spins = sweep(decide, key, state.spins, state.lane, model, drive_per_field)
    return SparseState(spins, state.lane), Info({})


def sweep(
    decide: Decide,
    key: jax.Array,
    spins: jax.Array,
    lane: jax.Array,
    model: SparseModel,
    drive_per_field: jax.Array,
    outside: Outside | None = None,
) -> jax.Array:
    """Every spin of every column updated once: int8 [rows + 1, columns].

    Args:
        decide: the update rule.
        key: of this sweep.
        spins: [rows + 1, columns] int8.
        lane: numbers of the random streams that `decide` is given, one for each column or fewer.
        model: the couplings.
        drive_per_field: float32 [1, 1] or [1, columns], ``2 beta`` times the unit.
        outside: what else drives the spins.
    """
    for bucket in model.buckets:
        height = bucket.bias.shape[1]

        def body(
            t: jax.Array, spins: jax.Array, height: int = height, bucket: Bucket = bucket
        ) -> jax.Array:
            start = bucket.first_row + t * height
            own = jax.lax.dynamic_slice(spins, (start, 0), (height, spins.shape[1]))
            drive = drive_per_field * _field(spins, bucket, t, is_written=True)
            if outside is not None:
                pull = jax.lax.dynamic_slice(outside.pull, (start, 0), own.shape)
                drive = drive + outside.drive * pull.astype(jnp.float32)
            spin = jax.lax.dynamic_slice(model.spin, (start,), (height,))
            uniform = random.uniforms(random.row_keys(key, spin), lane)
            return jax.lax.dynamic_update_slice(spins, decide(own, drive, uniform), (start, 0))

        spins = jax.lax.fori_loop(0, bucket.num_tiles, body, spins)
    return spins


def coupling_product(values: jax.Array, model: SparseModel) -> jax.Array:
    """``sum_j J_ij v_j`` in units, without biases: float32 [rows, columns].

    Args:
        values: [rows + 1, columns], any numbers; the last row is not read.
        model: the couplings.
    """
    product = jnp.zeros((values.shape[0] - 1, values.shape[1]), jnp.float32)
    for bucket in model.buckets:
        height = bucket.bias.shape[1]

        def body(
            t: jax.Array, product: jax.Array, height: int = height, bucket: Bucket = bucket
        ) -> jax.Array:
            sums = weighted_sum(values, bucket.neighbour[t], bucket.weight[t])
            first = bucket.first_row + t * height
            return jax.lax.dynamic_update_slice(product, sums, (first, 0))

        product = jax.lax.fori_loop(0, bucket.num_tiles, body, product)
    return product


def _energy(state: SparseState, model: SparseModel) -> jax.Array:
    total = jnp.zeros(state.spins.shape[1], jnp.float32)
    for bucket in model.buckets:
        shape = (bucket.bias.shape[1], state.spins.shape[1])

        def body(
            t: jax.Array,
            sums: jax.Array,
            bucket: Bucket = bucket,
            shape: tuple[int, int] = shape,
        ) -> jax.Array:
            own = jax.lax.dynamic_slice(state.spins, (bucket.first_row + t * shape[0], 0), shape)
            both = _field(state.spins, bucket, t) + bucket.bias[t][:, None]
            return sums + own.astype(jnp.float32) * both

        sums = jax.lax.fori_loop(0, bucket.num_tiles, body, jnp.zeros(shape, jnp.float32))
        total = total + sums.sum(0)
    return total / 2
