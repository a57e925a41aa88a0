"""The inference benchmark: what it reports follows from what it measured; no speed is asserted."""

import json
import os
from dataclasses import asdict

import numpy as np
import pytest
from typer.testing import CliRunner

from pbits.bench import inference, inference_cli, inference_peers
from pbits.bench.cli import app
from pbits.bench.crossbar_peers import CHECKOUT
from pbits.bench.entrant import Unsupported
from pbits.bench.inference_cli import print_report
from pbits.bench.inference_work import LARGEST, Ours, Settings, Work, in_use, steps_of

TINY = Settings(
    network="mlp", size=4, images=3, peer_images=2, peer_vectors=2, array=128, total=10,
    seconds=1e-4, rounds=2, resistance=1e4, wire=30.0,
)  # fmt: skip


class Fake(inference_peers.Peer):
    """A peer whose products are exact."""

    name, version = "CrossSim", "0"

    def set_up(self):
        return dict(self.work.layers)

    def layer(self, name, rows):
        return rows.astype(np.float64) @ self.work.layers[name].matrix


def absent(*arguments):
    raise Unsupported("it is not there")


@pytest.fixture(scope="module")
def work():
    from pbits.neural.shapes import mlp

    made = Work(TINY)
    made.network = mlp((4, 4, 3), 4, hidden=(8,))
    return made


@pytest.fixture(scope="module")
def result(work):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inference_peers, "CrossSim", Fake)
        patch.setattr(inference_peers, "Aihwkit", absent)
        patch.setattr(inference, "Work", lambda settings: work)
        return inference.measure(TINY)


def side(result, wires, key):
    return next(one for one in result["runs"][wires]["sides"] if one["key"] == key)


def test_arrays_are_cut_as_crosssim_cuts_them():
    assert [in_use(size, 128) for size in (27, 144, 288, 576, 512)] == [27, 72, 96, 128, 128]


@pytest.mark.parametrize("levels", [2, 128])
def test_no_sum_is_clipped_and_half_the_range_would_clip(levels):
    rng = np.random.default_rng(0)
    matrix, rows = rng.normal(size=(160, 3)), rng.random((5, 160))
    steps = steps_of(matrix, rows, 80, levels)
    assert len(steps) == (7 if levels == 2 else 1)
    codes = np.rint(matrix / np.abs(matrix).max() * LARGEST).astype(int)
    digits = np.rint(rows * LARGEST).astype(int) >> np.arange(7)[:, None, None] & 1
    for place, step in enumerate(steps):
        held = np.abs(codes) >> place & 1 if levels == 2 else np.abs(codes)
        held = held * np.sign(codes)
        most = max(np.abs(digits[..., cut] @ held[cut]).max()
                   for cut in (slice(80), slice(80, 160)))  # fmt: skip
        assert most <= LARGEST * step
        assert step == 1 or most > LARGEST * step / 2


@pytest.mark.parametrize("wire", [0.0, 30.0])
def test_ours_is_the_network_and_wires_are_seen(work, wire):
    ours = Ours(work, wire)
    layer = next(iter(work.layers.values()))
    error = inference._rms(ours.layer(layer.name, layer.rows) - layer.exact, layer.exact)
    assert (error > 0.05) == bool(wire)
    if not wire:
        assert inference._rms(ours.run() - work.exact, work.exact) < 0.05


def test_exact_peers_have_no_error_and_their_times_are_reckoned(work, result):
    for wires, key in ((0, "seconds"), (1, "seconds")):
        fake, ours = side(result, wires, "CrossSim"), side(result, wires, "Ours")
        assert fake["layer_error"] < 1e-12 < ours["layer_error"]
        each = [one["seconds_per_image"]["per_round"] for one in (fake, ours)]
        assert fake["ratio"]["per_round"] == pytest.approx(np.divide(*each))
        assert ours["ratio"]["per_round"] == [1.0, 1.0]
        total = fake["compile_seconds"] + fake["set_up_seconds"]["median"]
        assert fake["total_seconds"] == pytest.approx(total + 10 * np.median(each[0]))
        del key
    assert side(result, 0, "CrossSim")["output_error"] < 1e-5
    assert side(result, 1, "CrossSim")["vectors"] == 2
    parts = inference._parts(work, Fake(work, 30.0), 30.0)
    assert [often for _, often in parts.values()] == [1 / 2, 1 / 2]


