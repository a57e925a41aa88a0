"""The table of file formats, and reading and writing by name, suffix or content."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from problems.formats import (
    bonds,
    bqm_file,
    bqm_json,
    bqp,
    coo,
    poly_json,
    qplib,
    qubo,
    rudy,
    sparse,
)
from problems.formats.instance import Instance
from problems.formats.text import format_error, plain_name, read_bytes
from problems.polynomial import PolynomialProblem, Problem

_HEAD = 4096


@dataclass(frozen=True)
class Format:
    """How to read and write one format, and the suffixes that mean it.

    A suffix in `weak` also serves other formats: content is asked first.
    """

    read: Callable[[str | os.PathLike], Instance]
    write: Callable[[Any, str | os.PathLike], None]  # of an instance or a problem
    summary: str
    suffixes: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


def _read_json(path: str | os.PathLike) -> Instance:
    """A quadratic model, or a polynomial of any order."""
    data = read_bytes(path)
    if poly_json.is_polynomial(data):
        return poly_json.instance(path, data)
    return bqm_json.read(path)


def _write_json(source: Problem | Instance, path: str | os.PathLike) -> None:
    problem = source.problem if isinstance(source, Instance) else source
    if isinstance(problem, PolynomialProblem):
        poly_json.write(problem, path)
    else:
        bqm_json.write(problem, path)


FORMATS: dict[str, Format] = {
    "rudy": Format(
        rudy.read,
        rudy.write,
        "max-cut graph, `n m` then `i j w` from 1 (G-set, DIMACS torus)",
        (".rud", ".rudy"),
        (".txt", ".dat"),
    ),
    "mc": Format(rudy.read, rudy.write, "max-cut graph, Biq Mac name of rudy", (".mc",)),
    "sparse": Format(
        sparse.read, sparse.write, "Biq Mac binary quadratic, minimise x'Qx", (".sparse",)
    ),
    "qubo": Format(qubo.read, qubo.write, "qbsolv QUBO, minimise", (".qubo",)),
    "bqp": Format(bqp.read, bqp.write, "OR-Library binary quadratic, maximise", (".bqp",)),
    "qplib": Format(
        qplib.read, qplib.write, "QPLIB binary quadratic without constraints", (".qplib",)
    ),
    "coo": Format(coo.read, coo.write, "dimod COO text, `i j bias`", (".coo",)),
    "json": Format(_read_json, _write_json, "dimod BQM, or polynomial, as JSON", (".json",)),
    "bqm": Format(bqm_file.read, bqm_file.write, "dimod BQM as a binary file", (".bqm",)),
    "bonds": Format(bonds.read, bonds.write, "spin-glass bonds, `i j J` from 0, E = -sum J s s"),
}


def read(path: str | os.PathLike, format: str | None = None) -> Instance:
    """Read a problem file, plain or compressed (gzip, xz, bzip2).

    Without a `format`, the suffix decides (``.gz`` and the like taken off); a file called
    ``.txt``, ``.dat`` or something unknown is judged by its first lines.

    Args:
        path: the file.
        format: a key of `FORMATS`.

    Raises:
        FormatError: one line with file and line number, on a file that is missing, malformed or
            of no known format.

    Example:
        >>> import os, tempfile
        >>> from problems.formats import read, write
        >>> from problems.model import ising
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "edge.rud.gz")
        ...     write(ising([0, 0], [0], [1], [3]), path)
        ...     instance = read(path)
        >>> instance.name, instance.format, instance.values([1, -1]).item()
        ('edge', 'rudy', 3)
    """
    name = _detect(path) if format is None else format
    instance = _lookup(path, name).read(path)
    return replace(instance, format=name)


def write(source: Instance | Problem, path: str | os.PathLike, format: str | None = None) -> None:
    """Write a problem in `format`, or in the one that the suffix of `path` means.

    The file is compressed where its name ends with .gz, .xz or .bz2.  Formats without a place for
    labels leave them out; those without a place for biases or a constant refuse them.

    Raises:
        FormatError: on an unknown format, a problem that the format cannot hold or a file that
            cannot be written.

    Example:
        >>> import os, tempfile
        >>> from problems.generators import ferromagnet
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write(ferromagnet((4, 4)), os.path.join(folder, "square.coo"))
        ...     os.listdir(folder)
        ['square.coo']
    """
    name = format
    if name is None:
        name = _by_suffix(path, weak=False) or _by_suffix(path, weak=True)
    problem = source.problem if isinstance(source, Instance) else source
    if isinstance(problem, PolynomialProblem) and name in FORMATS and name != "json":
        raise format_error(path, None, "a polynomial", "the format json, which has terms")
    _lookup(path, name).write(source, path)


def _lookup(path: str | os.PathLike, name: str | None) -> Format:
    if name not in FORMATS:
        found = "a file of unknown format" if name is None else f"format {name!r}"
        raise format_error(path, None, found, f"one of the formats {', '.join(FORMATS)}")
    return FORMATS[name]


def _detect(path: str | os.PathLike) -> str | None:
    return _by_suffix(path, weak=False) or _by_content(path) or _by_suffix(path, weak=True)


def _by_suffix(path: str | os.PathLike, weak: bool) -> str | None:
    suffix = os.path.splitext(plain_name(path))[1].lower()
    for name, entry in FORMATS.items():
        if suffix in (entry.weak if weak else entry.suffixes):
            return name
    return None


def _by_content(path: str | os.PathLike) -> str | None:
    """Name of the format that the first lines show, or None."""
    head = read_bytes(path, _HEAD)
    if head.startswith(bqm_file.MAGIC):
        return "bqm"
    text = head.decode("ascii", "replace")
    if text.lstrip().startswith("{"):
        return "json"
    if re.search(r"^[ \t]*#.*vartype[:=]", text, re.MULTILINE):
        return "coo"
    if re.search(r"^p\s+qubo\s", text, re.MULTILINE):
        return "qubo"
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            words = line.split()
            numbers = all(word.isdecimal() for word in words)
            return {1: "bqp", 2: "rudy"}.get(len(words)) if numbers else None
    return None
