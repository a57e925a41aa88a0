"""Demagnetising factors of cylinders and prisms, exact for uniform magnetisation.

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


def ellipse_factors(thickness: float, length: float, width: float) -> tuple[float, float, float]:
    """Factors of an elliptical cylinder along its length, its width and its axis.

    Stray-field energy is an integral over wave vectors of the cross-section's form factor, and an
    ellipse is a stretched circle: in each direction it is that of a circle of another diameter.

    Args:
        thickness: of the layer.
        length, width: full axes of the ellipse, in the same unit.

    Returns:
        Three numbers that add up to 1.

    Raises:
        ValueError: on lengths not above 0.

    Example:
        >>> [round(n, 4) for n in ellipse_factors(2e-9, 60e-9, 40e-9)]
        [0.0394, 0.069, 0.8916]
    """
    a, b = (float(positive_array(*pair)) for pair in (("length", length), ("width", width)))
    angle = (np.arange(256) + 0.5) * (np.pi / 512)  # by symmetry a quarter is enough
    x, y = np.cos(angle) / a, np.sin(angle) / b
    factor = axial_factor(thickness, 1 / np.hypot(x, y))
    along = float(np.mean((1 - factor) * x * x / (x * x + y * y)))
    axial = float(np.mean(factor))
    return along, 1 - along - axial, axial


def prism_factors(thickness: float, length: float, width: float) -> tuple[float, float, float]:
    """Factors of a rectangular prism along its length, its width and its thickness.

    A. Aharoni, J. Appl. Phys. 83, 3432 (1998), doi:10.1063/1.367113.

    Returns:
        Three numbers that add up to 1.

    Raises:
        ValueError: on edges not above 0.

    Example:
        >>> [round(n, 4) for n in prism_factors(0.6, 50.0, 50.0)]
        [0.0197, 0.0197, 0.9606]
    """
    named = (("length", length), ("width", width), ("thickness", thickness))
    a, b, c = (float(positive_array(*pair)) for pair in named)
    axial = _prism_axial(a, b, c)
    along = _prism_axial(b, c, a)
    return along, 1 - along - axial, axial


def _prism_axial(a: float, b: float, c: float) -> float:
    """Of a prism of edges 2a, 2b, 2c along c; only their ratios count."""
    ab, bc, ac, r = np.hypot(a, b), np.hypot(b, c), np.hypot(a, c), np.hypot(np.hypot(a, b), c)
    total = (
        (b * b - c * c) / (2 * b * c) * np.log((r - a) / (r + a))
        + (a * a - c * c) / (2 * a * c) * np.log((r - b) / (r + b))
        + b / (2 * c) * np.log((ab + a) / (ab - a))
        + a / (2 * c) * np.log((ab + b) / (ab - b))
        + c / (2 * a) * np.log((bc - b) / (bc + b))
        + c / (2 * b) * np.log((ac - a) / (ac + a))
        + 2 * np.arctan(a * b / (c * r))
        + (a**3 + b**3 - 2 * c**3) / (3 * a * b * c)
        + (a * a + b * b - 2 * c * c) / (3 * a * b * c) * r
        + c / (a * b) * (ac + bc)
        - (ab**3 + bc**3 + ac**3) / (3 * a * b * c)
    )
    return float(total / np.pi)