def test_an_image_with_wires_takes_all_rows_of_all_layers(work):
    """A convolution of 16 pixels counts 16 times a dense layer."""
    layers = {name: layer._replace(products=16) for name, layer in work.layers.items()}
    fake = Fake(work, 30.0)
    work.__dict__["layers"], kept = layers, work.layers
    try:
        parts = inference._parts(work, fake, 30.0)
    finally:
        work.__dict__["layers"] = kept
    assert [often for _, often in parts.values()] == [8, 8]


def test_memory_is_that_of_the_call():
    small, large = (inference.peak_bytes(lambda n=n: np.ones(n)) for n in (10**5, 10**7))
    if small is None or large is None:
        pytest.skip("only Linux tells")
    assert small < 4e7 < 7e7 < large < 2e8


def test_targets_are_of_the_full_work_only(result):
    assert result["targets"] == []
    assert Settings().is_target
    rows = inference._targets(result["runs"])
    assert [row["target"] for row in rows] == [5.0, 100.0]
    assert rows[0]["measured"] == side(result, 0, "CrossSim")["ratio"]["median"]
    gone = [{"sides": [{"key": "CrossSim", "status": "not measured"}]}] * 2
    assert [row["met"] for row in inference._targets(gone)] == [None, None]


def test_the_report_says_what_is_missing(result, monkeypatch, capsys):
    report = {"hardware": {"cpu": "a"}, "date": "today", "settings": asdict(TINY)}
    whole = report | {"results": [result]}
    print_report(whole)
    said = capsys.readouterr().out
    assert "Aihwkit with wires: not measured: it is not there" in said
    assert "no wires" in said
    assert "wires of 30 Ohm" in said
    monkeypatch.setattr(inference_cli, "measured", lambda *_: whole)
    told = [CliRunner().invoke(app, ["inference", *more]) for more in (["--json"], ["--quick"])]
    assert json.loads(told[0].stdout) == json.loads(json.dumps(whole))
    assert "mean nothing" in told[1].stdout


@pytest.mark.parametrize(
    "words",
    [
        "--array 2",
        "--wire 0",
        "--rounds 0",
        "--levels 3",
        "--images 2 --peer-images 3",
        "--network lenet5",
    ],
)
def test_work_that_means_nothing_is_refused(words):
    done = CliRunner().invoke(app, ["inference", *words.split()])
    assert done.exit_code == 2, done.output
    assert words.split()[0].lstrip("-") in done.stderr


@pytest.mark.parametrize("wire", [0.0, 30.0])
def test_crosssim_computes_the_same(work, wire):
    """Sums half-way between codes differ; the other wires are further away."""
    if not os.environ.get(CHECKOUT):
        pytest.skip(f"{CHECKOUT} names no checkout of CrossSim")
    theirs = inference_peers.CrossSim(work, wire)
    layer = next(iter(work.layers.values()))
    found, exact = theirs.layer(layer.name, layer.rows[:4]), layer.exact[:4]
    same, other = (Ours(work, w).layer(layer.name, layer.rows[:4]) for w in (wire, 30.0 - wire))
    assert inference._rms(found - same, exact) < 0.03
    assert inference._rms(found - other, exact) > 0.05


@pytest.mark.slow
def test_a_quick_run(tmp_path):
    path = tmp_path / "inference.jsonl"
    done = CliRunner().invoke(app, ["inference", "--quick", "--json", "--record", str(path)])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert json.loads(path.read_text()) == report
    assert [run["wire"] for run in report["results"][0]["runs"]] == [0.0, 1.56]
