"""Networks of p-bits: laws by enumeration, simulations against them, and what must be rejected."""

import numpy as np
import pytest

from pbits.devices.network_dynamics import run_asynchronous, run_clocked
from pbits.devices.networks import (
    Network,
    arrhenius,
    asynchronous_law,
    clocked_law,
    divergence,
    enumerate_spins,
    glauber,
    sampling_floor,
)


def random_network(spread=0.3, bias=0.3, spins=5, seed=1, **more):
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(0, spread, (spins, spins)), 1)
    return Network(upper + upper.T, rng.normal(0, bias, spins), **more)


def test_energies_have_the_sign_of_the_project():
    network = random_network(beta=0.7)
    s = network.states
    energies = [
        sum(network.biases[i] * x[i] for i in range(5))
        + sum(network.couplings[i, j] * x[i] * x[j] for i in range(5) for j in range(i))
        for x in s
    ]
    assert network.energies() == pytest.approx(np.array(energies))
    # A p-bit's input is half of what beta E falls by when the spin turns up.
    flipped = np.arange(32) ^ 1
    rise = network.beta * (network.energies()[flipped] - network.energies())
    assert network.inputs(s)[:, 0] * s[:, 0] == pytest.approx(rise / 2)


@pytest.mark.parametrize("rate", [glauber, arrhenius])
def test_asynchronous_p_bits_settle_to_boltzmann(rate):
    network = random_network(0.6, beta=1.3)
    law = network.boltzmann()
    assert asynchronous_law(network, rate) == pytest.approx(law, rel=1e-9)
    seen = run_asynchronous(network, num_events=3000, num_chains=1000, rate=rate, seed=1)
    assert divergence(seen.counts, law) < 3e-4
    # Time passes as it should: flips per tau are the mean rate.
    flips = (law * rate(network.inputs(network.states) * network.states).sum(-1)).sum()
    assert seen.flips / seen.time == pytest.approx(flips, rel=0.01)


def test_rates_without_detailed_balance_are_rejected():
    """Half the slope in one direction: another law, and the test above sees it."""

    def lopsided(aligned):
        return np.exp(-np.where(aligned > 0, 1.2 * aligned, aligned))

    network = random_network(0.6)
    assert divergence(asynchronous_law(network, lopsided), network.boltzmann()) > 3e-3


def test_parallel_p_bits_settle_to_little_and_not_to_boltzmann():
    network = random_network()
    seen = run_clocked(network, num_clocks=1000, seed=1)
    assert divergence(seen.counts, network.little()) < 2e-4
    assert clocked_law(network) == pytest.approx(network.little(), rel=1e-8)
    assert divergence(seen.counts, network.boltzmann()) > 0.02


def test_a_fraction_at_a_time_comes_near_boltzmann():
    network = random_network(0.5)
    costs = [float(divergence(clocked_law(network, f), network.boltzmann())) for f in (0.01, 0.3)]
    assert costs[0] < 2e-5
    assert 2e-3 < costs[1] < 0.05
    seen = run_clocked(network, num_clocks=2000, fraction=0.3, seed=2)
    assert divergence(seen.counts, clocked_law(network, 0.3)) < 3e-4
    assert divergence(seen.counts, network.boltzmann()) > 1e-3


def test_published_costs_of_updating_a_fraction():
    """0.006, 0.022 and 0.41 of one instance with couplings of 0.3; the mean of 100 here."""
    networks = [random_network(0.3, 0.4, seed=k) for k in range(100)]
    stack = Network(
        np.stack([one.couplings for one in networks]), np.stack([one.biases for one in networks])
    )
    for fraction, cost in [(0.3, 0.006), (0.5, 0.022), (1.0, 0.41)]:
        found = divergence(clocked_law(stack, fraction), stack.boltzmann())
        assert found.mean() == pytest.approx(cost, rel=0.25)


def stepped(network, lag, dt, steps, chains, seed):
    """The same network with inputs that lag, by small steps of time: counts [2**n]."""
    rng = np.random.default_rng(seed)
    s = rng.choice([-1.0, 1.0], (chains, 5))
    inputs, counts = network.inputs(s), np.zeros(32)
    for k in range(steps):
        inputs += dt / lag * (network.inputs(s) - inputs)
        s = np.where(rng.random(s.shape) < dt * glauber(inputs * s), -s, s)
        if k > steps // 10:
            counts += np.bincount((s > 0) @ (1 << np.arange(5)), minlength=32)
    return counts


def test_inputs_that_lag_cost_what_small_steps_say():
    network = random_network(0.4)
    law = network.boltzmann()
    events = run_asynchronous(network, num_events=8000, num_chains=1000, lag=1.0, seed=1)
    steps = stepped(network, 1.0, 0.02, 15_000, 400, 2)
    assert divergence(events.counts, steps / steps.sum()) < 2e-3
    cost = float(divergence(events.counts, law))
    assert cost == pytest.approx(float(divergence(steps, law)), rel=0.1)
    assert cost > 0.02


def test_runs_replay_and_stacks_are_their_parts():
    one, two = random_network(seed=1), random_network(seed=2)
    stack = Network(np.stack([one.couplings, two.couplings]), np.stack([one.biases, two.biases]))
    seen = run_asynchronous(stack, num_events=2000, num_chains=500, seed=7)
    again = run_asynchronous(stack, num_events=2000, num_chains=500, seed=7)
    assert np.array_equal(seen.counts, again.counts)
    assert seen.counts.shape == (2, 32)
    assert seen.counts.sum(axis=1).tolist() == [1800 * 500] * 2
    for counts, network in zip(seen.counts, (one, two), strict=True):
        assert divergence(counts, network.boltzmann()) < 1e-3
    assert divergence(seen.counts[0], two.boltzmann()) > 0.01
    assert clocked_law(stack)[1] == pytest.approx(clocked_law(two))
    assert asynchronous_law(stack)[1] == pytest.approx(asynchronous_law(two))


def test_samples_cost_their_floor():
    law = random_network().boltzmann()
    counts = np.random.default_rng(1).multinomial(10_000, law, size=400)
    assert divergence(counts, law).mean() == pytest.approx(sampling_floor(32, 10_000), rel=0.1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Network(np.eye(2), np.zeros(2)),
        lambda: Network(np.zeros((2, 3)), np.zeros(2)),
        lambda: Network(np.zeros((2, 2)), np.zeros(2), beta=-1.0),
        lambda: Network([[0, 1], [2, 0]], [0, 0]).boltzmann(),
        lambda: Network([[0, 1], [2, 0]], [0, 0]).little(),
        lambda: Network([[0, 1], [1, 0]], [0, 0], beta=0.0).scaled(np.ones(2), np.ones(2)),
        lambda: enumerate_spins(17),
        lambda: clocked_law(random_network(spins=11)),
        lambda: clocked_law(random_network(), 0.0),
        lambda: run_clocked(random_network(), num_clocks=10, fraction=1.5),
        lambda: run_clocked(random_network(), num_clocks=10, burn_in=10),
        lambda: run_asynchronous(random_network(), num_events=10, lag=-1.0),
        lambda: run_asynchronous(random_network(), num_events=0),
    ],
)
def test_bad_networks_are_named(call):
    with pytest.raises(ValueError, match="expected"):
        call()
