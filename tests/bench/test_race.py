"""The race: every run gets the same terms, values are those of the states, failures say why."""

import json
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

import problems
from pbits.bench import race, targets, workers
from pbits.bench.cli import app
from pbits.bench.race import Settings
from pbits.bench.solvers import SOLVERS, Racer, Trial
from pbits.bench.solvers.base import Restarting, seed_of
from pbits.bench.solvers.mqlib import MQLib
from pbits.bench.solvers.ours import Pbits
from pbits.bench.targets import Target
from problems.formats import Instance

CORES = race.machine.cores()[:1]


class Counting(Restarting):
    """Returns a state of falling energy at each call, a hundredth of a second apart."""

    def __init__(self, problem):
        self.problem, self.calls = problem, []

    def attempt(self, seed, seconds):
        time.sleep(0.01)
        self.calls.append(seed)
        spins = np.ones(self.problem.num_variables, np.int8)
        spins[: len(self.calls)] = -1
        return spins, float(self.problem.energies(spins))


@pytest.fixture
def field():
    """Each spin that turns down lowers the energy by 2; all down is the optimum, -20."""
    return problems.ising([1] * 20, [], [], [])


def test_restarts_until_the_target(field):
    solver = Counting(field)
    found = solver.run(Trial(30.0, 7, target=-10.0))
    assert found.stopped_by == "target"
    assert found.curve[-1][1] == -10 == field.energies(found.spins)
    assert len(found.attempts) == 15
    seconds = [at for at, _ in found.curve]
    assert seconds == sorted(seconds)
    assert all(0 < attempt.seconds <= attempt.end for attempt in found.attempts)
    assert len(set(solver.calls)) == 15


def test_what_comes_too_late_does_not_count(field):
    class Slow(Counting):
        def attempt(self, seed, seconds):
            time.sleep(0.3)
            return super().attempt(seed, seconds)

    found = Slow(field).run(Trial(0.05, 1))
    assert (found.curve, found.spins, found.attempts) == ([], None, [])


def test_seeds_of_attempts_differ_and_fit_in_31_bits():
    seeds = {seed_of(run, k) for run in range(20) for k in range(50)}
    assert len(seeds) == 1000
    assert max(seeds) < 2**31


def test_our_curve_ends_with_the_exact_best():
    problem = problems.generators.edwards_anderson((4, 4), seed=1)
    solver = Pbits(problem, module="pbits.annealing", function="anneal", num_reads=8,
                   num_restarts=None)  # fmt: skip
    found = solver.run(Trial(1.0, 3))
    assert found.stopped_by == "time_limit"
    assert found.curve[-1][1] == problem.energies(found.spins)
    energies = [energy for _, energy in found.curve]
    assert energies == sorted(energies, reverse=True)


def found_by(**keywords):
    """A minimiser that asks once whether to stop, and tells what it was given."""
    limit, interrupt = keywords.get("time_limit"), keywords.get("interrupt")
    over = interrupt is not None and interrupt()
    stopped_by = "interrupt" if over else "target" if keywords["target_energy"] else "schedule"
    return SimpleNamespace(
        best_energy=-1.0, best_spins=np.ones(2, np.int8), stopped_by=stopped_by, kernel="fake",
        num_devices=1, timing=SimpleNamespace(compile=0.25), phases=(), limit=limit,
    )  # fmt: skip


def test_a_team_of_ours_ends_together(field, monkeypatch):
    done = threading.Event()
    monkeypatch.setitem(workers._held, "done", done)
    solver = Pbits(field, module="pbits.annealing", function="anneal")
    solver.minimise = lambda problem, **keywords: found_by(**keywords)
    assert solver.run(Trial(60.0, 1)).stopped_by == "schedule"
    assert not done.is_set()
    assert solver.run(Trial(60.0, 1, target=-1.0)).stopped_by == "target"
    assert done.is_set()
    assert solver.run(Trial(60.0, 1)).stopped_by == "time_limit"


def test_compilation_beside_a_search_is_not_taken_off(field):
    for function, module, compiling in (("anneal", "annealing", 0.25), ("solve", "solving", None)):
        solver = Pbits(field, module=f"pbits.{module}", function=function)
        solver.minimise = lambda problem, **keywords: found_by(**keywords)
        found = solver.run(Trial(60.0, 1))
        assert found.compile_seconds == compiling
        assert found.info.get("compile_seconds", 0.25) == 0.25


MQLIB = """#!/bin/sh
echo "$@" > {words}
echo 'G,BURER2002,3,"[1:0.1;3:0.5;4:99]"'
echo 'Solution:'
echo '{spins}'
"""


@pytest.mark.parametrize(("h", "spins"), [([0, 0, 0], "1 -1 -1"), ([1, 0, 0], "-1 1 1 -1")])
def test_mqlib_is_asked_for_a_little_less_than_the_time(tmp_path, monkeypatch, h, spins):
    """A stand-in that says what it was asked: its own limit is not exact."""
    words, script = tmp_path / "words", tmp_path / "mqlib"
    script.write_text(MQLIB.format(words=words, spins=spins))
    script.chmod(0o755)
    monkeypatch.setenv("PBITS_MQLIB", str(script))
    problem = problems.ising(h, [0, 0], [1, 2], [1, 2])
    solver = MQLib(problem)
    found = solver.run(Trial(10.0, 2**16 + 5))
    solver.folder.cleanup()
    asked = words.read_text().split()
    assert (asked[asked.index("-r") + 1], asked[asked.index("-s") + 1]) == ("9.800", "5")
    total = 3 + sum(h)
    assert found.curve == [(0.1, total - 2), (0.5, total - 6)]
    assert found.spins.tolist() == [1, -1, -1]


