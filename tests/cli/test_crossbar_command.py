"""``pbits crossbar``."""

import json
import pickle
import re

import numpy as np
import pytest

from crossbar.cells import presets
from crossbar.converters.adc import IdealAdc
from crossbar.converters.flash import FlashAdc
from crossbar.converters.ramp import RampAdc
from crossbar.converters.sar import SarAdc
from crossbar.converters.sense import SenseAmplifier
from crossbar.converters.stochastic import StochasticReadout
from crossbar.costs import Cost, Costs
from pbits import crossbar_plots
from pbits.cli.crossbar_input import build_design, check_price, choose_converter
from pbits.cli.crossbar_report import _notes

SMALL = ("--size", "24", "--tile", "16", "--batch", "32", "--seed", "1")


def facts_of(invoke, *words):
    result = invoke("crossbar", *words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def facts(invoke):
    return facts_of(invoke, *SMALL)


@pytest.fixture
def saved(tmp_path):
    def save(array, name="w.npy", **options):
        path = tmp_path / name
        np.save(path, array, **options)
        return path

    return save


def test_json(facts):
    assert facts["matrix"] == {"rows": 24, "columns": 24, "source": "random, Gaussian"}
    assert facts["arrays"]["total"] == 2 * 7 * 2 * 2  # signs, slices of one bit, 24 in 16s twice
    assert facts["arrays"]["filled"] == pytest.approx((24 / 32) ** 2)
    error = facts["error"]
    assert error["converter"] < 1e-6  # whole numbers up to 16 in eight bits
    assert 0.005 < error["quantisation"] < 0.03
    assert error["wires"] < error["quantisation"] < error["programming"] < 0.3
    # Codes as far apart as levels undo small deviations: less is left than of the cells alone.
    assert error["quantisation"] < error["total"] < 0.5 * error["programming"]
    assert facts["wires"]["ohm_per_cell"] == 1.56
    assert "NeuroSim" in facts["wires"]["source"]
    for number in facts["cell"]["numbers"].values():
        assert set(number) == {"value", "label", "source"}


def test_errors_of_a_larger_array_add_up(invoke):
    error = facts_of(invoke, "--size", "64", "--tile", "64", "--seed", "1", "--batch", "64")[
        "error"
    ]
    assert error["total"] < error["uncalibrated"]
    parts = ("quantisation", "programming", "wires", "converter", "reading")
    together = np.sqrt(sum(error[name] ** 2 for name in parts))
    assert error["total"] == pytest.approx(together, rel=0.25)


def test_the_breakdown_adds_up_and_has_sources(facts):
    product = facts["product"]
    energies = [row for row in product["breakdown"] if row["quantity"] == "energy"]
    assert sum(row["total"] for row in energies) == pytest.approx(product["energy_joules"])
    assert all(row["source"] and row["label"] for row in product["breakdown"])
    assert product["joules_per_multiplication"] == pytest.approx(product["energy_joules"] / 24**2)
    operations = 2 * 24**2 / product["energy_joules"]  # a multiplication and an addition a weight
    assert product["tera_operations_per_joule"] == pytest.approx(1e-12 * operations)
    converted = next(row for row in energies if row["name"].startswith("adc"))
    assert converted["count"] == 8 * 7 * 2 * 24  # digits, slices, rows of arrays, outputs
    assert facts["programming"]["pulses"] == 2 * 7 * 24 * 24
    pulse = float(presets.get("sot").write.energy)
    assert facts["programming"]["energy"] == pytest.approx(2 * 7 * 24 * 24 * pulse, rel=1e-5)


def test_equal_seeds_equal_results(invoke, facts):
    assert facts_of(invoke, *SMALL) == facts
    other = facts_of(invoke, *SMALL[:-1], "2")
    assert other["error"] != facts["error"]
    assert other["product"]["latency_seconds"] == facts["product"]["latency_seconds"]


def test_the_table_and_the_guard(invoke, saved):
    path = saved(np.random.default_rng(0).normal(size=(64, 24)).astype(np.float32))
    words = ("--matrix", path, "--cell", "stt", "--tile", "64", "--batch", "16", "--seed", "1")
    text = invoke("crossbar", *words).stdout
    assert "w.npy: 64 inputs x 24 outputs" in text
    assert "small-loss law" in text
    assert "note: this array loses" in text
    assert re.search(r"use tiles of at most 1\d, or a cell of at least \d+(\.\d+)? kOhm", text)
    assert "[1] " in text
    free = invoke("crossbar", *words, "--wire", "0").stdout
    assert "without resistance" in free
    assert "this array loses" not in free


def test_options_reach_the_design(invoke):
    plain = facts_of(
        invoke, *SMALL, "--no-calibrate", "--mapping", "offset", "--routing", "bus",
        "--weight-bits", "4", "--input-bits", "4", "--adc", "4", "--wire", "0", "--tmr", "100",
    )  # fmt: skip
    assert plain["arrays"]["mapping"] == "offset"
    assert plain["arrays"]["routing"] == "bus"
    assert plain["bits"]["weight"] == plain["bits"]["input"] == plain["bits"]["adc"] == 4
    assert not plain["calibrated"]
    assert plain["error"]["total"] == plain["error"]["uncalibrated"]
    assert plain["error"]["wires"] == 0
    assert plain["error"]["converter"] > 0.05  # sums of 16 cells in sixteen codes
    assert plain["cell"]["contrast"] == pytest.approx(1 + 1 / (1 + (0.1 / 0.5) ** 2), rel=1e-5)
    assert any("cannot tell all sums" in note for note in plain["notes"])


def test_a_flash_converter_rounds_and_costs_as_one(invoke, facts):
    words = ("--converter", "flash", "--adc", "6", "--offset", "0.4", "--no-calibrate")
    flash = facts_of(invoke, *SMALL, *words, "--read-error", "1e-9")
    assert flash["converter"] == {
        "kind": "flash", "offset_codes": pytest.approx(0.4), "reads": 1,
        "cost": "adc.flash.comparator",
    }  # fmt: skip
    assert facts["converter"]["kind"] == "sar"
    rows = {row["quantity"]: row for row in flash["product"]["breakdown"]
            if row["name"] == "adc.flash.comparator"}  # fmt: skip
    assert rows["energy"]["count"] == 63 * 8 * 7 * 2 * 24  # as the SAR's, 63 comparators each
    assert rows["time"]["count"] == 8 * 8  # digits, columns in turn
    # Codes are fine enough for these sums: what is left is of the comparators.
    assert facts["error"]["converter"] < 1e-6 < 0.01 < flash["error"]["converter"]
    # Cells are read longer, for the wanted error.
    assert flash["reading"]["noise_error"] == pytest.approx(1e-9, rel=1e-2, abs=0)
    assert flash["reading"]["seconds"] > 5 * facts["reading"]["seconds"]
    reads = [
        next(
            row
            for row in one["product"]["breakdown"]
            if row["name"] == "cell.read" and row["quantity"] == "time"
        )
        for one in (flash, facts)
    ]
    ratio = flash["reading"]["seconds"] / facts["reading"]["seconds"]
    assert reads[0]["total"] == pytest.approx(ratio * reads[1]["total"], rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "more", "cost"),
    [
        ("ramp", ("--adc", "5"), "adc.ramp.5"),
        ("sense", (), "adc.sense_amplifier"),
        ("stochastic", ("--reads", "4"), "adc.sense_amplifier"),
    ],
)
def test_every_converter_runs(invoke, kind, more, cost):
    found = facts_of(invoke, *SMALL, "--converter", kind, *more)
    energies = [row for row in found["product"]["breakdown"] if row["quantity"] == "energy"]
    assert cost in [row["name"] for row in energies]
    assert found["converter"]["reads"] == (4 if kind == "stochastic" else 1)
    assert 0 < found["error"]["total"] < 1.5


