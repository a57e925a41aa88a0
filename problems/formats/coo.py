"""dimod's COO text: lines ``i j bias``; where i = j the bias is linear.

Variables are labelled by non-negative integers; only those that some line names exist.  A comment
``# vartype=SPIN`` or ``# vartype=BINARY`` says what they are; without it they are taken as spins.
The writer always leaves that comment, names variables without a bias by a zero line, writes
positional decimals (dimod's reader knows no exponents) and keeps an offset in a leading comment
``# offset 1.5``, which this reader honours and dimod's passes over.

Unlike dimod's reader, which skips lines that it does not understand and adds up repeated ones,
this one refuses both.  Source: ``dimod.serialization.coo``,
https://docs.ocean.dwavesys.com (dimod reference).
"""

import os
import re
from collections.abc import Iterator
from numbers import Integral

import numpy as np

from problems.formats.binary import from_vartype, split_diagonal
from problems.formats.instance import Instance, problem_of
from problems.formats.table import read_table
from problems.formats.text import (
    Lines,
    format_error,
    instance_name,
    number_text,
    read_lines,
    show,
    write_lines,
)
from problems.model import IsingProblem

_VARTYPE = re.compile(r"\s*#.*?vartype[:=]\s*(\S+)")
# float64 tells integers apart up to here.
_LARGEST_LABEL = 2**53


def read(path: str | os.PathLike) -> Instance:
    """Read a file; the objective is the energy.

    Raises:
        FormatError: on an unreadable file, an unknown vartype, a line that is not ``i j bias``, a
            label that is not a non-negative integer, a line that stands twice or a bias that is
            not a finite number.
    """
    return Instance(parse(read_lines(path)), instance_name(path), "coo")


def parse(lines: Lines) -> IsingProblem:
    """Ising problem of the text of a file; raises as :func:`read`.

    Example:
        >>> from problems.formats import coo
        >>> from problems.formats.text import split_lines
        >>> coo.parse(split_lines("two", "# vartype=SPIN\\n0 0 1\\n0 3 -1\\n")).labels
        (0, 3)
    """
    vartype = _vartype(lines)
    table = read_table(lines, 0, "i j bias")
    i, j = table.indices(_LARGEST_LABEL, base=0)
    bias = table.weights()
    labels, index = np.unique(np.concatenate([i, j]), return_inverse=True)
    n = labels.size
    i, j = index[: i.size], index[i.size :]
    table.expect_distinct(i, j, n)
    linear, pairs = split_diagonal(i, j, bias, n)
    names = None if np.array_equal(labels, np.arange(n)) else labels.tolist()
    return from_vartype(vartype, linear, i[pairs], j[pairs], bias[pairs], lines.offset(), names)


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write spins with their labels.

    Raises:
        FormatError: where a label is not a non-negative integer, or the file cannot be written.
    """
    problem, names = problem_of(source), []
    for label in problem.labels:
        if not isinstance(label, Integral) or not 0 <= int(label) < _LARGEST_LABEL:
            found = f"label {show(str(label))}"
            raise format_error(path, None, found, "non-negative integers; write json or bqm")
        names.append(int(label))
    write_lines(path, _lines(problem, names))


def _lines(problem: IsingProblem, names: list[int]) -> Iterator[str]:
    yield "# vartype=SPIN"
    if problem.offset:
        yield f"# offset {number_text(problem.offset)}"
    linked = np.zeros(problem.num_variables, bool)
    linked[problem.row] = linked[problem.col] = True
    for k in np.flatnonzero(~linked | (problem.h != 0)).tolist():
        yield f"{names[k]} {names[k]} {_positional(problem.h[k].item())}"
    rows = zip(problem.row.tolist(), problem.col.tolist(), problem.coupling.tolist(), strict=True)
    for i, j, bias in rows:
        yield f"{names[i]} {names[j]} {_positional(bias)}"


def _positional(value: int | float) -> str:
    """Shortest decimal without exponent that reads back as `value`."""
    return str(value) if isinstance(value, int) else np.format_float_positional(value, trim="-")


def _vartype(lines: Lines) -> str:
    known = None
    for number, line in enumerate(lines.lines, start=1):
        match = _VARTYPE.match(line)
        if match is None:
            continue
        vartype = match.group(1).upper()
        if vartype not in ("SPIN", "BINARY"):
            raise format_error(lines.path, number, f"vartype {show(vartype)}", "SPIN or BINARY")
        if known not in (None, vartype):
            raise format_error(lines.path, number, f"vartype {vartype} after {known}", "one only")
        known = vartype
    return known or "SPIN"
