"""The device benchmark: what it reports follows from what it measured; no speed is asserted."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from pbits.bench import device
from pbits.bench.cli import app
from pbits.bench.device_cli import print_report


class Counted:
    """A side whose error is known: 10 % of the squared step."""

    name = "pbits"

    def run(self, angle, steps, records, devices=None):
        exact = self.exact * (1 + 0.1 * angle**2)
        return np.full(records, exact), steps

    def __init__(self, settings):
        law = device.AxialMagnet(settings.delta)
        self.exact = law.mean(1 - law.centres**2)


@pytest.mark.parametrize(("tolerance", "angle"), [(0.03, 0.5), (0.017, 0.4), (1e-3, 0.1)])
def test_the_longest_step_within_the_tolerance(tolerance, angle):
    settings = device.Settings(tolerance=tolerance, seconds=1e-6)
    found = device._chosen(Counted(settings), settings)
    assert found["angle"] == angle
    assert found["within_tolerance"]
    errors = [one["error"] for one in found["errors"]]
    tried = [one["angle"] for one in found["errors"]]
    assert errors == pytest.approx([0.1 * a**2 for a in tried])


def test_no_step_within_the_tolerance_is_said():
    settings = device.Settings(tolerance=1e-6, seconds=1e-6)
    found = device._chosen(Counted(settings), settings)
    assert not found["within_tolerance"]
    assert found["angle"] == device.ANGLES[-1]


def test_cmtj_has_the_same_law():
    """T23: <m_z^2> at a barrier of 3, within its error."""
    pytest.importorskip("cmtj")
    settings = device.Settings(delta=3.0, alpha=0.1, seed=1)
    seen, _ = device.Cmtj(settings).run(0.05, 4_000_000, 20)
    law = device.AxialMagnet(3.0)
    error = np.std(seen) / np.sqrt(seen.size)
    assert error < 0.02
    assert np.mean(seen) == pytest.approx(law.mean(1 - law.centres**2), abs=4 * error)


def test_pbits_has_the_same_law():
    """The barrier is that of the settings: <1 - m_z^2> at 3 is 15 % from that at 3.5."""
    settings = device.Settings(delta=3.0, alpha=0.1, num_devices=2048, seed=1)
    ours = device.Ours(settings)
    ours.run(0.05, 600 * 2048, 1)
    seen, steps = ours.run(0.05, 2000 * 2048, 20)
    assert steps == 2000 * 2048
    law = device.AxialMagnet(3.0)
    exact = law.mean(1 - law.centres**2)
    assert np.mean(seen) == pytest.approx(exact, rel=0.03)
    other = device.AxialMagnet(3.5)
    assert abs(other.mean(1 - other.centres**2) / exact - 1) > 0.1


def test_a_quick_run(tmp_path):
    path = tmp_path / "device.jsonl"
    words = ["device", "--quick", "--json", "--record", str(path), "--rounds", "2"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert json.loads(path.read_text()) == report
    result = report["results"][0]
    ours, many = result["ours"], result["many"]
    simulated = ours["simulated_seconds_per_second"]["per_round"]
    rates = ours["steps_per_second"]["per_round"]
    dt = ours["angle"] / (device.GAMMA * 0.1)
    assert simulated == pytest.approx([r * dt for r in rates])
    assert many["num_devices"] == 100_000
    # NumPy, SciPy and JAX take more than this, and no computer has so much.
    assert many["peak_bytes"] is None or 2**26 < many["peak_bytes"] < 2**40
    if result["status"] == "ok":
        theirs = result["theirs"]["simulated_seconds_per_second"]["per_round"]
        ratios = [a / b for a, b in zip(simulated, theirs, strict=True)]
        assert result["ratio"]["per_round"] == pytest.approx(ratios)


def test_a_missing_peer_is_said(monkeypatch, capsys):
    monkeypatch.setattr(device, "PEER", "no-such-distribution")
    settings = device.Settings(seconds=0.01, rounds=1, num_devices=64, tolerance=0.9)
    monkeypatch.setattr(device, "_MANY", 1000)
    result = device.measure(settings)
    assert result["status"] == "not installed"
    assert "pip install" in result["reason"]
    assert "ratio" not in result
    hardware = {"cpu": "a", "num_cores": 1}
    report = {"hardware": hardware, "date": "today", "results": [result]}
    about = {"delta": 5, "alpha": 0.01, "tolerance": 0.9, "rounds": 1}
    print_report(report | {"settings": about})
    assert "not installed" in capsys.readouterr().out
