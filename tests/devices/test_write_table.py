"""Tables of the switching probability against direct Fokker-Planck solutions and the macrospin."""

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest

from pbits.devices import write_slabs
from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import Vector
from pbits.devices.write_ensemble import simulated_probability
from pbits.devices.write_limits import overcritical_error
from pbits.devices.write_slabs import in_well
from pbits.devices.write_table import (
    check_ranges,
    exact_switching,
    switching_probability,
    switching_table,
    write_error,
)

RANGES = [(5.0, 8.0), (57.0, 63.0), (13.5, 16.4)]
TAUS = np.exp(np.linspace(np.log(0.11), np.log(1900), 300))


def exactly(delta: float, bias: float, tau: float):
    """(P, 1 - P), the error of the finite volumes extrapolated away."""
    cells = int(max(700.0, (13 + 6 * abs(bias)) * delta)) // 2 * 2
    # Small P of high barriers changes by orders of magnitude.
    steps = int(min(max(250.0, 10 * delta, 50 * tau * max(2 * abs(bias - 1), 0.5)), 3000))
    found = []
    for n in (cells, 2 * cells):
        magnet = AxialMagnet(delta, bias, n)
        start = in_well(AxialMagnet(delta, 0.0, n))
        end = magnet.evolve(start, [tau / (2 * delta)], steps_per_interval=steps)[0]
        up = magnet.centres > 0
        found.append(np.log([end[up].sum(), end[~up].sum()]))
    return np.exp(found[1] + (found[1] - found[0]) / 3)


def random_points(table, low: float, high: float, count: int, law, seed: int = 3):
    """Off the lattice: (delta, i, tau) whose `law` is even in its logarithm, 1e-6 to 1."""
    rng = np.random.default_rng(seed)
    while count:
        delta = rng.uniform(low, high)
        bias = rng.uniform(0, 1.3) if rng.random() < 0.5 else rng.uniform(0.8, 6)
        values = np.asarray(law(table, delta, bias, TAUS))
        wanted = np.exp(rng.uniform(np.log(1e-6), np.log(0.99)))
        found = np.flatnonzero((values > 0.8 * wanted) & (values < 1.25 * wanted))
        if found.size:
            count -= 1
            yield delta, bias, float(TAUS[found[0]])


def worst(formula, law, which: int, count: int = 12, most: int = 3) -> float:
    """Largest relative error at random points of all ranges; P is 0, 1 - P is 1."""
    found = []
    for low, high in RANGES[:most]:
        table = switching_table([low, high])
        for point in random_points(table, low, high, count, law):
            found.append(abs(float(formula(table, *point)) / exactly(*point)[which] - 1))
    return max(found)


@pytest.mark.parametrize(("law", "which"), [(switching_probability, 0), (write_error, 1)])
def test_random_points(law, which):
    """T15: 2 % down to 1e-6, below, around and above the critical current; measured: 0.9 %."""
    assert worst(law, law, which, most=1) < 0.015


@pytest.mark.slow
@pytest.mark.parametrize(("law", "which"), [(switching_probability, 0), (write_error, 1)])
def test_random_points_of_all_ranges(law, which):
    assert worst(law, law, which) < 0.015


@pytest.mark.slow
def test_random_points_at_the_ends_of_the_table():
    for low, high in [(3.0, 4.5), (28.0, 32.0), (120.0, 150.0)]:
        table = switching_table([low, high])
        for which, law in enumerate((switching_probability, write_error)):
            for point in random_points(table, low, high, 6, law):
                assert float(law(table, *point)) == pytest.approx(exactly(*point)[which], rel=0.02)


def test_the_popular_formula_fails():
    """The negative control: 1 - exp(-4 delta exp(-2 tau (i - 1)))."""

    def popular(_, delta, bias, tau):
        return -np.expm1(-4 * delta * np.exp(-2 * tau * (bias - 1)))

    assert worst(popular, write_error, 1, 8, most=1) > 0.5


def test_published_write_errors():
    """T15 at delta = 60, i = 2; the last numbers of the reference carry four digits."""
    tau = [2, 3, 4, 5, 6, 8]
    reference = [0.5948, 0.1098, 0.01526, 2.044e-3, 2.725e-4, 4.834e-6]
    found = write_error(switching_table(60.0), 60.0, 2.0, np.array(tau))
    assert np.asarray(found) == pytest.approx(reference, rel=0.02)
    exact = [exact_switching(60.0, 2.0, t) for t in tau]
    assert exact == pytest.approx(reference, rel=1e-3)


@pytest.mark.parametrize(("delta", "bias", "tau"), [
    (60.2, 2.1, 0.74), (61.3, 3.3, 0.47), (58.7, 4.6, 0.36), (60.2, 2.5, 0.75), (7.1, 2.5, 0.2),
    (7.1, 0.3, 40.0), (59.0, 0.5, 300.0), (14.2, 0.21, 4.17),
])  # fmt: skip
def test_small_probabilities_keep_their_digits(delta, bias, tau):
    """P of 1e-6 in short strong pulses, and far less in weak ones, relative."""
    found = float(switching_probability(switching_table(delta), delta, bias, tau))
    assert found == pytest.approx(exactly(delta, bias, tau)[0], rel=0.02)


