"""Demagnetising factors of circular cylinders, exact for uniform magnetisation.

``N_z(tau) = 1 + 4 / (3 pi tau) - 2F1(-1/2, 1/2; 2; -1 / tau**2)``, tau = thickness / diameter
(M. Beleggia et al., J. Phys. D 39, 891 (2006), doi:10.1088/0022-3727/39/5/001).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import hyp2f1

from pbits.devices.checking import positive_array


def axial_factor(thickness: ArrayLike, diameter: ArrayLike) -> NDArray[np.float64]:
    """Demagnetising factor along the axis of a cylinder, averaged over its volume.

    Args:
        thickness, diameter: in any one unit; any shapes that broadcast.

    Returns:
        Between 0 (a needle) and 1 (a film); each of the other two factors is half of what is
        missing to 1.

    Raises:
        ValueError: on lengths not above 0.

    Example:
        >>> axial_factor([1e-9, 50e-9], 50e-9).round(4).tolist()
        [0.9389, 0.3116]
    """
    ratio = positive_array("thickness", thickness) / positive_array("diameter", diameter)
    return 1 + 4 / (3 * np.pi * ratio) - hyp2f1(-0.5, 0.5, 2, -1 / ratio**2)


def mutual_factor(
    thickness: ArrayLike, diameter: ArrayLike, distance: ArrayLike
) -> NDArray[np.float64]:
    """Axial coupling factor of two equal coaxial cylinders.

    The field of one in the other is ``-mu0 Ms N m`` on average, with N this number along the axis
    and minus half of it across.  It follows from the factors of single cylinders, whose energies
    are those of their charged faces.

    Args:
        thickness, diameter: of each cylinder.
        distance: between their centres, at least the thickness.

    Returns:
        Negative: parallel along the axis is favoured.

    Raises:
        ValueError: on lengths not above 0, or cylinders that overlap.

    Example:
        >>> bool(mutual_factor(1e-9, 20e-9, 2e-9) < 0)
        True
    """
    t, s = positive_array("thickness", thickness), positive_array("distance", distance)
    if np.any(s < t * (1 - 1e-12)):
        raise ValueError(
            f"distance is {distance!r}; expected at least the thickness, {thickness!r}: it is "
            "measured from centre to centre"
        )
    gap = s - t
    touching = gap <= 0
    near = np.where(touching, 0, gap * axial_factor(np.where(touching, t, gap), diameter))
    far = (s + t) * axial_factor(s + t, diameter)
    return (near + far - 2 * s * axial_factor(s, diameter)) / (2 * t)
