"""The junction's derived numbers against closed forms, and its checks."""

import dataclasses
import re

import numpy as np
import pytest
from scipy import integrate, special
from scipy.constants import e, hbar, mu_0

from pbits.devices import presets
from pbits.devices.demagnetisation import axial_factor, ellipse_factors, prism_factors
from pbits.devices.free_layer import FreeLayer
from pbits.devices.junction import Junction
from pbits.devices.macrospin import BOLTZMANN
from pbits.devices.torques import HeavyMetal

MEMORY = Junction(
    1e6, 0.01, 1e-9, diameter=20e-9, perpendicular_field=0.5, resistance_area=10e-12, tmr=1.2,
    half_voltage=0.5,
)  # fmt: skip
KT = BOLTZMANN * 300


def test_an_ellipse_of_equal_axes_is_a_circle():
    x, y, z = ellipse_factors(2e-9, 40e-9, 40e-9)
    assert z == pytest.approx(float(axial_factor(2e-9, 40e-9)), rel=1e-12, abs=0)
    assert x == pytest.approx(y, rel=1e-12, abs=0)


def test_a_long_elliptical_cylinder_has_the_factors_of_an_infinite_one():
    x, y, z = ellipse_factors(1.0, 6e-5, 4e-5)
    assert [x, y] == pytest.approx([0.4, 0.6], rel=2e-4, abs=0)
    assert z < 1e-4


def test_an_ellipse_by_its_form_factor():
    """N_z as an integral over wave vectors, polar coordinates scaled by the axes."""
    t, a, b = 2.0, 30.0, 20.0

    def over_q(angle):
        kappa = np.hypot(np.cos(angle) / a, np.sin(angle) / b) * t
        return integrate.quad(
            lambda q: special.j1(q) ** 2 / q**2 * -np.expm1(-kappa * q) / kappa, 0, 400, limit=800
        )[0]

    angles = (np.arange(16) + 0.5) * np.pi / 32
    expected = 2 * np.mean([over_q(angle) for angle in angles])
    assert ellipse_factors(t, 2 * a, 2 * b)[2] == pytest.approx(expected, rel=1e-3, abs=0)


def test_prisms():
    assert prism_factors(1, 1, 1) == pytest.approx([1 / 3] * 3)
    # Digits that a published compact model carries for 50 x 50 x 0.6 nm.
    expected = [0.01968237864387906, 0.01968237864387906, 0.960635227939411]
    assert prism_factors(0.6, 50, 50) == pytest.approx(expected, rel=1e-6, abs=0)
    x, y, z = prism_factors(2, 60, 40)
    assert x < y < z
    # The three come from one formula by turning the prism.
    assert y == pytest.approx(prism_factors(40, 2, 60)[2], rel=1e-9, abs=0)


def test_the_barrier_two_ways():
    """Ms B_k V / 2 kT, and K_eff V / kT with exact factors."""
    layer = Junction(1.2e6, 0.03, 1.1e-9, diameter=50e-9, interfacial_anisotropy=1.0056e-3)
    n_x, _, n_z = layer.demagnetisation()
    density = 1.0056e-3 / 1.1e-9 - mu_0 * 1.2e6**2 * (n_z - n_x) / 2
    volume = np.pi / 4 * 50e-9**2 * 1.1e-9
    assert layer.barrier().coherent == pytest.approx(density * volume / KT, rel=1e-9, abs=0)
    wall = 4 * np.sqrt(1.5e-11 * density) * 50e-9 * 1.1e-9 / KT
    assert layer.barrier().wall == pytest.approx(wall, rel=1e-9, abs=0)


def test_the_wall_takes_over_at_its_diameter():
    density = 1e6 * 0.5 / 2
    limit = 16 / np.pi * np.sqrt(1.5e-11 / density)
    below, above = (MEMORY.replace(diameter=limit * factor) for factor in (0.99, 1.01))
    assert below.barrier().mechanism == "coherent"
    assert not below.notes()
    assert above.barrier().mechanism == "domain wall"
    assert "domain wall" in above.notes()[0]
    assert above.barrier().value == above.barrier().wall < above.barrier().coherent


