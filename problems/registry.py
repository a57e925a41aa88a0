"""Public instances: which file is which, and the best values known for them.

The table ``problems/data/public.csv`` holds facts about files that others publish; no instance
comes with the package.  Files are read from a folder of the user's or downloaded by an explicit
call, and taken only if their SHA-256 is that of the table (:mod:`problems.digests` says of what).
A row whose digest is the name of another table stands for all of that table's files.

Instances are of two sorts.  Files of spins have values that :class:`~problems.formats.Instance`
counts.  Files of the problem library have sizes and values in their own terms:

    format    sizes                 best known value           target of the objective
    cnf       variables, clauses    false clauses              the same
    col       nodes, edges          number of colours          0 conflicts with so many colours
    tsp       cities, their pairs   length of a tour           the same
    qap       facilities, pairs     cost of an assignment      the same
    knapsack  items, 1 limit        value of a packing         the same

Best known values move, and public lists disagree: each row names its source and, where known, its
date; `note` tells of lists known to be wrong.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from problems import data, store
from problems.digests import Digest, digest_for

if TYPE_CHECKING:
    from problems.formats import Instance

TABLE = "public.csv"
_SATLIB = "https://www.cs.ubc.ca/~hoos/SATLIB/Benchmarks/SAT"
# Where the files of a folder, or else of a family, are published one by one or as an archive.
_SITES = {
    "gset": "https://web.stanford.edu/~yyye/yyye/Gset/{file}",
    "torus": "http://dimacs.rutgers.edu/archive/Challenges/Seventh/Instances/TORUS/{file}.gz",
    "k2000": "https://raw.githubusercontent.com/hariby/SA-complete-graph/"
    "785d664eddb65a5c90a03f5c2253a7cb2cf6ef8b/{file}",
    "rudy": "https://biqmac.aau.at/library/mac/{file}",
    "beasley": "https://biqmac.aau.at/library/biq/{file}",
    "gka": "https://biqmac.aau.at/library/biq/{file}",
    "uf20-91": f"{_SATLIB}/RND3SAT/uf20-91.tar.gz",
    "uf50-218": f"{_SATLIB}/RND3SAT/uf50-218.tar.gz",
    "aim": f"{_SATLIB}/DIMACS/AIM/aim.tar.gz",
    "hole": f"{_SATLIB}/DIMACS/PHOLE/pigeon-hole.tar.gz",
    "coloring": "https://mat.tepper.cmu.edu/COLOR/instances/{file}",
    "tsp": "http://comopt.ifi.uni-heidelberg.de/software/TSPLIB95/tsp/{file}.gz",
    "qap": "https://qaplib.mgi.polymtl.ca/data.d/{file}",
    "knapsack": "http://artemisa.unicauca.edu.co/~johnyortega/instances_01_KP/low-dimensional/"
    "{file}",
    "qplib": "https://qplib.zib.de/qplib/{file}",
}
_WHOLE_SET = ".tar.gz"  # an address that ends so is of an archive
_UNITS = {
    "cnf": ("variables", "clauses"),
    "col": ("nodes", "edges"),
    "tsp": ("cities", "pairs"),
    "qap": ("facilities", "pairs"),
    "knapsack": ("items", "limits"),
}
_ROUNDING = 1e-6  # of values with decimals
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
        format: a key of ``problems.formats.FORMATS`` or of ``problems.library.FILES``.
        sha256: :func:`problems.digests.digest_for` the format, of the uncompressed file.
        num_variables, num_interactions: sizes, in `units`.
        sense: "max" or "min", what the value is to be.
        best_known: the best value known: of spins as ``Instance.values`` counts it, else in the
            file's own terms; values with decimals are rounded to six of them.
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
        """Where the publisher has this file or an archive with it, None where that is unknown."""
        folder = self.file.rpartition("/")[0]
        site = _SITES.get(folder or self.family)
        return site and site.format(file=self.file)

    @property
    def digest(self) -> Digest:
        """How `sha256` is counted."""
        return digest_for(self.format)

    @property
    def natural(self) -> bool:
        """Whether the file is of the problem library, and its value no energy."""
        return self.format in _UNITS

    @property
    def units(self) -> tuple[str, str]:
        """What `num_variables` and `num_interactions` count."""
        return _UNITS.get(self.format, ("spins", "couplings"))

    @property
    def target(self) -> int | float:
        """Value of the objective that counts as reached.

        That is `best_known`, but for graphs to colour: with as many colours as are known to do,
        the objective is the number of conflicts, and the target is none.

        Example:
            >>> from problems import registry
            >>> myciel3 = registry.entry("myciel3")
            >>> myciel3.best_known, myciel3.target
            (4, 0)
        """
        return 0 if self.format == "col" else self.best_known

    def reaches(self, value: float) -> bool:
        """Whether a value of the objective is as good as the `target`, or better.

        Example:
            >>> from problems import registry
            >>> registry.entry("G1").reaches(11623), registry.entry("bqp50-1").reaches(-2098)
            (False, True)
        """
        slack = _ROUNDING if isinstance(self.target, float) else 0
        if self.sense == "max":
            return value >= self.target - slack
        return value <= self.target + slack


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


def load(name: str, folder: str | os.PathLike | None = None, **options: Any) -> "Instance":
    """Read a public instance from disk, its content checked against the table.

    Looked for in `folder`, else in the folder of the environment variable ``PBITS_DATA_DIR`` and
    then in the user's cache folder: in ``<family>/`` or at the top, plain, compressed or inside a
    tar archive, where it may have any name.

    Files of the problem library come as encoded problems (``.encoded``).  Graphs are to be coloured
    with as many colours as are known to do.

    Args:
        name: a name in the registry.
        folder: where the files are.
        options: of a problem of the library, such as `colours`.

    Raises:
        ValueError: on an unknown name, on unknown options, or where all files found differ from
            the table.
        FileNotFoundError: where there is no such file; the message says how to get it.

    Example:
        >>> from problems import registry
        >>> registry.load("G1", "no/such/folder")
        Traceback (most recent call last):
        FileNotFoundError: G1 is not in no/such/folder; `pbits data download G1` fetches it
    """
    known = entry(name)
    places = [Path(folder)] if folder is not None else store.folders()
    content = store.find(places, known.family, known.file, known.sha256, known.digest)
    if content is None:
        where = " or ".join(map(str, places))
        raise FileNotFoundError(f"{name} is not in {where}; {_advice(known)}")
    if known.format == "col":
        options = {"colours": known.best_known} | options
    return replace(store.parse(content, known.file, known.format, **options), name=name)


def download(name: str, folder: str | os.PathLike | None = None, timeout: float = 60) -> Path:
    """Fetch one instance from its publisher, into ``<family>/`` of a folder.

    Nothing is fetched where the file is there already.  A file that differs from the table is not
    kept.  Sets that are published as one archive come whole: all their files are written.

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
    place = (Path(folder) if folder is not None else store.folders()[0]) / known.family
    path = place / known.file
    if store.holds(path, known.sha256, known.digest):
        return path
    if known.url is None:
        raise LookupError(f"{name} cannot be downloaded: {_advice(known)}")
    if known.url.endswith(_WHOLE_SET):
        _download_set(known, place, timeout)
    else:
        store.fetch(known.url, path, known.sha256, timeout, known.digest)
    return path


def _download_set(known: Entry, place: Path, timeout: float) -> None:
    files = {e.sha256: e.file for e in _entries().values() if e.url == known.url}
    written = store.fetch_set(str(known.url), place, files, timeout, known.digest)
    if known.sha256 not in written:
        raise ValueError(
            f"{known.url} has no file with the SHA-256 of {known.name}; expected {known.sha256}: "
            "its publisher has changed it"
        )


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
        if not row["sha256"].endswith(".csv"):
            yield Entry(**typed)
            continue
        with open(data.path(row["sha256"]), newline="", encoding="ascii") as members:
            for name, sha256 in csv.reader(members):
                if fnmatchcase(name, row["name"]):
                    file = row["file"].replace("*", name)
                    yield Entry(**typed | {"name": name, "sha256": sha256, "file": file})
