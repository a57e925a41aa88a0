"""Training that knows what a digital macro pays for: toggling input bits and stored ones.

Inputs enter a macro bit by bit, most significant first, and each change of a line costs.  The hook
of :class:`ToggleAware` rounds inputs and weights as the macro will, and adds to their gradient that
of ``strength * sum_k |b_k - b_(k-1)|`` over the bits b_k of every input, written as
``b_k + b_(k-1) - 2 b_k b_(k-1)``, each bit counted as a number of slope ``1 / 2^k`` in its input
(straight through).  Weights are drawn to 0 by a penalty, negative ones harder, because small
negative numbers of two's complement are nearly all ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from pbits import checks
from pbits.neural.integers import top_code
from pbits.neural.linear import Linear
from pbits.neural.network import Network


@dataclass(frozen=True)
class ToggleAware:
    """A hook and a penalty for :func:`pbits.neural.train`.

    Attributes:
        steps: (name, step) of the inputs of every linear layer, of
            :func:`pbits.neural.integers.input_steps`; :meth:`of` takes them as they come.  They
            stay as they are: the trained network is stored with the same ones.
        input_bits, weight_bits: of the macro.
        toggles: strength of the regulariser; 0 leaves quantisation alone.
        zeros: strength of the weights' penalty.
        negative: how much harder negative weights are drawn to 0.

    Example:
        >>> from pbits.neural.layers import Dense
        >>> aware = ToggleAware.of({"dense1": 0.1}, 8, 8)
        >>> x, w = jnp.array([[0.12, 0.33]]), jnp.array([[1.0], [0.5]])
        >>> round(float(aware.linear("dense1", Dense(w), x)[0, 0]), 3)  # 0.1 * 1 + 0.3 * 0.504
        0.251
    """

    steps: tuple[tuple[str, float], ...]
    input_bits: int = 8
    weight_bits: int = 8
    toggles: float = 0.0
    zeros: float = 0.0
    negative: float = 2.0

    def __post_init__(self) -> None:
        for name, step in self.steps:
            checks.positive(f"the step of {name!r}", step)
        for name in ("input_bits", "weight_bits"):
            checks.whole_number(name, getattr(self, name), 2)
        for name in ("toggles", "zeros", "negative"):
            checks.non_negative(name, getattr(self, name))

    @classmethod
    def of(cls, steps: Mapping[str, float], *bits: int, **strengths: float) -> "ToggleAware":
        """With the steps of a mapping."""
        return cls(tuple(steps.items()), *bits, **strengths)

    def linear(self, name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        """The rounded product; gradients pass the rounding as if it were not there."""
        steps = dict(self.steps)
        if name not in steps:
            raise ValueError(f"there is no input step for {name!r}; there are {list(steps)}")
        step = steps[name]
        codes = rounded(rows / step, self.input_bits)
        # A mean over rows, as the loss is one over images.
        codes = charged(codes, self.input_bits, self.toggles / len(rows))
        weights = round_matrix(layer.matrix, self.weight_bits)
        return jnp.matmul(step * codes, weights, precision="highest")

    def penalty(self, network: Network) -> jax.Array:
        """``zeros`` times the sum of all weights' sizes, negative ones counted `negative` times.

        Sizes are in shares of the largest weight of a column, which is what rounding looks at.
        """
        total = jnp.float32(0)
        for one in network.linears():
            largest = lax.stop_gradient(jnp.abs(one.matrix).max(0) + 1e-12)
            sizes = jnp.where(one.matrix < 0, -self.negative, 1.0) * one.matrix / largest
            total = total + sizes.sum()
        return self.zeros * total


def rounded(values: jax.Array, bits: int) -> jax.Array:
    """Whole numbers in reach of `bits`; slope 1 inside the reach, 0 outside."""
    top = top_code(bits)
    # Not `clip`, whose slope at the very ends, where the largest weights lie, is a half.
    inside = jnp.where(jnp.abs(values) < top + 0.5, values, lax.stop_gradient(values))
    return inside + lax.stop_gradient(jnp.clip(jnp.round(values), -top, top) - inside)


def round_matrix(matrix: jax.Array, bits: int) -> jax.Array:
    """A matrix [in, out] as :func:`pbits.neural.integers.round_weights` stores it, slope 1."""
    largest = lax.stop_gradient(jnp.abs(matrix).max(0))
    step = jnp.where(largest > 0, largest, 1.0) / top_code(bits)
    return step * rounded(matrix / step, bits)


def bits_of(codes: jax.Array, bits: int) -> jax.Array:
    """Bits [..., bits] of whole numbers in two's complement, most significant first.

    Each has the slope ``1 / 2^k`` of a digit in its number; the sign's is ``-1 / 2^(bits - 1)``.

    Example:
        >>> bits_of(jnp.array(5.0), 4).tolist(), bits_of(jnp.array(-1.0), 4).tolist()
        ([0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0])
    """
    powers = jnp.arange(bits - 1, -1, -1)
    words = lax.stop_gradient(codes).astype(jnp.int32)[..., None]
    found = ((words >> powers) & 1).astype(codes.dtype)
    worth = jnp.exp2(powers.astype(codes.dtype)).at[0].multiply(-1)
    line = codes[..., None] / worth
    return found + (line - lax.stop_gradient(line))


def toggles_within(codes: jax.Array, bits: int) -> jax.Array:
    """Changes of the line while each of some whole numbers enters: float [...].

    Example:
        >>> toggles_within(jnp.array([5.0, 7.0, 0.0]), 4).tolist()
        [3.0, 1.0, 0.0]
    """
    # For bits this is |b - a|, but with a slope where neighbours are equal too.
    found = bits_of(codes, bits)
    a, b = found[..., :-1], found[..., 1:]
    return (a + b - 2 * a * b).sum(-1)


def charged(codes: jax.Array, bits: int, strength: float) -> jax.Array:
    """The codes; their gradient gains that of ``strength * toggles_within(codes).sum()``."""
    return jnp.asarray(_charged(codes, bits, strength))


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def _charged(codes: jax.Array, bits: int, strength: float) -> Any:
    del bits, strength
    return codes


def _forward(codes: jax.Array, bits: int, strength: float) -> tuple[jax.Array, tuple]:
    del bits
    return codes, (codes, strength)


def _backward(bits: int, kept: tuple, slope: jax.Array) -> tuple[jax.Array, None]:
    codes, strength = kept
    own = jax.grad(lambda c: toggles_within(c, bits).sum())(codes)
    return slope + strength * own, None


_charged.defvjp(_forward, _backward)
