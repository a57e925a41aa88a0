"""QPLIB files of unconstrained binary problems: ``0.5 x'Qx + b'x + c``, minimised or maximised.

Entries (i, j, q) are summed once, as they are listed: each stands for ``q x_i x_j / 2``, on the
diagonal for ``q x_i / 2`` (published values agree with that only).  Indices count from 1.
Problems with constraints, or variables that are not binary, are refused.  Files of linear
objectives (kinds LBB, LBN) have no list of quadratic terms.

Source: F. Furini et al., Math. Program. Comput. 11, 237 (2019), doi:10.1007/s12532-018-0147-4;
https://qplib.zib.de
"""

import os
import re
from collections.abc import Iterator

import numpy as np

from problems.formats.instance import Instance, problem_of
from problems.formats.text import (
    MAX_VARIABLES,
    NUMBER,
    FormatError,
    format_error,
    instance_name,
    number_text,
    read_bytes,
    show,
    write_lines,
)
from problems.model import IsingProblem
from problems.qubo import ising_from_binary, to_qubo

# Objective: linear, diagonal, convex or any; variables: binary; constraints: bounds or none.
_KINDS = tuple(f"{objective}B{limits}" for objective in "QCDL" for limits in "BN")
_WHOLE = re.compile(r"\d{1,18}")


def read(path: str | os.PathLike) -> Instance:
    """Read a problem; values are those of the file's own objective.

    Raises:
        FormatError: on an unreadable or malformed file, or a problem with constraints or with
            variables that are not binary.
    """
    words = _Words(path, read_bytes(path).decode("ascii", "replace"))
    words.next("a name")
    kind = words.next("a kind such as QBN").upper()
    if kind not in _KINDS:
        found = f"a problem of the kind {show(kind)}"
        raise words.error(found, f"binary variables and no constraints: {', '.join(_KINDS)}")
    sense = words.next("minimize or maximize").lower()
    if sense not in ("minimize", "maximize"):
        raise words.error(f"sense {show(sense)}", "minimize or maximize")
    sign = -1 if sense == "maximize" else 1
    problem = _problem(words, sign, quadratic=not kind.startswith("L"))
    return Instance(problem, instance_name(path), "qplib", "energy", maximise_source=sign < 0)


def _problem(words: "_Words", sign: int, quadratic: bool) -> IsingProblem:
    n = words.count("number of variables", MAX_VARIABLES)
    num_terms = words.count("number of quadratic terms") if quadratic else 0
    entries = [(words.index(n), words.index(n), words.number()) for _ in range(num_terms)]
    linear = np.full(n, words.number())
    for _ in range(words.count("number of linear terms", n)):
        index = words.index(n)
        linear[index] = words.number()
    constant = words.number()
    row, col = np.array([e[:2] for e in entries], np.int64).reshape(-1, 2).T
    value = np.array([e[2] for e in entries])
    diagonal = row == col
    np.add.at(linear, row[diagonal], value[diagonal] / 2)
    pairs = ~diagonal
    return ising_from_binary(
        sign * linear, row[pairs], col[pairs], sign * value[pairs] / 2, sign * constant
    )


def write(source: IsingProblem | Instance, path: str | os.PathLike) -> None:
    """Write a problem to minimise; labels are left out.

    Raises:
        FormatError: where the file cannot be written.
    """
    matrix, offset = to_qubo(problem_of(source))
    terms = matrix.tocoo()
    linear = matrix.diagonal().tolist()
    pairs = [
        (int(j) + 1, int(i) + 1, 2 * v)
        for i, j, v in zip(terms.row, terms.col, terms.data, strict=True)
        if i != j
    ]
    biases = [(i + 1, v) for i, v in enumerate(linear) if v]
    lines = ["pbits", "QBN", "minimize", f"{len(linear)} # number of variables"]
    lines += [f"{len(pairs)} # number of quadratic terms in objective"]
    lines += [f"{i} {j} {number_text(v)}" for i, j, v in pairs]
    lines += ["0.0 # default value for linear coefficients in objective"]
    lines += [f"{len(biases)} # number of non-default linear coefficients in objective"]
    lines += [f"{i} {number_text(v)}" for i, v in biases]
    lines += [f"{number_text(offset)} # objective constant", "1e30 # value for infinity"]
    lines += ["0.0 # default starting point", "0", "0.0 # default bound dual", "0", "0", "0"]
    write_lines(path, lines)


class _Words:
    """Words of a file in order, comments left out, each with its line."""

    def __init__(self, path: str | os.PathLike, text: str) -> None:
        self.path, self.line = path, 1
        self._words = self._split(text)

    def _split(self, text: str) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(text.splitlines(), 1):
            if not line.lstrip().startswith(("!", "%")):
                for word in line.partition("#")[0].split():
                    yield number, word

    def error(self, found: str, expected: str) -> FormatError:
        return format_error(self.path, self.line, found, expected)

    def next(self, expected: str) -> str:
        self.line, word = next(self._words, (self.line, ""))
        if not word:
            raise self.error("the end of the file", expected)
        return word

    def number(self) -> float:
        word = self.next("a number")
        value = float(word) if NUMBER.fullmatch(word) else np.nan
        if not abs(value) <= 1e300:
            raise self.error(show(word), "a finite number")
        return value

    def count(self, what: str, most: int = 10**8) -> int:
        word = self.next(f"the {what}")
        if not _WHOLE.fullmatch(word) or int(word) > most:
            raise self.error(show(word), f"the {what}, at most {most}")
        return int(word)

    def index(self, n: int) -> int:
        word = self.next("an index")
        if not _WHOLE.fullmatch(word) or not 1 <= int(word) <= n:
            raise self.error(show(word), f"an index from 1 to {n}")
        return int(word) - 1
