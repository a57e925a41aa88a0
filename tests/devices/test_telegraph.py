"""The two-state p-bit against its own laws, and the same magnet from LLG to sigmoid."""

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest
from scipy import signal, stats

from pbits.devices.axial import AxialMagnet
from pbits.devices.axial_pbit import AxialComparator, AxialPBit
from pbits.devices.dwells import dwell_times, flip_rates, with_hysteresis
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.macrospin import diffusion
from pbits.devices.passage import escape_rate, hysteresis_dwell
from pbits.devices.rate_laws import (
    BarrierRates,
    ConstantTime,
    PolynomialRates,
    entropic_time,
    macrospin_rates,
)
from pbits.devices.rates import unit_time
from pbits.devices.simulation import simulate
from pbits.devices.telegraph import Telegraph, macrospin_telegraph

PBIT = Telegraph(BarrierRates(delta=5.0, tau0=1e-9))
TAU = float(PBIT.correlation_time())
P_LEVEL = 1e-4
MODELS = {
    "telegraph": PBIT,
    "constant": Telegraph(ConstantTime(1e-9, slope=2.0)),
    "ideal": IdealSigmoid(2.0),
    "axial": AxialPBit(1.0, 1e9),
    "comparator": AxialComparator(AxialPBit(1.0, 1e9), 0.1),
}


@pytest.mark.parametrize("name", MODELS)
def test_occupancy(name):
    """T17 and the rest of the table: long-run means of samples, some at the first of them."""
    model, inputs = MODELS[name], np.repeat([-0.3, -0.05, 0.0, 0.1], 10_000)
    run = model.sample(inputs, dt=1e-9, num_samples=3, seed=1)
    for k in (0, 2):
        found = run.spins[k].reshape(4, -1).astype(float).mean(axis=1)
        assert found == pytest.approx(np.asarray(model.transfer(inputs[::10_000])), abs=0.04)


@pytest.mark.parametrize("name", ["telegraph", "constant", "axial", "comparator"])
@pytest.mark.parametrize("split", [1, 7])
def test_autocorrelation_at_any_interval(name, split):
    """T17: the propagator is exact, so one step is as good as seven."""
    model, level, devices = MODELS[name], 0.05, 40_000
    gap = float(model.correlation_time(level))
    run = model.sample(
        np.full(devices, level), dt=gap / split, num_samples=split + 1, seed=2 + split
    )
    mean = float(model.transfer(level))
    found = (np.mean(run.spins[0] * run.spins[split].astype(float)) - mean**2) / (1 - mean**2)
    exact = float(model.autocorrelation(gap, level))
    assert found == pytest.approx(exact, abs=4 / np.sqrt(devices) / (1 - mean**2))


def fine_dwells(level=0.02, seed=3):
    """Complete dwells of samples a hundredth of tau apart: low, high, s."""
    run = PBIT.sample(np.full(100, level), dt=TAU / 100, num_samples=40_000, seed=seed)
    return run.spins, *dwell_times(run.spins, TAU / 100)


def dwell_pvalue(dwells, mean):
    """Against an exponential law, the interval's rounding spread out."""
    step = TAU / 100
    spread = np.random.default_rng(1).uniform(-step, 0, dwells.size)
    return stats.kstest(dwells[:3000] + spread[:3000], stats.expon(scale=mean).cdf).pvalue


def test_dwells_are_exponential():
    """T17 by Kolmogorov and Smirnov, with the confusion of dwell and correlation time rejected."""
    spins, low, high = fine_dwells()
    mean_low, mean_high = (float(x) for x in PBIT.dwells(0.02))
    assert dwell_pvalue(low, mean_low) > P_LEVEL
    assert dwell_pvalue(high, mean_high) > P_LEVEL
    for wrong in (mean_low / 2, 2 * mean_low, float(PBIT.correlation_time(0.02))):
        assert dwell_pvalue(low, wrong) < 1e-30
    counted = flip_rates(spins, TAU / 100)
    error = 4 / np.sqrt(counted.flips_up)
    # Two flips within an interval are missed.
    assert counted.up * mean_low == pytest.approx(1, abs=error + 0.01)
    assert counted.down * mean_high == pytest.approx(1, abs=error + 0.01)


