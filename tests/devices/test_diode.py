"""The spin-torque diode: linear response against the macrospin in time (T18)."""

import numpy as np
import pytest

from pbits.devices.diode import (
    Diode,
    amplitude,
    noise_equivalent_power,
    rectified_voltage,
    rectifier,
    sensitivity,
)  # fmt: skip
from pbits.devices.linearised import Linearised, equilibrium
from pbits.devices.macrospin import BOLTZMANN, GAMMA, Magnet, Vector

MOMENT = 8e5 * 100e-9 * 50e-9 * 2e-9
LAYERS = {
    "in-plane field": Magnet(MOMENT, 0.02, Vector(0.02, 0.0, -0.6), 0.0, Vector(0.02, 0.06, 0.0)),
    "field-free, tilted polariser": Magnet(MOMENT, 0.02, Vector(0.0, 0.03, -0.4), 0.0),
    "oblique": Magnet(MOMENT, 0.03, Vector(0.0, 0.0, 0.15), 0.0, Vector(0.1, 0.04, 0.05)),
}


def diode(name, current=0.0):
    return Diode(
        LAYERS[name], 1000.0, 2000.0, damping_like=Vector(8.0, 3.0, 0.0),
        field_like=Vector(1.0, 0.0, 2.0), anisotropy=Vector(z=4.0), reference=Vector(0.8, 0.6, 0.0),
        current=current,
    )  # fmt: skip


def resonance(found):
    return float(np.max(np.abs(found.decays))) / (2 * np.pi)


@pytest.mark.parametrize(
    ("name", "current"),
    [("in-plane field", 0.0), ("field-free, tilted polariser", 0.0), ("oblique", 0.0),
     ("oblique", 2e-4)],
)  # fmt: skip
def test_linear_response_is_that_of_the_macrospin(name, current):
    """T18: within 1 % of the largest, at 0.6 to 1.5 of the resonance."""
    junction = diode(name, current)
    centre = resonance(rectifier(junction, 1e9))
    frequencies = centre * np.array([0.6, 0.9, 1.0, 1.1, 1.5])
    found = rectifier(junction, frequencies)
    assert np.all(found.decays.real < 0)
    size = 5e-5 if current else 1e-5
    seen = [rectified_voltage(junction, size, f)[0] for f in frequencies]
    exact = found.rectification * size**2
    assert seen == pytest.approx(exact, rel=0.01, abs=0.002 * np.max(np.abs(exact)))


def test_the_resonance_is_kittels():
    found = rectifier(diode("field-free, tilted polariser"), 1e9)
    easy, hard = 0.03, 0.4
    assert abs(found.direction[1]) == pytest.approx(1, abs=1e-5)
    assert np.max(found.decays.imag) == pytest.approx(
        GAMMA * np.sqrt(easy * (easy + hard)), rel=0.002
    )
    assert -found.decays.real == pytest.approx(
        np.full(2, 0.02 * GAMMA * (easy + hard / 2)), rel=0.002
    )


def test_far_below_resonance_the_response_is_broad():
    """A static shift: one value at all low frequencies, the slope of R(I) by -r . A^-1 b / 2."""
    junction = diode("oblique")
    centre = resonance(rectifier(junction, 1e9))
    low = rectifier(junction, centre * np.array([1e-3, 1e-2, 2e-2])).rectification
    assert low == pytest.approx(np.full(3, low[0]), rel=0.01)
    steps = [rectifier(junction._replace(current=i), 1e9).resistance for i in (-1e-4, 1e-4)]
    assert low[0] == pytest.approx(0.5 * (steps[1] - steps[0]) / 2e-4, rel=0.01)


def test_large_powers_saturate():
    junction = diode("in-plane field")
    centre = resonance(rectifier(junction, 1e9))
    sizes = np.array([1e-5, 1e-3, 4e-3])
    seen = rectified_voltage(junction, sizes, centre)
    linear = rectifier(junction, centre).rectification[0] * sizes**2
    ratio = seen / linear
    assert ratio[0] == pytest.approx(1, abs=0.01)
    assert 0.02 < ratio[2] < ratio[1] < 0.95


def test_sensitivity_and_noise():
    junction = diode("in-plane field")
    found = rectifier(junction, [1e9, 3e9])
    power, z = 1e-8, 50.0
    current = amplitude(power, found.resistance)
    volts = found.rectification * current**2
    assert sensitivity(found) == pytest.approx(volts / power)
    assert current**2 == pytest.approx(8 * power * z / (found.resistance + z) ** 2)
    johnson = np.sqrt(4 * BOLTZMANN * 300 * found.resistance)
    assert noise_equivalent_power(junction, found) == pytest.approx(
        johnson / np.abs(sensitivity(found))
    )


def test_noise_of_the_resistance():
    """S_R at low frequency against the record of a noisy free layer."""
    from pbits.devices.diode import resistance
    from pbits.devices.simulation import simulate

    warm = diode("oblique")._replace(magnet=LAYERS["oblique"]._replace(temperature=10.0))
    found = rectifier(warm, 1e9)
    count, dt = 2000, 2e-12
    run = simulate(
        warm.magnet, num_steps=10_000, record_every=5, dt=dt, num_devices=count, seed=1,
        start=found.direction,
    )  # fmt: skip
    ohms = resistance(warm, run.m.astype(np.float64).transpose(1, 0, 2))[500:]
    window = ohms.shape[0] * 5 * dt
    # The variance of a mean over a long window is S / (2 window).
    seen = 2 * window * np.var(ohms.mean(axis=0))
    assert seen == pytest.approx(found.resistance_noise, rel=4 * np.sqrt(2 / count) + 0.03)


def test_a_current_beyond_the_critical_one_has_no_equilibrium():
    layer = Magnet(MOMENT, 0.01, Vector(x=0.05, z=-0.5), 0.0)
    critical = 0.01 * (0.05 + 0.25)
    junction = Diode(layer, 1000.0, 2000.0, Vector(x=-1.0), current=3 * critical)
    with pytest.raises(ValueError, match="no stable equilibrium"):
        rectifier(junction, 1e9, start=[1, 0, 0])
    with pytest.raises(ValueError, match="frequency"):
        rectifier(junction._replace(current=0.0), -1e9)


def test_a_layer_that_is_not_at_rest_is_refused():
    """Nothing is expanded about a direction that still turns."""
    junction = diode("oblique")
    rest = equilibrium(junction.magnet, [0.3, 0.1, 0.95])
    assert np.all(np.linalg.eigvals(Linearised(junction, rest).a).real < 0)
    away = rest + np.array([0.02, 0.0, 0.0])
    with pytest.raises(ValueError, match="no stable equilibrium was reached"):
        Linearised(junction, away / np.linalg.norm(away))


def test_what_the_model_cannot_mean_is_refused():
    layer = LAYERS["oblique"]._replace(asymmetry=2.0)
    for call in (rectifier, lambda *a: rectified_voltage(*a[:1], 1e-5, a[1])):
        with pytest.raises(ValueError, match="asymmetry"):
            call(diode("oblique")._replace(magnet=layer), 1e9)
        with pytest.raises(ValueError, match="resistance"):
            call(diode("oblique")._replace(parallel=-1.0), 1e9)
