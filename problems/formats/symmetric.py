"""A symmetric matrix Q listed once per pair, as in Biq Mac ``.sparse`` and OR-Library files.

``n m``, then m lines ``i j q`` with indices 1..n.  In x'Qx the product x_i x_j has the coefficient
2q and x_i alone q_ii.  The two libraries differ in sign only: one minimises, the other maximises.
"""

from collections.abc import Iterator

import numpy as np

from problems.formats.binary import BinaryTerms, split_diagonal
from problems.formats.table import read_table
from problems.formats.text import Lines, counts, number_text
from problems.model import IsingProblem
from problems.qubo import ising_from_binary


def parse(lines: Lines, start: int, header: str, sign: int) -> IsingProblem:
    """Ising problem of ``sign * x'Qx``, plus the constant of a leading offset comment.

    Args:
        lines: the file.
        start: line number of the header.
        header: its text, ``n m``.
        sign: 1 to minimise x'Qx, -1 to maximise it.

    Raises:
        FormatError: on wrong counts, an index outside 1..n, a pair that stands twice or a value
            that is not a finite number.
    """
    n, m = counts(lines, start, header, "n m")
    table = read_table(lines, start, "i j q")
    table.expect_count(m, "entries")
    i, j = table.indices(n, base=1)
    value = sign * table.weights()
    table.expect_distinct(i, j, n)
    linear, pairs = split_diagonal(i, j, value, n)
    return ising_from_binary(linear, i[pairs], j[pairs], 2 * value[pairs], sign * lines.offset())


def lines_of(terms: BinaryTerms, sign: int) -> Iterator[str]:
    """Header and entries of Q such that ``sign * x'Qx`` is `terms` without its constant."""
    diagonal = np.flatnonzero(terms.linear)
    yield f"{terms.linear.size} {diagonal.size + terms.quadratic.size}"
    for i, q in zip(diagonal.tolist(), terms.linear[diagonal].tolist(), strict=True):
        yield f"{i + 1} {i + 1} {number_text(sign * q)}"
    half = terms.quadratic / 2
    for i, j, q in zip(terms.row.tolist(), terms.col.tolist(), half.tolist(), strict=True):
        yield f"{i + 1} {j + 1} {number_text(sign * q)}"