def test_a_factor_of_two_in_time_is_seen():
    """Negative control: a telegraph whose rates are 1 / tau each, not 1 / (2 tau)."""
    wrong = Telegraph(BarrierRates(delta=5.0, tau0=0.5e-9))
    devices = 10_000
    run = wrong.sample(np.zeros(devices), dt=TAU, num_samples=2, seed=4)
    found = np.mean(run.spins[0] * run.spins[1].astype(float))
    assert abs(found - np.exp(-1)) > 10 / np.sqrt(devices)
    assert found == pytest.approx(np.exp(-2), abs=4 / np.sqrt(devices))


def test_spectrum_is_a_lorentzian():
    """T17: Welch's estimate over 400 devices, where neither aliases nor windows matter."""
    dt = TAU / 20
    run = PBIT.sample(np.full(400, 0.05), dt=dt, num_samples=4096, seed=5)
    f, found = signal.welch(run.spins.astype(float), 1 / dt, nperseg=2048, axis=0)
    seen = (f > 5 * f[1]) & (f < 0.1 / dt)
    ratio = found.mean(axis=1)[seen] / np.asarray(PBIT.spectrum(f[seen], 0.05))
    assert np.abs(ratio - 1).max() < 0.2
    assert ratio.mean() == pytest.approx(1, abs=0.02)
    grid = np.linspace(0, 300 / TAU, 300_001)
    total = np.trapezoid(np.asarray(PBIT.spectrum(grid, 0.05)), grid)
    assert total == pytest.approx(1 - float(PBIT.transfer(0.05)) ** 2, rel=2e-3, abs=0)


def test_runs_replay_and_go_on():
    for model in MODELS.values():
        whole = model.sample(np.zeros(5), dt=1e-9, num_samples=9, seed=7)
        first = model.sample(np.zeros(5), dt=1e-9, num_samples=4, seed=7)
        second = model.sample(
            np.zeros(5), dt=1e-9, num_samples=5, seed=7, start=first.state, first_sample=4
        )
        assert np.array_equal(whole.spins, np.concatenate([first.spins, second.spins]))
        assert second.num_samples == 9


@pytest.mark.parametrize(("exponent", "critical"), [(2.0, 1.0), (1.0, 0.5)])
def test_barriers_of_both_exponents_are_hyperbolic_tangents(exponent, critical):
    pbit = Telegraph(BarrierRates(3.0, 1e-9, critical, exponent=exponent))
    inputs = np.linspace(-0.4, 0.4, 9)
    assert np.asarray(pbit.transfer(inputs)) == pytest.approx(np.tanh(6 * inputs), abs=1e-5)


def test_three_halves_is_no_hyperbolic_tangent():
    pbit = Telegraph(BarrierRates(6.0, 1e-9, exponent=1.5))
    slope = float(jax.grad(lambda i: pbit.transfer(i))(0.0))
    assert slope == pytest.approx(9.0, rel=1e-4, abs=0)
    x = np.log(float(jnp.divide(*pbit.dwells(0.8))))
    assert abs(x) < 0.98 * 2 * 9.0 * 0.8


def test_linear_barriers_speed_up_too_much():
    """tau(i) / tau(0) at barrier 6, bias 0.3: exact 0.154, n = 2 alike, the sech of n = 1 0.055."""
    linear = Telegraph(BarrierRates(6.0, 1e-9, 0.5, exponent=1.0))
    exact = macrospin_telegraph(6.0, 0.1, 0.1)
    ratios = [float(p.correlation_time(0.3) / p.correlation_time(0.0)) for p in (linear, exact)]
    assert ratios == pytest.approx([0.0546, 0.154], rel=0.02, abs=0)


