"""Tables of the switching probability against direct Fokker-Planck solutions and the macrospin."""

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest

from pbits.devices import write_table
from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import Vector
from pbits.devices.write_limits import overcritical_error
from pbits.devices.write_table import (
    check_ranges,
    exact_switching,
    switching_probability,
    switching_table,
    write_error,
)
from pbits.devices.writing import simulated_probability

RANGES = [(5.0, 8.0), (57.0, 63.0), (13.5, 16.4)]
TAUS = np.exp(np.linspace(np.log(0.15), np.log(1900), 300))


def random_points(low: float, high: float, count: int, seed: int):
    """Off the lattice: (delta, i, tau) whose write error is even in its logarithm, 1e-6 to 1."""
    rng, table = np.random.default_rng(seed), switching_table([low, high])
    for _ in range(count):
        delta, bias = rng.uniform(low, high), rng.uniform(0.3, 5)
        wanted = rng.uniform(np.log(1e-6), np.log(0.99))
        errors = np.asarray(write_error(table, delta, bias, TAUS))
        tau = TAUS[np.argmin(abs(np.log(np.maximum(errors, 1e-30)) - wanted))]
        yield table, delta, bias, float(tau)


def worst(formula, count: int = 12) -> float:
    """Largest relative error of the write error at random points, over all ranges."""
    found = []
    for low, high in RANGES:
        for table, delta, bias, tau in random_points(low, high, count, seed=3):
            exact = exact_switching(delta, bias, tau, num_cells=3000, num_steps=600)
            if exact > 5e-7:
                found.append(abs(float(formula(table, delta, bias, tau)) / exact - 1))
    assert len(found) > count
    return max(found)


def test_write_error_at_random_points():
    """T15: 2 % of the write error down to 1e-6, below, around and above the critical current."""
    assert worst(write_error) < 0.02


def test_the_popular_formula_fails():
    """The negative control: 1 - exp(-4 delta exp(-2 tau (i - 1)))."""

    def popular(_, delta, bias, tau):
        return -np.expm1(-4 * delta * np.exp(-2 * tau * (bias - 1)))

    assert worst(popular, 8) > 0.5


def test_published_write_errors():
    """T15 at delta = 60, i = 2; the last numbers of the reference carry four digits."""
    tau = [2, 3, 4, 5, 6, 8]
    reference = [0.5948, 0.1098, 0.01526, 2.044e-3, 2.725e-4, 4.834e-6]
    found = write_error(switching_table(60.0), 60.0, 2.0, np.array(tau))
    assert np.asarray(found) == pytest.approx(reference, rel=0.02)
    exact = [exact_switching(60.0, 2.0, t) for t in tau]
    assert exact == pytest.approx(reference, rel=1e-3)


@pytest.mark.parametrize("delta", [7.0, 59.0])
def test_small_probabilities_keep_their_digits(delta):
    """P down to 1e-6 in short pulses and far less in weak ones, relative."""
    table = switching_table(RANGES[int(delta > 20)])
    start = write_table._in_well(AxialMagnet(delta, 0.0, 3000))
    for bias, tau, tolerance in [(0.3, 40.0, 0.03), (0.5, 300.0, 0.03), (2.5, 0.75, 0.06)]:
        magnet = AxialMagnet(delta, bias, 3000)
        end = magnet.evolve(start, [tau / (2 * delta)], steps_per_interval=1500)[0]
        exact = end[magnet.centres > 0].sum()
        found = float(switching_probability(table, delta, bias, tau))
        assert found == pytest.approx(exact, rel=tolerance)
    assert exact < 1e-3 or delta < 10


def test_macrospins_agree():
    """T15: the stochastic LLG equation within 3 standard errors, delta = 8 and i = 2."""
    delta, bias, alpha, count = 8.0, 2.0, 0.1, 40_000
    start = magnets.in_equilibrium(delta, 2 * count, 5)
    start = start[:, np.flatnonzero(start[2] < 0)[:count]]
    magnet = magnets.easy_axis(delta, alpha, damping_like=Vector(z=bias * alpha * magnets.FIELD))
    tau = np.array([1.5, 2.0, 3.0, 4.0])
    count = start.shape[1]
    found, _ = simulated_probability(
        magnet,
        tau * magnets.unit_time(alpha),
        num_devices=count,
        start=start,
        seed=7,
        dt=magnets.unit_time(alpha) / 200,
    )
    exact = np.asarray(write_error(switching_table(RANGES[0]), delta, bias, tau))
    assert exact[-1] > 1e-3
    error = np.sqrt(exact * (1 - exact) / count)
    assert np.all(abs((1 - found) - exact) < 3 * error)
    # Ten percent of the current would be seen.
    other = np.asarray(write_error(switching_table(RANGES[0]), delta, 0.9 * bias, tau))
    assert np.any(abs((1 - found) - other) > 6 * error)


