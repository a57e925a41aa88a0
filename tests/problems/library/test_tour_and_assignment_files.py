"""TSPLIB and QAPLIB: rules of rounding, shapes of matrices, solutions, damaged files."""

import itertools
import math
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest

from problems.formats import FormatError, read
from problems.formats.text import split_lines
from problems.library import load
from problems.library.files import qaplib, tsplib
from problems.library.natural import detect
from problems.library.quadratic_assignment import quadratic_assignment

DATA = Path(os.environ.get("PBITS_DATA_DIR", Path(__file__).parents[4] / "shared" / "data"))


def tsp(rule, *rows, n=None, section="NODE_COORD_SECTION", extra=""):
    head = f"NAME: x\nTYPE: TSP\nDIMENSION: {n or len(rows)}\nEDGE_WEIGHT_TYPE: {rule}\n{extra}"
    return head + section + "\n" + "\n".join(rows) + "\nEOF\n"


def distance(rule, one, other):
    text = tsp(rule, f"1 {one}", f"2 {other}")
    return tsplib.parse(split_lines("x", text))["distances"][0, 1]


@pytest.mark.parametrize(
    ("rule", "one", "other", "expected"),
    [
        ("EUC_2D", "0 0", "1 1.2", 2),  # 1.562
        ("EUC_2D", "0 0", "0 2.5", 3),  # halves go up
        ("CEIL_2D", "0 0", "1 1", 2),
        ("CEIL_2D", "0 0", "3 4", 5),
        ("MAN_2D", "0 0", "1.2 1.2", 2),
        ("MAX_2D", "0 0", "1.2 2.6", 3),
        ("EUC_3D", "0 0 0", "1 2 2", 3),
        ("ATT", "0 0", "10 10", 5),  # sqrt(20) = 4.47, up
        ("ATT", "0 0", "30 10", 10),
        ("ATT", "0 0", "10 0", 4),  # sqrt(10) = 3.16, up
    ],
)
def test_rounding(rule, one, other, expected):
    assert distance(rule, one, other) == expected


def test_along_the_earth():
    """Degrees and minutes: 10.30 is ten and a half degrees; a quarter of a meridian."""
    assert distance("GEO", "0.00 0.00", "90.00 0.00") == int(6378.388 * math.pi / 2 + 1)
    assert distance("GEO", "10.30 5.00", "11.00 5.00") == int(6378.388 * math.pi / 360 + 1)
    assert distance("GEO", "-5.21 3.00", "-5.51 3.00") == int(6378.388 * math.pi / 360 + 1)
    assert distance("GEO", "10.30 5.00", "10.30 5.00") == 1


FULL = np.array([[0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0]])


@pytest.mark.parametrize(
    ("shape", "numbers"),
    [
        ("FULL_MATRIX", "0 1 2 3 1 0 4 5 2 4 0 6 3 5 6 0"),
        ("UPPER_ROW", "1 2 3 4 5 6"),
        ("LOWER_ROW", "1 2 4 3 5 6"),
        ("UPPER_DIAG_ROW", "0 1 2 3 0 4 5 0 6 0"),
        ("LOWER_DIAG_ROW", "0 1 0 2 4 0 3 5 6 0"),
        ("UPPER_COL", "1 2 4 3 5 6"),
        ("LOWER_COL", "1 2 3 4 5 6"),
        ("UPPER_DIAG_COL", "0 1 0 2 4 0 3 5 6 0"),
        ("LOWER_DIAG_COL", "0 1 2 3 0 4 5 0 6 9999"),
    ],
)
def test_shapes(shape, numbers):
    words = numbers.split()
    rows = [" ".join(words[:5]), " ".join(words[5:])]  # lines do not follow rows
    extra = f"EDGE_WEIGHT_FORMAT : {shape}\n"
    text = tsp("EXPLICIT", *rows, n=4, section="EDGE_WEIGHT_SECTION", extra=extra)
    assert np.array_equal(tsplib.parse(split_lines("x", text))["distances"], FULL)


