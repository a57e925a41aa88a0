"""``pbits device``."""

import json

import pytest

from pbits.devices import presets, summary


@pytest.mark.parametrize("name", ["pma-memory", "pma-low-barrier", "fept-grain"])
def test_json_is_what_the_library_says(invoke, name):
    result = invoke("device", name, "--json", "--current", "1e-8")
    assert result.exit_code == 0, result.stderr
    facts = json.loads(result.stdout)
    junction = presets.get(name)
    times = summary.times(junction, 1e-8)
    assert facts["delta"] == junction.barrier().value
    assert facts["correlation_time"] == times.correlation
    assert facts["mean_spin"] == times.mean_sign > 0
    assert facts["i50"] == summary.half_current(junction)
    for key, number in presets.describe(name).numbers.items():
        assert facts["numbers"][key] == number._asdict()


def test_the_table(invoke):
    text = invoke("device", "pma-low-barrier").stdout
    assert "correlation  135.8 ns (1 / lambda_1)" in text
    assert "TMR          120 % at no bias" in text
    assert "an assumed read voltage" in text
    assert "the read current, 6.589 uA, is 29 of I50" in text
    assert "domain wall reverses" not in text
    assert "upper bound" not in text


def test_a_memory_says_what_it_is(invoke):
    text = invoke("device", "pma-memory").stdout
    assert "kT, domain wall; coherent: 219.5" in text
    assert "a memory, not a p-bit" in text
    assert "energy/bit" not in text


def facts_of(invoke, *args):
    result = invoke("device", *args, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_temperature(invoke):
    cold, warm = (
        facts_of(invoke, "sot-three-terminal", "--temperature", kelvin) for kelvin in (300, 400)
    )
    assert warm["delta_coherent"] == pytest.approx(0.75 * cold["delta_coherent"])
    assert cold["numbers"]["temperature"]["label"] == "assumed"
    assert warm["numbers"]["temperature"]["label"] == "given"
    assert warm["magnetisation"] == cold["magnetisation"]


def test_a_hot_grain_holds_for_less_time(invoke):
    cold, warm = (facts_of(invoke, "fept-grain", "--temperature", kelvin) for kelvin in (300, 600))
    left = ((1 - 600 / 750) / (1 - 300 / 750)) ** 0.36
    assert warm["magnetisation"] == pytest.approx(left * cold["magnetisation"])
    # The barrier falls with K V / kT, the shape's part of it with Ms**2.
    assert warm["delta"] == pytest.approx(cold["delta"] * left**2.1 / 2, rel=5e-3)
    assert warm["correlation_time"] < 1e-4 < 1e13 < cold["correlation_time"]
    assert warm["critical_current"] == pytest.approx(cold["critical_current"] * left**2.1, rel=5e-3)
    text = invoke("device", "fept-grain", "--temperature", "600").stdout
    assert "Ms           740.7 kA/m" in text
    assert "Curie temperature 750 K" in text


def test_every_number_has_a_unit_a_source_and_a_label(invoke):
    for number in facts_of(invoke, "sot-three-terminal")["numbers"].values():
        assert set(number) == {"value", "unit", "label", "source"}
        # Whatever is neither a word nor nothing nor of the order of one has a unit.
        if isinstance(number["value"], float) and number["value"]:
            assert number["unit"] or 0.001 < abs(number["value"]) < 10


def test_unlikely_states_have_dwell_times_too(invoke):
    facts = facts_of(invoke, "pma-memory", "--current", "1e-5")
    assert 0 < facts["dwell_antiparallel"] < facts["dwell_parallel"]
    rates = 1 / facts["dwell_antiparallel"] + 1 / facts["dwell_parallel"]
    assert rates == pytest.approx(1 / facts["correlation_time"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pma-low-barrier", "no two states to dwell in; its p-bit is devices.axial_pbit"),
        ("double-free-layer", "no two states to dwell in; its p-bit is devices.kubo"),
        ("pma-memory", "of a macrospin, an upper bound"),
    ],
)
def test_what_does_not_hold_is_said(invoke, name, words):
    assert words in invoke("device", name).stdout


def test_a_current_above_the_threshold_is_told(invoke):
    assert "only one of the states" in invoke("device", "fept-grain", "--current", "6e-5").stdout
    assert "only one of the states" not in invoke("device", "fept-grain").stdout


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_picture(invoke, tmp_path, ending):
    path = tmp_path / f"junction.{ending}"
    result = invoke("device", "double-free-layer", "--plot", path)
    assert result.exit_code == 0, result.stderr
    head = path.read_bytes()[:200]
    assert head.startswith(b"\x89PNG") if ending == "png" else b"<?xml" in head


def test_complaints(complaint, tmp_path):
    assert "preset is 'disk'; expected one of pma-memory" in complaint("device", "disk")
    assert "temperature is -1.0" in complaint("device", "pma-memory", "--temperature", "-1")
    assert "names no picture" in complaint("device", "pma-memory", "--plot", tmp_path / "a.txt")
    gone = tmp_path / "none" / "a.png"
    assert "cannot be written" in complaint("device", "pma-memory", "--plot", gone)
    assert "expected a finite" in complaint("device", "pma-memory", "--current", "nan")
    hot = complaint("device", "fept-grain", "--temperature", "800")
    assert "expected less than curie_temperature, 750.0 K" in hot
    strong = complaint("device", "easy-plane-disk", "--current", "4e-4")
    assert "use the macrospin" in strong
