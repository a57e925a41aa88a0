"""Conductances of an array: drawn from a datasheet, aged, and noisy when read.

A device keeps its own deviation through all programmings; a cycle adds one of its own.  They come
from two keys, so that one chip can be programmed again, or many chips with the same bits.
"""

import jax
import jax.numpy as jnp
from jax import random

from crossbar.cells.cell import Cell, spread_of


def draw(device_key: jax.Array, cycle_key: jax.Array, cell: Cell, levels: jax.Array) -> jax.Array:
    """Conductances after one programming, S, in the shape of the levels.

    Args:
        device_key: of the chip.
        cycle_key: of this programming.
        levels: whole numbers from 0, of any shape.

    Deviations are Gaussian and cut so that no conductance is below a hundredth of its target.

    Example:
        >>> from crossbar.cells.cell import Cell
        >>> cell = Cell(jnp.array([1e-4, 2e-4]), device_spread=0.05)
        >>> one, two = random.split(random.key(0))
        >>> draw(one, two, cell, jnp.zeros((3, 4), int)).shape
        (3, 4)
    """
    stuck_key, device_key = random.split(device_key)
    levels = _stuck(stuck_key, cell, levels)
    dtype = cell.levels.dtype
    device = spread_of(cell.device_spread, cell)[levels] * random.normal(
        device_key, levels.shape, dtype
    )
    cycle = spread_of(cell.cycle_spread, cell)[levels] * random.normal(
        cycle_key, levels.shape, dtype
    )
    return cell.levels[levels] * jnp.maximum(1 + device + cycle, 0.01)


def _stuck(key: jax.Array, cell: Cell, levels: jax.Array) -> jax.Array:
    place = random.uniform(key, levels.shape)
    levels = jnp.where(place < cell.stuck_low, 0, levels)
    return jnp.where(place > 1 - jnp.asarray(cell.stuck_high), cell.num_levels - 1, levels)


def age(
    key: jax.Array, cell: Cell, conductance: jax.Array, seconds: float | jax.Array
) -> jax.Array:
    """Conductances some time after programming: drift and loss of data.

    Args:
        key: of the chip; the same key ages the same cells alike at any time.
        seconds: since programming; drift begins at `drift_start`.
    """
    drift_key, loss_key, end_key = random.split(key, 3)
    exponent = cell.drift + cell.drift_spread * random.normal(drift_key, conductance.shape)
    elapsed = jnp.maximum(jnp.asarray(seconds) / cell.drift_start, 1.0)
    drifted = conductance * elapsed ** -jnp.maximum(exponent, 0.0)
    lost = random.uniform(loss_key, conductance.shape) < -jnp.expm1(-seconds / cell.retention)
    high = random.bernoulli(end_key, 0.5, conductance.shape)
    return jnp.where(lost, jnp.where(high, cell.levels[-1], cell.levels[0]), drifted)


def at_voltage(cell: Cell, conductance: jax.Array, voltage: jax.Array | float) -> jax.Array:
    """Conductance at a voltage over the cell, of one known at the read voltage.

    ``G_high - (G_high - G) (1 + (V_r / V_h)^2) / (1 + (V / V_h)^2)``: the contrast to the highest
    level falls with the voltage, as the TMR of a junction does.
    """
    reference = 1 + (jnp.asarray(cell.read_voltage) / cell.half_voltage) ** 2
    fall = reference / (1 + (voltage / cell.half_voltage) ** 2)
    return cell.levels[-1] - (cell.levels[-1] - conductance) * fall
