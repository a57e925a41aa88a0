"""Anisotropy of a free layer: interface, bulk, shape and voltage; and the barrier that it makes.

Fields along the three axes enter as ``B_k m_k``.  What all three have in common does nothing, so
that of y is taken as zero: a perpendicular magnet is ``(B_x, 0, B_z)`` with a large B_z, an
in-plane one has a small positive B_x and a large negative B_z.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import mu_0

from pbits.devices.checking import finite_array
from pbits.devices.demagnetisation import ellipse_factors, prism_factors
from pbits.devices.macrospin import BOLTZMANN

if TYPE_CHECKING:
    from pbits.devices.junction import Junction

Array = NDArray[np.float64]


class Barrier(NamedTuple):
    """Heights over kT between the two states.

    Attributes:
        coherent: all moments turn as one, ``Ms B_k V / (2 kT)``.
        wall: a domain wall runs through, ``4 sqrt(A K) w t / kT``; inf where none can (in plane).
        value: the lower of the two.
        mechanism: "coherent" or "domain wall", whichever is lower.
    """

    coherent: float
    wall: float

    @property
    def value(self) -> float:
        return min(self.coherent, self.wall)

    @property
    def mechanism(self) -> str:
        return "coherent" if self.coherent <= self.wall else "domain wall"


def shape_factors(junction: "Junction") -> tuple[float, float, float]:
    """Demagnetising factors along x, y and z, exact for uniform magnetisation."""
    factors = ellipse_factors if junction.shape == "ellipse" else prism_factors
    length, width = junction.sides
    x, y, z = factors(junction.thickness, length, width)
    return ((1 - z) / 2, (1 - z) / 2, z) if length == width else (x, y, z)


def fields(junction: "Junction", voltage: ArrayLike = 0.0) -> tuple[Array, Array]:
    """Anisotropy fields along x and z over that along y, T.

    ``B_z = 2 (Ki / t + Ku) / Ms - mu0 Ms (N_z - N_y) - 2 xi V / (Ms t t_ox)`` and
    ``B_x = B_in-plane + mu0 Ms (N_y - N_x)``; a given perpendicular field takes the place of the
    first two terms of B_z.

    Args:
        junction: whose.
        voltage: V over the oxide; a positive one lowers B_z where `vcma` is positive.
    """
    n_x, n_y, n_z = shape_factors(junction)
    moment = mu_0 * junction.magnetisation
    across = junction.perpendicular_field
    if across is None:
        per_area = junction.interfacial_anisotropy + junction.bulk_anisotropy * junction.thickness
        across = 2 * per_area / junction.sheet_moment - moment * (n_z - n_y)
    v = finite_array("voltage", voltage)
    along = np.full(v.shape, junction.inplane_field + moment * (n_y - n_x))
    if not junction.vcma or junction.oxide_thickness is None:
        return along, np.full(v.shape, across)
    slope = 2 * junction.vcma / (junction.sheet_moment * junction.oxide_thickness)
    return along, across - slope * v


def easy_field(junction: "Junction", voltage: ArrayLike = 0.0) -> Array:
    """Field of the easy axis over the easier of the other two, B_k in T."""
    along, across = fields(junction, voltage)
    if junction.orientation == "perpendicular":
        return across - np.maximum(along, 0)
    return along - np.maximum(across, 0)


def hard_field(junction: "Junction", voltage: ArrayLike = 0.0) -> Array:
    """Field between the two hard axes, B_d in T: of the hard plane's anisotropy."""
    along, across = fields(junction, voltage)
    return np.abs(along if junction.orientation == "perpendicular" else across)


def barrier(junction: "Junction", voltage: float = 0.0) -> Barrier:
    """Barriers over kT at a voltage, each 0 where there is none.

    A wall limits perpendicular magnets wider than about ``(16 / pi) sqrt(A / K)``, from memory and
    from equating the two heights.
    """
    field = max(float(easy_field(junction, voltage)), 0.0)
    thermal = BOLTZMANN * junction.temperature
    coherent = junction.moment * field / (2 * thermal)
    if junction.orientation == "in-plane":
        return Barrier(coherent, np.inf)
    stiffness = junction.exchange * junction.magnetisation * field / 2  # A K
    area = min(junction.sides) * junction.thickness
    return Barrier(coherent, 4 * float(np.sqrt(stiffness)) * area / thermal)


def check(junction: "Junction") -> None:
    """Refuse a magnet whose easy axis is not the one that was meant.

    Raises:
        ValueError: with what would put it right.
    """
    along, across = (float(part) for part in fields(junction))
    slack = 1e-9 * mu_0 * junction.magnetisation  # of rounding in the factors
    if junction.orientation == "perpendicular":
        if across - max(along, 0) < -slack:
            raise ValueError(_lies_in_plane(junction, across - max(along, 0)))
    elif across > slack:
        raise ValueError(
            f"the perpendicular field is {across:.4g} T above zero, so the magnet stands up; "
            "expected an in-plane one: lower the perpendicular anisotropy, or set "
            "orientation='perpendicular'"
        )
    elif along < -slack:
        raise ValueError(
            f"the in-plane easy axis is y, by {-along:.4g} T; expected x, the axis of the "
            "reference: let length be the longer side, or raise inplane_field"
        )


def _lies_in_plane(junction: "Junction", field: float) -> str:
    text = f"the perpendicular anisotropy field is {field:.4g} T, so the magnet lies in plane; "
    if junction.perpendicular_field is not None:
        return text + "raise perpendicular_field, or set orientation='in-plane'"
    missing = -field * junction.sheet_moment / 2
    least = junction.interfacial_anisotropy + missing
    return text + (
        f"interfacial_anisotropy is {junction.interfacial_anisotropy:.4g} J/m^2 and must be above "
        f"{least:.4g} to overcome demagnetisation: raise it, thin the layer, or set "
        "orientation='in-plane'"
    )
