"""Ramp converter: a ramp and a counter that all columns share, one comparator for each."""

from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import random

from crossbar import chance
from crossbar.checking import check_range
from crossbar.converters.adc import STATIC, Number, check_bits, code_limits, codes_of


class RampParts(NamedTuple):
    """What was drawn: relative slope errors, equal along columns, and offsets in codes, [...]."""

    slope: jax.Array
    offset: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class RampAdc:
    """The code is what the counter shows when the ramp passes the input.

    The slope is common to the columns of an array, so its error is one gain for all of them, which
    calibration removes; comparators have offsets of their own.

    Args:
        bits: of a code, 2 to 16; a conversion lasts 2^bits counts.
        slope: standard deviation of the ramp's slope, relative.
        offset: standard deviation of a comparator, in codes.
        noise: standard deviation of the input at each read, in codes; None for none.
        part: of the table of costs; the survey's fit stands for a ramp (`counting`).

    Raises:
        ValueError: on numbers out of range.

    Example:
        >>> adc = RampAdc(4)
        >>> drawn = adc.draw(random.key(0), (2,))
        >>> adc.convert(drawn, jnp.array([2.6, 100.0]), jnp.float32(2.0)).tolist()
        [2.0, 14.0]
    """

    bits: int = field(default=8, metadata=STATIC)
    slope: Number = 0.0
    offset: Number = 0.0
    noise: Number | None = None
    part: str = field(default="adc.ramp", metadata=STATIC)

    def __post_init__(self) -> None:
        check_bits(self.bits, 16)
        check_range("slope", self.slope, 0.0)
        check_range("offset", self.offset, 0.0, unit="codes")
        check_range("noise", self.noise, 0.0, unit="codes")

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> RampParts:
        """One slope for each array, one offset for each column."""
        slope_key, offset_key = random.split(key)
        slope = self.slope * chance.normal(slope_key, (*shape[:-1], 1))
        offset = self.offset * chance.normal(offset_key, shape)
        return RampParts(jnp.broadcast_to(slope, shape), offset)

    def convert(
        self, drawn: RampParts, values: jax.Array, step: jax.Array, key: jax.Array | None = None
    ) -> jax.Array:
        """See `Adc`."""
        inputs = codes_of(values, step, self.noise, key)
        counted = jnp.round(inputs * (1 + drawn.slope) + drawn.offset)
        return jnp.clip(counted, *code_limits(self.bits)) * step

    def events(self, conversions: int, slices: int) -> dict[str, int]:
        """See `Adc`."""
        del slices
        return {f"{self.part}.{self.bits}": conversions}
