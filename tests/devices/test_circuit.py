"""Circuits of p-bits against node voltages solved one by one; energy; quality of random bits."""

import jax
import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from pbits.devices.axial_pbit import AxialComparator, AxialPBit
from pbits.devices.bit_quality import bit_quality, bits_until_seen, monobit_pvalue, runs_pvalue
from pbits.devices.circuit import Conductances, Divider, DividerPBit, DividerRates, Transistor
from pbits.devices.energy import bit_energy
from pbits.devices.kubo import easy_plane
from pbits.devices.rate_laws import BarrierRates, ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.devices.terminals import SpinOrbit, TwoTerminalRates

JUNCTION = Conductances(parallel=1e-4, tmr=1.0, half_voltage=0.5)
DIVIDER = Divider(JUNCTION, Transistor(unit=2e-5, threshold=0.3))
DISK = easy_plane(1.5e-18, 0.8, 0.01)
GATES = np.linspace(0.5, 0.7, 11)


def node(gate, m):
    """Voltage between junction and transistor, by bisection of the current balance."""
    x = (gate - 0.3) / 0.07
    transistor = 2e-5 * np.log1p(np.exp(x)) / (1 + np.exp(-x))

    def balance(v):
        ratio = 1.0 / (1 + ((0.8 - v) / 0.5) ** 2)
        low = 1e-4 / (1 + ratio)
        junction = (1e-4 + low) / 2 - (1e-4 - low) / 2 * m
        return junction * (0.8 - v) - transistor * v

    return brentq(balance, 0.0, 0.8)


def test_the_divider_decides_as_its_node_does():
    """Monte Carlo over the disk's own directions, the node solved for each."""
    m = np.cos(2 * np.pi * (np.arange(400) + 0.5) / 400)
    pbit = DividerPBit(DISK, DIVIDER)
    for gate in GATES:
        solved = np.mean([1.0 if node(gate, x) < 0.4 else -1.0 for x in m])
        assert float(pbit.transfer(gate)) == pytest.approx(solved, abs=0.011)


def test_a_disk_in_a_divider_is_an_arcsine():
    pbit = DividerPBit(DISK, DIVIDER)
    means, levels = (np.asarray(f(GATES)) for f in (pbit.transfer, DIVIDER.level))
    assert means == pytest.approx(2 / np.pi * np.arcsin(np.clip(levels, -1, 1)), abs=1e-5)
    assert means[[0, -1]].tolist() == [-1, 1]
    # It is steepest at its ends, where a hyperbolic tangent is flat.
    inner = np.linspace(-0.99, 0.99, 67)
    slopes = np.diff(2 / np.pi * np.arcsin(inner))
    assert slopes[0] > 2 * slopes[33]


@pytest.mark.parametrize(
    "device",
    [DISK, AxialComparator(AxialPBit(1.0, 1e9)), AxialComparator(AxialPBit(3.0, 1e9), 0.1)],
)
def test_samples_have_the_transfer_of_their_device(device):
    pbit = DividerPBit(device, DIVIDER)
    gates = GATES[1:8:2]
    run = pbit.sample(np.repeat(gates, 5000), dt=3e-10, num_samples=2, seed=1)
    found = run.spins[-1].reshape(4, -1).astype(float).mean(axis=1)
    # The comparator's grid of 100 cells rounds the level by half a cell.
    assert found == pytest.approx(np.asarray(pbit.transfer(gates)), abs=4 / np.sqrt(5000) + 0.02)


def test_a_comparator_reads_the_law():
    comparator = AxialComparator(AxialPBit(1.0, 1e9))
    z = np.linspace(-1, 1, 200_001)
    weight = np.exp(z**2)
    for level in (-0.5, 0.3):
        exact = np.sum(weight * np.where(z > -level, 1, -1)) / weight.sum()
        assert float(comparator.transfer(level)) == pytest.approx(exact, abs=1e-3)


