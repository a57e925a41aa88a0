"""Public problems of the library and QPLIB: values, sizes and traps, from the files themselves."""

import csv
import hashlib
import io
import os
import re
import tarfile
from pathlib import Path

import numpy as np
import pytest

from pbits.bench import targets
from problems import registry
from problems.digests import digest, words_digest
from problems.formats import read
from problems.library.files import cnf, col

DATA = Path(os.environ.get("PBITS_DATA_DIR") or Path(__file__).parents[3] / "shared" / "data")
at_hand = pytest.mark.skipif(
    not (DATA / "sat").is_dir(), reason="published instances (../shared/data) are not at hand"
)
CNF = "c by hand\np cnf 3  2 \n1 -2 0\n 2 3 0\n%\n0\n\n"


@pytest.mark.parametrize(
    "copy",
    [
        "p cnf 3 2\n1 -2 0\n2 3 0\n",
        "c other\nc\np cnf 3 2\nc words: 1 2 0\n1 -2 0\n2 3 0\n",
        CNF.replace("\n", "\r\n"),
        "p cnf 3 2\n1 -2\n0 2 3 0",
    ],
)
def test_layout_and_comments_of_formulas_do_not_count(copy):
    assert words_digest(copy.encode()) == words_digest(CNF.encode())
    assert digest(copy.encode()) != digest(CNF.encode()) or "\r" in copy


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CNF, CNF.replace("-2", "2")),
        (CNF, CNF.replace("3 0\n%", "3 0\n1 0\n%")),
        (CNF, CNF.replace("cnf 3", "cnf 4")),
        ("2 5\n1 2\n", "25\n1 2\n"),
        ("3 1\n%\n", "3 1\n"),  # only DIMACS files end there
        ("p edge 2 1\ne 1 2\n", "p edge 2 1\n"),
    ],
)
def test_other_words_are_another_file(one, other):
    assert words_digest(one.encode()) != words_digest(other.encode())


def test_targets_are_values_of_the_objective():
    colouring, packing = registry.entry("queen5_5"), registry.entry("f5_l-d_kp_15_375")
    assert (colouring.best_known, colouring.target) == (5, 0)
    assert [colouring.reaches(v) for v in (0, 1, 5)] == [True, False, False]
    assert [packing.reaches(v) for v in (481.06936799999994, 481.0693, 482)] == [True, False, True]
    assert [registry.entry("uf20-01").reaches(v) for v in (0, 1)] == [True, False]
    assert [registry.entry("hole6").reaches(v) for v in (0, 1, 2)] == [True, True, False]
    assert [registry.entry("berlin52").reaches(v) for v in (7542, 7543)] == [True, False]


def test_values_that_public_lists_have_otherwise():
    known = {"QPLIB_3850": 1198, "QPLIB_3693": 1154, "QPLIB_3650": 922, "f6_l-d_kp_10_60": 52}
    for name, value in known.items():
        assert registry.entry(name).best_known == value
        assert registry.entry(name).note
    assert registry.entry("QPLIB_5922").best_known == registry.entry("bqp500.2").best_known
    assert registry.entry("QPLIB_5909").best_known == registry.entry("bqp250.8").best_known
    assert not any(registry.entry(name).proven for name in registry.names("qplib"))


def test_the_benchmark_of_spins_refuses_problems_of_the_library():
    with pytest.raises(ValueError, match="berlin52 is a problem of cities and pairs; expected an"):
        targets.public("berlin52")


def members(folder):
    """{path in the archive: text} of a family."""
    (archive,) = [path for path in (DATA / folder).iterdir() if ".tar" in path.name]
    with tarfile.open(archive) as tar:
        files = [member for member in tar if member.isfile()]
        return {file.name: tar.extractfile(file).read().decode("latin-1") for file in files}


