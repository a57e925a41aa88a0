"""What a small machine computes for every state: fields by its coupling, and their noise."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.devices.networks import enumerate_spins
from pbits.kernels.coupled_model import Layout
from pbits.machine.crossbar_fields import ArrayFields
from pbits.machine.machine import LoadedMachine

Array = NDArray[np.float64]
_MOST_SPINS = 10
_LANES = 64  # what products come in


class StateFields(NamedTuple):
    """Of all states, in the problem's unit.

    Attributes:
        mean: ``h_i + sum_j J_ij s_j`` as the coupling computes it, [2**n, n].
        noise: its standard deviation at each read, [n].
    """

    mean: Array
    noise: Array


def state_fields(loaded: LoadedMachine) -> StateFields:
    """Fields that the machine's coupling computes for every state.

    Raises:
        ValueError: on more than 10 spins, or noise before a converter.

    Example:
        >>> from pbits.machine import Machine
        >>> from problems import ising
        >>> state_fields(Machine().load(ising([0, 1], [0], [1], [2.0]))).mean.tolist()
        [[-2.0, -1.0], [-2.0, 3.0], [2.0, -1.0], [2.0, 3.0]]
    """
    n = loaded.layout.num_spins
    if not 1 <= n <= _MOST_SPINS:
        raise ValueError(f"the problem has {n} spins; expected 1 to {_MOST_SPINS}, or sample it")
    layout, given, noise = _silent(loaded)
    prepared = loaded.simulated()
    model, states = prepared.model, enumerate_spins(n)
    width = -(-len(states) // _LANES) * _LANES
    spins = np.ones((model.row_of_spin.shape[0], width), np.int8)
    spins[:n, : len(states)] = states.T
    lane = jnp.arange(width, dtype=jnp.uint32)
    table = prepared.kernel.load(jnp.asarray(spins), model, lane).table
    fields = np.zeros((n, width))
    for tiles, parameters in zip(layout.tiles, given, strict=True):
        found = np.asarray(_all_tiles(layout.coupling, parameters, tiles.spin, table, lane))
        used = tiles.spin < n
        fields[tiles.spin[used]] = found[used]
    return StateFields(fields[:, : len(states)].T * layout.unit, noise * layout.unit)


def _silent(loaded: LoadedMachine) -> tuple[Layout, Any, Array]:
    """Layout, parameters without the noise of reading, and that noise [n] in units."""
    n = loaded.layout.num_spins
    if loaded.arrays is None:
        return loaded.layout, loaded.layout.ideal, np.zeros(n)
    layout, parameters = loaded.arrays.parameters(loaded.layout)
    assert isinstance(parameters, ArrayFields)
    noise = np.zeros(n)
    if parameters.noise is not None:
        if parameters.adc is not None:
            raise ValueError(
                "reads are noisy before they are rounded; expected IdealAdc(None), or sample it"
            )
        spin = layout.tiles[0].spin
        deviation = np.asarray(parameters.noise)[:, 0, 0] * np.asarray(parameters.scale)[..., 0]
        noise[spin[spin < n]] = deviation[spin < n]
    return layout, [parameters._replace(noise=None)], noise


@partial(jax.jit, static_argnums=0)
def _all_tiles(coupling: Any, parameters: Any, spin: Any, table: Any, lane: Any) -> jax.Array:
    def one(t: jax.Array) -> jax.Array:
        keys = random.row_keys(random.seed_key(0), spin[t])
        return coupling.field(parameters, t, table, keys, lane, in_place=False)

    return jax.lax.map(one, jnp.arange(spin.shape[0]))


def nodes_of(fields: StateFields) -> tuple[Array, Array]:
    """What the noise of reading is averaged over."""
    return normal_nodes() if fields.noise.any() else (np.zeros(1), np.ones(1))


def normal_nodes(count: int = 21) -> tuple[Array, Array]:
    """Nodes and weights of a standard normal, after Gauss and Hermite.

    Example:
        >>> nodes, weights = normal_nodes()
        >>> round(float(weights @ nodes**4), 9)
        3.0
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()
