"""Knapsack files: read, recognised, refused; solutions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK

from problems.formats.text import FormatError
from problems.library import load
from problems.library.files import knapsack as files
from problems.library.natural import detect

SMALL = "4 11\n6 2\n10 4\n12 6\n13 7"
DECIMAL = "2 1.5\n0.125126 0.75\n19.330424 1e0\n"


def write(folder, text, name="f4_l-d_kp_4_11"):
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize("text", [SMALL, SMALL + "\n0 1 0 1\n", "# small\n" + SMALL])
def test_load(tmp_path, text):
    encoded = load(write(tmp_path, text))
    assert encoded.kind == "knapsack"
    assert (encoded.values, encoded.weights, encoded.capacity) == (
        (6, 10, 12, 13),
        (2, 4, 6, 7),
        11,
    )


def test_decimals(tmp_path):
    encoded = load(write(tmp_path, DECIMAL), slack="unary")
    assert encoded.weights == (0.75, 1)
    assert encoded.capacity == 1.5


@pytest.mark.parametrize(
    "text",
    [
        "3 3\n1 2\n2 3\n1 3\n",  # a graph without weights
        "3 2\n1 2\n2 3\n",
        "3 3\n1 2 1\n2 3 1\n1 3 -1\n",
        "3 4\n1 2 1\n2 3 1\n1 3 -1\n",
        "1 5\n5 2\n",  # a matrix
        "2 7\n1 2 3\n4 5\n",
        "2 7\n1 2\n4 5\n6 7\n",
        "2 7\n1 2\n4 x\n",
        "0 0\n",
        "2 7\n",
        "",
        "p cnf 2 7\n",
    ],
)
def test_other_files_are_not_taken(tmp_path, text):
    assert detect(write(tmp_path, text)) != "knapsack"


def test_taken_by_name_or_content(tmp_path):
    assert detect(write(tmp_path, SMALL)) == "knapsack"
    assert detect(write(tmp_path, SMALL + "\n")) == "knapsack"
    assert detect(write(tmp_path, DECIMAL)) == "knapsack"
    assert detect(write(tmp_path, "1 1\n1 1\n", "one.kp")) == "knapsack"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4\n", ":1: line '4'"),
        ("2.5 3\n1 1\n", "count '2.5'"),
        ("1 -3\n1 1\n", "capacity '-3'"),
        ("99999999999 3\n1 1\n", "count '99999999999'"),
        ("2 3\n1 1\n", ":2: 1 items after a header of 2"),
        ("1 3\n1 one\n", ":2: line '1 one'"),
        ("1 3\n1 nan\n", ":2: line '1 nan'"),
        ("1 3\n1 1e301\n", "below 1e300"),
        ("1 3\n1 " + "9" * 5000 + "\n", "below 1e300"),
        ("1 3\n1 -1\n", ":2: weight '-1'"),
        ("2 3\n1 1\n1 1\n1 2\n", ":4: 1 lines more"),
        ("# nothing\n", "no data"),
        ("", "empty"),
    ],
)
def test_refused(tmp_path, text, words):
    with pytest.raises(FormatError) as error:
        files.read(write(tmp_path, text))
    assert words in str(error.value)


@QUICK
@given(st.text(alphabet="0123456789 .-e\n#x", max_size=40))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    path = write(tmp_path_factory.mktemp("fuzz"), text)
    known = detect(path) == "knapsack"
    try:
        kind, data = files.read(path)
    except FormatError:
        assert not known or "-" in text  # a negative weight
    else:
        assert kind == "knapsack"
        assert len(data["values"]) == len(data["weights"])


def test_solutions(tmp_path):
    encoded = load(write(tmp_path, SMALL))
    assert files.write_solution(encoded, (1, 3)) == "0 1 0 1\n"
    for text in ("0 1 0 1\n", "0101", "23\n0 1 0 1\n", "23 1\n0 1\n0 1\n", "# mine\n0101\n"):
        assert files.read_solution(encoded, text) == (1, 3)
    for text in ("23\n", "0 1 0", "0 1 0 2", "", "0 1 0 1 0"):
        with pytest.raises(ValueError, match="4 values 0 and 1"):
            files.read_solution(encoded, text)
