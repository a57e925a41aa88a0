"""Random numbers of many dimensions, those of `jax.random`, drawn as one row.

XLA takes seconds to compile a draw of four dimensions or more, and a fifth of a second one of one;
the numbers are the same.
"""

import math

import jax
import jax.numpy as jnp
from jax import random


def normal(key: jax.Array, shape: tuple[int, ...], dtype: jnp.dtype | None = None) -> jax.Array:
    """Standard normal numbers, as `jax.random.normal`."""
    return random.normal(key, (math.prod(shape),), dtype).reshape(shape)


def uniform(key: jax.Array, shape: tuple[int, ...], dtype: jnp.dtype | None = None) -> jax.Array:
    """Numbers from 0 to 1, as `jax.random.uniform`."""
    return random.uniform(key, (math.prod(shape),), dtype).reshape(shape)
