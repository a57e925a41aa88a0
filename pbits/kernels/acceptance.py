"""From a bit-sliced field to the next spins: Metropolis and heat bath on words of 32 reads.

The field of a spin in units of the coupling is ``I = 2 (c - D/2) + odd``, c being the number of its
D slots that pull it up and `odd` telling that D minus its degree is odd.  Both rules need one
random event per read whose probability depends on a small non-negative level:

* Metropolis: a move that costs ``level`` steps is taken with probability ``q**level``, q = exp(-x).
  That is the event ``K >= level`` for a geometric random number K, whose octal digits are
  independent of each other; so K costs one random number per digit and seven thresholds each.
* Heat bath (the p-bit equation m = sgn(tanh(beta I) - r) in dimod's sign): the spin takes its
  favoured direction except with probability ``1 / (1 + exp(x * level))``.

`x` is beta times the energy of one level: 4 units (2 where fields may be odd).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels import bits

_RADIX_BITS = 3
_RADIX = 1 << _RADIX_BITS
Decide = Callable[..., jax.Array]


def num_digits(width: int) -> int:
    """P, the digits of an offset-binary field of `width` (even) slots."""
    return (width // 2).bit_length() + 1


def offset(width: int) -> int:
    """What to add to the number of up slots so that a zero field reads ``2**(P-1)``."""
    return (1 << (num_digits(width) - 1)) - width // 2


class Rule(NamedTuple):
    """An update rule at a given resolution."""

    update: str
    num_bits: int
    parity: bool

    def max_level(self, width: int) -> int:
        return width if self.parity else width // 2

    def decide(self, width: int, energy_step: jax.Array) -> Decide:
        """The rule for spins of `width` slots.

        Args:
            width: D.
            energy_step: beta times the unit, float32 [1, 1] or [1, reads].

        Returns:
            ``(own [B, W], excess digits, odd [B, 1] or None, keys, lane) -> new spins [B, W]``.
        """
        x = energy_step * np.float32(2.0 if self.parity else 4.0)
        if self.update == "metropolis":
            return _metropolis(self, self.max_level(width), x)
        return _heat_bath(self, self.max_level(width), x)


def _magnitude(
    excess: Sequence[jax.Array], odd: jax.Array | None, negate: jax.Array
) -> tuple[jax.Array, list[jax.Array]]:
    """Sign (set: non-negative) and remaining digits of the field, negated where asked."""
    digits = [*excess] if odd is None else [odd, *excess]
    digits = bits.negate_where(negate, digits)
    return digits[-1], digits[:-1]


def _planes(rule: Rule, number: int, keys: random.RowKeys, lane: jax.Array) -> list[jax.Array]:
    """One random number of `num_bits` digits per spin and read."""
    first = number * rule.num_bits
    return [random.words(keys, lane, first + k) for k in range(rule.num_bits)]


def _exceeded(
    rule: Rule, number: int, table: jax.Array, keys: random.RowKeys, lane: jax.Array
) -> list[jax.Array]:
    """Per row of `table` [L, num_bits, 1 or W], where one shared random number lies below it."""
    planes = _planes(rule, number, keys, lane)
    return [
        bits.less_than(planes, [table[level, k] for k in range(rule.num_bits)])
        for level in range(table.shape[0])
    ]


def _metropolis(rule: Rule, max_level: int, x: jax.Array) -> Decide:
    if max_level < _RADIX:
        levels = jnp.arange(1, max_level + 1, dtype=jnp.float32)[:, None]
        single = bits.threshold_planes(jnp.exp(-x * levels), rule.num_bits)
        return lambda own, excess, odd, keys, lane: (
            own ^ _accept_few(rule, single, *_magnitude(excess, odd, own), keys, lane)
        )
    low = bits.threshold_planes(_low_digit(x), rule.num_bits)
    levels = jnp.arange(1, max_level // _RADIX + 2, dtype=jnp.float32)[:, None]
    high = bits.threshold_planes(jnp.exp(-x * _RADIX * levels), rule.num_bits)
    return lambda own, excess, odd, keys, lane: (
        own ^ _accept_many(rule, low, high, *_magnitude(excess, odd, own), keys, lane)
    )


def _low_digit(x: jax.Array) -> jax.Array:
    """P(K mod 8 >= j) for j = 1..7, K geometric with ratio exp(-x)."""
    j = jnp.arange(1, _RADIX, dtype=jnp.float32)[:, None]
    safe = jnp.maximum(x, np.float32(1e-12))
    exact = jnp.exp(-safe * j) * jnp.expm1(-safe * (_RADIX - j)) / jnp.expm1(-safe * _RADIX)
    return jnp.where(x > np.float32(1e-12), exact, (_RADIX - j) / _RADIX)


def _accept_few(
    rule: Rule,
    table: jax.Array,
    uphill: jax.Array,
    level: list[jax.Array],
    keys: random.RowKeys,
    lane: jax.Array,
) -> jax.Array:
    always = ~jnp.zeros_like(uphill)
    at_least = [always, *_exceeded(rule, 0, table, keys, lane)]
    return ~uphill | bits.select(level, at_least)


def _accept_many(
    rule: Rule,
    low: jax.Array,
    high: jax.Array,
    uphill: jax.Array,
    level: list[jax.Array],
    keys: random.RowKeys,
    lane: jax.Array,
) -> jax.Array:
    """``K >= level`` digit by digit: high digit greater, or equal and the low one suffices."""
    always = ~jnp.zeros_like(uphill)
    low_at_least = [always, *_exceeded(rule, 0, low, keys, lane)]
    high_at_least = [always, *_exceeded(rule, 1, high, keys, lane)]
    low_level, high_level = level[:_RADIX_BITS], level[_RADIX_BITS:]
    greater = bits.select(high_level, high_at_least[1:])
    not_less = bits.select(high_level, high_at_least[:-1])
    return ~uphill | greater | (not_less & bits.select(low_level, low_at_least))


def _heat_bath(rule: Rule, max_level: int, x: jax.Array) -> Decide:
    levels = jnp.arange(max_level + 1, dtype=jnp.float32)[:, None]
    table = bits.threshold_planes(jax.nn.sigmoid(-x * levels), rule.num_bits)

    def decide(
        own: jax.Array,
        excess: Sequence[jax.Array],
        odd: jax.Array | None,
        keys: random.RowKeys,
        lane: jax.Array,
    ) -> jax.Array:
        del own
        positive = excess[-1]
        _, level = _magnitude(excess, odd, ~positive)
        return ~positive ^ bits.select(level, _exceeded(rule, 0, table, keys, lane))

    return decide