@pytest.mark.parametrize("words", ["tile:8", "wishart:20:3", "xorsat:12", "loops:4"])
def test_planted_targets_are_proven(words):
    target = targets.planted(words)
    assert target.proven
    assert target.energy == target.best_known
    assert target.summary()["sense"] == "min"


@pytest.mark.parametrize("words", ["tile", "tile:x", "cube:3", "tile:8:1:2"])
def test_planted_words_that_mean_nothing(words):
    with pytest.raises(ValueError, match="expected KIND:SIZE"):
        targets.planted(words)


def test_values_are_in_the_sense_of_the_instance():
    triangle = problems.ising([0] * 3, [0, 0, 1], [1, 2, 2], [1, 1, 1])
    target = Target(Instance(triangle, "triangle", "rudy", "cut", True), "file", 2)
    assert (target.sense, target.value(-1.0), target.energy) == ("max", 2, -1)
    assert isinstance(target.value(-1.0), int)


def test_a_package_that_is_absent_and_one_that_fails_are_named():
    target = targets.planted("tile:4")
    absent = Racer("absent", "no-such-distribution", "dwave", "Tabu")
    broken = replace(SOLVERS["dwave-sa"], name="broken", kind="NoSuchClass")
    runs = list(race.race(target, [absent, broken], CORES, Settings(0.1, 2)))
    assert [run["status"] for run in runs] == ["failed", "failed"]
    assert "pip install no-such-distribution" in runs[0]["reason"]
    assert "NoSuchClass" in runs[1]["reason"]


def test_a_race_records_runs_that_the_report_reads(tmp_path):
    pytest.importorskip("dwave.samplers")
    path = tmp_path / "runs.jsonl"
    words = ["tts", "--planted", "tile:6", "--solver", "dwave-sa", "--solver", "pbits-auto"]
    words += ["--budget", "20", "--seeds", "1", "--one-core", "--record", str(path)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    runs = [json.loads(line) for line in path.read_text().splitlines()]
    assert [run["solver"] for run in runs] == ["dwave-sa", "pbits-auto"]
    for run in runs:
        assert run["value"] == run["instance"]["best_known"] == run["curve"][-1][1]
        assert run["stopped_by"] == "target"
        assert run["seconds"] < 20
    report = CliRunner().invoke(app, ["report", str(path)], catch_exceptions=False)
    assert report.exit_code == 0, report.output
    assert "dwave-sa" in report.output


def test_a_list_of_solvers_and_words_that_are_wrong():
    listed = CliRunner().invoke(app, ["tts", "--solver", "list"])
    assert listed.output.split() == list(SOLVERS)
    for words in (["--solver", "nobody", "--planted", "tile:4"], [], ["--instance", "G0"]):
        assert CliRunner().invoke(app, ["tts", *words]).exit_code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--file", "{cut}", "--best", "nan"], "best is nan"),
        (["--planted", "tile:4", "--best", "3"], "--best is the value of a --file"),
        (["--planted", "tile:4", "--go-on", "--budget", "inf"], "budget is inf"),
        (["--file", "{cubic}"], "more than two spins"),
        (["--file", "{absent}"], "cannot be read"),
    ],
)
def test_words_that_mean_nothing_are_refused_at_once(words, message, tmp_path):
    (tmp_path / "cut.txt").write_text("2 1\n1 2 1\n")
    terms = {"vartype": "SPIN", "terms": [[["a", "b", "c"], 2]]}
    (tmp_path / "cubic.json").write_text(json.dumps(terms))
    names = {"cut": "cut.txt", "cubic": "cubic.json", "absent": "absent.txt"}
    paths = {key: tmp_path / name for key, name in names.items()}
    done = CliRunner().invoke(app, ["tts", *(word.format(**paths) for word in words)])
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_a_best_value_of_zero_is_a_value(tmp_path):
    path = tmp_path / "cut.txt"
    path.write_text("2 1\n1 2 -1\n")
    target = targets.from_file(path, 0.0)
    assert (target.best_known, target.source) == (0, "given by the user")
    assert isinstance(target.best_known, int)
    assert (targets.from_file(path).best_known, targets.from_file(path).source) == (None, "")
    assert targets.from_file(path, 0.5).best_known == 0.5


@pytest.mark.parametrize(
    "wrong", [{"budget": 0.0}, {"budget": float("nan")}, {"seeds": 0}, {"first_seed": -1}]
)
def test_terms_of_a_race_are_checked(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is"):
        Settings(**wrong)


OURS = [name for name in SOLVERS if name.startswith("pbits-") and not name.endswith("-warm")]


@pytest.mark.parametrize("name", OURS)
def test_our_methods_reach_a_planted_optimum(name):
    target = targets.planted("tile:6")
    found = SOLVERS[name].make(target.problem).run(Trial(60.0, 1, target=target.energy))
    assert found.stopped_by == "target"
    assert target.problem.energies(found.spins) == found.curve[-1][1] == target.energy
    assert (found.compile_seconds is None) == (name in ("pbits-auto", "pbits-descend"))


@pytest.mark.parametrize("name", [name for name in OURS if name != "pbits-auto"])
def test_our_methods_end_when_time_is_up(name):
    target = targets.planted("tile:4")
    begun = time.perf_counter()
    found = SOLVERS[name].make(target.problem).run(Trial(0.5, 1, target=target.energy - 1))
    assert found.stopped_by == "time_limit"
    assert time.perf_counter() - begun < 20
    assert found.curve[-1][1] == target.problem.energies(found.spins)


def test_descents_have_a_process_on_each_core():
    """They compile nothing and take one core, so a warm twin would be the same solver."""
    racer = SOLVERS["pbits-descend"]
    assert not racer.threaded
    assert not racer.is_cold
    assert "pbits-descend-warm" not in SOLVERS