def test_two_states_are_chosen_not_tuned():
    """No torque: one half wherever the gate lies between both conductances, certain beyond."""
    law = BarrierRates(delta=5.0, tau0=1e-9, critical=1.0)
    pbit = Telegraph(DividerRates(law, DIVIDER))
    levels, means = np.asarray(DIVIDER.level(GATES)), np.asarray(pbit.transfer(GATES))
    assert np.all(np.abs(means[np.abs(levels) < 1]) < 1e-3)
    assert means[[0, -1]].tolist() == [-1, 1]


def test_torque_in_the_divider_depends_on_the_state():
    law = BarrierRates(delta=5.0, tau0=1e-9, critical=1e-4)
    pbit, gate = Telegraph(DividerRates(law, DIVIDER)), float(GATES[4])
    x = (gate - 0.3) / 0.07
    g = 2e-5 * np.log1p(np.exp(x)) / (1 + np.exp(-x))
    tmr = 1 / (1 + (0.4 / 0.5) ** 2)
    parallel, anti = (0.8 * G * g / (G + g) for G in (1e-4, 1e-4 / (1 + tmr)))
    up, down = (1 - parallel / 1e-4) ** 2, (1 + anti / 1e-4) ** 2
    assert float(pbit.transfer(gate)) == pytest.approx(np.tanh(2.5 * (down - up)), abs=1e-4)
    turned = Telegraph(DividerRates(law, DIVIDER, direction=-1.0))
    assert float(turned.transfer(gate)) < 0


def test_constant_voltage_and_constant_current_differ():
    """VCMA leaves the mean at a constant voltage, but not at a constant current."""
    law = BarrierRates(delta=5.0, tau0=1e-9, critical=1e-5)
    plain, driven = (
        Telegraph(TwoTerminalRates(law, JUNCTION, barrier_per_volt=b)) for b in (0.0, 5.0)
    )
    assert float(driven.transfer(0.02)) == pytest.approx(float(plain.transfer(0.02)), abs=1e-6)
    assert float(driven.correlation_time(0.02)) == pytest.approx(
        float(plain.correlation_time(0.02)) * np.exp(5 * 0.02), rel=1e-4, abs=0
    )
    current = Telegraph(TwoTerminalRates(law, JUNCTION, 5.0, by_current=True))
    parallel = 2e-6 / 1e-4
    anti = brentq(lambda v: v * 1e-4 / (1 + 1 / (1 + (v / 0.5) ** 2)) - 2e-6, 0, 1)
    exact = np.tanh((4 * 5.0 * 0.2 - 5 * (parallel - anti)) / 2)
    assert float(current.transfer(2e-6)) == pytest.approx(exact, abs=1e-4)
    assert float(current.transfer(2e-6)) > float(plain.transfer(0.02))


def test_gradients_pass_through_a_circuit():
    def mean(unit):
        return DividerPBit(DISK, Divider(JUNCTION, Transistor(unit, 0.3))).transfer(0.59)

    finite = (mean(2.02e-5) - mean(1.98e-5)) / 4e-7
    assert float(jax.grad(mean)(2e-5)) == pytest.approx(float(finite), rel=0.02, abs=0)


def test_energy_is_power_times_time_and_charge():
    gate = 0.58
    pbit = DividerPBit(DISK, DIVIDER)
    found = bit_energy(pbit, pbit.power(gate), gate, capacitance=1e-16, swing=0.8)
    tau = float(pbit.correlation_time(gate))
    # Each direction's current from the node solved by itself; the model holds the TMR fixed.
    m = np.cos(np.pi * (np.arange(100) + 0.5) / 100)
    x = (gate - 0.3) / 0.07
    g = 2e-5 * np.log1p(np.exp(x)) / (1 + np.exp(-x))
    power = 0.8 * np.mean([g * node(gate, v) for v in m])
    assert float(found.at_one) == pytest.approx(power * tau + 6.4e-17, rel=0.01, abs=0)
    assert float(found.at_four - found.at_one) == pytest.approx(3 * power * tau, rel=0.01, abs=0)


