"""Presets: every number has a source, published figures come out, nonsense is explained."""

import jax.numpy as jnp
import numpy as np
import pytest

from crossbar.cells import presets
from crossbar.cells.cell import Cell, Write, spread_of
from crossbar.cells.granular import holds_levels, level_errors
from crossbar.cells.presets import describe, get, names
from crossbar.cells.tunnel import junction_levels
from crossbar.mapping import encode
from crossbar.wires.wire import Wire, largest_array

LABELS = {"measured", "simulated", "memory", "assumed"}


@pytest.mark.parametrize("name", names())
def test_every_number_has_a_source(name: str) -> None:
    preset = describe(name)
    assert preset.text
    for key, number in preset.numbers.items():
        assert number.label in LABELS, key
        assert len(number.source) > 5, key
    cell = get(name)
    assert cell.name == name
    assert cell.contrast > 1
    assert float(cell.write.energy) > 0
    assert np.isfinite(np.asarray(cell.cycle_spread)).all()


def test_published_resistances() -> None:
    np.testing.assert_allclose(1 / get("stt").levels, [6e3, 3e3], rtol=1e-6)
    assert float(get("stt-aggressive").levels[1]) == pytest.approx(1 / 6e3, rel=1e-6, abs=0)
    assert float(get("stt-aggressive").write.energy) == pytest.approx(0.252e-12, rel=1e-6, abs=0)
    jung = get("stt-28nm")
    np.testing.assert_allclose(1 / jung.levels, [26e3, 13e3], rtol=1e-6)
    # Deviations of the resistances, Ohm.
    spread = np.asarray(jung.device_spread) / np.asarray(jung.levels)
    np.testing.assert_allclose(spread, [2.0e3, 1.6e3], rtol=1e-5)


def test_three_terminals_allow_large_arrays() -> None:
    wire = Wire(word=1.56, bit=1.56)
    cell = get("sot")
    assert 126 <= largest_array(wire, float(cell.levels[-1])) <= 128
    assert largest_array(wire, float(get("stt").levels[-1])) < 10
    assert float(cell.write.energy) == pytest.approx(61.4e-15, rel=1e-2, abs=0)
    assert get("sot-multilevel").num_levels == 11
    assert float(jnp.max(get("sot-multilevel").cycle_spread)) == pytest.approx(0.02)


@pytest.mark.parametrize("side", [50e-9, 75e-9])
@pytest.mark.parametrize("pitch", [8e-9, 10e-9])
def test_four_levels_of_grains_pass_and_eight_fail(side: float, pitch: float) -> None:
    assert holds_levels(get("granular", side=side, pitch=pitch))
    assert not holds_levels(get("granular", side=side, pitch=pitch, num_levels=8))


def test_grains_are_tight_at_the_ends_and_noisy_between() -> None:
    cell = get("granular", num_levels=9)
    sigma = np.asarray(cell.cycle_spread) * np.asarray(cell.levels)
    assert sigma[0] == sigma[-1] == 0
    assert sigma.argmax() == 4
    np.testing.assert_allclose(sigma, sigma[::-1], rtol=1e-5)
    # Table of the law: worst error of four levels.
    errors = {(50, 10): 0.059, (50, 8): 0.025, (75, 10): 0.009, (75, 8): 0.0017}
    for (side, pitch), error in errors.items():
        found = level_errors(get("granular", side=side * 1e-9, pitch=pitch * 1e-9)).max()
        assert found == pytest.approx(error, rel=0.06, abs=0)


@pytest.mark.parametrize(
    ("name", "sigma", "reference"),
    [
        ("reram", lambda g: 0.348 + 16.03 * g - 43.853 * g**2 + 45.393 * g**3 - 16.815 * g**4, 40),
        ("pcm", lambda g: 0.26348 + 1.965 * g - 1.1731 * g**2, 25),
        ("pcm-joshi", lambda g: -0.00179 * (25 * g) ** 2 + 0.0759 * 25 * g + 0.286, 25),
    ],
)
def test_baselines_have_the_published_deviation(name: str, sigma: object, reference: float) -> None:
    cell = get(name)
    micro = np.asarray(cell.levels, np.float64) * 1e6
    found = np.asarray(cell.cycle_spread, np.float64) * micro
    assert callable(sigma)
    np.testing.assert_allclose(found, sigma(micro / reference), rtol=1e-4)


def test_a_fit_keeps_its_own_reference() -> None:
    half = get("reram", highest=20e-6)
    g = 0.5
    sigma = 0.348 + 16.03 * g - 43.853 * g**2 + 45.393 * g**3 - 16.815 * g**4
    assert float(half.cycle_spread[-1]) * 20 == pytest.approx(sigma, rel=1e-4)


def test_drift_of_phase_change() -> None:
    drift = np.asarray(get("pcm").drift)
    assert drift.min() == pytest.approx(0.049)
    assert 0.049 < drift.max() <= 0.1
    assert (np.diff(drift) <= 0).all()
    # aihwkit's fit at the largest conductance: 0.0088 sqrt(ln((t + t_read) / (2 t_read))).
    cell = get("pcm")
    noise = 0.0088 * np.sqrt(np.log((20 + 250e-9) / 500e-9))
    assert cell.read_noise is not None
    assert float(cell.read_noise[-1]) == pytest.approx(noise, rel=1e-5)
    assert float(cell.drift_spread[-1]) == pytest.approx(0.008)
    lowest = -0.0125 * np.log(1 / 25) - 0.0059
    assert float(cell.drift_spread[0]) == pytest.approx(lowest, rel=1e-5)


