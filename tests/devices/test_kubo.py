"""The easy-plane p-bit against the stochastic LLG equation and against its own samples."""

from functools import cache

import jax
import magnets
import numpy as np
import pytest

from pbits.devices.kubo import EasyPlane, double_layer, easy_plane
from pbits.devices.macrospin import Magnet, Vector
from pbits.devices.simulation import simulate

# Ms in A/m, diameter and thickness in nm, hard-axis field in T, damping, half time in ps (T8).
DISKS = {
    "low damping": (8e5, 40, 1.5, 0.8, 0.01, 148),
    "high damping": (8e5, 40, 1.5, 0.8, 0.1, 208),
    "large": (8e5, 100, 2.0, 0.9, 0.01, 433),
}
COUNT = 20_000


def moment(ms, diameter, thickness):
    return ms * np.pi / 4 * diameter**2 * thickness * 1e-27


@cache
def seen(name):
    """Simulated: times, phases of m relative to the start [k, devices], and the model."""
    ms, diameter, thickness, field, alpha, half = DISKS[name]
    size = moment(ms, diameter, thickness)
    rng = np.random.default_rng(1)
    phase = rng.uniform(0, 2 * np.pi, COUNT)
    out = rng.normal(size=COUNT) * np.sqrt(magnets.THERMAL / (size * field))
    across = np.sqrt(1 - out**2)
    start = np.stack([across * np.cos(phase), across * np.sin(phase), out])
    dt = magnets.turned(0.2, field)
    every = max(1, round(half * 1e-12 / 12 / dt))
    found = simulate(
        Magnet(size, alpha, Vector(0.0, 0.0, -field)), num_steps=30 * every, dt=dt,
        record_every=every, num_devices=COUNT, seed=2, start=start,
    )  # fmt: skip
    angles = np.arctan2(found.m[:, 1], found.m[:, 0])
    return found.times, angles, phase, easy_plane(size, field, alpha)


@pytest.mark.parametrize("name", DISKS)
def test_direction_forgets_as_the_macrospin_does(name):
    """T8: half time to 3 %, autocorrelation to 0.02."""
    times, angles, phase, disk = seen(name)
    simulated = np.cos(angles - phase).mean(axis=1)
    model = np.asarray(disk.direction_autocorrelation(times))
    assert np.abs(simulated - model).max() < 0.02
    halves = [np.interp(-0.5, -np.append(1, c), np.append(0, times)) for c in (simulated, model)]
    assert halves[1] == pytest.approx(halves[0], rel=0.03, abs=0)
    assert halves[1] == pytest.approx(DISKS[name][5] * 1e-12, rel=0.005, abs=0)


@pytest.mark.parametrize("name", ["low damping", "high damping"])
def test_bits_forget_as_the_macrospin_does(name):
    times, angles, phase, disk = seen(name)
    # A phase common to both makes each device as good as an average over all of them.
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    for level in (0.0, 0.4):
        bits = [np.where(np.cos(a + turns[:, None]) > -level, 1, -1) for a in (phase, angles[9])]
        mean = float(disk.transfer(level))
        covariance = np.mean(bits[0] * bits[1]) - mean**2
        model = float(disk.autocorrelation(times[9], level))
        assert model == pytest.approx(covariance / (1 - mean**2), abs=0.025)


def test_damping_leaves_the_model_testable():
    """Negative control: a purely Gaussian or purely exponential decay is rejected."""
    times, angles, phase, disk = seen("high damping")
    simulated = np.cos(angles - phase).mean(axis=1)
    w, g = float(disk.turning), float(disk.damping)
    for wrong in (np.exp(-((w * times) ** 2) / 2), np.exp(-times * w * w / g)):
        assert np.abs(simulated - wrong).max() > 0.05


