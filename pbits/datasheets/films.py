"""Cells of several levels from films of grains."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.cells.cell import Cell
from pbits import checks
from pbits.devices import granular
from pbits.devices.write_table import SwitchingTable

Array = NDArray[np.float64]


class GranularCell(NamedTuple):
    """A cell and how its levels are written.

    Attributes:
        cell: datasheet.
        currents: A, of each level's pulse, from all grains down; 0 writes level 0.
    """

    cell: Cell
    currents: Array


def cell_from_film(
    base: Cell, film: granular.Film, table: SwitchingTable, num_levels: int, seconds: float
) -> GranularCell:
    """A cell of several levels from a film of grains, without exchange.

    Level k is written by the current at which a share ``k / (num_levels - 1)`` of the grains
    switches on average; the deviation from write to write is that of these grains.  The spread
    between devices, of the base and of other films, is left out.

    Args:
        base: whose two levels are all grains down and all up; see `cell_from_junction`.
        film: of `granular.lognormal_film`; another film is another device.
        table: of the film's barriers.
        num_levels: of the cell.
        seconds: of each pulse.

    Raises:
        ValueError: on fewer than two levels, a film with exchange, whose grains follow others, or
            pulses too short to reach all levels at the largest current of the table.

    Example:
        >>> from pbits.devices.write_table import switching_table
        >>> film = granular.lognormal_film(40, delta=12.0, critical_current=1e-4, unit_time=1e-9)
        >>> table = switching_table(film.delta)
        >>> found = cell_from_film(Cell(jnp.array([1e-5, 2e-5])), film, table, 4, 5e-9)
        >>> bool(found.cell.cycle_spread[0] < 1e-3 < found.cell.cycle_spread[1])
        True
    """
    checks.whole_number("num_levels", num_levels, 2)
    if float(film.exchange):
        raise ValueError("the film has exchange: draw its levels with granular.write_film")

    def probabilities(current: float) -> Array:
        found = granular.grain_probabilities(table, film, current, seconds)
        return np.asarray(found, np.float64)

    weight = np.asarray(film.weight, np.float64)
    top = 6 * float(np.min(np.asarray(film.critical_current)))  # the table's end
    targets = np.linspace(0, 1, num_levels)
    reached = float(probabilities(top) @ weight)
    if reached <= targets[-2]:
        raise ValueError(
            f"pulses of {seconds:g} s at {top:.3g} A switch a share of {reached:.3g} of the "
            f"grains; {num_levels} levels need more than {targets[-2]:.3g}: make them longer"
        )
    currents = np.zeros(num_levels)
    currents[-1] = top
    for k in range(1, num_levels - 1):
        currents[k] = _current_for(lambda i: float(probabilities(i) @ weight), targets[k], top)
    chances = np.stack([probabilities(current) for current in currents])
    chances[0] = 0.0
    low, high = float(base.levels[0]), float(base.levels[-1])
    means = low + (high - low) * chances @ weight
    sigma = (high - low) * np.sqrt((chances * (1 - chances)) @ weight**2)
    cell = base.replace(
        levels=jnp.asarray(means, jnp.float32),
        cycle_spread=jnp.asarray(sigma / means, jnp.float32),
        device_spread=0.0,
    )
    return GranularCell(cell, currents)


def _current_for(mean: Callable[[float], float], target: float, top: float) -> float:
    """Where a rising mean reaches its target, by bisection."""
    low, high = 0.0, top
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < target else (low, middle)
    return (low + high) / 2
