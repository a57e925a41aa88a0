"""Junctions under currents of both signs, against the Landau-Lifshitz equation in float64."""

import numpy as np
import pytest
from scipy.constants import e, hbar
from scipy.integrate import solve_ivp

from pbits.devices.junction import Junction
from pbits.devices.macrospin import GAMMA
from pbits.devices.simulation import simulate

START = np.array([0.6, 0.48, -0.64])
TIME = 3e-10


def explicit(layer, anisotropy, polariser, current, asymmetry):
    """m after TIME: a_DL = hbar eta I / (2 e Ms V), eta = 2 P L^2 / (L^2 + 1 + (L^2 - 1) m.p)."""
    alpha, squared = layer.alpha, asymmetry**2

    def slope(_, m):
        eta = 2 * layer.polarisation * squared / (squared + 1 + (squared - 1) * (m @ polariser))
        a = hbar * eta * current / (2 * e * layer.moment)
        field = np.cross(m, anisotropy * m)
        torque = np.cross(m, np.cross(m, a * polariser))
        # Gilbert's form solved for dm/dt.
        turned = field + alpha * np.cross(m, field)
        turned = turned + torque - alpha * np.cross(m, a * polariser)
        return -GAMMA / (1 + alpha**2) * turned

    return solve_ivp(slope, (0, TIME), START, rtol=1e-10, atol=1e-12).y[:, -1]


@pytest.mark.parametrize("orientation", ["perpendicular", "in-plane"])
@pytest.mark.parametrize("asymmetry", [0.6, 1.0, 1.8])
@pytest.mark.parametrize(("sign", "drive"), [(1, 1.0), (-1, 1.0), (1, -1.0), (-1, -1.0), (-1, 0.5)])
def test_currents_of_both_signs(orientation, asymmetry, sign, drive):
    """The sign is in the current or in the drive, or in both; the polariser stays."""
    layer = Junction(
        1e6, 0.1, 1e-9, diameter=20e-9, polarisation=0.6, asymmetry=asymmetry,
        orientation=orientation, perpendicular_field=0.3 if orientation[0] == "p" else -0.3,
        **({} if orientation[0] == "p" else {"inplane_field": 0.05}),
    )  # fmt: skip
    current = sign * 2e-5
    magnet = layer.magnet(current=current)._replace(temperature=0.0)
    steps = 6000
    found = simulate(
        magnet, num_steps=steps, dt=TIME / steps, start=START, drive=[drive], seed=1
    ).final[:, 0]
    polariser = np.array([0.0, 0.0, 1.0] if orientation[0] == "p" else [1.0, 0.0, 0.0])
    anisotropy = np.array([float(part) for part in magnet.anisotropy])
    exact = explicit(layer, anisotropy, polariser, drive * current, asymmetry)
    assert found == pytest.approx(exact, abs=3e-4)
    # The test sees a current, its sign, and a polariser that turns round with it.
    for other in (0.0, -drive * current):
        wrong = explicit(layer, anisotropy, polariser, other, asymmetry)
        assert np.max(np.abs(found - wrong)) > 1e-2
    if asymmetry != 1:
        turned = explicit(layer, anisotropy, polariser, drive * current, 1 / asymmetry)
        assert np.max(np.abs(found - turned)) > 1e-2
