"""Bit-sliced arithmetic: 32 reads per uint32 word, one Boolean operation for all of them.

A number that differs from read to read is a list of words, least significant digit first; digit k
of read b is bit b of word k.  Python loops here unroll into straight-line vector code.  The longest
loop speaks `lax` instead of operators, which take several times as long to trace.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Word = jax.Array  # uint32, any shape; shapes broadcast
LANE_READS = 32
_ONE = np.uint32(1)


def full_adder(a: Word, b: Word, c: Word) -> tuple[Word, Word]:
    """Sum and carry of three bits, all of one shape."""
    return lax.bitwise_xor(lax.bitwise_xor(a, b), c), majority(a, b, c)


def majority(a: Word, b: Word, c: Word) -> Word:
    """Where at least two of three bits are set.

    In this form LLVM needs two ternary instructions for it.
    """
    return lax.bitwise_or(lax.bitwise_and(c, lax.bitwise_or(a, b)), lax.bitwise_and(a, b))


def count(words: Sequence[Word], start: int = 0, digits: Sequence[Word] = ()) -> list[Word]:
    """Digits of ``start + digits + sum(words)`` by carry-save addition.

    Words are taken in one by one and carries passed on as soon as three of a kind are there: few
    partial sums are alive at a time, so they stay in registers.
    """
    columns: list[list[Word]] = [[] for _ in digits]
    for k, digit in enumerate(digits):
        _push(columns, k, digit)
    for word in words:
        _push(columns, 0, word)
    result = []
    k = 0
    while k < len(columns) or start >> k:
        column = columns[k] if k < len(columns) else []
        bit = (start >> k) & 1
        while len(column) + bit > 1:
            total, carry = _reduce(column, bit)
            bit = 0
            column.append(total)
            columns.extend([[]] * (k + 2 - len(columns)))
            columns[k + 1] = [*columns[k + 1], carry]
        result.append(column[0] if column else ~jnp.zeros_like(words[0]) * np.uint32(bit))
        k += 1
    return result


def _push(columns: list[list[Word]], k: int, word: Word) -> None:
    if k == len(columns):
        columns.append([])
    columns[k].append(word)
    if len(columns[k]) == 3:
        total, carry = full_adder(*columns[k])
        columns[k] = [total]
        _push(columns, k + 1, carry)


def _reduce(column: list[Word], constant_one: int) -> tuple[Word, Word]:
    """Sum and carry of up to three words of a column, or of two and a constant one."""
    a = column.pop(0)
    if constant_one and not column:
        return ~a, a
    b = column.pop(0)
    if constant_one:
        return ~(a ^ b), a | b
    if not column:
        return a ^ b, a & b
    return full_adder(a, b, column.pop(0))


def negate_where(mask: Word, digits: Sequence[Word]) -> list[Word]:
    """Two's complement of `digits` in the reads where `mask` is set."""
    carry = mask
    result = []
    for digit in digits:
        flipped = lax.bitwise_xor(digit, mask)
        result.append(lax.bitwise_xor(flipped, carry))
        carry = lax.bitwise_and(flipped, carry)
    return result


def select(digits: Sequence[Word], leaves: Sequence[Word]) -> Word:
    """``leaves[number]``, the number given by its digits; it must be below ``len(leaves)``."""
    level = list(leaves)
    for digit in digits:
        if len(level) == 1:
            break
        other = lax.bitwise_not(digit)
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [
            p[0]
            if len(p) == 1 or p[0] is p[1]
            else lax.bitwise_or(lax.bitwise_and(p[0], other), lax.bitwise_and(p[1], digit))
            for p in pairs
        ]
    return level[0]


def less_than(inverted: Sequence[Word], threshold: Sequence[Word]) -> Word:
    """Where a random number lies below a threshold, both as digits, least significant first.

    Each digit hands on the majority of (not r, t, less so far).

    Args:
        inverted: digits of the random number, inverted once for all thresholds.
        threshold: digits of the threshold, of the same shape.
    """
    less = lax.bitwise_and(inverted[0], threshold[0])
    for r, t in zip(inverted[1:], threshold[1:], strict=True):
        less = majority(r, t, less)
    return less


def threshold_numbers(probability: jax.Array, num_bits: int) -> jax.Array:
    """``probability * 2**num_bits`` rounded, at most all ones: uint32 from float32."""
    top = (
        np.nextafter(np.float32(2.0**num_bits), np.float32(0)) if num_bits > 24 else 2**num_bits - 1
    )
    scaled = jnp.round(probability * np.float32(2.0**num_bits))
    return jnp.minimum(scaled, np.float32(top)).astype(jnp.uint32)


def threshold_planes(probability: jax.Array, num_bits: int) -> jax.Array:
    """Digits of ``probability * 2**num_bits`` as masks for :func:`less_than`.

    Args:
        probability: float32 [L, 1], the same for every read, or [L, reads].
        num_bits: resolution; a probability is rounded to a multiple of ``2**-num_bits``.

    Returns:
        uint32 [L, num_bits, 1] of all-zero and all-one masks, or [L, num_bits, reads / 32].
    """
    number = threshold_numbers(probability, num_bits)
    shifts = np.arange(num_bits, dtype=np.uint32)[:, None]
    plane = (number[:, None, :] >> shifts) & _ONE
    if probability.shape[1] == 1:
        return jnp.uint32(0) - plane
    return pack(plane)


def take_rows(words: Word, rows: jax.Array) -> Word:
    """``words[rows]`` for [R, W] words and [k] valid row numbers, none of them negative.

    Indexing would first add R to negative numbers: a sixth of the time of the copy.
    """
    along_rows = lax.GatherDimensionNumbers(
        offset_dims=(1,), collapsed_slice_dims=(0,), start_index_map=(0,)
    )
    size = (1, words.shape[1])
    return lax.gather(words, rows[:, None], along_rows, size, mode="promise_in_bounds")


def note(buffer: jax.Array, rows: jax.Array, t: jax.Array) -> jax.Array:
    """`rows` written into a buffer that has one row more.

    XLA splits a big or dear kernel over threads, which only costs time here, where each core has
    reads of its own: but not one that updates a buffer in place.  The spare row, and a place that
    seems to depend on `t`, keep it from seeing through the detour.
    """
    return jax.lax.dynamic_update_slice(buffer, rows, (jnp.minimum(t, 0), 0))


def pack(bits: jax.Array) -> jax.Array:
    """Gather the last axis, uint32 [..., 32 W] of 0 and 1, into words [..., W]."""
    lanes = bits.reshape(*bits.shape[:-1], -1, LANE_READS)
    return (lanes << np.arange(LANE_READS, dtype=np.uint32)).sum(-1, dtype=jnp.uint32)


def unpack(words: jax.Array) -> jax.Array:
    """Spread words [..., W] into uint32 0 and 1, [..., 32 W]; inverse of :func:`pack`."""
    lanes = (words[..., None] >> np.arange(LANE_READS, dtype=np.uint32)) & _ONE
    return lanes.reshape(*words.shape[:-1], -1)
