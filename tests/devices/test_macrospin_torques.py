"""Directions, sizes and signs of all torques, without noise, and how results depend on them."""

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import curve_fit

from pbits.devices import macrospin
from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import GAMMA, Magnet, Vector
from pbits.devices.response import mean_gradient
from pbits.devices.simulation import simulate
from pbits.random import seed_key

POLARISER = np.array([0.48, -0.6, 0.64])
START = np.array([0.6, 0.48, -0.64])
ALPHA, DAMPING_LIKE, FIELD_LIKE = 0.3, 0.03, 0.02
ANISOTROPY, FIELD = np.array([0.02, -0.01, 0.1]), np.array([0.03, 0.05, -0.02])


def explicit(angle, damping_like=DAMPING_LIKE, field_like=FIELD_LIKE, asymmetry=1.0, cross=True):
    """Landau and Lifshitz's form, solved in float64; the cross terms can be left out."""
    squared = asymmetry**2
    share = ALPHA if cross else 0.0

    def slope(_, m):
        h = ANISOTROPY * m + FIELD
        a = damping_like * 2 * squared / (squared + 1 + (squared - 1) * (m @ POLARISER))
        across = np.cross(m, POLARISER)
        turn = np.cross(m, h) + ALPHA * np.cross(m, np.cross(m, h))
        turn = turn + (a + share * field_like) * np.cross(m, across)
        turn = turn + (field_like - share * a) * across
        return -turn / (1 + ALPHA**2) / magnets.FIELD

    found = solve_ivp(slope, (0, angle), START, rtol=1e-10, atol=1e-12)
    return found.y[:, -1]


def simulated(angle, step=0.01, drive=1.0, asymmetry=1.0):
    magnet = Magnet(
        1e-18, ALPHA, Vector(*ANISOTROPY), 0.0, Vector(*FIELD), Vector(*DAMPING_LIKE * POLARISER),
        Vector(*FIELD_LIKE * POLARISER), asymmetry,
    )  # fmt: skip
    run = simulate(
        magnet, num_steps=round(angle / step), dt=magnets.turned(step), start=START, drive=[drive]
    )
    return run.final[:, 0]


@pytest.mark.parametrize("angle", [3.0, 10.0])
def test_torques_in_gilberts_form(angle):
    """T12: (a_DL + alpha a_FL) along m x (m x p) and (a_FL - alpha a_DL) along m x p."""
    found = simulated(angle)
    assert found == pytest.approx(explicit(angle), abs=5e-5)
    assert np.max(np.abs(found - explicit(angle, cross=False))) > 0.01
    # Of second order.
    coarse = simulated(angle, step=0.2) - explicit(angle)
    fine = simulated(angle, step=0.1) - explicit(angle)
    assert np.linalg.norm(coarse) / np.linalg.norm(fine) == pytest.approx(4, rel=0.4, abs=0)


@pytest.mark.parametrize("asymmetry", [0.5, 2.0])
@pytest.mark.parametrize("drive", [-1.0, 0.0, 0.7])
def test_angular_efficiency(asymmetry, drive):
    """A current that turns round does not turn the polariser."""
    exact = explicit(6.0, drive * DAMPING_LIKE, drive * FIELD_LIKE, asymmetry)
    assert simulated(6.0, drive=drive, asymmetry=asymmetry) == pytest.approx(exact, abs=5e-5)
    if drive:
        plain = explicit(6.0, drive * DAMPING_LIKE, drive * FIELD_LIKE)
        assert np.max(np.abs(plain - exact)) > 0.01


def test_a_positive_torque_drives_towards_the_polarisation():
    """T12: and a positive field-like torque acts as a field does, to the last bit."""
    for sign in (1.0, -1.0):
        torque = Vector(z=sign * 0.3 * magnets.FIELD)
        run = simulate(
            magnets.easy_axis(40.0, damping_like=torque), num_steps=3000, num_devices=64, seed=1,
            start=[0.1, 0.0, -sign],
        )  # fmt: skip
        assert np.all(sign * run.final[2] > 0.8)
    push = Vector(0.01, -0.02, 0.03)
    like, field = (
        simulate(magnets.easy_axis(3.0, **{name: push}), num_steps=500, num_devices=16, seed=1)
        for name in ("field_like", "field")
    )
    assert np.array_equal(like.final, field.final)


