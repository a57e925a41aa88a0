"""DIMACS CNF and WCNF, and solutions in the manner of the SAT and MaxSAT competitions.

    p cnf 3 2         p wcnf 3 2 10      h 1 -2 0
    1 -2 0            10 1 -2 0          3 2 3 0
    2 3 0             3 2 3 0

Clauses end with 0 and may run over lines; lines that start with ``c`` are comments; a line with
``%``, as in SATLIB, ends the file; the last 0 may be missing.  In ``p wcnf n m top`` a weight of
`top` or more means a clause that must hold; without `top` none must.  Files without a ``p`` line
are of the form of 2022 (on the right).  A header that announces other counts than the file has is
refused, since such a file is often one that was cut off.

Solutions: ``c`` comments, ``o`` cost, ``s`` status, ``v`` literals up to a 0.  A sampler proves
little: status is SATISFIABLE where every clause was checked to hold, OPTIMUM FOUND where a cost of
0 was, UNKNOWN otherwise; UNSATISFIABLE only where elimination proves it of equations modulo 2.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from problems.formats.text import (
    MAX_VARIABLES,
    Lines,
    counts,
    format_error,
    number_text,
    read_bytes,
    show,
    split_lines,
)
from problems.library.encoded import Encoded
from problems.library.satisfiability import literals_assignment

_WIDTH = 78
_INTEGER = re.compile(r"[+-]?\d{1,20}")
_HINT = "a literal, 0, `c`, `p` or `%`"

Word = tuple[int, str]  # number of the line, text


@dataclass
class _Found:
    clauses: list[list[int]] = field(default_factory=list)
    weights: list[int | None] = field(default_factory=list)  # None: must hold


def read(path: str | os.PathLike) -> tuple[str, dict[str, Any]]:
    """``"sat"`` and the arguments of :func:`problems.library.satisfiability`.

    Raises:
        FormatError: on a file that is no CNF or WCNF.
    """
    lines = split_lines(path, read_bytes(path), "c")
    header, words = _split(lines)
    if header is None and not any(word.startswith("h") for _, word in words):
        _only_weighted(lines)
    n, m, top = (None, None, None) if header is None else _counts(lines, *header)
    weighted = header is None or header[1].split()[1] == "wcnf"
    found = _clauses(lines, words, weighted, header is None, top)
    largest = max((abs(v) for clause in found.clauses for v in clause), default=0)
    place = 1 if header is None else header[0]
    if m is not None and m != len(found.clauses):
        raise format_error(path, place, f"{len(found.clauses)} clauses", f"{m}, as announced here")
    if n is not None and largest > n:
        raise format_error(path, place, f"variable {largest}", f"at most {n}, as announced here")
    if not weighted:
        return "sat", {"clauses": found.clauses, "num_variables": n}
    pairs = list(zip(found.clauses, found.weights, strict=True))
    soft = [(clause, weight) for clause, weight in pairs if weight is not None]
    return "sat", {
        "clauses": [clause for clause, _ in soft],
        "weights": [weight for _, weight in soft],
        "hard": [clause for clause, weight in pairs if weight is None],
        "num_variables": largest if n is None else n,
    }


def _split(lines: Lines) -> tuple[Word | None, list[Word]]:
    """The ``p`` line, and the words of all clauses."""
    header, words = None, []
    for number, line in lines.data():
        text = line.strip()
        if text.startswith("%"):
            break
        if not text.startswith("p"):
            words += [(number, word) for word in text.split()]
        elif header is None and not words:
            header = number, text
        else:
            raise format_error(lines.path, number, f"{show(text)}", "one `p` line, at the start")
    return header, words


def _only_weighted(lines: Lines) -> None:
    """A file without a header is of 2022, where lines end with 0, or is a CNF without its own."""
    if not lines.path.lower().removesuffix(".xz").removesuffix(".gz").endswith(".wcnf"):
        raise format_error(lines.path, 1, "no `p` line", "`p cnf n m`, or a file named .wcnf")


def _counts(lines: Lines, number: int, text: str) -> tuple[int, int, int | None]:
    words = text.split()
    layouts = {("cnf", 4): "n m", ("wcnf", 4): "n m", ("wcnf", 5): "n m top"}
    layout = layouts.get((words[1] if words[0] == "p" and len(words) > 1 else "", len(words)))
    if layout is None:
        expected = "`p cnf n m` or `p wcnf n m top`"
        raise format_error(lines.path, number, show(text), expected)
    top = None
    if layout.endswith("top"):
        top = _integer(lines, (number, words.pop()), "`top`, an integer above 0")
        if top < 1:
            raise format_error(lines.path, number, f"top {top}", "an integer above 0")
    n, m = counts(lines, number, " ".join(words[2:]), "n m")
    return n, m, top


def _integer(lines: Lines, word: Word, expected: str) -> int:
    if not _INTEGER.fullmatch(word[1]):
        raise format_error(lines.path, word[0], show(word[1]), expected)
    return int(word[1])


def _clauses(lines: Lines, words: list[Word], weighted: bool, new: bool, top: int | None) -> _Found:
    found, stream = _Found(), iter(words)
    for word in stream:
        weight = None
        if weighted:
            weight = _weight(lines, word, new, top)
            clause = _literals(lines, stream)
        else:
            first = _integer(lines, word, _HINT)
            clause = [] if first == 0 else [_within(lines, word[0], first)]
            clause += _literals(lines, stream) if first else []
        found.clauses.append(clause)
        found.weights.append(weight)
    return found


def _weight(lines: Lines, word: Word, new: bool, top: int | None) -> int | None:
    """Weight at the start of a clause, None for one that must hold."""
    if new and word[1] == "h":
        return None
    expected = "a weight, an integer of 0 or more" + (", or h" if new else "")
    weight = _integer(lines, word, expected)
    if weight < 0:
        raise format_error(lines.path, word[0], f"weight {weight}", expected)
    return None if top is not None and weight >= top else weight


def _literals(lines: Lines, stream: Iterator[Word]) -> list[int]:
    """Literals up to the next 0, or to the end."""
    clause = []
    for word in stream:
        literal = _integer(lines, word, _HINT)
        if literal == 0:
            return clause
        clause.append(_within(lines, word[0], literal))
    return clause


def _within(lines: Lines, number: int, literal: int) -> int:
    if abs(literal) > MAX_VARIABLES:
        raise format_error(
            lines.path, number, f"literal {literal}", f"variables up to {MAX_VARIABLES:,}"
        )
    return literal


def write_solution(encoded: Encoded, solution: Any) -> str:
    """``c``, ``o``, ``s`` and ``v`` lines; ``o`` where MAX-SAT has a feasible solution."""
    known = encoded.certificate(solution)
    soft = getattr(encoded, "weights", None) is not None or not getattr(encoded, "is_plain", True)
    lines = [f"c {len(solution)} variables, {known.num_violations} constraints broken"]
    if soft and known.feasible:
        lines.append(f"o {number_text(known.objective or 0)}")
    if not soft and known.feasible:
        status = "SATISFIABLE"
    elif soft and known.feasible and known.objective == 0:
        status = "OPTIMUM FOUND"
    elif not soft and known.facts.get("satisfiable") is False:
        status = "UNSATISFIABLE"
    else:
        status = "UNKNOWN"
    literals = [k if up else -k for k, up in enumerate(solution, 1)]  # of equations too, from 1
    return "\n".join([*lines, f"s {status}", *_values([*literals, 0])]) + "\n"


def _values(numbers: list[int]) -> Iterator[str]:
    line = "v"
    for word in map(str, numbers):
        if len(line) + 1 + len(word) > _WIDTH:
            yield line
            line = "v"
        line += " " + word
    yield line


def read_solution(encoded: Encoded, text: str) -> Any:
    """The assignment of such a file, of any solver: the last, where there are several.

    ``v`` lines hold literals, or one word of n bits as in the MaxSAT evaluation; lines of literals
    without ``v`` are read too.  Variables that are left out are false.

    Raises:
        ValueError: on text that holds no assignment of this problem.
    """
    words = [word for line in text.splitlines() for word in _solution_words(line)]
    n = len(encoded.from_plain([]))
    if not words and n:
        raise ValueError("the solution has no `v` line; expected literals or bits after `v`")
    if len(words) == 1 and len(words[0]) == n and set(words[0]) <= {"0", "1"}:
        return tuple(bit == "1" for bit in words[0])
    models: list[list[int]] = [[]]
    for word in words:
        if not _INTEGER.fullmatch(word):
            raise ValueError(f"{show(word)} in the solution; expected literals, ending with 0")
        if int(word):
            models[-1].append(int(word))
        else:
            models.append([])
    last = next((model for model in reversed(models) if model), [])
    return literals_assignment(last, n)


def _solution_words(line: str) -> list[str]:
    words = line.split()
    if not words or words[0] in ("c", "o", "s", "SAT", "SATISFIABLE", "d") or words[0][0] == "c":
        return []
    if words[0] in ("UNSAT", "UNSATISFIABLE", "UNKNOWN", "INDET"):
        return []
    return words[1:] if words[0] in ("v", "V") else words
