"""TSPLIB: cities of a tour (``.tsp``, ``.atsp``) and tours (``.tour``).

Source: G. Reinelt, ORSA J. Comput. 3, 376 (1991), doi:10.1287/ijoc.3.4.376, and its "TSPLIB 95"
manual, whose rounding to whole numbers is part of the format: lengths known for its instances are
sums of rounded distances.
"""

import os
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from problems.formats.text import Lines, counts, format_error, read_lines, show, split_lines
from problems.library.encoded import Encoded

MAX_CITIES = 10_000  # a matrix of all distances has its square of entries
_EARTH, _PI = 6378.388, 3.141592  # of the manual, for GEO
_KEY = re.compile(r"\s*([A-Z][A-Z0-9_]*)\s*(?::\s*(.*?)\s*)?$")


def read(path: str | os.PathLike) -> tuple[str, dict[str, Any]]:
    """Kind and arguments: distances, and places where the file has them.

    Raises:
        FormatError: on a file that is no TSP or ATSP, sections that are missing or of another
            length than announced, and weight types without a rule here.
    """
    return "travelling-salesman", parse(read_lines(path))


def parse(lines: Lines) -> dict[str, Any]:
    """Distances and places of a text; raises as :func:`read`.

    Example:
        >>> text = "TYPE: TSP\\nDIMENSION: 2\\nEDGE_WEIGHT_TYPE: EUC_2D\\nNODE_COORD_SECTION\\n"
        >>> data = parse(split_lines("pair", text + "1 0 0\\n2 3 4\\nEOF\\n"))
        >>> data["distances"].tolist(), data["places"].tolist()
        ([[0, 5], [5, 0]], [[0.0, 0.0], [3.0, 4.0]])
    """
    head, sections = _sections(lines)
    kind = head.get("TYPE", (1, ""))
    if kind[1].split()[:1] not in (["TSP"], ["ATSP"]):
        raise format_error(lines.path, kind[0], f"TYPE {show(kind[1])}", "TSP or ATSP")
    n = _dimension(lines, head)
    rule = head.get("EDGE_WEIGHT_TYPE", (1, "none"))
    if rule[1] == "EXPLICIT":
        return _explicit(lines, head, sections, n)
    if rule[1] not in _RULES:
        expected = f"EXPLICIT or one of {', '.join(_RULES)}"
        raise format_error(lines.path, rule[0], f"EDGE_WEIGHT_TYPE {show(rule[1])}", expected)
    width = 3 if rule[1].endswith("3D") else 2
    spots = _coordinates(lines, sections, "NODE_COORD_SECTION", n, width)
    distances = _RULES[rule[1]](spots)
    np.fill_diagonal(distances, 0)
    flat = spots[:, ::-1] if rule[1] == "GEO" else spots[:, :2]  # longitude to the right
    return {"distances": distances, "places": flat}


def write_solution(encoded: Encoded, solution: Any) -> str:
    """A ``.tour`` file, cities from 1."""
    tour = encoded.plain(solution)
    if any(v is None for v in tour):
        raise ValueError("a place of the tour has no city; expected a whole tour")
    known = encoded.certificate(solution)
    head = ["TYPE : TOUR", f"COMMENT : length {known.objective}", f"DIMENSION : {len(tour)}"]
    body = [str(v + 1) for v in tour]
    return "\n".join([*head, "TOUR_SECTION", *body, "-1", "EOF", ""])


def read_solution(encoded: Encoded, text: str) -> Any:
    """The first tour of a ``.tour`` file, or bare numbers from 1.

    Raises:
        ValueError: on text that is no tour of these cities.
    """
    lines = split_lines("the tour", text)
    numbers: list[int] = []
    inside = not any(line.strip().startswith("TOUR_SECTION") for line in lines.lines)
    for number, line in lines.data():
        words = line.split()
        if not inside or words[0] in ("EOF", "TOUR_SECTION"):
            inside = inside or words[0] == "TOUR_SECTION"
            continue
        for word in words:
            if word == "-1":
                return encoded.from_plain(numbers)
            if not re.fullmatch(r"\d{1,9}", word) or word == "0":
                raise format_error(lines.path, number, f"city {show(word)}", "a number from 1")
            numbers.append(int(word) - 1)
    return encoded.from_plain(numbers)


Header = dict[str, tuple[int, str]]
Sections = dict[str, tuple[int, list[tuple[int, str]]]]


def _sections(lines: Lines) -> tuple[Header, Sections]:
    """Key -> (line, value), and section -> (line, words with their lines)."""
    head: Header = {}
    sections: Sections = {}
    words: list[tuple[int, str]] | None = None
    for number, line in lines.data():
        match = _KEY.match(line)
        if match is None:
            if words is None:
                raise format_error(lines.path, number, show(line), "`KEYWORD : value` or a section")
            words += [(number, word) for word in line.split()]
            continue
        key, value = match.groups()
        if key == "EOF":
            break
        if key in head or key in sections:
            raise format_error(lines.path, number, f"{key} again", "each keyword once")
        if key.endswith("_SECTION") and not value:
            words = []
            sections[key] = number, words
        else:
            head[key], words = (number, value or ""), None
    return head, sections


def _dimension(lines: Lines, head: Header) -> int:
    number, value = head.get("DIMENSION", (1, ""))
    (n,) = counts(lines, number, value, "DIMENSION")
    if not 1 <= n <= MAX_CITIES:
        raise format_error(lines.path, number, f"{n} cities", f"1 to {MAX_CITIES:,} of them")
    return n