@pytest.mark.parametrize(
    ("kind", "bits", "made"),
    [
        ("sar", None, IdealAdc(8)),
        ("flash", 4, FlashAdc(4)),
        ("ramp", 7, RampAdc(7)),
        ("sense", None, SenseAmplifier()),
        ("stochastic", None, StochasticReadout()),
    ],
)
def test_converters_by_name(kind, bits, made):
    found = choose_converter(kind, bits, 0.0, None)
    assert type(found) is type(made)
    assert found.bits == made.bits
    check_price(Costs.load(), build_design(presets.get("sot"), 0.0, found, rows=16, columns=16))


def test_a_converter_that_is_off_is_one_that_can_be():
    assert choose_converter("sar", 8, 0.5, None) == SarAdc(8, offset=0.5)
    assert choose_converter("sense", None, 0.5, None) == SenseAmplifier(offset=0.5)
    often = choose_converter("stochastic", None, 0.0, 16)
    assert isinstance(often, StochasticReadout)
    assert often.samples == 16
    mine = Cost("adc.ramp.9", "conversion", "bench", "measured", 1e-12, 1e-9)
    design = build_design(presets.get("sot"), 0.0, RampAdc(9), rows=16, columns=16)
    check_price(Costs({**Costs.load(), "adc.ramp.9": mine}), design)


