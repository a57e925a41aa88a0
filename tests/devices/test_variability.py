"""Devices that differ, and calibration that allows for it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from pbits.devices.calibration import (
    as_seen,
    compensate,
    expected_cost,
    fit_response,
    offset_cost,
    residual_cost,
    spin_covariance,
)
from pbits.devices.network_dynamics import run_asynchronous
from pbits.devices.networks import Network, asynchronous_law, divergence
from pbits.devices.variability import Devices, Spread, barrier_spread, draw_cycles, draw_devices


def networks(count=100, spread=0.3, bias=0.6, seed=1):
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(0, spread, (count, 5, 5)), 1)
    return Network(upper + np.swapaxes(upper, 1, 2), rng.normal(0, bias, (count, 5)))


def test_barriers_make_dwell_times_log_normal():
    sigma, count = 0.8, 200_000
    found = draw_devices(Devices(20.0, tau0=1e-9), Spread(barrier=sigma), count, seed=1)
    logs = np.log(found.dwell)
    assert stats.kstest((logs - logs.mean()) / sigma, "norm").pvalue > 1e-4
    growth = found.dwell.mean() / (1e-9 * np.exp(20))
    error = np.sqrt(np.expm1(sigma**2) / count)
    assert growth == pytest.approx(np.exp(sigma**2 / 2), rel=4 * error)
    assert abs(growth - 1) > 0.3  # the mean is not the nominal device's


def test_low_barriers_stay_above_zero():
    found = draw_devices(Devices(1.0), Spread(barrier=1.0), 50_000, seed=1)
    law = stats.truncnorm(-1, np.inf, loc=1)
    assert found.barrier.min() > 0
    assert stats.kstest(found.barrier, law.cdf).pvalue > 1e-4


def test_spreads_are_what_was_asked_for():
    spread = Spread(slope=0.1, offset=0.2, conductance=0.05, tmr=0.08)
    found = draw_devices(Devices(20.0, slope=3.0, offset=1.0), spread, 100_000, seed=2)
    for values, mean, sd in [
        (found.slope, 3.0, 0.3), (found.offset, 1.0, 0.2), (found.conductance, 1e-4, 5e-6),
        (found.tmr, 1.0, 0.08),
    ]:  # fmt: skip
        assert values.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(1e5))
        assert values.std() == pytest.approx(sd, rel=0.015, abs=0)
    scores = np.stack([found.slope, found.offset, found.conductance, found.tmr])
    assert np.abs(np.corrcoef(scores) - np.eye(4)).max() < 0.015
    assert np.all(found.barrier == 20.0)


def test_more_devices_begin_with_the_same_ones():
    few = draw_devices(Devices(5.0), Spread(barrier=1.0, offset=1.0), 10, seed=3)
    many = draw_devices(Devices(5.0), Spread(barrier=1.0, offset=1.0), 20, seed=3)
    assert np.array_equal(few.barrier, many.barrier[:10])
    assert np.array_equal(few.offset, many.offset[:10])
    spread = Spread(offset=0.1)
    less, more = draw_cycles(few, spread, 3, seed=4), draw_cycles(many, spread, 5, seed=4)
    assert np.array_equal(less.offset, more.offset[:3, :10])
    # Uses are not the devices again, where seeds are equal.
    same = draw_cycles(many._replace(offset=np.zeros(20)), Spread(offset=1.0), 1, seed=3)
    assert not np.any(np.isclose(same.offset[0], many.offset))


def test_responses_are_differentiable():
    devices = Devices(jnp.float32(5.0), slope=jnp.array([1.0, 2.0]), offset=0.3)
    slopes = jax.vmap(jax.grad(Devices.up, 1), (Devices(None, None, 0, None, None, None), None))(
        devices, 0.3
    )
    assert np.asarray(slopes) == pytest.approx([0.5, 1.0])  # slope / 2 at the offset
    assert float(jax.grad(lambda b: Devices(b).dwell * 1e9)(2.0)) == pytest.approx(np.exp(2.0))
    assert Devices(5.0, slope=np.array([1.0])).up(0.2).dtype == np.float64


@pytest.mark.parametrize("memory", [0.0, 0.9])
def test_cycles_vary_about_each_device(memory):
    devices = draw_devices(Devices(20.0), Spread(offset=1.0), 50, seed=1)
    cycles = draw_cycles(devices, Spread(offset=0.1), 4000, memory=memory, seed=2)
    rest = (cycles.offset - devices.offset) / 0.1
    effective = 4000 * 50 * (1 - memory) / (1 + memory)
    assert rest.mean() == pytest.approx(0, abs=4 / np.sqrt(effective))
    assert rest.std() == pytest.approx(1, abs=4 / np.sqrt(effective))
    assert np.mean(rest[1:] * rest[:-1]) == pytest.approx(memory, abs=0.02)
    assert np.all(cycles.slope == 1)


def test_the_published_spread_of_a_barrier():
    """7.7 % = volume 6.3, anisotropy 4.0, moment 2.0; of a product, and drawn."""
    rng = np.random.default_rng(1)
    product = np.prod(1 + rng.normal(size=(100_000, 3)) * [0.063, 0.04, 0.02], axis=1)
    assert product.std() == pytest.approx(barrier_spread(1.0, 0.063, 0.04, 0.02), rel=0.02, abs=0)
    spread = Spread(barrier=barrier_spread(40.0, 0.063, 0.04, 0.02))
    drawn = draw_devices(Devices(40.0), spread, 100_000, seed=1).barrier
    assert drawn.std() / drawn.mean() == pytest.approx(0.077, rel=0.02, abs=0)
    assert barrier_spread(40.0, 0.063, 0.04, 0.02) / 40 == pytest.approx(0.077, abs=1e-3)


@pytest.mark.parametrize(("sigma", "published"), [(0.05, 0.0044), (0.1, 0.0186), (0.2, 0.068)])
def test_cost_of_offsets(sigma, published):
    """KL = 1/2 db^T Cov(s) db within 5 %; the published values are of one instance."""
    stack, rng = networks(), np.random.default_rng(5)
    exact, predicted = [], []
    for _ in range(100):
        errors = rng.normal(0, sigma, (100, 5))
        wrong = stack.scaled(np.ones(5), errors)
        exact.append(divergence(wrong.boltzmann(), stack.boltzmann()).mean())
        predicted.append(offset_cost(stack, errors).mean())
    assert np.mean(predicted) == pytest.approx(np.mean(exact), rel=0.05, abs=0)
    assert np.mean(exact) == pytest.approx(published, rel=0.15, abs=0)


def test_formulas_agree_where_both_hold():
    stack = networks(10)
    errors = np.random.default_rng(1).normal(0, 0.1, (10, 5))
    assert residual_cost(stack, np.ones(5), -errors) == pytest.approx(
        offset_cost(stack, errors), rel=1e-5
    )


@pytest.mark.parametrize(("gain", "published"), [(0.05, 0.0016), (0.1, 0.0065)])
def test_cost_of_a_common_gain(gain, published):
    stack = networks()
    exact = divergence(stack.scaled(np.full(5, 1 + gain), np.zeros(5)).boltzmann(),
                       stack.boltzmann()).mean()  # fmt: skip
    assert residual_cost(stack, np.full(5, 1 + gain), np.zeros(5)).mean() == pytest.approx(
        exact, rel=0.1
    )
    assert exact == pytest.approx(published, rel=0.15, abs=0)


def test_costs_are_differentiable():
    one = Network(networks(1).couplings[0], networks(1).biases[0])
    errors = np.array([0.1, -0.05, 0.0, 0.2, 0.1], np.float32)
    slope = jax.grad(lambda e: offset_cost(one, e))(jnp.asarray(errors))
    assert np.asarray(slope) == pytest.approx(spin_covariance(one) @ errors, rel=1e-5, abs=0)
    # At slopes off by e, the cost's gradient is Fisher's information times e.
    gains = jnp.asarray(1 + errors)
    found = jax.jit(jax.grad(lambda g: residual_cost(one, g, np.zeros(5))))(gains)
    h = 1e-3
    ends = [residual_cost(one, 1 + errors + d * np.eye(5)[2], np.zeros(5)) for d in (h, -h)]
    assert float(found[2]) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-3, abs=0)


def test_covariance_is_the_curvature_of_log_z():
    one = Network(networks(1).couplings[0], networks(1).biases[0], beta=0.8)

    def log_z(shifts):
        return np.log(np.exp(-0.8 * one.scaled(np.ones(5), shifts).energies()).sum())

    h, unit = 1e-3, np.eye(5)
    mixed = sum(a * b * log_z(h * (a * unit[1] + b * unit[3])) for a in (1, -1) for b in (1, -1))
    assert spin_covariance(one)[1, 3] == pytest.approx(mixed / (4 * h * h), rel=1e-4, abs=0)


def test_predicted_cost_is_what_a_simulation_measures():
    """Offsets left over and gains off, as p-bits run: KL of counts, less what samples cost."""
    one = Network(networks(1).couplings[0], networks(1).biases[0])
    slope = np.array([1.05, 0.94, 1.02, 0.97, 1.06])
    offset = np.array([0.08, -0.12, 0.1, -0.05, -0.1])
    predicted = residual_cost(one, slope, offset)
    seen = run_asynchronous(
        as_seen(one, slope, offset), num_events=4000, num_chains=20_000, burn_in=300, seed=1
    )
    assert divergence(seen.counts, one.boltzmann()) == pytest.approx(predicted, rel=0.05, abs=0)
    # The wrong sign of the offsets is another law.
    assert abs(residual_cost(one, slope, -offset) / predicted - 1) > 0.06


def test_cost_of_gains_that_differ():
    """The law is no longer Boltzmann's of any energy; the prediction is of the exact one."""
    stack = networks(40)
    gains = 1 + np.random.default_rng(2).normal(0, 0.03, (40, 5))
    exact = divergence(
        asynchronous_law(stack.scaled(gains, np.zeros((40, 5)))), stack.boltzmann()
    ).mean()
    assert residual_cost(stack, gains, np.zeros((40, 5))).mean() == pytest.approx(
        exact, rel=0.05, abs=0
    )


