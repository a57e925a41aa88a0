"""Multi-level three-terminal cells whose levels, spreads and pulses follow from a pulse map."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from crossbar.cells import sot, stt
from crossbar.cells.cell import Cell, Write, spread_of
from crossbar.cells.origin import Preset, numbers
from crossbar.cells.pulse_map import (
    PulseMap,
    Scatter,
    level_scatter,
    mean_level,
    parts_for_cycle,
    voltage_for,
)
from crossbar.cells.tunnel import parallel_resistance


class PulseCell(NamedTuple):
    """A cell and how its levels are written.

    Attributes:
        cell: datasheet.
        voltages: V, [levels], of each level's pulse after a reset; 0 writes level 0.
        shares: [levels], of parts that are up on average.
    """

    cell: Cell
    voltages: jax.Array
    shares: jax.Array


def pulse_cell(base: Cell, law: PulseMap) -> PulseCell:
    """A cell whose levels are set by pulses of a map.

    Levels are evenly spaced from no part up to what the largest voltage sets.  `cycle_spread` is
    the map's alone; its spread between devices joins that of the base, as if one score moved all
    levels of a device by their deviations, where a device's own curve moves them less alike.  A
    write is a reset at the largest voltage and the level's pulse: the energy is the mean of all
    levels, so that a level's own is `pulse_energies`.

    Args:
        base: of as many levels, whose first and last are all parts down and all up, without what
            is in series: see `Cell.with_series`.
        law: of the parts.

    Example:
        >>> base = Cell(jnp.linspace(1e-6, 2e-6, 5))
        >>> found = pulse_cell(base, PulseMap(0.9, 0.02, 0.05, parts=100))
        >>> [round(float(x), 3) for x in found.voltages]
        [0.0, 0.859, 0.9, 0.941, 1.2]
        >>> bool(found.cell.cycle_spread[2] > found.cell.cycle_spread[4])
        True
    """
    # As of one part: another number of them needs no other program.
    shares, voltages, scatter = _solved(law.replace(parts=1), base.num_levels)
    scatter = jax.tree.map(lambda x: x / np.sqrt(law.parts), scatter)
    low, span = base.levels[0], base.levels[-1] - base.levels[0]
    levels = low + span * shares
    relative = span / levels
    device = jnp.interp(levels, base.levels, spread_of(base.device_spread, base))
    # No pulse, no scatter: at 0 V the law leaves a chance that is none.
    pulsed = jnp.arange(base.num_levels) > 0
    cell = base.replace(
        levels=levels,
        device_spread=jnp.hypot(device, pulsed * relative * scatter.device),
        cycle_spread=pulsed * relative * scatter.cycle,
        write=_write(base.write, law, voltages),
    )
    return PulseCell(cell, voltages, shares)


@partial(jax.jit, static_argnames="count")
def _solved(law: PulseMap, count: int) -> tuple[jax.Array, jax.Array, Scatter]:
    """Shares and voltages of levels, [count], and how they scatter."""
    shares = jnp.linspace(0.0, 1.0, count) * mean_level(law, law.largest)
    inner = voltage_for(law, shares[1:-1])
    voltages = jnp.concatenate([jnp.zeros(1), inner, jnp.full(1, law.largest)])
    return shares, voltages, level_scatter(law, voltages)


def pulse_energies(law: PulseMap, voltages: jax.Array) -> jax.Array:
    """J of writing each level, reset included: ``(V^2 + V_largest^2) t / R``.

    Example:
        >>> float(f"{float(pulse_energies(PulseMap(0.895, 0.0225), jnp.array(0.895))):.3g}")
        2.17e-12
    """
    square = jnp.square(voltages) + jnp.square(jnp.asarray(law.largest))
    return square * (jnp.asarray(law.pulse) / law.resistance)


def _write(base: Write, law: PulseMap, voltages: jax.Array) -> Write:
    return Write(
        jnp.mean(pulse_energies(law, voltages)), 2 * law.pulse, base.failure, base.endurance,
        law.largest / law.resistance,
    )  # fmt: skip


def build(
    *, resistance_area: float, diameter: float, threshold: float, width: float,
    threshold_spread: float, pulse: float, strip_resistance: float, largest: float,
    cycle_spread: float, num_levels: int, series: float = 0.0, **rest: Any,
) -> Cell:  # fmt: skip
    """A datasheet from a junction on a strip and the switching curve of its parts.

    There are as many parts as make the middle level scatter from cycle to cycle as was measured.

    Args:
        resistance_area: Ohm m^2.
        diameter: m, of the junction.
        threshold, width, threshold_spread, largest: V, see `PulseMap`.
        pulse: s.
        strip_resistance: Ohm.
        cycle_spread: relative, of the conductance of the middle level.
        num_levels: evenly spaced but for what is in series.
        series: Ohm, read with the junction.
        rest: as `stt.build`.

    Raises:
        ValueError: on impossible values.
    """
    base = stt.build(
        resistance=parallel_resistance(resistance_area, diameter), shares=num_levels, series=0.0,
        write_current=0.0, write_energy=0.0, write_time=0.0, **rest,
    )  # fmt: skip
    law = PulseMap(threshold, width, threshold_spread, 1, largest, pulse, strip_resistance)
    low, high = float(base.levels[0]), float(base.levels[-1])
    deviation = cycle_spread * (low + high) / 2 / (high - low)
    found = pulse_cell(base, law.replace(parts=parts_for_cycle(law, deviation)))
    return found.cell.with_series(series)


_SMTJ = "46 points of one junction at 0.75 ns, JinChengZ18/smtj_pbnn_sim"
_BEFORE = sot.PRESETS["sot-multilevel"].numbers
_OTHER = ("density", "write_time", "track_width", "track_thickness", "track_length", "resistivity")
_PULSES = (
    numbers("measured", _SMTJ + "; taken for each part", threshold=0.895, pulse=0.75e-9)
    | numbers("measured", _SMTJ + ": 22 to 23 mV; taken for each part", width=0.0225)
    | numbers("measured", _SMTJ, strip_resistance=776.0)
    | numbers("assumed", "5 % of the threshold; no source at hand", threshold_spread=0.045)
    | numbers("assumed", "five deviations above the threshold: one part in 1e5 stays",
              largest=1.2)
    | numbers("measured", "Hsin et al., Adv. Sci. (2025), abstract: 2 % from cycle to cycle, taken "
              "at the middle level; sets how many parts there are", cycle_spread=0.02)
)  # fmt: skip

PRESETS = {
    "sot-pulses": Preset(
        "Multi-level SOT cell of eleven states whose spreads follow from its write pulses",
        {key: number for key, number in _BEFORE.items() if key not in _OTHER} | _PULSES,
        build,
    )
}