def test_power_of_terminals():
    pbit = Telegraph(ConstantTime(1e-9))
    two = TwoTerminalRates(ConstantTime(1e-9), JUNCTION)
    ratio = 1 / (1 + 0.04)
    expected = 0.01 * 1e-4 * (1 + 1 / (1 + ratio)) / 2
    assert float(two.power(0.1, pbit.distribution(0.0))) == pytest.approx(expected, rel=1e-5, abs=0)
    three = SpinOrbit(JUNCTION, channel=800.0, reading=0.1)
    assert float(three.power(1e-5, pbit.distribution(0.0))) == pytest.approx(
        1e-10 * 800 + expected, rel=1e-5, abs=0
    )


@pytest.mark.parametrize("name", ["telegraph", "disk", "circuit"])
def test_bits_pass_at_four_correlation_times_and_fail_at_half_of_one(name):
    """T21: sequences of 500 bits, far fewer than would show a correlation of 1.8 %."""
    gate = brentq(lambda v: float(DIVIDER.level(v)), 0.5, 0.7)
    model, level = {
        "telegraph": (Telegraph(BarrierRates(5.0, 1e-9)), 0.0),
        "disk": (DISK, 0.0),
        "circuit": (DividerPBit(DISK, DIVIDER), gate),
    }[name]
    tau = float(model.correlation_time(level))
    good = bit_quality(model, 4 * tau, num_bits=500, inputs=level, num_sequences=200, seed=1)
    monobit, runs = good.passing()
    assert min(monobit, runs) > 0.95
    assert bits_until_seen(model, 4 * tau, level) > 10_000
    bad = bit_quality(model, 0.5 * tau, num_bits=500, inputs=level, num_sequences=200, seed=2)
    assert bad.passing()[1] == 0
    assert bad.passing()[0] < 0.9


def test_more_bits_betray_what_is_left():
    """The same interval, 30 times as many bits: passing is a matter of how many are asked."""
    model = Telegraph(ConstantTime(1e-9))
    few = bit_quality(model, 3e-9, num_bits=500, seed=3)
    many = bit_quality(model, 3e-9, num_bits=15_000, seed=3)
    assert few.passing()[1] > 0.85 > 0.1 > many.passing()[1]


def test_shares_that_pass_are_those_to_be_expected():
    """A correlation c moves the runs statistic of n bits by c sqrt(n) standard errors."""
    found = bit_quality(Telegraph(ConstantTime(1e-9)), 4e-9, num_sequences=4000, seed=4)
    shift, limit = np.exp(-4) * np.sqrt(2000), stats.norm.isf(0.005)
    exact = stats.norm.cdf(limit - shift) - stats.norm.cdf(-limit - shift)
    assert found.passing()[1] == pytest.approx(exact, abs=4 * np.sqrt(0.04 / 4000))


def test_pvalues_are_even_for_fair_bits():
    spins = 2 * np.random.default_rng(1).integers(0, 2, (5000, 2000)) - 1
    for pvalues in (monobit_pvalue(spins), runs_pvalue(spins)):
        assert stats.kstest(pvalues + np.random.default_rng(2).uniform(-0.02, 0.02, 2000),
                            "uniform").pvalue > 1e-4  # fmt: skip
    skewed = np.where(np.random.default_rng(1).random((5000, 100)) < 0.55, 1, -1)
    assert np.median(monobit_pvalue(skewed)) < 1e-6
    assert runs_pvalue(np.ones(100)) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Conductances(-1e-4, 1.0), "parallel"), (lambda: Transistor(0.0), "unit"),
        (lambda: Divider(JUNCTION, Transistor(1e-5), supply=0.0), "supply"),
        (lambda: SpinOrbit(JUNCTION, 0.0), "channel"), (lambda: monobit_pvalue([0, 1]), "expected"),
        (lambda: bit_quality(DISK, 1e-9, num_bits=10), "num_bits"),
        (lambda: bit_quality(DISK, 0.0), "dt"),
    ],
)  # fmt: skip
def test_bad_circuits_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
