"""What a converter of a column's current is, and the one that only rounds."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import jax
import jax.numpy as jnp

from crossbar import chance
from crossbar.checking import check_whole

Number = float | jax.Array
STATIC = {"static": True}


class Adc(Protocol):
    """A kind of converter; frozen, registered with JAX, hashable parts static.

    Values are in steps of a level times a digit, so that ideal currents are whole numbers.  A code
    of one stands for `step` of them.  Spreads are standard deviations in codes, since what a code
    stands for is set in front of the converter.

    Attributes:
        bits: of a code; None does not round.
        part: its name in the table of costs, without the bits.
    """

    @property
    def bits(self) -> int | None: ...

    @property
    def part(self) -> str: ...

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> Any:
        """Deviations of `shape` converters, a pytree of arrays that begin with that shape.

        The last axis counts columns of an array, the one before it slices of a weight.
        """
        ...

    def convert(
        self, drawn: Any, values: jax.Array, step: jax.Array, key: jax.Array | None = None
    ) -> jax.Array:
        """Digitised values, in the unit of the values.

        Args:
            drawn: of the converters, [columns].
            values: [..., columns].
            step: of one code.
            key: of this read; without it converters are noiseless.
        """
        ...

    def events(self, conversions: int, slices: int) -> dict[str, int]:
        """What a number of conversions, spread evenly over the slices, counts as in the ledger."""
        ...


def code_limits(bits: int) -> tuple[int, int]:
    """Least and largest code; signed, since columns are subtracted before they are converted.

    Example:
        >>> code_limits(8)
        (-128, 127)
    """
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def check_bits(bits: object, high: int) -> None:
    """Let pass what a converter with a sign can have.

    Raises:
        ValueError: on others, with what to use instead.

    Example:
        >>> check_bits(8, 16)
    """
    try:
        check_whole("adc bits", bits, 2, high)
    except ValueError as error:
        hint = "codes have a sign; for 1 bit use SenseAmplifier, for no rounding IdealAdc(None)"
        raise ValueError(f"{error}: {hint}") from None


def codes_of(
    values: jax.Array, step: jax.Array, noise: Number | None, key: jax.Array | None
) -> jax.Array:
    """Values in codes, not yet rounded, with the noise of the converter's input."""
    ratio = values / step
    if noise is None or key is None:
        return ratio
    return ratio + noise * chance.normal(key, ratio.shape, ratio.dtype)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class IdealAdc:
    """Rounds to the nearest code and clips; without bits it lets all pass.

    Half-way between two codes it takes the even one, so that it is right on average.

    Raises:
        ValueError: on bits below 2 or above 24.

    Example:
        >>> IdealAdc(4).convert((), jnp.array([2.6, 100.0]), jnp.float32(2.0)).tolist()
        [2.0, 14.0]
    """

    bits: int | None = field(default=None, metadata=STATIC)
    part: str = field(default="adc.sar", metadata=STATIC)

    def __post_init__(self) -> None:
        if self.bits is not None:
            check_bits(self.bits, 24)

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> tuple[()]:
        """Nothing deviates."""
        del key, shape
        return ()

    def convert(
        self, drawn: Any, values: jax.Array, step: jax.Array, key: jax.Array | None = None
    ) -> jax.Array:
        """See `Adc`."""
        del drawn, key
        if self.bits is None:
            return values
        low, high = code_limits(self.bits)
        return jnp.clip(jnp.round(values / step), low, high) * step

    def events(self, conversions: int, slices: int) -> dict[str, int]:
        """See `Adc`."""
        del slices
        return {"adc.none" if self.bits is None else f"{self.part}.{self.bits}": conversions}
