"""The stochastic LLG equation against exact laws: Fokker-Planck in one and two dimensions."""

import magnets
import numpy as np
import pytest
from scipy import stats

from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import BOLTZMANN, Magnet, Vector, diffusion
from pbits.devices.simulation import simulate
from pbits.devices.sphere import SphericalMagnet

LEAST_P = 1e-4


def ended(magnet, angle, radians, count, seed, start=None):
    """Directions [3, count] after so many radians of precession, in steps of `angle`."""
    steps, dt = round(radians / angle), magnets.turned(angle)
    run = simulate(
        magnet, num_steps=steps, dt=dt, num_devices=count, seed=seed, start=start,
        keep_directions=False,
    )  # fmt: skip
    return run.final.astype(np.float64)


@pytest.mark.parametrize(
    ("delta", "bias"), [(0.5, 0), (1, 0), (2, 0), (3, 0), (5, 0), (1, 0.2), (3, 0.2)]
)
def test_any_start_ends_in_boltzmanns_law(delta, bias):
    """T1: <m_z^2> and the whole distribution, from an even start on the sphere."""
    magnet = magnets.easy_axis(delta, field=Vector(z=bias * magnets.FIELD))
    count = 20_000
    z = ended(magnet, 0.2, 1000, count, 3)[2]
    law = AxialMagnet(delta, bias)
    exact = law.mean(law.centres**2)
    error = np.sqrt((law.mean(law.centres**4) - exact**2) / count)
    assert np.mean(z**2) == pytest.approx(exact, abs=max(4 * error, 0.005 * exact))
    assert stats.kstest(z, magnets.cumulative(law)).pvalue > LEAST_P
    # The test sees a barrier that is 8 % lower.
    assert stats.kstest(z, magnets.cumulative(AxialMagnet(0.9 * delta - 0.1, bias))).pvalue < 1e-3


def test_noise_is_isotropic_about_the_diagonal():
    """T2: one step from (1, 1, 1), and no barrier in the long run."""
    count, spread = 200_000, 0.002
    magnet = Magnet(1e-19, 0.1, Vector())
    dt = spread / (2 * float(diffusion(magnet)))
    m = np.ones(3) / np.sqrt(3)
    one = simulate(magnet, num_steps=1, dt=dt, num_devices=count, seed=4, start=m).final
    tangent = np.eye(3) - np.outer(m, m)
    assert np.cov(one) / spread == pytest.approx(tangent, abs=0.02)
    late = simulate(magnet, num_steps=2500, dt=dt, num_devices=20_000, seed=4, start=m)
    # Variance of m_i^2 is 4/45.
    assert late.square[0] == pytest.approx(np.full(3, 1 / 3), abs=4 * np.sqrt(4 / 45 / 20_000))


def test_a_high_barrier_leaves_a_thin_cone():
    """T3: from the pole, so that all heat comes from the noise; without its Jacobian 0.0257."""
    z = ended(magnets.easy_axis(20.0), 0.1, 60, 100_000, 5, start=[0, 0, 1])[2]
    assert np.mean(1 - z**2) == pytest.approx(0.0514, rel=0.015, abs=0)


def test_free_diffusion():
    """T4: alpha 0.01, 1.1e6 A/m, 30 x 30 x 2 nm^3, 300 K decays in 135.75 ns."""
    magnet = Magnet(1.1e6 * 30e-9 * 30e-9 * 2e-9, 0.01, Vector())
    found = simulate(
        magnet, num_steps=260, dt=1e-9, record_every=10, num_devices=20_000, seed=6,
        start=[0, 0, 1], keep_directions=False,
    )  # fmt: skip
    exact = np.exp(-2 * float(diffusion(magnet)) * found.times)
    rms = np.sqrt(np.mean((found.mean[:, 2] - exact) ** 2))
    assert rms < 0.006
    slope = np.polyfit(found.times, np.log(found.mean[:, 2]), 1)[0]
    assert -1 / slope == pytest.approx(135.75e-9, rel=0.02, abs=0)


