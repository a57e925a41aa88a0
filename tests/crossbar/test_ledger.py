"""Counts become joules with their sources, and nothing is counted that is not known."""

import json

import jax.numpy as jnp
import numpy as np
import pytest

from crossbar import cost_formulas
from crossbar.costs import LABELS, Costs, UnknownCostError, parse
from crossbar.ledger import charge, si

ENTRY = '[{}]\nunit = "x"\nsource = "bench"\nlabel = "measured"\n{}\n'


def test_every_entry_says_where_it_is_from():
    costs = Costs.load()
    assert len(costs) > 50
    for cost in costs.values():
        assert cost.label in LABELS
        assert len(cost.source) > 10
        assert cost.unit


@pytest.mark.parametrize(
    ("name", "joules"),
    [
        ("adc.survey.8", 1.33e-12),
        ("adc.isaac.8", 2e-3 / 1.28e9),
        ("adc.mnsim.10", 6.92e-3 / 1.5e9),
        ("adc.mnsim.8", 4e-3 / 1.1e9),
        ("adc.sar.8", cost_formulas.neurosim_sar(8, 1e4)[0]),
        ("adc.sar.6", cost_formulas.neurosim_sar(6, 1e4)[0]),
        ("adc.flash.comparator", cost_formulas.flash(1)),
        ("wire.bit_mm", cost_formulas.wire_energy(1e-3)),
        ("sram.8kB.bit", 10e-12 / 64),
        ("dram.bit", 1.95e-9 / 64),
        ("hbm2.device.bit", 3.9e-12),
        ("tree.add_bit", 0.1e-12 / 32),
        ("edram.isaac.256b", 20.45e-12),
    ],
)
def test_figures_follow_their_sources(name, joules):
    assert Costs.load()[name].energy == pytest.approx(joules, rel=1e-5, abs=0)


def test_remembered_figures_say_so():
    costs = Costs.load()
    for name in ("add.int8", "multiply.int8", "mac.int8", "sram.32kB.bit", "sram.1MB.bit"):
        assert costs[name].label == "memory"
    for name in ("dram.bit", "adc.flash.comparator", "adc.sar_step", "register.bit"):
        assert costs[name].label == "memory"


def test_formulas():
    # NeuroSim's table at 8 bits: 728, 143 and 85 fJ at 1, 10 and 100 kOhm.
    found = [cost_formulas.neurosim_sar(8, r)[0] * 1e15 for r in (1e3, 1e4, 1e5)]
    np.testing.assert_allclose(found, [728, 143, 85], atol=0.6)
    assert cost_formulas.flash(8) == pytest.approx(255 * 5e-14, rel=1e-6, abs=0)
    assert cost_formulas.wire_energy(2e-3, 8, voltage=0.5) == pytest.approx(2e-13, rel=1e-6, abs=0)
    with pytest.raises(ValueError, match="tabulated for 4 to 8 bits"):
        cost_formulas.adc_survey(3)
    with pytest.raises(ValueError, match="bits is 0"):
        cost_formulas.flash(0)
    with pytest.raises(ValueError, match="column_resistance"):
        cost_formulas.neurosim_sar(8, 0.0)


def test_totals_and_breakdown():
    report = charge(
        {"mac.int8": jnp.array([10, 20]), "computed.joules": jnp.float32(1e-12)},
        {"adc.sar.8": 2, "computed.seconds": 1e-9},
        {"macro.bitcell": 1000, "area.adc.isaac.8": 2},
    )
    assert report.energy == pytest.approx(30 * 0.23e-12 + 1e-12, rel=1e-6, abs=0)
    assert report.latency == pytest.approx(19e-9, rel=1e-6, abs=0)
    assert report.area == pytest.approx(2.56e-9 + 2.4e-9, rel=1e-6, abs=0)
    assert report.edp == pytest.approx(report.energy * report.latency, rel=1e-6, abs=0)
    assert report.share("memory") == pytest.approx(6.9 / 7.9)
    assert sum(report.share(label) for label in LABELS) == pytest.approx(1)
    assert [row.name for row in report.rows][:2] == ["mac.int8", "computed.joules"]
    assert json.loads(json.dumps(report.facts()))["energy_joules"] == report.energy
    text = str(report)
    assert "7.9 pJ" in text
    assert "Horowitz" in text
    assert "memory" in text


def test_unknown_names_are_met_with_near_ones():
    with pytest.raises(UnknownCostError, match=r"called 'adc\.sar\.9'; did you mean") as e:
        charge({"adc.sar.9": 1})
    assert "adc.sar.8" in e.value.near
    with pytest.raises(KeyError, match=r"mine\.toml"):
        Costs.load()["zzz"]


def test_what_is_not_known_is_not_zero():
    with pytest.raises(ValueError, match=r"'macro.bitcell' has no energy; add a line 'energy"):
        charge({"macro.bitcell": 1})
    with pytest.raises(ValueError, match="no time"):
        charge(path={"add.int8": 1})
    report = charge(parts={"adc.sar.8": 3})
    assert report.missing == ("adc.sar.8",)
    assert "area not counted: adc.sar.8" in str(report)


@pytest.mark.parametrize("count", [-1, float("nan"), [1.0, -2.0], "many"])
def test_bad_counts(count):
    with pytest.raises(ValueError, match=r"count of 'add\.int8'"):
        charge({"add.int8": count})


def test_paths_are_single_numbers():
    with pytest.raises(ValueError, match="expected one number here"):
        charge(path={"adc.sar.8": [1, 2]})


def test_users_figures_replace_ours(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(
        ENTRY.format("adc.sar.8", "energy = 1e-15") + ENTRY.format("my.dac", "time = 2")
    )
    costs = Costs.load(mine)
    assert costs["adc.sar.8"].energy == 1e-15
    assert costs["adc.sar.8"].time is None  # whole entries, so that no source is wrong
    assert costs["my.dac"].time == 2
    assert costs["adc.isaac.8"].energy == Costs.load()["adc.isaac.8"].energy
    assert charge({"adc.sar.8": 3}, costs=costs).energy == pytest.approx(3e-15, rel=1e-6, abs=0)
    with pytest.raises(FileNotFoundError):
        Costs.load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[a\n", "not valid TOML"),
        ("energy = 1\n", "outside any entry"),
        (ENTRY.format("a", ""), "has no figure"),
        (ENTRY.format("a", "energy = -1"), "energy is -1"),
        (ENTRY.format("a", "energy = nan"), "energy is nan"),
        (ENTRY.format("a", 'energy = "1 pJ"'), "energy is '1 pJ'"),
        (ENTRY.format("a", "energy = true"), "energy is True"),
        (ENTRY.format("a", "power = 1"), r"has \['power'\]"),
        (ENTRY.format("a", "energy = 1").replace("measured", "guessed"), "label is 'guessed'"),
        (ENTRY.format("a", "energy = 1").replace("bench", ""), "needs a text 'source'"),
    ],
)
def test_bad_files_are_explained(text, match):
    with pytest.raises(ValueError, match=match):
        parse(text)


def test_quoted_names_are_the_same():
    entry = parse(ENTRY.format('"tree.add"', "energy = 1"))
    assert list(entry) == ["tree.add"]


def test_prefixes():
    assert [si(v, "J") for v in (0, 1, 1.5e-15, 2e-20, 3e4)] == [
        "0 J", "1 J", "1.5 fJ", "0.02 aJ", "30 kJ",
    ]  # fmt: skip
