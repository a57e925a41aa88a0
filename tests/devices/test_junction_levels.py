"""One junction, several models: macrospin, axial law and law on the sphere agree."""

import magnets
import numpy as np
import pytest
from scipy import stats

from pbits.devices import presets
from pbits.devices.axial import AxialMagnet
from pbits.devices.junction import Junction
from pbits.devices.simulation import simulate
from pbits.devices.torques import HeavyMetal

LAYER = Junction(1e6, 0.1, 1e-9, diameter=20e-9, perpendicular_field=0.08)
COUNT = 40_000


def settled(magnet, seed, start=None, steps=4000):
    found = simulate(
        magnet, num_steps=steps, num_devices=COUNT, seed=seed, start=start, keep_directions=False
    )
    return found.final


@pytest.mark.parametrize(
    "drive",
    [
        {"current": 2e-7, "field": 0.01},
        *(
            pytest.param(one, marks=pytest.mark.slow)
            for one in ({}, {"current": 2e-7}, {"voltage": 2e-3}, {"field": 0.01})
        ),
    ],
)
def test_the_macrospin_settles_in_the_axial_law(drive):
    """Chi-square of m_z in 20 bins, alpha 0.1: ten relaxation times."""
    layer = LAYER.replace(resistance_area=5e-12, polarisation=0.6)
    law = layer.axial(**drive)
    full = {**drive, "field": (0.0, 0.0, drive.get("field", 0.0))}
    magnet = layer.magnet(**full)
    # Begin in the law of another model than the one under test: without the drive.
    start = magnets.in_equilibrium(layer.axial().delta, COUNT, 3)
    z = settled(magnet, 5, start=start, steps=12_000)[2]
    assert p_value(z, law) > 1e-4
    if drive:
        assert p_value(z, layer.axial()) < 1e-4


def p_value(z, law):
    edges = np.linspace(-1, 1, 21)
    bins = np.searchsorted(edges, law.centres) - 1
    expected = np.bincount(bins, law.stationary, 20) * z.size
    seen = np.histogram(z, edges)[0]
    return stats.chisquare(seen, expected).pvalue


def test_sphere_and_axial_law_are_one():
    for current in (0.0, 2e-7):
        law, sphere = LAYER.axial(current), LAYER.harmonics(current=current, degree=30)
        assert sphere.mean(2) == pytest.approx(law.mean(law.centres), abs=1e-4)
        assert sphere.mean_sign() == pytest.approx(law.mean(np.sign(law.centres)), abs=1e-4)
        assert sphere.eigenvalue() == pytest.approx(law.eigenvalues()[1], rel=1e-3, abs=0)


def test_correlation_time_of_the_sphere():
    """A free magnet decays as exp(-2 D t); the axial law by its own integral."""
    free = LAYER.replace(perpendicular_field=0.0).harmonics(degree=20)
    assert free.correlation_time(2) == pytest.approx(0.5, rel=1e-9, abs=0)
    law = AxialMagnet(LAYER.barrier().value, num_cells=400)
    times = np.linspace(0, 30 / law.eigenvalues()[1], 601)
    z = law.centres
    decay = law.evolve(z * law.stationary, times, steps_per_interval=4) @ z
    exact = np.trapezoid(decay, times) / decay[0]
    found = LAYER.harmonics(degree=30).correlation_time(2)
    assert found == pytest.approx(exact, rel=2e-3, abs=0)


def test_in_plane_macrospin_settles_in_the_law_of_the_sphere():
    layer = Junction(
        1e6, 0.1, 1e-9, diameter=20e-9, orientation="in-plane", perpendicular_field=-0.3,
        inplane_field=0.02,
    )  # fmt: skip
    for current, seed in ((0.0, 1), (4e-6, 2)):
        law = layer.harmonics(current=current, degree=40)
        m = settled(layer.magnet(current=current), seed, steps=6000)
        for axis in range(3):
            first, second = law.mean(axis), law.mean(axis, 2)
            assert m[axis].mean() == pytest.approx(first, abs=4.5 * np.sqrt(second / COUNT))
            error = np.sqrt((law.mean(axis, 4) - second**2) / COUNT)
            assert np.square(m[axis]).mean() == pytest.approx(second, abs=4.5 * error + 0.005)
    assert abs(layer.harmonics(current=4e-6).mean(0)) > 0.1


