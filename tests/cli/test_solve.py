"""``pbits solve`` in this process: values, limits, files and refusals."""

import json

import dimod
import pytest

import pbits.annealing
import pbits.solving
from pbits.cli import app
from pbits.cli.methods import TRAITS, Method
from problems import FORMATS, data, from_bqm, read, write

QUICK = ("--reads", 8, "--sweeps", 100, "--seed", 5)


@pytest.fixture
def path_graph(tmp_path):
    """Max-cut of 4 nodes in a path, weights 2, 3 and -1; the best cut is 5."""
    path = tmp_path / "path.rud"
    path.write_text("4 3\n1 2 2\n2 3 3\n3 4 -1\n")
    return path


@pytest.fixture
def no_annealing(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("annealing has begun")

    monkeypatch.setattr(pbits.annealing, "anneal", refuse)
    monkeypatch.setattr(pbits.solving, "solve", refuse)


def cut_in_file(path, spin_of):
    """Weight between the sides, straight from the lines of a rudy file."""
    edges = [line.split() for line in path.read_text().splitlines()[1:]]
    return sum(int(w) for i, j, w in edges if spin_of[int(i)] != spin_of[int(j)])


def test_reports_the_facts(solve_json):
    facts = solve_json("example", *QUICK)
    total = sum(int(line.split()[2]) for line in _example().read_text().splitlines()[1:])
    assert facts["instance"] == "torus_24x24"
    assert (facts["num_variables"], facts["num_interactions"]) == (576, 1152)
    assert (facts["objective"], facts["sense"], facts["format"]) == ("cut", "maximise", "rudy")
    assert facts["best"] == (total - facts["energy"]) // 2
    assert isinstance(facts["best"], int)
    assert facts["certificate"]["agrees_with_sampler"] is True
    assert (facts["reads"], facts["sweeps"], facts["seed"]) == (8, 100, 5)
    assert facts["sweeps_done"] == 100
    assert facts["spin_updates"] == 8 * 100 * 576
    assert facts["spin_updates_per_second"] > 0
    assert set(facts["seconds"]) == {"load", "prepare", "compile", "sample", "total"}
    assert facts["seconds"]["total"] >= facts["seconds"]["sample"] > 0
    assert {"pbits", "jax", "numpy", "python"} <= set(facts["versions"])
    assert facts["beta_range"][0] < facts["beta_range"][1]
    assert facts["stopped_by"] == "schedule"
    assert facts["num_devices"] >= 1
    assert facts["target_reached"] is None


def test_prints_a_table(invoke):
    result = invoke("solve", "example", *QUICK)
    assert result.exit_code == 0
    assert result.stdout.startswith("torus_24x24 (rudy): 576 variables, 1152 interactions\n")
    assert "  best cut    4" in result.stdout
    assert "  reads       8, 100 sweeps each\n" in result.stdout
    assert "\x1b" not in result.stdout
    assert len(result.stdout.splitlines()) < 12


def test_writes_the_best_cut(solve_json, tmp_path):
    out = tmp_path / "cut.json"
    out.write_text("an older file")
    facts = solve_json("example", *QUICK, "--out", out)
    found = json.loads(out.read_text())
    assert found["labels"] == list(range(1, 577))
    assert set(found["spins"]) == {-1, 1}
    spin_of = dict(zip(found["labels"], found["spins"], strict=True))
    assert cut_in_file(_example(), spin_of) == found["value"] == facts["best"]
    assert found["energy"] == facts["energy"]
    assert found["seed"] == 5
    assert found["versions"] == facts["versions"]
    up, down = found["sides"]
    assert sorted(up + down) == found["labels"]
    assert {spin_of[node] for node in up} == {1}
    assert list(tmp_path.iterdir()) == [out]


def test_writes_through_a_link(solve_json, tmp_path, path_graph):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    link.symlink_to(real)
    solve_json(path_graph, *QUICK, "--out", link)
    assert link.is_symlink()
    assert json.loads(real.read_text())["value"] == 5


def test_a_device_is_written_to_not_replaced(solve_json, tmp_path, path_graph):
    solve_json(path_graph, *QUICK, "--out", "/dev/null")
    with open("/dev/null") as null:
        assert null.read() == ""


def test_equal_seeds_give_equal_results(solve_json, tmp_path):
    spins = []
    for seed, name in ((1, "a"), (1, "b"), (2, "c")):
        out = tmp_path / name
        solve_json("example", "--reads", 2, "--sweeps", 20, "--seed", seed, "--out", out)
        spins.append(json.loads(out.read_text())["spins"])
    assert spins[0] == spins[1] != spins[2]


def test_draws_and_reports_a_seed(solve_json, path_graph):
    seeds = {solve_json(path_graph, "--reads", 8, "--sweeps", 2)["seed"] for _ in range(2)}
    assert len(seeds) == 2


def test_stops_at_the_target(solve_json):
    facts = solve_json("example", "--reads", 8, "--sweeps", 100_000, "--target", 100)
    assert facts["stopped_by"] == "target"
    assert facts["target_reached"] is True
    assert facts["best"] >= 100
    assert facts["sweeps_done"] < 100_000


def test_a_target_out_of_reach_is_reported(solve_json, path_graph):
    facts = solve_json(path_graph, *QUICK, "--target", 6)
    assert (facts["best"], facts["target_reached"]) == (5, False)


def test_anneals_again_until_time_is_up(solve_json, path_graph):
    facts = solve_json(path_graph, *QUICK, "--time-limit", 0.3)
    assert facts["stopped_by"] == "time_limit"
    assert facts["anneals"] > 1
    assert facts["sweeps_done"] > facts["sweeps"] == 100
    assert 0.3 <= facts["seconds"]["sample"] < 5


def test_a_target_ends_a_run_with_a_time_limit(solve_json, path_graph):
    facts = solve_json(path_graph, *QUICK, "--time-limit", 60, "--target", 5)
    assert (facts["stopped_by"], facts["best"]) == ("target", 5)


def test_values_of_a_file_that_maximises(solve_json, invoke, tmp_path):
    path = tmp_path / "one.bqp"
    path.write_text("1\n3 4\n1 1 3\n2 2 -4\n3 3 5\n1 3 -2\n")
    facts = solve_json(path, *QUICK)
    # x1 = x3 = 1 counts 3 + 5 - 2 * 2 = 4, x3 alone 5.
    assert (facts["best"], facts["energy"]) == (5, -5)
    assert (facts["objective"], facts["sense"]) == ("energy", "maximise")
    assert solve_json(path, *QUICK, "--target", 5)["stopped_by"] == "target"
    assert "best value  5\n  energy      -5\n" in invoke("solve", path, *QUICK).stdout


def test_values_of_a_file_that_minimises(solve_json, invoke, tmp_path):
    path, out = tmp_path / "one.qubo", tmp_path / "out.json"
    path.write_text("p qubo 0 3 2 1\n0 0 -1.5\n1 1 -1\n0 1 2\n")
    facts = solve_json(path, *QUICK, "--out", out)
    assert facts["best"] == facts["energy"] == -1.5
    assert facts["sense"] == "minimise"
    found = json.loads(out.read_text())
    assert found["labels"][:2] == [0, 1]
    assert found["spins"][:2] == [1, -1]
    assert "sides" not in found
    text = invoke("solve", path, *QUICK).stdout
    assert "best energy -1.5\n" in text
    assert "  energy" not in text


def test_labels_are_those_of_the_file(solve_json, tmp_path):
    path, out = tmp_path / "model.json", tmp_path / "out.json"
    write(from_bqm(dimod.BQM({"a": 1, "b": 0}, {("a", "b"): -2}, 0.0, "SPIN")), path)
    solve_json(path, *QUICK, "--out", out)
    found = json.loads(out.read_text())
    assert (found["labels"], found["spins"], found["energy"]) == (["a", "b"], [-1, -1], -3)


def test_a_problem_without_variables(solve_json, tmp_path):
    path = tmp_path / "nothing.rud"
    path.write_text("0 0\n")
    facts = solve_json(path, "--plot", tmp_path / "trace.png")
    assert (facts["best"], facts["num_variables"]) == (0, 0)


def test_a_graph_without_edges(solve_json, tmp_path):
    path = tmp_path / "loose.rud"
    path.write_text("3 0\n")
    assert solve_json(path, *QUICK)["best"] == 0


def test_a_file_called_example_comes_first(solve_json, path_graph, monkeypatch):
    monkeypatch.chdir(path_graph.parent)
    path_graph.rename("example")
    assert solve_json("example", *QUICK)["best"] == 5


@pytest.mark.parametrize("update", ["metropolis", "gibbs"])
def test_update_rules(solve_json, path_graph, update):
    facts = solve_json(path_graph, *QUICK, "--update", update)
    assert facts["best"] == 5
    assert update in (facts["update"], facts["kernel"])


def test_one_end_of_the_beta_range(solve_json, path_graph):
    default = solve_json(path_graph, *QUICK)["beta_range"]
    assert solve_json(path_graph, *QUICK, "--beta-max", 7)["beta_range"] == [default[0], 7]
    assert solve_json(path_graph, *QUICK, "--beta-min", 0.5)["beta_range"] == [0.5, default[1]]


@pytest.mark.parametrize(("name", "start"), [("t.png", b"\x89PNG"), ("t.PDF", b"%PDF")])
def test_plots_the_trace(solve_json, tmp_path, path_graph, name, start):
    solve_json(path_graph, *QUICK, "--plot", tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_the_format_option(solve_json, complaint, path_graph):
    odd = path_graph.rename(path_graph.with_suffix(".qubo"))
    assert solve_json(odd, *QUICK, "--format", "rudy")["best"] == 5
    assert "path.qubo:1: header '4 3'" in complaint("solve", odd)
    assert "format 'gset'; expected one of the formats rudy" in complaint(
        "solve", odd, "--format", "gset"
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--reads", "0"], "'--reads'"),
        (["--reads", "1.5"], "'--reads'"),
        (["--reads", "1000000000000"], "'--reads'"),
        (["--sweeps", "-3"], "'--sweeps'"),
        (["--seed", "-1"], "'--seed'"),
        (["--seed", str(2**64)], "below 2**63"),
        (["--update", "heatbath"], "'--update'"),
        (["--time-limit", "0"], "--time-limit is 0.0; expected a finite number above 0"),
        (["--time-limit", "nan"], "--time-limit is nan"),
        (["--target", "inf"], "--target is inf; expected a finite number"),
        (["--beta-min", "-1"], "--beta-min is -1.0"),
        (["--beta-max", "nan"], "--beta-max is nan"),
        (["--beta-min", "3", "--beta-max", "1"], "3, is above the coldest, 1"),
        (["--out", "missing/x.json"], "--out missing/x.json cannot be written (No such file"),
        (["--out", "."], "--out . cannot be written (it is a folder)"),
        (["--plot", "missing/x.png"], "--plot missing/x.png cannot be written (No such file"),
        (["--plot", "x.txt"], "expected one of .png, .pdf, .svg"),
        (["--out", "x.png", "--plot", "x.png"], "--plot x.png is another file"),
        (["--out", "path.rud"], "--out path.rud is another file"),
        (["--nonsense"], "--nonsense"),
        (["another"], "another"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, list) else "",
)
def test_refuses_before_annealing(
    complaint, no_annealing, path_graph, monkeypatch, words, expected
):
    monkeypatch.chdir(path_graph.parent)
    before = path_graph.read_bytes()
    # The annealer itself knows which seeds it takes.
    if "2**63" in expected:
        monkeypatch.undo()
        monkeypatch.chdir(path_graph.parent)
    assert expected in complaint("solve", path_graph.name, *words)
    assert path_graph.read_bytes() == before
    assert list(path_graph.parent.iterdir()) == [path_graph]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "path.rud: cannot be read (No such file or directory)"),
        ("", "path.rud:1: empty file"),
        ("2 1\n1 2 x\n", "path.rud:2: word 'x'"),
        ("2 1\n1 3 1\n", "path.rud:2: index 3; expected an integer in 1..2"),
        ("2 1\n1 2 nan\n", "path.rud:2: weight nan"),
    ],
)
def test_malformed_files(complaint, path_graph, content, expected):
    path_graph.unlink()
    if content is not None:
        path_graph.write_text(content)
    assert expected in complaint("solve", path_graph)


