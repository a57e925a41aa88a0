"""P-bits that decide at once by response curves that are no hyperbolic tangents.

Curves of unit slope at no input, so that a machine which takes them for tanh gives them the inputs
it would give an ideal p-bit.  What remains wrong is the shape: Boltzmann's law needs
``atanh(mean spin)`` to be proportional to the input, and these saturate too late or too soon.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pbits.devices.checking import Number, check_known, finite_array
from pbits.devices.ideal import Memoryless


def _langevin(x: jax.Array) -> jax.Array:
    """``coth(3 x) - 1 / (3 x)``; its series where both are large and nearly equal."""
    small = jnp.abs(x) < 0.1
    wide = 3 * jnp.where(small, 1.0, x)
    y = x * x
    return jnp.where(small, x * (1 - y * (0.6 - y * (18 / 35))), 1 / jnp.tanh(wide) - 1 / wide)


def _arctangent(x: jax.Array) -> jax.Array:
    """``2/pi atan(pi x / 2)`` by half the angle.

    XLA 0.10.2 compiles `arctan` to wrong numbers for vectors of 512 bits on CPUs, and turns
    ``arctan2(x, 1)`` into it.
    """
    y = jnp.pi / 2 * x
    return (4 / jnp.pi) * jnp.arctan2(y, 1 + jnp.sqrt(1 + y * y))


SHAPES: dict[str, Callable[[jax.Array], jax.Array]] = {
    "tanh": jnp.tanh,
    "algebraic": lambda x: x * jax.lax.rsqrt(1 + x * x),
    "clipped": lambda x: jnp.clip(x, -1, 1),
    "langevin": _langevin,
    "atan": _arctangent,
}


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ShapedPBit(Memoryless):
    """Mean spin ``f(slope (input - offset))``, every sample independent.

    Attributes:
        shape: of f, a name in `SHAPES`: "algebraic" is ``x / sqrt(1 + x^2)``; "clipped" is x
            between -1 and +1; "langevin" the mean direction of a moment that points anywhere,
            ``coth 3x - 1 / 3x``; "atan" is ``2/pi atan(pi x / 2)``; "tanh" is ideal.
        slope: per unit of input, above 0.
        offset: input at which the mean spin is zero.

    Raises:
        ValueError: on another shape, or a slope not above zero.

    Example:
        >>> round(float(ShapedPBit("algebraic").transfer(1.0)), 4)
        0.7071
    """

    shape: str = field(metadata={"static": True})
    slope: Number = 1.0
    offset: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shape not in SHAPES:
            raise ValueError(f"shape is {self.shape!r}; expected one of {', '.join(SHAPES)}")
        check_known("slope", self.slope, 0.0, strictly=True)

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin, of the inputs' shape."""
        return SHAPES[self.shape](jnp.asarray(self.slope) * (jnp.asarray(inputs) - self.offset))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class MeasuredPBit(Memoryless):
    """A curve as it was measured, straight between its points and flat beyond them.

    Attributes:
        inputs: [k], rising.
        means: [k] mean spins, between -1 and +1.

    Raises:
        ValueError: on arrays that are no such curve.

    Example:
        >>> float(MeasuredPBit([-1.0, 0.0, 1.0], [-0.8, 0.0, 0.8]).transfer(0.5))
        0.4000000059604645
    """

    inputs: Any
    means: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        # Inside a JAX program fields may stand for something else.
        if not all(isinstance(x, list | tuple | np.ndarray) for x in (self.inputs, self.means)):
            return
        x, y = finite_array("inputs", self.inputs), finite_array("means", self.means)
        if x.ndim != 1 or x.shape != y.shape or x.size < 2 or np.any(np.diff(x) <= 0):
            raise ValueError(
                f"inputs have shape {x.shape} and means {y.shape}; expected two of [k], at least "
                "two points, inputs rising"
            )
        if np.abs(y).max() > 1:
            raise ValueError(f"means go to {np.abs(y).max():g}; expected numbers from -1 to +1")
        for name, values in (("inputs", x), ("means", y)):
            object.__setattr__(self, name, values.astype(np.float32))

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin, of the inputs' shape."""
        return jnp.interp(jnp.asarray(inputs), self.inputs, self.means)
