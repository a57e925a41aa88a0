"""What the 0/1 formats share: coefficients of a problem in x = (1 + s) / 2, and vartypes."""

import os
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.formats.table import first_repeat
from problems.formats.text import LARGEST_VALUE, format_error
from problems.model import IsingProblem, ising
from problems.qubo import ising_from_binary, to_qubo


@dataclass(frozen=True)
class BinaryTerms:
    """``sum_i linear_i x_i + sum_k quadratic_k x_{row_k} x_{col_k} + constant``, row < col."""

    linear: NDArray  # [n]
    row: NDArray  # [m]
    col: NDArray  # [m]
    quadratic: NDArray  # [m]
    constant: int | float


def binary_terms(problem: IsingProblem) -> BinaryTerms:
    """Coefficients of `problem` in x; a constant of rounding size becomes 0.

    Example:
        >>> from problems.formats.binary import binary_terms
        >>> from problems.model import ising
        >>> terms = binary_terms(ising([1, 0], [0], [1], [1]))
        >>> terms.linear.tolist(), terms.quadratic.tolist(), terms.constant
        ([0, -2], [4], 0)
    """
    matrix, constant = to_qubo(problem)
    entries = matrix.tocoo()
    pairs = entries.row != entries.col
    size = abs(problem.offset) + np.abs(problem.h).sum() + np.abs(problem.coupling).sum()
    if abs(constant) <= 1e-12 * size:
        constant = 0
    row, col, quadratic = entries.row[pairs], entries.col[pairs], entries.data[pairs]
    return BinaryTerms(matrix.diagonal(), row, col, quadratic, constant)


def split_diagonal(
    i: NDArray, j: NDArray, value: NDArray, n: int
) -> tuple[NDArray, NDArray[np.bool_]]:
    """Linear values [n] of the entries with i = j, each at most once, and the mask of the rest."""
    diagonal = i == j
    linear = np.zeros(n, value.dtype)
    linear[i[diagonal]] = value[diagonal]
    return linear, ~diagonal


def from_vartype(
    vartype: str,
    linear: ArrayLike,
    row: NDArray,
    col: NDArray,
    quadratic: ArrayLike,
    offset: float,
    labels: Sequence[Hashable] | None,
) -> IsingProblem:
    """Ising problem of dimod's biases over SPIN or BINARY variables; ValueError as `ising`."""
    build = ising if vartype == "SPIN" else ising_from_binary
    return build(linear, row, col, quadratic, offset, labels)


def expect_finite(path: str | os.PathLike, name: str, values: NDArray) -> None:
    """FormatError on NaN, infinity and values beyond 1e300, whose sums would overflow."""
    # float32 cannot hold the bound that it is compared with.
    wrong = ~(np.abs(values.astype(np.float64)) <= LARGEST_VALUE)
    if wrong.any():
        found = f"{name} {values[wrong][0]:g}"
        raise format_error(path, None, found, f"a finite number up to {LARGEST_VALUE:g}")


def expect_pairs(path: str | os.PathLike, row: NDArray, col: NDArray, n: int) -> None:
    """FormatError unless the pairs lie in 0..n-1, join different ends and stand once."""
    if row.size and not (0 <= min(row.min(), col.min()) and max(row.max(), col.max()) < n):
        wrong = next(k for k in [*row.tolist(), *col.tolist()] if not 0 <= k < n)
        raise format_error(path, None, f"index {wrong} in an interaction", f"0..{n - 1}")
    if np.any(row == col):
        k = int(row[row == col][0])
        raise format_error(path, None, f"variable {k} joined to itself", "two different ends")
    repeat = first_repeat(row, col, n)
    if repeat is not None:
        pair = f"{row[repeat[0]]}, {col[repeat[0]]}"
        raise format_error(path, None, f"the pair {pair} twice", "each pair once, in either order")
