"""Pooling of images [n, h, w, c] over windows or over everything."""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.tree_util import register_dataclass

from pbits.neural.linear import Sides

NO_SIDES: Sides = ((0, 0), (0, 0))


@register_dataclass
@dataclass(frozen=True)
class MaxPool:
    """Largest value of each window.

    Attributes:
        window, stride: sizes down and across.
        padding: places ((above, below), (left, right)) that never win.

    Example:
        >>> import jax.numpy as jnp
        >>> MaxPool((2, 2), (2, 2))(jnp.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
        [5.0, 7.0, 13.0, 15.0]
    """

    window: tuple[int, int] = field(default=(2, 2), metadata={"static": True})
    stride: tuple[int, int] = field(default=(2, 2), metadata={"static": True})
    padding: Sides = field(default=NO_SIDES, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return _windows(x, -jnp.inf, lax.max, self)


@register_dataclass
@dataclass(frozen=True)
class MeanPool:
    """Mean of each window.

    Attributes:
        window, stride, padding: as in :class:`MaxPool`.
        counts_padding: whether a mean divides by the whole window where part of it is padding.
    """

    window: tuple[int, int] = field(default=(2, 2), metadata={"static": True})
    stride: tuple[int, int] = field(default=(2, 2), metadata={"static": True})
    padding: Sides = field(default=NO_SIDES, metadata={"static": True})
    counts_padding: bool = field(default=False, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        total = _windows(x, 0.0, lax.add, self)
        if self.counts_padding or self.padding == NO_SIDES:
            return total / np.float32(self.window[0] * self.window[1])
        return total / _windows(jnp.ones((1, *x.shape[1:3], 1), x.dtype), 0.0, lax.add, self)


@register_dataclass
@dataclass(frozen=True)
class GlobalMean:
    """Mean over all pixels: [n, h, w, c] to [n, c], or to [n, 1, 1, c] with `keep`."""

    keep: bool = field(default=False, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return jnp.mean(x, axis=(1, 2), keepdims=self.keep)


def _windows(x: jax.Array, start: float, operation: object, pool: MaxPool | MeanPool) -> jax.Array:
    return lax.reduce_window(
        x,
        np.array(start, x.dtype)[()],
        operation,  # pyright: ignore[reportArgumentType]
        (1, *pool.window, 1),
        (1, *pool.stride, 1),
        ((0, 0), *pool.padding, (0, 0)),
    )
