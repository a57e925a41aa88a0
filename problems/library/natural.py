"""Files of natural problems: which format a file is in, what it builds, and its solutions.

A format has a module in ``problems.library.files`` with

    read(path) -> (kind, data): the kind of problem and the arguments of its function,
    write_solution(encoded, solution) -> str: in the format's own terms,
    read_solution(encoded, text) -> solution: the inverse, of files from anywhere.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from problems.formats.text import format_error, plain_name, read_bytes
from problems.library.encoded import Encoded
from problems.library.kinds import KINDS, kind

_HEAD = 4096


@dataclass(frozen=True)
class NaturalFile:
    """One format.

    Attributes:
        name: for ``--format``.
        home: module under ``problems.library.files``.
        summary: one line.
        suffixes: that mean it.
        sign: a pattern that some line of the first 4096 bytes matches, for any other suffix; None
            where only the suffix tells.
        solution: the usual suffix of a file with a solution.
    """

    name: str
    home: str
    summary: str
    suffixes: tuple[str, ...]
    sign: str | None
    solution: str

    @property
    def _module(self) -> Any:
        return import_module(f"problems.library.files.{self.home}")

    @property
    def read(self) -> Callable[[str | os.PathLike], tuple[str, dict[str, Any]]]:
        return self._module.read

    def write_solution(self, encoded: Encoded, solution: Any) -> str:
        """The solution in the format's own terms."""
        return self._module.write_solution(encoded, solution)

    def read_solution(self, encoded: Encoded, text: str) -> Any:
        """The solution that a file's text holds.

        Raises:
            ValueError: on text that is no solution of this problem.
        """
        return self._module.read_solution(encoded, text)


FILES = {
    file.name: file
    for file in (
        NaturalFile("cnf", "cnf", "formula in clauses (DIMACS, weights too)",
                    (".cnf", ".wcnf"), r"^p\s+w?cnf\s", ".sol"),
        NaturalFile("col", "col", "graph to colour (DIMACS)", (".col",), r"^p\s+(edges?|col)\s",
                    ".sol"),
        NaturalFile("tsp", "tsplib", "cities of a tour (TSPLIB)", (".tsp",),
                    r"^TYPE\s*:\s*TSP\b", ".tour"),
        NaturalFile("qap", "qaplib", "quadratic assignment (QAPLIB)", (".qap",), None, ".sln"),
        NaturalFile("knapsack", "knapsack", "0/1 knapsack, `n capacity` then `value weight`",
                    (".kp", ".knapsack"), None, ".sol"),
        NaturalFile("natural", "natural_json", 'any problem as JSON, `{"problem": NAME, ...}`', (),
                    r'^\s*\{?\s*"problem"\s*:', ".json"),
    )
}  # fmt: skip


def detect(path: str | os.PathLike) -> str | None:
    """Name of the natural format of a file, None where it is of no natural format."""
    suffix = os.path.splitext(plain_name(path))[1].lower()
    for name, file in FILES.items():
        if suffix in file.suffixes:
            return name
    head = read_bytes(path, _HEAD).decode("ascii", "replace")
    for name, file in FILES.items():
        if file.sign is not None and re.search(file.sign, head, re.MULTILINE):
            return name
    return None


def load(path: str | os.PathLike, format: str | None = None, **options: Any) -> Encoded:
    """The problem in a file, plain or compressed.

    Args:
        path: the file.
        format: a key of `FILES`; by default what suffix and first lines say.
        options: more arguments of the problem's function, such as `colours`.

    Raises:
        FormatError: on a file that is missing, malformed or of no known format.
        ValueError: on options that the problem does not know or lacks.

    Example:
        >>> import os, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "square.json")
        ...     text = '{"problem": "graph-colouring", "graph": [[0, 1], [1, 2]], "colours": 2}'
        ...     _ = pathlib.Path(path).write_text(text)
        ...     encoded = load(path)
        >>> encoded.kind, encoded.problem.num_variables
        ('graph-colouring', 6)
    """
    name = detect(path) if format is None else format
    if name not in FILES:
        found = "a file of unknown format" if name is None else f"format {name!r}"
        raise format_error(path, None, found, f"one of the formats {', '.join(FILES)}")
    found, data = FILES[name].read(path)
    if found not in KINDS:
        raise format_error(path, None, f"problem {found!r}", f"one of {', '.join(KINDS)}")
    return kind(found).build(**(data | options))
