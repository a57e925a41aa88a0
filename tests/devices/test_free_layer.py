"""Magnetisation, anisotropy and what follows over temperature."""

import dataclasses

import numpy as np
import pytest

from pbits.devices import summary
from pbits.devices.junction import Junction

GRAIN = Junction(
    1.1e6, 0.03, 4.7e-9, diameter=3.5e-9, bulk_anisotropy=5.4e6, curie_temperature=750.0,
    anisotropy_exponent=2.1,
)  # fmt: skip
FILM = Junction(
    1e6, 0.01, 1e-9, diameter=40e-9, interfacial_anisotropy=1e-3, inplane_field=0.01,
    curie_temperature=1000.0, resistance_area=1e-11, tmr=1.0,
)  # fmt: skip


def hot(layer, kelvin, **more):
    return layer.replace(temperature=kelvin, **more)


def test_magnetisation_at_and_beyond_the_reference():
    assert float(GRAIN.saturation()) == 1.1e6
    left = (0.2 / 0.6) ** 0.36
    assert hot(GRAIN, 600.0).moment / GRAIN.moment == pytest.approx(left)
    assert hot(GRAIN, 600.0).sheet_moment == pytest.approx(left * GRAIN.sheet_moment)
    assert GRAIN.saturation([300.0, 600.0]) == pytest.approx([1.1e6, left * 1.1e6])
    bloch = hot(GRAIN, 600.0, curie_law="bloch")
    expected = (1 - 0.8**1.5) / (1 - 0.4**1.5)
    assert bloch.moment / GRAIN.moment == pytest.approx(expected)
    moved = hot(GRAIN, 600.0, reference_temperature=600.0)
    assert moved.moment == GRAIN.moment
    assert hot(GRAIN, 600.0, curie_temperature=None).moment == GRAIN.moment


def test_the_barrier_is_that_of_the_anisotropy_at_the_temperature():
    left = (0.2 / 0.6) ** 0.36
    n_x, _, n_z = GRAIN.demagnetisation()
    density = 5.4e6 * left**2.1 - 4e-7 * np.pi * (1.1e6 * left) ** 2 * (n_z - n_x) / 2
    expected = density * GRAIN.volume / (1.380649e-23 * 600)
    assert hot(GRAIN, 600.0).barrier().coherent == pytest.approx(expected, rel=1e-6, abs=0)
    wall = 4 * np.sqrt(1.5e-11 * left**2 * density) * 3.5e-9 * 4.7e-9 / (1.380649e-23 * 600)
    assert hot(GRAIN, 600.0).barrier().wall == pytest.approx(wall, rel=1e-6, abs=0)


def test_retention_and_threshold_follow():
    warm, plain = hot(GRAIN, 450.0), hot(GRAIN, 450.0, curie_temperature=None)
    ratio = warm.barrier().coherent / plain.barrier().coherent
    assert ratio == pytest.approx((0.4 / 0.6) ** (0.36 * 2.1), rel=2e-3, abs=0)
    found = [summary.times(layer).correlation for layer in (warm, plain)]
    gap = plain.barrier().coherent - warm.barrier().coherent
    assert np.log(found[1] / found[0]) == pytest.approx(gap, rel=0.05, abs=0)
    assert warm.critical_current().to_parallel == pytest.approx(
        ratio * plain.critical_current().to_parallel
    )


def test_a_given_field_is_split_into_its_parts():
    """Ki by its number, or by the field it makes: the same at any temperature."""
    by_field = FILM.replace(
        interfacial_anisotropy=0.0, perpendicular_field=float(FILM.easy_field()) + 0.01
    )
    for kelvin in (250.0, 300.0, 380.0):
        ours, theirs = (hot(layer, kelvin).easy_field() for layer in (FILM, by_field))
        assert float(ours) == pytest.approx(float(theirs), rel=1e-9, abs=0)
    left = (0.62 / 0.7) ** 0.36
    assert float(hot(FILM, 380.0).hard_field()) == pytest.approx(0.01 * left**1.1)


