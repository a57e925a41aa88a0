"""The table of public instances: complete, typed, and true of the files that are at hand."""

import gzip
import lzma
import os
import re
import tarfile
from pathlib import Path

import numpy as np
import pytest

from problems import data, registry, store, write
from problems.formats import FORMATS
from problems.formats.text import read_bytes
from problems.generators import edwards_anderson
from problems.library import FILES

DATA = Path(os.environ.get("PBITS_DATA_DIR") or Path(__file__).parents[3] / "shared" / "data")
at_hand = pytest.mark.skipif(
    not DATA.is_dir(), reason="published instances (../shared/data) are not at hand"
)
SIZES = {
    "gset": 71,
    "k2000": 1,
    "torus": 2,
    "ea3d": 90,
    "biqmac": 195,
    "orlib": 40,
    "chimera": 100,
    "sat": 2015,
    "coloring": 21,
    "tsp": 10,
    "qap": 7,
    "knapsack": 10,
    "qplib": 23,
}
ENTRIES = [registry.entry(name) for name in registry.names()]


def test_families_are_complete_and_names_unique():
    assert {family: len(registry.names(family)) for family in registry.families()} == SIZES
    assert len(set(registry.names())) == sum(SIZES.values())
    graphs = {f"G{k}" for k in [*range(1, 68), 70, 72, 77, 81]}
    assert set(registry.names("gset")) == graphs


def test_columns_are_typed_and_filled():
    for entry in ENTRIES:
        assert re.fullmatch("[0-9a-f]{64}", entry.sha256), entry
        assert entry.format in (FILES if entry.natural else FORMATS)
        assert entry.sense in ("max", "min")
        decimals = entry.family == "chimera" or entry.name == "f5_l-d_kp_15_375"
        assert isinstance(entry.best_known, float if decimals else int)
        assert isinstance(entry.proven, bool)
        assert entry.source
        assert re.fullmatch(r"(\d{4}(-\d\d)?)?", entry.date)
        assert 0 < entry.num_variables <= 20000
        assert 0 < entry.num_interactions < entry.num_variables**2 / 2
    digests = [entry.sha256 for entry in ENTRIES]
    assert len(set(digests)) == len(digests)
    lines = data.path(registry.TABLE).read_text(encoding="ascii").splitlines()
    formulas = data.path("satlib.csv").read_text(encoding="ascii").splitlines()
    assert len(formulas) == 2000  # which two lines of the table stand for
    assert len(lines) == 1 + len(ENTRIES) - len(formulas) + 2


def test_values_that_public_lists_have_wrong_are_right_here():
    known = {
        "G5": 11631,
        "G6": 2178,
        "G25": 13340,
        "G47": 6657,
        "G63": 27047,
        "G81": 14060,
        "bqp500.2": 128339,
        "gka10b": -154,
        "gka10d": -19102,
    }
    for name, value in known.items():
        entry = registry.entry(name)
        assert entry.best_known == value
        assert entry.note, name
    proven = {entry.name for entry in ENTRIES if entry.family == "gset" and entry.proven}
    assert proven == {"G48", "G49"}


def test_the_same_problems_of_two_libraries_have_opposite_values():
    for size in (50, 100):
        for k in range(1, 11):
            a, b = registry.entry(f"bqp{size}-{k}"), registry.entry(f"bqp{size}.{k}")
            assert (a.best_known, a.sense, b.sense) == (-b.best_known, "min", "max")


def files_at_hand(family):
    """(path, content) of all files of a family in the data folder, each read once."""
    for path in sorted((DATA / family).iterdir()):
        if ".tar" not in path.name:
            yield path.name, read_bytes(path)
            continue
        with tarfile.open(path) as tar:
            for member in tar:
                if member.isfile():
                    yield member.name, tar.extractfile(member).read()


