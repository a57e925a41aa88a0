"""Levels of cells that are read through a tunnel junction, from resistances or a product RA."""

import numbers

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.checking import check_above_zero, check_range, check_whole


def tmr_at(tmr: float, half_voltage: float, voltage: float) -> float:
    """Tunnelling magnetoresistance at a voltage, ``TMR / (1 + (V / V_h)^2)``.

    Raises:
        ValueError: on a V_h not above 0; infinite for none.

    Example:
        >>> tmr_at(1.5, 0.5, 0.5)
        0.75
    """
    check_above_zero("half_voltage", half_voltage, "V")
    return tmr / (1 + (voltage / half_voltage) ** 2)


def parallel_resistance(resistance_area: float, diameter: float) -> float:
    """Ohm, of a round junction.

    Args:
        resistance_area: Ohm m^2 (1e-12 of an Ohm um^2).
        diameter: m.

    Raises:
        ValueError: on values not above 0.

    Example:
        >>> round(parallel_resistance(5e-12, 50e-9))
        2546
    """
    check_positive("resistance_area", resistance_area, "Ohm m^2; 1e-12 is an Ohm um^2")
    check_positive("diameter", diameter, "m")
    return resistance_area / (np.pi / 4 * diameter**2)


def junction_levels(
    resistance: float, tmr: float, shares: ArrayLike | int = 2, series: float = 0.0
) -> NDArray[np.float64]:
    """Conductances of a junction of which growing shares are parallel, S.

    Args:
        resistance: Ohm, of parallel layers.
        tmr: ``(R_AP - R_P) / R_P`` at the read voltage.
        shares: of the area that is parallel, rising from 0 to 1; or how many, evenly spaced.
        series: Ohm, of what is in series, such as a transistor.

    Raises:
        ValueError: on a resistance or TMR not above 0: such a junction has no two levels; on
            shares beyond 0 and 1.

    Example:
        >>> [round(1 / float(g)) for g in junction_levels(3e3, 1.0)]
        [6000, 3000]
    """
    check_positive("resistance", resistance, "Ohm")
    check_tmr(tmr)
    if not (np.isfinite(series) and series >= 0):
        raise ValueError(f"series is {series!r}; expected Ohms of at least 0")
    if isinstance(shares, numbers.Integral):
        check_whole("levels", shares, 2, 4096)
        shares = np.linspace(0, 1, int(shares))
    check_range("shares", np.asarray(shares, float), 0.0, 1.0)
    low, high = 1 / (resistance * (1 + tmr)), 1 / resistance
    junction = low + (high - low) * np.asarray(shares, float)
    return junction / (1 + junction * series)


def check_tmr(tmr: float) -> None:
    """Refuse a TMR that leaves no contrast.

    Raises:
        ValueError: on one not above 0.
    """
    if not (np.isfinite(tmr) and tmr > 0):
        raise ValueError(
            f"tmr is {tmr!r}; expected a ratio above 0 (R_AP over R_P, less 1; 1.5 is 150 %): "
            "at 0 both states have one resistance and nothing can be read"
        )


def check_positive(name: str, value: float, unit: str) -> None:
    """Refuse what is not a finite number above 0.

    Raises:
        ValueError: on it.
    """
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value!r}; expected a number above 0 ({unit})")


def spread_by_level(
    levels: NDArray[np.float64], parallel: float, tmr_spread: float
) -> NDArray[np.float64]:
    """Relative spread of each level of junctions whose R_P and TMR differ, [levels].

    ``G = G_P (1 + s TMR) / (1 + TMR)`` at a parallel share s; independent relative deviations of
    G_P and TMR, to first order.

    Args:
        levels: S.
        parallel: relative standard deviation of the parallel conductance.
        tmr_spread: that of TMR.

    Example:
        >>> spread_by_level(np.array([0.5, 1.0]), 0.03, 0.08).round(3).tolist()
        [0.05, 0.03]
    """
    tmr = levels[-1] / levels[0] - 1
    share = (levels - levels[0]) / (levels[-1] - levels[0])
    slope = (1 - share) * tmr / ((1 + share * tmr) * (1 + tmr))
    return np.hypot(parallel, slope * tmr_spread)
