"""Stochastic set and reset: stationary weight, variance, memory, window."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits import random
from pbits.devices.plasticity import (
    Rule,
    expected_weight,
    learn,
    probabilities,
    stationary_weight,
    update,
)

COUNT = 40_000


def trained(up, down, events, count=COUNT, seed=1):
    number = jnp.arange(count, dtype=jnp.uint32)

    @jax.jit
    def run(weight):
        def event(k, weight):
            key = random.sweep_key(random.seed_key(seed), jnp.uint32(k))
            return update(key, weight, up, down, number)

        return jax.lax.fori_loop(0, events, event, weight)

    return np.asarray(run(jnp.zeros(count, jnp.int8)))


@pytest.mark.parametrize(("up", "down"), [(0.1, 0.1), (0.3, 0.1), (0.05, 0.2), (0.9, 0.6)])
def test_stationary_weight_and_variance(up, down):
    found = trained(up, down, 120)
    mean = up / (up + down)
    assert float(stationary_weight(up, down)) == pytest.approx(mean)
    error = np.sqrt(mean * (1 - mean) / COUNT)
    assert found.mean() == pytest.approx(mean, abs=4 * error)
    assert found.var() == pytest.approx(mean * (1 - mean), abs=4 * error)
    # One that sets only a tenth less often is told apart.
    other = 0.9 * up / (0.9 * up + down)
    assert abs(found.mean() - other) > 4 * error


@pytest.mark.parametrize("events", [1, 3, 10])
def test_the_mean_on_the_way(events):
    found = trained(0.2, 0.1, events).mean()
    exact = float(expected_weight(0.0, 0.2, 0.1, events))
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / COUNT))


def test_window():
    rule = Rule(0.8, 0.3, window=20e-3, longest=3.0)
    up, down = probabilities(rule, [0.0, 20e-3, 59e-3, 61e-3, np.inf])
    assert up == pytest.approx([0.8, 0.8 / np.e, 0.8 * np.exp(-2.95), 0, 0])
    assert down == pytest.approx([0, 0, 0, 0.3, 0.3])


def test_correlated_inputs_are_learned():
    """Synapses whose inputs precede the spikes more often end with more weight, as predicted."""
    rule, events, count = Rule(0.4, 0.2, window=20e-3), 200, 8000
    rng = np.random.default_rng(0)
    share = np.repeat([0.2, 0.8], count // 2)
    early = rng.random((events, count)) < share
    lags = np.where(early, 10e-3, np.inf)
    found = np.asarray(learn(random.seed_key(3), jnp.zeros(count, jnp.int8), rule, lags))
    up = share * 0.4 * np.exp(-0.5)
    exact = up / (up + (1 - share) * 0.2)
    for half in (slice(0, count // 2), slice(count // 2, None)):
        p = exact[half][0]
        assert found[half].mean() == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / (count / 2)))


def test_synapses_are_independent_and_replay():
    first, second = trained(0.3, 0.3, 30), trained(0.3, 0.3, 30)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, trained(0.3, 0.3, 30, seed=2))
    pairs = first.reshape(2, -1) - 0.5
    assert abs(np.corrcoef(pairs)[0, 1]) < 4 / np.sqrt(COUNT / 2)
