"""Exact Gibbs and Metropolis sampling of dense models with real couplings, in float32.

Blocked Gauss-Seidel: one matrix product gives the fields of 64 spins, a small one corrects them
for the spins of the block that changed, and eight spins at a time are then updated in turn, each
seeing the new values of those before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.kernels.base import INIT_SWEEP, Decide, Info, Kernel, Outside
from pbits.kernels.exponential import accept
from pbits.kernels.parts import in_parts

_BLOCK = 64
_GROUP = 8
COLUMNS = 64


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class DenseFloatModel:
    """Symmetric couplings with zero diagonal, padded with zeros to a multiple of 64 spins."""

    coupling: jax.Array  # [n, n] float32, J in units
    bias: jax.Array  # [n] float32, h in units
    unit: jax.Array  # [] float32, energy of weight 1


class DenseFloatState(NamedTuple):
    spins: jax.Array  # [n, reads] float32, -1 or +1: the right-hand side of the products
    lane: jax.Array  # [reads] uint32


@cache
def dense_float(update: str) -> Kernel:
    """Kernel over :class:`DenseFloatModel`; `update` is "metropolis" or "gibbs" (heat bath)."""
    return Kernel(
        init=_init,
        step=partial(_step, update),
        energy=_energy,
        load=_load,
        spins=lambda state, model: state.spins.astype(jnp.int8),
        choose=_choose,
        reads_per_lane=1,
        lane_multiple=COLUMNS,
        energy_dtype=np.float32,
        name=f"dense_float-{update}",
    )


def dense_float_model(
    h: NDArray, row: NDArray, col: NDArray, coupling: NDArray, unit: float = 1.0
) -> DenseFloatModel:
    """Model of ``E / unit = sum h_i s_i + sum J_ij s_i s_j``; arguments as `sparse_model`."""
    size = -(-h.size // _BLOCK) * _BLOCK
    full = np.zeros((size, size), np.float32)
    full[row, col] = full[col, row] = coupling
    bias = np.zeros(size, np.float32)
    bias[: h.size] = h
    return DenseFloatModel(jnp.asarray(full), jnp.asarray(bias), jnp.float32(unit))


def _init(key: jax.Array, model: DenseFloatModel, lane: jax.Array) -> DenseFloatState:
    spin = jnp.arange(model.bias.shape[0], dtype=jnp.uint32)
    keys = random.row_keys(random.sweep_key(key, jnp.uint32(INIT_SWEEP)), spin)
    return DenseFloatState(random.random_spins(keys, lane).astype(jnp.float32), lane)


def _load(spins: jax.Array, model: DenseFloatModel, lane: jax.Array) -> DenseFloatState:
    missing = model.bias.shape[0] - spins.shape[0]
    full = jnp.pad(spins.astype(jnp.float32), ((0, missing), (0, 0)), constant_values=1)
    return DenseFloatState(full, lane)


def _choose(mask: jax.Array, state: DenseFloatState, other: DenseFloatState) -> DenseFloatState:
    return DenseFloatState(jnp.where(mask[None, :], state.spins, other.spins), state.lane)


def product(left: jax.Array, right: jax.Array) -> jax.Array:
    """``left @ right`` [..., a, b] and [..., b, columns], rounded the same for any columns.

    A matrix product may sum in another order for another shape; products of 64 columns at a time
    give the same samples on one device and on many.
    """
    count = right.shape[-1]
    multiply = partial(jnp.matmul, left, precision=jax.lax.Precision.HIGHEST)
    if count == COLUMNS:
        return multiply(right)
    right = jnp.pad(right, (*[(0, 0)] * (right.ndim - 1), (0, -count % COLUMNS)))
    columns = jnp.moveaxis(right.reshape(*right.shape[:-1], -1, COLUMNS), -2, 0)
    found = jnp.moveaxis(jax.lax.map(multiply, columns), 0, -2)
    return found.reshape(*found.shape[:-2], -1)[..., :count]


def _step(
    update: str, key: jax.Array, state: DenseFloatState, model: DenseFloatModel, beta: jax.Array
) -> tuple[DenseFloatState, Info]:
    decide = partial(accept, update)

    def part(own: DenseFloatState, beta: jax.Array) -> DenseFloatState:
        drive_per_field = jnp.reshape(np.float32(2) * beta * model.unit, (1, -1))
        spins = sweep(decide, key, own.spins, own.lane, model, drive_per_field)
        return DenseFloatState(spins, own.lane)

    return in_parts(part, COLUMNS, state, beta, state.lane.shape[0]), Info({})


def sweep(
    decide: Decide,
    key: jax.Array,
    spins: jax.Array,
    lane: jax.Array,
    model: DenseFloatModel,
    drive_per_field: jax.Array,
    outside: Outside | None = None,
) -> jax.Array:
    """Every spin of every column updated once, float32 [n, columns]: as `sparse.sweep`."""
    columns = spins.shape[1]

    def prepare(start: jax.Array, count: int) -> Any:
        spin = start.astype(jnp.uint32) + jnp.arange(count, dtype=jnp.uint32)
        uniform = random.uniforms(random.row_keys(key, spin), lane)
        if outside is None:
            return uniform, None
        pull = jax.lax.dynamic_slice(outside.pull, (start, 0), (count, columns))
        return uniform, outside.drive * pull

    def one(prepared: Any, before: jax.Array, field: jax.Array) -> jax.Array:
        uniform, more = prepared
        drive = drive_per_field * field
        drive = drive if more is None else drive + more
        return decide(before.astype(jnp.int8)[0], drive[0], uniform[0]).astype(jnp.float32)[None]

    return in_turn(model, spins, prepare, one)


def in_turn(
    model: DenseFloatModel,
    spins: jax.Array,
    prepare: Callable[[jax.Array, int], Any],
    decide: Callable[[Any, jax.Array, jax.Array], jax.Array],
) -> jax.Array:
    """Every spin of every column updated once, in turn, float32 [n, columns].

    Args:
        model: the couplings.
        spins: [n, columns].
        prepare: ``(start, B) -> pytree`` of arrays [B, ...], what is known of B spins beforehand.
        decide: ``(prepared, spin, field) -> spin`` of one of them, [1, ...] each.
    """
    columns = spins.shape[1]

    def body(b: jax.Array, spins: jax.Array) -> jax.Array:
        start = b * _BLOCK
        rows = jax.lax.dynamic_slice(model.coupling, (start, 0), (_BLOCK, spins.shape[0]))
        bias = jax.lax.dynamic_slice(model.bias, (start,), (_BLOCK,))
        old = jax.lax.dynamic_slice(spins, (start, 0), (_BLOCK, columns))
        inner = jax.lax.dynamic_slice(rows, (0, start), (_BLOCK, _BLOCK))
        prepared = prepare(start, _BLOCK)
        base = product(rows, spins) + bias[:, None]

        def group(g: jax.Array, new: jax.Array) -> jax.Array:
            first = g * _GROUP
            near = jax.lax.dynamic_slice(inner, (first, 0), (_GROUP, _BLOCK))
            field = jax.lax.dynamic_slice(base, (first, 0), (_GROUP, columns))
            field = field + product(near, new - old)
            corner = jax.lax.dynamic_slice(near, (0, first), (_GROUP, _GROUP))
            own = jax.tree.map(lambda x: jax.lax.dynamic_slice_in_dim(x, first, _GROUP), prepared)
            before = jax.lax.dynamic_slice(new, (first, 0), (_GROUP, columns))
            after = _sequential(decide, corner, before, field, own)
            return jax.lax.dynamic_update_slice(new, after, (first, 0))

        new = jax.lax.fori_loop(0, _BLOCK // _GROUP, group, old)
        return jax.lax.dynamic_update_slice(spins, new, (start, 0))

    return jax.lax.fori_loop(0, model.bias.shape[0] // _BLOCK, body, spins)


def _sequential(
    decide: Callable[[Any, jax.Array, jax.Array], jax.Array],
    corner: jax.Array,
    before: jax.Array,
    field: jax.Array,
    prepared: Any,
) -> jax.Array:
    """Update eight spins in turn: `before` and `field` are [8, columns]."""

    def one(k: jax.Array, after: jax.Array) -> jax.Array:
        changed, total = after - before, _row(field, k)
        for j in range(_GROUP):  # what is not updated yet has not changed
            total = total + corner[k, j] * changed[j]
        own = jax.tree.map(lambda x: _row(x, k), prepared)
        new = decide(own, _row(before, k), total)
        return jax.lax.dynamic_update_slice(after, new, (k, 0))

    return jax.lax.fori_loop(0, _GROUP, one, before)


def _row(values: jax.Array, k: jax.Array) -> jax.Array:
    return jax.lax.dynamic_slice_in_dim(values, k, 1)


def _energy(state: DenseFloatState, model: DenseFloatModel) -> jax.Array:
    field = product(model.coupling, state.spins) / 2 + model.bias[:, None]
    return (state.spins * field).sum(0)
