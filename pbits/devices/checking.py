"""Physical quantities given by users, checked."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def positive_array(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Finite numbers above zero, of any shape.

    Raises:
        ValueError: on others, with the first of them.

    Example:
        >>> positive_array("thickness", 1e-9).item()
        1e-09
    """
    array = finite_array(name, values)
    if not np.all(array > 0):
        wrong = float(array[~(array > 0)].flat[0])
        raise ValueError(f"{name} is {wrong!r}; expected a number above 0 (SI units)")
    return array


def finite_array(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Finite numbers of any shape.

    Raises:
        ValueError: on others, with the first of them.
    """
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {values!r}; expected a number (SI units)") from None
    if not np.all(np.isfinite(array)):
        wrong = float(array[~np.isfinite(array)].flat[0])
        raise ValueError(f"{name} is {wrong!r}; expected a finite number (SI units)")
    return array