def ringing(magnet, start, axis, field, periods):
    """Frequency and decay rate of small oscillations, 1/s each, and the record."""
    omega = GAMMA * field
    dt = 0.02 / omega
    count = round(2 * np.pi * periods / 0.02)
    run = simulate(magnet, num_steps=8 * (count // 8), record_every=8, dt=dt, start=start)
    seen = np.asarray(run.m[:, axis, 0], np.float64)

    def wave(t, size, rate, turn, phase, middle):
        return size * np.exp(-rate * t) * np.cos(turn * t + phase) + middle

    t = run.times * omega
    best, _ = curve_fit(wave, t, seen, [seen[0], 0.02, 1.0, 0.0, 0.0])
    return abs(best[2]) * omega / (2 * np.pi), best[1] * omega, t / omega, seen


@pytest.mark.parametrize("alpha", [0.005, 0.02])
def test_kittels_frequencies_and_ring_down(alpha):
    """T10: in the plane and out of it."""
    outer, easy, hard = 0.1, 0.02, 0.8
    magnet = Magnet(1e-18, alpha, Vector(easy, 0.0, -hard), 0.0, Vector(x=outer))
    geometric = np.sqrt((outer + easy) * (outer + easy + hard))
    f, decay, t, seen = ringing(magnet, [1.0, 0.01, 0.0], 1, geometric, 30)
    assert f == pytest.approx(GAMMA / (2 * np.pi) * geometric, rel=0.005, abs=0)
    rate = alpha * GAMMA * (outer + easy + hard / 2)
    assert decay == pytest.approx(rate, rel=0.005, abs=0)
    # The width of the line in frequency, from its power at half height.
    trials = np.linspace(f - 1.5 * rate / np.pi, f + 1.5 * rate / np.pi, 1201)
    power = np.abs(np.exp(-2j * np.pi * np.outer(trials, t)) @ (seen * (seen[0] > 0))) ** 2
    wide = trials[power > power.max() / 2]
    if rate * t[-1] > 5:
        assert wide[-1] - wide[0] == pytest.approx(2 * rate / (2 * np.pi), rel=0.03, abs=0)
    axial = Magnet(1e-18, alpha, Vector(z=0.2), 0.0, Vector(z=0.1))
    f, decay, _, _ = ringing(axial, [0.01, 0.0, 1.0], 0, 0.3, 30)
    assert f == pytest.approx(GAMMA / (2 * np.pi) * 0.3, rel=0.005, abs=0)
    assert decay == pytest.approx(alpha * GAMMA * 0.3, rel=0.005, abs=0)


@pytest.mark.parametrize(("delta", "bias"), [(1.0, 0.0), (2.0, 0.2)])
def test_gradients(delta, bias):
    """T22: d<m_z>/di is 2 delta Var(z) in the long run."""
    alpha, count = 0.1, 100_000

    def driven(i):
        torque = Vector(z=i * alpha * magnets.FIELD)
        return magnets.easy_axis(delta, alpha, damping_like=torque)

    found = mean_gradient(
        driven, bias, num_steps=800, num_devices=count, dt=magnets.turned(0.25), seed=5,
        start=magnets.in_equilibrium(delta, count, 3, bias),
    )  # fmt: skip
    law = AxialMagnet(delta, bias)
    exact = 2 * delta * (law.mean(law.centres**2) - law.mean(law.centres) ** 2)
    assert found.error[2] < 0.015 * exact
    assert found.gradient[2] == pytest.approx(exact, rel=0.05, abs=0)
    assert found.mean[2] == pytest.approx(law.mean(law.centres), abs=0.01)
    assert found.gradient[:2] == pytest.approx(np.zeros(2), abs=4 * found.error.max())
    short = mean_gradient(
        driven, bias, num_steps=20, num_devices=count, dt=magnets.turned(0.25), seed=5,
        start=magnets.in_equilibrium(delta, count, 3, bias),
    )  # fmt: skip
    assert short.gradient[2] < 0.8 * exact


def test_forward_differentiation_of_a_short_run():
    """Through the integrator, against finite differences with the same noise."""
    device = jnp.arange(64, dtype=jnp.uint32)
    start = (jnp.zeros(64), jnp.full(64, 0.6), jnp.full(64, 0.8))

    def ended(field):
        magnet = magnets.easy_axis(20.0, field=Vector(x=field))
        given = macrospin.angles(magnet, magnets.turned(0.1))
        return macrospin.advance(seed_key(5), start, given, device, 0, 40)[0]

    value, slope = jax.jvp(ended, (0.02,), (1.0,))
    other = (ended(0.0205) - ended(0.0195)) / 0.001
    assert np.asarray(slope) == pytest.approx(np.asarray(other), rel=0.02, abs=0.02)
    assert np.max(np.abs(value)) > 0.1


@pytest.mark.parametrize("field", ["alpha", "temperature", "moment"])
def test_gradients_of_the_noise_are_refused(field):
    base = magnets.easy_axis(1.0)
    with pytest.raises(ValueError, match="noise"):
        mean_gradient(
            lambda x: base._replace(**{field: x}), getattr(base, field), num_steps=10,
            num_devices=10, seed=1,
        )  # fmt: skip


def test_gradients_of_magnets_that_differ_are_refused():
    base = magnets.easy_axis(1.0)
    with pytest.raises(ValueError, match="equal for all"):
        mean_gradient(
            lambda x: base._replace(field=Vector(z=x + np.zeros(10))), 0.0, num_steps=10,
            num_devices=10, seed=1,
        )  # fmt: skip
