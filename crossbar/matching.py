"""How far one matrix is from another, and the gains of columns that bring it closest."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def matrix_error(found: ArrayLike, wanted: ArrayLike) -> float:
    """``|found - wanted| / |wanted|``, Frobenius; 0 or infinite where all that is wanted is 0.

    Example:
        >>> matrix_error([[1.5]], [[1.0]])
        0.5
    """
    target = np.asarray(wanted, np.float64)
    lost, size = np.linalg.norm(np.asarray(found, np.float64) - target), np.linalg.norm(target)
    if size == 0:
        return float(np.inf if lost else 0.0)
    return float(lost / size)


def column_gain(found: ArrayLike, wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gain of each column that brings one matrix closest to another, [outputs].

    1 where that would not be above 0: of a column that is empty, or has nothing in common.
    """
    seen = np.asarray(found, np.float64)
    power = np.sum(seen**2, axis=0)
    gain = np.sum(seen * wanted, axis=0) / np.where(power > 0, power, 1.0)
    return np.where(gain > 0, gain, 1.0)