@at_hand
@pytest.mark.parametrize(
    ("name", "kind", "sense", "num_spins"),
    [
        ("uf20-07", "sat", "min", 20),
        ("uf50-01000", "sat", "min", 50),
        ("aim-50-1_6-no-2", "sat", "min", 50),
        ("hole6", "sat", "min", 49),
        ("myciel3", "graph-colouring", "min", 44),
        ("burma14", "travelling-salesman", "min", 169),
        ("nug12", "quadratic-assignment", "min", 144),
        ("f3_l-d_kp_4_20", "knapsack", "max", None),
    ],
)
def test_files_come_encoded_under_their_name(name, kind, sense, num_spins):
    entry, instance = registry.entry(name), registry.load(name, DATA)
    assert (instance.name, instance.format, instance.encoded.kind) == (name, entry.format, kind)
    assert entry.sense == sense == ("max" if instance.encoded.maximise else "min")
    assert num_spins in (None, instance.problem.num_variables)
    assert entry.natural


@at_hand
def test_graphs_get_the_colours_that_are_known_to_do():
    assert registry.load("myciel3", DATA).encoded.colours == 4
    assert registry.load("myciel3", DATA, colours=3).encoded.colours == 3
    with pytest.raises(ValueError, match="setting 'colours' of a file of spins"):
        registry.load("QPLIB_3852", DATA, colours=3)


@at_hand
def test_formulas_have_their_sizes_and_the_publishers_layout_is_the_same_file():
    """Copies at hand lack SATLIB's `%`; with it restored, the SHA-256 of its own file comes out."""
    texts = members("sat")
    assert len(texts) == 2015
    for name in ("uf20-91/uf20-03.cnf", "uf50-218/uf50-0500.cnf"):
        lines = texts[name].rstrip("\n").split("\n")
        start = next(i for i, line in enumerate(lines) if line.startswith("p"))
        header = " ".join(lines[start].split()[:3]) + "  " + lines[start].split()[3] + " "
        body = [line.strip() for line in lines[start + 1 :]]
        text = "\n".join([*lines[:start], header, f" {body[0]}", *body[1:], "%", "0", "", ""])
        entry = registry.entry(Path(name).stem)
        assert words_digest(text.encode()) == entry.sha256 == words_digest(texts[name].encode())
        if "uf20-03" in name:  # as fetched from SATLIB by others
            found = hashlib.sha256(text.encode()).hexdigest()
            assert found == "23bbf1dba20738f0b09cd18199d261e0cdf23e904e808264c7d61a16d3234f62"
    known = {registry.entry(name).sha256: registry.entry(name) for name in registry.names("sat")}
    for text in list(texts.values())[::25]:
        entry = known[words_digest(text.encode())]
        header = re.search(r"^p\s+cnf\s+(\d+)\s+(\d+)", text, re.MULTILINE)
        assert [int(v) for v in header.groups()] == [entry.num_variables, entry.num_interactions]


@at_hand
def test_satlib_formulas_end_at_the_percent_sign(tmp_path):
    text = members("sat")["uf20-91/uf20-01.cnf"]
    (tmp_path / "a.cnf").write_text(text)
    (tmp_path / "b.cnf").write_text(text.rstrip("\n") + "\n%\n0\n\n")
    assert cnf.read(tmp_path / "a.cnf") == cnf.read(tmp_path / "b.cnf")
    assert len(cnf.read(tmp_path / "b.cnf")[1]["clauses"]) == 91


@at_hand
def test_edges_of_graphs_count_once_and_colours_are_those_of_the_list():
    listed = (DATA / "coloring" / "best_scores_gcp.txt").read_text().splitlines()
    scores = {line.split()[0]: line.split()[1:] for line in listed if line.strip()}
    twice = set()
    for file, text in members("coloring").items():
        entry = registry.entry(file.removesuffix(".col"))
        edges = [line.split()[1:] for line in text.splitlines() if line.startswith("e")]
        assert len({frozenset(edge) for edge in edges}) == entry.num_interactions
        announced = int(re.search(r"^p \S+ \d+ (\d+)", text, re.MULTILINE).group(1))
        if announced != entry.num_interactions:
            assert announced == 2 * entry.num_interactions
            twice.add(entry.name)
        assert scores[entry.name] == [str(entry.best_known), "*"]
        assert entry.proven
    queens = {name for name in registry.names("coloring") if name.startswith("queen")}
    assert twice == queens | {"anna", "huck", "games120"}


