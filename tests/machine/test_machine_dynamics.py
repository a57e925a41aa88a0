"""Ways of clocking a machine against exact laws of five spins: what each settles to."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import stats

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from pbits.devices.networks import Network, asynchronous_law, clocked_law, divergence, glauber
from pbits.devices.rate_laws import BarrierRates, ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Spread
from pbits.machine import Clocking, CrossbarCoupling, Machine, Neurons, bipolar, dynamics
from pbits.machine.dynamics import (
    clock_study,
    run_freely,
    sampled_step_error,
    step_error,
)
from pbits.machine.enumerable import network_of, problem_of
from pbits.machine.exact_laws import exact_law
from pbits.validation.networks import ensemble
from problems import ising
from problems.generators import random_gnp

TAU, READS = 1e-9, 16_384
SINGLE = Network(*(part[0] for part in (ensemble(2, 0.3).couplings, ensemble(2, 0.3).biases)))
PROBLEM = problem_of(SINGLE)
FREE = Clocking("asynchronous")


def telegraphs(clocking, **changes):
    return Machine(Neurons(Telegraph(ConstantTime(TAU)), **changes), clocking=clocking)


def test_events_are_late_by_what_fields_take_to_compute(monkeypatch):
    cell = Cell(list(np.linspace(1e-6, 1e-4, 16)))
    design = bipolar(cell, rows=8, columns=8, weight_bits=12, adc=IdealAdc(None))
    machine = telegraphs(replace(FREE, delay=2e-10, lag=3e-10))
    loaded = replace(machine, coupling=CrossbarCoupling(design)).load(PROBLEM)
    asked = []
    monkeypatch.setattr(dynamics, "run_asynchronous", lambda network, **own: asked.append(own))
    run_freely(loaded, 1.0, num_events=10)
    assert loaded.reading.seconds > 0
    late = 0.2 + loaded.reading.seconds / TAU
    assert (asked[0]["delay"], asked[0]["lag"]) == pytest.approx((late, 0.3), rel=1e-6)


def test_the_error_of_a_step_is_twice_what_half_of_it_mends(monkeypatch):
    def energies(self, problem, **options):
        step = self.clocking.step  # wrong by 7 steps, two reads of deviation 1
        return SimpleNamespace(energies=np.array([-1.0, 1.0]) / np.sqrt(2) + 7 * step - 3)

    monkeypatch.setattr(Machine, "sample", energies)
    found = sampled_step_error(telegraphs(replace(FREE, step=0.4)), PROBLEM, beta=1.0, seed=1)
    assert (found.error, found.energy) == pytest.approx((2.8, -0.2))
    assert found.standard_error == pytest.approx(2 * np.hypot(1, 1) / np.sqrt(2))


def drawn(loaded, sweeps=30, reads=READS):
    return loaded.sample(
        beta=1.0, num_reads=reads, num_chains=reads, num_sweeps=sweeps, thinning=sweeps, seed=1
    ).spins


def pvalue(spins, law):
    return stats.pooled_chi_square(stats.count_states(spins.T), law)


@pytest.mark.parametrize("fraction", [1.0, 0.3])
def test_p_bits_clocked_together_reach_their_own_law(fraction):
    loaded = Machine(clocking=Clocking("parallel", fraction=fraction)).load(PROBLEM)
    law = clocked_law(SINGLE, fraction)
    if fraction == 1:
        assert law == pytest.approx(SINGLE.little(), abs=1e-12)
    assert exact_law(loaded, 1.0) == pytest.approx(law, abs=1e-6)
    found = drawn(loaded)
    assert pvalue(found, law) > stats.ALPHA
    assert pvalue(found, SINGLE.boltzmann()) < stats.ALPHA


def test_free_p_bits_reach_the_law_of_their_step():
    loaded = telegraphs(replace(FREE, step=0.3)).load(PROBLEM)
    law, exact = exact_law(loaded, 1.0), exact_law(loaded, 1.0, freely=True)
    assert exact == pytest.approx(SINGLE.boltzmann(), abs=1e-6)
    found = drawn(loaded)
    assert pvalue(found, law) > stats.ALPHA
    assert pvalue(found, exact) < stats.ALPHA


@pytest.mark.parametrize("law", [ConstantTime(TAU), BarrierRates(8.0, 1e-12)])
def test_the_error_of_the_step_is_of_first_order(law):
    slope = 1.0 if isinstance(law, ConstantTime) else 16.0
    machine = Machine(Neurons(Telegraph(law), slope), clocking=replace(FREE, step=0.02))
    found = step_error(machine.load(PROBLEM), 1.0)
    assert found.order == pytest.approx(1, abs=0.03)
    assert 1e-4 < found.error < 5e-3
    with pytest.raises(ValueError, match="expected free p-bits"):
        step_error(Machine().load(PROBLEM), 1.0)


def test_rates_that_are_not_of_one_network_have_a_law_too():
    """Gains and shifts of devices, against the network of what they hear."""
    machine = telegraphs(FREE, spread=Spread(slope=0.3, offset=0.4))
    loaded = machine.load(PROBLEM)
    gain, shift = machine.neurons.devices(5)
    law = asynchronous_law(SINGLE.scaled(gain, -gain * shift), glauber)
    assert exact_law(loaded, 1.0, freely=True) == pytest.approx(law, abs=1e-6)
    seen = run_freely(loaded, 1.0, num_events=2000, num_chains=500, seed=2)
    assert divergence(seen.counts, law) < 1e-3
    assert divergence(seen.counts, SINGLE.boltzmann()) > 5e-3


@cache
def stacked():
    """Twelve networks side by side, sampled in one run."""
    return ensemble(12)


def costs(loaded, network, sweeps=30, reads=4096):
    """Divergences [networks] from Boltzmann's law, without what so few samples cost."""
    spins = drawn(loaded, sweeps, reads).reshape(reads, -1, 5)
    counts = np.stack([stats.count_states(spins[:, k].T) for k in range(spins.shape[1])])
    return divergence(counts, network.boltzmann()) - 31 / (2 * reads)