def sweep(devices, trials, seed, law=None):
    x = np.linspace(-2.5, 2.5, 21)
    up = (law or devices.up)(x[:, None])
    return x, np.random.default_rng(seed).binomial(trials, up)


def test_fits_are_right_within_their_errors():
    devices = draw_devices(Devices(20.0), Spread(slope=0.15, offset=0.3), 400, seed=1)
    x, ups = sweep(devices, 500, 2)
    fit = fit_response(x, ups, 500)
    for found, true, error in [
        (fit.slope, devices.slope, fit.slope_error), (fit.offset, devices.offset, fit.offset_error)
    ]:  # fmt: skip
        pulls = (found - true) / error
        assert stats.kstest(pulls, "norm").pvalue > 1e-4
        assert pulls.std() == pytest.approx(1, abs=0.15)
    assert stats.kstest(fit.p_value, "uniform").pvalue > 1e-4
    assert fit.p_value.mean() == pytest.approx(0.5, abs=4 / np.sqrt(12 * 400))
    single = fit_response(x, ups[:, 3], 500)
    assert (single.slope, single.offset) == pytest.approx((fit.slope[3], fit.offset[3]))


def test_fits_do_not_depend_on_the_unit():
    devices = Devices(20.0, slope=np.array([1.2]), offset=np.array([0.4]))
    x, ups = sweep(devices, 500, 3)
    here, amperes = fit_response(x, ups, 500), fit_response(1e-6 * x, ups, 500)
    assert amperes.slope * 1e-6 == pytest.approx(here.slope)
    assert amperes.offset_error * 1e6 == pytest.approx(here.offset_error)


