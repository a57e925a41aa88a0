"""Graphs to colour in DIMACS format, and colourings of them.

``c`` comments, ``p edge n m`` (``p col`` and ``p edges`` too), then m lines ``e u v`` with nodes
1..n.  Published files differ in what they count: some list each edge in both directions, and m is
the number of lines or half of it, or twice the number of edges; edges that stand again are dropped.
A loop would leave no colouring, so it is refused.  No file says how many colours there are: that is
an argument (see :func:`problems.library.graph_colouring`).

A solution is ``s col K`` and lines ``l v c`` with colours 1..K, or one colour a line in the order
of the nodes, from 1, or from 0 where a 0 is among them.

Source: https://archive.dimacs.rutgers.edu/pub/challenge/graph/doc/ccformat.tex
"""

import os
import re
from typing import Any

import networkx as nx

from problems.formats.text import Lines, counts, format_error, read_lines, show, split_lines
from problems.library.colouring import GraphColouring

_HEADER = "p edge n m"
_NAMES = ("edge", "edges", "col")
_COUNT = re.compile(r"\d{1,18}")
_MOST_NODES = 1_000_000  # half a gigabyte as a networkx graph


def read(path: str | os.PathLike) -> tuple[str, dict[str, Any]]:
    """Kind and graph.

    Raises:
        FormatError: on an unreadable file, a wrong header or count, an index outside 1..n, a loop,
            or lines of another type than c, p and e.
    """
    return "graph-colouring", {"graph": parse(read_lines(path, "c"))}


def parse(lines: Lines) -> nx.Graph:
    """The graph, its nodes 1..n in order; raises as :func:`read`.

    Example:
        >>> text = "c both directions\\np edge 3 2\\ne 1 2\\ne 2 1\\ne 3 2\\n"
        >>> parse(split_lines("path", text, "c")).edges
        EdgeView([(1, 2), (2, 3)])
    """
    start, header = lines.header(f"a header `{_HEADER}`")
    words = header.split()
    if words[0] != "p" or len(words) != 4 or words[1] not in _NAMES:
        raise format_error(lines.path, start, f"header {show(header)}", f"`{_HEADER}`")
    n, m = counts(lines, start, " ".join(words[2:]), "n m")
    if n > _MOST_NODES:
        expected = f"at most {_MOST_NODES:,} of them"
        raise format_error(lines.path, start, f"{n:,} nodes", expected)
    edges, last = [], start
    for last, line in lines.data(start):
        edges.append(_edge(lines, last, line, n))
    distinct = set(edges)
    if m not in (len(edges), len(distinct), 2 * len(distinct)):
        found = f"{len(edges)} lines of {len(distinct)} different edges"
        raise format_error(lines.path, last, found, f"{m} as announced")
    graph = nx.Graph()
    graph.add_nodes_from(range(1, n + 1))
    graph.add_edges_from(edges)
    return graph


def write_solution(encoded: GraphColouring, solution: Any) -> str:
    """``s col K`` and ``l v c``, from 1, nodes by their place; those without a colour are left out.

    Raises:
        ValueError: on what is no solution of this problem.
    """
    encoded.certificate(solution)
    given = [solution[v] for v in encoded.graph]
    lines = [f"l {i} {colour + 1}" for i, colour in enumerate(given, 1) if colour is not None]
    used = {colour for colour in given if colour is not None}
    return "\n".join([f"s col {len(used)}", *lines]) + "\n"


def read_solution(encoded: GraphColouring, text: str) -> Any:
    """The colouring that a text holds, of either form.

    Raises:
        FormatError: on lines of neither form, a node that is unknown, missing or stands twice, or
            a colour outside those of this problem.
    """
    lines = split_lines("solution", text, "c")
    rows = [(number, line.split()) for number, line in lines.data()]
    if any(words[0] in ("s", "l") for _, words in rows):
        found = _labelled(lines, rows, len(encoded.graph))
    else:
        found = _plain(lines, rows, len(encoded.graph))
    for colour in found:
        if colour is not None and not 0 <= colour < encoded.colours:
            expected = f"1 to {encoded.colours} (the problem has so many)"
            raise format_error(lines.path, None, f"colour {colour + 1}", expected)
    return dict(zip(encoded.graph, found, strict=True))


def _edge(lines: Lines, number: int, line: str, n: int) -> tuple[int, int]:
    words = line.split()
    if words[0] != "e" or len(words) != 3:
        raise format_error(lines.path, number, f"line {show(line.strip())}", "`e u v` or `c`")
    u, v = (_count(lines, number, word, "node") for word in words[1:])
    for node in (u, v):
        if not 1 <= node <= n:
            raise format_error(lines.path, number, f"node {node}", f"an integer in 1..{n}")
    if u == v:
        raise format_error(lines.path, number, f"{u} joined to itself", "two different ends")
    return min(u, v), max(u, v)


def _labelled(lines: Lines, rows: list[tuple[int, list[str]]], n: int) -> list[int | None]:
    """Colours from 0 in the order of the nodes, None for those that no line names."""
    found: list[int | None] = [None] * n
    for number, words in rows:
        if words[:2] == ["s", "col"] and len(words) == 3:
            _count(lines, number, words[2], "number of colours")
            continue
        if words[0] != "l" or len(words) != 3:
            shown = show(" ".join(words))
            raise format_error(lines.path, number, f"line {shown}", "`s col K` or `l node colour`")
        node, colour = (_count(lines, number, word, "entry") for word in words[1:])
        if not 1 <= node <= n or found[node - 1] is not None:
            again = "again" if 1 <= node <= n else "given"
            expected = f"each of 1..{n} once"
            raise format_error(lines.path, number, f"node {node} {again}", expected)
        found[node - 1] = colour - 1
    return found


def _plain(lines: Lines, rows: list[tuple[int, list[str]]], n: int) -> list[int]:
    """Colours from 0 of a file of nothing but numbers, whose own may count from 0 or 1."""
    found = [_count(lines, number, word, "colour") for number, words in rows for word in words]
    if len(found) != n:
        raise format_error(lines.path, None, f"{len(found)} colours", f"one for each of {n} nodes")
    base = 0 if 0 in found else 1
    return [colour - base for colour in found]


def _count(lines: Lines, number: int, word: str, what: str) -> int:
    if not _COUNT.fullmatch(word):
        raise format_error(lines.path, number, f"{what} {show(word)}", "an integer, 0 or more")
    return int(word)