def test_flips_are_counted_in_products(invoke):
    found = facts_of(invoke, *SMALL, "--cell", "stt")["reading"]
    assert found["flips_per_read"] == pytest.approx(1e-16, rel=1e-6, abs=0)
    cells = 2 * 7 * 2 * 2 * 16 * 16
    assert found["products_until_flipped"] == pytest.approx(
        -np.log(0.99) / 1e-16 / cells / 8, rel=1e-3
    )


def test_verification_pays_in_pulses_for_what_changes_from_write_to_write(invoke):
    words = (*SMALL, "--cell", "granular", "--wire", "0")
    once, verified = (facts_of(invoke, *words, *more) for more in ((), ("--verify", "0.1")))
    assert verified["error"]["programming"] < 0.5 * once["error"]["programming"]
    assert verified["programming"]["pulses"] > 1.2 * once["programming"]["pulses"]
    assert verified["programming"]["verify_energy"] > 0 == once["programming"]["verify_energy"]


def test_the_help_names_every_preset(invoke):
    shown = set(re.findall(r"[\w-]+", invoke("crossbar", "--help").stdout))
    assert set(presets.names()) <= shown


def test_your_own_costs(invoke, facts, tmp_path, monkeypatch):
    file = tmp_path / "mine.toml"
    file.write_text('[register.bit]\nunit="bit"\nenergy=0.0\nsource="bench 7"\nlabel="measured"\n')
    drawn = []
    monkeypatch.setattr(crossbar_plots, "plot_energy", lambda report, ax: drawn.append(report))
    mine = facts_of(invoke, *SMALL, "--costs", file, "--plot", tmp_path / "a.png")
    assert drawn[0].energy == mine["product"]["energy_joules"]
    saved_energy = next(r for r in facts["product"]["breakdown"] if r["name"] == "register.bit")
    assert mine["product"]["energy_joules"] == pytest.approx(
        facts["product"]["energy_joules"] - saved_energy["total"]
    )
    assert "bench 7" in json.dumps(mine)


def test_costs_that_are_no_text(complaint, saved):
    assert "w.npy is no text; expected a file of TOML" in complaint(
        "crossbar", "--costs", saved(np.ones((2, 2)) / 3)
    )


@pytest.mark.parametrize(("scale", "type"), [(1e-20, ">f8"), (1e20, "f4")])
def test_errors_do_not_depend_on_the_unit_or_type_of_weights(invoke, saved, scale, type):
    weights = np.random.default_rng(0).normal(size=(16, 16)).astype("f4").astype(float)
    words = ("--matrix", saved(weights), *SMALL[2:])
    plain = facts_of(invoke, *words)["error"]
    saved((scale * weights).astype(type))
    scaled = facts_of(invoke, *words)["error"]
    assert scaled == pytest.approx(plain, rel=1e-3, abs=1e-5)


