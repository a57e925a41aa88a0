"""The machine benchmark: what it reports follows from what it measured; no speed is asserted."""

import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest
from typer.testing import CliRunner

from pbits.bench import machine_cli, machine_peers, machine_speed
from pbits.bench.cli import app
from pbits.bench.entrant import Unsupported
from pbits.bench.machine_work import LAWS, Settings, Side, Work
from problems import ising

TINY = Settings(
    spins=6, probability=0.7, reads=4000, sweeps=3, slow_sweeps=40, beta=0.4, slope=0.3,
    offset=0.2, seconds=1e-4, rounds=2,
)  # fmt: skip
STATES = 2 * ((np.arange(64)[:, None] >> np.arange(6)) & 1) - 1


def quick(name, law, factor=1):
    """A side that takes no time."""
    return Side(name, lambda: np.ones((4, 6), np.int8), 1000 * factor, law)


class Fake(Work):
    """Sides that take no time."""

    def plain(self):
        names = (machine_speed.REFERENCE, machine_speed.AS_IT_RUNS, machine_speed.SIMULATED)
        return [quick(name, "ideal") for name in names]

    def devices(self):
        return [quick(f"telegraphs, {law}", law, 3) for law in LAWS]

    def crossbars(self):
        return [quick("crossbar", None)]


def absent(work):
    raise Unsupported("it is not there")


@pytest.fixture(scope="module")
def measured():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine_speed, "Work", Fake)
        patch.setattr(machine_peers, "thrml", absent)
        patch.setattr(
            machine_peers, "numpy_sides", lambda work: [quick(f"NumPy, {law}", law) for law in LAWS]
        )
        return machine_speed.measure(TINY)


def test_numpy_has_the_law_of_the_devices():
    """Constant times without a spread: Boltzmann's energy.  Control: p-bits that differ."""
    work = Work(replace(TINY, slope=0.0, offset=0.0))
    energies = work.problem.energies(STATES)
    law = np.exp(-TINY.beta * energies)
    exact = (law * energies).sum() / law.sum() / 6
    found = work.energy(machine_peers.NumPyTelegraphs(work, LAWS[0]).run())
    assert found["mean"] == pytest.approx(exact, abs=4 * found["standard_error"])
    other = Work(replace(TINY, slope=0.0, offset=1.0))
    differs = other.energy(machine_peers.NumPyTelegraphs(other, LAWS[0]).run())
    assert abs(differs["mean"] - exact) > 8 * found["standard_error"]


