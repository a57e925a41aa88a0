"""Random streams and coupling draws shared by the generators."""

import operator

import numpy as np
from numpy.typing import NDArray

_DRAWS = {
    "pm1": lambda rng, size: 2 * rng.integers(0, 2, size) - 1,
    "gaussian": lambda rng, size: rng.standard_normal(size),
    "one": lambda rng, size: np.ones(size, np.int64),
}


def seeded(seed: int) -> np.random.Generator:
    """Random stream of an integer seed; ValueError on None, so that no instance is unrepeatable.

    Instances repeat for one NumPy version; NumPy may change its streams between feature releases.
    """
    try:
        return np.random.default_rng(operator.index(seed))
    except (TypeError, ValueError) as error:
        raise ValueError(f"seed {seed!r} given; expected an integer >= 0") from error


def draw_couplings(
    rng: np.random.Generator, kind: str, size: int, allowed: tuple[str, ...]
) -> NDArray:
    """Independent couplings.

    Args:
        rng: the stream to draw from.
        kind: "pm1" (-1 or +1 with equal chance), "gaussian" (mean 0, variance 1) or "one" (all 1).
        size: how many.
        allowed: the kinds that the caller supports.

    Returns:
        [size] int64, or float64 for "gaussian".

    Raises:
        ValueError: on a kind that is not in `allowed`.

    Example:
        >>> import numpy as np
        >>> draw_couplings(np.random.default_rng(0), "one", 3, ("one",)).tolist()
        [1, 1, 1]
    """
    if kind not in allowed:
        raise ValueError(f"couplings {kind!r} given; expected one of {', '.join(allowed)}")
    return _DRAWS[kind](rng, size)
