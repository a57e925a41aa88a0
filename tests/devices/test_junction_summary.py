"""A junction as a p-bit: times, I50 and autocorrelation against closed forms and known numbers."""

import dataclasses

import numpy as np
import pytest
from scipy.optimize import brentq

from pbits.devices import presets, summary
from pbits.devices.axial import AxialMagnet
from pbits.devices.junction import Junction
from pbits.devices.sphere import SphericalMagnet

# Published decay rates of uniaxial magnets, lambda_1 t_D, by barrier.
EXACT = {3.0: 0.0785671, 10.0: 1.44108e-4, 20.0: 9.858e-9, 40.0: 2.95451e-17}


def uniaxial(delta, alpha=0.01, **more):
    layer = Junction(1e6, alpha, 1e-9, diameter=20e-9, perpendicular_field=0.1, **more)
    return layer.replace(perpendicular_field=0.1 * delta / layer.barrier().coherent)


@pytest.mark.parametrize("delta", EXACT)
def test_correlation_and_dwell_times(delta):
    layer = uniaxial(delta)
    unit = (1 + 0.01**2) / (0.01 * 1.76085963e11 * float(layer.easy_field()))
    times = summary.times(layer)
    assert times.correlation == pytest.approx(unit / EXACT[delta], rel=1e-3, abs=0)
    assert times.dwell_up == pytest.approx(2 * times.correlation, rel=1e-6, abs=0)
    assert times.dwell_down == pytest.approx(2 * times.correlation, rel=1e-6, abs=0)


def test_dwell_times_under_a_current():
    """Rates 1 / dwell add up to 1 / correlation time, and balance the occupation."""
    layer = uniaxial(12.0)
    times = summary.times(layer, 0.05 * layer.critical_current().to_parallel)
    up, down = 1 / times.dwell_up, 1 / times.dwell_down
    assert up + down == pytest.approx(1 / times.correlation)
    assert (down - up) / (down + up) == pytest.approx(times.mean_sign, rel=1e-5, abs=0)
    assert times.mean_sign == pytest.approx(np.tanh(2 * 12 * 0.05), abs=0.06)


def test_rates_agree_where_the_two_methods_meet():
    below, above = uniaxial(9.99), uniaxial(10.01)
    fields = [float(layer.easy_field()) for layer in (below, above)]
    found = [summary.times(layer).correlation for layer in (below, above)]
    assert found[1] * fields[1] / (found[0] * fields[0]) == pytest.approx(1.019, abs=2e-3)


def test_half_current():
    free = presets.get("pma-low-barrier")
    # <sgn m_z> = tanh(s / 2) of a free magnet.
    assert summary.half_current(free) == pytest.approx(
        2 * np.arctanh(0.5) * free.thermal_current, rel=2e-3
    )
    layer = uniaxial(4.0)
    bias = brentq(lambda i: AxialMagnet(4.0, i).mean_sign() - 0.5, 0, 1)
    expected = bias * layer.critical_current().to_parallel
    assert summary.half_current(layer) == pytest.approx(expected, rel=2e-3, abs=0)


def test_the_easy_plane_disk_dephases():
    """Published for this disk: half in 148 ps, integral 159 ps."""
    disk = presets.get("easy-plane-disk")
    assert summary.times(disk).correlation == pytest.approx(159e-12, rel=5e-3, abs=0)
    assert summary.times(disk).dwell_up is None
    seconds = np.linspace(0, 400e-12, 41)
    decay = summary.autocorrelation(disk, seconds)
    assert np.interp(-0.5, -decay, seconds) == pytest.approx(148e-12, rel=5e-3, abs=0)


def test_laws_that_are_not_resolved_are_not_told():
    disk = presets.get("easy-plane-disk")
    with pytest.raises(ValueError, match="use the macrospin"):
        summary.times(disk, 4e-4)
    assert np.isnan(summary.transfer(disk, [4e-4])[0])
    stiff = disk.replace(diameter=100e-9)
    with pytest.raises(ValueError, match="more than harmonics resolve"):
        summary.times(stiff)


def test_autocorrelation_of_a_slow_magnet():
    layer = uniaxial(5.0)
    tau = summary.times(layer).correlation
    decay = summary.autocorrelation(layer, np.linspace(0, 3 * tau, 31))
    # All but the motion within the wells decays with tau.
    assert decay[-1] / decay[10] == pytest.approx(np.exp(-2), rel=1e-3, abs=0)
    assert 0.9 < decay[10] / np.exp(-1) < 1


