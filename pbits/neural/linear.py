"""Layers that are a matrix product: what a tile of memory can hold."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import lax
from jax.tree_util import register_dataclass

Product = Callable[[jax.Array], jax.Array]  # rows [m, in] -> [m, out]
Sides = tuple[tuple[int, int], tuple[int, int]]


@register_dataclass
@dataclass(frozen=True)
class Dense:
    """``x @ weight + bias`` over the last axis.

    Attributes:
        weight: float [in, out].
        bias: float [out], or None.

    Example:
        >>> import jax.numpy as jnp
        >>> Dense(jnp.eye(2), jnp.ones(2))(jnp.array([[3.0, 4.0]])).tolist()
        [[4.0, 5.0]]
    """

    weight: jax.Array
    bias: jax.Array | None = None

    @property
    def matrix(self) -> jax.Array:
        """The matrix of the product, [in, out]."""
        return self.weight

    def with_matrix(self, matrix: jax.Array, bias: jax.Array | None) -> "Dense":
        """The same layer with another matrix [in, out] and bias."""
        return Dense(matrix, bias)

    def __call__(self, x: jax.Array) -> jax.Array:
        return _plus(jnp.matmul(x, self.weight, precision="highest"), self.bias)

    def through(self, product: Product, x: jax.Array) -> jax.Array:
        """The layer with `product` in place of the matrix product; the bias is added afterwards."""
        out = product(x.reshape(-1, x.shape[-1]))
        return _plus(out.reshape(*x.shape[:-1], -1), self.bias)


@register_dataclass
@dataclass(frozen=True)
class Conv:
    """Cross-correlation of images [n, h, w, in] with `weight`, as every framework's convolution.

    As a product it is patches [n * oh * ow, kh * kw * in] times a matrix [kh * kw * in, out].

    Attributes:
        weight: float [kh, kw, in, out].
        bias: float [out], or None.
        stride: steps down and across.
        padding: zeros ((above, below), (left, right)).
        dilation: distance of neighbouring weights, down and across.

    Example:
        >>> import jax.numpy as jnp
        >>> blur = Conv(jnp.ones((3, 3, 1, 1)), padding=((1, 1), (1, 1)))
        >>> blur(jnp.ones((1, 4, 4, 1)))[0, 0, :, 0].tolist()
        [4.0, 6.0, 6.0, 4.0]
    """

    weight: jax.Array
    bias: jax.Array | None = None
    stride: tuple[int, int] = field(default=(1, 1), metadata={"static": True})
    padding: Sides = field(default=((0, 0), (0, 0)), metadata={"static": True})
    dilation: tuple[int, int] = field(default=(1, 1), metadata={"static": True})

    @property
    def matrix(self) -> jax.Array:
        """The matrix of the product, [kh * kw * in, out]."""
        return self.weight.reshape(-1, self.weight.shape[-1])

    def with_matrix(self, matrix: jax.Array, bias: jax.Array | None) -> "Conv":
        """The same layer with another matrix [kh * kw * in, out] and bias."""
        weight = matrix.reshape(self.weight.shape)
        return Conv(weight, bias, self.stride, self.padding, self.dilation)

    def __call__(self, x: jax.Array) -> jax.Array:
        out = lax.conv_general_dilated(
            x,
            self.weight,
            self.stride,
            self.padding,
            rhs_dilation=self.dilation,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            precision="highest",
        )
        return _plus(out, self.bias)

    def patches(self, x: jax.Array) -> jax.Array:
        """What each output pixel sees of x [n, h, w, in]: [n, oh, ow, kh * kw * in]."""
        padded = jnp.pad(x, ((0, 0), *self.padding, (0, 0)))
        spans = [
            1 + (size - 1 - (kernel - 1) * step) // stride
            for size, kernel, step, stride in zip(
                padded.shape[1:3], self.weight.shape, self.dilation, self.stride, strict=False
            )
        ]
        seen = []
        for i in range(self.weight.shape[0]):
            for j in range(self.weight.shape[1]):
                first = (i * self.dilation[0], j * self.dilation[1])
                ends = [
                    f + (n - 1) * s + 1 for f, n, s in zip(first, spans, self.stride, strict=True)
                ]
                rows = slice(first[0], ends[0], self.stride[0])
                seen.append(padded[:, rows, first[1] : ends[1] : self.stride[1]])
        return jnp.concatenate(seen, axis=-1)

    def through(self, product: Product, x: jax.Array) -> jax.Array:
        """The layer with `product` in place of the matrix product; the bias is added afterwards."""
        patches = self.patches(x)
        out = product(patches.reshape(-1, patches.shape[-1]))
        return _plus(out.reshape(*patches.shape[:-1], -1), self.bias)


Linear = Dense | Conv


def products_per_image(layer: Linear, inputs: tuple[int, ...]) -> int:
    """How many rows an input of shape `inputs` (without the batch) gives a linear layer.

    Example:
        >>> import jax.numpy as jnp
        >>> products_per_image(Conv(jnp.ones((3, 3, 1, 8))), (28, 28, 1))
        676
    """
    image = jax.ShapeDtypeStruct((1, *inputs), jnp.float32)
    return math.prod(jax.eval_shape(layer, image).shape[1:-1])


def _plus(out: jax.Array, bias: jax.Array | None) -> jax.Array:
    return out if bias is None else out + bias
