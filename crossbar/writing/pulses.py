"""One write pulse by spin transfer, spin-orbit torque or spin loss: current, time and energy.

Energies are the integral of I^2 R over the pulse.  Nothing here knows how a magnet switches:
currents are given, or derived from one by `pbits.datasheets`.
"""

import numpy as np
from numpy.typing import ArrayLike

from crossbar.cells.cell import Write
from crossbar.checking import check_range

REPORTED_RATIO = 3.0
"""Energy without over energy with full loss at one face: from the press on Choi et al., Nat.
Commun. (2025), doi:10.1038/s41467-025-61073-w, whose abstract has no factor."""


def pulse_energy(current: ArrayLike, resistance: ArrayLike, seconds: ArrayLike) -> float:
    """J, integral of I^2 R over a pulse.

    Args:
        current: A; a number for a square pulse, or [k] samples.
        resistance: Ohm, a number or [k].
        seconds: length of a square pulse, or [k] times of samples joined by straight lines.

    Raises:
        ValueError: on samples without their times, or what is not finite.

    Example:
        >>> f"{pulse_energy(80e-6, 15.6e3, 10e-9):.3g}"
        '9.98e-13'
    """
    amperes, ohms, times = (np.asarray(x, float) for x in (current, resistance, seconds))
    power = amperes**2 * ohms
    if not (np.isfinite(power).all() and np.isfinite(times).all()):
        raise ValueError("current, resistance or seconds are not finite; expected SI numbers")
    if power.ndim > 1 or power.shape not in ((), times.shape):
        raise ValueError(
            f"samples have shape {power.shape} and times {times.shape}; expected one time for each"
        )
    if times.ndim == 0:
        return float(power * times)
    return float(np.trapezoid(np.broadcast_to(power, times.shape), times))


def transfer_write(
    current: float, resistance: float, seconds: float, *, failure: float = 0.0,
    endurance: float = np.inf,
) -> Write:  # fmt: skip
    """A square pulse through the cell.

    Args:
        current: A. resistance: Ohm, of all it passes. seconds: length.
        failure: probability that it leaves the cell as it was.
        endurance: writes a cell lasts.

    Example:
        >>> f"{transfer_write(100e-6, 5e3, 10e-9).energy:.2g}"
        '5e-13'
    """
    _check(current=current, resistance=resistance, seconds=seconds)
    return Write(
        pulse_energy(current, resistance, seconds), seconds, failure, endurance, current
    )  # fmt: skip


def track_write(
    density: float, seconds: float, *, width: float, thickness: float, length: float,
    resistivity: float, failure: float = 0.0, endurance: float = np.inf,
) -> Write:  # fmt: skip
    """A square pulse through the metal strip of a three-terminal cell.

    Args:
        density: A/m^2. seconds: length of the pulse.
        width, thickness, length: m, of the strip.
        resistivity: Ohm m.
        failure, endurance: see `Write`.

    Example:
        >>> strip = dict(width=80e-9, thickness=4e-9, length=120e-9, resistivity=1.6e-6)
        >>> f"{track_write(1e12, 1e-9, **strip).energy:.3g}"
        '6.14e-14'
    """
    _check(density=density, width=width, thickness=thickness, length=length)
    _check(resistivity=resistivity)
    section = width * thickness
    resistance = resistivity * length / section
    return transfer_write(
        density * section, resistance, seconds, failure=failure, endurance=endurance
    )


def spin_loss_write(write: Write, asymmetry: float, reference: float) -> Write:
    """A pulse by spin loss, from one that is known at another asymmetry of the two faces.

    The torque per current goes as the difference of the shares of spin that the faces absorb, so
    the current as its inverse and the energy as its inverse square, at equal resistance and time.

    Args:
        write: at the reference.
        asymmetry: shares of one face less the other, above 0 up to 1; equal faces write nothing.
        reference: asymmetry of `write`.

    Raises:
        ValueError: on an asymmetry that is 0 or beyond 1.

    Example:
        >>> once = spin_loss_write(Write(energy=3e-13, current=1e-4), 1.0, 0.5)
        >>> f"{once.energy:.3g} {once.current:.3g}"
        '7.5e-14 5e-05'
    """
    for name, value in (("asymmetry", asymmetry), ("reference", reference)):
        if np.any(np.asarray(value) <= 0):
            raise ValueError(f"{name} is {value!r}; expected above 0: equal faces make no torque")
        check_range(name, np.asarray(value), 0.0, 1.0)
    factor = float(reference / np.asarray(asymmetry, float))
    return Write(
        write.energy * factor**2, write.time, write.failure, write.endurance,
        write.current * factor,
    )  # fmt: skip


def reported_asymmetry(loss: ArrayLike, ratio: float = REPORTED_RATIO) -> np.ndarray:
    """Asymmetry of faces at some loss: ``1 / sqrt(ratio)`` at none, 1 at full, between in line.

    Fitted to a press release's factor of three in energy, so that it cannot predict it.

    Args:
        loss: from 0 to 1.
        ratio: of energies at none and at full loss, above 1.

    Example:
        >>> energy = [float(spin_loss_write(Write(energy=1.0), a, 1.0).energy)
        ...           for a in reported_asymmetry([0.0, 1.0])]
        >>> round(energy[0] / energy[1], 6)
        3.0
    """
    check_range("loss", np.asarray(loss), 0.0, 1.0)
    if not ratio > 1:
        raise ValueError(f"ratio is {ratio!r}; expected above 1")
    plain = 1 / np.sqrt(ratio)
    return plain + (1 - plain) * np.asarray(loss, float)


def _check(**values: float) -> None:
    for name, value in values.items():
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value!r}; expected a number above 0 (SI units)")
