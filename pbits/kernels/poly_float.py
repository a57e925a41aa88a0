"""Exact Gibbs and Metropolis sampling of polynomials with real coefficients, in float32.

Spins are int8 [row, read]; a tile's fields are sums over slots of a weight times the product of the
other spins of a term, accumulated in float32 from coefficients scaled to at most one, so that
integers below 2**24 times a unit stay exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.kernels import sparse
from pbits.kernels.base import HostArray, Info, Kernel
from pbits.kernels.exponential import accept
from pbits.kernels.packed_poly import TermArrays, coupled_pairs, directed
from pbits.kernels.shapes import round_up
from pbits.kernels.slots import weighted_sum
from pbits.kernels.tiles import Entries, TileBucket, tile

_MAX_TILE_ROWS = 32


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Bucket:
    """T tiles of B spins that share no term, with D slots each of F other spins."""

    neighbour: jax.Array  # [T, D, F * B] int32 rows, the first B of them the first factors
    weight: jax.Array  # [T, D, B] float32, coefficients in units
    owned: jax.Array  # [T, D, B] float32, the same for the first spin of a term, else 0
    num_tiles: jax.Array  # [] int32
    first_row: jax.Array  # [] int32


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class PolyModel:
    """Polynomial in tiles."""

    buckets: tuple[Bucket, ...]
    spin: jax.Array  # [rows] uint32 spin number of each row, for the random streams
    row_of_spin: jax.Array  # [n] int32
    unit: jax.Array  # [] float32, energy of coefficient 1


@cache
def poly_float(update: str) -> Kernel:
    """Kernel over :class:`PolyModel`; `update` is "metropolis" or "gibbs" (heat bath)."""
    like = sparse.sparse(update)
    step = partial(_step, update)
    return like._replace(step=step, energy=_energy, name=f"poly_float-{update}")


def poly_float_model(
    num_spins: int, terms: Sequence[TermArrays], unit: float = 1.0, *, by_colour: bool = False
) -> PolyModel:
    """Model of ``E / unit = sum_T c_T prod_{i in T} s_i``; scale so that values stay near one.

    Args:
        num_spins: n.
        terms: by order: variables [m, k], distinct in a row, and coefficients [m] in units.
        unit: energy of coefficient 1.
        by_colour: see `tiles.tile`.

    Example:
        >>> model = poly_float_model(3, [(np.array([[0, 1, 2]]), np.array([0.5]))])
        >>> [bucket.weight.max().item() for bucket in model.buckets]
        [0.5]
    """
    tail, others, place = directed(num_spins, terms)
    value = np.concatenate([np.zeros(0), *(c for _, c in terms)])[place].astype(np.float32)
    entries = Entries(tail, others, value)
    pairs = coupled_pairs(num_spins, terms)
    tiling = tile(num_spins, *pairs, entries, _MAX_TILE_ROWS, by_colour=by_colour)
    # Unused factors name the row after all spins, which is +1 in this layout.
    spin_of_row = np.append(tiling.spin_of_row.astype(np.int64), tiling.num_rows + num_spins)
    buckets = tuple(_bucket(b, spin_of_row) for b in tiling.buckets)
    spins: HostArray = tiling.spin_of_row
    rows_of: HostArray = np.full(round_up(num_spins), tiling.num_rows, np.int32)
    rows_of[:num_spins] = tiling.row_of_spin
    scalars: list[HostArray] = [np.float32(unit)]
    return jax.device_put(PolyModel(buckets, spins, rows_of, *scalars))


def _bucket(bucket: TileBucket, spin_of_row: NDArray[np.int64]) -> Bucket:
    tiles, height, width, _ = bucket.neighbour.shape
    one_row = spin_of_row.size - 1
    is_first = bucket.spin[..., None] < spin_of_row[bucket.neighbour].min(3)
    # Sizes of a few kinds: similar instances share a program.
    factors = round_up(int((bucket.neighbour != one_row).sum(3).max(initial=1)))
    rows = bucket.neighbour[..., :factors].transpose(0, 2, 3, 1)
    rows = np.pad(
        rows, ((0, 0), (0, 0), (0, factors - rows.shape[2]), (0, 0)), constant_values=one_row
    )
    arrays: list[HostArray] = [
        rows.reshape(tiles, width, factors * height).astype(np.int32),
        bucket.value.transpose(0, 2, 1),
        np.where(is_first, bucket.value, np.float32(0)).transpose(0, 2, 1),
        np.int32(bucket.num_tiles),
        np.int32(bucket.first_row),
    ]
    return Bucket(*arrays)


def _step(
    update: str, key: jax.Array, state: sparse.SparseState, model: PolyModel, beta: jax.Array
) -> tuple[sparse.SparseState, Info]:
    drive_per_field = jnp.reshape(np.float32(2) * beta * model.unit, (1, -1))
    spins, lane = state
    for bucket in model.buckets:
        height = bucket.weight.shape[2]

        def body(
            t: jax.Array, spins: jax.Array, height: int = height, bucket: Bucket = bucket
        ) -> jax.Array:
            start = bucket.first_row + t * height
            own = jax.lax.dynamic_slice(spins, (start, 0), (height, spins.shape[1]))
            slots = bucket.neighbour[t], bucket.weight[t]
            field = weighted_sum(spins, *slots, is_written=True)
            spin = jax.lax.dynamic_slice(model.spin, (start,), (height,))
            uniform = random.uniforms(random.row_keys(key, spin), lane)
            new = accept(update, own, drive_per_field * field, uniform)
            return jax.lax.dynamic_update_slice(spins, new, (start, 0))

        spins = jax.lax.fori_loop(0, bucket.num_tiles, body, spins)
    return sparse.SparseState(spins, lane), Info({})


def _energy(state: sparse.SparseState, model: PolyModel) -> jax.Array:
    """Every term once, with its first spin."""
    total = jnp.zeros(state.spins.shape[1], jnp.float32)
    for bucket in model.buckets:
        shape = (bucket.weight.shape[2], state.spins.shape[1])

        def body(
            t: jax.Array,
            sums: jax.Array,
            bucket: Bucket = bucket,
            shape: tuple[int, int] = shape,
        ) -> jax.Array:
            own = jax.lax.dynamic_slice(state.spins, (bucket.first_row + t * shape[0], 0), shape)
            owned = weighted_sum(state.spins, bucket.neighbour[t], bucket.owned[t])
            return sums + own.astype(jnp.float32) * owned

        sums = jax.lax.fori_loop(0, bucket.num_tiles, body, jnp.zeros(shape, jnp.float32))
        total = total + sums.sum(0)
    return total