def test_asymmetric_files_and_tours(tmp_path):
    text = "TYPE : ATSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EXPLICIT\n"
    text += "EDGE_WEIGHT_FORMAT : FULL_MATRIX\nEDGE_WEIGHT_SECTION\n9 1 5\n5 9 1\n1 5 9\n"
    (tmp_path / "a.data").write_text(text)
    encoded = load(tmp_path / "a.data")
    assert encoded.certificate([0, 1, 2]).objective == 3
    tour = tsplib.write_solution(encoded, (0, 1, 2))
    assert tour.split()[-6:] == ["TOUR_SECTION", "1", "2", "3", "-1", "EOF"]
    assert tsplib.read_solution(encoded, tour) == (0, 1, 2)
    assert tsplib.read_solution(encoded, "3 1 2") == (2, 0, 1)
    for bad in ("1 2", "1 2 4 -1", "0 1 2", "1 2 x", "TOUR_SECTION\n"):
        with pytest.raises(ValueError, match="expected"):
            tsplib.read_solution(encoded, bad)
    with pytest.raises(ValueError, match="whole tour"):
        tsplib.write_solution(encoded, (0, None, 2))


GOOD = tsp("EUC_2D", "1 0 0", "2 3 4", "3 0 4")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("TYPE: TSP", "TYPE: CVRP", ":2: TYPE 'CVRP'; expected TSP or ATSP"),
        ("DIMENSION: 3", "DIMENSION: 4", "9 numbers in NODE_COORD_SECTION; expected 12"),
        ("DIMENSION: 3", "DIMENSION: x", ":3: count 'x'"),
        ("DIMENSION: 3", "DIMENSION: 99999999", ":3: 99999999 variables"),
        ("DIMENSION: 3", "DIMENSION: 3\nDIMENSION: 3", ":4: DIMENSION again"),
        ("EUC_2D", "XRAY1", ":4: EDGE_WEIGHT_TYPE 'XRAY1'"),
        ("EUC_2D", "EXPLICIT", "EDGE_WEIGHT_FORMAT 'none'"),
        ("NODE_COORD_SECTION", "", ":6: '1 0 0'; expected `KEYWORD : value`"),
        ("2 3 4", "1 3 4", ":7: city 1; expected each of 1 to 3 once"),
        ("2 3 4", "2 3 nan", ":7: 'nan'; expected a number"),
        ("2 3 4", "2 3 1_0", ":7: '1_0'"),
    ],
)
def test_damaged_cities(tmp_path, old, new, words):
    path = tmp_path / "x.tsp"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(FormatError) as caught:
        load(path)
    assert words in str(caught.value)


QAP = "3\n\n0 1 2\n1 0 3\n2 3 0\n\n0 5 6\n5 0\n7 6 7 0\n"


def test_qaplib_in_any_lines_and_its_solutions(tmp_path):
    path = tmp_path / "x.dat"
    path.write_text(QAP)
    encoded = load(path)
    assert encoded.distance.tolist() == [[0, 5, 6], [5, 0, 7], [6, 7, 0]]
    best = min(itertools.permutations(range(3)), key=lambda p: encoded.certificate(p).objective)
    text = qaplib.write_solution(encoded, best)
    assert qaplib.read_solution(encoded, text) == best
    (tmp_path / "best.dat").write_text(QAP.replace("3\n", "3 76\n", 1))
    assert load(tmp_path / "best.dat", "qap").flow.tolist() == encoded.flow.tolist()
    for bad in ("", "3 76 1 2", "3 76 1 2 4", "3 76 0 1 2", "3 x 1 2 3", "2 7 1 2"):
        with pytest.raises(ValueError, match="expected"):
            qaplib.read_solution(encoded, bad)


def test_inverse_permutations_are_told_by_their_value():
    flow = [[0, 9, 0], [0, 0, 1], [0, 0, 0]]
    encoded = quadratic_assignment(flow, [[0, 1, 7], [2, 0, 3], [4, 5, 0]])
    value = encoded.certificate((1, 2, 0)).objective
    assert value != encoded.certificate((2, 0, 1)).objective
    assert qaplib.read_solution(encoded, f"3 {value}\n3, 1, 2\n") == (1, 2, 0)
    assert qaplib.read_solution(encoded, f"3 {value}\n2 3 1\n") == (1, 2, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty file"),
        ("x\n", ":1: n 'x'"),
        ("0\n", ":1: n '0'"),
        ("9999999\n", ":1: n '9999999'"),
        ("2\n0 1\n1 0\n0 1\n1\n", ":5: 7 numbers after n = 2; expected 8"),
        ("2\n0 1\n1 0\n0 1\n1 0 0\n", ":5: 9 numbers"),
        ("2\n0 1\n1 nan\n0 1\n1 0\n", ":3: 'nan'"),
    ],
)
def test_damaged_assignments(tmp_path, text, words):
    path = tmp_path / "x.qap"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        load(path)
    assert words in str(caught.value)


