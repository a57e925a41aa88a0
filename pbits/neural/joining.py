"""Layers that move numbers: sums of branches, flattening, cutting and padding."""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax.tree_util import register_dataclass


@register_dataclass
@dataclass(frozen=True)
class Add:
    """Sum of all inputs: where a residual branch meets the main one."""

    def __call__(self, *inputs: jax.Array) -> jax.Array:
        total = inputs[0]
        for other in inputs[1:]:
            total = total + other
        return total


@register_dataclass
@dataclass(frozen=True)
class Concat:
    """All inputs side by side in the last axis."""

    def __call__(self, *inputs: jax.Array) -> jax.Array:
        return jnp.concatenate(inputs, axis=-1)


@register_dataclass
@dataclass(frozen=True)
class Flatten:
    """Everything of an image in one axis; `channels_first` orders it as frameworks of NCHW do.

    Example:
        >>> import jax.numpy as jnp
        >>> image = jnp.array([[[[1.0, 10.0], [2.0, 20.0]]]])
        >>> Flatten()(image).tolist(), Flatten(channels_first=True)(image).tolist()
        ([[1.0, 10.0, 2.0, 20.0]], [[1.0, 2.0, 10.0, 20.0]])
    """

    channels_first: bool = field(default=False, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        ordered = jnp.moveaxis(x, -1, 1) if self.channels_first else x
        return ordered.reshape(len(x), -1)


@register_dataclass
@dataclass(frozen=True)
class Reshape:
    """Inputs in another `shape` [...] (without the batch).

    With `channels_first` the numbers are in the order of [c, h, w], and `shape` is [h, w, c].
    """

    shape: tuple[int, ...] = field(metadata={"static": True})
    channels_first: bool = field(default=False, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        if not self.channels_first:
            return x.reshape(len(x), *self.shape)
        return jnp.moveaxis(x.reshape(len(x), self.shape[-1], *self.shape[:-1]), 1, -1)


@register_dataclass
@dataclass(frozen=True)
class Slice:
    """``x[:, a:b:s, ...]``: `bounds` has (a, b, s) for each axis after the batch."""

    bounds: tuple[tuple[int, int, int], ...] = field(metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return x[(slice(None), *(slice(a, b, s) for a, b, s in self.bounds))]


@register_dataclass
@dataclass(frozen=True)
class Pad:
    """Constant `value` around; `sides` has (before, after) for each axis after the batch.

    Example:
        >>> import jax.numpy as jnp
        >>> Pad(((0, 0), (0, 0), (1, 1)))(jnp.ones((1, 1, 1, 2))).ravel().tolist()
        [0.0, 1.0, 1.0, 0.0]
    """

    sides: tuple[tuple[int, int], ...] = field(metadata={"static": True})
    value: float = field(default=0.0, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return jnp.pad(x, ((0, 0), *self.sides), constant_values=self.value)
