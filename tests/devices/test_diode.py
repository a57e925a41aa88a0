"""The spin-torque diode: linear response against the macrospin in time (T18)."""

import numpy as np
import pytest
from scipy.optimize import brentq

from pbits.devices.diode import (
    Diode,
    amplitude,
    curvature,
    noise_equivalent_power,
    rectified_voltage,
    rectifier,
    sensitivity,
)  # fmt: skip
from pbits.devices.diode_examples import PUBLISHED, unbiased
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
    [("in-plane field", 0.0), ("field-free, tilted polariser", 0.0),
     pytest.param("oblique", 0.0, marks=pytest.mark.slow),
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
    assert low == pytest.approx(np.full(3, low[0]), rel=0.01, abs=0)
    steps = [rectifier(junction._replace(current=i), 1e9).resistance for i in (-1e-4, 1e-4)]
    assert low[0] == pytest.approx(0.5 * (steps[1] - steps[0]) / 2e-4, rel=0.01, abs=0)


def test_large_powers_saturate():
    junction = diode("in-plane field")
    centre = resonance(rectifier(junction, 1e9))
    sizes = np.array([1e-5, 1e-3, 4e-3])
    seen = rectified_voltage(junction, sizes, centre)
    linear = rectifier(junction, centre).rectification[0] * sizes**2
    ratio = seen / linear
    assert ratio[0] == pytest.approx(1, abs=0.01)
    assert 0.02 < ratio[2] < ratio[1] < 0.95


def test_an_unbiased_diode_is_of_the_published_order():
    """Theory's optimum is 10 000 mV/mW, a Schottky diode has 3 800: within a factor of five."""
    junction = unbiased()
    # 6.582e-16 eV s of angular momentum, half of it and 60 % for an electron, over 5.85e-18 A m^2.
    assert junction.damping_like.x == pytest.approx(
        0.6 * 6.582e-16 / 2 / 5.850e-18, rel=1e-3, abs=0
    )
    centre = resonance(rectifier(junction, 1e9))
    assert centre == pytest.approx(GAMMA * 0.03 / (2 * np.pi), rel=1e-3, abs=0)
    found = rectifier(junction, centre)
    size = abs(sensitivity(found)[0])
    for name in ("unbiased junction, optimum", "Schottky diode"):
        assert 0.2 < size / PUBLISHED[name].value < 5
    # By hand: 1/2 dR/dcos(theta) a / (2 alpha B) per squared ampere, at 4 Z P / (R + Z)**2 twice.
    ohms, slope = found.resistance, found.resistance / 3
    by_hand = 0.5 * slope * junction.damping_like.x / (2 * 0.01 * 0.03)
    assert size == pytest.approx(by_hand * 8 * 50 / (ohms + 50) ** 2, rel=0.01, abs=0)
    # Linear below a nanowatt.  At 10 nW a cone of 6 degrees slows the layer by half a linewidth,
    # as cone**2 = linear**2 / (1 + (cone**2 / (2 alpha))**2) has it.
    powers = np.array([2e-10, 1e-8, 1e-5])
    volts = np.abs(rectified_voltage(junction, amplitude(powers, ohms), centre))
    linear = (junction.damping_like.x * amplitude(1e-8, ohms) / (2 * 0.01 * 0.03)) ** 2
    square = brentq(lambda x: x * (1 + (x / 0.02) ** 2) - linear, 0, linear)
    assert volts[0] == pytest.approx(size * 2e-10, rel=0.01, abs=0)
    assert volts[1] == pytest.approx(size * 1e-8 * square / linear, rel=0.01, abs=0)
    assert volts[2] < 0.3 * size * 1e-5
    with pytest.raises(ValueError, match="expected some of"):
        unbiased(tmrr=2.0)


def test_a_barrier_that_is_not_ohmic_rectifies_at_all_frequencies():
    """Against the mean voltage over a period of the exact V(I), solved by bisection."""

    def flow(v):
        return 1e-3 * v / (1 + 0.2 * v + 0.5 * v * v)

    bias, size = 0.3, 1e-6
    phase = 2 * np.pi * (np.arange(64) + 0.5) / 64
    wanted = flow(bias) + size * np.cos(phase)
    low, high = np.full(64, 0.0), np.full(64, 0.6)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = np.where(flow(middle) < wanted, (middle, high), (low, middle))
    mean = (low.mean() - bias) / size**2
    assert curvature(flow, bias) / 4 == pytest.approx(mean, rel=1e-3, abs=0)
    junction = diode("oblique")
    plain = rectifier(junction, [1e8, 5e10])
    more = rectifier(junction, [1e8, 5e10], curvature=400.0)
    assert more.rectification - plain.rectification == pytest.approx([100.0, 100.0])
    with pytest.raises(ValueError, match="expected"):
        curvature(lambda v: -v, 0.0)


def test_sensitivity_and_noise():
    junction = diode("in-plane field")
    found = rectifier(junction, [1e9, 3e9])
    power, z = 1e-8, 50.0
    current = amplitude(power, found.resistance)
    volts = found.rectification * current**2
    assert sensitivity(found) == pytest.approx(volts / power)
    assert current**2 == pytest.approx(8 * power * z / (found.resistance + z) ** 2, rel=1e-9, abs=0)
    # Small amplitudes deliver 1/2 I**2 R = P (1 - reflection**2).
    reflected = (found.resistance - z) / (found.resistance + z)
    assert current**2 * found.resistance / 2 == pytest.approx(
        power * (1 - reflected**2), rel=1e-9, abs=0
    )
    johnson = np.sqrt(4 * BOLTZMANN * 300 * found.resistance)
    ratio = noise_equivalent_power(junction, found) * np.abs(sensitivity(found)) / johnson
    assert ratio == pytest.approx([1.0, 1.0])


def test_a_direct_current_makes_the_resistance_heard():
    layer = LAYERS["oblique"]._replace(temperature=300.0)
    junction = diode("oblique", 2e-4)._replace(magnet=layer)
    found = rectifier(junction, [1e9])
    volts = noise_equivalent_power(junction, found) * np.abs(sensitivity(found))
    johnson = 4 * BOLTZMANN * 300 * found.resistance
    assert found.resistance_noise > 0
    share = found.resistance_noise * 4e-8 / johnson
    assert share > 1e-3
    assert volts**2 / johnson - 1 == pytest.approx(share, rel=1e-6, abs=0)


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
    with pytest.raises(ValueError, match="settle"):
        rectified_voltage(diode("oblique"), 1e-5, 1e9, settle=-1.0)
    with pytest.raises(ValueError, match="power"):
        amplitude(-1.0, 50.0)
