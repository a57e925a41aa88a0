"""CNF and WCNF files, and solutions of any solver."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK

from problems.formats import FormatError
from problems.library import load, satisfiability
from problems.library.files import cnf

PLAIN = "c a comment\np cnf 4 3\n1 -2\n0 3\nc in between\n 4 0 -4\n%\n0\n\n"
OLD = "p wcnf 3 4 10\n10 1 -2 0\n3 2 3 0 0 3 0 12 0\n"
NEW = "c 2022\nh 1 -2 0\n3 2 3 0\n0 3 0\nh 0\n"


def read(folder, text, name="a.cnf"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return cnf.read(path)


def test_a_plain_file(tmp_path):
    kind, data = read(tmp_path, PLAIN)
    assert kind == "sat"
    assert data == {"clauses": [[1, -2], [3, 4], [-4]], "num_variables": 4}
    assert load(tmp_path / "a.cnf").problem.num_variables == 4


@pytest.mark.parametrize("text", [OLD, NEW])
def test_weights_and_hard_clauses(tmp_path, text):
    _, data = read(tmp_path, text, "a.wcnf")
    assert data["clauses"] == [[2, 3], [3]]
    assert data["weights"] == [3, 0]
    assert data["hard"] == [[1, -2], []]
    assert data["num_variables"] == 3


def test_without_top_no_clause_must_hold(tmp_path):
    _, data = read(tmp_path, "p wcnf 1 1\n99999999999999999999 1 0\n")
    assert (data["weights"], data["hard"]) == ([99999999999999999999], [])


def test_formula_known_by_its_header(tmp_path):
    (tmp_path / "formula.txt").write_text(PLAIN)
    assert load(tmp_path / "formula.txt").kind == "sat"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p cnf 4 3\n1 0\n", "a.cnf:1: 1 clauses; expected 3"),
        ("p cnf 4 1\n1 0 2 0\n", "2 clauses; expected 1"),
        ("c\np cnf 2 1\n1 3 0\n", "a.cnf:2: variable 3; expected at most 2"),
        ("p cnf 2 1\n1 x 0\n", "a.cnf:2: 'x'"),
        ("p cnf 2 1\n1.0 0\n", "'1.0'"),
        ("p cnf 2\n1 0\n", "p wcnf n m top"),
        ("p sat 2 1\n1 0\n", "p wcnf n m top"),
        ("p cnf -2 1\n1 0\n", "non-negative"),
        ("p cnf 99999999999 1\n1 0\n", "at most 10,000,000"),
        ("p cnf 2 1\n1 0\np cnf 2 1\n", "one `p` line"),
        ("1 0\np cnf 2 1\n", "one `p` line"),
        ("1 2 0\n", "no `p` line"),
        ("h 1 99999999 0\n", "variables up to"),
        ("h 1 2\nh 3 0\n", "'h'; expected a literal"),
        ("p wcnf 2 1 10\nh 1 0\n", "'h'; expected a weight"),
        ("p wcnf 2 1 10\n-1 1 0\n", "weight -1"),
        ("p wcnf 2 1 0\n1 1 0\n", "top 0"),
        ("p wcnf 2 1 10\n1.5 1 0\n", "'1.5'; expected a weight"),
        ("", "empty file"),
        ("p cnf 1 1\n\u00e9 0\n", "ASCII"),
    ],
)
def test_bad_files(tmp_path, text, words):
    with pytest.raises(FormatError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)


def test_damaged_files_are_read_or_refused(tmp_path):
    """Nothing but a FormatError leaves the reader, and what is read can be built."""
    rng, pieces = random.Random(1), ["0", "-1", "h", "p", "c", "%", "\n", " ", "1e9", "\x00", "-"]
    for text in (PLAIN, OLD, NEW):
        for _ in range(150):
            place, size = rng.randrange(len(text)), rng.randrange(6)
            broken = text[:place] + rng.choice(pieces) + text[place + size :]
            try:
                _, data = read(tmp_path, broken)
            except FormatError:
                continue
            satisfiability(**data)


SOLVED = [
    "c hello\ns SATISFIABLE\nv 1 -2\nv 3 0\n",
    "o 5\no 3\ns OPTIMUM FOUND\nv 101\n",
    "SAT\n1 -2 3 0\n",
    "1 3 0",
    "v -1 0\nv 3 1 0\n",
]


@pytest.mark.parametrize("text", SOLVED)
def test_solutions_of_any_solver(text):
    assert cnf.read_solution(satisfiability([[1, 2, 3]]), text) == (True, False, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("s UNSATISFIABLE\n", "no `v` line"),
        ("", "no `v` line"),
        ("v 1 -1 0\n", "expected one of them"),
        ("v 4 0\n", "literal 4"),
        ("v 1 two 0\n", "'two'"),
        ("v 1011\n", "literal 1011"),
    ],
)
def test_no_solution(text, words):
    with pytest.raises(ValueError, match=words):
        cnf.read_solution(satisfiability([[1, 2, 3]]), text)


@QUICK
@given(st.lists(st.booleans(), max_size=60))
def test_solutions_survive_their_file(values):
    encoded = satisfiability([], len(values))
    text = cnf.write_solution(encoded, tuple(values))
    assert cnf.read_solution(encoded, text) == tuple(values)
    assert max(map(len, text.splitlines())) <= 78
    assert text.rstrip().endswith("0")
    assert "s SATISFIABLE" in text


@pytest.mark.parametrize(
    ("data", "values", "lines"),
    [
        ({"clauses": [[1]]}, (True,), {"s SATISFIABLE", "v 1 0"}),
        ({"clauses": [[1]]}, (False,), {"s UNKNOWN", "v -1 0"}),
        ({"clauses": [[]]}, (), {"s UNKNOWN", "v 0"}),
        ({"clauses": [[1]], "weights": [3]}, (False,), {"o 3", "s UNKNOWN"}),
        ({"clauses": [[1]], "weights": [3]}, (True,), {"o 0", "s OPTIMUM FOUND"}),
        ({"clauses": [[1]], "weights": [3], "hard": [[-1]]}, (True,), {"s UNKNOWN"}),
        ({"clauses": [[1]], "hard": [[-1]]}, (False,), {"o 1", "s UNKNOWN"}),
    ],
)
def test_status_says_no_more_than_is_known(data, values, lines):
    encoded = satisfiability(**data)
    text = cnf.write_solution(encoded, values)
    assert lines <= set(text.splitlines())
    assert "UNSATISFIABLE" not in text
    assert ("\no " in text) == any(line.startswith("o ") for line in lines)
