"""Bare lists of spin-glass bonds: lines ``i j J``, sites from 0, and ``E = -sum_<ij> J s_i s_j``.

There is no header: the largest index tells the number of spins.  A bond stands once, or twice as
``i j J`` and ``j i J`` and then counts once.  J is positive for a ferromagnetic bond, so couplings
of the Ising problem are -J.  Lines that start with ``#`` are comments.  Lattices with putative
ground energies are published in this layout, whose files no first line tells from others: it is
read by naming the format.
"""

import os
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from problems.formats.instance import Instance, problem_of
from problems.formats.table import Table, read_table
from problems.formats.text import (
    MAX_VARIABLES,
    Lines,
    format_error,
    instance_name,
    number_text,
    read_lines,
    write_lines,
)
from problems.model import IsingProblem, ising


def read(path: str | os.PathLike) -> Instance:
    """Read a list of bonds; the objective is the energy E above, to be minimised.

    Raises:
        FormatError: on an unreadable file, an index that is not a non-negative integer, a loop, a
            bond that stands more than twice, twice in one order or with two values, or a value
            that is not a finite number.
    """
    return Instance(parse(read_lines(path)), instance_name(path), "bonds")


def parse(lines: Lines) -> IsingProblem:
    """Ising problem of the text of a file; raises as :func:`read`.

    Example:
        >>> from problems.formats import bonds
        >>> from problems.formats.text import split_lines
        >>> bonds.parse(split_lines("chain", "0 1 4\\n1 0 4\\n1 2 -4\\n")).coupling.tolist()
        [-4, 4]
    """
    table = read_table(lines, 0, "i j J")
    i, j = table.indices(MAX_VARIABLES, base=0)
    value = table.weights()
    table.expect_no_loops(i, j)
    n = int(max(i.max(initial=-1), j.max(initial=-1))) + 1
    once = _one_of_each(table, i, j, value, n)
    return ising(np.zeros(n, np.int64), i[once], j[once], -value[once])


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write each bond once; labels are left out.

    Raises:
        FormatError: where the problem has biases or an offset or its last spin no bond, which the
            layout cannot hold, or the file cannot be written.
    """
    problem = problem_of(source)
    if np.any(problem.h) or problem.offset:
        found = "the problem has biases or an offset"
        raise format_error(path, None, found, "none in a list of bonds; write json, bqm or coo")
    if not problem.num_interactions or problem.col.max() != problem.num_variables - 1:
        found = "the last spin has no bond"
        raise format_error(path, None, found, "one, as there is no header; write json, bqm or coo")
    write_lines(path, _lines(problem))


def _lines(problem: IsingProblem) -> Iterator[str]:
    rows = zip(problem.row.tolist(), problem.col.tolist(), problem.coupling.tolist(), strict=True)
    for i, j, value in rows:
        yield f"{i} {j} {number_text(-value)}"


def _one_of_each(table: Table, i: NDArray, j: NDArray, value: NDArray, n: int) -> NDArray[np.bool_]:
    """Mask that leaves each bond once; FormatError where the two lines of a bond disagree."""
    forward = i < j
    for direction in (forward, ~forward):
        rows = np.flatnonzero(direction)
        codes = np.minimum(i, j)[rows] * n + np.maximum(i, j)[rows]
        repeated = rows[_repeats(codes)]
        if repeated.size:
            found = "a bond again in the same order"
            raise table.fail(int(repeated[0]), found, "each bond once, or once in either order")
    code = np.minimum(i, j) * n + np.maximum(i, j)
    ahead, back = np.flatnonzero(forward), np.flatnonzero(~forward)
    shared, one, two = np.intersect1d(code[ahead], code[back], True, return_indices=True)
    wrong = value[ahead[one]] != value[back[two]]
    if wrong.any():
        row = int(back[two[wrong]].min())
        raise table.fail(row, "a bond with another value than in the reverse order", "the same J")
    return forward | ~np.isin(code, shared)


def _repeats(codes: NDArray) -> NDArray[np.int64]:
    """Positions of all codes that have stood before."""
    _, first = np.unique(codes, return_index=True)
    return np.setdiff1d(np.arange(codes.size), first)
