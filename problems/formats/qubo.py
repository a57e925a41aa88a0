"""qbsolv ``.qubo`` files: minimise ``sum_i q_ii x_i + sum_{i<j} q_ij x_i x_j``, x in {0, 1}.

Comments start with ``c``.  After ``p qubo 0 maxNodes nNodes nCouplers`` come nNodes lines
``i i q_ii`` and then nCouplers lines ``i j q_ij``, indices 0..maxNodes-1, values as they enter the
sum.  All maxNodes variables become spins, also those that no line names: published files leave out
nodes of zero bias.  The writer keeps a constant in a leading comment ``c offset 1.5``, which the
reader honours.

Source: https://docs.ocean.dwavesys.com/projects/qbsolv/en/latest/source/format.html
"""

import os
from collections.abc import Iterator

import numpy as np

from problems.formats.binary import BinaryTerms, binary_terms, split_diagonal
from problems.formats.instance import Instance, problem_of
from problems.formats.table import Table, read_table
from problems.formats.text import (
    Lines,
    counts,
    format_error,
    instance_name,
    number_text,
    read_lines,
    show,
    write_lines,
)
from problems.model import IsingProblem
from problems.qubo import ising_from_binary

_HEADER = "p qubo 0 maxNodes nNodes nCouplers"


def read(path: str | os.PathLike) -> Instance:
    """Read a file; the objective is the sum above, to be minimised.

    Some files of this shape are meant to be maximised: read those with :mod:`.bqp`.

    Raises:
        FormatError: on an unreadable file, a wrong header or count, a coupler among the node
            lines or the reverse, an index outside 0..maxNodes-1, a node or pair that stands twice
            or a value that is not a finite number.
    """
    return Instance(parse(read_lines(path, "c"), sign=1), instance_name(path), "qubo")


def parse(lines: Lines, sign: int) -> IsingProblem:
    """Ising problem of `sign` times the sum; `sign` is -1 for files to be maximised.

    Example:
        >>> from problems.formats import qubo
        >>> from problems.formats.text import split_lines
        >>> text = "c two nodes\\np qubo 0 2 1 1\\n0 0 -3\\n0 1 4\\n"
        >>> qubo.parse(split_lines("two", text, "c"), sign=1).energies([[1, -1], [1, 1]]).tolist()
        [-3.0, 1.0]
    """
    start, header = lines.header(f"a header `{_HEADER}`")
    n, nodes, couplers = _counts(lines, start, header)
    table = read_table(lines, start, "i j q")
    table.expect_count(nodes + couplers, f"lines ({nodes} nodes, {couplers} couplers)")
    i, j = table.indices(n, base=0)
    value = sign * table.weights()
    _expect_nodes_first(table, i == j, nodes)
    table.expect_distinct(i, j, n)
    linear, pairs = split_diagonal(i, j, value, n)
    return ising_from_binary(linear, i[pairs], j[pairs], value[pairs], sign * lines.offset())


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write the energy with x = (1 + s) / 2, all nodes listed; labels are left out.

    Raises:
        FormatError: where the file cannot be written.
    """
    write_lines(path, _lines(binary_terms(problem_of(source))))


def _lines(terms: BinaryTerms) -> Iterator[str]:
    n = terms.linear.size
    if terms.constant:
        yield f"c offset {number_text(terms.constant)}"
    yield f"p qubo 0 {n} {n} {terms.quadratic.size}"
    for i, q in enumerate(terms.linear.tolist()):
        yield f"{i} {i} {number_text(q)}"
    rows = zip(terms.row.tolist(), terms.col.tolist(), terms.quadratic.tolist(), strict=True)
    for i, j, q in rows:
        yield f"{i} {j} {number_text(q)}"


def _counts(lines: Lines, start: int, header: str) -> list[int]:
    words = header.split()
    if words[:2] != ["p", "qubo"] or len(words) != 6 or words[2] not in ("0", "unconstrained"):
        raise format_error(lines.path, start, f"header {show(header)}", f"`{_HEADER}`")
    return counts(lines, start, " ".join(words[3:]), "maxNodes nNodes nCouplers")


def _expect_nodes_first(table: Table, diagonal: np.ndarray, nodes: int) -> None:
    wrong = diagonal != (np.arange(diagonal.size) < nodes)
    if wrong.any():
        row = int(np.argmax(wrong))
        found = "a coupler line" if row < nodes else "a node line"
        expected = f"{nodes} node lines `i i q`, then couplers `i j q` with i != j"
        raise table.fail(row, found, expected)
