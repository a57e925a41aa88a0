"""Reversal of a magnet with an in-plane easy axis, at any damping: Kramers' turnover.

``E / kT = -delta m_x**2 + kappa m_z**2``.  The rate at intermediate to high damping (J. S. Langer,
Ann. Phys. 54, 258 (1969); W. F. Brown Jr., IEEE Trans. Magn. 15, 1196 (1979)) supposes that wells
are in equilibrium.  At low damping a magnet that crosses keeps its energy, and crosses again:
V. I. Mel'nikov's depopulation factor A (Mel'nikov & Meshkov, J. Chem. Phys. 85, 1018 (1986)) of the
energy lost between two passes, ``4 sqrt(delta kappa)`` per kT and alpha over half a well, puts that
right.  The papers are cited from memory; the formula is held against the Fokker-Planck equation in
`tests/devices/test_rates.py`.  NumPy in float64; rates in units of D, the rotational diffusion
constant (`macrospin.diffusion`).
"""

import numpy as np

from pbits import checks

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)


def intermediate_rate(delta: float, kappa: float, alpha: float) -> float:
    """Rate from one well to the other over both saddles, wells in equilibrium; units of D.

    Far too high at low damping: 23 times at (2, 10, 0.005).

    Raises:
        ValueError: on numbers not above zero.

    Example:
        >>> intermediate_rate(8.0, 40.0, 0.005) > 2 * turnover_rate(8.0, 40.0, 0.005)
        True
    """
    for name, value in (("delta", delta), ("kappa", kappa), ("alpha", alpha)):
        checks.positive(name, value)
    # Curvatures at the saddle m_y = 1, along m_x and m_z.
    down, up = -2 * delta, 2 * kappa
    root = np.sqrt((alpha * (down - up)) ** 2 - 4 * down * up)
    unstable = (root - alpha * (down + up)) / (2 * alpha)
    return float(unstable / np.pi * np.sqrt((delta + kappa) / kappa) * np.exp(-delta))


def depopulation(loss: float) -> float:
    """Mel'nikov's factor A of the energy lost over kT: `loss` where it is small, 1 where large.

    ``exp(1 / pi Int_0^inf ln(1 - exp(-loss (l**2 + 1/4))) / (l**2 + 1/4) dl)``

    Example:
        >>> round(depopulation(0.001), 4), round(depopulation(50.0), 4)
        (0.001, 1.0)
    """
    checks.positive("loss", loss)
    # l = tan(angle) / 2 makes the integrand 2 ln(...) on a finite range.
    angle = np.pi / 4 * (_NODES + 1)
    squared = 0.25 / np.cos(angle) ** 2
    values = np.log(-np.expm1(-loss * squared))
    return float(np.exp(2 / np.pi * (np.pi / 4) * np.dot(_WEIGHTS, values)))


def turnover_rate(delta: float, kappa: float, alpha: float) -> float:
    """Rate from one well to the other at any damping, in units of D; lambda_1 is twice this.

    Args:
        delta: in-plane barrier over kT; meant for 2 and more.
        kappa: hardness of the plane over kT, ``Ms B_d V / (2 kT)``.
        alpha: Gilbert damping.

    Returns:
        Between 0.88 and 1.21 of the exact rate at barriers of 2 to 8, as far as that is known (the
        Fokker-Planck reference itself needs high degrees at low damping): farthest off, 20.9 %
        high, at (4, 40, 0.02).

    Raises:
        ValueError: on numbers not above zero.

    Example:
        >>> round(2 * turnover_rate(6.0, 40.0, 0.1) / 0.37165, 2)  # over the exact rate
        1.09
    """
    loss = 4 * alpha * np.sqrt(delta * kappa)
    factor = depopulation(loss) ** 2 / depopulation(2 * loss)
    return intermediate_rate(delta, kappa, alpha) * factor