def ends(junction, drive, start, seconds, **more):
    cold = junction.magnet(**drive)._replace(temperature=0.0)
    dt = 0.1 / (1.76e11 * (abs(cold.anisotropy.x) + abs(cold.anisotropy.z) + 0.1))
    steps = round(seconds / dt)
    return simulate(cold, num_steps=steps, dt=dt, start=start, seed=1, **more).final[:, 0]


def tilted(z, angle=1e-3):
    return [np.sin(angle), 0.0, z * np.cos(angle)]


@pytest.mark.parametrize("asymmetry", [1.0, 1.3])
@pytest.mark.parametrize("sign", [1, -1])
def test_perpendicular_critical_current(sign, asymmetry):
    """T11: a small cone grows 1 % above and shrinks 1 % below, either way."""
    layer = LAYER.replace(alpha=0.05, perpendicular_field=0.5, asymmetry=asymmetry)
    threshold = layer.critical_current()[0 if sign > 0 else 1]
    assert np.sign(threshold) == sign
    start, period = tilted(-sign), 1 / (0.05 * 1.76e11 * 0.5)
    above = ends(layer, {"current": 1.01 * threshold}, start, 1200 * period)
    below = ends(layer, {"current": 0.99 * threshold}, start, 100 * period)
    assert above[2] * sign > 0.99
    assert below[2] * sign < -0.99
    assert np.hypot(below[0], below[1]) < 0.6e-3


@pytest.mark.parametrize("by", ["current", "voltage"])
def test_in_plane_critical_current(by):
    layer = presets.get("in-plane-easy-axis", inplane_field=0.05)
    threshold = (layer.critical_current if by == "current" else layer.critical_voltage)()
    start = [-np.cos(1e-2), np.sin(1e-2), 0.0]
    time = 1 / (0.01 * 1.76e11 * 0.2)
    above = ends(layer, {by: 1.01 * threshold.to_parallel}, start, 300 * time)
    below = ends(layer, {by: 0.99 * threshold.to_parallel}, start, 100 * time)
    assert np.hypot(below[1], below[2]) < 0.7e-2
    # Above, the ellipse grows; where it ends is another matter (it may precess out of plane).
    assert np.hypot(above[1], above[2]) > 5e-2 or above[0] > 0.9


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3])
def test_spin_orbit_threshold(share):
    """T11: Lee's law to 5 %, the torque ramped slowly enough to follow."""
    metal = HeavyMetal(0.3, 4e-9, 50e-9, 100e-9, 2e-6)
    layer = LAYER.replace(perpendicular_field=0.5, alpha=0.02, heavy_metal=metal)
    field = 0.5 * share
    threshold = layer.critical_sot_current(field)
    ramp = np.linspace(0.0, 1.3, 600)
    # A positive current with a field along +x switches from which side depends on the torque's
    # sign: the other side is held.
    turned = []
    for z in (1, -1):
        magnet = layer.magnet(sot_current=threshold, field=(field, 0, 0))._replace(temperature=0.0)
        found = simulate(
            magnet, num_steps=600 * 2000, dt=5e-13, record_every=2000, start=tilted(z, 0.1),
            drive=ramp, seed=1,
        )  # fmt: skip
        crossed = np.flatnonzero(found.m[:, 2, 0] * z < 0)
        turned.append(ramp[crossed[0]] if crossed.size else np.inf)
    assert min(turned) == pytest.approx(1, rel=0.05, abs=0)
    assert max(turned) == np.inf
    with pytest.raises(ValueError, match="anisotropy field"):
        layer.critical_sot_current(0.45)
