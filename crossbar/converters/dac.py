"""Drivers of word lines: what voltage a digit becomes."""

from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import random

from crossbar import chance
from crossbar.checking import check_range
from crossbar.converters.adc import STATIC, Number


class Drivers(NamedTuple):
    """What was drawn of each word line.

    Attributes:
        gain: [K, R], relative deviation.
        offset: [K, R], in digits.
        bend: [K, R, digits], deviation from a straight line, in digits, nothing at both ends; None
            where a digit has one bit.
    """

    gain: jax.Array
    offset: jax.Array
    bend: jax.Array | None


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Dac:
    """A driver on each word line; a design without one has ideal drivers, which cost nothing.

    Args:
        gain: standard deviation of the slope, relative.
        offset: standard deviation, in steps of a digit.
        mismatch: relative standard deviation of the equal parts, one a step, that a digit's voltage
            is made of.  Level k of N then deviates from the straight line through the ends by
            ``mismatch sqrt(k (N - k) / N)`` steps.  One bit has no levels in between.
        grounded: whether digit 0 grounds the line by a switch, so that it has no offset.

    Raises:
        ValueError: on negative spreads.

    Example:
        >>> dac = Dac(gain=0.01)
        >>> drivers = dac.draw(random.key(0), (1, 4), 1)
        >>> dac.apply(drivers, jnp.ones((3, 1, 4))).shape
        (3, 1, 4)
    """

    gain: Number = 0.0
    offset: Number = 0.0
    mismatch: Number = 0.0
    grounded: bool = field(default=True, metadata=STATIC)

    def __post_init__(self) -> None:
        for name in ("gain", "offset", "mismatch"):
            check_range(f"dac {name}", getattr(self, name), 0.0)

    def draw(self, key: jax.Array, shape: tuple[int, ...], bits: int) -> Drivers:
        """Drivers of word lines, for digits of a number of bits."""
        gain_key, offset_key, bend_key = random.split(key, 3)
        gain = self.gain * chance.normal(gain_key, shape)
        offset = self.offset * chance.normal(offset_key, shape)
        if bits == 1:
            return Drivers(gain, offset, None)
        parts = self.mismatch * chance.normal(bend_key, (*shape, 2**bits - 1))
        sums = jnp.pad(jnp.cumsum(parts, -1), [(0, 0)] * len(shape) + [(1, 0)])
        return Drivers(gain, offset, sums - sums[..., -1:] * jnp.linspace(0, 1, 2**bits))

    def apply(self, drivers: Drivers, digits: jax.Array) -> jax.Array:
        """Voltages, in steps of a digit.

        Args:
            digits: whole numbers, [reads, K, R]; signs are those of the supply.
        """
        level = digits
        if drivers.bend is not None:
            place = jnp.abs(digits).astype(jnp.int32)[..., None]
            bend = jnp.take_along_axis(drivers.bend[None], place, axis=-1)[..., 0]
            level = level + jnp.sign(digits) * bend
        level = level * (1 + drivers.gain) + drivers.offset
        return jnp.where(digits == 0, 0.0, level) if self.grounded else level
