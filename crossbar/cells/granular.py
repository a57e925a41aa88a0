"""Cells whose free layer is made of grains: levels are shares of grains that have switched.

A write switches each of N grains with probability p, so a level ``p`` fluctuates from write to
write by ``sqrt(p (1 - p) / N)`` of the full scale: tight at both ends, noisy in the middle.  Equal
grains are taken here; a frozen distribution of barriers makes repeated writes less noisy
(`pbits.datasheets` takes that from a film).
"""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.cells import stt
from crossbar.cells.cell import Cell, spread_of
from crossbar.cells.origin import Preset, numbers
from crossbar.cells.tunnel import check_positive

LARGEST_ERROR = 0.1
"""Share of a level's writes that may miss it, in `holds_levels`: a choice; verify makes up."""


def build(
    *, side: float, pitch: float, num_levels: int, name: str = "granular", **rest: Any
) -> Cell:
    """A datasheet from geometry.

    Args:
        side: m, diameter of the round cell.
        pitch: m, of grains: there are ``pi / 4 (side / pitch)^2``.
        num_levels: evenly spaced in conductance.
        name: for reports.
        rest: as `stt.build`.

    Raises:
        ValueError: on impossible values.
    """
    check_positive("side", side, "m")
    check_positive("pitch", pitch, "m")
    grains = np.pi / 4 * (side / pitch) ** 2
    cell = stt.build(shares=num_levels, name=name, **rest)
    return cell.replace(cycle_spread=jnp.asarray(grain_spread(cell, grains)))


def grain_spread(cell: Cell, grains: float) -> NDArray[np.float64]:
    """Relative spread of each level by the binomial law, [levels].

    Example:
        >>> cell = Cell(jnp.array([1.0, 2.0, 3.0]))
        >>> grain_spread(cell, 100.0).round(4).tolist()
        [0.0, 0.05, 0.0]
    """
    levels = np.asarray(cell.levels, np.float64)
    share = (levels - levels[0]) / (levels[-1] - levels[0])
    return (levels[-1] - levels[0]) * np.sqrt(share * (1 - share) / grains) / levels


def level_errors(cell: Cell) -> NDArray[np.float64]:
    """Probability that a write is taken for the next level, either way, [levels - 1].

    The threshold between two levels lies ``z`` deviations from both, ``z = step / (sigma_a +
    sigma_b)``; deviations between devices and cycles are taken together.

    Example:
        >>> cell = Cell(jnp.array([1.0, 2.0]), cycle_spread=jnp.array([0.2, 0.1]))
        >>> level_errors(cell).round(4).tolist()
        [0.0062]
    """
    levels = np.asarray(cell.levels, np.float64)
    parts = (np.asarray(spread_of(x, cell)) for x in (cell.device_spread, cell.cycle_spread))
    sigma = np.hypot(*parts) * levels
    total = sigma[:-1] + sigma[1:]
    z = np.divide(np.diff(levels), total, out=np.full(total.shape, np.inf), where=total > 0)
    return np.array([math.erfc(x / np.sqrt(2)) / 2 for x in z])


def holds_levels(cell: Cell, largest: float = LARGEST_ERROR) -> bool:
    """Whether each level can be told from the next.

    Args:
        largest: error of `level_errors` that is put up with.

    Example:
        >>> holds_levels(Cell(jnp.array([1.0, 2.0]), cycle_spread=0.01))
        True
    """
    return bool(level_errors(cell).max() <= largest)


_LAW = "Gupte et al., npj Unconv. Comput. 3, 8 (2026), second-hand: the full text was not read"
_NONE = "not known of this cell"
_COMMON = (
    stt.COMMON
    | numbers("simulated", _LAW + ": 50 to 75 nm; 2 bits", side=75e-9, num_levels=4)
    | numbers("assumed", "8 to 10 nm are usual of granular media", pitch=10e-9)
    | numbers("assumed", _NONE, resistance=10e3, tmr=1.5, series=0.0, read_voltage=0.1,
              read_time=10e-9, write_current=80e-6, write_energy=1e-12, write_time=10e-9,
              failure=0.0)
    | numbers("assumed", "left out, to show the grains alone", resistance_spread=0.0,
              tmr_spread=0.0)
    | numbers("assumed", "54 F^2, at F = 40 nm, as a binary cell", area=8.64e-14)
)  # fmt: skip

PRESETS = {
    "granular": Preset("Granular cell of 75 nm, two bits", _COMMON, build),
    "granular-50nm": Preset(
        "Granular cell of 50 nm, two bits",
        _COMMON | numbers("simulated", _LAW + ": 50 to 75 nm", side=50e-9),
        build,
    ),
}
