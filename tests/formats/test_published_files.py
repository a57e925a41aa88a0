"""Published instances: sizes, weights and best known values, where their files are at hand."""

import csv
import io
import re
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest

from problems.bqm import to_bqm
from problems.formats import read

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="published instances (../shared/data) are not at hand"
)


def members(archive, pattern):
    """{file name: content} of the members of a tar file that match."""
    with tarfile.open(DATA / archive) as tar:
        names = [name for name in tar.getnames() if re.search(pattern, name)]
        return {Path(name).name: tar.extractfile(name).read() for name in names}


def best_known(path, column):
    with open(DATA / path, newline="") as file:
        return {row["instance"]: row for row in csv.DictReader(file) if row[column]}


def best_found(instance):
    """Best value that a fixed number of tabu searches finds; plenty at 50 variables."""
    samplers = pytest.importorskip("dwave.samplers", reason="dwave-samplers is not installed")
    bqm = to_bqm(instance.problem)
    sample = samplers.TabuSampler().sample(bqm, num_reads=5, timeout=20, seed=1).first.sample
    return instance.values([sample[label] for label in instance.problem.labels])


def test_all_gset_graphs_have_their_published_size():
    table = best_known("gset/best_known.csv", "best_known_cut")
    paths = sorted((DATA / "gset").glob("*.txt.gz"))
    assert paths
    for path in paths:
        instance = read(path)
        row, problem = table[instance.name], instance.problem
        assert (instance.format, instance.objective) == ("rudy", "cut")
        assert problem.num_variables == int(row["n"])
        assert problem.num_interactions == int(row["m"])
        weights = {"1": {1}, "+-1": {-1, 1}}.get(row["weights"])
        assert weights is None or set(problem.coupling.tolist()) == weights
        assert problem.is_integer


def test_the_bipartite_graph_g48_is_cut_whole():
    instance = read(DATA / "gset" / "G48.txt.gz")
    problem = instance.problem
    side = np.zeros(problem.num_variables, int)
    links = [[] for _ in side]
    for i, j in zip(problem.row.tolist(), problem.col.tolist(), strict=True):
        links[i].append(j)
        links[j].append(i)
    side[0], queue = 1, [0]
    for vertex in queue:
        new = [k for k in links[vertex] if not side[k]]
        side[new] = -side[vertex]
        queue += new
    assert instance.values(side) == 6000


def test_k2000_is_read_whole_and_fast():
    start = time.perf_counter()
    instance = read(DATA / "k2000" / "WK2000_1.rud.xz")
    # About one second on an idle core; the bound only catches a loop over two million lines.
    assert time.perf_counter() - start < 10
    problem = instance.problem
    assert (problem.num_variables, problem.num_interactions) == (2000, 1999000)
    assert set(np.unique(problem.coupling).tolist()) == {-1, 1}
    assert problem.coupling[0] == -1
    assert problem.coupling[-1] == -1
    assert instance.energy_from_value(33337) == problem.coupling.sum() - 2 * 33337


@pytest.mark.parametrize("name", ["toruspm3-8-50", "torusg3-8"])
def test_torus_graphs(name):
    instance = read(DATA / "torus" / f"{name}.dat.gz")
    assert instance.name == name
    assert (instance.problem.num_variables, instance.problem.num_interactions) == (512, 1536)
    degrees = np.bincount(np.concatenate([instance.problem.row, instance.problem.col]))
    assert set(degrees.tolist()) == {6}


def test_all_orlib_files_have_their_best_known_value_within_reach(tmp_path):
    table = best_known("orlib/best_known.csv", "max_value(OR-Library sign)")
    for name, content in members("orlib/bqp50_500_max.tar.xz", r"\.qubo$").items():
        (tmp_path / name).write_bytes(content)
        instance = read(tmp_path / name, format="bqp")
        size = int(re.match(r"bqp(\d+)_", name).group(1))
        assert instance.problem.num_variables == size
        if size == 50:
            row = table[instance.name.replace("_", ".")]
            assert best_found(instance) == int(row["max_value(OR-Library sign)"]), name


def optima(archive):
    """{instance: value} of the file optimal_energy.txt in an archive."""
    (text,) = members(archive, "optimal_energy").values()
    words = [line.split() for line in io.StringIO(text.decode())]
    return {row[0]: int(row[1]) for row in words if len(row) >= 2}


def test_biqmac_sparse_files_reach_their_minimum(tmp_path):
    archive = "biqmac/bqp50_100_min.tar.xz"
    table = optima(archive)
    for name, content in members(archive, r"bqp50-\d+\.sparse$").items():
        (tmp_path / name).write_bytes(content)
        instance = read(tmp_path / name)
        assert best_found(instance) == table[instance.name], name


def test_biqmac_and_orlib_hold_the_same_problems_with_opposite_sign(tmp_path):
    (tmp_path / "a.sparse").write_bytes(
        next(iter(members("biqmac/bqp50_100_min.tar.xz", r"bqp50-1\.sparse$").values()))
    )
    (tmp_path / "b.qubo").write_bytes(
        next(iter(members("orlib/bqp50_500_max.tar.xz", r"bqp50_1\.qubo$").values()))
    )
    states = np.random.default_rng(0).choice([-1, 1], (20, 50))
    biqmac = read(tmp_path / "a.sparse").values(states)
    orlib = read(tmp_path / "b.qubo", format="bqp").values(states)
    np.testing.assert_array_equal(np.abs(biqmac), np.abs(orlib))
    np.testing.assert_array_equal(biqmac, -orlib)


def test_biqmac_graphs_without_a_suffix_reach_their_maximum(tmp_path):
    table = optima("biqmac/rudy.tar.xz")
    files = members("biqmac/rudy.tar.xz", r"(g05_60|pm1s_80)\.[0-2]$")
    assert len(files) == 6
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        instance = read(tmp_path / name)
        assert (instance.format, instance.name) == ("rudy", name)
        assert best_found(instance) == table[name], name


def test_all_biqmac_archives_are_readable(tmp_path):
    files = members("biqmac/rudy.tar.xz", r"\.[0-9]$") | members("biqmac/gka.tar.xz", "sparse$")
    assert len(files) == 175
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        assert read(tmp_path / name).problem.is_integer or name.endswith(".sparse")
