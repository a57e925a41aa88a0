"""Field-like spin transfer torque: a field along p, in the macrospin and in both exact laws."""

import magnets
import numpy as np
import pytest
from scipy import stats

from pbits.devices.junction import Junction
from pbits.devices.macrospin import Vector
from pbits.devices.simulation import simulate

LAYER = Junction(
    1e6, 0.1, 1e-9, diameter=20e-9, perpendicular_field=0.08, polarisation=0.6,
    resistance_area=5e-12, tmr=1.2, half_voltage=0.5,
)  # fmt: skip
FLAT = Junction(
    1e6, 0.1, 1e-9, diameter=20e-9, orientation="in-plane", perpendicular_field=-0.3,
    inplane_field=0.02, field_like=4.0,
)  # fmt: skip


@pytest.mark.parametrize("sign", [1, -1])
def test_its_size(sign):
    """Linear part: a share of a_DL; quadratic part: even in the voltage."""
    layer = LAYER.replace(field_like=0.3, field_like_quadratic=0.2)
    volts = sign * 0.4
    given = layer.magnet(voltage=volts)
    assert np.sign(given.damping_like.z) == sign
    assert given.field_like.z == pytest.approx(0.3 * given.damping_like.z + 0.2 * 0.16)
    assert given.field_like[:2] == (0.0, 0.0)
    current = float(layer.conductance(0.0, volts)) * volts
    by_current = layer.magnet(current=current)
    assert by_current.field_like.z == pytest.approx(
        0.3 * by_current.damping_like.z + 0.2 * 0.16, rel=1e-6
    )
    assert LAYER.magnet(current=current).field_like == Vector()
    flat = FLAT.magnet(current=current)
    assert flat.field_like == Vector(4.0 * flat.damping_like.x, 0.0, 0.0)


def test_an_asymmetric_efficiency_leaves_it_alone():
    """The field-like part follows the current, not the angle; either way round."""
    skewed = LAYER.replace(field_like=0.3, asymmetry=1.5)
    for current in (1e-6, -1e-6):
        plain = LAYER.replace(field_like=0.3).magnet(current=current).field_like.z
        assert skewed.magnet(current=current).field_like.z == pytest.approx(plain)


@pytest.mark.parametrize("layer", [LAYER.replace(field_like=4.0), FLAT], ids=["z", "x"])
def test_it_is_an_external_field(layer):
    """Same noise, same path (T12); a_FL p as a field, in Gilbert's form with all cross terms."""
    given = layer.magnet(current=4e-6)
    size = given.field_like.z or given.field_like.x
    outer = [0.0, 0.0, 0.0]
    outer["xyz".index(layer.axis)] = size
    as_field = layer.replace(field_like=0.0).magnet(current=4e-6, field=tuple(outer))
    paths = [
        simulate(magnet, num_steps=400, num_devices=8, seed=2, dt=5e-13).m
        for magnet in (given, as_field, layer.replace(field_like=0.0).magnet(current=4e-6))
    ]
    assert np.max(np.abs(paths[0] - paths[1])) < 1e-5
    assert np.max(np.abs(paths[0] - paths[2])) > 0.01


@pytest.mark.parametrize("field_like", [10.0, -5.0])
def test_the_macrospin_settles_in_the_axial_law(field_like):
    """Chi-square of m_z in 20 bins; the law without the torque is refused."""
    layer, current, count = LAYER.replace(field_like=field_like), 2e-7, 40_000
    law = layer.axial(current)
    start = magnets.in_equilibrium(LAYER.axial(current).delta, count, 3)
    z = simulate(
        layer.magnet(current=current), num_steps=12_000, num_devices=count, seed=5, start=start,
        keep_directions=False,
    ).final[2]  # fmt: skip
    edges = np.linspace(-1, 1, 21)
    seen = np.histogram(z, edges)[0]

    def p_value(exact):
        bins = np.searchsorted(edges, exact.centres) - 1
        expected = np.bincount(bins, exact.stationary, 20) * count
        return stats.chisquare(seen, expected).pvalue

    assert p_value(law) > 1e-4
    assert p_value(LAYER.axial(current)) < 1e-4


def test_both_exact_laws_hold_it():
    layer = LAYER.replace(field_like=5.0, field_like_quadratic=10.0)
    for voltage in (0.002, -0.002, 0.05):
        law, sphere = layer.axial(voltage=voltage), layer.harmonics(voltage=voltage, degree=40)
        assert sphere.mean(2) == pytest.approx(law.mean(law.centres), abs=1e-4)
    # Where the two parts cancel the torque is gone.
    damping = LAYER.magnet(voltage=-0.01).damping_like.z / LAYER.alpha
    even = LAYER.replace(field_like_quadratic=-damping / 0.01**2)
    assert even.axial(voltage=-0.01).mean_sign() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("asymmetry", [1.0, 1.3])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_threshold_with_it(sign, asymmetry):
    """alpha f = 0.2 takes a sixth off: a cone grows 2 % above and shrinks 2 % below."""
    layer = LAYER.replace(
        alpha=0.05, perpendicular_field=0.5, asymmetry=asymmetry, field_like=4.0,
    )  # fmt: skip
    threshold = layer.critical_current()[0 if sign > 0 else 1]
    plain = layer.replace(field_like=0.0).critical_current()[0 if sign > 0 else 1]
    eased = asymmetry**2 if sign > 0 else 1
    assert threshold == pytest.approx(plain * eased / (eased + 0.2))
    start = [1e-2, 0.0, -sign]
    sizes = []
    for share in (0.98, 1.02):
        cold = layer.magnet(current=share * threshold)._replace(temperature=0.0)
        final = simulate(cold, num_steps=30_000, dt=5e-13, start=start, seed=1).final[:, 0]
        sizes.append(np.hypot(final[0], final[1]))
    assert sizes[0] < 0.9e-2
    assert sizes[1] > 1.1e-2


def test_thresholds_of_thermal_motion_and_voltage():
    layer = LAYER.replace(field_like=4.0)
    assert layer.thermal_current == pytest.approx(LAYER.thermal_current / 1.4)
    assert layer.critical_voltage().to_parallel == pytest.approx(
        LAYER.critical_voltage().to_parallel / 1.4
    )
    assert layer.critical_voltage().to_antiparallel == pytest.approx(
        LAYER.critical_voltage().to_antiparallel / 1.4
    )


def test_complaints():
    blind = LAYER.replace(field_like_quadratic=0.1, resistance_area=None, half_voltage=None)
    with pytest.raises(ValueError, match="field_like_quadratic is given, and the voltage"):
        blind.magnet(current=1e-6)
    assert blind.magnet(voltage=0.5).field_like.z == pytest.approx(0.025)
    with pytest.raises(ValueError, match=r"field_like is -10.0; expected more than -10"):
        LAYER.replace(field_like=-10.0)
