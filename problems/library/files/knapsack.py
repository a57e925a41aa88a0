"""0/1 knapsack files: ``n capacity``, then n lines ``value weight``; whole numbers or decimals.

A best packing may follow as n values 0 and 1; it is checked for its form and left.  Solutions are
n values 0 and 1, with or without spaces; a first line with a value (and a mark) is passed over.
"""

import os
import re
from typing import Any

from problems.formats.text import (
    LARGEST_VALUE,
    MAX_VARIABLES,
    NUMBER,
    format_error,
    read_lines,
    show,
)
from problems.library.encoded import Encoded
from problems.library.knapsack import Knapsack

Rows = list[tuple[int, list[str]]]


def read(path: str | os.PathLike) -> tuple[str, dict[str, Any]]:
    """Kind and arguments.

    Raises:
        FormatError: on anything but a header, n lines of two numbers and perhaps n bits.
    """
    lines = read_lines(path)
    rows: Rows = [(number, line.split()) for number, line in lines.data()]
    n, capacity = _header(path, rows)
    items, rest = rows[1 : n + 1], rows[n + 1 :]
    if len(items) < n:
        found = f"{len(items)} items after a header of {n}"
        raise format_error(path, rows[-1][0], found, "a line `value weight` for each")
    pairs = [_pair(path, number, words, "value weight") for number, words in items]
    if rest and _bits(" ".join(word for _, words in rest for word in words), n) is None:
        found = f"{len(rest)} lines more than the {n} items of the header"
        raise format_error(path, rest[0][0], found, f"the end, or {n} values 0 and 1")
    negative = next((k for k, (_, weight) in enumerate(pairs) if weight < 0), None)
    if negative is not None:
        found = f"weight {show(items[negative][1][1])}"
        raise format_error(path, items[negative][0], found, "0 or more")
    data = {"values": [v for v, _ in pairs], "weights": [w for _, w in pairs]}
    return "knapsack", data | {"capacity": capacity}


def looks_like(text: str) -> bool:
    """Whether a whole file's text is a knapsack, and nothing else that has such lines.

    A header `n m` with lines of two numbers is also a graph of n nodes and m edges; it is taken for
    one where there are m lines of node numbers, and a matrix of two lines is not taken either.
    """
    rows = [line.split() for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    if not rows or len(rows[0]) != 2 or not re.fullmatch(r"\d{1,8}", rows[0][0]):
        return False
    n = int(rows[0][0])
    items, rest = rows[1 : n + 1], rows[n + 1 :]
    numbers = [word for row in [rows[0], *items] for word in row]
    if n < 2 or len(items) != n or any(len(row) != 2 for row in items):
        return False
    if not all(NUMBER.fullmatch(word) for word in numbers):
        return False
    if rest and _bits(" ".join(word for row in rest for word in row), n) is None:
        return False
    nodes = {str(i) for i in range(n + 1)}
    return rows[0][1] != str(n) or not all(word in nodes for word in numbers)


def write_solution(encoded: Encoded, solution: Any) -> str:
    """n values 0 and 1 on a line."""
    assert isinstance(encoded, Knapsack)
    packed = set(solution)
    return " ".join("1" if i in packed else "0" for i in range(len(encoded.values))) + "\n"


def read_solution(encoded: Encoded, text: str) -> Any:
    """The items of n values 0 and 1.

    Raises:
        ValueError: on anything else.
    """
    assert isinstance(encoded, Knapsack)
    n = len(encoded.values)
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    for body in (lines, lines[1:]):
        bits = _bits(" ".join(body), n)
        if bits is not None and (body is lines or len(lines[0].split()) <= 2):
            return tuple(i for i, bit in enumerate(bits) if bit == "1")
    raise ValueError(f"{show(' '.join(lines))} is no packing; expected {n} values 0 and 1")


def _header(path: str | os.PathLike, rows: Rows) -> tuple[int, float]:
    if not rows:
        raise format_error(path, 1, "no data", "a header `n capacity`")
    number, words = rows[0]
    n, capacity = _pair(path, number, words, "n capacity")
    if not re.fullmatch(r"\d{1,18}", words[0]) or n > MAX_VARIABLES:
        raise format_error(path, number, f"count {show(words[0])}", f"0 to {MAX_VARIABLES:,} items")
    if capacity < 0:
        raise format_error(path, number, f"capacity {show(words[1])}", "0 or more")
    return int(n), capacity


def _pair(path: Any, number: int, words: list[str], layout: str) -> tuple[float, float]:
    if len(words) != 2 or not all(NUMBER.fullmatch(word) for word in words):
        found = f"line {show(' '.join(words))}"
        raise format_error(path, number, found, f"`{layout}`, two numbers")
    if not all(abs(float(word)) < LARGEST_VALUE for word in words):
        raise format_error(path, number, f"line {show(' '.join(words))}", "numbers below 1e300")
    one, other = (int(word) if re.fullmatch(r"[+-]?\d+", word) else float(word) for word in words)
    return one, other


def _bits(text: str, n: int) -> list[str] | None:
    words = text.split()
    bits = words if len(words) == n else list("".join(words))
    return bits if len(bits) == n and all(bit in ("0", "1") for bit in bits) else None
