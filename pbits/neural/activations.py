"""Functions of single numbers, and of the last axis."""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax.tree_util import register_dataclass


@register_dataclass
@dataclass(frozen=True)
class Identity:
    """What comes in."""

    def __call__(self, x: jax.Array) -> jax.Array:
        return x


@register_dataclass
@dataclass(frozen=True)
class Relu:
    """``max(x, 0)``."""

    def __call__(self, x: jax.Array) -> jax.Array:
        return jnp.maximum(x, 0)


@register_dataclass
@dataclass(frozen=True)
class LeakyRelu:
    """``x`` above zero, ``slope * x`` below."""

    slope: float = field(default=0.01, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return jnp.where(x >= 0, x, self.slope * x)


@register_dataclass
@dataclass(frozen=True)
class Clip:
    """`x` held between two numbers; (0, 6) is ReLU6, (-1, 1) the hard tanh.

    Example:
        >>> import jax.numpy as jnp
        >>> Clip(0.0, 6.0)(jnp.array([-1.0, 3.0, 9.0])).tolist()
        [0.0, 3.0, 6.0]
    """

    low: float = field(default=0.0, metadata={"static": True})
    high: float = field(default=6.0, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return jnp.clip(x, self.low, self.high)


@register_dataclass
@dataclass(frozen=True)
class Tanh:
    """``tanh(x)``: the mean of a p-bit."""

    def __call__(self, x: jax.Array) -> jax.Array:
        return jnp.tanh(x)


@register_dataclass
@dataclass(frozen=True)
class Sigmoid:
    """``1 / (1 + exp(-x))``."""

    def __call__(self, x: jax.Array) -> jax.Array:
        return jax.nn.sigmoid(x)


@register_dataclass
@dataclass(frozen=True)
class Sign:
    """-1 or +1; `zero` is the answer at exactly 0.  Its derivative is 0 everywhere."""

    zero: float = field(default=1.0, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return jnp.where(x == 0, jnp.asarray(self.zero, x.dtype), jnp.sign(x))


@register_dataclass
@dataclass(frozen=True)
class Softmax:
    """Probabilities over the last axis; their logarithms with `log`."""

    log: bool = field(default=False, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return jax.nn.log_softmax(x, axis=-1) if self.log else jax.nn.softmax(x, axis=-1)


@register_dataclass
@dataclass(frozen=True)
class Scale:
    """``x * factor + shift``; a factor or shift of one axis belongs to the last axis, the channels.

    Example:
        >>> import jax.numpy as jnp
        >>> Scale(jnp.array([2.0, 1.0]), jnp.array([0.0, 1.0]))(jnp.ones((1, 2))).tolist()
        [[2.0, 2.0]]
    """

    factor: jax.Array
    shift: jax.Array

    def __call__(self, x: jax.Array) -> jax.Array:
        return x * self.factor + self.shift


@register_dataclass
@dataclass(frozen=True)
class BatchNorm:
    """Channels brought to mean 0 and variance 1, then scaled and shifted.

    Called, it uses the running `mean` and `variance`; training uses those of the batch
    (:func:`pbits.neural.train`), and :func:`pbits.neural.fold` leaves no such layer.

    Attributes:
        factor, shift, mean, variance: float [channels].
        epsilon: added to the variance.
    """

    factor: jax.Array
    shift: jax.Array
    mean: jax.Array
    variance: jax.Array
    epsilon: float = field(default=1e-5, metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.scale(self.mean, self.variance)(x)

    def scale(self, mean: jax.Array, variance: jax.Array) -> Scale:
        """The affine function that the layer is for this mean and variance."""
        factor = self.factor / jnp.sqrt(variance + self.epsilon)
        return Scale(factor, self.shift - mean * factor)