@at_hand
@pytest.mark.parametrize("family", SIZES)
def test_files_at_hand_have_the_digests_of_the_table(family):
    digest = registry.entry(registry.names(family)[0]).digest
    contents = {digest(content): name for name, content in files_at_hand(family)}
    missing = [
        name for name in registry.names(family) if registry.entry(name).sha256 not in contents
    ]
    # Of the G-set, 31 files are here; of all others, every one.
    assert len(missing) == (40 if family == "gset" else 0)
    for name in set(registry.names(family)) - set(missing):
        entry = registry.entry(name)
        stem = Path(entry.file).name
        # Of the DIMACS formulas, copies at hand are numbered in folders of their kind.
        if not stem.startswith(("aim", "hole")):
            assert Path(contents[entry.sha256]).name.startswith(stem)


@at_hand
@pytest.mark.parametrize(
    "name", ["G11", "toruspm3-8-50", "ea3d_L08_0049", "g05_60.3", "gka1a", "bqp50-7", "bqp50.7"]
)
def test_instances_are_read_in_their_own_sense_and_no_state_beats_the_table(name):
    entry, instance = registry.entry(name), registry.load(name, DATA)
    problem = instance.problem
    assert instance.name == name
    assert (problem.num_variables, problem.num_interactions) == (
        entry.num_variables,
        entry.num_interactions,
    )
    assert entry.sense == ("max" if instance.maximise_source else "min")
    states = descend(
        problem, np.random.default_rng(0).choice([-1.0, 1.0], (30, problem.num_variables))
    )
    values = instance.values(states)
    best = values.max() if entry.sense == "max" else values.min()
    # Greedy descents come near the best known value, from one side: the sign is right.
    assert not any(entry.reaches(value) for value in values) or best == entry.best_known
    reached = instance.energy_from_value(best) / instance.energy_from_value(entry.best_known)
    assert 0.5 < reached <= 1


def descend(problem, states):
    """Greedy single-spin descent of each state [k, n] for n steps."""
    n = problem.num_variables
    matrix = np.zeros((n, n))
    matrix[problem.row, problem.col] = matrix[problem.col, problem.row] = problem.coupling
    fields = states @ matrix + problem.h
    for _ in range(n):
        gain = states * fields
        place, rows = gain.argmax(1), np.flatnonzero(gain.max(1) > 0)
        states[rows, place[rows]] *= -1
        fields[rows] += 2 * states[rows, place[rows], None] * matrix[place[rows]]
    return states


@at_hand
def test_published_ground_states_of_chimera_have_the_value_of_the_table():
    with tarfile.open(DATA / "chimera" / "chimera128_droplet.tar.xz") as tar:
        text = tar.extractfile("chimera128/groundstates_otn2d.txt").read().decode()
    for line in text.splitlines()[:3]:
        file, _, value, *bits = line.split()
        instance = registry.load(f"chimera128_{file[:3]}", DATA)
        spins = [2 * int(bits[label - 1]) - 1 for label in instance.problem.labels]
        best = registry.entry(f"chimera128_{file[:3]}").best_known
        assert instance.values(spins) == pytest.approx(best, abs=1e-6)
        assert best == pytest.approx(float(value), abs=1e-4)


