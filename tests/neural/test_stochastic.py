"""Layers of p-bits: the law of their spins, inference by sampling, training through them."""

from dataclasses import replace
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

import crossbar
from pbits import random
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Spread
from pbits.machine.neurons import Neurons
from pbits.machine.pbit_costs import PBitCost
from pbits.neural import chain, data, layers, train
from pbits.neural.monte_carlo import monte_carlo
from pbits.neural.pbit_shapes import pbit_mlp
from pbits.neural.predictions import softmax
from pbits.neural.sample_costs import sample_cost
from pbits.neural.stochastic import (
    PBits,
    pbit_counts,
    randoms,
    sampled,
    straight_through,
    with_devices,
    with_pbits,
)

ALPHA = 1e-4
DRIVES = np.array([-1.2, -0.3, 0.0, 0.4, 1.5], np.float32)
TELEGRAPH = Neurons(Telegraph(ConstantTime(1e-9, slope=2.0, offset=0.3)), slope=2.0, offset=0.3)
ALONE = chain([PBits()], (5,), ["spins"])


def p_value(mean, count, wanted):
    """Of spins of these means, were their expectations what is wanted: Bonferroni's bound."""
    z = (mean - wanted) / np.sqrt((1 - wanted**2) / count)
    return float(np.min(2 * norm.sf(np.abs(z))) * np.size(z))


def first_spins(network, images=100_000, samples=1):
    x = np.broadcast_to(DRIVES, (images, 5))
    return monte_carlo(network, x, samples, seed=4, batch=images).logits


@pytest.mark.parametrize(
    ("neurons", "wait", "reached"),
    [
        (Neurons(), None, 1.0),
        (Neurons(IdealSigmoid()), None, 1.0),
        (TELEGRAPH, 40e-9, 1.0),
        (TELEGRAPH, 0.7e-9, -np.expm1(-0.7)),  # from idle: (1 - exp(-wait / tau)) of the mean
    ],
    ids=["none", "sigmoid", "waited", "hurried"],
)
def test_spins_have_the_mean_of_the_transfer_curve(neurons, wait, reached):
    spins = first_spins(with_devices(ALONE, neurons, wait))[0]
    assert set(np.unique(spins)) == {-1.0, 1.0}
    wanted = reached * np.tanh(DRIVES)
    assert p_value(spins.mean(0), len(spins), wanted) > ALPHA
    assert p_value(spins.mean(0), len(spins), reached * np.tanh(1.1 * DRIVES)) < ALPHA
    if reached < 1:
        assert p_value(spins.mean(0), len(spins), np.tanh(DRIVES)) < ALPHA


def test_consecutive_samples_are_as_related_as_the_device_is():
    """Two samples at rest have the covariance exp(-wait / tau) (1 - mean^2)."""
    still = np.zeros((20_000, 5))
    for neurons, wanted in ((Neurons(), 0.0), (TELEGRAPH, np.exp(-0.7))):
        chip = with_devices(ALONE, neurons, 0.7e-9)
        spins = monte_carlo(chip, still, 2, seed=4, batch=len(still)).logits
        agree = (spins[0] * spins[1]).mean(0)
        assert p_value(agree, len(still), np.full(5, wanted)) > ALPHA
        assert p_value(agree, len(still), np.full(5, 0.2)) < ALPHA


def test_a_chip_has_its_own_devices_and_calibration_undoes_them():
    neurons = replace(TELEGRAPH, spread=Spread(slope=0.3, offset=0.2), seed=5)
    gain, shift = neurons.devices(5)
    told = 0.3 + DRIVES / 2
    wanted = np.tanh(2 * (gain * (told - shift) - 0.3))
    chip = with_devices(ALONE, neurons, 40e-9)
    np.testing.assert_allclose(chip(DRIVES[None])[0], wanted, rtol=1e-5)
    spins = first_spins(chip)[0]
    assert p_value(spins.mean(0), len(spins), wanted) > ALPHA
    assert p_value(spins.mean(0), len(spins), np.tanh(DRIVES)) < ALPHA
    known = neurons.believing(2 * gain, shift + 0.3 / gain)
    np.testing.assert_allclose(
        with_devices(ALONE, known)(DRIVES[None])[0], np.tanh(DRIVES), rtol=1e-5
    )
    two = chain([PBits(), PBits()], (5,), ["a", "b"])
    first, second = (with_devices(two, neurons)[name].devices for name in "ab")
    np.testing.assert_allclose(np.r_[first.gain, second.gain], neurons.devices(10)[0], rtol=1e-6)


