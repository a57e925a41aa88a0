"""The crossbar benchmark: what it reports follows from what it measured; no speed is asserted."""

import json
import os
from dataclasses import asdict, replace

import numpy as np
import pytest
from typer.testing import CliRunner

from pbits.bench import crossbar, crossbar_cli, crossbar_peers
from pbits.bench.cli import app
from pbits.bench.crossbar_cli import print_report
from pbits.bench.crossbar_work import LARGEST, Arrays, Layer, Settings
from pbits.bench.entrant import Unsupported

WIRE = 60.0
TINY = Settings(
    array=8, inputs=16, outputs=16, batch=4, peer_vectors=2, seconds=1e-4, rounds=2,
    resistance=1e4, wire=WIRE,
)  # fmt: skip


@pytest.fixture(scope="module")
def layer():
    return Layer(TINY)


class Fake:
    """A peer whose products are exact and whose set-up is nothing."""

    name, version = "CrossSim", "0"

    def __init__(self, layer, wire):
        self.layer, self.vectors = layer, TINY.peer_vectors if wire else TINY.batch

    def set_up(self):
        return None

    def product(self):
        return self.layer.exact[: self.vectors]


def absent(*arguments):
    raise Unsupported("it is not there")


@pytest.fixture(scope="module")
def measured():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crossbar_peers, "CrossSim", Fake)
        patch.setattr(crossbar_peers, "bad_crossbar", absent)
        return crossbar.measure(TINY)


def test_whole_numbers_are_put_together_again(layer):
    worth = 2.0 ** np.arange(7)
    assert np.array_equal(np.tensordot(worth, layer.digits, 1), layer.inputs)
    assert np.abs(layer.codes).max() == LARGEST


def test_no_sum_is_clipped_and_half_the_range_would_clip(layer):
    sums = [np.abs(part @ layer.codes[rows]).max() for rows, part in layer._blocks()]
    assert max(sums) <= LARGEST * layer.step
    assert layer.step == 1 or max(sums) > LARGEST * layer.step / 2


@pytest.mark.parametrize("wire", [0.0, WIRE])
def test_ours_gives_what_its_converters_and_wires_give_in_float64(layer, wire):
    """Without wires sums are whole and some are ties.  Negative control: the other wires."""
    result = layer.ours(wire).product()
    assert layer.errors(result, wire)["deviation"] < (1e-5 if wire else 0.02)
    assert layer.errors(result, WIRE - wire)["deviation"] > 0.05


def test_errors_are_those_of_the_vectors_there_are(layer):
    found = layer.errors(1.1 * layer.exact[:2], 0.0)
    rms = np.sqrt(np.mean(layer.exact[:2] ** 2))
    assert found["error"] == pytest.approx(0.1, rel=1e-9)
    assert found["deviation"] >= 0.1 - np.abs(layer.reference(0.0) - layer.exact).max() / rms


def test_plain_products_are_those_of_the_layer(layer):
    products = {name: np.asarray(run()) for name, run in layer.products().items()
                if "energy" not in name}  # fmt: skip
    whole = layer.inputs @ layer.codes
    assert np.array_equal(products["matmul"], whole)
    assert np.array_equal(products["bit-serial matmul"], whole)
    near = np.abs(products["without wires"] - layer.exact).max()
    assert near < np.abs(products["exact wires"] - layer.exact).max()


def test_the_same_array_for_all(measured):
    sides = {side["name"]: side for side in measured["set_up"]}
    assert sides["pbits float32"]["error"] < 1e-5
    assert sides["pbits float64"]["error"] < 1e-12
    assert sides["scipy"]["error"] == 0
    assert sides["badcrossbar"] == {
        "name": "badcrossbar", "status": "not measured", "reason": "it is not there",
    }  # fmt: skip


def test_ratios_are_of_the_same_round(measured):
    ours, other = (measured["set_up"][k] for k in (0, 2))
    pairs = zip(other["seconds"]["per_round"], ours["seconds"]["per_round"], strict=True)
    assert other["ratio"]["per_round"] == pytest.approx([a / b for a, b in pairs])
    first, plain = measured["inference"][0], measured["inference"][-1]
    pairs = zip(first["seconds"]["per_round"], plain["seconds"]["per_round"], strict=True)
    assert plain["ratio"]["per_round"] == pytest.approx([a / b for a, b in pairs])


