"""The p-bit computer as a kernel: any coupling (spins -> fields) with any p-bit (field -> spin).

What those are is in `coupled_contract`, how they are clocked in `coupled_clocks`.

Spins are rows of one table, in tiles; below them stands a row that is always +1, for biases, and
one that is always 0, for word lines that no spin drives.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels.base import INIT_SWEEP, Info, Kernel
from pbits.kernels.coupled_clocks import Parts, common_noise, gaussian, in_turn, together
from pbits.kernels.coupled_contract import (
    FIELD_WORD,
    Bucket,
    CoupledModel,
    CoupledState,
    Coupling,
    PBit,
    Timing,
)
from pbits.kernels.exponential import accept
from pbits.kernels.parts import in_parts

__all__ = [
    "FIELD_WORD",
    "IDEAL_PBIT",
    "Bucket",
    "CoupledModel",
    "CoupledState",
    "Coupling",
    "Energy",
    "PBit",
    "Timing",
    "common_noise",
    "coupled",
    "gaussian",
]

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
    sweep = in_turn if timing.in_turn else together

    def part(state: CoupledState, beta: jax.Array) -> CoupledState:
        return sweep(Parts(coupling, pbit, timing, model, beta), key, state)

    return in_parts(part, coupling.columns, state, beta, state.lane.shape[0]), Info({})
