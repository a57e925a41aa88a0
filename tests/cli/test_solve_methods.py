"""``pbits solve --method``: what every method promises, and what only some of them take."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer

import pbits.bifurcation
import pbits.population
import pbits.quantum
from pbits.cli import minimisers
from pbits.cli.methods import OWN_OPTIONS, TRAITS, Method, flag
from pbits.cli.signals import Interrupt, run_interruptible
from problems import data, read

# Of little work; `auto` is told apart by its own tests.
NAMED = [method.value for method in Method if method is not Method.AUTO]
QUICK = {
    "anneal": ("--reads", 4, "--sweeps", 20),
    "temper": ("--reads", 4, "--sweeps", 20),
    "population": ("--reads", 64, "--sweeps", 1),
    "quantum": ("--reads", 4, "--sweeps", 20, "--slices", 4),
    "bifurcation": ("--reads", 4, "--sweeps", 20),
    "descend": ("--reads", 4),
}
VALUES = {
    "sweeps": 5, "update": "gibbs", "beta_min": 0.1, "beta_max": 2, "slices": 4,
    "variant": "discrete", "plot": "trace.png",
}  # fmt: skip
every_method = pytest.mark.parametrize("method", NAMED)


@pytest.fixture
def path_graph(tmp_path: Path) -> Path:
    """Max-cut of 4 nodes in a path, weights 2, 3 and -1; the best cut is 5."""
    path = tmp_path / "path.rud"
    path.write_text("4 3\n1 2 2\n2 3 3\n3 4 -1\n")
    return path


def words(method: str) -> tuple:
    return ("--method", method, *QUICK[method])


@every_method
def test_finds_and_writes_the_best_cut(method, solve_json, path_graph, tmp_path):
    out = tmp_path / "cut.json"
    facts = solve_json(path_graph, *words(method), "--seed", 1, "--out", out)
    assert (facts["method"], facts["best"], facts["stopped_by"]) == (method, 5, "schedule")
    assert facts["certificate"]["agrees_with_sampler"] is True
    assert facts["reads"] == QUICK[method][1]
    sides = [set(side) for side in json.loads(out.read_text())["sides"]]
    assert {1, 3, 4} in sides  # the edges of weight 2 and 3 are cut, that of weight -1 is not


@every_method
def test_equal_seeds_give_equal_states(method, solve_json, tmp_path):
    found = []
    for seed, name in ((1, "a"), (1, "b"), (2, "c")):
        solve_json("example", *words(method), "--seed", seed, "--out", tmp_path / name)
        found.append(json.loads((tmp_path / name).read_text())["spins"])
    assert found[0] == found[1] != found[2]


@every_method
def test_a_time_limit_is_used_up_and_kept(method, solve_json, path_graph):
    schedule = [] if method == "temper" else words(method)[4:]
    reads = ("--method", method, "--reads", QUICK[method][1])
    facts = solve_json(path_graph, *reads, *schedule, "--time-limit", 0.3)
    assert (facts["best"], facts["stopped_by"]) == (5, "time_limit")
    assert 0.3 <= facts["seconds"]["sample"] < 5
    assert facts["anneals"] > 1 or method == "temper"


@every_method
def test_a_target_ends_the_run(method, solve_json, path_graph):
    long = ("--method", method, "--time-limit", 60, "--seed", 1)
    facts = solve_json(path_graph, *long, "--target", 5)
    assert (facts["best"], facts["stopped_by"], facts["target_reached"]) == (5, "target", True)
    facts = solve_json(path_graph, *words(method), "--target", 6)
    assert (facts["best"], facts["stopped_by"], facts["target_reached"]) == (5, "schedule", False)


@every_method
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_the_best(method, number, invoke, monkeypatch, path_graph):
    polls = []

    def poll(self):
        polls.append(self)
        if len(polls) == 3:
            signal.raise_signal(number)
        return self._requested

    monkeypatch.setattr(Interrupt, "__call__", poll)
    result = invoke("solve", path_graph, "--method", method, "--time-limit", 60, "--json")
    assert (result.exit_code, result.stderr) == (130, "")
    facts = json.loads(result.stdout)
    assert facts["stopped_by"] == "interrupt"
    assert facts["certificate"]["agrees_with_sampler"] is True
    assert facts["seconds"]["sample"] < 30


@every_method
def test_the_table_says_what_ran(method, invoke, path_graph):
    text = invoke("solve", path_graph, *words(method)).stdout
    lines = dict((line[2:14].strip(), line[14:]) for line in text.splitlines()[1:])
    assert lines["best cut"] == "5"
    assert lines["reads"].startswith(f"{QUICK[method][1]}, ")
    assert ("speed" in lines) == (method != "descend")
    expected = {
        "anneal": "4, 20 sweeps each",
        "temper": "4, 20 sweeps at each temperature",
        "quantum": "4, 20 sweeps each",
        "bifurcation": "4, 20 time steps each",
        "descend": "4, 1 descent each",
    }
    assert method == "population" or lines["reads"] == expected[method]
    assert "\x1b" not in text


@every_method
def test_the_format_and_the_plot_of_a_method(method, solve_json, path_graph, tmp_path):
    odd, picture = path_graph.rename(path_graph.with_suffix(".qubo")), tmp_path / "trace.png"
    plot = ("--plot", picture) if "plot" in TRAITS[Method(method)].options else ()
    assert solve_json(odd, *words(method), "--format", "rudy", *plot)["best"] == 5
    assert picture.exists() == bool(plot)


@pytest.mark.parametrize("name", OWN_OPTIONS)
@pytest.mark.parametrize("method", Method)
def test_options_of_other_methods_are_refused(
    method, name, complaint, monkeypatch, path_graph, tmp_path
):
    """A method's own options reach the work; the others are refused, with those that fit."""

    def reached(*args: object) -> None:
        raise ValueError("the work has begun")

    monkeypatch.setitem(minimisers._METHODS, method, reached)
    monkeypatch.chdir(tmp_path)
    value = (VALUES[name],) if name in VALUES else ()  # else a switch
    said = complaint("solve", path_graph, "--method", method, flag(name), *value)
    if name in TRAITS[method].options:
        assert said == "the work has begun"
        return
    assert said.startswith(f"--method {method} takes no {flag(name)}; leave out {flag(name)}")
    named = re.search(r"takes it: (.*) \(", said)
    assert named
    takers = [other for other in Method if name in TRAITS[other].options]
    assert re.split(", | or ", named[1]) == takers
    assert said.endswith(f"takes: {', '.join(map(flag, ('reads', *TRAITS[method].options)))})")


