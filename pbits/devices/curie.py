"""Magnetisation and anisotropy of a layer over temperature, up to the Curie point.

``Ms(T) = Ms0 (1 - T / Tc)**b`` ("critical") or ``Ms0 (1 - (T / Tc)**1.5)`` ("bloch"); anisotropies
go as a power of Ms and the exchange stiffness as its square, as in a mean field (from memory, all
of them).  Damping, polarisation, TMR and the coefficient of voltage control stay as they are.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.devices.checking import finite_array

if TYPE_CHECKING:
    from pbits.devices.free_layer import FreeLayer

Array = NDArray[np.float64]
LAWS = ("critical", "bloch")


def remaining(layer: "FreeLayer", temperature: ArrayLike) -> Array:
    """Ms at a temperature over that at `reference_temperature`; 1 without a Curie point.

    Args:
        layer: whose `curie_temperature`, `curie_law` and `curie_exponent` count.
        temperature: K, any shape.

    Raises:
        ValueError: at or above the Curie point, where nothing is left.

    Example:
        >>> from pbits.devices import presets
        >>> grain = presets.get("fept-grain")
        >>> remaining(grain, [300.0, 600.0]).round(3).tolist()
        [1.0, 0.673]
    """
    kelvin, curie = finite_array("temperature", temperature), layer.curie_temperature
    if curie is None:
        return np.ones(kelvin.shape)
    if np.any(kelvin >= curie):
        raise ValueError(
            f"the magnet is at {float(np.max(kelvin)):.5g} K, and its Curie temperature is "
            f"{curie:.5g} K: no magnetisation is left; expected a lower temperature or drive"
        )
    return _curve(layer, kelvin / curie) / _curve(layer, layer.reference_temperature / curie)


def _curve(layer: "FreeLayer", share: ArrayLike) -> Array:
    if layer.curie_law == "bloch":
        return 1 - np.asarray(share) ** 1.5
    return (1 - np.asarray(share)) ** layer.curie_exponent