def test_inputs_that_lag_cost_what_they_should():
    """Section 6 of the references, 0.058 at a lag of one correlation time, on the machine."""
    network = stacked()
    lagging = telegraphs(replace(FREE, step=0.1, lag=TAU)).load(problem_of(network))
    assert costs(lagging, network).mean() == pytest.approx(0.058, rel=0.3)


@pytest.mark.slow
def test_steps_and_events_lag_alike():
    one = telegraphs(replace(FREE, lag=TAU)).load(PROBLEM)
    seen = run_freely(one, 1.0, num_events=2000, num_chains=500, seed=3)
    steps = drawn(telegraphs(replace(FREE, step=0.05, lag=TAU)).load(PROBLEM))
    assert pvalue(steps, SINGLE.boltzmann()) < stats.ALPHA
    assert divergence(stats.count_states(steps.T), SINGLE.boltzmann()) == pytest.approx(
        float(divergence(seen.counts, SINGLE.boltzmann())), rel=0.15
    )


@pytest.mark.slow
def test_a_delay_costs_more_than_a_lag():
    network = stacked()
    late, lagging = (
        telegraphs(Clocking("asynchronous", step=0.1, **{name: 0.3 * TAU})).load(
            problem_of(network)
        )
        for name in ("delay", "lag")
    )
    assert late.clocks.delay == 3
    cost = costs(late, network).mean()
    assert cost == pytest.approx(0.0147 + 0.003, rel=0.4)  # and what the step costs
    assert cost > 1.2 * costs(lagging, network).mean()


def test_sticky_p_bits_keep_the_law_of_colours_and_move_less():
    loaded = telegraphs(Clocking(period=0.2 * TAU)).load(PROBLEM)
    patient = telegraphs(Clocking(wait=8)).load(PROBLEM)
    assert exact_law(loaded, 1.0) == pytest.approx(SINGLE.boltzmann(), abs=1e-6)
    found = drawn(loaded, 100)
    assert pvalue(found, SINGLE.boltzmann()) > stats.ALPHA
    moved = [(drawn(one, 100) != drawn(one, 101)).mean() for one in (loaded, patient)]
    assert moved[0] == pytest.approx(moved[1] * (1 - np.exp(-0.2)), rel=0.05)
    # Together they are as if a share was clocked, which is another law.
    together = telegraphs(Clocking("parallel", period=0.2 * TAU)).load(PROBLEM)
    assert exact_law(together, 1.0) == pytest.approx(
        clocked_law(SINGLE, 1 - np.exp(-0.2)), abs=1e-6
    )