def test_voltage_lowers_the_anisotropy():
    gated = MEMORY.replace(vcma=60e-15, oxide_thickness=1.5e-9)
    fall = 2 * 60e-15 * 0.3 / (1e6 * 1e-9 * 1.5e-9)
    assert float(MEMORY.easy_field() - gated.easy_field(0.3)) == pytest.approx(fall)
    assert gated.barrier(0.3).coherent < gated.barrier(-0.3).coherent
    given = gated.magnet(voltage=np.array([0.0, 0.3]))
    assert given.anisotropy.z.tolist() == pytest.approx([0.5, 0.5 - fall])
    # A current has a voltage too.
    current = float(gated.conductance(0.0, 0.3)) * 0.3
    assert gated.magnet(current=current).anisotropy.z == pytest.approx(0.5 - fall)


def test_conductance_is_linear_in_the_cosine():
    parallel, middle, anti = MEMORY.conductance([1.0, 0.0, -1.0], 0.0)
    assert 1 / parallel == pytest.approx(10e-12 / MEMORY.area)
    assert parallel / anti - 1 == pytest.approx(1.2)
    assert middle == pytest.approx((parallel + anti) / 2)
    # Interpolated resistances would give another number.
    assert abs(1 / middle - (1 / parallel + 1 / anti) / 2) * middle > 0.05
    assert float(MEMORY.magnetoresistance(0.5)) == pytest.approx(0.6)
    here = MEMORY.operating(current=2e-5)
    assert float(MEMORY.conductance(0.0, here.voltage) * here.voltage) == pytest.approx(2e-5)


def test_critical_currents():
    per_barrier = MEMORY.critical_current().to_parallel / MEMORY.barrier().coherent
    assert per_barrier == pytest.approx(4 * e / hbar * 0.01 * KT, rel=1e-9, abs=0)
    assert per_barrier == pytest.approx(0.252e-6, rel=3e-3, abs=0)
    disk = presets.get("in-plane-easy-axis", polarisation=1.0)
    field = disk.easy_field() + disk.hard_field() / 2
    torque = hbar / (2 * e) * disk.critical_current().to_parallel / disk.moment
    assert torque == pytest.approx(0.01 * float(field), rel=1e-9, abs=0)
    helped = MEMORY.critical_current(field=0.1)
    assert helped.to_parallel == pytest.approx(0.8 * MEMORY.critical_current().to_parallel)
    assert helped.to_antiparallel == pytest.approx(1.2 * MEMORY.critical_current().to_antiparallel)
    volts = MEMORY.critical_voltage().to_parallel
    assert volts * MEMORY.parallel_conductance == pytest.approx(
        MEMORY.critical_current().to_parallel
    )
    assert MEMORY.thermal_current == pytest.approx(0.126e-6, rel=3e-3, abs=0)


def test_a_warm_junction():
    warm = MEMORY.replace(thermal_resistance=1e6)
    kelvin = warm.operating(voltage=0.2).temperature
    assert float(kelvin) == pytest.approx(300 + 1e6 * 0.04 * float(warm.conductance(0.0, 0.2)))
    assert warm.magnet(voltage=0.2).temperature == pytest.approx(float(kelvin))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"thickness": -1e-9}, "thickness is -1e-09"),
        ({"temperature": 0.0}, "temperature is 0.0"),
        ({"alpha": 0.0}, "alpha is 0.0"),
        ({"tmr": -0.1}, "tmr is -0.1"),
        ({"length": 20e-9}, "either a diameter"),
        ({"diameter": None}, "either a diameter"),
        ({"shape": "round"}, "shape is 'round'"),
        ({"perpendicular_field": -0.1}, "lies in plane.*raise perpendicular_field"),
        ({"perpendicular_field": None}, "interfacial_anisotropy is 0 J/m.2 and must be above"),
        ({"orientation": "in-plane"}, "the magnet stands up"),
        ({"vcma": 1e-13}, "without oxide_thickness"),
        ({"magnetisation": float("nan")}, "magnetisation is nan"),
        ({"exchange": "stiff"}, "exchange is 'stiff'"),
    ],
)
def test_bad_junctions(changes, message):
    with pytest.raises(ValueError, match=message):
        MEMORY.replace(**changes)


def test_the_anisotropy_that_the_error_asks_for_is_enough():
    with pytest.raises(ValueError, match="must be above") as caught:
        MEMORY.replace(perpendicular_field=None)
    least = float(str(caught.value).split("above ")[1].split(" ")[0])
    stands = MEMORY.replace(perpendicular_field=None, interfacial_anisotropy=1.001 * least)
    assert 0 < float(stands.easy_field()) < 0.01
    with pytest.raises(ValueError, match="must be above"):
        MEMORY.replace(perpendicular_field=None, interfacial_anisotropy=0.999 * least)


