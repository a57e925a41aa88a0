"""The body of a text format: rows of numbers, read in bulk and checked row by row.

NumPy parses and checks whole columns; lines are visited one by one only to name the guilty one.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from problems.formats.text import (
    LARGEST_VALUE,
    NUMBER,
    FormatError,
    Lines,
    format_error,
    show,
)

# Sums of integers of this total size, a few times over, are exact in int64 and in float64.
_EXACT_TOTAL = 2**50


@dataclass(frozen=True)
class Table:
    """Rows of numbers and where they stand in their file.

    Attributes:
        lines: the file.
        start: how many lines come before the body.
        values: [m, k] int64 or float64.
        layout: what a row should look like, for messages.
    """

    lines: Lines
    start: int
    values: NDArray
    layout: str

    def fail(self, row: int, found: str, expected: str) -> FormatError:
        """Error that names the line of `row`."""
        place = next(islice(self.lines.data(self.start), row, None), (self.start, ""))
        return format_error(self.lines.path, place[0], found, expected)

    def expect_count(self, count: int, what: str = "edges") -> None:
        """FormatError unless the table has exactly the `count` rows that its header announces."""
        rows = self.values.shape[0]
        if rows > count:
            raise self.fail(count, f"more than the {count} {what} announced", "the end of the file")
        if rows < count:
            found = f"the file ends after {rows} {what}"
            raise self.fail(max(rows - 1, 0), found, f"{count} as announced")

    def indices(self, n: int, base: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first two columns as indices from 0; FormatError outside ``base..base+n-1``."""
        ends = self.values[:, :2]
        # NaN fails every comparison, so it counts as wrong here too.
        wrong = ~((ends >= base) & (ends < base + n) & (ends == np.rint(ends)))
        if wrong.any():
            row, column = (int(k) for k in np.argwhere(wrong)[0])
            found = f"index {self._word(row, column)}"
            raise self.fail(row, found, f"an integer in {base}..{base + n - 1}")
        ends = ends.astype(np.int64) - base
        return np.ascontiguousarray(ends[:, 0]), np.ascontiguousarray(ends[:, 1])

    def weights(self) -> NDArray:
        """[m] third column, int64 or float64, ones where it is absent.

        Raises:
            FormatError: on NaN, infinity and values beyond 1e300, whose sums would overflow.
        """
        if self.values.shape[1] == 2:
            return np.ones(self.values.shape[0], np.int64)
        column = np.ascontiguousarray(self.values[:, 2])
        size = np.abs(column.astype(np.float64))
        wrong = ~(size <= LARGEST_VALUE)
        if wrong.any():
            row = int(np.argmax(wrong))
            found = f"weight {self._word(row, 2)}"
            raise self.fail(row, found, f"a finite number up to {LARGEST_VALUE:g}")
        return column if size.sum() < _EXACT_TOTAL else column.astype(np.float64)

    def expect_no_loops(self, i: NDArray, j: NDArray) -> None:
        """FormatError on a row that joins an index to itself."""
        if np.any(i == j):
            row = int(np.argmax(i == j))
            found = f"{self._word(row, 0)} joined to itself"
            raise self.fail(row, found, "two different ends")

    def expect_distinct(self, i: NDArray, j: NDArray, n: int) -> None:
        """FormatError on a pair that stands twice, in either order."""
        repeat = first_repeat(i, j, n)
        if repeat is not None:
            row, earlier = repeat
            pair = f"{self._word(row, 0)} {self._word(row, 1)}"
            before = next(islice(self.lines.data(self.start), earlier, None))[0]
            found = f"the pair {pair} again, after line {before}"
            raise self.fail(row, found, "each pair once, in either order")

    def _word(self, row: int, column: int) -> str:
        line = next(islice(self.lines.data(self.start), row, None))[1]
        return line.split()[column]


def read_table(lines: Lines, start: int, *layouts: str) -> Table:
    """Read all data lines after the first `start` lines.

    Args:
        lines: the file.
        start: how many lines to pass over.
        layouts: the shapes that a row may have, as in ``"i j w"``; all rows have the same.

    Raises:
        FormatError: on a line with too few or too many words or a word that is not a number.

    Example:
        >>> from problems.formats.table import read_table
        >>> from problems.formats.text import split_lines
        >>> read_table(split_lines("demo", "3 2\\n1 2 5\\n2 3 -1\\n"), 1, "i j w").values.tolist()
        [[1, 2, 5], [2, 3, -1]]
    """
    layout = " or ".join(f"`{shape}`" for shape in layouts)
    widths = [len(shape.split()) for shape in layouts]
    body = lines.lines[start:]
    text = "\n".join(body)
    if lines.comment in text:
        body = [line for line in body if not lines.is_comment(line)]
    if not any(line.strip() for line in body):
        return Table(lines, start, np.zeros((0, widths[-1]), np.int64), layout)
    try:
        values = _parse(body, text)
    except ValueError:
        values = None
    if values is None or values.shape[1] not in widths:
        raise _guilty_line(lines, start, widths, layout)
    return Table(lines, start, values, layout)


def _parse(body: list[str], text: str) -> NDArray:
    """[m, k] int64, or float64 where `text` has a point or exponent or a value leaves int64."""
    # Older NumPy cuts fractions off integers with only a warning, so it never sees any.
    if not any(mark in text for mark in ".eEnN"):
        try:
            return np.loadtxt(body, np.int64, comments=None, ndmin=2)
        except ValueError:
            pass
    return np.loadtxt(body, np.float64, comments=None, ndmin=2)


def _guilty_line(lines: Lines, start: int, widths: list[int], layout: str) -> FormatError:
    width = None
    for number, line in lines.data(start):
        words = line.split()
        for word in words:
            if not NUMBER.fullmatch(word) and word.lstrip("+-").lower() not in ("nan", "inf"):
                found = f"word {show(word)}"
                return format_error(lines.path, number, found, f"{layout} in numbers")
        if len(words) not in widths or len(words) != (width or len(words)):
            found = f"{len(words)} numbers in {show(line.strip())}"
            return format_error(lines.path, number, found, f"{layout}, the same on all lines")
        width = len(words)
    return format_error(lines.path, None, "unreadable numbers", f"lines of {layout}")


def first_repeat(i: NDArray, j: NDArray, n: int) -> tuple[int, int] | None:
    """Position of the first pair that has stood before, in either order, and where it stood.

    Example:
        >>> import numpy as np
        >>> from problems.formats.table import first_repeat
        >>> first_repeat(np.array([0, 1, 1]), np.array([1, 2, 0]), 3)
        (2, 0)
    """
    code = np.minimum(i, j) * n + np.maximum(i, j)
    if np.all(code[1:] > code[:-1]):
        return None
    order = np.argsort(code, kind="stable")
    same = np.flatnonzero(code[order][1:] == code[order][:-1])
    if not same.size:
        return None
    k = same[np.argmin(order[same + 1])]
    return int(order[k + 1]), int(order[k])
