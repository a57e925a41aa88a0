"""Physical quantities given by users, checked."""

from typing import Any

import jax
import numpy as np
from jax.core import Tracer
from numpy.typing import ArrayLike, NDArray

Number = float | NDArray[Any] | jax.Array


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


def check_known(name: str, value: object, least: float, *, strictly: bool = False) -> None:
    """Finite numbers of at least `least`, where numbers can be seen: not inside a JAX program.

    For the constructors of dataclasses that JAX takes apart and puts together, where a field may
    stand for something else.

    Raises:
        ValueError: on others, with the first of them.

    Example:
        >>> check_known("tau0", 1e-9, 0.0, strictly=True)
    """
    if not isinstance(value, float | int | np.generic | np.ndarray | list | tuple | jax.Array):
        return
    if isinstance(value, Tracer):
        return
    array = finite_array(name, np.asarray(value))
    wrong = array[array <= least] if strictly else array[array < least]
    if wrong.size:
        word = "a number above" if strictly else "at least"
        raise ValueError(f"{name} is {float(wrong.flat[0])!r}; expected {word} {least:g}")
