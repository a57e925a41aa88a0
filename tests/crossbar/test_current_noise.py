"""Noise of currents: its limits, and that it adds as powers."""

import numpy as np
import pytest
from scipy.constants import e, k

from crossbar.current_noise import thermal_noise, tunnel_noise


def test_thermal_noise_is_nyquists():
    assert thermal_noise(1e-3, 1e6, 290.0) == pytest.approx(
        np.sqrt(4 * k * 290.0 * 1e-3 * 1e6), rel=1e-12
    )
    assert thermal_noise(1e-3, 0.0) == 0


def test_noise_of_cells_adds_as_powers():
    conductances = np.array([1e-6, 5e-6, 2e-4])
    each = thermal_noise(conductances, 1e6)
    assert np.sqrt((each**2).sum()) == pytest.approx(thermal_noise(conductances.sum(), 1e6))


@pytest.mark.parametrize("sign", [-1, 1])
def test_junctions_go_from_thermal_to_shot_noise(sign):
    assert tunnel_noise(1e-5, sign * 1e-6, 1e6) == pytest.approx(thermal_noise(1e-5, 1e6), rel=1e-6)
    assert tunnel_noise(1e-5, sign * 1.0, 1e6) == pytest.approx(
        np.sqrt(2 * e * 1e-5 * 1.0 * 1e6), rel=1e-6
    )


def test_noise_grows_with_voltage():
    assert (np.diff(tunnel_noise(1e-5, np.linspace(0, 0.5, 50), 1e6)) > 0).all()
    # Thermal and shot noise added up would be too much, where both count.
    at = 2 * k * 300 / e
    both = np.sqrt(thermal_noise(1e-5, 1e6) ** 2 + 2 * e * 1e-5 * at * 1e6)
    assert tunnel_noise(1e-5, at, 1e6) < 0.95 * both


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: thermal_noise(-1.0, 1e6), "conductance"),
        (lambda: thermal_noise(1.0, -1e6), "bandwidth"),
        (lambda: tunnel_noise(1.0, 0.1, 1e6, 0.0), "temperature"),
    ],
)
def test_impossible_values_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
