"""Integer operands given by users, checked: type, shape, range."""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

WIDTHS: Final = (4, 8, 12, 16)


def check_width(name: str, bits: object) -> int:
    """A supported number of bits.

    Raises:
        ValueError: for others.

    Example:
        >>> check_width("input_bits", 8)
        8
    """
    if isinstance(bits, bool) or bits not in WIDTHS:
        raise ValueError(f"{name} is {bits!r}; the macro has {WIDTHS} bits, two's complement")
    return int(bits)  # type: ignore[call-overload]


def integers(name: str, values: ArrayLike, bits: int, dims: tuple[int, ...]) -> NDArray[np.int32]:
    """Whole numbers that fit `bits` bits of two's complement.

    Args:
        name: for messages.
        values: an array of an integer type.
        bits: of the operand.
        dims: accepted numbers of dimensions.

    Raises:
        TypeError: when the type is not an integer one: floats are never rounded silently.
        ValueError: for another shape, no elements, or a number that does not fit.

    Example:
        >>> integers("weights", [[7, -8]], 4, (2,))
        array([[ 7, -8]], dtype=int32)
    """
    array: NDArray[Any] = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"{name} has type {array.dtype}; expected integers: quantise first, "
            f"for instance np.rint(values / scale).astype(np.int32)"
        )
    if array.ndim not in dims or array.size == 0:
        raise ValueError(
            f"{name} has shape {array.shape}; expected {' or '.join(map(str, dims))} dimension(s) "
            "and at least one element"
        )
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    least, most = int(array.min()), int(array.max())
    if least < low or most > high:
        wrong = least if least < low else most
        raise ValueError(
            f"{name} holds {wrong}, which does not fit {bits} bits of two's complement: "
            f"{low} to {high}; rescale, or choose more bits of {WIDTHS}"
        )
    return array.astype(np.int32)