def test_an_unknown_method_is_refused_with_all_names(complaint, path_graph):
    said = complaint("solve", path_graph, "--method", "tabu")
    assert all(f"'{method}'" in said for method in Method)


@pytest.mark.parametrize(
    ("method", "module", "function", "asked", "expected"),
    [
        ("population", pbits.population, "population_anneal",
         ("--sweeps", 3, "--update", "gibbs", "--beta-max", 2, "--reads", 32),
         {"num_sweeps_per_beta": 3, "update": "gibbs", "beta_range": (0.0, 2.0), "num_reads": 32}),
        ("population", pbits.population, "population_anneal", (),
         {"num_sweeps_per_beta": 10, "update": "metropolis", "num_reads": 1024}),
        ("quantum", pbits.quantum, "quantum_anneal",
         ("--slices", 4, "--sweeps", 7, "--update", "gibbs"),
         {"num_slices": 4, "num_sweeps": 7, "update": "gibbs", "num_reads": 32}),
        ("bifurcation", pbits.bifurcation, "bifurcate",
         ("--variant", "discrete", "--sweeps", 9), {"variant": "discrete", "num_steps": 9}),
        ("bifurcation", pbits.bifurcation, "bifurcate", ("--time-limit", 2, "--seed", 3),
         {"time_limit": 2.0, "num_restarts": None, "seed": 3, "num_steps": 1000}),
    ],
)  # fmt: skip
def test_options_reach_the_library(
    method, module, function, asked, expected, complaint, monkeypatch, path_graph
):
    seen = {}

    def record(problem: object, **arguments: object) -> None:
        seen.update(arguments)
        raise ValueError("seen")

    monkeypatch.setattr(module, function, record)
    assert complaint("solve", path_graph, "--method", method, *asked) == "seen"
    assert {name: seen.get(name) for name in expected} == expected


