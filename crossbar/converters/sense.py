"""Sense amplifier: a converter of one bit."""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp

from crossbar import chance
from crossbar.checking import check_range
from crossbar.converters.adc import STATIC, Number, codes_of


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class SenseAmplifier:
    """The sign of a current, worth one `step` up or down; 0 counts as up.

    Args:
        offset: standard deviation of the threshold, in steps.
        noise: standard deviation of the input at each read, in steps; None for none.

    Raises:
        ValueError: on negative spreads.

    Example:
        >>> from jax import random
        >>> amplifier = SenseAmplifier()
        >>> drawn = amplifier.draw(random.key(0), (2,))
        >>> amplifier.convert(drawn, jnp.array([2.6, -100.0]), jnp.float32(8.0)).tolist()
        [8.0, -8.0]
    """

    offset: Number = 0.0
    noise: Number | None = None
    part: str = field(default="adc.sense_amplifier", metadata=STATIC)

    def __post_init__(self) -> None:
        check_range("offset", self.offset, 0.0, unit="steps")
        check_range("noise", self.noise, 0.0, unit="steps")

    @property
    def bits(self) -> int:
        """One."""
        return 1

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """Thresholds, in steps."""
        return self.offset * chance.normal(key, shape)

    def convert(
        self, drawn: jax.Array, values: jax.Array, step: jax.Array, key: jax.Array | None = None
    ) -> jax.Array:
        """See `Adc`."""
        return jnp.where(codes_of(values, step, self.noise, key) >= drawn, step, -step)

    def events(self, conversions: int, slices: int) -> dict[str, int]:
        """See `Adc`."""
        del slices
        return {self.part: conversions}