def test_a_law_that_is_no_logistic_is_noticed():
    def arctangent(x):
        return 0.5 + np.arctan(np.pi / 2 * x * np.ones(20)) / np.pi

    x, ups = sweep(None, 2000, 4, arctangent)
    assert np.all(fit_response(x, ups, 2000).p_value < 1e-4)


def test_a_sweep_that_turns_back_is_noticed():
    x = np.linspace(-2, 2, 21)
    up = 1 / (1 + np.exp(-3 * x)) - 0.3 * (x > 1)
    ups = np.random.default_rng(1).binomial(1000, up)
    assert fit_response(x, ups, 1000).p_value < 1e-4
    # One that falls has a slope below 0, which no network can be loaded for.
    ups = np.random.default_rng(1).binomial(1000, 1 / (1 + np.exp(3 * x)))
    falling = fit_response(x, ups, 1000)
    assert falling.slope == pytest.approx(-1.5, abs=4 * falling.slope_error)
    with pytest.raises(ValueError, match="falls with its input"):
        compensate(networks(1), falling.slope, falling.offset)


def test_calibration_recovers_most():
    one = Network(networks(1).couplings[0], networks(1).biases[0], beta=1.2)
    law, before, after, predicted = one.boltzmann(), [], [], []
    for seed in range(20):
        devices = draw_devices(Devices(20.0), Spread(slope=0.1, offset=0.2), 5, seed=seed)
        x, ups = sweep(devices, 2000, 100 + seed)
        fit = fit_response(x, ups, 2000)
        loaded = compensate(one, fit.slope, fit.offset)
        for costs, network in [(before, one), (after, loaded)]:
            seen = as_seen(network, devices.slope, devices.offset)
            costs.append(float(divergence(asynchronous_law(seen), law)))
        predicted.append(expected_cost(one, fit.slope_error, fit.offset_error))
    assert np.mean(before) > 0.05
    assert np.mean(after) < 0.01 * np.mean(before)
    assert np.mean(after) == pytest.approx(np.mean(predicted), rel=0.5, abs=0)


