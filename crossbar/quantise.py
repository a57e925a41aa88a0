"""Real numbers as whole ones: a scale, and the digits that are applied or stored one by one."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.checking import check_whole, check_word

# Beyond these, scales of 16 bits and products with inputs of size 1 are no float32.
_SMALL, _LARGE = 1e-30, 1e30
ENCODINGS = ("twos-complement", "sign-magnitude", "unsigned")


class Codes(NamedTuple):
    """Whole numbers and what one of them is worth.

    Attributes:
        values: int32, of any shape.
        scale: real number per code.
    """

    values: NDArray[np.int32]
    scale: NDArray[np.float64]


def quantise(values: NDArray[np.float64], bits: int, *, axis: int | None = None) -> Codes:
    """Round to whole numbers from -(2^(bits-1) - 1) to 2^(bits-1) - 1, symmetric about zero.

    Args:
        axis: along which one scale holds (0: a scale per column); None: one for all.

    Raises:
        ValueError: on fewer than 2 bits or more than 16, or where float32 cannot hold a scale.

    Example:
        >>> quantise(np.array([[-1.0, 0.5]]), 3).values.tolist()
        [[-3, 2]]
    """
    check_whole("bits", bits, 2, 16)
    largest = np.abs(values).max(axis=axis, keepdims=axis is not None)
    outside = (largest > 0) & ((largest < _SMALL) | (largest > _LARGE))
    if outside.any():
        raise ValueError(
            f"the largest magnitude is {np.max(largest[outside]):.3g}; expected 0 or "
            f"{_SMALL:.0e} to {_LARGE:.0e}, which float32 holds with room: scale the numbers"
        )
    scale = np.where(largest > 0, largest, 1.0) / (2 ** (bits - 1) - 1)
    return Codes(np.rint(values / scale).astype(np.int32), scale)


def digits(
    codes: jax.Array, bits: int, digit_bits: int, encoding: str
) -> tuple[jax.Array, np.ndarray]:
    """Digits of whole numbers, least first, and what each is worth.

    Args:
        codes: int32, of any shape.
        bits: of a code.
        digit_bits: of a digit; the last may have fewer.
        encoding: "twos-complement": digits from 0, the top bit counts negatively and stands alone;
            "sign-magnitude": digits carry the sign; "unsigned".

    Returns:
        float32 [digits, ...] and float64 [digits].

    Example:
        >>> parts, worth = digits(jnp.array([-3]), 3, 1, "twos-complement")
        >>> parts[:, 0].tolist(), worth.tolist()
        ([1.0, 0.0, 1.0], [1.0, 2.0, -4.0])
    """
    places = digit_places(bits, digit_bits, encoding)
    magnitude = jnp.abs(codes) if encoding == "sign-magnitude" else codes
    parts = [
        (magnitude >> start) & mask
        for start, mask in zip(places.starts.tolist(), places.masks.tolist(), strict=True)
    ]
    if encoding == "sign-magnitude":
        parts = [part * jnp.sign(codes) for part in parts]
    return jnp.stack(parts).astype(jnp.float32), places.worth


class Places(NamedTuple):
    """Where the digits of whole numbers are.

    Attributes:
        starts: int32 [digits], their lowest bits.
        masks: int32 [digits].
        worth: float64 [digits], what each is worth.
    """

    starts: NDArray[np.int32]
    masks: NDArray[np.int32]
    worth: NDArray[np.float64]


def digit_places(bits: int, digit_bits: int, encoding: str) -> Places:
    """Where the digits are, least first; arguments as :func:`digits`.

    Example:
        >>> [x.tolist() for x in digit_places(3, 1, "twos-complement")]
        [[0, 1, 2], [1, 1, 1], [1.0, 2.0, -4.0]]
    """
    check_word("encoding", encoding, ENCODINGS)
    low_bits = bits if encoding == "unsigned" else bits - 1
    starts = list(range(0, low_bits, digit_bits))
    masks = [2 ** min(digit_bits, low_bits - start) - 1 for start in starts]
    worth = [2.0**start for start in starts]
    if encoding == "twos-complement":
        starts.append(bits - 1)
        masks.append(1)
        worth.append(-(2.0 ** (bits - 1)))
    return Places(np.array(starts, np.int32), np.array(masks, np.int32), np.array(worth))
