"""Anisotropy of a free layer: interface, bulk, shape and voltage; and the barrier that it makes.

Fields along the three axes enter as ``B_k m_k``.  What all three have in common does nothing, so
that of y is taken as zero: a perpendicular magnet is ``(B_x, 0, B_z)`` with a large B_z, an
in-plane one has a small positive B_x and a large negative B_z.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import mu_0

from pbits.devices import curie
from pbits.devices.checking import finite_array
from pbits.devices.demagnetisation import ellipse_factors, prism_factors
from pbits.devices.macrospin import BOLTZMANN

if TYPE_CHECKING:
    from pbits.devices.free_layer import FreeLayer

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


def shape_factors(layer: "FreeLayer") -> tuple[float, float, float]:
    """Demagnetising factors along x, y and z, exact for uniform magnetisation."""
    factors = ellipse_factors if layer.shape == "ellipse" else prism_factors
    length, width = layer.sides
    x, y, z = factors(layer.thickness, length, width)
    return ((1 - z) / 2, (1 - z) / 2, z) if length == width else (x, y, z)


def fields(
    layer: "FreeLayer", voltage: ArrayLike = 0.0, temperature: ArrayLike | None = None
) -> tuple[Array, Array]:
    """Anisotropy fields along x and z over that along y, T.

    ``B_z = 2 (Ki / t + Ku) / Ms - mu0 Ms (N_z - N_y) - 2 xi V / (Ms t t_ox)`` and
    ``B_x = B_in-plane + mu0 Ms (N_y - N_x)``; a given perpendicular field takes the place of the
    first two terms of B_z.  With a Curie point Ms, and Ki, Ku and B_in-plane Ms as a power of it,
    are those at the temperature; a given perpendicular field is split into its two terms.

    Args:
        layer: whose.
        voltage: V over the oxide; a positive one lowers B_z where `vcma` is positive.
        temperature: K, of the shape of `voltage` or one number; by default the layer's own.
    """
    v = finite_array("voltage", voltage)
    kelvin = layer.temperature if temperature is None else temperature
    left = curie.remaining(layer, kelvin)
    v, left = np.broadcast_arrays(v, left)
    n_x, n_y, n_z = shape_factors(layer)
    flux = mu_0 * layer.magnetisation  # at the reference temperature
    if layer.perpendicular_field is None:
        density = layer.interfacial_anisotropy / layer.thickness + layer.bulk_anisotropy
        crystal = 2 * density / layer.magnetisation
    else:
        crystal = layer.perpendicular_field + flux * (n_z - n_y)
    kept = left ** (layer.anisotropy_exponent - 1)
    along = layer.inplane_field * kept + flux * left * (n_y - n_x)
    upright = crystal * kept - flux * left * (n_z - n_y)
    if not layer.vcma or layer.oxide_thickness is None:
        return along, upright
    sheet = layer.magnetisation * left * layer.thickness
    return along, upright - 2 * layer.vcma * v / (sheet * layer.oxide_thickness)


def easy_field(layer: "FreeLayer", voltage: ArrayLike = 0.0) -> Array:
    """Field of the easy axis over the easier of the other two, B_k in T."""
    along, across = fields(layer, voltage)
    if layer.orientation == "perpendicular":
        return across - np.maximum(along, 0)
    return along - np.maximum(across, 0)


def hard_field(layer: "FreeLayer", voltage: ArrayLike = 0.0) -> Array:
    """Field between the two hard axes, B_d in T: of the hard plane's anisotropy."""
    along, across = fields(layer, voltage)
    return np.abs(along if layer.orientation == "perpendicular" else across)


def barrier(layer: "FreeLayer", voltage: float = 0.0) -> Barrier:
    """Barriers over kT at a voltage, each 0 where there is none.

    A wall limits perpendicular magnets wider than about ``(16 / pi) sqrt(A / K)``, from memory and
    from equating the two heights.
    """
    field = max(float(easy_field(layer, voltage)), 0.0)
    thermal = BOLTZMANN * layer.temperature
    coherent = layer.moment * field / (2 * thermal)
    if layer.orientation == "in-plane":
        return Barrier(coherent, np.inf)
    left = float(curie.remaining(layer, layer.temperature))
    stiffness = layer.exchange * left**2 * float(layer.saturation()) * field / 2  # A K
    area = min(layer.sides) * layer.thickness
    return Barrier(coherent, 4 * float(np.sqrt(stiffness)) * area / thermal)


def check(layer: "FreeLayer") -> None:
    """Refuse a magnet whose easy axis is not the one that was meant.

    Raises:
        ValueError: with what would put it right.
    """
    along, across = (float(part) for part in fields(layer))
    slack = 1e-9 * mu_0 * layer.magnetisation  # of rounding in the factors
    if layer.orientation == "perpendicular":
        if across - max(along, 0) < -slack:
            raise ValueError(_lies_in_plane(layer, across - max(along, 0)))
    elif across - max(along, 0) > slack:
        raise ValueError(
            f"the perpendicular field is {across - max(along, 0):.4g} T above that in the plane, "
            "so the magnet stands up; expected an in-plane one: lower the perpendicular "
            "anisotropy, or set orientation='perpendicular'"
        )
    elif along < -slack:
        raise ValueError(
            f"the in-plane easy axis is y, by {-along:.4g} T; expected x, the axis of the "
            "reference: let length be the longer side, or raise inplane_field"
        )


def _lies_in_plane(layer: "FreeLayer", field: float) -> str:
    text = f"the perpendicular anisotropy field is {field:.4g} T, so the magnet lies in plane; "
    if layer.perpendicular_field is not None:
        return text + "raise perpendicular_field, or set orientation='in-plane'"
    kept = float(curie.remaining(layer, layer.temperature)) ** (layer.anisotropy_exponent - 1)
    missing = -field * layer.magnetisation * layer.thickness / (2 * kept)
    least = layer.interfacial_anisotropy + missing
    return text + (
        f"interfacial_anisotropy is {layer.interfacial_anisotropy:.4g} J/m^2 and must be above "
        f"{least:.4g} to overcome demagnetisation: raise it, thin the layer, or set "
        "orientation='in-plane'"
    )