def test_an_ellipse_the_wrong_way_round():
    with pytest.raises(ValueError, match="easy axis is y"):
        Junction(1e6, 0.01, 2e-9, length=40e-9, width=60e-9, orientation="in-plane")


def test_bad_drives():
    with pytest.raises(ValueError, match="both given"):
        MEMORY.magnet(current=1e-6, voltage=0.1)
    with pytest.raises(ValueError, match="no heavy metal"):
        MEMORY.magnet(sot_current=1e-6)
    with pytest.raises(ValueError, match=r"lies in plane, so m_z alone.*harmonics"):
        presets.get("easy-plane-disk").axial()
    with pytest.raises(ValueError, match="x and y differ"):
        MEMORY.replace(inplane_field=0.01).axial()
    with pytest.raises(ValueError, match="asymmetry"):
        MEMORY.replace(asymmetry=1.2).axial(1e-6)
    with pytest.raises(ValueError, match="turns the easy axis into the plane"):
        MEMORY.replace(vcma=1e-12, oxide_thickness=1e-9).axial(voltage=1.0)
    with pytest.raises(ValueError, match="no resistance"):
        MEMORY.replace(resistance_area=None).conductance(1.0)


def test_heavy_metal():
    metal = HeavyMetal(0.3, 4e-9, 50e-9, 100e-9, 2e-6, field_like=-0.1)
    given = MEMORY.replace(heavy_metal=metal).magnet(sot_current=1e-4)
    torque = hbar / (2 * e) * 0.3 * (1e-4 / 200e-18) / (1e6 * 1e-9)
    assert given.damping_like.y == pytest.approx(torque)
    assert given.field_like.y == pytest.approx(-torque / 3)
    assert metal.resistance == pytest.approx(1000.0)
    turned = MEMORY.replace(heavy_metal=dataclasses.replace(metal, flow="y"))
    assert turned.magnet(sot_current=1e-4).damping_like.x == pytest.approx(-torque)


def test_presets_name_the_origin_of_every_number():
    fields = {field.name for field in dataclasses.fields(Junction)}
    for name in presets.names():
        preset = presets.describe(name)
        for key, number in preset.numbers.items():
            assert key in fields or key.startswith("heavy_metal.")
            assert number.label in ("measured", "simulated", "memory", "assumed")
            assert len(number.source) > 10
        junction = presets.get(name)
        default = Junction(1.0, 1.0, 1.0, diameter=1.0, perpendicular_field=1.0)
        changed = {f for f in fields if getattr(junction, f) != getattr(default, f)}
        named = {key.split(".")[0] for key in preset.numbers}
        assert changed - {"diameter", "perpendicular_field"} <= named, name
    with pytest.raises(ValueError, match="preset is 'x'; expected one of pma-memory"):
        presets.get("x")
    assert presets.get("fept-grain").replace(temperature=500.0).temperature == 500


def test_units_are_those_of_the_docstrings():
    docs = {"": FreeLayer.__doc__ + Junction.__doc__, "heavy_metal.": HeavyMetal.__doc__}
    for name in presets.names():
        for key, number in presets.describe(name).numbers.items():
            part = "heavy_metal." if key.startswith("heavy_metal.") else ""
            name_there = key.removeprefix(part)
            told = re.search(rf"^ +(?:\w+, )*{name_there}(?:, \w+)*: (.*)$", docs[part], re.M)
            assert told, key
            unit = rf"(^|, ){re.escape(number.unit)}([,;:. ]|$)"
            assert not number.unit or re.search(unit, told.group(1)), key


def test_presets_are_what_their_sources_say():
    assert presets.get("in-plane-easy-axis").barrier().value == pytest.approx(3, rel=1e-3, abs=0)
    assert 55 < presets.get("fept-grain").barrier().value < 70
    double = presets.get("double-free-layer")
    in_plane, across = double.coupling_field()
    # The source has -0.0368; uniform disks 2 nm apart give 5 % less.
    assert in_plane / (mu_0 * 8e5) == pytest.approx(-0.0368, rel=0.06, abs=0)
    assert across == pytest.approx(-2 * in_plane)
    free = presets.get("pma-low-barrier")
    assert 1e9 / (2 * free.diffusion) == pytest.approx(135.75, rel=1e-4, abs=0)
