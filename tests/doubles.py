"""Stand-ins for the two kernels to come: a crossbar that counts, and a junction that remembers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels.coupled import Coupling, Events, PBit
from pbits.kernels.exponential import accept


def _crossbar_field(key: jax.Array, parameters: Any, spins: jax.Array) -> tuple[jax.Array, Events]:
    """Differential conductance pairs; every read of the array drives all of its rows."""
    del key
    plus, minus, bias = parameters
    voltage = spins.astype(jnp.float32)
    field = (plus @ voltage) - (minus @ voltage) + bias[:, None]
    return field, {"row_drives": jnp.float32(voltage.size), "reads_out": jnp.float32(field.size)}


def differential(matrix: np.ndarray, bias: np.ndarray) -> Any:
    """Conductances of a signed matrix: positive and negative parts."""
    return jnp.maximum(matrix, 0), jnp.maximum(-matrix, 0), jnp.asarray(bias)


def _telegraph_tick(
    keys: random.RowKeys,
    parameters: Any,
    state: Any,
    spins: jax.Array,
    drive: jax.Array,
    lane: jax.Array,
) -> tuple[jax.Array, Any, Events]:
    """A junction read every tick that, most ticks, still holds what it held.

    It forgets with probability `parameters` and then takes a new value from the heat bath; the
    mixture keeps the Boltzmann distribution, only more slowly.  Its own state is the age of its
    value in ticks.
    """
    forgets = random.uniforms(keys, lane, 1) < parameters
    fresh = accept("gibbs", spins, drive, random.uniforms(keys, lane, 0))
    age = jnp.where(forgets, 0, state + 1)
    return jnp.where(forgets, fresh, spins), age, {"forgotten": forgets.sum(dtype=jnp.float32)}


CROSSBAR = Coupling(_crossbar_field, "counting crossbar")
TELEGRAPH = PBit(
    lambda key, parameters, spins: jnp.zeros(spins.shape, jnp.int32),
    _telegraph_tick,
    "telegraph junction",
)
