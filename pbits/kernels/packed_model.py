"""Lay an integer Ising problem out for the packed kernel.  Runs on the host."""

import jax
import numpy as np
from numpy.typing import NDArray

from pbits.kernels.base import HostArray
from pbits.kernels.edges import EdgeList, edge_list
from pbits.kernels.packed import Bucket, PackedModel
from pbits.kernels.shapes import round_up
from pbits.kernels.tiles import Entries, TileBucket, Tiling, both_ways, tile


def packed_model(
    h: NDArray[np.int64], row: NDArray, col: NDArray, coupling: NDArray[np.int64], unit: float = 1.0
) -> tuple[PackedModel, bool]:
    """Model of ``E / unit = sum h_i s_i + sum J_ij s_i s_j`` with small integer h and J.

    Args:
        h: [n] integers; h_i takes ``|h_i|`` neighbour slots.
        row, col: [m] coupled pairs, each once.
        coupling: [m] integers; a coupling takes ``|J|`` slots at both ends.
        unit: energy of weight 1.

    Returns:
        The model, and whether some field is an odd number of units (the kernel's `parity`).

    Example:
        >>> ends = np.array([0]), np.array([1])
        >>> model, parity = packed_model(np.array([0, 1]), *ends, np.array([-1]))
        >>> model.row_of_spin.shape, parity
        ((2,), True)
    """
    n = h.size
    entries = _slots(n, h, row, col, coupling)
    tiling = tile(n, row, col, entries)
    left, right = np.repeat(row, np.abs(coupling)), np.repeat(col, np.abs(coupling))
    biased = np.repeat(np.arange(n), np.abs(h))
    edges = edge_list(
        tiling.row_of_spin[np.concatenate([left, biased])],
        np.concatenate([tiling.row_of_spin[right], np.full(biased.size, tiling.one_row)]),
        np.concatenate([np.repeat(coupling > 0, np.abs(coupling)), np.repeat(h > 0, np.abs(h))]),
        tiling.zero_row,
    )
    return assemble(entries, tiling, (edges,), unit)


def assemble(
    entries: Entries, tiling: Tiling, edges: tuple[EdgeList, ...], unit: float
) -> tuple[PackedModel, bool]:
    """Model and parity from slots of value -1 or +1, tiles of them, and terms for the energy."""
    n = tiling.row_of_spin.size
    degree = entries.degrees(n)
    parity = bool(np.any(degree % 2))
    buckets = tuple(_bucket(b, tiling, degree, parity) for b in tiling.buckets)
    spins: HostArray = tiling.spin_of_row
    rows_of: HostArray = np.full(round_up(n), tiling.num_rows, np.int32)
    rows_of[:n] = tiling.row_of_spin
    # One transfer of plain arrays: a thousand small JAX operations would cost more than they do.
    scalars: list[HostArray] = [np.float32(unit)]
    return jax.device_put(PackedModel(buckets, spins, rows_of, edges, *scalars)), parity


def _slots(n: int, h: NDArray, row: NDArray, col: NDArray, coupling: NDArray) -> Entries:
    """One entry of value -1 or +1 for each unit of weight; biases act from 'spin' n."""
    both = both_ways(row, col, coupling)
    tail = np.concatenate([both.tail, np.arange(n)])
    head = np.concatenate([both.head, np.full(n, n)])
    value = np.concatenate([both.value, h])
    weight = np.abs(value)
    order = np.argsort(np.repeat(tail, weight), kind="stable")
    tail, head = (np.repeat(x, weight)[order] for x in (tail, head))
    return Entries(tail, head, np.repeat(np.sign(value), weight)[order].astype(np.int8))


def _bucket(bucket: TileBucket, tiling: Tiling, degree: NDArray, parity: bool) -> Bucket:
    """Balance unused slots: half of them read as up, so that together they add nothing."""
    width, zero = bucket.neighbour.shape[2], tiling.zero_row
    in_use = bucket.spin >= 0
    used = np.where(in_use, np.concatenate([degree, [0]])[bucket.spin], 0)
    spare_up = (width - used) // 2
    slot = np.arange(width)
    balanced = (slot >= used[..., None]) & (slot < (used + spare_up)[..., None])
    inverted = (bucket.value < 0) | balanced
    first, extra = _factors(bucket.neighbour, zero)
    slots = np.where(inverted, tiling.complement(first), first)
    own = bucket.first_row + np.arange(bucket.spin.size).reshape(bucket.spin.shape)
    rows = [own[..., None], slots]
    if parity:
        odd = (width - used) % 2 == 1
        rows.insert(1, np.where(odd, tiling.complement(zero), zero)[..., None])
    rows += extra
    arrays: list[HostArray] = [
        np.concatenate(rows, axis=2).transpose(0, 2, 1).astype(np.int32),
        np.int32(bucket.num_tiles),
        np.int32(bucket.first_row),
    ]
    return Bucket(*arrays, extra=tuple(part.shape[2] for part in extra))


def _factors(neighbour: NDArray, zero: int) -> tuple[NDArray, list[NDArray]]:
    """First rows of all slots [T, B, D], and further ones of as many slots as have them.

    Their numbers are rounded up, so that similar instances share a program; a spin's longest
    slots come first.
    """
    if neighbour.ndim == 3:
        return neighbour, []
    extra = []
    for k in range(1, neighbour.shape[3]):
        used = np.any(neighbour[..., k] != zero, axis=(0, 1))
        if used.any():
            extra.append(neighbour[:, :, : round_up(int(np.flatnonzero(used)[-1]) + 1), k])
    return neighbour[..., 0], extra
