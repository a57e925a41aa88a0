"""Max-cut graphs in rudy format: G-set, DIMACS torus, Biq Mac ``.mc``.

``n m``, then m lines ``i j w`` with vertices 1..n; a file may leave out all weights, which are then
1.  Lines that start with ``#`` are comments.  The couplings of the Ising problem are the weights,
h = 0 and offset = 0, so that a state of energy E cuts (W - E) / 2 with W the sum of all weights.

Sources: https://web.stanford.edu/~yyye/yyye/Gset/ (G-set),
http://bqp.cs.uni-bonn.de/library/html/formatspecifications.html (the "mc" format).
"""

import os
from collections.abc import Iterator

import numpy as np

from problems.formats.instance import Instance, problem_of
from problems.formats.table import read_table
from problems.formats.text import (
    Lines,
    counts,
    format_error,
    instance_name,
    number_text,
    read_lines,
    write_lines,
)
from problems.model import IsingProblem, ising


def read(path: str | os.PathLike) -> Instance:
    """Read a graph as a max-cut instance.

    Raises:
        FormatError: on an unreadable file, wrong counts, an index outside 1..n, a loop, an edge
            that stands twice (in either order) or a weight that is not a finite number.
    """
    return Instance(parse(read_lines(path)), instance_name(path), "rudy", "cut", True)


def parse(lines: Lines) -> IsingProblem:
    """Ising problem of a rudy text; raises as :func:`read`.

    Example:
        >>> from problems.formats import rudy
        >>> from problems.formats.text import split_lines
        >>> rudy.parse(split_lines("path", "3 2\\n1 2\\n3 2\\n")).coupling.tolist()
        [1, 1]
    """
    start, header = lines.header("a header `n m`")
    n, m = counts(lines, start, header, "n m")
    table = read_table(lines, start, "i j", "i j w")
    table.expect_count(m)
    i, j = table.indices(n, base=1)
    weight = table.weights()
    table.expect_no_loops(i, j)
    table.expect_distinct(i, j, n)
    return ising(np.zeros(n, np.int64), i, j, weight)


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write the couplings as edge weights; labels are left out.

    Raises:
        FormatError: where the problem has biases or an offset, which a graph cannot hold, or the
            file cannot be written.
    """
    problem = problem_of(source)
    if np.any(problem.h) or problem.offset:
        found = "the problem has biases or an offset"
        raise format_error(path, None, found, "none in a max-cut graph; write json, bqm or coo")
    write_lines(path, _lines(problem))


def _lines(problem: IsingProblem) -> Iterator[str]:
    yield f"{problem.num_variables} {problem.num_interactions}"
    rows = zip(problem.row.tolist(), problem.col.tolist(), problem.coupling.tolist(), strict=True)
    for i, j, weight in rows:
        yield f"{i + 1} {j + 1} {number_text(weight)}"
