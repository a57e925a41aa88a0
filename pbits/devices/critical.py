"""Currents at which spin torque beats damping, T = 0, and at which it beats thermal motion."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.constants import e, hbar

from pbits.devices.anisotropy import easy_field, hard_field
from pbits.devices.macrospin import BOLTZMANN

if TYPE_CHECKING:
    from pbits.devices.junction import Junction


class Critical(NamedTuple):
    """Thresholds of the two directions, A or V; negative drives turn m away from the reference."""

    to_parallel: float
    to_antiparallel: float


def transfer_current(junction: "Junction", field: float = 0.0) -> Critical:
    """Critical currents of spin transfer at T = 0 and at the anisotropy of no voltage, A.

    ``I_c = (2e / hbar) (alpha / eta) Ms V (B_k + B_d / 2)``; without a hard plane, B_d = 0, that is
    ``(4e / hbar) (alpha / eta) Delta kT`` (J. Z. Sun, Phys. Rev. B 62, 570 (2000)).  The efficiency
    eta is Slonczewski's where each switch begins: P for leaving the parallel state, ``P L**2`` for
    leaving the other.  A linear field-like torque is a field along p, so it adds ``alpha P f`` to
    the efficiency; a quadratic one is left out.  Above the threshold precession grows; it takes the
    longer the nearer.

    Args:
        junction: whose.
        field: T, from outside along the reference; it helps towards parallel.
    """
    return _thresholds(junction, field, junction.asymmetry**2)


def _thresholds(junction: "Junction", field: float, eased: float) -> Critical:
    """With the efficiency of leaving the antiparallel state over that of the parallel one."""
    damping = float(easy_field(junction) + hard_field(junction) / 2)
    unit = 2 * e / hbar * junction.alpha * junction.moment / junction.polarisation
    helped = junction.alpha * junction.field_like
    return Critical(
        unit * (damping - field) / (eased + helped), -unit * (damping + field) / (1 + helped)
    )


def transfer_voltage(junction: "Junction", field: float = 0.0) -> Critical:
    """Critical voltages of spin transfer, V: at constant voltage the torque is that of G_P V.

    Its size does not depend on the state (J. C. Slonczewski, Phys. Rev. B 71, 024411 (2005)), so
    the asymmetry of the efficiency drops out.

    Raises:
        ValueError: without a resistance-area product.
    """
    towards, away = _thresholds(junction, field, 1.0)
    conductance = junction.parallel_conductance
    return Critical(towards / conductance, away / conductance)


def hall_current(junction: "Junction", field: float) -> float:
    """Critical current of spin-orbit torque for a perpendicular magnet at T = 0, A in the strip.

    ``a_DL = B_k / 2 - B_x / sqrt(2)`` (K.-S. Lee et al., Appl. Phys. Lett. 102, 112410 (2013)),
    good to about 5 % for B_x / B_k of 0.1 to 0.3.  Below, the torque still overcomes the
    anisotropy but does not decide where m goes afterwards.  No field-like torque.

    Args:
        junction: perpendicular, with a heavy metal.
        field: T, along the current, whose sign decides the direction of switching.

    Raises:
        ValueError: without a heavy metal, on an in-plane magnet, or where the field alone is too
            strong for the law.
    """
    metal = junction.heavy_metal
    if metal is None or not metal.hall_angle:
        raise ValueError("the junction has no heavy metal with a Hall angle; set heavy_metal")
    if junction.orientation != "perpendicular":
        raise ValueError("the magnet lies in plane; this law is for a perpendicular one")
    torque = float(easy_field(junction)) / 2 - abs(field) / np.sqrt(2)
    if torque <= 0:
        raise ValueError(
            f"field is {field!r} T, of the order of the anisotropy field "
            f"{float(easy_field(junction)):.4g} T; expected at most about 0.3 of it"
        )
    per_ampere, _ = metal.fields(1.0, junction.sheet_moment)
    return float(torque / abs(per_ampere))


def thermal_current(junction: "Junction") -> float:
    """Current whose torque rivals thermal motion in a magnet without barrier, A.

    ``I_0 = 2 e alpha kT / (hbar eta)``; a perpendicular magnet without barrier follows
    ``<m_z> = coth(s) - 1 / s`` with ``s = I / I_0``, half at 1.80 I_0.  A field-like torque adds
    ``alpha P f`` to the efficiency eta.
    """
    thermal = BOLTZMANN * junction.temperature
    efficiency = junction.polarisation * (1 + junction.alpha * junction.field_like)
    return 2 * e * junction.alpha * thermal / (hbar * efficiency)
