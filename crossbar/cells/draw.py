"""Conductances of an array: drawn from a datasheet, aged, and noisy when read.

A device keeps its own deviation through all programmings; a cycle adds one of its own.  They come
from two keys, so that one chip can be programmed again, or many chips with the same bits.
"""

from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import random

from crossbar.cells.cell import Cell, spread_of

_FAILURES = 0xFA115  # folded into a key, far from the numbers that rounds and splits use


class Devices(NamedTuple):
    """What a chip's cells are, whatever is written to them; arrays of one shape.

    Attributes:
        place: from 0 to 1; cells at either end are stuck.
        score: standard normal, of their deviation.
    """

    place: jax.Array
    score: jax.Array


def draw(
    device_key: jax.Array,
    cycle_key: jax.Array,
    cell: Cell,
    levels: jax.Array,
    previous: jax.Array | int = 0,
) -> jax.Array:
    """Conductances after one programming, S, in the shape of the levels.

    Args:
        device_key: of the chip.
        cycle_key: of this programming.
        levels: whole numbers from 0, of any shape.
        previous: levels before, which cells keep whose write fails; by default the lowest.

    Deviations are Gaussian and cut so that no conductance is below a hundredth of its target.

    Example:
        >>> from crossbar.cells.cell import Cell
        >>> cell = Cell(jnp.array([1e-4, 2e-4]), device_spread=0.05)
        >>> one, two = random.split(random.key(0))
        >>> draw(one, two, cell, jnp.zeros((3, 4), int)).shape
        (3, 4)
    """
    devices = draw_devices(device_key, cell, levels.shape)
    score = normal(cycle_key, levels.shape, cell.levels.dtype)
    failed = fails(cycle_key, cell, levels.shape)
    return conductances(devices, cell, jnp.where(failed, previous, levels), score)


def normal(key: jax.Array, shape: tuple[int, ...], dtype: Any = jnp.float32) -> jax.Array:
    """As `random.normal`, flat until drawn: XLA takes seconds to compile draws of six axes."""
    return random.normal(key, (prod(shape),), dtype).reshape(shape)


def uniform(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """As `random.uniform`, likewise."""
    return random.uniform(key, (prod(shape),)).reshape(shape)


def draw_devices(key: jax.Array, cell: Cell, shape: tuple[int, ...]) -> Devices:
    """The cells of a chip."""
    stuck_key, device_key = random.split(key)
    return Devices(uniform(stuck_key, shape), normal(device_key, shape, cell.levels.dtype))


def fails(cycle_key: jax.Array, cell: Cell, shape: tuple[int, ...]) -> jax.Array:
    """Which pulses leave their cell as it was, bool."""
    return uniform(random.fold_in(cycle_key, _FAILURES), shape) < cell.write.failure


def conductances(devices: Devices, cell: Cell, levels: jax.Array, score: jax.Array) -> jax.Array:
    """S, of cells that were written to levels.

    Args:
        devices: of :func:`draw_devices`.
        levels: whole numbers from 0; stuck cells have their own.
        score: standard normal, of this cycle.
    """
    levels = jnp.where(devices.place < cell.stuck_low, 0, levels)
    levels = jnp.where(
        devices.place > 1 - jnp.asarray(cell.stuck_high), cell.num_levels - 1, levels
    )
    device = spread_of(cell.device_spread, cell)[levels] * devices.score
    cycle = spread_of(cell.cycle_spread, cell)[levels] * score
    return cell.levels[levels] * jnp.maximum(1 + device + cycle, 0.01)


def age(
    key: jax.Array, cell: Cell, conductance: jax.Array, seconds: float | jax.Array
) -> jax.Array:
    """Conductances some time after programming: drift and loss of data.

    Exponents of drift between two levels are interpolated; a cell that has lost its data is at the
    datasheet's value of the level it went to.

    Args:
        key: of the chip; the same key ages the same cells alike at any time.
        seconds: since programming; drift begins at `drift_start`.
    """
    drift_key, loss_key, end_key = random.split(key, 3)
    mean = _between_levels(cell, cell.drift, conductance)
    spread = _between_levels(cell, cell.drift_spread, conductance)
    exponent = mean + spread * random.normal(drift_key, conductance.shape)
    elapsed = jnp.maximum(jnp.asarray(seconds) / cell.drift_start, 1.0)
    drifted = conductance * elapsed ** -jnp.maximum(exponent, 0.0)
    lost = random.uniform(loss_key, conductance.shape) < -jnp.expm1(-seconds / cell.retention)
    high = random.bernoulli(end_key, 0.5, conductance.shape)
    return jnp.where(lost, jnp.where(high, cell.levels[-1], cell.levels[0]), drifted)


def _between_levels(cell: Cell, values: jax.Array | float, conductance: jax.Array) -> jax.Array:
    if jnp.ndim(values) == 0:
        return jnp.asarray(values)
    return jnp.interp(conductance, cell.levels, jnp.asarray(values, cell.levels.dtype))


def at_voltage(cell: Cell, conductance: jax.Array, voltage: jax.Array | float) -> jax.Array:
    """Conductance at a voltage over the cell, of one known at the read voltage.

    The highest level is that of parallel layers and does not depend on the voltage; the lowest is
    ``G_high / (1 + TMR(V))``.  What lies between is a mixture of the two, so all distances to the
    highest shrink by one factor.
    """
    tmr = cell.levels[-1] / cell.levels[0] - 1
    reference = 1 + (jnp.asarray(cell.read_voltage) / cell.half_voltage) ** 2
    there = tmr * reference / (1 + (jnp.asarray(voltage) / cell.half_voltage) ** 2)
    factor = there / (1 + there) * (1 + tmr) / tmr
    return cell.levels[-1] - (cell.levels[-1] - conductance) * factor
