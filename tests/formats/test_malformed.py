"""Each damaged file gives one line: file, line number, what was found, what was expected."""

import bz2
import gzip
import json
import lzma
import struct

import dimod
import numpy as np
import pytest

from problems.formats import FormatError, read

QUBO = "p qubo 0"
QPLIB = "! a name\nx\nQBN # kind\nminimize\n"  # four lines
TEXT_CASES = [
    # name, content, line, part of what is said
    ("empty.rud", "", 1, "empty file"),
    ("blank.rud", " \n\n", 1, "empty file"),
    ("comments.rud", "# nothing\n", 1, "no data; expected a header `n m`"),
    ("header.rud", "3\n1 2 1\n", 1, "header '3'; expected `n m`"),
    ("no_header.rud", "\n1 2 1\n2 3 1\n", 2, "header '1 2 1'"),
    ("words.rud", "three 2\n", 1, "count 'three'; expected `n m`, non-negative integers"),
    ("negative.rud", "3 -2\n", 1, "count '-2'"),
    ("fraction.rud", "3.0 2\n", 1, "count '3.0'"),
    ("huge.rud", "99999999999 0\n", 1, "99999999999 variables; expected at most 10,000,000"),
    ("digits.rud", "9" * 5000 + " 0\n", 1, "count '9999"),
    ("few.rud", "3 3\n1 2 1\n\n2 3 1\n", 4, "ends after 2 edges; expected 3 as announced"),
    ("none.rud", "3 3\n", 1, "ends after 0 edges; expected 3"),
    ("many.rud", "3 1\n# c\n1 2 1\n2 3 1\n", 4, "more than the 1 edges announced"),
    ("unannounced.rud", "3 0\n2 3 1\n", 2, "more than the 0 edges announced"),
    ("range.rud", "3 2\n1 2 1\n2 4 1\n", 3, "index 4; expected an integer in 1..3"),
    ("zero.rud", "3 2\n0 2 1\n2 3 1\n", 2, "index 0; expected an integer in 1..3"),
    ("minus.rud", "3 2\n1 2 1\n-2 3 1\n", 3, "index -2"),
    ("half.rud", "3 2\n1 2 1\n2.5 3 1\n", 3, "index 2.5; expected an integer in 1..3"),
    ("nan_index.rud", "3 2\n1 2 1\nnan 3 1\n", 3, "index nan"),
    ("loop.rud", "3 2\n1 2 1\n3 3 1\n", 3, "3 joined to itself"),
    ("twice.rud", "3 3\n1 2 1\n2 3 1\n1 2 1\n", 4, "the pair 1 2 again, after line 2"),
    ("reversed.rud", "3 3\n1 2 1\n# c\n2 3 1\n2 1 1\n", 5, "the pair 2 1 again, after line 2"),
    ("first_twice.rud", "4 4\n3 4 1\n1 2 1\n4 3 1\n2 1 1\n", 4, "the pair 4 3 again"),
    ("nan.rud", "3 2\n1 2 1\n2 3 nan\n", 3, "weight nan; expected a finite number"),
    ("inf.rud", "3 2\n1 2 -inf\n2 3 1\n", 2, "weight -inf"),
    ("overflow.rud", "3 2\n1 2 1\n2 3 1e999\n", 3, "weight 1e999"),
    ("garbage.rud", "3 2\n1 2 1\n2 3 x\n", 3, "word 'x'; expected `i j` or `i j w` in numbers"),
    ("python.rud", "3 2\n1 2 1_0\n2 3 1\n", 2, "word '1_0'"),
    ("truncated.rud", "3 2\n1 2 1\n2 3\n", 3, "2 numbers in '2 3'"),
    ("mixed.rud", "3 2\n1 2\n2 3 5\n", 3, "3 numbers in '2 3 5'"),
    ("cut.rud", "3 2\n1 2 1\n2\n", 3, "1 numbers in '2'"),
    ("wide.rud", "3 2\n1 2 1 7\n2 3 1 7\n", 2, "4 numbers in '1 2 1 7'"),
    ("latin.rud", b"3 2\n1 2 1\n2 \xe9 1\n", 3, "byte 0xe9; expected ASCII text"),
    ("windows.rud", b"3 2\r\n1 2 1\r\n2 x 1\r\n", 3, "word 'x'"),
    ("nul.rud", b"3 2\n1 2 1\n2 3 \x00\n", 3, "word '\\x00'"),
    ("graph.txt", "hello\n", 1, "header 'hello'"),
    ("count.sparse", "2 2\n1 1 5\n", 2, "ends after 1 entries"),
    ("range.sparse", "2 1\n1 3 5\n", 2, "index 3; expected an integer in 1..2"),
    ("twice.sparse", "2 2\n1 2 5\n2 1 5\n", 3, "the pair 2 1 again, after line 2"),
    ("diagonal.sparse", "2 2\n1 1 5\n1 1 5\n", 3, "the pair 1 1 again"),
    ("weightless.sparse", "2 1\n1 2\n", 2, "2 numbers in '1 2'; expected `i j q`"),
    ("nan.sparse", "2 1\n1 2 nan\n", 2, "weight nan"),
    ("header.qubo", "c x\np qubo 2 1\n", 2, "header 'p qubo 2 1'; expected `p qubo 0 maxNodes"),
    ("headless.qubo", "0 0 1\n", 1, "header '0 0 1'"),
    ("target.qubo", "p qubo chimera 2 1 1\n", 1, "header 'p qubo chimera"),
    ("negative.qubo", f"{QUBO} 2 -1 1\n", 1, "count '-1'"),
    ("few.qubo", f"{QUBO} 2 1 1\n0 0 1\n", 2, "ends after 1 lines (1 nodes, 1 couplers)"),
    ("many.qubo", f"{QUBO} 2 1 0\n0 0 1\n0 1 1\n", 3, "more than the 1 lines"),
    ("range.qubo", f"{QUBO} 2 1 1\n0 0 1\n0 2 1\n", 3, "index 2; expected an integer in 0..1"),
    ("order.qubo", f"{QUBO} 2 1 1\nc n\n0 1 1\n0 0 1\n", 3, "a coupler line; expected 1 node"),
    ("loop.qubo", f"{QUBO} 2 1 1\n0 0 1\n1 1 1\n", 3, "a node line; expected 1 node lines"),
    ("node.qubo", f"{QUBO} 2 2 0\n0 0 1\n0 0 2\n", 3, "the pair 0 0 again, after line 2"),
    ("twice.qubo", f"{QUBO} 2 0 2\n0 1 1\n1 0 2\n", 3, "the pair 1 0 again, after line 2"),
    ("comment.qubo", f"{QUBO} 2 0 1\n0 1 1c\n", 2, "word '1c'"),
    ("several.bqp", "2\n1 1\n1 1 5\n1 1\n1 1 6\n", 1, "2 problems, index None; expected an index"),
    ("none.bqp", "0\n", 1, "0 problems"),
    ("missing.bqp", "1\n", 2, "the file ends before problem 1"),
    ("few.bqp", "1\n2 2\n1 2 5\n", 3, "ends after 1 entries; expected 2"),
    ("many.bqp", "1\n2 1\n1 2 5\n1 1 5\n", 4, "more than the 1 entries"),
    ("zero.bqp", "1\n2 1\n0 1 5\n", 3, "index 0; expected an integer in 1..2"),
    ("link.bqp", "p qubo 0 2 0 1\n0 2 5\n", 2, "index 2; expected an integer in 0..1"),
    ("empty.qplib", "", 1, "the end of the file; expected a name"),
    ("name.qplib", "# x\n! x\nx\n", 3, "the end of the file; expected a kind such as QBN"),
    ("kind.qplib", "x\nQML\n", 2, "the kind 'QML'; expected binary variables and no constraints"),
    ("limits.qplib", "x\nQBL\n", 2, "the kind 'QBL'"),
    ("sense.qplib", "x\nQBN\nmin\n", 3, "sense 'min'; expected minimize or maximize"),
    ("count.qplib", f"{QPLIB}-1\n", 5, "'-1'; expected the number of variables, at most"),
    ("huge.qplib", f"{QPLIB}99999999999\n", 5, "'99999999999'; expected the number of variables"),
    ("digits.qplib", QPLIB + "9" * 5000, 5, "expected the number of variables"),
    ("cut.qplib", f"{QPLIB}2\n2\n1 2 4\n", 7, "the end of the file; expected an index"),
    ("half.qplib", f"{QPLIB}2\n1\n1 2\n", 7, "the end of the file; expected a number"),
    ("range.qplib", f"{QPLIB}2\n1\n1 3 4\n", 7, "'3'; expected an index from 1 to 2"),
    ("zero.qplib", f"{QPLIB}2\n1\n0 1 4\n", 7, "'0'; expected an index from 1 to 2"),
    ("long.qplib", QPLIB + "2\n1\n1 " + "9" * 5000, 7, "expected an index from 1 to 2"),
    ("word.qplib", f"{QPLIB}2\n1\n1 2 x\n", 7, "'x'; expected a finite number"),
    ("nan.qplib", f"{QPLIB}2\n1\n1 2 nan\n", 7, "'nan'; expected a finite number"),
    ("python.qplib", f"{QPLIB}2\n1\n1 2 1_0\n0\n0\n0\n", 7, "'1_0'; expected a finite number"),
    ("default.qplib", f"{QPLIB}2\n0\n1e301\n", 7, "'1e301'; expected a finite number"),
    ("many.qplib", f"{QPLIB}2\n0\n0\n3\n", 8, "'3'; expected the number of linear terms"),
    ("linear.qplib", f"{QPLIB}2\n0\n0\n1\n3 1\n", 9, "'3'; expected an index from 1 to 2"),
    ("constant.qplib", f"{QPLIB}2\n0\n0\n0\n", 8, "the end of the file; expected a number"),
    ("short.coo", "# vartype=SPIN\n0 1\n", 2, "2 numbers in '0 1'; expected `i j bias`"),
    ("label.coo", "# vartype=SPIN\n0 1 1\na 1 1\n", 3, "word 'a'"),
    ("minus.coo", "# vartype=SPIN\n0 -1 1\n", 2, "index -1"),
    ("vartype.coo", "# vartype=TERNARY\n0 1 1\n", 1, "vartype 'TERNARY'; expected SPIN or BINARY"),
    ("two.coo", "# vartype=SPIN\n# vartype=BINARY\n", 2, "vartype BINARY after SPIN"),
    ("twice.coo", "# vartype=SPIN\n0 1 1\n1 0 1\n", 3, "the pair 1 0 again, after line 2"),
    ("bias.coo", "# vartype=SPIN\n4 4 1\n4 4 1\n", 3, "the pair 4 4 again, after line 2"),
    ("inf.coo", "# vartype=SPIN\n0 1 inf\n", 2, "weight inf"),
    ("cut.json", '{"type":\n "Binary', 2, "no JSON (Unterminated string"),
    ("empty.json", "", 1, "no JSON"),
]