def test_both_laws_relax_to_the_same_transfer_curve():
    """Of barriers without a spread, below the critical input."""
    work = Work(replace(TINY, slope=0.0, offset=0.0, barrier=0.0))
    group, drive = np.arange(6), np.linspace(-2, 2, 12, dtype=np.float32).reshape(6, 2)
    constant, barriers = (machine_peers.NumPyTelegraphs(work, law) for law in LAWS)
    long_run = constant._relaxed(drive, group)[0]
    scaled = barriers._relaxed(drive / barriers.slope, group)[0]
    assert scaled == pytest.approx(long_run, rel=1e-4)
    assert long_run == pytest.approx((1 + np.tanh(drive)) / 2, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
def test_numpy_and_the_machine_have_the_same_energy(law):
    work = Work(replace(TINY, sweeps=40))
    ours = next(side for side in work.devices() if side.law == law)
    found = [work.energy(run()) for run in (ours.run, machine_peers.NumPyTelegraphs(work, law).run)]
    error = np.hypot(*(one["standard_error"] for one in found))
    assert found[0]["mean"] == pytest.approx(found[1]["mean"], abs=4 * error)


def test_energies_are_per_spin():
    work = Work(TINY)
    work.__dict__["problem"] = ising([1, 1, 1, 1, 1, 1], [], [], [])
    found = work.energy(np.array([[1] * 6, [-1] * 6], np.int8))
    assert found == {"mean": 0.0, "standard_error": pytest.approx(np.sqrt(0.5))}


def test_ratios_are_of_the_same_round(measured):
    sides = {side["name"]: side for side in measured["sides"]}
    rates = {name: side["updates_per_second"]["per_round"] for name, side in sides.items()
             if side["status"] == "ok"}  # fmt: skip
    for name, rate in rates.items():
        expected = [a / b for a, b in zip(rate, rates["exact sampler"], strict=True)]
        assert sides[name]["ratio"]["per_round"] == pytest.approx(expected)
    seconds = sides["crossbar"]["seconds"]["per_round"]
    assert rates["crossbar"] == pytest.approx([1000 / s for s in seconds])
    for law in LAWS:
        side = sides[f"telegraphs, {law}"]
        peer = rates[f"NumPy, {law}"]
        pairs = zip(rates[f"telegraphs, {law}"], peer, strict=True)
        assert side["peer_ratio"]["per_round"] == pytest.approx([a / b for a, b in pairs])
        assert sides[f"NumPy, {law}"]["peer_ratio"] is None
    assert sides["exact sampler"]["peer"] is None


def test_missing_peers_are_said(measured, capsys):
    assert measured["sides"][-1] == {
        "name": "thrml", "status": "not measured", "reason": "it is not there",
    }  # fmt: skip
    report = {"hardware": {"cpu": "a"}, "date": "today", "settings": asdict(TINY)}
    targets = machine_speed._targets(measured["sides"])
    machine_cli.print_report(report | {"results": [measured | {"targets": targets}]})
    said = capsys.readouterr().out
    assert "thrml: not measured: it is not there" in said
    assert "crossbar" in said


def test_targets_are_of_the_full_work_only(measured):
    assert measured["targets"] == []
    assert Settings().is_target
    rows = machine_speed._targets(measured["sides"])
    assert [row["target"] for row in rows] == [0.25, 0.25, 50e6, 50e6]
    assert all(row["met"] == (row["measured"] >= row["target"]) for row in rows)


def test_words_reach_the_settings(tmp_path, monkeypatch):
    path, given = tmp_path / "machine.jsonl", []

    def record(name, settings, compare):
        given.append(settings)
        return {"benchmark": name, "settings": asdict(settings), "results": []}

    monkeypatch.setattr(machine_cli, "measured", record)
    words = ["machine", "--quick", "--json", "--record", str(path), "--reads", "8", "--beta", "0.3"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert json.loads(path.read_text()) == json.loads(done.stdout)
    (settings,) = given
    assert (settings.reads, settings.beta, settings.rounds, settings.tile) == (8, 0.3, 2, 32)


def test_help_tells_the_defaults_there_are():
    shown = " ".join(
        CliRunner().invoke(app, ["machine", "--help"], env={"COLUMNS": "300"}).output.split()
    )
    own = Settings()
    for name in (
        "spins",
        "probability",
        "reads",
        "sweeps",
        "slow-sweeps",
        "tile",
        "seconds",
        "rounds",
    ):
        value = getattr(own, name.replace("-", "_"))
        told = re.search(rf"--{name} .*?([0-9.]+) by default", shown)
        assert told is not None, name
        assert float(told[1]) == value, name


@pytest.mark.slow
def test_a_quick_run():
    done = CliRunner().invoke(app, ["machine", "--quick", "--json"])
    assert done.exit_code == 0, done.output
    (result,) = json.loads(done.stdout)["results"]
    names = [side["name"] for side in result["sides"]]
    assert len(set(names)) == len(names) == 11
    assert all(side["updates_per_second"]["median"] > 0 for side in result["sides"]
               if side["status"] == "ok")  # fmt: skip


@pytest.mark.parametrize("words", ["--spins 2", "--probability 2", "--tile 1", "--rounds 0"])
def test_work_that_means_nothing_is_refused(words):
    done = CliRunner().invoke(app, ["machine", *words.split()])
    assert done.exit_code == 2, done.output
    assert words.split()[0].lstrip("-") in done.stderr
