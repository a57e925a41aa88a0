"""Training that counts toggles: bits, straight-through slopes, and what it saves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from crossbar.digital.energy import line_toggles
from pbits.neural import accuracy, data, shapes, train
from pbits.neural.integers import IntegerLayer, input_steps, round_weights
from pbits.neural.layers import Dense
from pbits.neural.macro import measure, on_macros
from pbits.neural.toggles import ToggleAware, bits_of, charged, round_matrix, toggles_within

RNG = np.random.default_rng(6)
CODES = np.concatenate([[0, 127, -127, -1, 85], RNG.integers(-127, 128, 60)])


def slopes(codes, bits=8):
    """d/dq of sum_k (b_k xor b_(k-1)) with db_k/dq = 1 / 2^k, -1 / 2^(bits - 1) for the sign."""
    found = np.zeros(len(codes))
    for i, code in enumerate(codes):
        line = [(int(code) >> k) & 1 for k in range(bits - 1, -1, -1)]
        worth = [1 / 2.0**k for k in range(bits - 1, -1, -1)]
        worth[0] *= -1
        for k in range(bits):
            neighbours = line[max(k - 1, 0) : k] + line[k + 1 : k + 2]
            found[i] += worth[k] * sum(1 - 2 * other for other in neighbours)
    return found


def test_bits_and_toggles_are_those_of_the_macro():
    q = jnp.asarray(CODES, jnp.float32)
    words = np.asarray(bits_of(q, 8)) @ [-128, 64, 32, 16, 8, 4, 2, 1]
    np.testing.assert_array_equal(words, CODES)
    for code, own in zip(CODES, np.asarray(toggles_within(q, 8)), strict=True):
        entering = line_toggles(np.array([[code]], np.int32), 8)[0] - (code < 0)
        assert own == entering


def test_the_slope_is_that_of_bits_taken_straight_through():
    q = jnp.asarray(CODES, jnp.float32)
    own = jax.jit(jax.grad(lambda q: toggles_within(q, 8).sum()))(q)
    np.testing.assert_allclose(own, slopes(CODES), rtol=1e-6)
    assert np.ptp(own) > 1
    task = jnp.asarray(RNG.normal(size=len(q)), jnp.float32)
    both = jax.jit(jax.grad(lambda q: (charged(q, 8, 0.25) * task).sum()))(q)
    np.testing.assert_allclose(both, task + 0.25 * slopes(CODES), rtol=1e-5)
    np.testing.assert_array_equal(charged(q, 8, 0.25), q)


def test_going_down_the_slope_takes_toggles_away():
    start = RNG.integers(1, 128, 4000).astype(np.float32)

    @jax.jit
    def down(q, sign):
        def step(_, q):
            slope = jax.grad(lambda q: toggles_within(q, 8).sum())(jnp.round(q))
            return jnp.clip(q - 0.5 * sign * slope, 0, 127)

        q = jax.lax.fori_loop(0, 100, step, q)
        return toggles_within(jnp.round(q), 8).mean()

    before, less, more = (float(down(start, sign)) for sign in (0.0, 1.0, -1.0))
    assert less < 0.85 * before < 0.98 * more


def test_the_hook_rounds_as_the_macro_does_and_weights_see_no_rounding():
    weight, x = RNG.normal(size=(12, 4)), jnp.asarray(RNG.normal(size=(5, 12)), jnp.float32)
    codes, step = round_weights(np.float32(weight), 8)
    stored = IntegerLayer(codes, step, 0.02, 8)
    aware = ToggleAware.of({"a": 0.02}, 8, 8, toggles=0.1)
    layer = Dense(jnp.asarray(weight, jnp.float32))
    np.testing.assert_allclose(aware.linear("a", layer, x), stored.exact(x), rtol=1e-4, atol=1e-4)
    slope = jax.jit(jax.grad(lambda w: aware.linear("a", Dense(w), x).sum()))(layer.weight)
    inside = 0.02 * stored.inputs(x).sum(0)
    np.testing.assert_allclose(slope, np.repeat(inside[:, None], 4, 1), rtol=1e-3)
    np.testing.assert_allclose(round_matrix(layer.weight, 8), codes * step, rtol=1e-5)


def test_negative_weights_are_drawn_harder():
    aware = ToggleAware.of({}, zeros=0.5, negative=3.0)
    net = shapes.mlp((2,), 1, hidden=()).replace({"dense1": Dense(jnp.array([[2.0], [-1.0]]))})
    assert float(aware.penalty(net)) == pytest.approx(0.5 * (1 + 3 * 0.5))
    slope = jax.jit(jax.grad(aware.penalty))(net)["dense1"].weight
    np.testing.assert_allclose(slope.ravel(), [0.25, -0.75])


def test_trained_so_a_network_toggles_less_on_the_macro_and_is_as_good():
    pytest.importorskip("optax")
    pytest.importorskip("sklearn")
    images, labels = data.load("digits", "train")
    unseen = data.load("digits", "test")
    options = {"epochs": 8, "rate": 5e-3, "seed": 1}
    usual = train(shapes.mlp((8, 8, 1), 10, (64, 64)), images, labels, **options).network
    steps = input_steps(usual, images[:100], 8)
    aware = ToggleAware.of(steps, 8, 8, toggles=1e-3, zeros=1e-5)
    hooks = {"linear": aware.linear, "penalty": aware.penalty}
    trained = train(usual, images, labels, **options, **hooks).network
    runs = [
        measure(on_macros(network, images[:1], steps=steps), *unseen, batch=360)
        for network in (usual, trained)
    ]
    plain, quiet = runs
    assert abs(plain.accuracy - accuracy(usual, *unseen)) < 0.02
    assert quiet.accuracy > plain.accuracy - 0.015
    assert quiet.toggle_rate < 0.8 * plain.toggle_rate
    saved = [sum(one.data for one in run.layers.values()) for run in runs]
    assert saved[1] < 0.75 * saved[0]
    assert quiet.joules_per_image < plain.joules_per_image
