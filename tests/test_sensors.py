"""Spin-torque diodes in front of arrays: microwave power to products, against the plain product."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from crossbar import Design, IdealAdc, program
from crossbar.cells.cell import without_deviations
from crossbar.cells.presets import get
from pbits.datasheets import PowerCurve, fed_by, power_curve
from pbits.devices.diode import amplitude, rectified_voltage, rectifier
from pbits.devices.diode_examples import unbiased

RESONANCE = 0.84074e9
POWERS = np.geomspace(1e-10, 1e-6, 15)
WEIGHTS = np.random.default_rng(5).integers(-7, 8, (24, 6))
WEIGHTS[0] = 7  # scales of 1
DESIGN = Design(
    without_deviations(get("sot")), adc=IdealAdc(13), rows=24, columns=12, weight_bits=4,
    input_bits=12,
)  # fmt: skip


@pytest.fixture(scope="module")
def curve():
    return power_curve(unbiased(alpha=0.02), POWERS, RESONANCE, num_periods=4)


@pytest.fixture(scope="module")
def sensing(curve):
    return fed_by(program(jax.random.key(1), WEIGHTS, DESIGN), curve)


def powers(top):
    return np.random.default_rng(6).uniform(0, top, (8, 24))


def test_the_curve_is_that_of_the_diode(curve):
    """Linear response at its foot, the macrospin in time at its points, bent at its top."""
    diode = unbiased(alpha=0.02)
    assert float(curve.volts_at(1e-10)) == pytest.approx(curve.sensitivity * 1e-10, rel=1e-3, abs=0)
    size = amplitude(POWERS[-1], rectifier(diode, RESONANCE).resistance)
    top = rectified_voltage(diode, [size], RESONANCE, num_periods=4)[0]
    assert float(curve.volts_at(1e-6)) == pytest.approx(top, rel=1e-4, abs=0)
    assert abs(top) < 0.3 * abs(curve.sensitivity * 1e-6)


@pytest.mark.parametrize("top", [1e-6, 2e-7])
def test_products_are_those_of_the_voltages(curve, sensing, top):
    """Up to the rounding of inputs, half a code each, where the diodes saturate."""
    volts = np.asarray(curve.volts_at(powers(top)), float)
    found, events = sensing.memory.mvm(curve.volts_at(powers(top)))
    code = np.abs(np.asarray(curve.volts)).max() / (2**11 - 1)
    allowed = 0.5 * code * np.abs(WEIGHTS).sum(0) * (1 + 1e-3)
    assert (np.abs(np.asarray(found) - volts @ WEIGHTS) <= allowed).all()
    assert float(events["cell.read"]) > 0
    # Negative controls: voltages that do not saturate, or are 5 % off.
    for wrong in (curve.sensitivity * powers(top), 1.05 * volts):
        assert (np.abs(np.asarray(found) - wrong @ WEIGHTS) > allowed).any()


def test_small_powers_are_weighted_and_added(curve):
    """Sums of powers by linear response, of a range of their own."""
    small = PowerCurve(curve.powers[:5], curve.volts[:5], curve.sensitivity)
    sensing = fed_by(program(jax.random.key(1), WEIGHTS, DESIGN), small)
    given = powers(float(small.powers[-1]))
    plain = curve.sensitivity * given @ WEIGHTS
    found = np.asarray(sensing.memory.mvm(small.volts_at(given))[0])
    assert np.abs(found - plain).max() < 0.01 * np.abs(plain).max()
    assert sensing.gain * np.abs(small.volts).max() == pytest.approx(
        float(DESIGN.cell.read_voltage), rel=1e-5
    )


def test_voltages_have_derivatives(curve):
    slope = jax.grad(lambda x: curve.volts_at(x * 1e-9))(jnp.float32(25.0))
    by_hand = (curve.volts_at(30e-9) - curve.volts_at(20e-9)) / 10
    assert float(slope) == pytest.approx(float(by_hand), rel=0.01, abs=0)


def test_powers_that_no_curve_has_are_refused(curve):
    for power in (-1e-9, 2e-6, np.nan):
        with pytest.raises(ValueError, match="the curve ends"):
            curve.volts_at([1e-9, power])
    with pytest.raises(ValueError, match="rise"):
        power_curve(unbiased(), [1e-9, 1e-10], RESONANCE)
    nothing = PowerCurve(jnp.arange(2.0), jnp.zeros(2), 0.0)
    with pytest.raises(ValueError, match="above 0"):
        fed_by(program(jax.random.key(1), WEIGHTS, DESIGN), nothing)
