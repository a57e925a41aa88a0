"""Public instances: which file is which, and the best values known for them.

The table ``problems/data/public.csv`` holds facts about files that others publish; no instance
comes with the package.  Files are read from a folder of the user's or downloaded by an explicit
call, and taken only if their SHA-256 is that of the table, with line ends as ``\\n``.

Best known values move, and public lists disagree: each row names its source and, where known, its
date; `note` tells of lists known to be wrong.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from problems import data, store

if TYPE_CHECKING:
    from problems.formats import Instance

TABLE = "public.csv"
# Where the files of a folder, or else of a family, are published one by one.
_SITES = {
    "gset": "https://web.stanford.edu/~yyye/yyye/Gset/{file}",
    "torus": "http://dimacs.rutgers.edu/archive/Challenges/Seventh/Instances/TORUS/{file}.gz",
    "k2000": "https://raw.githubusercontent.com/hariby/SA-complete-graph/"
    "785d664eddb65a5c90a03f5c2253a7cb2cf6ef8b/{file}",
    "rudy": "https://biqmac.aau.at/library/mac/{file}",
    "beasley": "https://biqmac.aau.at/library/biq/{file}",
    "gka": "https://biqmac.aau.at/library/biq/{file}",
}
_ELSEWHERE = {
    "orlib": "http://people.brunel.ac.uk/~mastjjb/jeb/orlib/bqpinfo.html has the same problems in "
    "another layout (problems.formats.bqp reads it); these are their copies in qbsolv's shape",
}


@dataclass(frozen=True)
class Entry:
    """What is known of one public instance.

    Attributes:
        name: name in the registry.
        family: the set that it belongs to.
        file: the publisher's file name, uncompressed, with a folder where names repeat.
        format: a key of ``problems.formats.FORMATS``.
        sha256: of the uncompressed file, hexadecimal.
        num_variables, num_interactions: size of the Ising problem.
        sense: "max" or "min", what the value is to be.
        best_known: the best value known, as ``Instance.values`` counts it; energies of files with
            decimals are rounded to six of them.
        proven: whether the source states that no better value exists.
        source: who reports the value.
        date: year or month of the source, empty where unknown.
        note: traps, older values and misprints in public lists.
    """

    name: str
    family: str
    file: str
    format: str
    sha256: str
    num_variables: int
    num_interactions: int
    sense: Literal["max", "min"]
    best_known: int | float
    proven: bool
    source: str
    date: str
    note: str

    @property
    def url(self) -> str | None:
        """Where the publisher has this very file, None where no such address is known."""
        folder = self.file.rpartition("/")[0]
        site = _SITES.get(folder or self.family)
        return site and site.format(file=self.file)

    def reaches(self, value: float) -> bool:
        """Whether `value` is as good as the best known one, or better.

        Example:
            >>> from problems import registry
            >>> registry.entry("G1").reaches(11623), registry.entry("bqp50-1").reaches(-2098)
            (False, True)
        """
        return value >= self.best_known if self.sense == "max" else value <= self.best_known


def families() -> tuple[str, ...]:
    """Names of the sets of instances.

    Example:
        >>> from problems import registry
        >>> registry.families()[:3]
        ('gset', 'k2000', 'torus')
    """
    return tuple(dict.fromkeys(row.family for row in _entries().values()))


def names(family: str | None = None) -> tuple[str, ...]:
    """Names of all instances, or of those of one family.

    Raises:
        ValueError: on an unknown family.

    Example:
        >>> from problems import registry
        >>> registry.names("torus")
        ('toruspm3-8-50', 'torusg3-8')
    """
    if family is not None and family not in families():
        raise ValueError(f"family {family!r} given; expected one of {', '.join(families())}")
    return tuple(e.name for e in _entries().values() if family in (None, e.family))


def entry(name: str) -> Entry:
    """What is known of the instance `name`.

    Raises:
        ValueError: on an unknown name.

    Example:
        >>> from problems import registry
        >>> g63 = registry.entry("G63")
        >>> g63.best_known, g63.source, g63.proven
        (27047, 'arXiv:2510.21105', False)
    """
    if name not in _entries():
        raise ValueError(
            f"instance {name!r} is not in the registry; `pbits data list` names those that are"
        )
    return _entries()[name]


def load(name: str, folder: str | os.PathLike | None = None) -> "Instance":
    """Read a public instance from disk, its content checked against the table.

    Looked for in `folder`, else in the folder of the environment variable ``PBITS_DATA_DIR`` and
    then in the user's cache folder: in ``<family>/`` or at the top, plain, compressed or inside a
    tar archive.

    Args:
        name: a name in the registry.
        folder: where the files are.

    Raises:
        ValueError: on an unknown name, or where all files found differ from the table.
        FileNotFoundError: where there is no such file; the message says how to get it.

    Example:
        >>> from problems import registry
        >>> registry.load("G1", "no/such/folder")
        Traceback (most recent call last):
        FileNotFoundError: G1 is not in no/such/folder; `pbits data download G1` fetches it
    """
    known = entry(name)
    places = [Path(folder)] if folder is not None else store.folders()
    content = store.find(places, known.family, known.file, known.sha256)
    if content is None:
        where = " or ".join(map(str, places))
        raise FileNotFoundError(f"{name} is not in {where}; {_advice(known)}")
    return replace(store.parse(content, known.file, known.format), name=name)


def download(name: str, folder: str | os.PathLike | None = None, timeout: float = 60) -> Path:
    """Fetch one instance from its publisher, into ``<family>/`` of a folder.

    Nothing is fetched where the file is there already.  A file that differs from the table is not
    kept.

    Args:
        name: a name in the registry.
        folder: where to put it; default: ``PBITS_DATA_DIR``, else the user's cache folder.
        timeout: seconds without any data after which to give up.

    Returns:
        The path of the uncompressed file.

    Raises:
        ValueError: on an unknown name, or where the publisher's file differs from the table.
        LookupError: where no address of this file is known; the message says where to look.
        OSError: where the publisher cannot be reached or the file cannot be written.
    """
    known = entry(name)
    path = (Path(folder) if folder is not None else store.folders()[0]) / known.family / known.file
    if store.holds(path, known.sha256):
        return path
    if known.url is None:
        raise LookupError(f"{name} cannot be downloaded: {_advice(known)}")
    store.fetch(known.url, path, known.sha256, timeout)
    return path


def _advice(known: Entry) -> str:
    if known.url:
        return f"`pbits data download {known.name}` fetches it"
    source = _ELSEWHERE.get(known.family, f"look for it by its source: {known.source}")
    return f"no address of {known.file} is known; {source}"


@cache
def _entries() -> dict[str, Entry]:
    with open(data.path(TABLE), newline="", encoding="ascii") as file:
        return {row.name: row for row in _rows(csv.DictReader(file))}


def _rows(reader: csv.DictReader) -> Iterator[Entry]:
    for row in reader:
        typed: dict[str, Any] = dict(row)
        for column in ("num_variables", "num_interactions"):
            typed[column] = int(row[column])
        value = row["best_known"]
        typed["best_known"] = float(value) if "." in value else int(value)
        typed["proven"] = row["proven"] == "yes"
        yield Entry(**typed)