def joules(value, rel=1e-6):
    """Approximately; pytest's absolute tolerance is above any energy here."""
    return pytest.approx(value, rel=rel, abs=0)


def test_energy():
    layer = uniaxial(5.0, resistance_area=10e-12, tmr=1.0)
    energy = summary.energy_per_bit(layer, 1e-8)
    conductance = layer.parallel_conductance * 0.75
    assert energy.per_correlation == joules(0.01 * conductance * 1e-8)
    assert energy.per_independent == joules(4 * energy.per_correlation)
    assert "assumed" in energy.assumption


@pytest.mark.parametrize("sign", [1, -1])
def test_energy_at_a_current_is_that_of_the_state_it_holds(sign):
    """I^2 <R>: nearly R_P where the current holds the parallel state, R_AP in the other."""
    layer = uniaxial(20.0, resistance_area=10e-12, tmr=1.0, half_voltage=0.5)
    current = sign * 0.5 * layer.critical_current().to_parallel
    energy = summary.energy_per_bit(layer, 1e-8, current)
    held = current / float(layer.voltage(sign, current))
    assert energy.per_correlation == joules(current**2 / held * 1e-8, rel=0.04)


def test_means_of_functions_agree_between_the_laws():
    layer = uniaxial(3.0, alpha=0.1)
    for current in (0.0, 1e-6):
        axial, sphere = layer.axial(current), layer.harmonics(current=current, degree=40)
        function = lambda z: 1 / (1.5 + z)  # noqa: E731
        assert sphere.mean_over(function) == pytest.approx(
            axial.mean_over(function), rel=1e-5, abs=0
        )
        assert sphere.mean_over(np.ones_like) == pytest.approx(1, abs=1e-12)


def test_in_plane_times_are_converged():
    """1.7 times the harmonics, 0.5 %; what means of the long run need is 3 % off."""
    layer = presets.get("in-plane-easy-axis")
    times, coarse = summary.times(layer), summary.law_of(layer)
    assert isinstance(coarse, SphericalMagnet)
    finer = dataclasses.replace(coarse, degree=210)
    exact = finer.correlation_time(2)
    assert times.correlation * layer.diffusion == pytest.approx(exact, rel=5e-3, abs=0)
    assert coarse.correlation_time(2) > 1.03 * exact
    assert times.dwell_up == pytest.approx(times.dwell_down, rel=1e-6, abs=0)
    # Motion within the states takes a few per cent from the integral.
    assert 2 * times.correlation < times.dwell_up < 2.2 * times.correlation


@pytest.mark.parametrize("share", [0.5, -0.5])
def test_dwells_far_from_balance(share):
    """Rates add up and balance, where one of the occupations is lost in the rounding of 1."""
    layer = uniaxial(60.0)
    times = summary.times(layer, share * layer.critical_current().to_parallel)
    assert times.dwell_up > 0 < times.dwell_down
    longer, shorter = sorted((times.dwell_up, times.dwell_down))[::-1]
    assert (times.dwell_up > times.dwell_down) == (share > 0)
    assert shorter == pytest.approx(times.correlation, rel=1e-6, abs=0)
    # Brown's rates: barriers delta (1 +- i)**2, prefactors as 1 -+ i.
    expected = 4 * 60 * 0.5 - np.log((1 + 0.5) / (1 - 0.5))
    assert np.log(longer / shorter) == pytest.approx(expected, rel=2e-3, abs=0)


def test_above_the_threshold_there_is_one_state():
    layer = uniaxial(20.0)
    times = summary.times(layer, 1.2 * layer.critical_current().to_parallel)
    assert times.dwell_up is None
    assert times.dwell_down is None
    assert times.mean_sign > 0.999


def test_times_of_a_warmer_magnet_scale_with_its_own_diffusion():
    """Without a barrier 1 / (2 D) at the temperature and magnetisation of the drive."""
    free = presets.get("pma-low-barrier", thermal_resistance=2e8, curie_temperature=900.0,
                       anisotropy_exponent=2.0)  # fmt: skip
    current = 1e-5
    drive = free.operating(current)
    kelvin = float(drive.temperature)
    assert kelvin > 400
    still = free.replace(temperature=kelvin, thermal_resistance=0.0)
    warm = summary.times(free, current).correlation
    assert warm == pytest.approx(summary.times(still, current).correlation, rel=1e-6, abs=0)
    assert warm < 0.95 * summary.times(free.replace(thermal_resistance=0.0), current).correlation
