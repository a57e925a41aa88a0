"""Cut a coloured sparse model into tiles: equal-sized sets of spins that are not coupled.

A tile holds B spins of one colour with at most D neighbour slots each.  Spins are bucketed by
degree first, so that a hub does not pad everybody, and each bucket's tiles stack into arrays
[T, B, D] whose sizes are rounded up: a program compiled for one instance fits similar ones.  Runs
on the host, NumPy only.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.kernels.colouring import colour
from pbits.kernels.shapes import round_up, round_up_count

# Sizes just below a power of two waste no digit; those between keep padding low.
WIDTHS = (2, 4, 6, 10, 14, 22, 30, 38, 46, 54, 62)
_MAX_BUCKETS = 2
_MAX_HUB_BUCKETS = 1
_TILE_ROWS = (8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Entries:
    """Directed neighbour list: spin `head` acts on spin `tail` with weight `value`.

    In terms of many spins several heads act together.  'Spin' n is the constant one, and n + 1 is
    no spin: the zero row.
    """

    tail: NDArray[np.int64]  # [k], sorted
    head: NDArray[np.int64]  # [k], or [k, F]
    value: NDArray  # [k]

    def degrees(self, num_spins: int) -> NDArray[np.int64]:
        return np.bincount(self.tail, minlength=num_spins)


@dataclass(frozen=True)
class TileBucket:
    """T tiles of B rows with D slots each; unused slots point at the zero row with value 0."""

    spin: NDArray[np.int64]  # [T, B], -1 in unused rows
    neighbour: NDArray[np.int32]  # [T, B, D] rows, or [T, B, D, F]
    value: NDArray  # [T, B, D]
    num_tiles: int  # how many of the T are in use
    first_row: int


@dataclass(frozen=True)
class Tiling:
    """All buckets of a model; rows are numbered through their tiles; a zero row comes last."""

    buckets: tuple[TileBucket, ...]
    row_of_spin: NDArray[np.int32]  # [n]
    spin_of_row: NDArray[np.uint32]  # [R - 1]; unused rows have numbers from n up

    @property
    def num_rows(self) -> int:
        """R, with the zero row."""
        return self.spin_of_row.size + 1

    @property
    def zero_row(self) -> int:
        return self.num_rows - 1

    @property
    def one_row(self) -> int:
        return self.complement(self.zero_row)

    def complement(self, row: Any) -> Any:
        """Where a layout that keeps complements of its rows has them: after all rows; and back."""
        return (row + self.num_rows) % (2 * self.num_rows)


def both_ways(row: NDArray, col: NDArray, value: NDArray) -> Entries:
    """Each coupling as two directed entries, sorted by the spin acted on."""
    tail, head = np.concatenate([row, col]), np.concatenate([col, row])
    order = np.argsort(tail, kind="stable")
    return Entries(tail[order], head[order], np.concatenate([value, value])[order])


def tile(
    num_spins: int,
    row: NDArray,
    col: NDArray,
    entries: Entries,
    max_rows: int = _TILE_ROWS[-1],
    *,
    by_colour: bool = False,
) -> Tiling:
    """Colour the graph (row, col) and lay its spins out in tiles.

    Args:
        num_spins: n.
        row, col: [m] coupled pairs; they decide the colours.
        entries: what acts on each spin.
        max_rows: largest B allowed.
        by_colour: whether a tile holds spins of one colour only, and each bucket's tiles come
            colour by colour; else a few spins that are left over of all colours share tiles.
    """
    degree = entries.degrees(num_spins)
    grids = _grids(entries, degree, colour(num_spins, row, col), max_rows, by_colour)
    first_row = np.cumsum([0, *(used * grid.shape[1] for grid, _, used in grids)])
    rows = round_up(int(first_row[-1])) + 1
    row_of_spin = np.zeros(num_spins, np.int32)
    bucket_of = np.zeros(num_spins, np.int64)
    for k, (grid, _, _) in enumerate(grids):
        used = grid >= 0
        row_of_spin[grid[used]] = first_row[k] + np.flatnonzero(used)
        bucket_of[grid[used]] = k
    # The constant one is the complement of the zero row.
    row_of_head = np.concatenate([row_of_spin, [2 * rows - 1, rows - 1]])
    heads = entries.head.shape[1:]
    slot = np.arange(entries.tail.size) - np.repeat(np.cumsum(degree) - degree, degree)
    buckets = []
    for k, (grid, width, used) in enumerate(grids):
        mine = bucket_of[entries.tail] == k
        place = (row_of_spin[entries.tail[mine]] - first_row[k], slot[mine])
        neighbour = np.full((grid.size, width, *heads), rows - 1, np.int32)
        value = np.zeros((grid.size, width), entries.value.dtype)
        neighbour[place] = row_of_head[entries.head[mine]]
        value[place] = entries.value[mine]
        shape = (*grid.shape, width)
        neighbour = neighbour.reshape(*shape, *heads)
        start = int(first_row[k])
        buckets.append(TileBucket(grid, neighbour, value.reshape(shape), used, start))
    spin_of_row = num_spins + np.arange(rows - 1, dtype=np.uint32)
    spin_of_row[row_of_spin] = np.arange(num_spins)
    return Tiling(tuple(buckets), row_of_spin, spin_of_row.astype(np.uint32))


Grid = tuple[NDArray[np.int64], int, int]  # spins [T, B] (-1: unused), D, tiles in use


def _grids(
    entries: Entries, degree: NDArray, colours: NDArray, max_rows: int, by_colour: bool
) -> list[Grid]:
    """Cut each colour, highest degrees first, into tiles; stack tiles of equal B and D."""
    order = np.lexsort((-degree, colours))
    classes = np.split(order, np.cumsum(np.bincount(colours))[:-1]) if order.size else []
    height = _choose_height(np.array([c.size for c in classes]), max_rows)
    hubs, rest = [], []
    for members in classes:
        count = int(np.count_nonzero(degree[members] > WIDTHS[-1]))
        in_hub_tiles = min(-(-count // _TILE_ROWS[0]) * _TILE_ROWS[0], members.size)
        hubs += _blocks(members[:in_hub_tiles], _TILE_ROWS[0])
        rest += _blocks(members[in_hub_tiles:], height)
    if by_colour:
        tiles = sorted([*hubs, *rest], key=lambda t: int(colours[t[0]]))
    else:
        tiles = [*hubs, *_repack(rest, height, entries, degree)]
    shapes = np.array([(t.size, _width(int(degree[t[t >= 0]].max()))) for t in tiles]).reshape(
        -1, 2
    )
    grids: list[Grid] = []
    for b in np.unique(shapes[:, 0]):
        same = np.flatnonzero(shapes[:, 0] == b)
        widths = _merge_widths(shapes[same, 1])
        for width in np.unique(widths):
            chosen = [tiles[i] for i in same[widths == width]]
            grid = np.full((round_up_count(len(chosen)), b), -1, np.int64)
            grid[: len(chosen)] = chosen
            grids.append((grid, int(width), len(chosen)))
    return grids


def _choose_height(sizes: NDArray, max_rows: int) -> int:
    """B of at most half a typical colour: a rule so coarse that similar graphs get the same."""
    half = sizes.mean() / 2 if sizes.size else 0
    return max((b for b in _TILE_ROWS if b <= min(half, max_rows)), default=_TILE_ROWS[0])


def _blocks(members: NDArray, height: int) -> list[NDArray]:
    """Tiles of `height` spins; -1 fills up the last."""
    padded = np.full(-(-members.size // height) * height, -1, np.int64)
    padded[: members.size] = members
    return list(padded.reshape(-1, height))


def _repack(tiles: list[NDArray], height: int, entries: Entries, degree: NDArray) -> list[NDArray]:
    """Pack the spins of part-filled tiles together, whatever their colours, first fit.

    Colours make whole tiles; what a tile needs is only that its own spins are uncoupled.
    """
    full = [t for t in tiles if t[-1] >= 0]
    spare = np.concatenate([np.zeros(0, np.int64), *(t[t >= 0] for t in tiles if t[-1] < 0)])
    spare = spare[np.argsort(-degree[spare], kind="stable")]
    place = np.full(degree.size + 2, -1, np.int64)  # constants are in no tile
    start = np.searchsorted(entries.tail, spare)
    packed: list[list[int]] = []
    for spin, first in zip(spare.tolist(), start.tolist(), strict=True):
        taken = set(place[entries.head[first : first + degree[spin]]].ravel().tolist())
        free = (k for k, t in enumerate(packed) if len(t) < height and k not in taken)
        k = next(free, len(packed))
        if k == len(packed):
            packed.append([])
        packed[k].append(spin)
        place[spin] = k
    return [*full, *(block for t in packed for block in _blocks(np.array(t), height))]


def _merge_widths(widths: NDArray) -> NDArray:
    """Raise widths to few different ones (each is a program), padding as little as that allows."""
    need, counts = np.unique(widths, return_counts=True)
    while need.size > _MAX_BUCKETS or np.count_nonzero(need > WIDTHS[-1]) > _MAX_HUB_BUCKETS:
        first = 0 if need.size > _MAX_BUCKETS else np.searchsorted(need, WIDTHS[-1], "right")
        drop = int(first + np.argmin((counts[:-1] * np.diff(need))[first:]))
        counts[drop + 1] += counts[drop]
        need, counts = np.delete(need, drop), np.delete(counts, drop)
    return need[np.searchsorted(need, widths)]


def _width(degree: int) -> int:
    for width in WIDTHS:
        if degree <= width:
            return width
    power = 1 << (degree + 1).bit_length()
    return power * 3 // 4 - 2 if degree <= power * 3 // 4 - 2 else power - 2
