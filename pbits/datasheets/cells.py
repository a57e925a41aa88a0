"""Cells from junctions: levels, spreads, retention, flips at reads; barriers by size."""

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.cells.cell import Cell, Write
from crossbar.cells.tunnel import check_tmr, spread_by_level
from pbits import checks
from pbits.devices import disturb, levels
from pbits.devices.junction import Junction
from pbits.devices.passage import escape_rate
from pbits.devices.rates import unit_time
from pbits.devices.variability import Spread

Array = NDArray[np.float64]
_SOLVED = 15.0  # kT, up to which the law on the sphere has its digits
_NEVER = 1e-30  # 1/s: datasheets are float32


def cell_from_junction(
    junction: Junction,
    write: Write | None = None,
    *,
    read_voltage: float = 0.1,
    read_time: float = 10e-9,
    series: float = 0.0,
    spread: Spread | None = None,
    cycle_spread: float = 0.0,
    read_noise: float | None = None,
    area: float = 0.0,
    name: str = "junction",
) -> Cell:
    """The datasheet of a binary cell: level 0 is antiparallel, level 1 parallel.

    Args:
        junction: with a resistance-area product and a TMR.
        write: of `transfer_pulse`, `orbit_pulse` or `spin_loss_pulse`; None for no costs.
        read_voltage, read_time: V over the cell and s; TMR is taken at the whole voltage.
        series: Ohm, of a transistor.
        spread: between devices; its conductance and tmr count here.
        cycle_spread, read_noise: relative, see `Cell`.
        area: m^2, of the cell.
        name: for reports.

    Raises:
        ValueError: on a junction without resistance or without TMR.

    Example:
        >>> from pbits.devices import presets
        >>> cell = cell_from_junction(presets.get("pma-memory"))
        >>> [round(1 / float(g)) for g in cell.levels]
        [20831, 6000]
    """
    check_tmr(junction.tmr)
    bare = np.asarray(junction.conductance([-1.0, 1.0], read_voltage), float)
    seen = bare / (1 + bare * checks.non_negative("series", series))
    spread = Spread() if spread is None else spread
    device = spread_by_level(bare, spread.conductance, spread.tmr) * seen / bare
    return Cell(
        seen,
        read_voltage=read_voltage,
        read_time=read_time,
        device_spread=jnp.asarray(device, jnp.float32),
        cycle_spread=cycle_spread,
        read_noise=read_noise,
        half_voltage=junction.half_voltage or np.inf,
        retention=retention(junction),
        disturb=disturb.flip_probability(junction, read_voltage, read_time),
        area=area,
        write=Write() if write is None else write,
        name=name,
    )


def retention(junction: Junction) -> float:
    """Correlation time of the two states at rest, s: what `Cell.retention` is.

    An axial magnet's is exact to 3 % from a barrier of 5 kT on.  Others are solved on the sphere up
    to 15 kT, to some 10 %; beyond, and where a domain wall reverses the magnet, the exponent is
    right and the prefactor an estimate.

    Raises:
        ValueError: where there is no barrier.

    Example:
        >>> from pbits.devices import presets
        >>> retention(presets.get("fept-grain")) > 1e14
        True
    """
    barrier = junction.barrier()
    if not barrier.value > 0:
        raise ValueError("the junction has no barrier between two states: it stores nothing")
    if levels.not_axial(junction) and barrier.value < _SOLVED and barrier.value == barrier.coherent:
        axis = "xyz".index(junction.axis)
        return junction.harmonics().correlation_time(axis) / junction.diffusion
    rate = 2 * escape_rate(barrier.value) / diffusion_time(junction)
    return 1 / rate if rate > _NEVER else float(np.inf)


def diffusion_time(junction: Junction) -> float:
    """t_D, s; of a hard plane, by the field against which a spin torque works."""
    field = float(junction.easy_field() + junction.hard_field() / 2)
    return float(unit_time(junction.alpha, field))


class Sizes(NamedTuple):
    """A junction at several diameters, [k] each.

    Attributes:
        diameter: m.
        barrier: over kT, of the lower of the two ways of reversing.
        critical_current: A, the larger of the two.
        retention: s.
    """

    diameter: Array
    barrier: Array
    critical_current: Array
    retention: Array


def over_diameter(junction: Junction, diameters: Sequence[float] | Array) -> Sizes:
    """Barrier and critical current by size, of a round junction.

    Sizes at which there is no barrier have none: retention 0, current 0.

    Raises:
        ValueError: on a diameter not above 0.

    Example:
        >>> from pbits.devices import presets
        >>> sizes = over_diameter(presets.get("fept-grain"), [3.5e-9, 5e-9])
        >>> bool(sizes.barrier[1] > sizes.barrier[0] > 55)
        True
    """
    rows = []
    for diameter in map(float, diameters):
        checks.positive("diameter", diameter)
        try:
            one = junction.replace(diameter=diameter)
        except ValueError:  # shape has turned the easy axis
            rows.append((diameter, 0.0, 0.0, 0.0))
            continue
        current = max(abs(part) for part in one.critical_current())
        rows.append((diameter, one.barrier().value, current, retention(one)))
    return Sizes(*np.array(rows, float).T)