def test_an_unknown_command_and_a_missing_file_name(complaint):
    assert "'solv'" in complaint("solv")
    assert complaint("solve").endswith("see 'pbits solve --help'")


def test_a_failed_write_still_prints_the_result(invoke, monkeypatch, path_graph, tmp_path):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    result = invoke("solve", path_graph, *QUICK, "--out", tmp_path / "o.json")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert "best cut    5" in result.stdout
    assert list(tmp_path.iterdir()) == [path_graph]


def test_interrupted_before_a_result(invoke, monkeypatch, path_graph):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(pbits.solving, "solve", interrupted)
    result = invoke("solve", path_graph)
    assert (result.exit_code, result.stderr) == (130, "pbits: interrupted\n")


@pytest.mark.parametrize("command", ["solve", "sample"])
def test_help_names_every_format(invoke, command):
    text = " ".join(invoke(command, "--help").stdout.replace("│", " ").split())
    assert ", ".join(FORMATS) in text
    assert "'example'" in text


def test_help_names_every_method_and_its_number_of_reads(invoke):
    text = " ".join(invoke("solve", "--help").stdout.replace("│", " ").split())
    assert all(f" {method} (" in text for method in Method if method is not Method.AUTO)
    assert "64 by default, 32 for temper and quantum, 1024 for population; auto chooses" in text
    special = {Method.AUTO: None, Method.TEMPER: 32, Method.QUANTUM: 32, Method.POPULATION: 1024}
    assert {method: its.reads for method, its in TRAITS.items()} == {
        method: special.get(method, 64) for method in Method
    }
    sweeps = {method: its.sweeps for method, its in TRAITS.items() if "sweeps" in its.options}
    assert sweeps == {method: 10 if method is Method.POPULATION else 1000 for method in sweeps}