def test_what_calibration_undoes_and_what_it_spoils_is_said():
    error = {"quantisation": 0.01, "programming": 0.12, "wires": 0.0, "converter": 0.0,
             "reading": 0.0, "uncalibrated": 0.06, "total": 0.07}  # fmt: skip

    def notes(reading=None, **changes):
        facts = {
            "error": error | changes, "calibrated": True, "vectors": 16,
            "wires": {"loss": 0.0, "limit": 0.05}, "bits": {"adc": 8, "adc_lossless": 8},
            "programming": {"failed": 0}, "arrays": {"filled": 1.0},
            "reading": reading or {"noise_error": 0.0},
            "product": {"area_missing": ["adc.sar.8"],
                        "energy_share_by_label": {"memory": 0.0, "assumed": 0.0}},
        }  # fmt: skip
        return "\n".join(_notes(facts))

    both = notes()
    assert "undo much of it" in both
    assert "--verify" not in both
    assert "calibration with 16 inputs made it worse" in both
    assert "the area is without adc.sar.8 (not known), drivers, adders and registers" in both
    plain = notes(total=0.12, uncalibrated=0.2)
    assert "cells deviate from their levels enough to make 12 %" in plain
    assert "made it worse" not in plain
    assert "cells" not in notes(programming=0.05)
    assert "noise of cells" not in plain
    short = notes(reading={"noise_error": 0.2, "seconds": 1e-8, "seconds_for_noise_error": 7e-8})
    assert "in 10 ns noise of cells and of an amplifier" in short
    assert "in 20 % of reads, which the errors leave out; 70 ns make it 0.1 %" in short


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_picture(invoke, tmp_path, ending):
    path = tmp_path / f"memory.{ending}"
    result = invoke("crossbar", *SMALL, "--plot", path)
    assert result.exit_code == 0, result.stderr
    head = path.read_bytes()[:200]
    assert head.startswith(b"\x89PNG") if ending == "png" else b"<?xml" in head


