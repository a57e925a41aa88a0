"""From a bit-sliced field to the next spins: Metropolis and heat bath on words of 32 reads.

The field of a spin in units of the coupling is ``I = 2 (c - D/2) + odd``, c being the number of its
D slots that pull it up and `odd` telling that D minus its degree is odd.  Both rules need one
random event per read whose probability depends on a small non-negative level:

* Metropolis: a move that costs ``level`` steps is taken with probability ``q**level``, q = exp(-x).
  That is the event ``K >= level`` for a geometric random number K, whose octal digits are
  independent of each other; so K costs one random number and eight thresholds per digit.
* Heat bath (the p-bit equation m = sgn(tanh(beta I) - r) in dimod's sign): the spin takes its
  favoured direction except with probability ``1 / (1 + exp(x * level))``.

`x` is beta times the energy of one level: 4 units (2 where fields may be odd).

A random number meets one threshold per read, chosen among the few by bits already known: one
comparison of many digits costs more than choosing, and few partial results are alive at a time.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from pbits import random
from pbits.kernels import bits

_RADIX_BITS = 3
_RADIX = 1 << _RADIX_BITS
# Beyond these many levels the selection of heat bath's thresholds compiles slower than it pays.
_MAX_GIBBS_LEVELS = 16
# Beyond these, Metropolis is no faster fused than read by read, and compiles three times as long.
_MAX_LEVELS = 128
# Masks of binary digits, the same for all spins of a tile, or numbers spin by spin.
Table = jax.Array | list[jax.Array]


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

    def is_fused(self, width: int) -> bool:
        """Whether :meth:`decide` serves spins of `width` slots."""
        levels = self.num_levels(width)
        if self.update == "gibbs":
            return levels <= _MAX_GIBBS_LEVELS
        numbers = len(_digit_sizes(levels))
        return levels <= _MAX_LEVELS and numbers * self.num_bits <= random.WORDS_PER_LANE

    def tables(self, width: int, energy_step: jax.Array, per_lane: bool) -> list[jax.Array]:
        """Thresholds for spins of `width` slots.

        Args:
            width: D.
            energy_step: beta times the unit, float32 [1, 1], [1, W] or [1, reads].
            per_lane: whether the second of these.

        Returns:
            One table for each random number: masks [L, num_bits, 1 or W], or numbers [L, W] where
            `per_lane`.
        """
        x = energy_step * np.float32(2.0 if self.parity else 4.0)
        num_levels = self.num_levels(width)
        table = bits.threshold_numbers if per_lane else bits.threshold_planes
        if self.update == "gibbs":
            levels = jnp.arange(num_levels, dtype=jnp.float32)[:, None]
            return [table(jax.nn.sigmoid(-x * levels), self.num_bits)]
        return [table(p, self.num_bits) for p in _digit_probabilities(x, num_levels)]

    def decide(
        self,
        tables: Sequence[Table],
        own: jax.Array,
        excess: Sequence[jax.Array],
        odd: jax.Array | None,
        keys: random.RowKeys,
        lane: jax.Array,
    ) -> jax.Array:
        """New spins [B, W].

        Args:
            tables: those of :meth:`tables`, numbers as lists of L arrays [B, W].
            own: [B, W] present spins.
            excess: digits of the field in offset binary, [B, W] each.
            odd: [B, W] all ones where the field is odd, or None where it never is.
            keys, lane: random streams.
        """
        rule = _heat_bath if self.update == "gibbs" else _metropolis
        return rule(self, tables, own, excess, odd, keys, lane)


def _digit_sizes(num_levels: int) -> list[int]:
    """Bits of each octal digit of a level, the last (most significant) perhaps cut short."""
    num_bits = max((num_levels - 1).bit_length(), 1)
    full, rest = divmod(num_bits, _RADIX_BITS)
    return [_RADIX_BITS] * full + [rest] * (rest > 0)


def _digit_probabilities(x: jax.Array, num_levels: int) -> list[jax.Array]:
    """P(digit of K >= j) for j = 1, 2, ..., digit by digit; K geometric with ratio exp(-x).

    The last digit is all that is left of K, so it also has a threshold for what its bits cannot
    hold, unless it is the only one: then no level asks for that.
    """
    sizes = _digit_sizes(num_levels)
    found = [_inner_digit(x * np.float32(_RADIX**k)) for k in range(len(sizes) - 1)]
    count = num_levels - 1 if len(sizes) == 1 else 1 << sizes[-1]
    j = jnp.arange(1, count + 1, dtype=jnp.float32)[:, None]
    return [*found, jnp.exp(-x * np.float32(_RADIX ** (len(sizes) - 1)) * j)]


def _inner_digit(x: jax.Array) -> jax.Array:
    """P(K mod 8 >= j) for j = 1..7, K geometric with ratio exp(-x)."""
    j = jnp.arange(1, _RADIX, dtype=jnp.float32)[:, None]
    safe = jnp.maximum(x, np.float32(1e-12))
    exact = jnp.exp(-safe * j) * jnp.expm1(-safe * (_RADIX - j)) / jnp.expm1(-safe * _RADIX)
    return jnp.where(x > np.float32(1e-12), exact, (_RADIX - j) / _RADIX)


# Jitted, so that tiles of several widths share one trace; XLA inlines the calls before it fuses.
@partial(jax.jit, static_argnums=0)
def _metropolis(
    rule: Rule,
    tables: Sequence[Table],
    own: jax.Array,
    excess: Sequence[jax.Array],
    odd: jax.Array | None,
    keys: random.RowKeys,
    lane: jax.Array,
) -> jax.Array:
    """Flip where ``K >= level``, compared digit by digit, the least significant first."""
    uphill, level = _magnitude(excess, odd, own)
    lowest, higher = level[:_RADIX_BITS], level[_RADIX_BITS:]
    some = lowest[0]
    for bit in lowest[1:]:
        some = some | bit
    thresholds = _planes(rule, tables[0], own)
    # Level 0 is sure; its place in the choice is taken by the threshold of level 1.
    chosen = _choose(lowest, [thresholds[0], *thresholds])
    enough = ~some | bits.less_than(_inverted(rule, 0, keys, lane), chosen)
    for number, table in enumerate(tables[1:], 1):
        inverted = _inverted(rule, number, keys, lane)
        thresholds = _planes(rule, table, own)
        part, higher = higher[:_RADIX_BITS], higher[_RADIX_BITS:]
        for digit, bit in zip(_digit(inverted, thresholds, len(part)), part, strict=True):
            enough = bits.majority(digit, ~bit, enough)
        if number == len(tables) - 1:
            enough = enough | bits.less_than(inverted, thresholds[-1])
    return own ^ (~uphill | enough)


@partial(jax.jit, static_argnums=0)
def _heat_bath(
    rule: Rule,
    tables: Sequence[Table],
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
    chosen = _choose(level, _planes(rule, tables[0], positive))
    return ~positive ^ bits.less_than(_inverted(rule, 0, keys, lane), chosen)


def _magnitude(
    excess: Sequence[jax.Array], odd: jax.Array | None, negate: jax.Array
) -> tuple[jax.Array, list[jax.Array]]:
    """Sign (set: non-negative) and remaining digits of the field, negated where asked."""
    digits = [*excess] if odd is None else [odd, *excess]
    digits = bits.negate_where(negate, digits)
    return digits[-1], digits[:-1]


def _inverted(rule: Rule, number: int, keys: random.RowKeys, lane: jax.Array) -> list[jax.Array]:
    """Binary digits of a random number, inverted."""
    first = number * rule.num_bits
    return [lax.bitwise_not(random.words(keys, lane, first + k)) for k in range(rule.num_bits)]


def _planes(rule: Rule, table: Table, like: jax.Array) -> list[list[jax.Array]]:
    """Thresholds as lists of masks of the shape of `like`, [B, W]."""
    if isinstance(table, list):
        return [[_spread(number, k) for k in range(rule.num_bits)] for number in table]
    count, num_bits, last = table.shape
    digits = lax.split(table.reshape(-1, last), (1,) * (count * num_bits))
    masks = [lax.broadcast_in_dim(digit, like.shape, (0, 1)) for digit in digits]
    return [masks[k * num_bits : (k + 1) * num_bits] for k in range(count)]


def _spread(number: jax.Array, digit: int) -> jax.Array:
    """All bits set where the given binary digit of uint32 numbers is, none elsewhere."""
    return lax.shift_right_arithmetic(lax.shift_left(number, np.uint32(31 - digit)), np.uint32(31))


def _choose(
    digits: Sequence[jax.Array], thresholds: Sequence[Sequence[jax.Array]]
) -> list[jax.Array]:
    """Per read, binary digits of the threshold whose number has the given digits."""
    return [bits.select(digits, plane) for plane in zip(*thresholds, strict=True)]


def _digit(
    inverted: Sequence[jax.Array], thresholds: Sequence[Sequence[jax.Array]], num_bits: int
) -> list[jax.Array]:
    """How many of the first ``2**num_bits - 1`` falling thresholds a random number lies below.

    Binary search, so bits are found from the most significant down; returned the other way round.
    """
    found: list[jax.Array] = []
    for k in reversed(range(num_bits)):
        # Thresholds still possible: odd multiples of 2**k, told apart by the bits found so far.
        candidates = thresholds[(1 << k) - 1 : (1 << num_bits) - 1 : 2 << k]
        found.insert(0, bits.less_than(inverted, _choose(found, candidates)))
    return found
