"""Noise of currents that no cell can be without: of temperature and of charge.

Standard deviations in A over a bandwidth, one-sided spectra: a conductance G has ``4 k T G``, a
current I of independent charges ``2 q I``.  A tunnel junction has both in one, ``2 q I coth(q V /
2 k T)``: its sum with the first would count the noise at no voltage twice.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.checking import check_range

BOLTZMANN = 1.380649e-23
CHARGE = 1.602176634e-19


def thermal_noise(
    conductance: ArrayLike, bandwidth: float, temperature: float = 300.0
) -> NDArray[np.float64]:
    """``sqrt(4 k T G df)``.

    Args:
        conductance: S, of all that feeds one input; sum over a column.
        bandwidth: Hz.
        temperature: K.

    Raises:
        ValueError: on a value below 0.

    Example:
        >>> f"{thermal_noise(1e-3, 1e6):.3g}"
        '4.07e-09'
    """
    check_range("conductance", np.asarray(conductance), 0.0, unit="S")
    check_range("bandwidth", bandwidth, 0.0, unit="Hz")
    check_range("temperature", temperature, 0.0, unit="K")
    return np.sqrt(4 * BOLTZMANN * temperature * np.asarray(conductance, float) * bandwidth)


def tunnel_noise(
    conductance: ArrayLike, voltage: ArrayLike, bandwidth: float, temperature: float = 300.0
) -> NDArray[np.float64]:
    """``sqrt(2 q G V coth(q V / 2 k T) df)``: thermal noise at no voltage, shot noise far above.

    Args:
        conductance: S.
        voltage: V, over the junctions.
        bandwidth: Hz.
        temperature: K, above 0.

    Raises:
        ValueError: on a value out of range.

    Example:
        >>> at_rest = tunnel_noise(1e-3, 0.0, 1e6)
        >>> bool(np.isclose(at_rest, thermal_noise(1e-3, 1e6)))
        True
        >>> f"{tunnel_noise(1e-3, 0.2, 1e6):.3g}"
        '8.01e-09'
    """
    thermal = thermal_noise(conductance, bandwidth, temperature)
    check_range("temperature", temperature, 1e-6, unit="K")
    ratio = CHARGE * np.abs(np.asarray(voltage, float)) / (2 * BOLTZMANN * temperature)
    # x coth(x), 1 at 0
    grown = np.divide(ratio, np.tanh(ratio), out=np.ones_like(ratio), where=ratio > 0)
    return thermal * np.sqrt(grown)
