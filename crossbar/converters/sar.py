"""Successive approximation: bits from the top down, by a comparator and weighted capacitors."""

from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import random

from crossbar import chance
from crossbar.checking import check_range
from crossbar.converters.adc import STATIC, Number, check_bits, code_limits, codes_of


class SarParts(NamedTuple):
    """What was drawn of each converter.

    Attributes:
        weights: [..., bits]: what each bit adds, in codes, least first.
        offset: [...]: of the comparator, in codes.
    """

    weights: jax.Array
    offset: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class SarAdc:
    """Binary search with capacitors of 1, 2, 4 ... units and one more that closes the sum.

    Capacitors of ``2^i`` units deviate by ``mismatch 2^(i/2)`` units, as sums of equal parts do.
    The step to the middle code, where all bits turn over, then deviates by
    ``mismatch sqrt(2^bits - 1)`` codes: above it where that exceeds one half, codes are missing.

    Args:
        bits: of a code, 2 to 16.
        mismatch: standard deviation of a unit capacitor, relative.
        offset: standard deviation of a comparator, in codes.
        noise: standard deviation of the input at each read, in codes; None for none.

    Raises:
        ValueError: on numbers out of range.

    Example:
        >>> adc = SarAdc(4)
        >>> drawn = adc.draw(random.key(0), (2,))
        >>> adc.convert(drawn, jnp.array([2.6, 100.0]), jnp.float32(2.0)).tolist()
        [2.0, 14.0]
    """

    bits: int = field(default=8, metadata=STATIC)
    mismatch: Number = 0.0
    offset: Number = 0.0
    noise: Number | None = None
    part: str = field(default="adc.sar", metadata=STATIC)

    def __post_init__(self) -> None:
        check_bits(self.bits, 16)
        check_range("mismatch", self.mismatch, 0.0, 1.0)
        check_range("offset", self.offset, 0.0, unit="codes")
        check_range("noise", self.noise, 0.0, unit="codes")

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> SarParts:
        """Capacitors as shares of their sum, and offsets."""
        cap_key, offset_key = random.split(key)
        units = jnp.array([1.0] + [2.0**bit for bit in range(self.bits)])
        caps = units + self.mismatch * jnp.sqrt(units) * chance.normal(
            cap_key, (*shape, units.size)
        )
        weights = caps[..., 1:] / caps.sum(-1, keepdims=True) * 2**self.bits
        return SarParts(weights, self.offset * chance.normal(offset_key, shape))

    def convert(
        self, drawn: SarParts, values: jax.Array, step: jax.Array, key: jax.Array | None = None
    ) -> jax.Array:
        """See `Adc`."""
        inputs = codes_of(values, step, self.noise, key)
        low, _ = code_limits(self.bits)
        level = jnp.full_like(inputs, low)
        code = jnp.full_like(inputs, low)
        for bit in reversed(range(self.bits)):
            trial = level + drawn.weights[:, bit]
            edge = trial - 0.5 + drawn.offset
            # A tie goes to the even code, and only the last bit tries odd ones.
            keep = inputs >= edge if bit else inputs > edge
            level = jnp.where(keep, trial, level)
            code = jnp.where(keep, code + 2.0**bit, code)
        return code * step

    def events(self, conversions: int, slices: int) -> dict[str, int]:
        """See `Adc`."""
        del slices
        return {f"{self.part}.{self.bits}": conversions}