def test_a_batch_counts_the_set_up_once(measured):
    for one in measured["layers"]:
        assert one["theirs"]["vectors"] == (2 if one["wire"] else 4)
        for side in (one["ours"], one["theirs"]):
            each = side["product"]["seconds_per_vector"]["per_round"]
            begin = side["set_up"]["seconds"]["per_round"]
            whole = [b + TINY.batch * e for b, e in zip(begin, each, strict=True)]
            assert side["batch_seconds"]["per_round"] == pytest.approx(whole)
        assert one["theirs"]["error"] == 0
        assert one["ours"]["error"] > 0
        whole = [one[key]["batch_seconds"]["per_round"] for key in ("theirs", "ours")]
        assert one["ratio"]["per_round"] == pytest.approx(np.divide(*whole))


def test_targets_are_of_the_full_work_only(measured):
    assert measured["targets"] == []
    assert Settings().is_target
    rows = crossbar._targets(measured)
    assert [row["met"] for row in rows[:1]] == [True]
    missing = measured | {"layers": [{"status": "not measured"}] * 2}
    assert [row["met"] for row in crossbar._targets(missing)[2:]] == [None, None]


def test_missing_peers_are_said(measured, monkeypatch, capsys):
    monkeypatch.setattr(crossbar_peers, "CrossSim", absent)
    one = crossbar._layer(Layer(TINY), 0.0)
    assert (one["status"], one["reason"]) == ("not measured", "it is not there")
    assert "ratio" not in one
    report = {"hardware": {"cpu": "a"}, "date": "today", "settings": asdict(TINY)}
    layers = [one, measured["layers"][1], one]
    print_report(report | {"results": [measured | {"layers": layers}]})
    said = capsys.readouterr().out
    assert said.count("CrossSim: not measured: it is not there") == 1
    assert "badcrossbar: not measured" in said
    assert "products alone" in said


def test_a_checkout_that_is_none_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv(crossbar_peers.CHECKOUT, str(tmp_path))
    with pytest.raises(Unsupported, match="names no checkout"):
        crossbar_peers.find_crosssim()


def test_badcrossbar_agrees():
    pytest.importorskip("pathvalidate")
    arrays = Arrays(TINY)
    try:
        run = crossbar_peers.bad_crossbar(arrays)
    except Unsupported:
        pytest.skip("badcrossbar is not installed")
    assert np.allclose(run(), arrays.nodal(), rtol=1e-9)


@pytest.mark.parametrize("wire", [0.0, WIRE])
def test_crosssim_computes_the_same(layer, wire):
    """Settings are equal: with a finer solver than its default only ties differ."""
    if not os.environ.get(crossbar_peers.CHECKOUT):
        pytest.skip(f"{crossbar_peers.CHECKOUT} names no checkout of CrossSim")
    side = crossbar_peers.CrossSim(layer, wire)
    side.parameters.simulation.Verr_th_mvm = 1e-5
    side.core = side.set_up()
    result = side.product()
    assert layer.errors(result, wire)["deviation"] < (2e-3 if wire else 0.02)
    assert layer.errors(result, WIRE - wire)["deviation"] > 0.05


def test_a_quick_run(tmp_path):
    path = tmp_path / "crossbar.jsonl"
    words = ["crossbar", "--quick", "--json", "--record", str(path), "--array", "8"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert json.loads(path.read_text()) == report
    assert report["hardware"]["cpu"]
    assert report["settings"] == asdict(
        replace(Settings(array=8), inputs=32, outputs=32, batch=8, peer_vectors=2, seconds=0.01,
                rounds=2)
    )  # fmt: skip
    result = report["results"][0]
    assert [one["wire"] for one in result["layers"]] == [0.0, 1.56]


def test_a_quick_run_says_what_its_times_are_worth(measured, monkeypatch):
    report = {"hardware": {"cpu": "a"}, "date": "today", "settings": asdict(TINY)}
    whole = report | {"results": [measured]}
    monkeypatch.setattr(crossbar_cli, "measured", lambda *_: whole)
    said = [CliRunner().invoke(app, ["crossbar", *more]).stdout for more in ((), ("--quick",))]
    assert ["mean nothing" in text for text in said] == [False, True]


@pytest.mark.parametrize(
    "words", ["--array 2", "--wire 0", "--contrast nan", "--rounds 0", "--inputs 500"]
)
def test_work_that_means_nothing_is_refused(words):
    done = CliRunner().invoke(app, ["crossbar", *words.split()])
    assert done.exit_code == 2, done.output
    assert words.split()[0].lstrip("-") in done.stderr