def test_compensation_is_exact_for_known_devices():
    one = Network(networks(1).couplings[0], networks(1).biases[0], beta=0.8)
    slope, offset = np.array([0.5, 1.0, 1.5, 2.0, 0.9]), np.array([0.3, -0.2, 0.0, 0.5, -1.0])
    seen = as_seen(compensate(one, slope, offset), slope, offset)
    assert asynchronous_law(seen) == pytest.approx(one.boltzmann(), rel=1e-9, abs=0)
    # Shifts of the wrong sign are not.
    wrong = as_seen(compensate(one, slope, -offset), slope, offset)
    assert divergence(asynchronous_law(wrong), one.boltzmann()) > 0.1


@pytest.mark.parametrize(
    "call",
    [
        lambda: Spread(barrier=-1.0),
        lambda: barrier_spread(40.0, volume=-0.1),
        lambda: draw_devices(Devices(5.0, offset=np.nan), Spread(), 3),
        lambda: draw_devices(Devices(5.0), Spread(), 2**26),
        lambda: draw_cycles(Devices(5.0), Spread(), 3),
        lambda: draw_devices(Devices(0.0), Spread(), 3),
        lambda: draw_devices(Devices(1.0, slope=-1.0), Spread(), 3),
        lambda: draw_cycles(draw_devices(Devices(1.0), Spread(), 2), Spread(), 3, memory=1.0),
        lambda: fit_response([0.0, 1.0], [1, 2], 3),
        lambda: fit_response([0.0, 1.0, 2.0], [1, 2, 4], 3),
        lambda: fit_response([-1.0, 0.0, 1.0, 2.0], [0, 0, 100, 100], 100),
        lambda: fit_response([-1.0, 0.0, 1.0], [100, 100, 100], 100),
        lambda: fit_response([1.0, 1.0, 1.0], [1, 2, 3], 3),
        lambda: fit_response([0.0, 1.0, np.nan], [1, 2, 3], 3),
        lambda: fit_response([0.0, 1.0, 2.0], [1, np.nan, 3], 3),
        lambda: fit_response([0.0, 1.0, 2.0], [50, 50, 50], 100),
        lambda: fit_response([0.0, 1.0, 2.0, 3.0], [40, 60, 60, 40], 100),
        lambda: fit_response([0.0, 1.0, 2.0], [10, 50, 90], [100, 100]),
        lambda: fit_response([0.0, 1.0, 2.0], [10, 50, 90], 0),
        lambda: offset_cost(Network([[0, 1], [1, 0]], [0, 0]), [np.nan, 0.0]),
        lambda: as_seen(Network([[0, 1], [1, 0]], [0, 0]), [-1.0, 1.0], [0.0, 0.0]),
    ],
)
def test_bad_devices_are_named(call):
    with pytest.raises(ValueError, match="expected"):
        call()
