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


def test_a_memory_says_what_it_is(invoke):
    text = invoke("device", "pma-memory").stdout
    assert "kT, domain wall; coherent: 219.5" in text
    assert "a memory, not a p-bit" in text
    assert "energy/bit" not in text


def test_temperature(invoke):
    cold, warm = (
        json.loads(invoke("device", "fept-grain", "--json", "--temperature", kelvin).stdout)
        for kelvin in (300, 400)
    )
    assert warm["delta"] == pytest.approx(0.75 * cold["delta"])
    assert warm["numbers"]["temperature"]["label"] == "given"


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
    strong = complaint("device", "easy-plane-disk", "--current", "4e-4")
    assert "use the macrospin" in strong
