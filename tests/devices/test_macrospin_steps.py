"""What a step may be: errors against its length, and integrators that the same tests reject."""

import magnets
import numpy as np
import pytest
import schemes

from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import Magnet, Vector
from pbits.devices.simulation import safe_step, simulate


def excess(m, delta):
    """Relative error of <1 - m_z^2> and its standard error."""
    law = AxialMagnet(delta)
    exact = law.mean(1 - law.centres**2)
    seen = 1 - np.asarray(m, np.float64)[2] ** 2
    return np.mean(seen) / exact - 1, np.std(seen) / np.sqrt(seen.size) / exact


def ours(delta, alpha, angle, units, count=40_000, seed=1):
    steps = round(units * magnets.unit_time(alpha) / magnets.turned(angle))
    run = simulate(
        magnets.easy_axis(delta, alpha), num_steps=steps, dt=magnets.turned(angle),
        num_devices=count, seed=seed, start=magnets.in_equilibrium(delta, count, seed),
        keep_directions=False,
    )  # fmt: skip
    return run.final


def theirs(scheme, delta, alpha, angle, units, count=10_000, seed=1):
    steps = round(units * (1 + alpha**2) / alpha / angle)
    start = magnets.in_equilibrium(delta, count, seed)
    return schemes.run(scheme, start, steps, angle, alpha, delta, seed)


@pytest.mark.parametrize(
    ("alpha", "angle", "tolerance"),
    [(0.01, 0.1, 0.0), (0.01, 0.25, 0.01), (0.01, 0.5, 0.03), (0.1, 0.25, 0.01), (0.1, 0.5, 0.03)],
)
def test_stationary_error_against_the_step(alpha, angle, tolerance):
    """T16: at delta = 5; the usual step is 0.25 rad, the longest 0.5."""
    error, uncertain = excess(ours(5.0, alpha, angle, 2.0), 5.0)
    assert abs(error) < tolerance + 4 * uncertain


@pytest.mark.parametrize(
    ("scheme", "delta", "alpha", "angle", "units"),
    [
        (schemes.element_wise, 3.0, 0.1, 0.02, 4), (schemes.euler_heun, 3.0, 0.1, 0.25, 4),
        (schemes.spherical_euler, 3.0, 0.1, 0.02, 4), (schemes.too_hot, 3.0, 0.5, 0.05, 4),
        (schemes.heun, 5.0, 0.01, 0.4, 2),
    ],
)  # fmt: skip
def test_wrong_integrators_are_rejected(scheme, delta, alpha, angle, units):
    """The criterion that ours passes at the same damping and step."""
    error, uncertain = excess(theirs(scheme, delta, alpha, angle, units), delta)
    assert abs(error) > 0.03 + 4 * uncertain
    error, uncertain = excess(ours(delta, alpha, angle, units), delta)
    assert abs(error) < 0.03 + 4 * uncertain


def test_the_criterion_accepts_a_right_integrator():
    """Heun's method at short steps, so that not all of `schemes` is wrong for another reason."""
    error, uncertain = excess(theirs(schemes.heun, 3.0, 0.1, 0.05, 4), 3.0)
    assert abs(error) < 0.005 + 4 * uncertain


@pytest.mark.parametrize("scheme", [schemes.element_wise, schemes.spherical_euler])
def test_isotropy_and_cone_reject_them(scheme):
    """T2 and T3."""
    if scheme is schemes.element_wise:
        start = np.tile(np.ones((3, 1)) / np.sqrt(3), 50_000)
        ended = schemes.run(scheme, start, 1, 1e-3, 0.1, 1e-1, 1)
        spread = 2 * 1e-3 * 0.1 / (2 * 1e-1 * 1.01)
        assert np.trace(np.cov(np.asarray(ended))) / spread == pytest.approx(2 / 3, rel=0.03)
    else:
        z = np.asarray(theirs(scheme, 20.0, 0.1, 0.02, 4))[2]
        assert np.mean(1 - z**2) == pytest.approx(0.0257, rel=0.05)


def test_length_is_kept():
    """T16: a million steps in float32."""
    magnet = magnets.easy_axis(2.0)
    run = simulate(magnet, num_steps=1_000_000, num_devices=16, seed=1, keep_directions=False)
    length = np.sqrt(np.sum(run.final.astype(np.float64) ** 2, axis=0))
    assert length == pytest.approx(np.ones(16), abs=1e-6)


def test_a_long_step_is_refused_with_one_that_is_safe():
    magnet = magnets.easy_axis(3.0)
    with pytest.raises(ValueError, match="is safe"):
        simulate(magnet, num_steps=1, dt=5 * safe_step(magnet))
    skewed = magnets.easy_axis(3.0, damping_like=Vector(z=0.05), asymmetry=3.0)
    assert safe_step(skewed) < 0.3 * safe_step(magnet)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"start": np.ones((2, 3))}, "expected"), ({"start": [0, 0, 0]}, "no length"),
        ({"record_every": 3}, "multiple"), ({"drive": [1.0, 2.0]}, "drive"),
        ({"dt": -1e-12}, "dt"),
    ],
)  # fmt: skip
def test_bad_runs_are_refused(more, message):
    with pytest.raises(ValueError, match=message):
        simulate(magnets.easy_axis(3.0), num_steps=10, **more)
    with pytest.raises(ValueError, match="nothing moves"):
        safe_step(Magnet(1e-18, 0.1, Vector(), 0.0))
