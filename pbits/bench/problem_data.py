"""Public files of the problem library's suites, with the best values known and who says so.

The one place that knows where they are: archives in the folders of `problems.store`, each read
once, and what `problems.registry` has.
"""

import csv
import io
import lzma
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from problems import registry, store

_SAT = ("sat", "satlib_small.tar.xz")
_TSP = ("tsp", "tsplib_small.tar.xz")
_QAP = ("qap", "qaplib_small.tar.xz")
_COLOURING = ("coloring", "dimacs_col.tar.xz")
_KNAPSACK = ("knapsack", "kp01_low_dimensional.tar.xz")
_QPLIB = ("qplib", "qplib_qubo23.tar.gz")
_GRAPHS = ("myciel3", "myciel4", "myciel5", "queen5_5", "queen6_6", "queen7_7")


class File(NamedTuple):
    """One instance.

    Attributes:
        name: of the instance.
        format: a key of `problems.library.FILES`, or of `problems.FORMATS`.
        content: of its file.
        best: the best value known, in the problem's own sense.
        proven: whether nothing better can exist.
        source: who says so.
    """

    name: str
    format: str
    content: bytes
    best: int | float
    proven: bool
    source: str


def files(family: str, most: int | None = None) -> list[File]:
    """The instances of a family, the first `most` of them.

    Raises:
        FileNotFoundError: where they are not on this computer; says what is missing.
        ValueError: on an unknown family, or an archive that cannot be read.
    """
    if family not in FAMILIES:
        raise ValueError(f"family {family!r} given; expected one of {', '.join(FAMILIES)}")
    return list(islice(FAMILIES[family](), most))


def _members(folder: str, archive: str) -> dict[str, bytes]:
    """All files of an archive by their path in it."""
    return _contents(_found(folder, archive))


@cache
def _contents(path: Path) -> dict[str, bytes]:
    try:
        with tarfile.open(path) as tar:
            return {
                os.path.normpath(one.name): found.read()
                for one in tar if one.isfile() and (found := tar.extractfile(one))
            }  # fmt: skip
    except (tarfile.TarError, OSError, EOFError, lzma.LZMAError) as error:
        raise ValueError(f"{path} is not a readable archive ({error}); remove it") from error


def _text(folder: str, file: str) -> str:
    return _found(folder, file).read_text(encoding="utf-8")


def _found(folder: str, file: str) -> Path:
    for place in store.folders():
        if (place / folder / file).is_file():
            return place / folder / file
    raise _missing(folder, file)


def _missing(folder: str, file: str) -> FileNotFoundError:
    where = " or ".join(map(str, store.folders()))
    return FileNotFoundError(
        f"{folder}/{file} is not in {where}; {store.ENVIRONMENT} names the folder of public files"
    )


def _numbered(path: str) -> tuple:
    """A key that sorts numbers in names by their size."""
    return tuple(int(p) if p.isdigit() else p for p in re.split(r"(\d+)", path))


def _formulas(pattern: str, source: str) -> Iterator[File]:
    members = _members(*_SAT)
    for path in sorted(members, key=_numbered):
        if re.search(pattern, path):
            name = path.removesuffix(".cnf").removeprefix("dimacs_benchmark_instances/")
            name = name.rpartition("/")[2] if name.startswith("uf") else name
            yield File(name, "cnf", members[path], 0, True, source)


def _graphs() -> Iterator[File]:
    rows = [line.split() for line in _text("coloring", "best_scores_gcp.txt").splitlines()]
    scores = {row[0]: row for row in rows if len(row) == 3}
    for name in _GRAPHS:
        _, colours, mark = scores[name]
        content = _members(*_COLOURING)[f"{name}.col"]
        yield File(name, "col", content, int(colours), mark == "*", "best_scores_gcp.txt")


def _tours() -> Iterator[File]:
    members = _members(*_TSP)
    rows = [line.split(":") for line in members["solutions"].decode().splitlines()]
    best = {row[0].strip(): int(row[1].split()[0]) for row in rows if len(row) == 2}
    for name in ("burma14", "ulysses16", "gr17"):
        yield File(name, "tsp", members[f"{name}.tsp"], best[name], True, "TSPLIB")


def _assignments() -> Iterator[File]:
    members = _members(*_QAP)
    for name in ("nug12", "had12"):
        value = int(members[f"{name}.sln"].split()[1])
        yield File(name, "qap", members[f"{name}.dat"], value, True, "QAPLIB")


def _sacks() -> Iterator[File]:
    members = _members(*_KNAPSACK)
    for path in sorted((p for p in members if p.startswith("low-dimensional/")), key=_numbered):
        name = path.partition("/")[2]
        best = float(members[f"low-dimensional-optimum/{name}"])
        best = int(best) if best == round(best) else best
        yield File(name, "knapsack", members[path], best, True, "low-dimensional-optimum")


def _qplib() -> Iterator[File]:
    members = _members(*_QPLIB)
    for row in csv.DictReader(io.StringIO(_text("qplib", "best_known.csv"))):
        name, best, source = row["instance"], row["best_known"], row["best_known_source"]
        if not re.fullmatch(r"-?\d+", best):
            best, source = row["stored_solution_value(verified)"], "solution of QPLIB"
        path = f"instances/{name}.qplib"
        yield File(name, "qplib", members[path], int(best), False, f"QPLIB: {source}")


def _registered(family: str, pattern: str) -> Iterator[File]:
    for name in registry.names(family):
        if not re.fullmatch(pattern, name):
            continue
        known = registry.entry(name)
        content = store.find(store.folders(), known.family, known.file, known.sha256)
        if content is None:
            raise _missing(known.family, known.file)
        best = known.best_known
        yield File(name, known.format, content, best, known.proven, known.source)


_RANDOM, _NONE = "SATLIB: satisfiable", "DIMACS: unsatisfiable"
FAMILIES: dict[str, Callable[[], Iterator[File]]] = {
    "uf20": partial(_formulas, r"^uf20-", _RANDOM),
    "uf50": partial(_formulas, r"^uf50-", _RANDOM),
    "unsat": partial(_formulas, r"/phole/|/unsat_", _NONE),
    "colouring": _graphs,
    "tsp": _tours,
    "qap": _assignments,
    "knapsack": _sacks,
    "qplib": _qplib,
    "bqp50": partial(_registered, "biqmac", r"bqp50-\d+"),
    "bqp100": partial(_registered, "biqmac", r"bqp100-\d+"),
    "gka": partial(_registered, "biqmac", r"gka\d+\w"),
    "gset": partial(_registered, "gset", "G55|G60|G70"),
}
