"""The rows that need cmtj: not run without it, and able to fail with it."""

import numpy as np
import pytest

from pbits import cmtj_magnet
from pbits.cmtj_magnet import Spin
from pbits.validation import cross_runs
from pbits.validation.cross_runs import run
from pbits.validation.rows import Measured, check, choose
from pbits.validation.table import all_rows


def row(name):
    return choose(all_rows(), [name])[0]


def test_without_cmtj_rows_are_not_run(monkeypatch):
    monkeypatch.setattr(cmtj_magnet, "find_spec", lambda name: None)
    for one in choose(all_rows(), ["T23"]):
        found = check(one)
        assert found.passed is None
        assert "cmtj is not installed: pip install" in (found.note or "")
        assert found.facts()["pass"] is found.facts()["value"] is None


@pytest.mark.parametrize("name", ["T23.1", "T23.5"])
def test_quick_rows_pass(name):
    pytest.importorskip("cmtj")
    assert check(row(name)).passed


def test_twice_the_thermal_field_fails(monkeypatch):
    """4 alpha kT, as some documents have it."""
    pytest.importorskip("cmtj")
    usual = cross_runs.diffusion
    monkeypatch.setattr(cross_runs, "diffusion", lambda magnet: 2 * usual(magnet))
    found = check(row("T23.1"))
    assert found.value == pytest.approx(0.5, abs=0.01)
    assert not found.passed


@pytest.mark.parametrize(
    "other", [{"damping_like": -0.3}, {"field_like": -0.2}, {"alpha": 0.28}, {"field": 1.03}]
)
def test_another_magnet_fails(monkeypatch, other):
    """Signs of torques, damping and field all show without noise."""
    pytest.importorskip("cmtj")
    usual = run
    magnet = {"alpha": 0.3, "damping_like": 0.3, "field_like": 0.2, "field": 1.0} | other
    monkeypatch.setattr(
        cross_runs,
        "run",
        lambda spin, **more: usual(
            Spin(0.5, polariser=spin.polariser, start=spin.start, temperature=0.0, **magnet), **more
        ),
    )
    assert not check(row("T23.5")).passed


def test_records_follow_each_other_across_parts(monkeypatch):
    """A run in parts is one run; equal seeds replay, others do not."""
    pytest.importorskip("cmtj")
    how = {"dt": 5e-13, "num_steps": 96, "every": 8}
    whole = run(Spin(3.0), seed=1, **how)
    assert whole.shape == (3, 12)
    monkeypatch.setattr(cmtj_magnet, "_PART", 32)
    assert run(Spin(3.0), seed=1, **how) == pytest.approx(whole, abs=1e-12)
    assert np.max(np.abs(run(Spin(3.0), seed=2, **how) - whole)) > 1e-3


def test_statistical_errors():
    """Of correlated series, ratios and decays, against many repetitions."""
    rng = np.random.default_rng(1)
    seen, said = [], []
    for _ in range(200):
        draws = rng.normal(size=(2, 4000))
        wave = 1 + np.convolve(draws[0], np.ones(10) / 10, "same")
        early, late = 2 + draws[0], 1 + 0.3 * draws[0] + 0.3 * draws[1]
        found = (
            cross_runs._batched(wave),
            cross_runs._ratio(cross_runs._batched(wave), cross_runs._batched(2 + draws[1])),
            cross_runs._decay(early, late),
        )
        seen.append([one.value for one in found])
        said.append([one.standard_error for one in found])
    assert np.mean(seen, axis=0) == pytest.approx([1, 0.5, np.log(2)], rel=0.01, abs=0)
    assert np.mean(said, axis=0) == pytest.approx(np.std(seen, axis=0), rel=0.2, abs=0)
    assert isinstance(found[0], Measured)
