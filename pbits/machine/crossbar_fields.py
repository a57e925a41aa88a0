"""Fields that programmed arrays compute: parameters of `crossbar_kernel.CROSSBAR`.

All arrays of a placement are one programmed matrix, each a row of arrays of its own, so that wires,
spreads and converters are those of `crossbar`.  Spins drive their word lines with +1 or -1, in one
digit; what lines and drivers deviate by is then constant, and only products with spins are left.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from crossbar.converters.adc import IdealAdc, code_limits
from crossbar.programmed import ProgrammedMatrix
from pbits.kernels.coupled_model import Layout
from pbits.machine.crossbar_kernel import (
    CROSSBAR,
    CROSSBAR_BY_VOLTAGE,
    ArrayFields,
    Rounding,
)
from pbits.machine.placement import Placement

__all__ = [
    "CROSSBAR",
    "CROSSBAR_BY_VOLTAGE",
    "ArrayFields",
    "Rounding",
    "array_fields",
    "column_groups",
    "tile_height",
]

_LEAST_HEIGHT, _MOST_HEIGHT = 1, 32


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
    driven = there[..., None] & placement.driven[arrays]
    on = np.where(driven, lines[placement.arrays[arrays, 0]], dead)  # [T, K, R]

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