def _numbers(lines: Lines, sections: Sections, name: str, size: int) -> tuple[NDArray, list[int]]:
    """Finite numbers of a section and their lines; there are `size` of them."""
    number, words = sections.get(name, (1, None))
    if words is None:
        raise format_error(lines.path, number, f"no {name}", "one, for this EDGE_WEIGHT_TYPE")
    if len(words) != size:
        where = words[-1][0] if words else number
        raise format_error(lines.path, where, f"{len(words)} numbers in {name}", f"{size} of them")
    values = []
    for where, word in words:
        try:
            value = float(word)
        except ValueError:
            value = np.nan
        if not abs(value) < 1e15 or "_" in word:
            raise format_error(lines.path, where, show(word), "a number below 1e15")
        values.append(value)
    return np.array(values), [where for where, _ in words]


def _coordinates(lines: Lines, sections: Sections, name: str, n: int, width: int) -> NDArray:
    """Coordinates [n, width] in the order of the cities' numbers."""
    table, where = _numbers(lines, sections, name, n * (width + 1))
    rows = table.reshape(n, width + 1)
    spots, seen = np.zeros((n, width)), set()
    for row, line in zip(rows, where[:: width + 1], strict=True):
        city = row[0]
        if city not in range(1, n + 1) or city in seen:
            raise format_error(lines.path, line, f"city {city:g}", f"each of 1 to {n} once")
        seen.add(city)
        spots[int(city) - 1] = row[1:]
    return spots


def _explicit(lines: Lines, head: Header, sections: Sections, n: int) -> dict[str, Any]:
    form = head.get("EDGE_WEIGHT_FORMAT", (1, "none"))
    if form[1] not in _SHAPES:
        expected = f"one of {', '.join(_SHAPES)}"
        raise format_error(lines.path, form[0], f"EDGE_WEIGHT_FORMAT {show(form[1])}", expected)
    row, col = _SHAPES[form[1]](n)
    values, _ = _numbers(lines, sections, "EDGE_WEIGHT_SECTION", row.size)
    distances = np.zeros((n, n))
    distances[row, col] = values
    if form[1] != "FULL_MATRIX":
        distances[col, row] = values
    np.fill_diagonal(distances, 0)  # some files hold large numbers there
    data: dict[str, Any] = {"distances": distances}
    if np.array_equal(distances, np.rint(distances)):
        data["distances"] = distances.astype(np.int64)
    if "DISPLAY_DATA_SECTION" in sections:
        data["places"] = _coordinates(lines, sections, "DISPLAY_DATA_SECTION", n, 2)
    return data


def _triangle(k: int, upper: bool, by_row: bool) -> Any:
    """Entries in file order; by column the triangles change sides."""

    def entries(n: int) -> tuple[NDArray, NDArray]:
        if upper == by_row:
            return np.triu_indices(n, k)
        return np.tril_indices(n, -k)

    return entries


_SHAPES = {
    "FULL_MATRIX": lambda n: tuple(np.indices((n, n)).reshape(2, -1)),
    "UPPER_ROW": _triangle(1, True, True),
    "LOWER_ROW": _triangle(1, False, True),
    "UPPER_DIAG_ROW": _triangle(0, True, True),
    "LOWER_DIAG_ROW": _triangle(0, False, True),
    "UPPER_COL": _triangle(1, True, False),
    "LOWER_COL": _triangle(1, False, False),
    "UPPER_DIAG_COL": _triangle(0, True, False),
    "LOWER_DIAG_COL": _triangle(0, False, False),
}


def _nearest(values: NDArray) -> NDArray[np.int64]:
    return np.floor(values + 0.5).astype(np.int64)


def _steps(spots: NDArray) -> NDArray:
    return np.abs(spots[:, None] - spots)


def _straight(spots: NDArray) -> NDArray:
    return np.sqrt((_steps(spots) ** 2).sum(-1))


def _att(spots: NDArray) -> NDArray[np.int64]:
    """Pseudo-Euclidean: rounded up."""
    exact = np.sqrt((_steps(spots) ** 2).sum(-1) / 10)
    near = _nearest(exact)
    return near + (near < exact)


def _geo(spots: NDArray) -> NDArray[np.int64]:
    """Along the earth; coordinates DDD.MM are degrees and minutes, latitude first."""
    degrees = np.trunc(spots)
    latitude, longitude = (_PI * (degrees + 5 * (spots - degrees) / 3) / 180).T
    q1 = np.cos(longitude[:, None] - longitude)
    q2 = np.cos(latitude[:, None] - latitude)
    q3 = np.cos(latitude[:, None] + latitude)
    angle = np.arccos(np.clip(0.5 * ((1 + q1) * q2 - (1 - q1) * q3), -1, 1))
    return (_EARTH * angle + 1).astype(np.int64)


_RULES = {
    "EUC_2D": lambda spots: _nearest(_straight(spots)),
    "EUC_3D": lambda spots: _nearest(_straight(spots)),
    "CEIL_2D": lambda spots: np.ceil(_straight(spots)).astype(np.int64),
    "MAN_2D": lambda spots: _nearest(_steps(spots).sum(-1)),
    "MAN_3D": lambda spots: _nearest(_steps(spots).sum(-1)),
    "MAX_2D": lambda spots: _nearest(_steps(spots)).max(-1),
    "MAX_3D": lambda spots: _nearest(_steps(spots)).max(-1),
    "ATT": _att,
    "GEO": _geo,
}