def test_inputs_are_rounded_where_a_converter_gives_them():
    chip = with_devices(ALONE, replace(TELEGRAPH, input_bits=3, input_range=1.5), 40e-9)
    spins = first_spins(chip)[0]  # codes of 0.5
    assert p_value(spins.mean(0), len(spins), np.tanh([-1.0, -0.5, 0, 0.5, 1.5])) > ALPHA
    np.testing.assert_allclose(chip(DRIVES[None])[0], np.tanh(DRIVES), rtol=1e-5)


RNG = np.random.default_rng(3)
TINY = chain(
    [
        layers.Dense(jnp.asarray(RNG.normal(size=(3, 4)), jnp.float32), jnp.full(4, 0.2)),
        PBits(),
        layers.Dense(jnp.asarray(RNG.normal(size=(4, 4)), jnp.float32)),
        PBits(),
        layers.Dense(jnp.asarray(2 * RNG.normal(size=(4, 3)), jnp.float32)),
    ],
    (3,),
    ["in", "first", "middle", "second", "out"],
)
X = RNG.normal(size=(6, 3)).astype(np.float32)


def enumerated():
    """Prediction and mutual information by all 2**8 states of the p-bits, in NumPy."""
    spins = np.array(list(product([-1.0, 1.0], repeat=4)))
    first = X @ np.asarray(TINY["in"].weight) + 0.2
    p_first = np.prod((1 + spins * np.tanh(first)[:, None]) / 2, -1)  # [n, 16]
    second = np.tanh(spins @ np.asarray(TINY["middle"].weight))
    p_second = np.prod((1 + spins * second[:, None]) / 2, -1)  # [16, 16]
    weight = p_first @ p_second
    outcomes = softmax(spins @ np.asarray(TINY["out"].weight))
    mean = weight @ outcomes
    doubt = -np.sum(outcomes * np.log(outcomes), -1)
    return mean, -np.sum(mean * np.log(mean), -1) - weight @ doubt, weight @ outcomes**2 - mean**2


def test_sampling_agrees_with_enumeration():
    found = monte_carlo(TINY, X, 20_000, seed=7)
    mean, information, variance = enumerated()
    error = np.sqrt(variance / 20_000)

    def p(wanted):
        z = (found.probabilities() - wanted) / error
        return float(np.min(2 * norm.sf(np.abs(z))) * z.size)

    assert p(mean) > ALPHA
    assert p(softmax(np.asarray(TINY(X)))) < ALPHA  # the network of means is another
    np.testing.assert_allclose(found.mutual_information(), information, atol=0.02)
    assert information.min() > 0.1


def test_randomness_belongs_to_images_and_samples():
    whole = monte_carlo(TINY, X, 5, seed=1).logits
    np.testing.assert_allclose(monte_carlo(TINY, X, 5, seed=1, batch=4).logits, whole, rtol=1e-5)
    np.testing.assert_allclose(monte_carlo(TINY, X, 3, seed=1).logits, whole[:3], rtol=1e-5)
    assert (monte_carlo(TINY, X, 5, seed=2).logits != whole).any()
    repeated = monte_carlo(TINY, np.repeat(X[:1], 6, 0), 5, seed=1).logits
    assert len(np.unique(repeated[..., 0].round(4))) > 5


def test_deterministic_tiles_and_random_layers_mix():
    """What comes before the first p-bit runs once; arrays are used where they are given."""
    calls = []

    def linear(name, layer, rows):
        calls.append(name)
        return rows @ layer.matrix

    assert randoms(TINY) == {"first", "middle", "second", "out"}
    plain = monte_carlo(TINY, X, 5, seed=1)
    hooked = monte_carlo(TINY, X, 5, seed=1, linear=linear)
    np.testing.assert_allclose(hooked.logits, plain.logits, rtol=1e-5)
    assert calls.count("in") == 1 < calls.count("out")
    cell = crossbar.Cell([1e-6, 2e-6])
    design = crossbar.Design(cell, rows=8, columns=8, weight_bits=10, input_bits=2)
    arrays = {"out": crossbar.program(jax.random.key(0), TINY["out"].matrix, design)}
    found = monte_carlo(TINY, X, 5, seed=1, arrays=arrays).logits
    np.testing.assert_allclose(found, plain.logits, atol=0.03)
    twice = {"out": arrays["out"].replace(gain=2 * arrays["out"].gain)}
    doubled = monte_carlo(TINY, X, 5, seed=1, arrays=twice).logits
    np.testing.assert_allclose(doubled, 2 * found, rtol=1e-4)
    with pytest.raises(ValueError, match="no linear layer is called"):
        monte_carlo(TINY, X, 4, arrays={"other": arrays["out"]})

    cost = sample_cost(TINY, X, arrays, PBitCost(2e-9, 1e-6))
    assert cost.decisions == 8
    assert cost.each["first"] == pytest.approx(4 * 2e-15, rel=1e-6, abs=0)
    assert set(cost.each) == {"first", "second", "out"}
    assert not cost.once  # "in" is not in memory
    assert cost.joules(3) == pytest.approx(3 * sum(cost.each.values()), rel=1e-6, abs=0)
    assert cost.seconds(2) > 2 * 2 * 2e-9


