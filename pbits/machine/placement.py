"""Couplings and biases of a problem, laid out on those arrays that have something to hold.

The couplings J of n spins are a symmetric matrix.  It is cut into blocks of the size of an array:
inputs (word lines) into row blocks, outputs (bit lines) into column blocks.  A pair of blocks
without a coupling needs no array, so spins are ordered such that few pairs have one.  A bias is a
coupling to a word line that is always driven with +1.  NumPy and SciPy only.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.machine.layouts import Layout, Shares, fewest_arrays
from pbits.memory import check_fits, free_bytes
from problems.model import IsingProblem, as_states


@dataclass(frozen=True, eq=False)
class Placement:
    """Which cell of which array holds which coupling.

    Attributes:
        rows: word lines of an array.
        columns: logical bit lines (outputs) of an array.
        line: [n] word line of each spin, ``row block * rows + place``.
        output: [n] bit line of each spin, ``column block * columns + place``.
        arrays: [A, 2] row block and column block of every occupied array, sorted by column block,
            then row block.  Spins without couplings and biases may have none.
        weights: [A, rows, columns] J of the spin on a word line to the spin on a bit line; lines of
            `bias_line` hold shares of h.
        bias_line: [b] word lines driven with +1 always, ascending.
        order: how spins were ordered, one of `orders.ORDERS`.
        bias_arrays: how many of the arrays hold biases alone.
    """

    rows: int
    columns: int
    line: NDArray[np.int64]
    output: NDArray[np.int64]
    arrays: NDArray[np.int64]
    weights: NDArray[np.float64]
    bias_line: NDArray[np.int64]
    order: str = "natural"
    bias_arrays: int = 0

    @property
    def blocks(self) -> tuple[int, int]:
        """Numbers of row blocks and of column blocks."""
        lines = max(self.line.max(initial=-1), self.bias_line.max(initial=-1))
        return int(lines) // self.rows + 1, int(self.output.max(initial=-1)) // self.columns + 1

    @cached_property
    def driven(self) -> NDArray[np.bool_]:
        """[A, rows] word lines of each array that hold a weight; drivers of others stay off.

        What cells of an idle line deviate by then reaches no field.
        """
        return np.any(self.weights != 0, axis=2)

    @property
    def fan_in(self) -> int:
        """The most word lines that drive one bit line, over all its arrays."""
        total = np.zeros((self.blocks[1], self.columns), np.int64)
        np.add.at(total, self.arrays[:, 1], np.count_nonzero(self.weights, axis=1))
        return int(total.max(initial=0))

    @property
    def partial_sums(self) -> int:
        """The most arrays whose results one bit line adds up."""
        return int(np.bincount(self.arrays[:, 1]).max(initial=0))

    @property
    def occupancy(self) -> float:
        """Share of the cells of all occupied arrays that hold a coupling or a bias."""
        return float(np.count_nonzero(self.weights) / max(1, self.weights.size))

    def facts(self) -> dict[str, Any]:
        """What a report shows.

        Example:
            >>> from problems import ising
            >>> facts = place(ising([0] * 4, [0, 2], [1, 3], [1, 1]), 2, 2).facts()
            >>> facts["arrays"], facts["arrays_if_dense"], facts["occupancy"]
            (2, 4, 0.5)
        """
        lines = self.line.size + self.bias_line.size
        return {
            "spins": int(self.line.size),
            "rows": self.rows,
            "columns": self.columns,
            "arrays": len(self.arrays),
            "arrays_if_dense": -(-lines // self.rows) * -(-self.line.size // self.columns),
            "occupancy": self.occupancy,
            "fan_in": self.fan_in,
            "partial_sums": self.partial_sums,
            "order": self.order,
            "bias_lines": int(self.bias_line.size),
            "bias_arrays": self.bias_arrays,
        }

    def drive(self, spins: ArrayLike) -> NDArray[np.int8]:
        """What is on all word lines of all row blocks: spins, +1 for biases, 0 for unused lines.

        Args:
            spins: [..., n] of -1 and +1.

        Returns:
            [..., row blocks * rows].
        """
        states, lead = as_states(spins, self.line.size)
        lines = np.zeros((len(states), self.blocks[0] * self.rows), np.int8)
        lines[:, self.line] = states
        lines[:, self.bias_line] = 1
        return lines.reshape(*lead, lines.shape[1])

    def fields(self, spins: ArrayLike) -> NDArray[np.float64]:
        """``h + J s`` of every spin as ideal arrays compute it: the reference of any simulation.

        Args:
            spins: [..., n] of -1 and +1.

        Returns:
            [..., n].

        Example:
            >>> from problems import ising
            >>> place(ising([3, 0], [0], [1], [-2]), 8, 8).fields([1, -1]).tolist()
            [5.0, -2.0]
        """
        drive = self.drive(spins)
        blocks = drive.reshape(-1, self.blocks[0], self.rows).astype(np.float64)
        result = np.zeros((len(blocks), self.blocks[1], self.columns))
        for (row, col), weights in zip(self.arrays, self.weights, strict=True):
            result[:, col] += blocks[:, row] @ weights
        return result.reshape(*drive.shape[:-1], -1)[..., self.output]


def place(problem: IsingProblem, rows: int, columns: int, *, order: str = "auto") -> Placement:
    """Lay a problem out on arrays, on as few as are found.

    A bias larger than the largest coupling is shared over several word lines, so that no cell has
    to hold more than the largest coupling.  One bias takes at most a quarter of the lines of an
    array; beyond, its shares are larger than the couplings.  Bias lines stand in row blocks whose
    arrays are occupied anyway, or in ones opened for them, whichever takes fewer arrays.

    Args:
        rows: word lines of an array.
        columns: logical bit lines of an array.
        order: "natural", "cuthill-mckee" or "components", see `orders.places`; "auto" takes what
            occupies fewest arrays, and the natural order where half of all pairs are coupled.

    Raises:
        ValueError: on an unknown order, or sizes below one.
        MemoryError: where the arrays do not fit into memory.

    Example:
        >>> from problems.generators import edwards_anderson
        >>> layout = place(edwards_anderson((16, 16), seed=0), 32, 32)
        >>> len(layout.arrays), layout.blocks
        (22, (8, 8))
    """
    layout, shares = fewest_arrays(problem, rows, columns, order)
    return _write(problem, layout, shares)


def _write(problem: IsingProblem, layout: Layout, shares: Shares) -> Placement:
    """The weights of a layout."""
    rows, columns, line, output = layout.rows, layout.columns, layout.line, layout.output
    pairs = np.array(sorted(layout.arrays), np.int64).reshape(-1, 2)
    size = len(pairs) * rows * columns * 8
    check_fits(size, free_bytes(), f"{len(pairs)} arrays of {rows} x {columns}; use fewer spins")
    weights, stride = np.zeros((len(pairs), rows, columns)), int(pairs.max(initial=0)) + 1
    codes = pairs[:, 0] * stride + pairs[:, 1]

    def put(lines: NDArray, outputs: NDArray, values: NDArray) -> None:
        array = np.searchsorted(codes, outputs // columns * stride + lines // rows)
        weights[array, lines % rows, outputs % columns] = values

    real = problem.coupling != 0
    row, col, coupling = problem.row[real], problem.col[real], problem.coupling[real]
    put(line[row], output[col], coupling)
    put(line[col], output[row], coupling)
    for index in range(shares.most):
        part = shares.part(index)
        spins = np.flatnonzero(part)
        lines = [layout.bias_lines[block][index] for block in (output[spins] // columns).tolist()]
        put(np.array(lines, np.int64), output[spins], part[spins])
    driven = sorted(set().union(*layout.bias_lines.values()))
    return Placement(
        rows, columns, line, output, pairs[:, ::-1].copy(), weights, np.array(driven, np.int64),
        layout.order, layout.opened,
    )  # fmt: skip
