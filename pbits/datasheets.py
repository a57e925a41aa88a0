"""Datasheets of crossbar cells from junctions: one junction drives p-bits and memory cells alike.

A `crossbar.cells.cell.Cell` holds numbers and knows no physics; here they come from the models of
`pbits.devices`: levels from conductance and TMR(V), retention and flips at reads from the barrier,
write pulses from critical currents and Fokker-Planck, spreads from `variability`, levels of grains
from `granular`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.cells.cell import Cell, Write
from crossbar.cells.tunnel import check_tmr, spread_by_level
from pbits import checks
from pbits.devices import disturb, granular, levels
from pbits.devices.junction import Junction
from pbits.devices.passage import escape_rate
from pbits.devices.rates import unit_time
from pbits.devices.spin_loss import SpinLoss, spin_loss_critical_current
from pbits.devices.variability import Spread
from pbits.devices.write_table import SwitchingTable, exact_switching

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
    rate = 2 * escape_rate(barrier.value) / _unit_time(junction)
    return 1 / rate if rate > _NEVER else float(np.inf)


def _unit_time(junction: Junction) -> float:
    """t_D, s; of a hard plane, by the field against which a spin torque works."""
    field = float(junction.easy_field() + junction.hard_field() / 2)
    return float(unit_time(junction.alpha, field))


def transfer_pulse(
    junction: Junction, seconds: float, overdrive: float = 2.0, *, series: float = 0.0,
    failure: float | None = None, endurance: float = np.inf,
) -> Write:  # fmt: skip
    """A write by spin transfer, at a multiple of the larger of the two critical currents.

    Args:
        junction: with a resistance-area product.
        seconds: length of the pulse.
        overdrive: current over the critical one.
        series: Ohm, of a transistor, which the current passes too.
        failure: by default that of the Fokker-Planck equation, for axial magnets; voltage does not
            lower the barrier in it, as `writing.voltage_lowered_error` has it.
        endurance: writes; no model here knows it.

    Raises:
        ValueError: where the magnet has no axis of symmetry and no failure is given.

    Example:
        >>> from pbits.devices import presets
        >>> pulse = transfer_pulse(presets.get("pma-memory"), 10e-9, failure=1e-5)
        >>> 0.01e-12 < pulse.energy < 10e-12
        True
    """
    checks.positive("seconds", seconds)
    checks.positive("overdrive", overdrive)
    current = overdrive * max(abs(part) for part in junction.critical_current())
    voltage = float(junction.operating(current).voltage)
    energy = (voltage + current * series) * current * seconds
    if failure is None:
        failure = _transfer_failure(junction, seconds, overdrive)
    return Write(energy, seconds, failure, endurance, current)


def _transfer_failure(junction: Junction, seconds: float, overdrive: float) -> float:
    why = levels.not_axial(junction)
    if why:
        raise ValueError(f"{why}: give failure, from pbits.devices.writing.simulated_probability")
    tau = seconds / _unit_time(junction)
    left = exact_switching(junction.barrier().coherent, overdrive, tau)
    return float(np.clip(left, 0.0, 1.0))


def orbit_pulse(
    junction: Junction, seconds: float, field: float, overdrive: float = 1.5, *,
    failure: float = 0.0, endurance: float = np.inf,
) -> Write:  # fmt: skip
    """A write by spin-orbit torque, through the strip alone: the junction's RA does not matter.

    Args:
        junction: perpendicular, with a heavy metal.
        seconds: length of the pulse.
        field: T, along the current.
        overdrive: current over the critical one.
        failure: of `writing.simulated_probability`; this is no axial problem.
        endurance: writes.

    Example:
        >>> from pbits.devices import presets
        >>> junction = presets.get("sot-three-terminal")
        >>> first = orbit_pulse(junction, 1e-9, 0.05)
        >>> first.energy == orbit_pulse(junction.replace(resistance_area=1e-9), 1e-9, 0.05).energy
        True
    """
    checks.positive("seconds", seconds)
    current = checks.positive("overdrive", overdrive) * junction.critical_sot_current(field)
    assert junction.heavy_metal is not None
    energy = current**2 * junction.heavy_metal.resistance * seconds
    return Write(energy, seconds, failure, endurance, current)


def spin_loss_pulse(
    junction: Junction, strip: SpinLoss, seconds: float, overdrive: float = 2.0, *,
    failure: float = 0.0, endurance: float = np.inf,
) -> Write:  # fmt: skip
    """A write by spin loss in a ferromagnetic strip, of a magnet with the junction's anisotropy.

    Example:
        >>> from pbits.devices import presets
        >>> from pbits.devices.spin_loss import reported_spin_loss
        >>> junction = presets.get("pma-memory")
        >>> energy = [spin_loss_pulse(junction, reported_spin_loss(loss=x), 1e-9).energy
        ...           for x in (0.0, 1.0)]
        >>> round(energy[0] / energy[1], 4)
        3.0
    """
    checks.positive("seconds", seconds)
    torque = junction.alpha * float(junction.easy_field() + junction.hard_field() / 2)
    least = float(spin_loss_critical_current(strip, torque))
    current = checks.positive("overdrive", overdrive) * least
    return Write(current**2 * strip.resistance * seconds, seconds, failure, endurance, current)


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
