"""DIMACS graphs and colourings: counts of all customs, malformed files, noise."""

import contextlib
import os
import tarfile
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.formats.text import FormatError, split_lines
from problems.library import FILES, load
from problems.library.colouring import graph_colouring
from problems.library.files import col

CYCLE = "c a cycle\np edge 5 5\ne 1 2\ne 2 3\ne 3 4\ne 4 5\ne 5 1\n"
SOLUTION = "c by hand\ns col 3\nl 1 1\nl 2 2\nl 3 1\nl 4 2\nl 5 3\n"
DATA = Path(os.environ.get("PBITS_DATA_DIR", Path(__file__).parents[4] / "shared" / "data"))
ARCHIVE = DATA / "coloring" / "dimacs_col.tar.xz"


def parse(text):
    return col.parse(split_lines("f.col", text, "c"))


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("p edge 3 2", "e 1 2\ne 2 3"),
        ("p col 3 2", "e 2 1\ne 3 2"),
        ("p edges 3 4", "e 1 2\ne 2 1\ne 2 3\ne 3 2"),  # all lines counted
        ("p edge 3 2", "e 1 2\ne 2 1\ne 2 3\ne 3 2"),  # edges counted, both directions listed
        ("p edge 3 4", "e 1 2\ne 2 3"),  # each edge counted twice, listed once
        ("p edge 3 3", "e 1 2\ne 1 2\ne 2 3"),  # one stands again
    ],
)
def test_edges_that_are_counted_or_listed_twice_are_one(header, body):
    graph = parse(f"c\n{header}\n{body}\n")
    assert sorted(graph.edges) == [(1, 2), (2, 3)]


def test_nodes_without_edges_stay_and_in_order():
    assert list(parse("p edge 4 1\ne 4 2\n")) == [1, 2, 3, 4]
    assert len(parse("p edge 0 0\n")) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "1: empty file"),
        ("c nothing\n", "header"),
        ("e 1 2\n", "header `?'?e 1 2"),
        ("p edge 3\n", "header"),
        ("p cnf 3 2\n", "header"),
        ("p edge 3 x\n", "count 'x'"),
        ("p edge 3 -1\n", "count '-1'"),
        ("p edge 2000000 0\n", "at most 1,000,000"),
        ("p edge 3 1\ne 1 4\n", r"2: node 4; expected an integer in 1\.\.3"),
        ("p edge 3 1\ne 0 1\n", "2: node 0"),
        ("p edge 3 1\ne 2 2\n", "2: 2 joined to itself"),
        ("p edge 3 1\ne 1 2 3\n", "2: line 'e 1 2 3'"),
        ("p edge 3 1\nn 1 2\ne 1 2\n", "2: line 'n 1 2'"),
        ("p edge 3 1\ne 1 2.0\n", "node '2.0'"),
        ("p edge 3 1\ne 1 " + "9" * 5000 + "\n", "expected an integer"),
        ("p edge 3 5\ne 1 2\ne 2 3\n", "2 lines of 2 different edges; expected 5"),
        ("p edge 3 1\ne 1 2\ne 2 3\n", "expected 1 as announced"),
        ("p edge 2 1\ne 1 2\u00e9\n", "ASCII"),
    ],
)
def test_malformed_files(text, words):
    with pytest.raises(FormatError, match=words):
        parse(text)


def test_a_file_becomes_a_problem_and_its_solution_comes_back(tmp_path):
    path = tmp_path / "cycle.col"
    path.write_text(CYCLE)
    encoded = load(path)
    assert (encoded.kind, encoded.colours) == ("graph-colouring", 3)
    assert load(path, colours=4).problem.num_variables == 20
    (tmp_path / "cycle.txt").write_text(CYCLE)
    assert load(tmp_path / "cycle.txt").graph.edges == encoded.graph.edges
    file = FILES["col"]
    solution = file.read_solution(encoded, SOLUTION)
    assert encoded.certificate(solution).feasible
    assert SOLUTION.endswith(file.write_solution(encoded, solution))
    bare = dict(solution) | {3: None}
    assert file.read_solution(encoded, file.write_solution(encoded, bare)) == bare


@pytest.mark.parametrize("text", ["1\n2\n1\n2\n3\n", "0\n1\n0\n1\n2\n", "1 2 1 2 3"])
def test_plain_colours(text):
    encoded = graph_colouring(parse(CYCLE), 3)
    assert col.read_solution(encoded, text) == {1: 0, 2: 1, 3: 0, 4: 1, 5: 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("1\n2\n", "2 colours; expected one for each of 5"),
        ("1 2 1 2 4", "colour 4; expected 1 to 3"),
        ("s col 3\nl 6 1\n", "node 6"),
        ("s col 3\nl 1 1\nl 1 2\n", "node 1 again"),
        ("s col 3\nl 1 0\n", "colour 0"),
        ("s sat 3\n", "line 's sat 3'"),
        ("s col x\n", "'x'"),
        ("l 1\n", "line 'l 1'"),
        ("red blue", "colour 'red'"),
    ],
)
def test_malformed_solutions(text, words):
    encoded = graph_colouring(parse(CYCLE), 3)
    with pytest.raises(FormatError, match=words):
        col.read_solution(encoded, text)


@st.composite
def noise(draw, text):
    """A text with a few pieces cut out, doubled or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = min(len(text), start + draw(st.integers(0, 6)))
        piece = draw(st.one_of(st.text("0159-. \n\tcelps\x00\x1c\u00df", max_size=4), st.just("")))
        text = text[:start] + piece + text[draw(st.sampled_from((start, stop))) :]
    return text


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(noise(CYCLE), noise(SOLUTION))
def test_noise_gives_a_graph_or_a_format_error(graph_text, solution_text):
    with contextlib.suppress(FormatError):
        assert nx.number_of_selfloops(parse(graph_text)) == 0
    encoded = graph_colouring(parse(CYCLE), 3)
    with contextlib.suppress(FormatError):
        encoded.certificate(col.read_solution(encoded, solution_text))


@pytest.mark.slow
@pytest.mark.skipif(not ARCHIVE.is_file(), reason="published graphs are not at hand")
def test_published_graphs():
    """Sizes as their publishers count edges: queens and register graphs list each twice."""
    known = {"myciel3": (11, 20), "queen5_5": (25, 160), "anna": (138, 493), "huck": (74, 301)}
    with tarfile.open(ARCHIVE) as archive:
        for member in archive.getmembers():
            if member.name.endswith(".col"):
                text = archive.extractfile(member).read()
                graph = col.parse(split_lines(member.name, text, "c"))
                name = Path(member.name).stem
                size = len(graph), graph.number_of_edges()
                assert known.pop(name, size) == size
    assert not known