def test_only_assignments_are_taken_for_assignments(tmp_path):
    """Graphs and OR-Library files share suffixes and shapes; their readers still get them."""
    graph = "4 3\n1 2 1\n2 3 1\n3 4 1\n"
    library = "2\n2 1\n1 1 5\n1 1\n1 1 6\n"  # 11 numbers
    ambiguous = "3\n2 1\n1 1 5\n1 1\n1 1 6\n2 2\n1 1 3\n1 2 4\n"  # 1 + 2 * 9 numbers, two ways
    assert len(ambiguous.split()) == 19
    for name in ("x.dat", "x.txt", "x"):
        path = tmp_path / name
        for text in (graph, library, ambiguous, "1\n5\n7\n", "hello", "3\n", "1" * 5000):
            path.write_text(text)
            assert detect(path) is None
        path.write_text(graph)
        assert read(path).format == "rudy"
        path.write_text(QAP)
        assert detect(path) == "qap"
    (tmp_path / "x.bqp").write_text(QAP)
    assert detect(tmp_path / "x.bqp") is None


def test_fuzzed_files_are_read_or_refused(tmp_path):
    rng = np.random.default_rng(0)
    seen = set()
    for suffix, text in (("tsp", GOOD), ("qap", QAP)):
        path = tmp_path / f"x.{suffix}"
        for _ in range(150):
            damaged = bytearray(text.encode())
            for place in rng.integers(0, len(damaged), rng.integers(1, 4)):
                damaged[place] = (
                    rng.integers(0, 256) if rng.random() < 0.3 else rng.choice([32, 57])
                )
            path.write_bytes(damaged[: rng.integers(1, len(damaged) + 60)])
            seen.add((suffix, outcome(path)))
    assert len(seen) == 4


def outcome(path):
    try:
        load(path)
    except FormatError as error:
        return "refused" if "; expected " in str(error) else str(error)
    return "read"


def members(archive, *names):
    path = DATA / archive
    if not path.is_file():
        pytest.skip("published instances are not at hand")
    with tarfile.open(path) as files:
        return [files.extractfile(name).read().decode("latin-1") for name in names]


@pytest.mark.parametrize(
    ("name", "tour", "length"),
    [
        ("burma14", "1 2 14 3 4 5 6 12 7 13 8 11 9 10", 3323),
        ("ulysses16", "1 14 13 12 7 6 15 5 11 9 10 16 3 2 4 8", 6859),
        ("gr17", "1 4 13 7 8 6 17 14 15 3 11 10 2 5 9 12 16", 2085),
    ],
)
def test_lengths_of_known_tours(tmp_path, name, tour, length):
    (text,) = members("tsp/tsplib_small.tar.xz", f"{name}.tsp")
    (tmp_path / f"{name}.tsp").write_text(text)
    encoded = load(tmp_path / f"{name}.tsp")
    assert encoded.certificate(tsplib.read_solution(encoded, tour)).objective == length


def test_the_identity_tour_of_berlin52(tmp_path):
    """Cities in order of the file: 22205 with every distance rounded on its own."""
    (text,) = members("tsp/tsplib_small.tar.xz", "berlin52.tsp")
    (tmp_path / "x.tsp").write_text(text)
    assert load(tmp_path / "x.tsp").certificate(range(52)).objective == 22205


@pytest.mark.parametrize("name", ["nug12", "had12", "chr12a", "tai12a", "nug20"])
def test_values_of_published_assignments(tmp_path, name):
    data, solution = members("qap/qaplib_small.tar.xz", f"{name}.dat", f"{name}.sln")
    (tmp_path / f"{name}.dat").write_text(data)
    encoded = load(tmp_path / f"{name}.dat")
    found = qaplib.read_solution(encoded, solution)
    assert encoded.certificate(found).objective == int(solution.split()[1])
