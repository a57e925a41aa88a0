"""The p-bit of textbooks: a hyperbolic tangent that forgets at once."""

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from pbits.devices.checking import Number, check_known
from pbits.devices.pbit_model import Draw, PBitModel


class Memoryless(PBitModel):
    """Decides at once and anew each time it is asked: its transfer curve says all about it."""

    remembers: ClassVar[bool] = False

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """1 at time zero, 0 later."""
        return jnp.where(jnp.asarray(times) + 0 * jnp.asarray(inputs) == 0, 1.0, 0.0)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Zero."""
        return jnp.zeros(jnp.shape(inputs))

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Zero."""
        return jnp.zeros(jnp.shape(inputs))

    def propagator(self, inputs: Number, dt: Number) -> jax.Array:
        """Probability of +1."""
        return (1 + self.transfer(inputs)) / 2

    def begin(self, draw: Draw, given: jax.Array) -> jax.Array:
        """A spin."""
        return self.step(draw, None, given)

    def showing(self, spins: jax.Array) -> jax.Array:
        """The spins themselves."""
        return spins.astype(jnp.int8)

    def step(self, draw: Draw, state: Any, given: jax.Array) -> jax.Array:
        """Another spin."""
        return jnp.where(draw(0) < given, 1, -1).astype(jnp.int8)

    def spin(self, state: jax.Array, given: jax.Array) -> jax.Array:
        """The state itself."""
        return state


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class IdealSigmoid(Memoryless):
    """Mean spin ``tanh(slope (input - offset))``, every sample independent.

    Its correlation time and dwell are zero: whatever reads it waits for nothing.

    Attributes:
        slope: per unit of input, above 0.
        offset: input at which the mean spin is zero.

    Raises:
        ValueError: on a slope not above zero.

    Example:
        >>> pbit = IdealSigmoid(slope=2.0)
        >>> round(float(pbit.transfer(0.5)), 4)
        0.7616
        >>> pbit.sample(jnp.zeros(3), dt=1e-9, num_samples=5, seed=1).spins.shape
        (5, 3)
    """

    slope: Number = 1.0
    offset: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_known("slope", self.slope, 0.0, strictly=True)

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin, of the inputs' shape."""
        return jnp.tanh(jnp.asarray(self.slope) * (jnp.asarray(inputs) - self.offset))