def test_macrospin_rates_are_the_references():
    table = Telegraph(macrospin_rates(6.0, 1.0))
    for bias in (0.0, 0.1, 0.25):
        law = AxialMagnet(6.0, bias)
        assert float(table.transfer(bias)) == pytest.approx(
            law.mean(np.sign(law.centres)), abs=2e-3
        )
        exact = 12.0 / law.eigenvalues()[1]
        assert float(table.correlation_time(bias)) == pytest.approx(exact, rel=5e-3, abs=0)
    high = Telegraph(macrospin_rates(40.0, 1.0))
    assert float(high.correlation_time()) == pytest.approx(0.5 / escape_rate(40.0), rel=1e-3, abs=0)


@pytest.mark.slow
def test_one_magnet_from_llg_to_sigmoid():
    """Barrier 6: simulated dwells behind two thresholds, their exact law, the passage rate, the
    telegraph, its sigmoid."""
    delta, alpha, bias, count = 6.0, 0.1, 0.05, 2000
    magnet = magnets.easy_axis(delta, alpha, field=magnets.Vector(z=bias * magnets.FIELD))
    dt, every, unit = magnets.turned(0.25), 5, magnets.unit_time(alpha)
    found = simulate(
        magnet, num_steps=40_000, dt=dt, record_every=every, num_devices=count, seed=8,
        start=magnets.in_equilibrium(delta, count, 1, bias),
    )  # fmt: skip
    z = found.m[:, 2]
    for threshold in (0.5, 0.75):
        counted = flip_rates(with_hysteresis(z, threshold)[1:], every * dt)
        # Seen at intervals, a diffusion passes 0.583 standard deviations too late (Siegmund 1979).
        step = 2 * float(diffusion(magnet)) * (1 - threshold**2) * every * dt
        late = threshold + 0.583 * np.sqrt(step)
        for rate, flips, sign in (
            (counted.up, counted.flips_up, 1), (counted.down, counted.flips_down, -1),
        ):  # fmt: skip
            assert flips > 2000
            error = 4 / np.sqrt(flips)
            seen = hysteresis_dwell(delta, sign * bias, late) * unit
            assert rate * seen == pytest.approx(1, abs=error)
            # Thresholds near the barrier's top count some that turn back.
            if threshold > 0.7:
                passage = escape_rate(delta, sign * bias) / unit
                assert rate / passage == pytest.approx(1, abs=error + 0.02)
                assert abs(rate / (2 * passage) - 1) > 0.4 > error
    pbit = macrospin_telegraph(delta, alpha, magnets.FIELD)
    error = 4 * np.sqrt(2 * float(pbit.correlation_time(bias)) / (found.times[-1] * count))
    assert float(pbit.transfer(bias)) == pytest.approx(np.sign(z).mean(), abs=error)
    # A threshold at zero counts every wobble.
    wobbles = flip_rates(np.where(z[:, :200] > 0, 1, -1), every * dt)
    assert wobbles.up > 2 * counted.up
    rest = AxialMagnet(delta)
    sigmoid = IdealSigmoid(2 * delta * rest.mean(np.abs(rest.centres)))
    assert float(sigmoid.transfer(bias)) == pytest.approx(float(pbit.transfer(bias)), abs=6e-3)


