"""What callers give, checked with the remedy in the message."""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.design import Design


def checked_images(images: ArrayLike, name: str = "images") -> NDArray[np.float32]:
    """Inputs [n, ...] as float32, at least one and all of them finite.

    Raises:
        ValueError: with what came, and what to do.

    Example:
        >>> checked_images([[0, 1]]).dtype.name
        'float32'
    """
    try:
        array = np.asarray(images)
        array = array if array.dtype == np.float32 else array.astype(np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} are no array of numbers ({error}); expected [n, ...]") from error
    if array.ndim < 1:
        raise ValueError(f"{name} are the single number {array}; expected [n, ...]: images[None]")
    if not array.size:
        raise ValueError(f"there are no {name}: shape {array.shape}; expected at least one")
    if not np.isfinite(array).all():
        first = int(np.argmin(np.isfinite(array).reshape(len(array), -1).all(1)))
        raise ValueError(
            f"{name} hold values that are not finite, first in number {first}; "
            "replace them or leave these out"
        )
    return array


def checked_classes(
    labels: ArrayLike, count: int, classes: int | None = None, name: str = "labels"
) -> NDArray:
    """Classes int [count], from 0 to ``classes - 1``.

    Args:
        labels: what came.
        count: how many images there are.
        classes: how many the network tells; None where nobody knows.
        name: what the message calls them: "labels" of images, or "names" of outputs.

    Raises:
        ValueError: with what came, and what was expected.

    Example:
        >>> checked_classes([1, 0], 2, classes=2).tolist()
        [1, 0]
    """
    found = np.asarray(labels)
    if found.shape != (count,):
        each = "image" if name == "labels" else "output"
        raise ValueError(f"{name} have shape {found.shape}; expected ({count},), one an {each}")
    if not np.issubdtype(found.dtype, np.integer):
        raise ValueError(
            f"{name} hold {found.dtype}; expected whole numbers: the place of each class"
        )
    if count and (found.min() < 0 or (classes is not None and found.max() >= classes)):
        most = "" if classes is None else f" to {classes - 1}"
        raise ValueError(
            f"{name} are from {found.min()} to {found.max()}; expected classes from 0{most}"
        )
    return found


def checked_shares(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Probabilities [n, classes], at least one row of them.

    Raises:
        ValueError: on another shape, or values outside 0 to 1.

    Example:
        >>> checked_shares([[0.25, 0.75]]).shape
        (1, 2)
    """
    p = np.asarray(probabilities, np.float64)
    if p.ndim != 2 or not p.size:
        raise ValueError(f"probabilities have shape {p.shape}; expected [n, classes], not empty")
    if not ((p >= 0) & (p <= 1 + 1e-6)).all():
        raise ValueError(
            f"probabilities are from {p.min():g} to {p.max():g}; expected 0 to 1: "
            "softmax makes them of logits"
        )
    return p


def checked_key(key: object) -> jax.Array:
    """A key of `jax.random`, with a type or as uint32 words.

    Raises:
        ValueError: on anything else, such as a seed or several keys.

    Example:
        >>> checked_key(jax.random.key(0)).shape
        ()
    """
    if isinstance(key, jax.Array | np.ndarray):
        array = jnp.asarray(key)
        typed = jnp.issubdtype(array.dtype, jax.dtypes.prng_key)
        if array.ndim == 0 if typed else array.ndim == 1 and array.dtype == jnp.uint32:
            return array
    raise ValueError(f"key is {key!r}; expected a key of jax.random, such as jax.random.key(0)")


def checked_design(design: object) -> Design:
    """A `crossbar.Design`.

    Raises:
        ValueError: on anything else, such as the name of a preset.
    """
    if not isinstance(design, Design):
        raise ValueError(
            f"design is {design!r}; expected a crossbar.Design: pbits.neural.hardware('sot')"
        )
    return design
