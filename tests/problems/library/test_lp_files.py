"""LP and CQM files: what dimod writes comes back, what it would pass over is refused."""

import json

import dimod
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import check_ground_states

from problems.formats.text import FormatError
from problems.library.constrained import constrained
from problems.library.files.lp import from_lp, read_solution, write_solution
from problems.library.natural import FILES, detect, load

LP = """\\ Minimize is below
Maximize
 obj: 2 x + y - 3 i + 1
Subject To
 room: x + y + i <= 2
 low: i >= -1
Bounds
 -3 <= i <= 5
Binary
 x y
General
 i
End
"""


def as_cqm_file(cqm):
    with cqm.to_file() as file:
        return file.read()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.lp"
    path.write_text(LP)
    return path


def test_a_file_is_read_in_its_own_sense(file):
    encoded = load(file, encoding="unary")
    assert encoded.kind == "constrained"
    known = encoded.certificate({"x": 1, "y": 1, "i": -1})
    assert (known.feasible, known.objective) == (True, 7)


@pytest.mark.parametrize("suffix", [".lp", ".lp.gz", ".cqm", ".data"])
def test_suffix_and_content_tell(tmp_path, suffix):
    from problems.formats.text import write_bytes

    path = tmp_path / f"model{suffix}"
    content = as_cqm_file(from_lp(LP)) if suffix in (".cqm", ".data") else LP.encode()
    write_bytes(path, content)
    assert detect(path) == "lp"
    assert load(path).cqm.num_constraints() == 2


def test_a_cqm_file_keeps_soft_constraints(tmp_path):
    cqm = from_lp(LP)
    x = dimod.Binary("x")
    cqm.add_constraint(x <= 0, label="soft", weight=2)
    path = tmp_path / "model.cqm"
    path.write_bytes(as_cqm_file(cqm))
    assert load(path).certificate({"x": 1, "y": 0, "i": 0}).facts == {"broken_soft": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no objective"),
        ("hello world", "no objective"),
        ("Minimize x\0 End", "no ASCII"),
        ("Minimize\n \xe9\nEnd", "no ASCII"),
        (LP.replace("low:", "room:"), "room"),
        (LP.replace("<= 2", "<= two"), "LP"),
        (LP.replace("End", "SOS\n s: S1:: x:1 y:2\nEnd"), "section 'SOS'"),
        (LP.replace("General", "Semi-Continuous"), "model.lp:11: section 'Semi-Continuous'"),
    ],
)
def test_text_that_is_refused(text, words):
    with pytest.raises(FormatError, match=words):
        from_lp(text, "model.lp")


def test_a_damaged_cqm_file_is_refused(tmp_path):
    path = tmp_path / "model.cqm"
    data = as_cqm_file(from_lp(LP))
    for cut in (0, 5, 20, len(data) // 2):
        path.write_bytes(data[:cut])
        with pytest.raises(FormatError, match=r"model\.cqm"):
            load(path)


WORDS = st.sampled_from([
    "Minimize", "Maximize", "Subject To", "Bounds", "Binary", "General", "End", "\n", "x", "y",
    "c:", "+", "-", "2", "1e3", "<=", ">=", "=", "[", "]", "/ 2", "*", "^ 2", "free", "inf",
])  # fmt: skip


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(st.lists(WORDS, max_size=25))
def test_any_words_are_read_or_refused(words):
    try:
        cqm = from_lp(" ".join(["Minimize", *words]))
    except FormatError:
        return
    assert isinstance(cqm, dimod.ConstrainedQuadraticModel)


def test_what_dimod_writes_comes_back():
    cqm = from_lp(LP)
    assert from_lp(dimod.lp.dumps(cqm)).is_equal(cqm)


@pytest.mark.parametrize(
    "text",
    ["x 1\ny 0 # none\n\ni -1\n", '{"x": 1, "y": 0, "i": -1}', '[["x", 1], ["y", 0], ["i", -1]]'],
)
def test_solutions_in_three_shapes(text):
    encoded = constrained(LP)
    found = read_solution(encoded, text)
    assert found == {"x": 1, "y": 0, "i": -1}
    assert read_solution(encoded, write_solution(encoded, found)) == found
    json_file = FILES["natural"]
    assert json_file.read_solution(encoded, json_file.write_solution(encoded, found)) == found


@pytest.mark.parametrize(
    "text", ["x 1", "x 1\ny 0\ni -1\nz 1", "x one\n", "x 1\nx 1\ny 0\ni 0", "[1, 2]", "{", "x 1 2"]
)
def test_solutions_that_are_none(text):
    with pytest.raises(ValueError, match=r"expected|no JSON|JSON"):
        read_solution(constrained(LP), text)


def test_a_natural_json_file_holds_lp_text(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"problem": "constrained", "cqm": LP, "penalties": {"room": 9}}))
    assert load(path).penalties["room"] == 9


@pytest.mark.parametrize(("word", "best"), [("Maximize", 5), ("Minimize", -5), ("max", 5)])
def test_objectives_are_as_the_file_has_them(tmp_path, word, best):
    """Ground states against all values; a comment that names the other sense changes nothing."""
    path = tmp_path / "model.lp"
    sign = "-" if word == "Minimize" else ""
    other = "\\ Minimize is not meant" if sign == "" else "\\ Maximize is not meant"
    path.write_text(
        f"{other}\n{word}\n obj: {sign}3 x {sign or '+'} 2 y {sign or '+'} z\nSubject To\n"
        " c1: 2 x + y + z <= 3\nBounds\n 0 <= z <= 4\nBinary\n x y\nGeneral\n z\nEnd\n"
    )
    encoded = load(path)
    assert encoded.maximise == (best > 0)
    check_ground_states(encoded, best)
    light = encoded.lightened(0.5)
    assert light.maximise == encoded.maximise