LONG = [(7.3, 0.0, 5000.0), (14.0, 0.2, 3000.0), (14.0, 0.1, 20000.0), (14.0, 0.4, 4000.0)]
STRONG = [(60.0, 8.0, 0.3), (60.0, 8.0, 0.9), (60.0, 25.0, 0.12), (60.0, 25.0, 0.25)]


@pytest.mark.parametrize("point", LONG + STRONG)
def test_laws_go_on_beyond_the_table(point):
    """Longer pulses and stronger torques, without a word of warning but to 2 %."""
    table = switching_table(point[0])
    p, error = exactly(*point)
    assert float(write_error(table, *point)) == pytest.approx(error, rel=0.02)
    assert float(switching_probability(table, *point)) == pytest.approx(p, rel=0.02)
    # What the nearest number in the table would have said.
    nearest = point[0], min(point[1], 6.0), min(point[2], 2000.0)
    assert abs(float(write_error(table, *nearest)) / error - 1) > 0.02


@pytest.mark.parametrize("point", [(7.0, 20.0, 0.3), (7.0, 8.0, 0.8)])
def test_strong_torques_on_a_low_barrier(point):
    found = float(write_error(switching_table(7.0), *point))
    assert found == pytest.approx(exactly(*point)[1], rel=0.08)


def test_programs_continue_what_cannot_be_refused():
    """Finite everywhere, with the slopes that the law has at the edge."""
    table = switching_table(RANGES[0])
    law = jax.jit(lambda x: switching_probability(table, x[0], x[1], x[2]))
    slope = jax.jit(jax.grad(lambda x: switching_probability(table, x[0], x[1], x[2])))
    for point in [
        (7.0, 2.0, 0.0), (7.0, 2.0, -1.0), (7.0, -3.0, 1e30), (7.0, 1e4, 1e30), (7.0, 0.0, 1e30),
        (1e-9, 1.0, 1.0), (-1.0, 1.0, 1.0), (500.0, 1.0, 1.0),
    ]:  # fmt: skip
        x = jnp.array(point)
        assert 0 <= float(law(x)) <= 1
        assert np.all(np.isfinite(slope(x)))
    # Held back, in the long run: exact.
    for point in [(7.3, -0.1, 5000.0), (7.3, -0.3, 3000.0)]:
        assert float(law(jnp.array(point))) == pytest.approx(exactly(*point)[0], rel=0.02)
    # Just outside, tangents; the table ends at barriers of about 3.3 and 9.
    low, high = (float(np.exp(0.2 * k)) for k in (7, 12))
    for point in [(0.9 * low, 1.4, 2.0), (1.15 * high, 1.4, 2.0), (7.0, 1.4, 0.09)]:
        assert float(law(jnp.array(point))) == pytest.approx(exactly(*point)[0], rel=0.05)
    assert slope(jnp.array((7.0, 1.4, 0.05)))[2] > 0
    inside, outside = (float(law(jnp.array((7.0, 1.4, t)))) for t in (0.1, 0.05))
    assert 0 < outside < inside


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
        return np.full(write_slabs._NUM_TAUS + 1, 1.0 + bias)

    monkeypatch.setattr(write_slabs, "_line", line)
    first = write_slabs.slab(13, str(tmp_path))
    write_slabs.slab.cache_clear()
    again = write_slabs.slab(13, str(tmp_path))
    assert len(built) == write_slabs._NUM_BIASES
    assert np.array_equal(first, again)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    write_slabs.slab.cache_clear()
    assert np.array_equal(write_slabs.slab(13, str(tmp_path)), first)
    write_slabs.slab.cache_clear()


def test_ranges_are_checked():
    """By the functions themselves, where numbers can be seen."""
    with pytest.raises(ValueError, match=r"3 to 150.*evolve"):
        switching_table(200.0)
    table = switching_table(60.0)
    check_ranges(table, 60.0, [0.0, 6.0, 9.0], [0.1, 2000.0, 1e9])
    wrong = [(10.0, 1.0, 1.0), (200.0, 1.0, 1.0), (60.0, -0.1, 1.0), (60.0, 1.0, 0.05),
             (60.0, [1.0, -0.2], 1.0), (60.0, 1.0, 0.0)]  # fmt: skip
    for law in (switching_probability, write_error, check_ranges):
        for point in wrong:
            with pytest.raises(ValueError, match="beyond, use"):
                law(table, *point)
        with pytest.raises(ValueError, match="finite"):
            law(table, 60.0, np.nan, 1.0)


def test_overcritical_limit():
    """Butler's formula: 3 to 8 % high at i = 3, 1.2 to 1.8 times at 2."""
    for bias, taus, low, high in [(3.0, (1.5, 2.5, 4.0), 1.0, 1.1), (2.0, (3, 5, 8), 1.2, 1.85)]:
        exact = np.array([exact_switching(60.0, bias, t, num_steps=600) for t in taus])
        ratio = np.asarray(overcritical_error(60.0, bias, np.array(taus))) / exact
        assert np.all((ratio > low) & (ratio < high)), ratio