def test_low_barriers_keep_to_the_axial_model():
    """T13, and the macrospin's own sign where there are no two states."""
    bias, delta, alpha = 0.2, 1.0, 0.1
    magnet = magnets.easy_axis(delta, alpha, field=magnets.Vector(z=bias * magnets.FIELD))
    pbit = AxialPBit(delta, float(diffusion(magnet)))
    law = AxialMagnet(delta, bias)
    assert float(pbit.transfer(bias)) == pytest.approx(law.mean(np.sign(law.centres)), abs=1e-3)
    rest = AxialMagnet(delta)
    near = np.tanh(2 * delta * rest.mean(np.abs(rest.centres)) * bias)
    assert float(pbit.transfer(bias)) == pytest.approx(near, abs=0.005)
    count, gap = 20_000, float(pbit.correlation_time(bias))
    start = magnets.in_equilibrium(delta, count, 2, bias)
    steps = round(gap / magnets.turned(0.25))
    later = simulate(
        magnet, num_steps=steps, dt=gap / steps, num_devices=count, start=start, seed=9
    )
    mean = float(pbit.transfer(bias))
    found = np.mean(np.sign(start[2]) * np.sign(later.final[2])) - mean**2
    exact = float(pbit.autocorrelation(gap, bias))
    assert found / (1 - mean**2) == pytest.approx(exact, abs=4 / np.sqrt(count) / (1 - mean**2))


def test_axial_means_of_the_table():
    """T13: analogue and thresholded means under a torque."""
    law = AxialMagnet(4.0, 0.3)
    assert law.mean(law.centres) == pytest.approx(0.84830, abs=1e-4)
    assert float(AxialPBit(4.0, 1e9).transfer(0.3)) == pytest.approx(
        law.mean(np.sign(law.centres)), abs=1e-3
    )


def test_measured_devices():
    low, high = np.log([1e-6, 100.0]), np.log([1e-6, 0.01])
    pbit = Telegraph(PolynomialRates(low, high))
    expected = [1e-6 * 100**0.1, 1e-6 * 0.01**0.1]
    assert [float(x) for x in pbit.dwells(0.1)] == pytest.approx(expected, rel=1e-4, abs=0)
    # Meyer-Neldel: with E_MN of the order of kT, taller barriers are hardly slower.
    times = [
        float(Telegraph(BarrierRates(b, entropic_time(b, 1e-9, 1.25))).mean_dwell())
        for b in (10.0, 20.0)
    ]
    assert np.log(times[1] / times[0]) == pytest.approx(10 * (1 - 0.8), rel=1e-3, abs=0)


def test_parameters_batch_and_differentiate():
    deltas = np.array([4.0, 5.0, 6.0])
    many = Telegraph(BarrierRates(deltas, 1e-9))
    single = [float(Telegraph(BarrierRates(d, 1e-9)).correlation_time(0.1)) for d in deltas]
    assert np.asarray(many.correlation_time(np.full(3, 0.1))) == pytest.approx(
        single, rel=1e-5, abs=0
    )
    assert many.sample(np.zeros(3), dt=1e-9, num_samples=2, seed=1).spins.shape == (2, 3)
    slope = jax.grad(lambda d: Telegraph(BarrierRates(d, 1e-9)).transfer(0.05))(5.0)
    assert float(slope) == pytest.approx(0.1 / np.cosh(0.5) ** 2, rel=1e-4, abs=0)
    mapped = jax.vmap(lambda d: Telegraph(BarrierRates(d, 1e-9)).transfer(0.05))(deltas)
    assert np.asarray(mapped) == pytest.approx(np.asarray(many.transfer(np.full(3, 0.05))))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: macrospin_telegraph(2.0, 0.1, 0.1), "AxialPBit"),
        (lambda: macrospin_rates(1.0, 1e-9), "EasyPlane"),
        (lambda: BarrierRates(-1.0, 1e-9), "delta"), (lambda: BarrierRates(1.0, 0.0), "tau0"),
        (lambda: ConstantTime(-1.0), "time"), (lambda: IdealSigmoid(0.0), "slope"),
        (lambda: AxialPBit(1.0, 0.0), "diffusion"),
        (lambda: PBIT.sample(0.0, dt=0.0, num_samples=1), "dt"),
        (lambda: PBIT.sample(np.inf, dt=1.0, num_samples=1), "inputs"),
        (lambda: flip_rates([1, 1], 1.0), "does not occur"),
        (lambda: unit_time(0.1, -1.0), "anisotropy"),
    ],
)  # fmt: skip
def test_bad_models_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
