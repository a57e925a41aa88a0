"""What users give, checked before anything is computed with it."""

import numbers
import operator
from typing import Any

import jax
import numpy as np
from jax.core import Tracer
from numpy.typing import ArrayLike, NDArray


def is_concrete(value: object) -> bool:
    """Whether a value, or all of a list, can be looked at: no tracer or placeholder of a pytree."""
    if isinstance(value, (list, tuple)):
        return all(is_concrete(part) for part in value)
    return isinstance(value, (numbers.Real, np.ndarray, jax.Array)) and not isinstance(
        value, Tracer
    )


def check_range(name: str, value: Any, low: float, high: float = np.inf, unit: str = "") -> None:
    """Let pass what lies in [low, high] and is finite, and what cannot be looked at.

    Raises:
        ValueError: on others.

    Example:
        >>> check_range("spread", 0.1, 0.0)
    """
    if not is_concrete(value):
        return
    array = np.asarray(value, np.float64)
    inside = np.isfinite(array) & (array >= low) & (array <= high)
    if not inside.all():
        wrong = float(array[~inside].flat[0])
        bound = f"at least {low:g}" if high == np.inf else f"{low:g} to {high:g}"
        raise ValueError(f"{name} is {wrong:g}; expected a number of {bound} {unit}".rstrip())


def check_above_zero(name: str, value: Any, unit: str = "") -> None:
    """Let pass what is above 0, infinity included, and what cannot be looked at.

    Raises:
        ValueError: on others.

    Example:
        >>> check_above_zero("retention", np.inf)
    """
    if not is_concrete(value):
        return
    array = np.asarray(value, np.float64)
    if not (array > 0).all():
        wrong = float(array[~(array > 0)].flat[0])
        raise ValueError(f"{name} is {wrong:g}; expected a number above 0 {unit}".rstrip())


def check_whole(name: str, value: Any, low: int, high: int) -> None:
    """Let pass a whole number from low to high.

    Raises:
        ValueError: on others.

    Example:
        >>> check_whole("bits", 8, 1, 16)
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or not low <= operator.index(value) <= high:
        raise ValueError(f"{name} is {value!r}; expected a whole number from {low} to {high}")


def check_word(name: str, value: object, words: tuple[str, ...]) -> None:
    """Let pass one of some words.

    Raises:
        ValueError: on others.

    Example:
        >>> check_word("drive", "one", ("one", "both"))
    """
    if value not in words:
        raise ValueError(f"{name} is {value!r}; expected one of {', '.join(map(repr, words))}")


def finite_matrix(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Finite numbers in two dimensions, neither empty.

    Raises:
        ValueError: on others, complex ones too, with the place of the first that is not finite.

    Example:
        >>> finite_matrix("matrix", [[1, 2]]).shape
        (1, 2)
    """
    try:
        if np.iscomplexobj(values):
            raise TypeError
        matrix = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} holds {type(values).__name__}; expected real numbers, as many in each row"
        ) from None
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ValueError(f"{name} has shape {matrix.shape}; expected rows and columns, neither 0")
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise ValueError(
            f"{name}[{row}, {column}] is {matrix[row, column]}; expected finite numbers: "
            "replace or leave out what is missing"
        )
    return matrix
