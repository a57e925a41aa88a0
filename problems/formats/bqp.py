"""OR-Library unconstrained binary quadratic files: **maximise**, so the energy is -(objective).

Two conventions are read, told apart by the header:

- Beasley's own: the number of problems, then for each problem ``n m`` and m lines ``i j q``,
  indices 1..n, maximise x'Qx with Q symmetric and listed once (x_i x_j has the coefficient 2q).
  The first line may be missing where there is one problem.
- The same problems in qbsolv's shape: ``p qubo 0 n nodes links``, indices 0..n-1, off-diagonal
  values already doubled, still to be maximised.  A bare ``.qubo`` file is otherwise taken as one
  to minimise, so these are read by naming the format.

Source: http://people.brunel.ac.uk/~mastjjb/jeb/orlib/bqpinfo.html
"""

import os
import re

from problems.formats import qubo, symmetric
from problems.formats.binary import binary_terms
from problems.formats.instance import Instance, problem_of
from problems.formats.text import (
    Lines,
    counts,
    format_error,
    instance_name,
    number_text,
    read_bytes,
    split_lines,
    write_lines,
)
from problems.model import IsingProblem

_QBSOLV = re.compile(rb"^\s*p\s+qubo\s", re.MULTILINE)


def read(path: str | os.PathLike, index: int | None = None) -> Instance:
    """Read one problem of a file; values are those of the file's own objective.

    Args:
        path: the file.
        index: which problem, from 1; needed where the file holds several.  The name of the
            instance then ends with ``.index``.

    Raises:
        FormatError: on an unreadable or malformed file, or one of several problems without a
            valid `index`.
    """
    data = read_bytes(path)
    lines = split_lines(path, data, "c" if _QBSOLV.search(data) else "#")
    name = instance_name(path) if index is None else f"{instance_name(path)}.{index}"
    return Instance(parse(lines, index), name, "bqp", "energy", maximise_source=True)


def parse(lines: Lines, index: int | None = None) -> IsingProblem:
    """Ising problem of minus the objective; raises as :func:`read`.

    Example:
        >>> from problems.formats import bqp
        >>> from problems.formats.text import split_lines
        >>> problem = bqp.parse(split_lines("two", "1\\n2 2\\n1 1 -3\\n1 2 4\\n"))
        >>> problem.energies([[1, -1], [1, 1]]).tolist()
        [3.0, -5.0]
    """
    start, header = lines.header("the number of problems, or `p qubo`")
    if header.split()[0] == "p":
        return qubo.parse(lines, sign=-1)
    if len(header.split()) == 1:
        lines, start, header = _select(lines, start, header, index)
    return symmetric.parse(lines, start, header, sign=-1)


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write minus the energy in Beasley's convention, one problem; labels are left out.

    Raises:
        FormatError: where the energy has a constant term in x, for which the format has no place,
            or the file cannot be written.
    """
    terms = binary_terms(problem_of(source))
    if terms.constant:
        found = f"a constant energy of {number_text(terms.constant)} at x = 0"
        raise format_error(path, None, found, "none in this format; write qubo, json or bqm")
    write_lines(path, ["1", *symmetric.lines_of(terms, sign=-1)])


def _select(lines: Lines, number: int, line: str, index: int | None) -> tuple[Lines, int, str]:
    """The file cut behind problem `index`, and line number and text of that problem's header."""
    (total,) = counts(lines, number, line, "problems")
    wanted = 1 if index is None and total == 1 else index
    if wanted is None or not 1 <= wanted <= total:
        found = f"{total} problems, index {index}"
        raise format_error(lines.path, number, found, f"an index in 1..{total}")
    data = list(lines.data(number))
    position = 0
    for k in range(1, wanted + 1):
        if position >= len(data):
            found = f"the file ends before problem {k}"
            raise format_error(lines.path, len(lines.lines), found, f"{total} as announced")
        start, header = data[position]
        position += counts(lines, start, header, "n m")[1] + 1
    if wanted < total and position <= len(data):
        lines = Lines(lines.path, lines.lines[: data[position - 1][0]], lines.comment)
    return lines, start, header
