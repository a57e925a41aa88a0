"""QAPLIB: n and two matrices (``.dat``), and solutions (``.sln``).

Numbers stand in any lines; some files have the best value known after n, in its line.  The first
matrix is taken for the flows, the second for the distances; some instances (nug) have them the
other way round, which gives the same values: sum_ij A_ij B_p(i)p(j).  A ``.sln`` file holds n, the
value, and p counted from 1.
Source: R. E. Burkard, S. E. Karisch & F. Rendl, J. Glob. Optim. 10, 391 (1997),
doi:10.1023/A:1008293323270.
"""

import os
import re
from typing import Any

import numpy as np

from problems.formats.text import Lines, format_error, read_lines, show
from problems.library.encoded import Encoded

MOST = 1000  # facilities; the energy has up to the fourth power of terms
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WHOLE = re.compile(r"\d{1,7}")


def read(path: str | os.PathLike) -> tuple[str, dict[str, Any]]:
    """Kind and arguments.

    Raises:
        FormatError: where there are not n and two matrices of n x n finite numbers.
    """
    return "quadratic-assignment", parse(read_lines(path))


def parse(lines: Lines) -> dict[str, Any]:
    """Flow and distance of a text; raises as :func:`read`.

    Example:
        >>> from problems.formats.text import split_lines
        >>> parse(split_lines("pair", "2  0 1 1 0  0 5 5 0"))["distance"].tolist()
        [[0, 5], [5, 0]]
    """
    words = [(number, word) for number, line in lines.data() for word in line.split()]
    number, first = words[0] if words else (1, "")
    if not _WHOLE.fullmatch(first) or not 1 <= int(first) <= MOST:
        raise format_error(lines.path, number, f"n {show(first)}", f"1 to {MOST:,}")
    n = int(first)
    if len(words) == 2 + 2 * n * n and words[1][0] == number:
        del words[1]  # the best value known, in some files
    if len(words) != 1 + 2 * n * n:
        found = f"{len(words) - 1} numbers after n = {n}"
        raise format_error(lines.path, words[-1][0], found, f"{2 * n * n}, two matrices")
    for number, word in words:
        if not _NUMBER.fullmatch(word) or abs(float(word)) > 1e15:
            raise format_error(lines.path, number, show(word), "a number of at most 1e15")
    values = np.array([float(word) for _, word in words[1:]]).reshape(2, n, n)
    if np.array_equal(values, np.rint(values)):
        values = values.astype(np.int64)
    return {"flow": values[0], "distance": values[1]}


def is_qaplib(text: str) -> bool:
    """Whether a whole text is n, alone in its line, and exactly 2 n^2 numbers, n at least 2.

    An OR-Library file starts with one number too: what can be read as one is none of these.

    Example:
        >>> is_qaplib("2\\n0 1 1 0\\n0 5 5 0\\n"), is_qaplib("2 1\\n1 2 1\\n")
        (True, False)
    """
    if not may_be_qaplib(text):
        return False
    words = text.split()
    if len(words) != 1 + 2 * int(words[0]) ** 2 or not all(map(_NUMBER.fullmatch, words)):
        return False
    return not _is_or_library(words)


def may_be_qaplib(head: str) -> bool:
    """Whether the first line of a text is one number from 2."""
    start = head.lstrip().split("\n", 1)[0].split()
    return len(start) == 1 and bool(_WHOLE.fullmatch(start[0])) and 2 <= int(start[0]) <= MOST


def write_solution(encoded: Encoded, solution: Any) -> str:
    """A ``.sln`` file: n, value, and the locations from 1."""
    places = encoded.plain(solution)
    if any(k is None for k in places):
        raise ValueError("a facility has no location; expected a full assignment")
    value = encoded.certificate(solution).objective
    return f"{len(places)} {value}\n{' '.join(str(k + 1) for k in places)}\n"


def read_solution(encoded: Encoded, text: str) -> Any:
    """The assignment of a ``.sln`` file.

    Where the value that it states is that of the inverse permutation only, the inverse is meant.

    Raises:
        ValueError: on text that is no assignment of this problem.
    """
    words = text.replace(",", " ").split()
    n = encoded.from_plain([None] * int(words[0])) if words and _WHOLE.fullmatch(words[0]) else None
    if n is None or len(words) != len(n) + 2 or not _NUMBER.fullmatch(words[1]):
        raise ValueError(f"the solution is {show(text)}; expected n, its value, and n numbers")
    bad = [word for word in words[2:] if not _WHOLE.fullmatch(word) or int(word) < 1]
    if bad:
        raise ValueError(f"location {bad[0]!r} given; expected 1 to {len(n)}")
    places = encoded.from_plain([int(word) - 1 for word in words[2:]])
    stated = float(words[1])
    if sorted(places) == list(range(len(n))) and encoded.certificate(places).objective != stated:
        inverse = tuple(int(i) for i in np.argsort(places))
        if encoded.certificate(inverse).objective == stated:
            return inverse
    return places


def _is_or_library(words: list[str]) -> bool:
    """Whether words are a number of problems, and for each n, m and m entries of three numbers."""
    place = 1
    for _ in range(int(words[0])):
        if place + 1 >= len(words) or not _WHOLE.fullmatch(words[place + 1]):
            return False
        place += 2 + 3 * int(words[place + 1])
    return place == len(words)
