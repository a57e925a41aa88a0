"""Spin torques per current, as fields in tesla per ampere, and critical torques."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.devices.checking import finite_array, positive_array
from pbits.devices.spin_loss import FLUX


def transfer_torque(moment: ArrayLike, efficiency: ArrayLike) -> NDArray[np.float64]:
    """a_DL / I of spin transfer in a junction, ``hbar eta / (2 e Ms V)``, T / A.

    Example:
        >>> bool(transfer_torque(1e-18, 1.0) > 300)
        True
    """
    return FLUX * positive_array("efficiency", efficiency) / positive_array("moment", moment)


def orbit_torque(
    moment: ArrayLike, efficiency: ArrayLike, area_ratio: ArrayLike
) -> NDArray[np.float64]:
    """a_DL / I of a spin-orbit torque, ``hbar xi (A_free / A_metal) / (2 e Ms V)``, T / A.

    Args:
        moment: Ms V, A m^2.
        efficiency: xi_DL, spins per charge.
        area_ratio: of the free layer, over the cross-section of the metal that carries I.
    """
    return transfer_torque(moment, efficiency) * positive_array("area_ratio", area_ratio)


def orbit_critical_torque(anisotropy: ArrayLike, in_plane_field: ArrayLike) -> NDArray[np.float64]:
    """Critical a_DL in T where spins lie across the axis and a field along the current.

    ``B_k / 2 - B_x / sqrt(2)`` (K.-S. Lee et al., Appl. Phys. Lett. 102, 112410 (2013)), for
    B_x of 0.1 to 0.3 B_k; below about 0.1 nothing switches reliably.  Not an axial problem: its
    probability is :func:`~pbits.devices.write_ensemble.pulse_table`.

    Example:
        >>> float(orbit_critical_torque(1.0, 0.1).round(3))
        0.429
    """
    easy, field = positive_array("anisotropy", anisotropy), finite_array("field", in_plane_field)
    share = np.abs(field) / easy
    wrong = share[(share < 0.099) | (share > 0.301)]
    if wrong.size:
        raise ValueError(
            f"the in-plane field is {float(wrong.flat[0]):.3g} of the anisotropy field; expected "
            "0.1 to 0.3, where the formula was checked: use write_ensemble.pulse_table"
        )
    return easy / 2 - np.abs(field) / np.sqrt(2)