def test_variants_and_slices_are_reported(solve_json, invoke, path_graph):
    facts = solve_json(path_graph, *words("bifurcation"), "--variant", "discrete")
    assert facts["bifurcation"]["variant"] == "discrete"
    assert facts["update"] is None
    text = invoke("solve", path_graph, *words("quantum")).stdout
    assert "  paths       4 slices at beta " in text


def test_population_reports_the_partition_function(solve_json, invoke, path_graph):
    asked = ("--method", "population", "--beta-max", 0.5, "--sweeps", 20, "--seed", 3)
    found = solve_json(path_graph, *asked)
    log_z, error = found["population"]["log_z"], found["population"]["log_z_error"]
    assert abs(log_z - _log_partition(path_graph, 0.5)) < 4 * error < 0.1
    assert abs(log_z - _log_partition(path_graph, 0.55)) > 4 * error  # it is told apart
    text = invoke("solve", path_graph, *asked).stdout
    assert f"  log Z       {log_z:.8g} +- {error:.2g} at beta 0.5, after" in text


def _log_partition(path: Path, beta: float) -> float:
    """A path has independent bonds: Z = 2 prod 2 cosh(beta w)."""
    weights = [float(line.split()[2]) for line in path.read_text().splitlines()[1:]]
    return float(np.log(2) + sum(np.log(2 * np.cosh(beta * w)) for w in weights))


def test_few_replicas_have_no_error_and_say_so(solve_json, invoke, path_graph):
    asked = ("--method", "population", "--reads", 4, "--sweeps", 1, "--seed", 1)
    assert solve_json(path_graph, *asked)["population"]["log_z_error"] is None
    text = invoke("solve", path_graph, *asked).stdout
    assert "error unknown" in text
    assert "note        log Z is not to be trusted: " in text
    assert "more --reads or --sweeps are needed" in text
    assert "num_" not in text


@every_method
def test_polynomials_where_the_method_takes_them(method, solve_json, complaint, tmp_path):
    terms = [[["a", "b", "c"], 2], [["d", "a", "b"], -1], [["e"], 1]]
    path = _polynomial(tmp_path, terms)
    if method in ("anneal", "temper", "population", "descend"):
        assert solve_json(path, *words(method), "--seed", 1)["best"] == -4
        return
    said = complaint("solve", path, "--method", method)
    assert "takes terms of at most two spins, and the problem has one of 3; use anneal" in said


@every_method
def test_polynomials_of_two_spins_are_for_all(method, solve_json, tmp_path):
    path = _polynomial(tmp_path, [[["a", "b"], 2], [["b"], 1], [[], 3]])
    facts = solve_json(path, *words(method), "--seed", 1)
    assert (facts["best"], facts["certificate"]["agrees_with_sampler"]) == (0, True)


def _polynomial(folder: Path, terms: list) -> Path:
    path = folder / "poly.json"
    path.write_text(json.dumps({"vartype": "SPIN", "terms": terms}))
    return path


@every_method
@pytest.mark.parametrize("text", ["0 0\n", "3 0\n"])
def test_nothing_to_solve(method, text, solve_json, invoke, tmp_path):
    path = tmp_path / "nothing.rud"
    path.write_text(text)
    assert solve_json(path, *words(method))["best"] == 0
    assert invoke("solve", path, *words(method), "--time-limit", 0.1).exit_code == 0


def test_descents_end_where_no_flip_helps(solve_json, tmp_path):
    out = tmp_path / "state.json"
    facts = solve_json("example", "--method", "descend", "--seed", 2, "--out", out)
    problem = read(data.path(data.BUNDLED["example"])).problem
    state = np.array(json.loads(out.read_text())["spins"])
    flipped = np.where(np.eye(state.size, dtype=bool), -state, state)
    assert problem.energies(flipped).min() >= problem.energies(state) == facts["energy"]


def test_the_end_of_interrupted_work(capsys: pytest.CaptureFixture, monkeypatch) -> None:
    seen: list[Callable] = []
    run_interruptible(lambda interrupt: seen.append(interrupt) or "schedule")
    assert isinstance(seen[0], Interrupt)
    for work in (lambda interrupt: "interrupt", lambda interrupt: _press_twice()):
        with pytest.raises(typer.Exit) as end:
            run_interruptible(work)
        assert end.value.exit_code == 130
    assert capsys.readouterr().err == "pbits: interrupted\n"


def _press_twice() -> str:
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    return "never"