class Danger:
    """What a pickle could do; opening it would be told by the file it makes."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (open, (str(self.mark), "w"))


def test_a_pickle_is_never_opened(complaint, saved, tmp_path):
    mark = tmp_path / "opened"
    path = saved(np.array([[Danger(mark)]], object), allow_pickle=True)
    assert "holds Python objects, a pickle, which is never opened" in complaint(
        "crossbar", "--matrix", path
    )
    raw = tmp_path / "raw.npy"
    raw.write_bytes(pickle.dumps(Danger(mark)))
    assert "is no .npy file" in complaint("crossbar", "--matrix", raw)
    assert not mark.exists()


def test_complaints_about_files(complaint, saved, tmp_path):
    def of(array, **options):
        return complaint("crossbar", "--matrix", saved(array, **options))

    holes = np.ones((2, 3))
    holes[1, 2] = np.nan
    assert "w.npy[1, 2] is nan; expected finite numbers" in of(holes)
    assert "3 dimensions (2 x 2 x 2); expected a matrix" in of(np.ones((2, 2, 2)))
    assert "0 dimensions (a single number)" in of(np.float64(1))
    assert "neither 0" in of(np.ones((0, 2)))
    assert "complex numbers; conductances are real" in of(np.ones((2, 2), complex))
    assert "type str32; expected real numbers: save W.astype(float)" in of(np.array([["a"]]))
    assert "1 dimension (2); expected a matrix" in of(np.ones(2))
    assert "W.reshape(inputs, outputs)" in of(np.ones(2))
    assert "w.npy holds zeros only" in of(np.zeros((2, 2)))
    for power in (-30, 30):
        assert f"is 1e{power:+d}; expected 1e-25 to 1e+25" in of(np.full((2, 2), 10.0**power))
    (tmp_path / "w.csv").write_text("1,2")
    # numpy.save("w.csv", W) would write w.csv.npy.
    assert "numpy.save('w.npy', W)" in complaint("crossbar", "--matrix", tmp_path / "w.csv")
    assert "No such file" in complaint("crossbar", "--matrix", tmp_path / "none.npy")
    whole = saved(np.ones((8, 8)))
    whole.write_bytes(whole.read_bytes()[:-50])
    assert "damaged or cut off" in complaint("crossbar", "--matrix", whole)
    whole.write_bytes(whole.read_bytes()[:30])
    assert "header that cannot be read" in complaint("crossbar", "--matrix", whole)
    np.savez(tmp_path / "w.npz", np.ones((2, 2)))
    assert "archive (.npz)" in complaint("crossbar", "--matrix", tmp_path / "w.npz")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--adc", "0"), "--adc is 0; expected 2 to 16 bits"),
        (("--adc", "17", "--converter", "ramp"), "--adc is 17; expected 2 to 16 bits"),
        (("--converter", "flsh"), "--converter flsh is no kind; did you mean flash? There are sar"),
        (("--converter", "zzz"), "is no kind; there are sar, flash, ramp, sense, stochastic"),
        (("--converter", "flash", "--adc", "11"), "flash takes 2 to 10 bits; --adc is 11"),
        (("--converter", "ramp", "--adc", "9"), "adc.ramp.9 has no price (bits is 9"),
        (("--converter", "sense", "--adc", "4"), "sense has one bit; leave --adc out"),
        (("--converter", "stochastic", "--offset", "1"), "--offset is of comparators"),
        (("--reads", "4"), "--reads is of --converter stochastic; leave it out for sar"),
        (("--offset", "-1"), "--offset is -1; expected codes of at least 0"),
        (("--offset", "nan"), "--offset is nan"),
        (("--read-error", "0.5"), "--read-error is 0.5; expected 1e-30 to below 0.5"),
        (("--read-error", "nan"), "--read-error is nan"),
        (("--cell", "sott"), "--cell sott is no preset; did you mean stt or sot or stt-2t2m?"),
        (("--tmr", "0"), "--tmr is 0 %; expected more than 0"),
        (("--tmr", "-20"), "--tmr is -20 %"),
        (("--tmr", "nan"), "--tmr is nan %"),
        (("--cell", "pcm", "--tmr", "100"), "pcm is not read through a tunnel junction"),
        (("--tile", "1"), "--tile is 1; expected 2 to 4096"),
        (("--one-tile", "--size", "200"), "holds 128 x 128: take --tile 200, or leave --one-tile"),
        (("--one-tile", "--mapping", "offset"), "holds 128 x 127: take --tile 129, or leave"),
        (("--wire", "-1"), "--wire is -1.0"),
        (("--mapping", "diff"), "mapping is 'diff'; expected one of 'differential'"),
        (("--routing", "star"), "routing is 'star'"),
        (("--tile", "2048"), "about 9 days: use a smaller --tile, or --wire 0"),
        (("--plot", "a.txt"), "names no picture"),
        (("--costs", "none.toml"), "none.toml cannot be read"),
        (("--verify", "0"), "tolerance is 0"),
        (("--verify", "nan"), "--verify: tolerance is nan"),
        (("--cell", "SOT"), "--cell SOT is no preset; did you mean sot"),
        (("--cell", "zzz"), "--cell zzz is no preset; there are stt, "),
        (("--seed", str(2**32)), "less than or equal to 4294967295"),
        (("--seed", str(10**20)), "less than or equal to 4294967295"),
        (("--matrix", "w.npy", "--size", "3"), "give it or --matrix, not both"),
        (("--costs", __file__.replace(".py", "")), "cannot be read"),
    ],
)  # fmt: skip
def test_complaints(complaint, words, answer):
    assert answer in complaint("crossbar", *words)