def test_voltage_acts_on_what_magnetisation_is_left():
    gated = FILM.replace(vcma=60e-15, oxide_thickness=1.5e-9)
    for layer in (gated, hot(gated, 380.0)):
        fall = 2 * 60e-15 * 0.3 / (layer.sheet_moment * 1.5e-9)
        assert float(layer.easy_field() - layer.easy_field(0.3)) == pytest.approx(fall)


def test_heat_of_a_drive_takes_magnetisation():
    warm = FILM.replace(thermal_resistance=1e6)
    volts = np.array([0.0, 0.2])
    given, drive = warm.magnet(voltage=volts), warm.operating(voltage=volts)
    assert drive.temperature[1] > 301
    left = FILM.saturation(drive.temperature) / FILM.magnetisation
    assert given.moment / FILM.moment == pytest.approx(left, rel=1e-9, abs=0)
    assert left[1] < 0.9985
    settled = hot(FILM, float(drive.temperature[1]))
    assert given.anisotropy.z[1] == pytest.approx(settled.magnet().anisotropy.z, rel=1e-9, abs=0)
    assert given.anisotropy.z[1] < FILM.magnet().anisotropy.z - 1e-3
    torque = given.damping_like.z[1] / FILM.magnet(voltage=0.2).damping_like.z
    assert torque == pytest.approx(1 / left[1])
    with pytest.raises(ValueError, match="its Curie temperature is 1000 K"):
        FILM.replace(thermal_resistance=1e9).magnet(voltage=0.2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 750.0}, "temperature is 750.0 K; expected less than curie_temperature"),
        ({"reference_temperature": 800.0}, "reference_temperature is 800.0 K; expected less"),
        ({"curie_temperature": -1.0}, "curie_temperature is -1.0; expected a number above 0"),
        ({"curie_law": "weiss"}, "curie_law is 'weiss'; expected one of"),
        ({"curie_exponent": 0.0}, "curie_exponent is 0.0"),
        ({"anisotropy_exponent": float("inf")}, "anisotropy_exponent is inf"),
        ({"diameter": [1e-9, 2e-9]}, "expected one number"),
        ({"temperature": np.array([300.0])}, "expected one number"),
        ({"polarisation": 1.2}, "polarisation is 1.2; expected at most 1"),
        ({"polarisation": 0.0}, "polarisation is 0.0"),
        ({"asymmetry": -1.0}, "asymmetry is -1.0"),
        ({"tmr": float("nan")}, "tmr is nan"),
        ({"tmr": -1.5}, "tmr is -1.5; expected at least 0"),
        ({"half_voltage": 0.0}, "half_voltage is 0.0"),
        ({"resistance_area": -1e-12}, "resistance_area is -1e-12"),
        ({"thermal_resistance": 1e5}, "without resistance_area"),
        ({"thermal_resistance": -1.0}, "thermal_resistance is -1.0; expected at least 0"),
        ({"spacing": 1e-9}, "spacing is 1e-09 m; expected at least the thickness"),
        ({"length": 1e-9, "diameter": None}, "expected either a diameter, or a length and a width"),
        ({"exchange": 0.0}, "exchange is 0.0"),
        ({"oxide_thickness": -1e-9}, "oxide_thickness is -1e-09"),
        ({"perpendicular_field": float("nan")}, "perpendicular_field is nan"),
        ({"alpha": None}, "alpha is None|alpha is nan"),
        ({"magnetisation": "1e6 A/m"}, "magnetisation is '1e6 A/m'; expected a number"),
    ],
)
def test_bad_numbers(changes, message):
    with pytest.raises(ValueError, match=message):
        GRAIN.replace(**changes)


def test_defaults_change_nothing():
    for field in dataclasses.fields(Junction):
        if field.name.startswith(("field_like", "curie_temperature")):
            assert not field.default
