"""Host-side random numbers from a JAX key: for draws that are few, or made once."""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray


def generator(key: jax.Array, *path: int) -> np.random.Generator:
    """NumPy's generator as a function of a key and of whole numbers.

    Nothing is compiled, and gaps between rare events are exact in float64.

    Args:
        key: of `jax.random.key`, or uint32 words of `jax.random.PRNGKey`.
        path: told apart from each other, like `jax.random.fold_in`.

    Raises:
        TypeError: when `key` is no key.

    Example:
        >>> key = jax.random.key(3)
        >>> bool(generator(key, 1).random() == generator(key, 1).random())
        True
    """
    typed = isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key)
    words = np.asarray(jax.random.key_data(key) if typed else key)
    if words.dtype != np.uint32 or words.ndim != 1:
        raise TypeError(f"key is {key!r}; expected one JAX key: jax.random.key(seed)")
    return np.random.default_rng(
        np.random.SeedSequence([int(word) for word in words], spawn_key=path)
    )


def flipped_places(draws: np.random.Generator, count: int, rate: float) -> NDArray[np.int64]:
    """Which of `count` independent trials of probability `rate` succeed, in rising order.

    Gaps between them are geometric, so the work follows the number of successes.

    Raises:
        ValueError: on a rate outside 0 to 1.

    Example:
        >>> found = flipped_places(generator(jax.random.key(0)), 1_000_000, 0.01)
        >>> 9_600 < len(found) < 10_400
        True
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate is {rate!r}; expected a probability below 1")
    if rate == 0 or count == 0:
        return np.zeros(0, np.int64)
    mean = count * rate
    gaps = draws.geometric(rate, int(mean + 10 * np.sqrt(mean) + 20))
    # Gaps beyond the end are cut, because sums of very large ones would overflow.
    places = np.cumsum(np.minimum(gaps, count + 1)) - 1
    return places[places < count]