def test_what_comes_before_the_first_p_bit_is_paid_once():
    design = crossbar.Design(crossbar.Cell([1e-6, 2e-6]), rows=8, columns=8, weight_bits=10)
    arrays = {"in": crossbar.program(jax.random.key(0), TINY["in"].matrix, design)}
    cost = sample_cost(TINY, X, arrays, PBitCost(2e-9, 1e-6))
    events = arrays["in"].mvm(X)[1]
    report = arrays["in"].report(events, len(X))
    assert cost.once["in"] == pytest.approx(report.energy / len(X), rel=1e-6, abs=0)
    assert cost.joules(3) - cost.joules(2) == pytest.approx(8 * 2e-15, rel=1e-6, abs=0)
    assert cost.seconds(2) == pytest.approx(report.latency / len(X) + 8e-9, rel=1e-6, abs=0)


def test_straight_through_shows_spins_and_differentiates_means():
    key = random.seed_key(2)

    def summed(x, hook):
        return jnp.sum(ALONE.run(x, digital=hook(key)) * jnp.arange(5.0))

    x = jnp.asarray(DRIVES)[None]
    both = jax.jit(jax.value_and_grad(summed), static_argnums=1)
    (spins, slope), (drawn, none) = both(x, straight_through), both(x, sampled)
    assert spins == pytest.approx(float(drawn))
    np.testing.assert_allclose(slope[0], np.arange(5) / np.cosh(DRIVES) ** 2, rtol=1e-5)
    assert not none.any()


pytest.importorskip("optax")


@pytest.fixture(scope="module")
def digits():
    pytest.importorskip("sklearn")
    return data.load("digits", "train"), data.load("digits", "test")


def test_a_network_of_p_bits_learns_the_digits(digits):
    (images, labels), unseen = digits
    start = pbit_mlp(images.shape[1:], 10, hidden=(48,))
    assert pbit_counts(start) == {"pixels": (64,), "pbits1": (48,)}
    settings = {"epochs": 12, "rate": 0.01, "seed": 1}
    spins = train(start, images, labels, digital=straight_through, **settings)
    found = monte_carlo(spins.network, unseen[0], 32, seed=1, batch=360)
    assert found.accuracy(unseen[1]) > 0.9
    assert 0.6 < found.accuracy(unseen[1], 1) < found.accuracy(unseen[1], 4) - 0.04
    before = monte_carlo(start, unseen[0], 32, seed=1, batch=360)
    assert before.accuracy(unseen[1]) < 0.3
    mute = spins.network.replace({"level": layers.Scale(jnp.zeros(64), jnp.zeros(64))})
    assert monte_carlo(mute, unseen[0], 32, batch=360).accuracy(unseen[1]) < 0.3


def test_training_moves_weights_and_no_devices():
    short = chain([TINY["in"], PBits(), TINY["out"]], (3,), ["in", "first", "out"])
    chip = with_devices(
        with_pbits(short, PBits), replace(TELEGRAPH, spread=Spread(slope=0.3, offset=0.2))
    )
    y = np.array([0, 1, 2, 0, 1, 2])
    for hook in (None, straight_through):
        trained = train(chip, X, y, epochs=1, batch=6, held_out=(X, y), digital=hook).network
        same = jax.tree.map(
            lambda a, b: bool(np.all(a == b)), trained["first"].devices, chip["first"].devices
        )
        assert jax.tree.all(same)
        assert (trained["in"].weight != chip["in"].weight).all()


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="no layer of p-bits"):
        with_devices(chain([layers.Relu()], (2,)), TELEGRAPH)
    with pytest.raises(ValueError, match="no layer of p-bits"):
        monte_carlo(chain([layers.Relu()], (2,)), np.ones((1, 2)))
    with pytest.raises(ValueError, match="no images"):
        monte_carlo(ALONE, np.ones((0, 5)))
    with pytest.raises(ValueError, match="wait"):
        with_devices(ALONE, TELEGRAPH, wait=0.0)
