"""Fields that programmed arrays compute, as a coupling of `kernels.coupled`.

All arrays of a placement are one programmed matrix, each a row of arrays of its own, so that wires,
spreads and converters are those of `crossbar`.  Spins drive their word lines with +1 or -1, in one
digit; what lines and drivers deviate by is then constant, and only products with spins are left.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.converters.adc import IdealAdc, code_limits
from crossbar.programmed import ProgrammedMatrix
from pbits import random
from pbits.kernels.bits import take_rows
from pbits.kernels.coupled import FIELD_WORD, Coupling, gaussian
from pbits.kernels.coupled_model import Layout
from pbits.kernels.dense_float import COLUMNS, product
from pbits.machine.placement import Placement

_LEAST_HEIGHT, _MOST_HEIGHT = 1, 32
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


def column_groups(placement: Placement, layout: Layout) -> list[NDArray[np.int64]]:
    """Spins of one colour in one column of arrays, colour by colour."""
    block = placement.output // placement.columns
    order = np.lexsort((placement.output, block, layout.colour))
    key = layout.colour[order] * (block.max(initial=0) + 1) + block[order]
    return np.split(order, np.flatnonzero(np.diff(key)) + 1)


def tile_height(groups: list[NDArray[np.int64]]) -> int:
    """Bit lines of a tile: few that are empty, and products that are not thin."""
    sizes = np.array([group.size for group in groups])
    heights = 2 ** np.arange(int(np.log2(_LEAST_HEIGHT)), int(np.log2(_MOST_HEIGHT)) + 1)
    # A product takes about as long for four rows as for one.
    work = [int((-(-sizes // h)).sum()) * (int(h) + 4) for h in heights]
    return int(heights[int(np.argmin(work))])


def array_fields(
    placement: Placement, programmed: ProgrammedMatrix, layout: Layout, unit: float
) -> ArrayFields:
    """What tiles of a layout read from the arrays.

    Args:
        placement: of the problem.
        programmed: matrix [arrays * rows, columns] of all arrays.
        layout: regrouped by `column_groups`.
        unit: energy of coefficient 1; weights are in the problem's own.

    Raises:
        ValueError: on a converter that decides by chance.
    """
    (tiles,) = layout.tiles
    n = layout.num_spins
    used = tiles.spin < n
    spin = np.where(used, tiles.spin, tiles.spin[:, :1]).astype(np.int64)
    column = placement.output[spin] % placement.columns  # [T, B]
    arrays = _arrays_above(placement, spin[:, 0])  # [T, K]
    there = arrays >= 0
    lines = _lines(placement, layout)
    dead = layout.spin_of_row.size + 1
    on = np.where(there[..., None], lines[placement.arrays[arrays, 0]], dead)  # [T, K, R]

    def pick(values: Any) -> NDArray[np.float32]:
        """[A, S, ..., columns] -> [T, K, S, B, ...]; nothing where there is no array."""
        whole = np.asarray(values)
        found = np.moveaxis(whole[arrays], -1, 3) if whole.ndim == 4 else whole[arrays]
        found = np.take_along_axis(
            found, column[:, None, None, :].reshape(len(column), 1, 1, -1, *[1] * (found.ndim - 4)),
            axis=3,
        )  # fmt: skip
        return np.where(there.reshape(*there.shape, *[1] * (found.ndim - 2)), found, 0)

    weight = pick(programmed.transfer)  # [T, K, S, B, R]
    drives = _drives(programmed)
    constant = None
    if drives is not None:
        gain, shift = (part[arrays][:, :, None, None, :] for part in drives)
        driven = (on != dead)[:, :, None, None, :]
        constant = (weight * shift * driven).sum(-1)
        weight = weight * gain
    noise = _noise(programmed, pick, on != dead)
    scale = float(programmed.weight_scale[0]) * np.asarray(programmed.gain)[column] / unit
    offset = np.asarray(programmed.offset)[column] / unit
    found = ArrayFields(
        on.astype(np.int32), weight, constant, noise, None, None, None, None,
        np.asarray(programmed.significance, np.float32),
        (scale * used)[..., None].astype(np.float32),
        (offset * used)[..., None].astype(np.float32),
    )  # fmt: skip
    if programmed.design.adc.bits is None:
        return _merged(found)
    return _converted(found, programmed, arrays, column)


def _arrays_above(placement: Placement, spin: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of the arrays in the column of each spin, [T, K], -1 where there are fewer."""
    block = placement.output[spin] // placement.columns
    first = np.searchsorted(placement.arrays[:, 1], block)
    count = np.searchsorted(placement.arrays[:, 1], block, "right") - first
    place = np.arange(max(int(count.max(initial=0)), 1))
    return np.where(place < count[:, None], first[:, None] + place, -1)


