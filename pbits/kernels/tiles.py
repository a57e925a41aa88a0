"""Cut a coloured sparse model into tiles: equal-sized sets of spins that are not coupled.

A tile holds B spins of one colour with at most D neighbour slots each.  Spins are bucketed by
degree first, so that a hub does not pad everybody, and each bucket's tiles stack into arrays
[T, B, D] whose sizes are rounded up: a program compiled for one instance fits similar ones.  Runs
on the host, NumPy only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pbits.kernels.colouring import colour
from pbits.kernels.shapes import round_up

WIDTHS = (2, 4, 6, 8, 12, 16, 32, 48, 64)
_MAX_BUCKETS = 3
_TILE_ROWS = (8, 16, 32, 64, 128, 256, 512)
# Running a tile costs as much as this many of its rows before its first row is done.
_TILE_OVERHEAD_ROWS = 24


@dataclass(frozen=True)
class Entries:
    """Directed neighbour list: spin `head` acts on spin `tail` with weight `value`."""

    tail: NDArray[np.int64]  # [k], sorted
    head: NDArray[np.int64]  # [k]
    value: NDArray  # [k]

    def degrees(self, num_spins: int) -> NDArray[np.int64]:
        return np.bincount(self.tail, minlength=num_spins)


@dataclass(frozen=True)
class TileBucket:
    """T tiles of B rows with D slots each; unused slots point at the zero row with value 0."""

    spin: NDArray[np.int64]  # [T, B], -1 in unused rows
    neighbour: NDArray[np.int32]  # [T, B, D] rows
    value: NDArray  # [T, B, D]
    num_tiles: int  # how many of the T are in use


@dataclass(frozen=True)
class Tiling:
    """All buckets of a model; rows are numbered through them, then a zero row and a one row."""

    buckets: tuple[TileBucket, ...]
    row_of_spin: NDArray[np.int32]  # [n]
    num_rows: int  # with the two special rows

    @property
    def zero_row(self) -> int:
        return self.num_rows - 2

    @property
    def one_row(self) -> int:
        return self.num_rows - 1


def both_ways(row: NDArray, col: NDArray, value: NDArray) -> Entries:
    """Each coupling as two directed entries, sorted by the spin acted on."""
    tail, head = np.concatenate([row, col]), np.concatenate([col, row])
    order = np.argsort(tail, kind="stable")
    return Entries(tail[order], head[order], np.concatenate([value, value])[order])


def tile(num_spins: int, row: NDArray, col: NDArray, entries: Entries) -> Tiling:
    """Colour the graph (row, col) and lay its spins out in tiles.

    Args:
        num_spins: n.
        row, col: [m] coupled pairs; they decide the colours.
        entries: what acts on each spin; a `head` of n stands for the row of ones.
    """
    degree = entries.degrees(num_spins)
    widths = _choose_widths(degree)
    bucket_of = np.searchsorted(widths, degree)
    colours = colour(num_spins, row, col)
    spins, first_row, rows = [], [], 0
    row_of_spin = np.zeros(num_spins, np.int32)
    for k in range(len(widths)):
        grid, used = _arrange(np.flatnonzero(bucket_of == k), colours)
        numbered = rows + np.arange(grid.size).reshape(grid.shape)
        row_of_spin[grid[grid >= 0]] = numbered[grid >= 0]
        spins.append((grid, used))
        first_row.append(rows)
        rows += grid.size
    rows += 2
    # Entries of spin n (the constant one) and of nothing (the zero row) come last.
    row_of_head = np.concatenate([row_of_spin, [rows - 1]])
    slot = np.arange(entries.tail.size) - np.repeat(np.cumsum(degree) - degree, degree)
    buckets = []
    for k, (grid, used) in enumerate(spins):
        mine = bucket_of[entries.tail] == k
        place = (row_of_spin[entries.tail[mine]] - first_row[k], slot[mine])
        neighbour = np.full((grid.size, widths[k]), rows - 2, np.int32)
        value = np.zeros((grid.size, widths[k]), entries.value.dtype)
        neighbour[place] = row_of_head[entries.head[mine]]
        value[place] = entries.value[mine]
        shape = (*grid.shape, int(widths[k]))
        buckets.append(TileBucket(grid, neighbour.reshape(shape), value.reshape(shape), used))
    return Tiling(tuple(buckets), row_of_spin, rows)


def _choose_widths(degree: NDArray) -> NDArray[np.int64]:
    """At most three slot counts that pad the given degrees least."""
    need = np.unique([_width(d) for d in np.unique(degree)])
    counts = np.bincount(np.searchsorted(need, degree), minlength=need.size)
    while need.size > _MAX_BUCKETS:
        waste = counts[:-1] * (need[1:] - need[:-1])
        drop = int(np.argmin(waste))
        counts[drop + 1] += counts[drop]
        need, counts = np.delete(need, drop), np.delete(counts, drop)
    return need


def _width(degree: int) -> int:
    for width in WIDTHS:
        if degree <= width:
            return width
    step = 1 << (int(degree).bit_length() - 3)
    return -(-int(degree) // step) * step


def _arrange(members: NDArray, colours: NDArray) -> tuple[NDArray[np.int64], int]:
    """Place spins in tiles of one colour each: [T, B] spin numbers (-1: unused), tiles in use."""
    sizes = np.bincount(colours[members]) if members.size else np.zeros(1, np.int64)
    cost = [(-(-sizes // b)).sum() * (b + _TILE_OVERHEAD_ROWS) for b in _TILE_ROWS]
    height = _TILE_ROWS[int(np.argmin(cost))]
    order = members[np.argsort(colours[members], kind="stable")]
    tiles_before = np.concatenate([[0], np.cumsum(-(-sizes // height))])
    within = np.arange(members.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    used = int(tiles_before[-1])
    grid = np.full(round_up(used) * height, -1, np.int64)
    grid[tiles_before[colours[order]] * height + within] = order
    return grid.reshape(-1, height), used