def test_memory_degrades_in_order() -> None:
    errors = [
        np.asarray(get(name).cycle_spread * get(name).levels).mean()
        for name in ("sot-multilevel", "reram", "reram-1d", "reram-2d")
    ]
    assert errors[1] < errors[2]
    assert errors[1] < errors[3]


def test_changes() -> None:
    cell = get("stt", tmr=2.0, stuck_low=0.01, area=1e-14, write=Write(energy=5.0))
    assert float(cell.tmr) == pytest.approx(2 / 1.25)
    assert float(cell.write.energy) == 5.0
    assert get("sot", resistance_area=5e-12).levels[-1] == pytest.approx(
        np.pi / 4 * 2500e-18 / 5e-12, rel=1e-6, abs=0
    )


@pytest.mark.parametrize(
    ("name", "changes", "text"),
    [
        ("stt", {"tmr": 0.0}, "tmr is 0.0; expected a ratio above 0"),
        ("stt", {"tmr": -0.5}, "nothing can be read"),
        ("sot", {"resistance_area": 0.0}, "resistance_area is 0.0; expected a number above 0"),
        ("sot", {"density": -1.0}, "density is -1.0"),
        ("stt", {"half_voltage": -1.0}, "half_voltage is -1"),
        ("stt", {"half_voltage": 0.0}, "half_voltage is 0"),
        ("stt", {"resistance_spread": -0.04}, "resistance_spread is -0.04"),
        ("stt", {"series": np.nan}, "series is nan"),
        ("stt", {"drift": -0.1}, "drift is -0.1"),
        ("stt", {"drift": np.nan}, "drift is nan"),
        ("stt", {"stuck_low": 0.6, "stuck_high": 0.6}, "stuck_low \\+ stuck_high is 1.2"),
        ("stt", {"read_noise": [0.1, 0.1, 0.1]}, r"read_noise has shape \(3,\).*the 2 levels"),
        ("stt-28nm", {"tmr_spread": 0.1}, "has no number 'tmr_spread'"),
        ("stt", {"stuck_low": 1.5}, "stuck_low is 1.5; expected a number of 0 to 1"),
        ("stt", {"retention": 0.0}, "retention is 0"),
        ("granular", {"num_levels": 1}, "levels is 1"),
        ("granular", {"pitch": 0.0}, "pitch is 0.0"),
        ("reram", {"lowest": 0.0}, "lowest is 0.0; expected a number above 0"),
        ("stt", {"resistence": 1.0}, "did you mean resistance"),
        ("reram", {"lowest": 1e-3}, "expected finite conductances above 0"),
        ("sst", {}, "expected one of stt"),
    ],
)
def test_nonsense_is_explained(name: str, changes: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        get(name, **changes)


def test_binary_weights_are_complementary_pairs() -> None:
    codes = np.where(np.random.default_rng(0).random((7, 5)) < 0.5, -1, 1)
    planes = encode(codes, "ternary", 2, get("stt-2t2m").num_levels)
    assert (planes.plus + planes.minus == 1).all()


def test_a_transistor_takes_its_part_of_a_spread() -> None:
    bare, behind = get("stt"), get("stt", series=2e3)
    np.testing.assert_allclose(behind.device_spread, bare.with_series(2e3).device_spread, rtol=1e-5)
    assert (np.asarray(behind.device_spread) < 0.8 * np.asarray(bare.device_spread)).all()


def test_names_are_unique_over_kinds() -> None:
    kinds = (presets.stt, presets.sot, presets.pulse_cell, presets.granular, presets.reram,
             presets.pcm)  # fmt: skip
    assert sum(len(kind.PRESETS) for kind in kinds) == len(names())


def test_whole_numbers_of_any_kind_are_levels() -> None:
    assert get("granular", num_levels=np.int64(4)).num_levels == 4
    cell = Cell([1, 2], device_spread=(0.25, 0.5))
    np.testing.assert_array_equal(spread_of(cell.device_spread, cell), [0.25, 0.5])
    with pytest.raises(ValueError, match=r"shares is 1\.5"):
        junction_levels(1e3, 1.0, [0.0, 1.5])
    with pytest.raises(ValueError, match="that rise"):
        Cell(np.array([1.0, 1 + 1e-9]))  # one number in single precision


def test_datasheet_refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="endurance is 0"):
        Write(endurance=0.0)
    with pytest.raises(ValueError, match="drift_start"):
        Cell(jnp.array([1.0, 2.0]), drift_start=0.0)


def test_spin_loss_lowers_energy_and_current_together() -> None:
    cells = [get("spin-loss", loss=loss) for loss in (0.0, 0.5, 1.0)]
    energy = [float(cell.write.energy) for cell in cells]
    assert energy[0] > energy[1] > energy[2]
    assert energy[0] / energy[2] == pytest.approx(3.0, rel=1e-6, abs=0)
    assert energy[0] == pytest.approx(float(get("sot").write.energy), rel=1e-6, abs=0)
    assert float(cells[0].write.current / cells[2].write.current) == pytest.approx(
        np.sqrt(3), rel=1e-6, abs=0
    )
    assert "press" in describe("spin-loss").numbers["ratio"].source
    with pytest.raises(ValueError, match="loss is 2"):
        get("spin-loss", loss=2.0)