@pytest.fixture
def glass(tmp_path, monkeypatch):
    """A registry of one small file, and the content of that file."""
    write(edwards_anderson((3, 3), seed=1), tmp_path / "source.rud")
    content = (tmp_path / "source.rud").read_bytes()
    entry = registry.Entry(
        "glass",
        "gset",
        "glass",
        "rudy",
        store.digest(content),
        9,
        18,
        "max",
        9,
        False,
        "us",
        "",
        "",
    )
    monkeypatch.setattr(registry, "_entries", lambda: {"glass": entry})
    monkeypatch.setenv("PBITS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    return content


def test_the_folder_given_comes_before_the_environment_and_the_cache(glass, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        registry.load("glass")
    assert str(tmp_path / "data") in str(caught.value)
    assert str(tmp_path / "cache") in str(caught.value)
    assert "pbits data download glass" in str(caught.value)
    places = [tmp_path / "cache/pbits/instances/gset/glass", tmp_path / "data/glass.txt"]
    for path in places:
        path.parent.mkdir(parents=True)
        path.write_bytes(glass)
        assert registry.load("glass").problem.num_interactions == 18
        with pytest.raises(FileNotFoundError, match="elsewhere"):
            registry.load("glass", tmp_path / "elsewhere")
        path.unlink()


@pytest.mark.parametrize("name", ["glass.gz", "glass.txt.xz", "glass.txt", "glass"])
def test_files_may_be_compressed_and_end_their_lines_as_they_like(glass, tmp_path, name):
    folder = tmp_path / "data" / "gset"
    folder.mkdir(parents=True)
    pack = {".gz": gzip.compress, ".xz": lzma.compress}.get(Path(name).suffix, bytes)
    (folder / name).write_bytes(pack(glass.replace(b"\n", b"\r\n")))
    instance = registry.load("glass")
    assert (instance.name, instance.format, instance.objective) == ("glass", "rudy", "cut")


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tar.xz", ".tgz"])
def test_files_may_lie_in_an_archive(glass, tmp_path, suffix):
    folder = tmp_path / "data" / "gset"
    folder.mkdir(parents=True)
    (tmp_path / "notglass").write_text("other")
    (tmp_path / "glass").write_bytes(glass)
    mode = {".tgz": "w:gz", ".tar": "w"}.get(suffix, f"w:{suffix[5:]}")
    with tarfile.open(folder / f"all{suffix}", mode) as tar:
        tar.add(tmp_path / "notglass", "some/notglass")
        tar.add(tmp_path / "glass", "./some/glass")
    assert registry.load("glass").problem.num_variables == 9


def test_a_damaged_file_is_refused_and_a_good_one_behind_it_found(glass, tmp_path):
    bad, good = tmp_path / "data" / "gset" / "glass", tmp_path / "data" / "glass"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(glass[:-3])
    with pytest.raises(ValueError, match=f"{bad} has SHA-256 .*; expected .*remove it"):
        registry.load("glass")
    good.write_bytes(glass)
    assert registry.load("glass").problem.num_variables == 9
    (bad.parent / "all.tar").write_bytes(b"no archive")
    bad.unlink()
    with pytest.raises(ValueError, match="not a readable tar archive"):
        registry.load("glass")


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="'G99' is not in the registry; `pbits data list`"):
        registry.load("G99")
    with pytest.raises(ValueError, match="expected one of gset, k2000"):
        registry.names("g-set")


def test_addresses_are_those_of_the_publishers():
    addresses = {name: registry.entry(name).url for name in ("G1", "torusg3-8", "g05_60.0")}
    assert addresses == {
        "G1": "https://web.stanford.edu/~yyye/yyye/Gset/G1",
        "torusg3-8": "http://dimacs.rutgers.edu/archive/Challenges/Seventh/Instances/TORUS/"
        "torusg3-8.dat.gz",
        "g05_60.0": "https://biqmac.aau.at/library/mac/rudy/g05_60.0",
    }
    assert registry.entry("gka1a").url.endswith("/biq/gka/gka1a.sparse")
    assert {entry.family for entry in ENTRIES if entry.url is None} == {"ea3d", "orlib", "chimera"}
    satlib = "https://www.cs.ubc.ca/~hoos/SATLIB/Benchmarks/SAT"
    assert registry.entry("uf20-01000").url == f"{satlib}/RND3SAT/uf20-91.tar.gz"
    assert registry.entry("hole6").url == f"{satlib}/DIMACS/PHOLE/pigeon-hole.tar.gz"
    assert registry.entry("berlin52").url.endswith("/TSPLIB95/tsp/berlin52.tsp.gz")
    assert registry.entry("QPLIB_3506").url == "https://qplib.zib.de/qplib/QPLIB_3506.qplib"
