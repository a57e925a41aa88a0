"""Layouts of a problem on arrays, before any weight is written: which arrays one order takes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from pbits.checks import whole_number
from pbits.machine.orders import ORDERS, adjacency, places
from problems.model import IsingProblem

BIAS_PART = 4  # a bias takes at most one line in four of an array
_DENSE_TABLE = 2**28  # pairs of blocks that a table may have


@dataclass(frozen=True)
class Shares:
    """Biases cut into parts: `full` ones, and a last one with what is left.

    Attributes:
        h: [n] biases.
        full: the largest share.
        need: [n] parts of each bias.

    Example:
        >>> import numpy as np
        >>> shares = Shares(np.array([-5, 0]), 2.0, np.array([3, 0]))
        >>> [shares.part(k).tolist() for k in range(3)]
        [[-2.0, 0.0], [-2.0, 0.0], [-1.0, 0.0]]
    """

    h: NDArray
    full: float
    need: NDArray[np.int64]

    @property
    def most(self) -> int:
        """Parts of the bias that has most."""
        return int(self.need.max(initial=0))

    def part(self, index: int) -> NDArray[np.float64]:
        """[n] shares number `index` of all biases, 0 where there are fewer."""
        left = np.abs(self.h) - self.full * index
        last = np.where(index < self.need, left, 0)
        return np.sign(self.h) * np.where(index < self.need - 1, self.full, last)


def cut_biases(problem: IsingProblem, rows: int) -> Shares:
    """Shares of at most the largest coupling, larger only where a quarter of `rows` is too few."""
    size = np.abs(problem.h)
    largest, full = (
        size.max(initial=0),
        np.abs(problem.coupling).max(initial=0) or size.max(initial=0),
    )
    limit = max(1, rows // BIAS_PART)
    full = max(full, -(-largest // limit) if problem.is_integer else largest / limit)
    # A quotient that rounding puts above a whole number does not open another line.
    need = np.ceil(size / full * (1 - 1e-12)) if full else np.zeros(size.shape)
    need = np.where(size > 0, np.clip(need, 1, limit), 0)
    return Shares(problem.h, float(full), need.astype(np.int64))


@dataclass(frozen=True)
class Layout:
    """Lines and arrays of one order.

    Attributes:
        order: its name.
        rows, columns: of an array.
        line, output: [n] word line and bit line of each spin, as in `Placement`.
        arrays: pairs (column block, row block) that hold couplings or biases.
        bias_lines: word lines for the biases of each column block that has some, in the order of
            their shares.
        opened: arrays that hold biases alone.
    """

    order: str
    rows: int
    columns: int
    line: NDArray[np.int64]
    output: NDArray[np.int64]
    arrays: set[tuple[int, int]]
    bias_lines: dict[int, list[int]] = field(default_factory=dict)
    opened: int = 0


def fewest_arrays(
    problem: IsingProblem, rows: int, columns: int, order: str = "auto"
) -> tuple[Layout, Shares]:
    """The layout of `placement.place`, and how biases are cut in it.

    Raises:
        ValueError: on an unknown order, or sizes below one.
    """
    rows, columns = whole_number("rows", rows, 1), whole_number("columns", columns, 1)
    if order not in ("auto", *ORDERS):
        raise ValueError(f"order is {order!r}; expected 'auto' or one of {', '.join(ORDERS)}")
    shares = cut_biases(problem, rows)
    found = layouts(problem, rows, columns, order, shares)
    return min(found, key=lambda layout: len(layout.arrays)), shares


def layouts(
    problem: IsingProblem, rows: int, columns: int, order: str, shares: Shares
) -> Iterator[Layout]:
    """All that are worth a comparison.

    Besides orders, what differs is the number of word lines of each block that are kept free for
    biases (none, or powers of two up to what one bias needs), and whether blocks hold the same
    spins as inputs and as outputs or as many of each as there is room for.
    """
    real = problem.coupling != 0
    row, col = problem.row[real], problem.col[real]
    graph = adjacency(row, col, problem.num_variables)
    for name in _names(order, problem.num_variables, row.size):
        for free in _reserves(shares.most, rows):
            same = min(rows - free, columns)
            sizes = (
                [(same, same)] if name == "components" else [(rows - free, columns), (same, same)]
            )
            place = places(name, graph, same)
            for height, width in dict.fromkeys(sizes):
                line = place // height * rows + place % height
                output = place // width * columns + place % width
                arrays = _occupied(line // rows, output // columns, row, col)
                yield _with_biases(Layout(name, rows, columns, line, output, arrays), shares)


def _names(order: str, num_spins: int, num_couplings: int) -> tuple[str, ...]:
    if order != "auto":
        return (order,)
    if 4 * num_couplings >= num_spins * num_spins:  # about half of all pairs
        return ORDERS[:1]
    return ORDERS


def _reserves(most: int, rows: int) -> list[int]:
    powers = [2**k for k in range(most.bit_length()) if 2**k < most]
    return [free for free in dict.fromkeys([0, *powers, most]) if free < rows]


def _occupied(
    row_block: NDArray[np.int64],
    column_block: NDArray[np.int64],
    row: NDArray[np.int64],
    col: NDArray[np.int64],
) -> set[tuple[int, int]]:
    """Pairs (column block, row block) with a coupling in either direction."""
    if not row.size:
        return set()
    height, width = int(row_block.max()) + 1, int(column_block.max()) + 1
    codes = (column_block[a] * height + row_block[b] for a, b in ((row, col), (col, row)))
    if height * width <= _DENSE_TABLE:
        table = np.zeros(height * width, bool)
        for code in codes:
            table[code] = True
        found = np.flatnonzero(table)
    else:
        found = np.unique(np.concatenate(list(codes)))
    return set(zip((found // height).tolist(), (found % height).tolist(), strict=True))


def _with_biases(layout: Layout, shares: Shares) -> Layout:
    """Lines for biases: free ones of arrays that a column block has, else of one that it opens.

    The array it opens is of the row block with most lines free, where those are enough, or of a row
    block of bias lines alone, which is the same for all.
    """
    used = [*np.bincount(layout.line // layout.rows).tolist(), 0]  # the last for biases alone
    roomiest = int(np.argmin(used[:-1] or used))
    row_blocks: dict[int, list[int]] = {}
    for column_block, row_block in sorted(layout.arrays):
        row_blocks.setdefault(column_block, []).append(row_block)
    blocks = layout.output // layout.columns
    need = np.zeros(int(blocks.max(initial=-1)) + 1, np.int64)
    np.maximum.at(need, blocks, shares.need)
    bias_lines, arrays = {}, set(layout.arrays)
    for column_block in np.flatnonzero(need).tolist():
        own = row_blocks.get(column_block, [])
        free = [
            range(block * layout.rows + used[block], (block + 1) * layout.rows) for block in own
        ]
        lines = list(islice(chain.from_iterable(free), int(need[column_block])))
        left = int(need[column_block]) - len(lines)
        if left:
            enough = roomiest not in own and used[roomiest] + left <= layout.rows
            block = roomiest if enough else len(used) - 1
            lines += range(block * layout.rows + used[block], (block + 1) * layout.rows)[:left]
        bias_lines[column_block] = lines
        arrays |= {(column_block, line // layout.rows) for line in lines}
    opened = len(arrays) - len(layout.arrays)
    return replace(layout, arrays=arrays, bias_lines=bias_lines, opened=opened)
