"""Flash converter: one comparator for each step between two codes, all at once."""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp

from crossbar import chance
from crossbar.checking import check_range, check_word
from crossbar.converters.adc import STATIC, Number, check_bits, code_limits, codes_of

DECODERS = ("ones", "first", "last")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FlashAdc:
    """``2^bits - 1`` comparators with offsets, and a decoder of which of them fire.

    Offsets of more than a quarter of a code put comparators out of order, and a *bubble* arises:
    one that does not fire below one that does.  What the decoder then says:

    - "ones": how many fire (an adder tree);
    - "first": the place of the lowest that does not fire;
    - "last": the place of the highest that fires.

    With fixed offsets all three are monotone: they are staircases whose edges are the comparators'
    thresholds, sorted, or their running maximum or minimum; codes whose edges coincide are missing.
    So a conversion is a search in 2^bits - 1 numbers, not as many comparisons.

    Args:
        bits: of a code, 2 to 10.
        offset: standard deviation of a comparator's threshold, in codes.
        noise: standard deviation of the input at each read, in codes; None for none.
        decoder: see above.

    Raises:
        ValueError: on numbers out of range or another decoder.

    Example:
        >>> from jax import random
        >>> adc = FlashAdc(4)
        >>> drawn = adc.draw(random.key(0), (2,))
        >>> adc.convert(drawn, jnp.array([2.6, 100.0]), jnp.float32(2.0)).tolist()
        [2.0, 14.0]
    """

    bits: int = field(default=4, metadata=STATIC)
    offset: Number = 0.0
    noise: Number | None = None
    decoder: str = field(default="ones", metadata=STATIC)
    part: str = field(default="adc.flash.comparator", metadata=STATIC)

    def __post_init__(self) -> None:
        check_bits(self.bits, 10)
        check_range("offset", self.offset, 0.0, unit="codes")
        check_range("noise", self.noise, 0.0, unit="codes")
        check_word("decoder", self.decoder, DECODERS)

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """Thresholds of codes, rising, [..., 2^bits - 1]."""
        low, high = code_limits(self.bits)
        below = jnp.arange(low, high)
        offset = self.offset * chance.normal(key, (*shape, below.size))
        edges = below + jnp.float32(0.5) + offset
        # A tie goes to the even code: up where the code below is odd.
        edges = jnp.where(below % 2 == 1, jnp.nextafter(edges, jnp.float32(-jnp.inf)), edges)
        if self.decoder == "first":
            return jax.lax.cummax(edges, axis=len(shape))
        if self.decoder == "last":
            return jax.lax.cummin(edges, axis=len(shape), reverse=True)
        return jnp.sort(edges, axis=-1)

    def convert(
        self, drawn: jax.Array, values: jax.Array, step: jax.Array, key: jax.Array | None = None
    ) -> jax.Array:
        """See `Adc`."""
        inputs = codes_of(values, step, self.noise, key)

        def fired(edges: jax.Array, inputs: jax.Array) -> jax.Array:
            return jnp.searchsorted(edges, inputs, side="left", method="scan_unrolled")

        count = jax.vmap(fired, in_axes=(0, -1), out_axes=-1)(drawn, inputs)
        return (count + code_limits(self.bits)[0]).astype(values.dtype) * step

    def events(self, conversions: int, slices: int) -> dict[str, int]:
        """Comparisons."""
        del slices
        return {self.part: conversions * (2**self.bits - 1)}
