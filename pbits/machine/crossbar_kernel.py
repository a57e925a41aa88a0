"""How programmed arrays make fields of spins: a coupling of `kernels.coupled`, in JAX.

What word lines and drivers deviate by is constant for spins of +1 and -1, so that products with
spins are left, noise at each read and, where there are converters, their codes.  Parameters are
made of arrays by `crossbar_fields`.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels.bits import take_rows
from pbits.kernels.coupled import FIELD_WORD, Coupling, gaussian
from pbits.kernels.dense_float import COLUMNS, product

_MOST_LINES = 2048  # gathered at once
_LEAST_SHARE = 1e-6  # of the read voltage: at beta 0 fields count for nothing anyway


class Rounding(NamedTuple):
    """`IdealAdc` with the ends of its codes as numbers: converters of any bits are one program."""

    low: Any
    high: Any

    def convert(self, drawn: Any, values: jax.Array, step: jax.Array, key: Any = None) -> jax.Array:
        """See `crossbar.converters.adc.Adc`."""
        del drawn, key
        return jnp.clip(jnp.round(values / step), self.low, self.high) * step


class ArrayFields(NamedTuple):
    """Parameters of :data:`CROSSBAR`: T tiles of B bit lines, K arrays above each, S slices.

    Without rounding K is 1 and R holds the word lines of all arrays, slices added up.

    Attributes:
        lines: [T, K, R] int32 rows of the table that drive the word lines.
        weight: [T, K, S * B, R] float32, in steps of a level.
        constant: [T, K, S, B] from drivers that deviate, or None.
        noise: [T, K, S, B] standard deviation at each read, in steps, or None.
        step: [T, K, S, 1, 1] of a converter's code; None without rounding.
        drawn: deviations of converters, [T, K, S, B, ...].
        present: [T, K, 1, 1, 1], 0 where a tile has fewer arrays than others; None without rounding
            or where all have as many.
        adc: the converter's datasheet, a `Rounding`, or None.
        significance: [S].
        scale: [T, B, 1], field of one step, in units.
        offset: [T, B, 1], in units.
        full: beta at which lines are driven with the whole read voltage, where that is what sets
            beta (`CROSSBAR_BY_VOLTAGE`); else None.
    """

    lines: Any
    weight: Any
    constant: Any
    noise: Any
    step: Any
    drawn: Any
    present: Any
    adc: Any
    significance: Any
    scale: Any
    offset: Any
    full: Any = None


def _field(
    parameters: ArrayFields, t: jax.Array, values: jax.Array, keys: random.RowKeys,
    lane: jax.Array, *, in_place: bool, beta: jax.Array | None = None,
) -> jax.Array:  # fmt: skip
    del in_place
    share = _share(parameters, beta)
    many, height = parameters.weight.shape[1], parameters.scale.shape[1]
    chunk = _chunk(*parameters.lines.shape[1:])
    total = jnp.zeros((height, values.shape[1]), jnp.float32)

    def add(c: jax.Array, total: jax.Array) -> jax.Array:
        first = c * chunk
        own = _Chunk(*(_cut(part, t, first, chunk) for part in parameters[: len(_Chunk._fields)]))
        seen = _sums(parameters, own, first, values, keys, lane, share)
        for k in range(chunk):
            for piece in range(seen.shape[1]):
                total = total + parameters.significance[piece] * seen[k, piece]
        return total

    # A loop even of one turn, whose end XLA does not see: merged with what p-bits do with a field,
    # sums would be made anew wherever it is used.
    total = jax.lax.fori_loop(0, many // chunk + jnp.minimum(t, 0), add, total)
    if share is not None:
        total = total / share
    return total * parameters.scale[t] + parameters.offset[t]


def _share(parameters: ArrayFields, beta: jax.Array | None) -> jax.Array | None:
    """Of the whole current that a voltage makes, [1, 1 or reads]."""
    if beta is None:
        return None
    return jnp.maximum(jnp.reshape(beta / parameters.full, (1, -1)), np.float32(_LEAST_SHARE))


class _Chunk(NamedTuple):
    """Parameters of some arrays of one tile, as of `ArrayFields` without T."""

    lines: Any
    weight: Any
    constant: Any
    noise: Any
    step: Any
    drawn: Any
    present: Any


def _chunk(many: int, rows: int) -> int:
    """Arrays whose lines are gathered at once: a divisor of their number."""
    most = max(1, min(many, _MOST_LINES // rows))
    return next(k for k in range(most, 0, -1) if many % k == 0)


def _cut(part: Any, t: jax.Array, first: jax.Array, count: int) -> Any:
    return jax.tree.map(lambda leaf: jax.lax.dynamic_slice_in_dim(leaf[t], first, count), part)


def _sums(
    parameters: ArrayFields, own: _Chunk, first: jax.Array, values: jax.Array,
    keys: random.RowKeys, lane: jax.Array, share: jax.Array | None,
) -> jax.Array:  # fmt: skip
    """What some arrays give, float32 [K, S, B, reads], in steps of a level."""
    many, rows = own.lines.shape
    height, reads = parameters.scale.shape[1], values.shape[1]
    driven = take_rows(values, own.lines.reshape(-1)).astype(jnp.float32)
    driven = driven.reshape(many, rows, reads)
    seen = product(own.weight, driven).reshape(many, -1, height, reads)
    if own.constant is not None:
        seen = seen + own.constant[..., None]
    if share is not None:
        seen = seen * share
    if own.noise is not None:
        seen = seen + _noise_of(own.noise, first, keys, lane)
    if parameters.adc is not None:
        seen = _digitised(parameters.adc, own, seen)
    return seen


def _noise_of(
    deviation: jax.Array, first: jax.Array, keys: random.RowKeys, lane: jax.Array
) -> jax.Array:
    many, slices = deviation.shape[:2]
    drawn = []
    for k in range(many):
        for piece in range(slices):
            place = ((first + k) * slices + piece).astype(jnp.uint32)
            own = random.RowKeys(random.mix(keys.first ^ place, keys.second), keys.second)
            drawn.append(gaussian(own, lane, FIELD_WORD))
    return jnp.stack(drawn).reshape(many, slices, *drawn[0].shape) * deviation[..., None]


def _digitised(adc: Any, own: _Chunk, seen: jax.Array) -> jax.Array:
    if not jax.tree.leaves(own.drawn):
        found = adc.convert(own.drawn, seen, own.step, None)
    else:
        each = jax.vmap(jax.vmap(lambda one, x, step: adc.convert(one, x.T, step, None).T))
        found = each(own.drawn, seen, own.step[..., 0, 0])
    return found if own.present is None else found * own.present


CROSSBAR = Coupling(_field, "crossbar", columns=COLUMNS)
# Noise and converters' steps are those of currents, so that both weigh more at a lower voltage.
CROSSBAR_BY_VOLTAGE = Coupling(_field, "crossbar", columns=COLUMNS, by_beta=True)
