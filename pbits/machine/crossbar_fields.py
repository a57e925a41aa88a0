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
from pbits.kernels.dense_float import product
from pbits.machine.placement import Placement

_LEAST_HEIGHT, _MOST_HEIGHT = 1, 32
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
        step: [K, S, 1, 1], or [T, K, S, 1, 1], of a converter's code; None without rounding.
        adc: the converter's datasheet, a `Rounding`, or None.
        drawn: its deviations, [T, K, S, B, ...].
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
    adc: Any
    drawn: Any
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
        on.astype(np.int32), weight, constant, noise, None, None, None,
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
    _, many, width, _ = parameters.weight.shape
    height = parameters.scale.shape[1]
    slices = width // height
    total = jnp.zeros((height, values.shape[1]), jnp.float32)

    def add(k: jax.Array, total: jax.Array) -> jax.Array:
        driven = take_rows(values, parameters.lines[t, k]).astype(jnp.float32)
        seen = product(parameters.weight[t, k], driven).reshape(slices, height, -1)
        if parameters.constant is not None:
            seen = seen + parameters.constant[t, k][..., None]
        if share is not None:
            seen = seen * share
        if parameters.noise is not None:
            seen = seen + _noise_of(parameters, t, k, keys, lane)
        if parameters.adc is not None:
            seen = _digitised(parameters, t, k, seen)
        for piece in range(slices):
            total = total + parameters.significance[piece] * seen[piece]
        return total

    total = jax.lax.fori_loop(0, many, add, total) if many > 1 else add(jnp.int32(0), total)
    if share is not None:
        total = total / share
    return total * parameters.scale[t] + parameters.offset[t]


def _share(parameters: ArrayFields, beta: jax.Array | None) -> jax.Array | None:
    """Of the whole current that a voltage makes, [1, 1 or reads]."""
    if beta is None:
        return None
    return jnp.maximum(jnp.reshape(beta / parameters.full, (1, -1)), np.float32(_LEAST_SHARE))


def _noise_of(
    parameters: ArrayFields, t: jax.Array, k: jax.Array, keys: random.RowKeys, lane: jax.Array
) -> jax.Array:
    deviation = parameters.noise[t, k]
    drawn = []
    for piece in range(deviation.shape[0]):
        place = (k * deviation.shape[0] + piece).astype(jnp.uint32)
        first = random.mix(keys.first ^ place, keys.second)
        drawn.append(gaussian(random.RowKeys(first, keys.second), lane, FIELD_WORD))
    return jnp.stack(drawn) * deviation[..., None]


def _digitised(parameters: ArrayFields, t: jax.Array, k: jax.Array, seen: jax.Array) -> jax.Array:
    step = parameters.step[t, k]
    drawn = jax.tree.map(lambda leaf: leaf[t, k], parameters.drawn)
    if not jax.tree.leaves(drawn):
        return parameters.adc.convert(drawn, seen, step, None)
    found = []
    for piece in range(seen.shape[0]):
        own = jax.tree.map(lambda leaf, piece=piece: leaf[piece], drawn)
        found.append(parameters.adc.convert(own, seen[piece].T, step[piece, 0, 0], None).T)
    return jnp.stack(found)


CROSSBAR = Coupling(_field, "crossbar")
# Noise and converters' steps are those of currents, so that both weigh more at a lower voltage.
CROSSBAR_BY_VOLTAGE = Coupling(_field, "crossbar", by_beta=True)