@pytest.mark.parametrize(("bias", "tau"), [(0.8, 20.0), (1.1, 8.0), (2.0, 2.5), (4.0, 0.9)])
def test_gradient_in_the_current(bias, tau):
    delta, step = 60.0, 0.01
    table = switching_table(delta)
    found = jax.grad(lambda i: switching_probability(table, delta, i, tau))(bias)
    low, high = (
        exact_switching(delta, bias + d, tau, num_cells=3000, num_steps=600) for d in (-step, step)
    )
    assert float(found) == pytest.approx((low - high) / (2 * step), rel=0.03)


def test_gradients_in_barrier_and_time():
    table, delta, bias, tau = switching_table(RANGES[0]), 7.7, 1.6, 3.0

    def error(d, t):
        return exact_switching(d, bias, t, num_cells=3000, num_steps=600)

    found = jax.grad(lambda d, t: write_error(table, d, bias, t), (0, 1))(delta, tau)
    exact = (
        (error(delta + 0.1, tau) - error(delta - 0.1, tau)) / 0.2,
        (error(delta, tau + 0.02) - error(delta, tau - 0.02)) / 0.04,
    )
    assert np.asarray(found) == pytest.approx(exact, rel=0.03)


def test_broadcasts_jits_and_stays_finite():
    table = switching_table(60.0)
    bias = jnp.linspace(0, 6, 5)[:, None]
    tau = jnp.array([0.1, 5.0, 2000.0])
    both = write_error(table, 60.0, bias, tau), jax.jit(write_error)(table, 60.0, bias, tau)
    assert both[0].shape == (5, 3)
    assert np.asarray(both[0]) == pytest.approx(np.asarray(both[1]), rel=1e-4, abs=1e-30)
    slopes = jax.vmap(jax.grad(lambda i: write_error(table, 60.0, i, 2000.0)))(bias[:, 0])
    assert np.all(np.isfinite(slopes))


def test_slabs_are_kept_in_a_folder(tmp_path, monkeypatch):
    built = []

    def line(delta, bias):
        built.append(delta)
        return np.full(write_table._NUM_TAUS + 1, 1.0 + bias)

    monkeypatch.setattr(write_table, "_line", line)
    first = write_table._slab(13, str(tmp_path))
    write_table._slab.cache_clear()
    again = write_table._slab(13, str(tmp_path))
    assert len(built) == write_table._NUM_BIASES
    assert np.array_equal(first, again)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    write_table._slab.cache_clear()
    assert np.array_equal(write_table._slab(13, str(tmp_path)), first)
    write_table._slab.cache_clear()


def test_ranges_are_checked():
    with pytest.raises(ValueError, match=r"3 to 150.*evolve"):
        switching_table(200.0)
    table = switching_table(60.0)
    check_ranges(table, 60.0, [0.0, 6.0], [0.1, 2000.0])
    for wrong in [(10.0, 1.0, 1.0), (60.0, -0.1, 1.0), (60.0, 7.0, 1.0), (60.0, 1.0, 5000.0)]:
        with pytest.raises(ValueError, match="beyond, use"):
            check_ranges(table, *wrong)


def test_overcritical_limit():
    """Butler's formula: 3 to 8 % high at i = 3, 1.2 to 1.8 times at 2."""
    for bias, taus, low, high in [(3.0, (1.5, 2.5, 4.0), 1.0, 1.1), (2.0, (3, 5, 8), 1.2, 1.85)]:
        exact = np.array([exact_switching(60.0, bias, t, num_steps=600) for t in taus])
        ratio = np.asarray(overcritical_error(60.0, bias, np.array(taus))) / exact
        assert np.all((ratio > low) & (ratio < high)), ratio