@pytest.mark.slow
def test_autocorrelation_is_that_of_lazy_p_bits():
    """Without couplings a sweep of period T keeps exp(-T / tau) of a spin."""
    problem = ising([0.3, -0.2, 0.5, 0.1], [], [], [])
    periods = [0.3 * TAU, 1.5 * TAU]
    found = clock_study(
        telegraphs(Clocking()), problem, beta=1.0, periods=periods, num_chains=256,
        num_draws=1000, seed=1,
    )  # fmt: skip
    for point in found:
        kept = np.exp(-point.period / TAU)
        assert abs(point.tau - (1 + kept) / (1 - kept)) < 4 * point.error
        assert point.error < 0.03 * point.tau
        assert point.seconds == pytest.approx(point.tau * point.period)
        assert abs(point.energy - found[0].energy) < 5 * point.energy_error
    assert found[0].seconds < found[1].seconds
    with pytest.raises(ValueError, match="too few to see"):
        clock_study(telegraphs(Clocking()), problem, beta=1.0, periods=[0.01 * TAU],
                    num_draws=50, seed=1)  # fmt: skip


@pytest.mark.slow
def test_steps_are_judged_by_energies_of_machines_of_any_size():
    problem = random_gnp(40, 0.2, seed=1)
    found = sampled_step_error(
        telegraphs(replace(FREE, step=0.4)), problem, beta=0.5, num_reads=4096, num_sweeps=20,
        seed=1,
    )  # fmt: skip
    exact = Machine().sample(problem, beta=0.5, num_reads=4096, num_sweeps=40, seed=2)
    true = found.energy - exact.energies.mean()
    assert abs(true) > 5 * found.standard_error
    assert abs(found.error - true) < 5 * found.standard_error + 0.3 * abs(true)


def test_what_no_exact_law_is_known_of_is_refused():
    lagging = telegraphs(replace(FREE, lag=TAU)).load(PROBLEM)
    with pytest.raises(ValueError, match="expected lag and delay 0, or use run_freely"):
        exact_law(lagging, 1.0)
    big = Machine().load(random_gnp(11, 0.5, seed=1))
    with pytest.raises(ValueError, match="11 spins; expected 1 to 10, or sample"):
        exact_law(big, 1.0)
    with pytest.raises(ValueError, match="expected free p-bits"):
        exact_law(Machine().load(PROBLEM), 1.0, freely=True)
    with pytest.raises(ValueError, match="inputs are rounded"):
        run_freely(telegraphs(FREE, input_bits=4).load(PROBLEM), 1.0, num_events=10)
    with pytest.raises(ValueError, match="'asynchronous', which has a step"):
        sampled_step_error(Machine(), PROBLEM, beta=1.0)
    skewed = Machine(Neurons(Telegraph(ConstantTime(TAU, 1.0, 0.3))), clocking=FREE)
    with pytest.raises(ValueError, match="do not mirror each other"):
        run_freely(skewed.load(PROBLEM), 1.0, num_events=10)


def test_clocks_of_a_sweep_follow_lags_and_delays():
    lagging = Clocking("asynchronous", step=0.1, lag=TAU, delay=2.04e-10)
    clocks = lagging.clocks(3, (TAU, 2 * TAU), before=1e-10)
    assert (clocks.count, clocks.delay, clocks.fraction) == (20, 3, 1.0)
    assert clocks.follow == pytest.approx(1 - np.exp(-0.1))
    coloured = Clocking(period=3 * TAU, lag=TAU, delay=6 * TAU).clocks(3, (TAU, TAU), before=TAU)
    assert (coloured.count, coloured.delay, coloured.fraction) == (3, 2, 0.0)
    assert coloured.dt == pytest.approx(2 * TAU)
    assert coloured.follow == pytest.approx(1 - np.exp(-3))
    with pytest.raises(ValueError, match="expected at most 1000: p-bits must be slower"):
        FREE.clocks(3, (TAU, TAU), before=1e-7)
    with pytest.raises(ValueError, match="fields take 5e-09 s of it"):
        Clocking(period=TAU).clocks(3, (TAU, TAU), before=5e-9)


def test_networks_and_problems_are_the_same():
    assert network_of(PROBLEM).boltzmann() == pytest.approx(SINGLE.boltzmann())
    assert problem_of(stacked()).num_variables == 60
