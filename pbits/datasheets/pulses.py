"""Write pulses from junctions: by spin transfer, spin-orbit torque and spin loss."""

import numpy as np

from crossbar.cells.cell import Write
from pbits import checks
from pbits.datasheets.cells import diffusion_time
from pbits.devices import levels
from pbits.devices.junction import Junction
from pbits.devices.spin_loss import SpinLoss, spin_loss_critical_current
from pbits.devices.write_table import exact_switching


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
    tau = seconds / diffusion_time(junction)
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