@at_hand
def test_a_published_graph_is_read_with_each_edge_once(tmp_path):
    (tmp_path / "q.col").write_text(members("coloring")["queen5_5.col"])
    graph = col.read(tmp_path / "q.col")[1]["graph"]
    assert (len(graph), graph.number_of_edges()) == (25, 160)


@at_hand
def test_lengths_and_costs_are_the_published_ones():
    texts = members("tsp")
    lengths = dict(re.findall(r"(\S+)\s*:\s*(\d+)", texts["solutions"]))
    for name in registry.names("tsp"):
        assert registry.entry(name).best_known == int(lengths[name])
        cities = re.search(r"DIMENSION\s*:\s*(\d+)", texts[f"{name}.tsp"]).group(1)
        assert registry.entry(name).num_variables == int(cities)
    texts = members("qap")
    for name in registry.names("qap"):
        entry = registry.entry(name)
        size, value, *permutation = re.split(r"[\s,]+", texts[f"{name}.sln"].strip())
        assert (entry.num_variables, entry.best_known) == (int(size), int(value))
        assert sorted(map(int, permutation)) == list(range(1, entry.num_variables + 1))
        numbers = [int(word) for word in texts[f"{name}.dat"].split()]
        a, b = np.array(numbers[1:]).reshape(2, entry.num_variables, entry.num_variables)
        p = np.array(permutation, int) - 1
        back = np.argsort(p)  # published files differ in which of the two they mean
        costs = {int((a * b[np.ix_(order, order)]).sum()) for order in (p, back)}
        assert entry.best_known in costs


@at_hand
def test_packings_are_the_best_of_all():
    """Every set of values and weights that fits, merged where none is better: an exact proof."""
    for file, text in members("knapsack").items():
        if "optimum" in file:
            continue
        (n, capacity), *items = [map(float, line.split()) for line in text.splitlines() if line]
        entry = registry.entry(Path(file).name)
        weights = values = np.zeros(1)
        for value, weight in map(tuple, items[: int(n)]):
            weights = np.concatenate([weights, weights + weight])
            values = np.concatenate([values, values + value])
            order = np.lexsort((-values, weights))
            weights, values = weights[order], values[order]
            keep = np.r_[True, values[1:] > np.maximum.accumulate(values)[:-1]]
            keep &= weights <= capacity + 1e-9
            weights, values = weights[keep], values[keep]
        assert values.max() == pytest.approx(entry.best_known, abs=1e-9)
        assert (entry.num_variables, entry.num_interactions) == (n, 1)


@at_hand
def test_stored_solutions_of_qplib_have_their_values(tmp_path):
    """b2 of a solution is the first variable; x_i x_j counts q / 2: shifted, no value agrees."""
    with open(DATA / "qplib" / "best_known.csv", newline="") as file:
        table = {row["instance"]: row for row in csv.DictReader(file)}
    texts, shifted = members("qplib"), 0
    assert set(table) == set(registry.names("qplib"))
    for name, row in table.items():
        (tmp_path / f"{name}.qplib").write_text(texts[f"instances/{name}.qplib"])
        instance = read(tmp_path / f"{name}.qplib")
        entry, n = registry.entry(name), instance.problem.num_variables
        stored = float(row["stored_solution_value(verified)"])
        spins, wrong = -np.ones(n, np.int8), -np.ones(n, np.int8)
        for word, value in map(str.split, io.StringIO(texts[f"solutions/{name}.sol"])):
            if word == "objvar":
                assert float(value) == stored
            elif float(value) == 1:
                spins[int(word[1:]) - 2] = wrong[min(int(word[1:]) - 1, n - 1)] = 1
        assert instance.maximise_source == (entry.sense == "max")
        assert instance.values(spins) == stored <= entry.best_known
        shifted += instance.values(wrong) == stored
        sizes = (n, instance.problem.num_interactions)
        assert sizes == (entry.num_variables, entry.num_interactions)
    assert shifted == 0
