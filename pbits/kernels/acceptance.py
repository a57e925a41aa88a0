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

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels import bits

_RADIX_BITS = 3
_RADIX = 1 << _RADIX_BITS
# A rule with its tables bound, thresholds last: (own, excess, odd, keys, lane) -> new spins.
Decide = partial[jax.Array]


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

    def num_levels(self, width: int) -> int:
        """Levels, zero included, that the digits of a field of `width` slots can tell apart."""
        return 1 << (num_digits(width) - (0 if self.parity else 1))

    def decide(self, width: int, energy_step: jax.Array) -> Decide:
        """The rule for spins of `width` slots.

        Args:
            width: D.
            energy_step: beta times the unit, float32 [1, 1] or [1, reads].

        Returns:
            ``(own [B, W], excess digits, odd [B, W] or None, keys, lane) -> new spins [B, W]``.
        """
        x = energy_step * np.float32(2.0 if self.parity else 4.0)
        num_levels = self.num_levels(width)
        if self.update == "gibbs":
            levels = jnp.arange(num_levels, dtype=jnp.float32)[:, None]
            table = bits.threshold_planes(jax.nn.sigmoid(-x * levels), self.num_bits)
            return partial(_heat_bath, self, table)
        if num_levels <= _RADIX:
            levels = jnp.arange(1, num_levels, dtype=jnp.float32)[:, None]
            table = bits.threshold_planes(jnp.exp(-x * levels), self.num_bits)
            return partial(_metropolis_few, self, table)
        low = bits.threshold_planes(_low_digit(x), self.num_bits)
        levels = jnp.arange(1, num_levels // _RADIX + 1, dtype=jnp.float32)[:, None]
        high = bits.threshold_planes(jnp.exp(-x * _RADIX * levels), self.num_bits)
        return partial(_metropolis_many, self, low, high)


def _low_digit(x: jax.Array) -> jax.Array:
    """P(K mod 8 >= j) for j = 1..7, K geometric with ratio exp(-x)."""
    j = jnp.arange(1, _RADIX, dtype=jnp.float32)[:, None]
    safe = jnp.maximum(x, np.float32(1e-12))
    exact = jnp.exp(-safe * j) * jnp.expm1(-safe * (_RADIX - j)) / jnp.expm1(-safe * _RADIX)
    return jnp.where(x > np.float32(1e-12), exact, (_RADIX - j) / _RADIX)


# Jitted, so that tiles of several widths share one trace; XLA inlines the calls before it fuses.
@partial(jax.jit, static_argnums=0)
def _metropolis_few(
    rule: Rule,
    table: jax.Array,
    own: jax.Array,
    excess: Sequence[jax.Array],
    odd: jax.Array | None,
    keys: random.RowKeys,
    lane: jax.Array,
) -> jax.Array:
    """Flip where ``r < q**level``, all levels in one table."""
    uphill, level = _magnitude(excess, odd, own)
    at_least = [~jnp.zeros_like(own), *_exceeded(rule, 0, table, keys, lane)]
    return own ^ (~uphill | bits.select(level, at_least))


@partial(jax.jit, static_argnums=0)
def _metropolis_many(
    rule: Rule,
    low: jax.Array,
    high: jax.Array,
    own: jax.Array,
    excess: Sequence[jax.Array],
    odd: jax.Array | None,
    keys: random.RowKeys,
    lane: jax.Array,
) -> jax.Array:
    """Flip where ``K >= level``: high digit greater, or equal and the low one suffices."""
    uphill, level = _magnitude(excess, odd, own)
    always = ~jnp.zeros_like(own)
    low_at_least = [always, *_exceeded(rule, 0, low, keys, lane)]
    high_at_least = [always, *_exceeded(rule, 1, high, keys, lane)]
    low_level, high_level = level[:_RADIX_BITS], level[_RADIX_BITS:]
    greater = bits.select(high_level, high_at_least[1:])
    not_less = bits.select(high_level, high_at_least[:-1])
    accept = ~uphill | greater | (not_less & bits.select(low_level, low_at_least))
    return own ^ accept


@partial(jax.jit, static_argnums=0)
def _heat_bath(
    rule: Rule,
    table: jax.Array,
    own: jax.Array,
    excess: Sequence[jax.Array],
    odd: jax.Array | None,
    keys: random.RowKeys,
    lane: jax.Array,
) -> jax.Array:
    """The favoured direction, except where ``r < 1 / (1 + exp(x level))``."""
    del own
    positive = excess[-1]
    _, level = _magnitude(excess, odd, ~positive)
    return ~positive ^ bits.select(level, _exceeded(rule, 0, table, keys, lane))


def _magnitude(
    excess: Sequence[jax.Array], odd: jax.Array | None, negate: jax.Array
) -> tuple[jax.Array, list[jax.Array]]:
    """Sign (set: non-negative) and remaining digits of the field, negated where asked."""
    digits = [*excess] if odd is None else [odd, *excess]
    digits = bits.negate_where(negate, digits)
    return digits[-1], digits[:-1]


def _exceeded(
    rule: Rule, number: int, table: jax.Array, keys: random.RowKeys, lane: jax.Array
) -> list[jax.Array]:
    """Per row of `table` [L, num_bits, 1 or W], where one shared random number lies below it."""
    first = number * rule.num_bits
    inverted = [~random.words(keys, lane, first + k) for k in range(rule.num_bits)]
    shape = inverted[0].shape
    return [
        bits.less_than(inverted, [jnp.broadcast_to(digit, shape) for digit in row]) for row in table
    ]