def _lines(placement: Placement, layout: Layout) -> NDArray[np.int64]:
    """Row of the table that drives each word line, [row blocks, rows]."""
    rows = layout.spin_of_row.size
    found = np.full(placement.blocks[0] * placement.rows, rows + 1)
    found[placement.line] = layout.row_of_spin
    found[placement.bias_line] = rows
    return found.reshape(-1, placement.rows)


def _drives(programmed: ProgrammedMatrix) -> tuple[NDArray, NDArray] | None:
    """Gain and shift of every driver, [A, R]: it gives ``gain x + shift`` for x of -1 and +1."""
    dac = programmed.design.dac
    if dac is None:
        return None
    shape = (1, programmed.transfer.shape[0], programmed.transfer.shape[2])
    up, down = (
        np.asarray(dac.apply(programmed.drivers, jnp.full(shape, sign)))[0] for sign in (1.0, -1.0)
    )
    return (up - down) / 2, (up + down) / 2


def _noise(programmed: ProgrammedMatrix, pick: Any, driven: NDArray[np.bool_]) -> NDArray | None:
    """Standard deviation of each sum at each read: cells on driven lines, and the converter."""
    variance = None
    if programmed.noise is not None:
        variance = (pick(programmed.noise) * driven[:, :, None, None, :]).sum(-1)
    own = getattr(programmed.design.adc, "noise", None)
    if own is not None:
        blocks, slices, _, outputs = programmed.transfer.shape
        step = np.broadcast_to(np.asarray(programmed.step), (blocks, slices))
        codes = np.broadcast_to(step[..., None] * float(own), (blocks, slices, outputs))
        added = pick(np.ascontiguousarray(codes)[:, :, None, :])[..., 0] ** 2
        variance = added if variance is None else variance + added
    return None if variance is None else np.sqrt(variance).astype(np.float32)


def _merged(fields: ArrayFields) -> ArrayFields:
    """Arrays and slices added up, where nothing is rounded on the way."""
    weights = np.einsum("s,tksbr->tbkr", fields.significance, fields.weight)
    tiles, height = weights.shape[:2]
    offset = fields.offset
    if fields.constant is not None:
        extra = np.einsum("s,tksb->tb", fields.significance, fields.constant)
        offset = offset + fields.scale * extra[..., None]
    noise = None
    if fields.noise is not None:
        noise = np.sqrt(np.einsum("s,tksb->tb", fields.significance**2, fields.noise**2))
        noise = noise[:, None, None].astype(np.float32)
    return fields._replace(
        lines=fields.lines.reshape(tiles, 1, -1),
        weight=weights.reshape(tiles, 1, height, -1).astype(np.float32),
        constant=None, noise=noise, significance=np.ones(1, np.float32),
        offset=offset.astype(np.float32),
    )  # fmt: skip


def _converted(
    fields: ArrayFields, programmed: ProgrammedMatrix, arrays: NDArray, column: NDArray
) -> ArrayFields:
    tiles, many, slices, height, rows = fields.weight.shape
    step = np.broadcast_to(np.asarray(programmed.step), programmed.transfer.shape[:2])[arrays]

    def own(leaf: Any) -> NDArray:
        """[A, S, columns, ...] -> [T, K, S, B, ...]."""
        found = np.moveaxis(np.asarray(leaf)[arrays], 3, -1)
        place = column.reshape(tiles, 1, 1, *[1] * (found.ndim - 4), height)
        return np.moveaxis(np.take_along_axis(found, place, axis=-1), -1, 3)

    return fields._replace(
        weight=fields.weight.reshape(tiles, many, slices * height, rows).astype(np.float32),
        constant=None if fields.constant is None else fields.constant.astype(np.float32),
        step=step[..., None, None].astype(np.float32),
        adc=_as_numbers(programmed.design.adc),
        drawn=jax.tree.map(own, programmed.converters),
        # A converter of nothing may still give a code.
        present=None
        if (arrays >= 0).all()
        else (arrays >= 0).astype(np.float32)[..., None, None, None],
    )


def _as_numbers(adc: Any) -> Any:
    if type(adc) is not IdealAdc or adc.bits is None:
        return adc
    return Rounding(*(np.float32(end) for end in code_limits(adc.bits)))


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