def complaint(path):
    with pytest.raises(FormatError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert "; expected " in message
    return message


@pytest.mark.parametrize(("name", "content", "line", "said"), TEXT_CASES, ids=lambda v: str(v)[:20])
def test_text_errors_name_the_line(tmp_path, name, content, line, said):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    message = complaint(path)
    assert message.startswith(f"{path}:{line}: ")
    assert said in message


def test_line_numbers_are_those_of_the_uncompressed_text(tmp_path):
    (tmp_path / "g.rud.gz").write_bytes(gzip.compress(b"3 2\n1 2 1\n2 4 1\n"))
    assert complaint(tmp_path / "g.rud.gz").startswith(f"{tmp_path / 'g.rud.gz'}:3: index 4")


def test_the_guilty_line_of_a_long_file_is_found(tmp_path):
    rows = [f"{i} {i + 1} 1" for i in range(1, 50_000)]
    rows[40_000] = "40001 40002 one"
    (tmp_path / "long.rud").write_text(f"50000 {len(rows)}\n" + "\n".join(rows))
    assert f"{tmp_path / 'long.rud'}:40002: word 'one'" in complaint(tmp_path / "long.rud")


GOOD = b"3 2\n1 2 1\n2 3 1\n" * 50


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.rud.gz", gzip.compress(GOOD, mtime=0)[:-12]),
        ("bits.rud.gz", gzip.compress(GOOD, mtime=0)[:20] + b"\xff" * 30),
        ("tail.rud.gz", gzip.compress(GOOD, mtime=0)[:-8] + b"\x00" * 8),
        ("cut.rud.xz", lzma.compress(GOOD)[:-12]),
        ("bits.rud.xz", lzma.compress(GOOD)[:24] + b"\xff" * 60),
        ("cut.rud.bz2", bz2.compress(GOOD)[:-12]),
        ("unknown.gz", gzip.compress(GOOD, mtime=0)[:-12][:30]),
    ],
)
def test_damaged_compressed_files(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    message = complaint(tmp_path / name)
    assert message.startswith(f"{tmp_path / name}: damaged or cut data")


def test_missing_files_and_folders(tmp_path):
    message = complaint(tmp_path / "none.rud")
    assert message == (
        f"{tmp_path / 'none.rud'}: cannot be read (No such file or directory); "
        "expected a readable file"
    )
    assert "cannot be read (Is a directory)" in complaint(tmp_path)
    assert "cannot be read (embedded null byte)" in complaint("a\0.rud")


BQM = dimod.BQM({"a": 1.0, "b": 0.0, "c": 2.0}, {("a", "b"): -1.0, ("b", "c"): 3.0}, 0.5, "SPIN")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "Other"}, "JSON of another kind"),
        ({"offset": None}, "offset holds a value that is not finite"),
        ({"offset": "x"}, "offset has dtype"),
        ({"variable_type": "INTEGER"}, "variable_type 'INTEGER'; expected SPIN or BINARY"),
        ({"use_bytes": True}, "fields of bytes"),
        ({"linear_biases": [1, 2]}, "3 labels, 3 of them distinct; expected 2 distinct"),
        ({"variable_labels": ["a", "b", "a"]}, "3 labels, 2 of them distinct"),
        ({"variable_labels": [{}, "b", "a"]}, "unhashable"),
        ({"linear_biases": [1, 2, float("nan")]}, "not finite"),
        ({"linear_biases": [1, 2, "x"]}, "linear_biases has dtype"),
        ({"linear_biases": [1, 2, 1e305]}, "linear_biases 1e+305; expected a finite number up to"),
        ({"linear_biases": [[1, 2, 3]]}, "linear_biases of another shape"),
        ({"linear_biases": 3}, "linear_biases of another shape"),
        ({"quadratic_biases": [1]}, "2 heads, 2 tails, 1 quadratic biases"),
        ({"quadratic_head": [0, 3]}, "index 3 in an interaction; expected 0..2"),
        ({"quadratic_head": [0, -1]}, "index -1 in an interaction"),
        ({"quadratic_head": [0, 0.5]}, "a head or tail with a fraction"),
        ({"quadratic_head": [0, 1], "quadratic_tail": [1, 0]}, "the pair 1, 0 twice"),
        ({"quadratic_head": [0, 2], "quadratic_tail": [1, 2]}, "variable 2 joined to itself"),
    ],
)
def test_damaged_json_fields(tmp_path, change, said):
    fields = BQM.to_serializable() | change
    (tmp_path / "p.json").write_text(json.dumps(fields))
    message = complaint(tmp_path / "p.json")
    assert message.startswith(f"{tmp_path / 'p.json'}: ")
    assert said in message


