"""Differentiable means and times of the axial magnet against the float64 Fokker-Planck equation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits.devices.axial import AxialMagnet
from pbits.devices.axial_law import (
    axial_law,
    correlation_time,
    mean_spin,
    passage_time,
    slowest_rate,
)
from pbits.devices.axial_pbit import AxialComparator, AxialPBit
from pbits.devices.passage import escape_rate, hysteresis_dwell

POINTS = [(1e-3, 0.5), (1.0, 0.0), (1.0, 0.4), (3.0, -0.2), (6.0, 0.1), (10.0, 0.3)]


def exact_time(delta, bias, level=0.0):
    """Integral of the autocorrelation of sgn(m_z + level) by the truth's modes."""
    law = AxialMagnet(delta, bias, 800)
    decays, vectors = law.modes
    shares = (vectors.T @ (np.sqrt(law.stationary) * np.sign(law.centres + level)))[1:] ** 2
    return np.sum(shares / decays[1:]) / shares.sum()


def exact_rate(delta, bias):
    return AxialMagnet(delta, bias).eigenvalues()[1]


def exact_mean(delta, bias):
    law = AxialMagnet(delta, bias, 20_000)
    return law.mean(np.sign(law.centres))


@pytest.mark.parametrize(("delta", "bias"), POINTS)
def test_values(delta, bias):
    law = axial_law(delta, bias)
    assert float(mean_spin(law)) == pytest.approx(exact_mean(delta, bias), abs=1e-5)
    assert float(slowest_rate(law)) == pytest.approx(exact_rate(delta, bias), rel=2e-4, abs=0)
    assert float(correlation_time(law)) == pytest.approx(exact_time(delta, bias), rel=1e-3, abs=0)
    for level in (0.3, -0.6):
        found = float(correlation_time(law, level))
        assert found == pytest.approx(exact_time(delta, bias, level), rel=5e-3, abs=0)
    dwell = hysteresis_dwell(delta, bias) / (2 * delta)
    assert float(passage_time(law, -0.5, 0.5)) == pytest.approx(dwell, rel=1e-4, abs=0)


@pytest.mark.parametrize(("delta", "bias"), POINTS[1:])
@pytest.mark.parametrize(
    ("quantity", "exact", "error"),
    [(mean_spin, exact_mean, 1e-4), (slowest_rate, exact_rate, 1e-3),
     (correlation_time, exact_time, 2e-3)],
)  # fmt: skip
def test_slopes_are_those_of_finite_differences(delta, bias, quantity, exact, error):
    """In barrier and bias, of the truth in float64; jitted."""
    found = jax.jit(jax.grad(lambda d, b: quantity(axial_law(d, b)), (0, 1)))(delta, bias)
    h = 1e-3
    in_delta = (exact(delta + h, bias) - exact(delta - h, bias)) / (2 * h)
    in_bias = (exact(delta, bias + h) - exact(delta, bias - h)) / (2 * h)
    scale = abs(in_delta) + abs(in_bias)
    assert [float(x) for x in found] == pytest.approx([in_delta, in_bias], abs=error * scale + 3e-6)


@pytest.mark.parametrize(("delta", "bias"), [(20.0, 0.6), (40.0, 0.3), (60.0, 0.1), (60.0, 0.0)])
def test_barriers_that_float32_could_cancel(delta, bias):
    """Against first-passage rates, 0.04 % from a barrier of 10 on."""
    rate = 2 * delta * (escape_rate(delta, bias) + escape_rate(delta, -bias))
    remaining = delta * (1 - abs(bias)) ** 2
    error = 1e-3 if remaining > 10 else 0.1
    assert float(slowest_rate(axial_law(delta, bias))) == pytest.approx(rate, rel=error, abs=0)


def test_relaxation_of_a_pbit_in_its_own_units():
    pbit = AxialPBit(3.0, 2e9, critical=1e-5, offset=2e-6)
    for current in (2e-6, 5e-6):
        bias = (current - 2e-6) / 1e-5
        exact = exact_rate(3.0, bias) * 2e9
        assert float(pbit.relaxation_rate(current)) == pytest.approx(exact, rel=2e-4, abs=0)
        dwells = [hysteresis_dwell(3.0, s * bias) / (6 * 2e9) for s in (1, -1)]
        assert float(pbit.mean_dwell(current)) == pytest.approx(np.mean(dwells), rel=1e-4, abs=0)
    slope = jax.grad(lambda d: AxialPBit(d, 2e9).relaxation_rate(0.1))(3.0)
    finite = 1e3 * (exact_rate(3.0005, 0.1) - exact_rate(2.9995, 0.1)) * 2e9
    assert float(slope) == pytest.approx(finite, rel=1e-3, abs=0)
    assert np.isnan(np.asarray(AxialPBit(5.0, 1e9).relaxation_rate(jnp.array([1.2, -1.0])))).all()
    assert np.isnan(float(AxialPBit(60.0, 1e9).relaxation_rate(0.5)))


def test_barriers_and_inputs_broadcast():
    deltas = np.array([0.5, 1.0, 3.0])
    many = AxialPBit(deltas, 1e9)
    times = jnp.array([1e-10, 5e-10, 1e-9])
    for method in ("transfer", "correlation_time", "relaxation_rate", "mean_dwell"):
        single = [float(getattr(AxialPBit(d, 1e9), method)(0.1)) for d in deltas]
        assert np.asarray(getattr(many, method)(0.1)) == pytest.approx(single, rel=1e-5, abs=0)
    single = [
        float(AxialPBit(d, 1e9).autocorrelation(t, 0.1)) for d, t in zip(deltas, times, strict=True)
    ]
    assert np.asarray(many.autocorrelation(times, 0.1)) == pytest.approx(single, rel=1e-5, abs=0)
    assert np.asarray(jax.jit(many.autocorrelation)(times, 0.1)) == pytest.approx(
        single, rel=1e-5, abs=0
    )
    run = many.sample(np.tile(0.2, (4000, 3)), dt=1e-9, num_samples=2, seed=1)
    expected = np.asarray(many.transfer(0.2))
    assert run.spins[-1].mean(axis=0) == pytest.approx(expected, abs=4 / np.sqrt(4000))
    levels = jnp.array([-0.4, 0.0, 0.4])
    comparator = AxialComparator(many, 0.1)
    single = [
        float(AxialComparator(AxialPBit(d, 1e9), 0.1).transfer(v))
        for d, v in zip(deltas, levels, strict=True)
    ]
    assert np.asarray(comparator.transfer(levels)) == pytest.approx(single, rel=1e-5, abs=0)
