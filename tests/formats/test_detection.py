"""Formats by name, by suffix and by content, in plain and compressed files."""

import bz2
import gzip
import lzma
from pathlib import Path

import dimod
import pytest

from problems.formats import FORMATS, FormatError, read, write
from problems.model import ising

with dimod.BQM({0: 1.0}, {}, 0.0, "SPIN").to_file() as _file:
    _BQM = _file.read()
SAMPLES = {
    "rudy": b"2 1\n1 2 5\n",
    "mc": b"# a comment\n2 1\n1 2 5.0\n",
    "sparse": b"2 1\n1 2 5\n",
    "qubo": b"c comment\np qubo 0 2 1 1\n0 0 1\n0 1 2\n",
    "bqp": b"1\n2 1\n1 2 5\n",
    "qplib": b"p\nQBN\nminimize\n2\n1\n2 1 4\n0\n0\n0\n1e30\n0\n0\n0\n0\n0\n0\n",
    "coo": b"# vartype=BINARY\n0 1 5\n",
    "json": b'{"type": "BinaryQuadraticModel", "variable_labels": [0], "variable_type": "SPIN", '
    b'"offset": 0, "linear_biases": [1], "quadratic_biases": [], "quadratic_head": [], '
    b'"quadratic_tail": []}',
    "bqm": _BQM,
    "bonds": b"0 1 4\n1 0 4\n",
}
SUFFIXES = {suffix: name for name, entry in FORMATS.items() for suffix in entry.suffixes}
BY_CONTENT = ["rudy", "qubo", "bqp", "coo", "json", "bqm"]
PACKERS = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress, ".bz2": bz2.compress}


def test_the_table_of_suffixes():
    assert SUFFIXES == {
        ".rud": "rudy",
        ".rudy": "rudy",
        ".mc": "mc",
        ".sparse": "sparse",
        ".qubo": "qubo",
        ".bqp": "bqp",
        ".qplib": "qplib",
        ".coo": "coo",
        ".json": "json",
        ".bqm": "bqm",
    }
    assert FORMATS["rudy"].weak == (".txt", ".dat")


@pytest.mark.parametrize("packed", PACKERS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_suffixes_decide(tmp_path, suffix, packed):
    path = tmp_path / f"G1{suffix.upper()}{packed}"
    path.write_bytes(PACKERS[packed](SAMPLES[SUFFIXES[suffix]]))
    instance = read(path)
    assert (instance.format, instance.name) == (SUFFIXES[suffix], "G1")


@pytest.mark.parametrize("name", BY_CONTENT)
@pytest.mark.parametrize("file", ["p.txt", "p.dat.gz", "g05_60.6", "p.1.xz", "p"])
def test_content_decides_where_the_suffix_does_not(tmp_path, name, file):
    packed = Path(file).suffix if Path(file).suffix in PACKERS else ""
    (tmp_path / file).write_bytes(PACKERS[packed](SAMPLES[name]))
    assert read(str(tmp_path / file)).format == name


@pytest.mark.parametrize("packed", [".gz", ".xz", ".bz2"])
def test_compression_is_known_by_content_and_not_by_name(tmp_path, packed):
    (tmp_path / "p.rud").write_bytes(PACKERS[packed](SAMPLES["rudy"]))
    assert read(tmp_path / "p.rud").values([1, -1]) == 5
    (tmp_path / f"p.rud{packed}").write_bytes(SAMPLES["rudy"])
    assert read(tmp_path / f"p.rud{packed}").values([1, -1]) == 5


@pytest.mark.parametrize("packed", [".gz", ".xz", ".bz2"])
def test_written_files_are_compressed_by_name(tmp_path, packed):
    write(ising([0, 0], [0], [1], [5]), tmp_path / f"p.rud{packed}")
    unpack = {".gz": gzip.decompress, ".xz": lzma.decompress, ".bz2": bz2.decompress}[packed]
    assert unpack((tmp_path / f"p.rud{packed}").read_bytes()) == SAMPLES["rudy"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_named_format_wins_over_the_suffix(tmp_path, name):
    (tmp_path / "p.json").write_bytes(SAMPLES[name])
    assert read(tmp_path / "p.json", format=name).format == name


@pytest.mark.parametrize("name", FORMATS)
def test_writing_by_name(tmp_path, name):
    problem = ising([0, 0], [0], [1], [4], 0 if name in ("rudy", "mc", "bonds") else -4)
    write(problem, tmp_path / "p.any", format=name)
    again = read(tmp_path / "p.any", format=name).problem
    assert (
        again.energies([[1, 1], [1, -1]]).tolist() == problem.energies([[1, 1], [1, -1]]).tolist()
    )


@pytest.mark.parametrize("text", ["hello\n", "1 2 3\n", "# only\n", "-1 2\n"])
def test_unknown_content_lists_the_formats(tmp_path, text):
    (tmp_path / "p.xyz").write_text(text)
    with pytest.raises(FormatError) as caught:
        read(tmp_path / "p.xyz")
    assert str(caught.value) == (
        f"{tmp_path / 'p.xyz'}: a file of unknown format; expected one of the formats "
        "rudy, mc, sparse, qubo, bqp, qplib, coo, json, bqm, bonds"
    )


def test_unknown_names_list_the_formats(tmp_path):
    with pytest.raises(
        FormatError, match=r"^p\.rud: format 'gif'; expected one of the formats rudy"
    ):
        read("p.rud", "gif")
    with pytest.raises(FormatError, match=r"^p: format ''; expected one of the formats rudy"):
        write(ising([], [], [], []), "p", "")