@pytest.mark.parametrize("name", ["offset", "quadratic_head", "variable_labels"])
def test_missing_json_fields_are_named(tmp_path, name):
    fields = BQM.to_serializable()
    del fields[name]
    (tmp_path / "p.json").write_text(json.dumps(fields))
    assert f"no field {name!r}" in complaint(tmp_path / "p.json")


@pytest.mark.parametrize("text", ["[]", "3", "null", "[" * 100_000])
def test_other_json(tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    assert "a dimod B" in complaint(tmp_path / "p.json")


def bqm_bytes(bqm=BQM):
    with bqm.to_file() as file:
        return file.read()


def bias_data(first=1, other=1, bias=-1.0, header=None):
    """A version 2 file of two spins and one coupling, its parts open to damage."""
    fields = {"shape": [2, 1], "dtype": "float64", "itype": "int32", "ntype": "int32"}
    fields |= {"type": "BinaryQuadraticModel", "variables": False, "vartype": "SPIN"}
    text = json.dumps(fields | (header or {})).encode()
    head = b"DIMODBQM" + struct.pack("<BBI", 2, 0, len(text)) + text
    linear = struct.pack("<d", 0) + struct.pack("<idid", 0, 1.0, first, 2.0)
    return head + linear + struct.pack("<idid", other, bias, 0, bias)


def test_the_undamaged_parts_are_a_file_of_dimod(tmp_path):
    (tmp_path / "p.bqm").write_bytes(bias_data())
    problem = read(tmp_path / "p.bqm").problem
    assert problem.h.tolist() == [1, 2]
    assert problem.coupling.tolist() == [-1]
    expected = dimod.BQM({0: 1.0, 1: 2.0}, {(0, 1): -1.0}, 0.0, "SPIN")
    assert dimod.BQM.from_file(bias_data()) == expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "first bytes b''"),
        (b"NOTABQM!" + bqm_bytes()[8:], "first bytes b'NOTABQM!'"),
        (bias_data(other=7), "a link to a variable outside 0..1"),
        (bias_data(other=-7), "a link to a variable outside 0..1"),
        (bias_data(other=0), "a link in one direction only"),
        (bias_data(first=-5), "neighbourhoods that overlap"),
        (bias_data(first=9), "neighbourhoods that overlap"),
        (bias_data(bias=float("nan")), "bias nan; expected a finite number"),
        (bias_data(header={"shape": [2, 10**9]}), "bytes early"),
        (bias_data(header={"shape": [10**12, 1]}), "two counts of sensible size"),
        (bias_data(header={"shape": [-1, 1]}), "two counts of sensible size"),
        (bias_data(header={"shape": 2}), "damaged content"),
        (bias_data(header={"dtype": "object"}), "dtype 'object'"),
        (bias_data(header={"vartype": "INTEGER"}), "vartype 'INTEGER'"),
        (bias_data(header={"variables": True}), "bytes early"),
        (bias_data(header={"variables": ["a"]}), "1 labels, 1 of them distinct; expected 2"),
    ],
)
def test_damaged_bqm_files(tmp_path, content, said):
    (tmp_path / "p.bqm").write_bytes(content)
    message = complaint(tmp_path / "p.bqm")
    assert message.startswith(f"{tmp_path / 'p.bqm'}: ")
    assert said in message


def test_every_cut_and_any_changed_byte_of_a_bqm_file_is_survived(tmp_path):
    whole = bqm_bytes()
    labels_end = whole.index(b"VARS") + 8 + len(b'["a", "b", "c"]')
    for size in range(labels_end):
        (tmp_path / "p.bqm").write_bytes(whole[:size])
        complaint(tmp_path / "p.bqm")
    generator = np.random.default_rng(7)
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] = generator.integers(256)
        (tmp_path / "p.bqm").write_bytes(damaged)
        try:
            read(tmp_path / "p.bqm")
        except FormatError:
            continue
