"""Escape rates of an axial magnet in closed form: Brown's, with its correction, and Cregg's.

Everything is per ``t_D = (1 + alpha**2) / (alpha gamma B_k)``.  Two conventions differ by a factor
of two in papers; here ``correlation time = 1 / (nu_up + nu_down)`` and ``mean dwell = 1 / nu``, so
at no bias a dwell is two correlation times.  NumPy in float64.  What to use where:

- any barrier, any bias: :func:`pbits.devices.passage.escape_rate` (0.04 % from a barrier of 10 on,
  2.4 % low at 5, 8 % low at 3), which :func:`first_passage` wraps;
- high barriers, quickly: :func:`brown` with its correction;
- any barrier without bias, in one line: :func:`cregg`, to 8.5 %.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.devices.checking import finite_array, positive_array
from pbits.devices.macrospin import GAMMA
from pbits.devices.passage import escape_rate

Array = NDArray[np.float64]
LEAST_CORRECTED = 2.5  # of the lower barrier over kT: below, the correction is no small one


def unit_time(alpha: ArrayLike, anisotropy: ArrayLike) -> Array:
    """t_D in seconds.

    Args:
        alpha: Gilbert damping.
        anisotropy: B_k in T.

    Example:
        >>> float(unit_time(0.01, 0.1).round(11))  # 5.68 ns
        5.68e-09
    """
    damping, field = positive_array("alpha", alpha), positive_array("anisotropy", anisotropy)
    return (1 + damping**2) / (damping * GAMMA * field)


def brown(delta: ArrayLike, bias: ArrayLike = 0.0, *, corrected: bool = True) -> Array:
    """Rate out of the well at m_z = -1, of a high barrier (Brown, Phys. Rev. 130, 1677 (1963)).

    ``sqrt(delta / pi) (1 - h**2) (1 - h) exp(-delta (1 - h)**2)``, h the bias; times ``1 - c`` with
    ``c = ((1 + 3 h**2) / (1 - h**2)**2 + 1 / (1 - h)**2) / (2 delta)``, the next order of the
    same integral (1 / delta at no bias).  The rate out of the other well is that at -h.

    Args:
        delta: barrier over kT at no bias.
        bias: field or torque towards +1 over its critical value, between -1 and 1.
        corrected: without it the rate is 12 % high at a barrier of 10, 27 % at 4.

    Returns:
        In units of 1 / t_D; 1.2 % from the exact rate at 10, 2 % at 6, both at no bias.

    Raises:
        ValueError: at a bias that leaves no barrier, or a lower barrier below 2.5 kT with the
            correction.

    Example:
        >>> float((2 * brown(10.0) / 1.44108e-4).round(3))
        1.012
    """
    barrier, h = positive_array("delta", delta), _bias(bias)
    rate = np.sqrt(barrier / np.pi) * (1 - h**2) * (1 - h) * np.exp(-barrier * (1 - h) ** 2)
    if not corrected:
        return rate
    least = np.min(barrier * (1 - np.abs(h)) ** 2)
    if least < LEAST_CORRECTED:
        raise ValueError(
            f"the lower barrier is {least:.3g} kT; expected at least {LEAST_CORRECTED} for Brown's "
            "correction: use first_passage"
        )
    curved = (1 + 3 * h**2) / (1 - h**2) ** 2
    return rate * (1 - (curved + 1 / (1 - h) ** 2) / (2 * barrier))


def cregg(delta: ArrayLike) -> Array:
    """Correlation time at no bias, any barrier, in units of t_D.

    ``(exp(D) - 1) / 2 / (sqrt(D / pi) D / (1 + D) + 2**(-D - 1))`` with D the barrier, after
    P. J. Cregg, D. S. F. Crothers & A. W. Wickstead, J. Appl. Phys. 76, 4900 (1994): the form is
    from memory, not read in the paper, and is held against the Fokker-Planck equation instead:
    8.5 % off at most, between barriers of 0.5 and 20.

    Example:
        >>> float((cregg(3.0) * 0.0785671).round(3))
        0.943
    """
    d = positive_array("delta", delta)
    return np.expm1(d) / 2 / (np.sqrt(d / np.pi) * d / (1 + d) + 2 ** (-d - 1))


def first_passage(delta: ArrayLike, bias: ArrayLike = 0.0) -> Array:
    """Rates out of the well at m_z = -1 by first-passage times, for arrays; units of 1 / t_D.

    Raises:
        ValueError: at a bias that leaves no barrier.

    Example:
        >>> first_passage([5.0, 10.0]).shape
        (2,)
    """
    barrier, h = np.broadcast_arrays(positive_array("delta", delta), _bias(bias))
    pairs = zip(barrier.flat, h.flat, strict=True)
    return np.array([escape_rate(float(d), float(b)) for d, b in pairs]).reshape(barrier.shape)


def _bias(bias: ArrayLike) -> Array:
    h = finite_array("bias", bias)
    if not np.all(np.abs(h) < 1):
        wrong = float(h[~(np.abs(h) < 1)].flat[0])
        raise ValueError(
            f"bias is {wrong!r}; expected between -1 and 1: beyond there is no barrier, use "
            "pbits.devices.axial.AxialMagnet"
        )
    return h