def test_help_without_words_and_version(invoke):
    for words in ([], ["--help"], ["-h"]):
        result = invoke(*words)
        assert result.exit_code == 0
        assert all(name in result.stdout for name in ("solve", "info", "bench"))
    assert invoke("--version").stdout.startswith("pbits ")
    assert app.info.name == "pbits"


def _example():
    path = data.path(data.BUNDLED["example"])
    assert read(path).problem.num_variables == 576
    return path


def test_auto_is_the_default_and_says_what_it_did(solve_json, invoke, path_graph, tmp_path):
    facts = solve_json("example", "--time-limit", "6", "--seed", "1",
                       "--plot", str(tmp_path / "trace.png"))  # fmt: skip
    assert (facts["method"], facts["sweeps"]) == ("auto", None)
    assert facts["phases"][0]["name"] == "host anneal"
    assert facts["certificate"]["agrees_with_sampler"]
    assert (tmp_path / "trace.png").read_bytes().startswith(b"\x89PNG")
    text = invoke("solve", path_graph).stdout
    assert "best cut    5" in text
    assert "search      enumeration until" in text
    assert "all states seen" in text


def test_auto_takes_no_number_of_sweeps(complaint, path_graph):
    assert "leave out --sweeps" in complaint("solve", path_graph, "--method", "auto", "--sweeps", 5)


def test_tempering(solve_json, tmp_path):
    facts = solve_json(
        "example", "--method", "temper", "--sweeps", "400", "--seed", "1",
        "--plot", str(tmp_path / "trace.png"),
    )  # fmt: skip
    assert (facts["method"], facts["sweeps_done"], facts["stopped_by"]) == (
        "temper",
        400,
        "schedule",
    )
    assert facts["certificate"]["agrees_with_sampler"]
    assert (tmp_path / "trace.png").read_bytes().startswith(b"\x89PNG")


def test_tempering_until_time_is_up_or_the_target_is_met(solve_json, path_graph):
    facts = solve_json(path_graph, "--method", "temper", "--time-limit", "0.2")
    assert (facts["stopped_by"], facts["sweeps"]) == ("time_limit", None)
    both = ("--method", "temper", "--time-limit", "60", "--sweeps", "40")
    facts = solve_json(path_graph, *both)
    assert (facts["stopped_by"], facts["sweeps_done"]) == ("schedule", 40)
    facts = solve_json(path_graph, "--method", "temper", "--target", str(facts["best"]))
    assert (facts["stopped_by"], facts["target_reached"]) == ("target", True)