def test_a_public_test_of_another_code():
    """T5: `test/rk4temperature.mx3` of mumax3 expects 0.8366(10) after 5 ns."""
    moment, barrier, kelvin = 1e6 * 1e-24, 2500 * 1e-24, 100.0
    magnet = Magnet(moment, 0.1, Vector(z=2 * barrier / moment), kelvin)
    found = simulate(
        magnet, num_steps=250, dt=2e-11, num_devices=200_000, seed=7, start=[0, 0, 1],
        keep_directions=False,
    )  # fmt: skip
    law = AxialMagnet(barrier / (BOLTZMANN * kelvin), num_cells=8000)
    start = np.zeros(law.num_cells)
    start[-1] = 1
    path = law.evolve(start, [5e-9 * float(diffusion(magnet))], steps_per_interval=500)
    assert path[0] @ law.centres == pytest.approx(0.8370, abs=3e-4)
    assert found.mean[0, 2] == pytest.approx(0.8370, abs=0.002)


@pytest.mark.parametrize(("delta", "rate"), [(1.0, 0.653140), (3.0, 0.0785671)])
def test_relaxation_rates(delta, rate):
    """T6: the slope of the autocorrelation of m_z."""
    magnet, count = magnets.easy_axis(delta), 300_000
    relaxation = magnets.unit_time(0.1) / rate
    every = round(0.3 * relaxation / magnets.turned(0.2))
    start = magnets.in_equilibrium(delta, count, 8)
    found = simulate(
        magnet, num_steps=4 * every, record_every=every, dt=magnets.turned(0.2),
        num_devices=count, seed=8, start=start,
    )  # fmt: skip
    # Lag against lag: what decays faster is over at the first.
    correlation = (found.m[:, 2] * start[2]).mean(axis=1)
    slope = np.polyfit(found.times, np.log(correlation), 1)[0]
    assert -slope * magnets.unit_time(0.1) == pytest.approx(rate, rel=0.03, abs=0)


@pytest.mark.parametrize(("delta", "bias", "mean"), [(2.0, 0.2, 0.38968), (4.0, 0.3, 0.84830)])
def test_spin_torque_along_the_easy_axis(delta, bias, mean):
    """T13: the law of a field, and the hyperbolic tangent of the thresholded magnet."""
    alpha = 0.1
    torque = Vector(z=bias * alpha * magnets.FIELD)
    z = ended(magnets.easy_axis(delta, alpha, damping_like=torque), 0.15, 800, 40_000, 9)[2]
    assert np.mean(z) == pytest.approx(mean, abs=0.005 + 3 * np.std(z) / 200)
    rest = AxialMagnet(delta)
    signs = np.tanh(2 * delta * rest.mean(np.abs(rest.centres)) * bias)
    assert np.mean(np.sign(z)) == pytest.approx(signs, abs=0.0053 + 4 / 200)


@pytest.mark.parametrize(("kappa", "size"), [(10.0, 24.9), (40.0, 58.5)])
def test_spin_torque_in_the_plane_of_a_disk(kappa, size):
    """T14: half held, and as the Fokker-Planck equation in two dimensions has it."""
    alpha = 0.1
    torque = Vector(x=size * alpha * magnets.FIELD / (2 * kappa))
    x = ended(magnets.easy_plane(kappa, alpha, damping_like=torque), 0.2, 600, 20_000, 10)[0]
    exact = SphericalMagnet((0.0, 0.0, kappa), alpha, torque=(size, 0.0, 0.0), degree=56).mean(0)
    assert np.mean(x) == pytest.approx(exact, abs=0.006 + 3 * np.std(x) / np.sqrt(20_000))
    assert np.mean(x) == pytest.approx(0.5, rel=0.05, abs=0)


def test_runs_replay_and_go_on():
    magnet = magnets.easy_axis(3.0)
    whole = simulate(magnet, num_steps=40, record_every=10, num_devices=300, seed=1)
    first = simulate(magnet, num_steps=20, record_every=10, num_devices=300, seed=1)
    second = simulate(
        magnet, num_steps=20, record_every=10, num_devices=300, seed=1, start=first.final,
        first_step=first.num_steps,
    )  # fmt: skip
    assert np.array_equal(whole.final, second.final)
    assert np.array_equal(whole.m, np.concatenate([first.m, second.m]))
    assert whole.times == pytest.approx(np.concatenate([first.times, second.times]))
    other = simulate(magnet, num_steps=40, record_every=10, num_devices=300, seed=2)
    assert not np.array_equal(whole.final, other.final)
