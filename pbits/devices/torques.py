"""Spin torques as fields, T: of a current through the junction, and of one beside it.

Spin transfer: ``a_DL = (hbar / 2e) P I / (Ms V)`` (J. C. Slonczewski, J. Magn. Magn. Mater. 159,
L1 (1996)).  Spin Hall: ``a_DL = (hbar / 2e) theta J / (Ms t)`` along z x j (L. Liu et al., Science
336, 555 (2012)).  Signs are those of :mod:`pbits.devices.junction`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import e, hbar

from pbits.devices.checking import finite_array, positive_array

SPIN_PER_CHARGE = hbar / (2 * e)  # V s: angular momentum of an electron over its charge


@dataclass(frozen=True)
class HeavyMetal:
    """A strip of heavy metal under the free layer, which turns its current into a spin current.

    Args:
        hall_angle: damping-like efficiency; its sign is that of the torque.
        thickness, width: m, of the cross-section that carries the current.
        length: m, between the two contacts.
        resistivity: Ohm m.
        field_like: efficiency of the field-like torque, in the same unit as `hall_angle`.
        flow: the current is along "x", where spins are along y, or along "y", where they are
            along -x.

    Raises:
        ValueError: on values out of range.

    Example:
        >>> HeavyMetal(0.3, 3e-9, 100e-9, 100e-9, 2e-6).spin_direction
        (0.0, 1.0, 0.0)
    """

    hall_angle: float
    thickness: float
    width: float
    length: float
    resistivity: float
    field_like: float = 0.0
    flow: Literal["x", "y"] = "x"

    def __post_init__(self) -> None:
        for name in ("thickness", "width", "length", "resistivity"):
            positive_array(f"heavy_metal.{name}", getattr(self, name))
        for name in ("hall_angle", "field_like"):
            finite_array(f"heavy_metal.{name}", getattr(self, name))
        if self.flow not in ("x", "y"):
            raise ValueError(f"heavy_metal.flow is {self.flow!r}; expected 'x' or 'y'")

    @property
    def resistance(self) -> float:
        """Ohm, from contact to contact."""
        return self.resistivity * self.length / (self.width * self.thickness)

    @property
    def spin_direction(self) -> tuple[float, float, float]:
        """Unit vector of the spins at positive current and Hall angle: z x j."""
        return (0.0, 1.0, 0.0) if self.flow == "x" else (-1.0, 0.0, 0.0)

    def fields(self, current: ArrayLike, sheet_moment: ArrayLike) -> tuple[NDArray, NDArray]:
        """Damping-like and field-like torque along `spin_direction`, T.

        Args:
            current: A, along the strip.
            sheet_moment: A, Ms t of the free layer.
        """
        density = finite_array("sot_current", current) / (self.width * self.thickness)
        unit = SPIN_PER_CHARGE * density / np.asarray(sheet_moment)
        return self.hall_angle * unit, self.field_like * unit


def transfer_field(current: ArrayLike, polarisation: float, moment: ArrayLike) -> NDArray:
    """Damping-like torque of a current through the junction, T.

    Args:
        current: A.
        polarisation: of the current; 1 where every electron gives its spin.
        moment: A m^2.

    Example:
        >>> float(transfer_field(1e-6, 1.0, 1e-18).round(6))
        0.000329
    """
    return SPIN_PER_CHARGE * polarisation * finite_array("current", current) / np.asarray(moment)
