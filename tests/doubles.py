"""Stand-ins for hardware: a crossbar of conductance pairs, and a junction that remembers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels.coupled import Coupling, PBit
from pbits.kernels.coupled_model import Layout
from pbits.kernels.dense_float import product
from pbits.kernels.exponential import accept


def _crossbar_field(
    parameters: Any, tile: jax.Array, values: jax.Array, keys: Any, lane: jax.Array, *,
    in_place: bool,
) -> jax.Array:  # fmt: skip
    """Differential conductance pairs; the last word lines are driven with +1 and with nothing."""
    del keys, lane, in_place
    plus, minus = parameters
    voltage = values.astype(jnp.float32)
    return product(plus[tile], voltage) - product(minus[tile], voltage)


def differential(layout: Layout, h: np.ndarray, matrix: np.ndarray) -> Any:
    """Conductances [T, B, rows + 2] of each bucket: positive and negative parts."""
    found = []
    n, rows = h.size, layout.spin_of_row.size
    for tiles in layout.tiles:
        weight = np.zeros((*tiles.spin.shape, rows + 2), np.float32)
        used = tiles.spin < n
        own = tiles.spin[used].astype(int)
        weight[used] = np.concatenate(
            [matrix[own][:, np.minimum(layout.spin_of_row, n - 1).astype(int)]
             * (layout.spin_of_row < n), h[own, None], np.ones((own.size, 1))], axis=1
        )  # fmt: skip
        found.append((np.maximum(weight, 0), np.maximum(-weight, 0)))
    return found


def _telegraph_tick(
    keys: random.RowKeys,
    parameters: Any,
    state: Any,
    spins: jax.Array,
    drive: jax.Array,
    lane: jax.Array,
    beta: jax.Array,
) -> tuple[jax.Array, Any]:
    """A junction read every tick that, most ticks, still holds what it held.

    It forgets with probability `parameters` and then takes a new value from the heat bath; the
    mixture keeps the Boltzmann distribution, only more slowly.  Its own state is the age of its
    value in ticks.
    """
    del beta
    forgets = random.uniforms(keys, lane, 1) < parameters
    fresh = accept("gibbs", spins, drive, random.uniforms(keys, lane, 0))
    age = jnp.where(forgets, 0, state + 1)
    return jnp.where(forgets, fresh, spins), age


CROSSBAR = Coupling(_crossbar_field, "conductance pairs")
TELEGRAPH = PBit(
    lambda parameters, spins: jnp.zeros(spins.shape, jnp.int32),
    _telegraph_tick,
    "telegraph junction",
)