def test_the_law_of_m_x_is_an_arcsine():
    disk = easy_plane(moment(8e5, 40, 1.5), 0.8, 0.01)
    levels = np.array([-1.5, -0.9, -0.3, 0.0, 0.6, 1.2])
    spins = disk.sample(np.repeat(levels, 4000), dt=3e-10, num_samples=3, seed=3).spins
    means = spins[-1].reshape(6, 4000).mean(axis=1)
    error = 4 / np.sqrt(4000)
    assert means == pytest.approx(2 / np.pi * np.arcsin(np.clip(levels, -1, 1)), abs=error)
    assert np.all(spins[:, :4000] == -1)


@pytest.mark.parametrize("split", [1, 10])
def test_samples_follow_the_model_at_any_interval(split):
    """The propagator is exact: ten steps are one."""
    disk = easy_plane(moment(8e5, 40, 1.5), 0.8, 0.1)
    devices, gap = 40_000, 1.2e-10
    spins = disk.sample(np.zeros(devices), dt=gap / split, num_samples=2 * split + 1, seed=4).spins
    for lag in (1, 2):
        found = np.mean(spins[0] * spins[lag * split].astype(float))
        exact = float(disk.autocorrelation(lag * gap))
        assert found == pytest.approx(exact, abs=4 / np.sqrt(devices))


def test_dwells_by_rice():
    """Flips counted in fine samples of a disk whose phase does not diffuse."""
    disk = EasyPlane(turning=1e10, damping=1e8)
    run = disk.sample(np.zeros(2000), dt=2e-12, num_samples=500, seed=5)
    flips = np.sum(run.spins[1:] != run.spins[:-1])
    assert 2000 * 499 * 2e-12 / flips == pytest.approx(float(disk.mean_dwell()), rel=0.04, abs=0)


def test_correlation_time_is_the_integral():
    disk = easy_plane(moment(8e5, 40, 1.5), 0.8, 0.1)
    times = np.linspace(0, 3e-9, 30001)
    for level in (0.0, 0.7):
        exact = np.trapezoid(np.asarray(disk.autocorrelation(times, level)), times)
        assert float(disk.correlation_time(level)) == pytest.approx(exact, rel=2e-3, abs=0)


def test_two_free_layers_forget_twice():
    """The angle between two simulated disks, neither of which knows the other."""
    times, angles, phase, disk = seen("low damping")
    between = (angles - phase)[:, : COUNT // 2] - (angles - phase)[:, COUNT // 2 :]
    model = np.asarray(double_layer(disk).direction_autocorrelation(times))
    assert np.abs(np.cos(between).mean(axis=1) - model).max() < 0.025


def test_memory_of_one_disk_lasts_longer_than_its_correlation():
    """Given m_z, the phase is known until about (w**2 G)**(-1/3): damping to the power -1/3."""
    few, many = (easy_plane(1.5e-18, 0.8, a) for a in (1e-3, 8e-3))
    t = 1e-11
    ratio = many.memory_variance(t) - 2 * many.diffusion * t
    ratio = ratio / (few.memory_variance(t) - 2 * few.diffusion * t)
    assert float(ratio) == pytest.approx(8, rel=0.02, abs=0)
    assert float(few.phase_variance(t)) == pytest.approx(
        float(many.phase_variance(t)), rel=0.01, abs=0
    )


def test_gradients_are_finite_and_right():
    def half(hard_field, t):
        return easy_plane(1.5e-18, hard_field, 0.01).direction_autocorrelation(t)

    slope = jax.grad(half)(0.8, 1.5e-10)
    finite = (half(0.81, 1.5e-10) - half(0.79, 1.5e-10)) / 0.02
    assert float(slope) == pytest.approx(float(finite), rel=0.01, abs=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: easy_plane(1.5e-18, 0.0, 0.01), "hard_field"),
        (lambda: easy_plane(1e-20, 0.1, 0.01), "simulate"),
        (lambda: EasyPlane(-1.0, 1.0), "turning"),
    ],
)
def test_bad_disks_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
