"""Conductance of a tunnel junction, linear in the cosine between its two magnetisations.

``G = (G_P + G_AP) / 2 + (G_P - G_AP) / 2 m.p`` with ``G_AP = G_P / (1 + TMR(V))`` and
``TMR(V) = TMR0 / (1 + (V / V_half)**2)`` (J. C. Slonczewski, Phys. Rev. B 39, 6995 (1989) for the
cosine; the bias law is an empirical one).  The conductance of parallel layers is taken as
independent of bias.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def magnetoresistance(tmr: float, half_voltage: float | None, voltage: ArrayLike) -> Array:
    """TMR ratio (R_AP - R_P) / R_P at a voltage.

    Args:
        tmr: at no bias.
        half_voltage: V, at which half of it is left; None for no dependence.
        voltage: V, any shape.

    Example:
        >>> float(magnetoresistance(1.2, 0.5, 0.5))
        0.6
    """
    v = np.asarray(voltage, np.float64)
    return tmr / (1 + (v / half_voltage) ** 2) if half_voltage else np.full(v.shape, tmr)


def conductance(
    parallel: float, tmr: float, half_voltage: float | None, cosine: ArrayLike, voltage: ArrayLike
) -> Array:
    """Conductance, S.

    Args:
        parallel: S, of parallel layers.
        tmr, half_voltage: as :func:`magnetoresistance`.
        cosine: m.p.
        voltage: V.

    Example:
        >>> conductance(1e-3, 1.0, None, [1.0, 0.0, -1.0], 0.0).tolist()
        [0.001, 0.00075, 0.0005]
    """
    anti = parallel / (1 + magnetoresistance(tmr, half_voltage, voltage))
    return (parallel + anti) / 2 + (parallel - anti) / 2 * np.asarray(cosine, np.float64)


def voltage_of(
    parallel: float, tmr: float, half_voltage: float | None, cosine: ArrayLike, current: ArrayLike
) -> Array:
    """Voltage, V, that drives a current, A, through the junction: by bisection.

    Example:
        >>> v = voltage_of(1e-3, 1.2, 0.5, 0.0, 1e-4)
        >>> round(float(v * conductance(1e-3, 1.2, 0.5, 0.0, v)), 10)
        0.0001
    """
    i, c = np.broadcast_arrays(np.asarray(current, float), np.asarray(cosine, float))
    size = np.abs(i)
    low, high = size / parallel, size * (1 + tmr) / parallel
    for _ in range(60):
        middle = (low + high) / 2
        more = conductance(parallel, tmr, half_voltage, c, middle) * middle < size
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.sign(i) * (low + high) / 2
