"""What a converter of a column's current is, and the one that only rounds."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import jax
import jax.numpy as jnp

from crossbar.checking import check_whole


class Adc(Protocol):
    """A kind of converter; frozen, registered with JAX, hashable parts static.

    Values are in steps of a level times a digit, so that ideal currents are whole numbers.  A code
    of one stands for `step` of them.

    Attributes:
        bits: of a code; None does not round.
        part: its name in the table of costs, without the bits.
    """

    @property
    def bits(self) -> int | None: ...

    @property
    def part(self) -> str: ...

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> Any:
        """Deviations of `shape` converters, a pytree of arrays that begin with that shape."""
        ...

    def convert(self, drawn: Any, values: jax.Array, step: jax.Array) -> jax.Array:
        """Digitised values, in the unit of the values.

        Args:
            drawn: of the converters, [columns].
            values: [..., columns].
            step: of one code.
        """
        ...


def code_limits(bits: int) -> tuple[int, int]:
    """Least and largest code; signed, since columns are subtracted before they are converted.

    Example:
        >>> code_limits(8)
        (-128, 127)
    """
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class IdealAdc:
    """Rounds to the nearest code and clips; without bits it lets all pass.

    Example:
        >>> IdealAdc(4).convert((), jnp.array([2.6, 100.0]), jnp.float32(2.0)).tolist()
        [2.0, 14.0]
    """

    bits: int | None = field(default=None, metadata={"static": True})
    part: str = field(default="adc.sar", metadata={"static": True})

    def __post_init__(self) -> None:
        if self.bits is not None:
            check_whole("adc bits", self.bits, 1, 24)

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> tuple[()]:
        """Nothing deviates."""
        del key, shape
        return ()

    def convert(self, drawn: Any, values: jax.Array, step: jax.Array) -> jax.Array:
        """See `Adc`."""
        del drawn
        if self.bits is None:
            return values
        low, high = code_limits(self.bits)
        return jnp.clip(jnp.round(values / step), low, high) * step
