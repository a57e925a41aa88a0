"""Binary networks in sums of resistances."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from crossbar.converters.resistance_sum import ResistanceSum
from crossbar.ledger import charge
from pbits.neural import accuracy, binary, binary_costs, data, train
from pbits.neural.binary import ResistanceNetwork

RNG = np.random.default_rng(8)
IDEAL = ResistanceSum(low_spread=0.0, high_spread=0.0, bits=16)
# 71 inputs: two arrays of 64 rows, of which 57 are filled; sums are odd, never 0.
NET = binary.perceptron((71,), 3, (65,), seed=3)
X = RNG.choice([-1.0, 1.0], (20, 71)).astype(np.float32)
PLAIN = jax.jit(lambda net, x: net.run(x, binary.product))


def chip(array, key=0, net=NET):
    return ResistanceNetwork.program(jax.random.key(key), net, array)


def test_products_are_those_of_signs():
    weight = np.asarray(NET["dense1"].weight)
    signs = np.where(weight < 0, -1, 1)
    found = binary.product("dense1", NET["dense1"], jnp.asarray(X))
    np.testing.assert_allclose(found, X @ signs / 71**0.5, rtol=1e-5)
    slope = jax.grad(lambda w: (jnp.asarray(X) @ binary.sign(w)).sum())(jnp.asarray(weight))
    np.testing.assert_allclose(slope, np.repeat(X.sum(0)[:, None], 65, 1), rtol=1e-5, atol=1e-5)


def test_an_ideal_array_computes_the_network_filled_rows_and_all():
    built = chip(IDEAL)
    usual = np.asarray(PLAIN(NET, X))
    np.testing.assert_allclose(built(X), usual, atol=0.01)
    assert np.abs(np.asarray(chip(ResistanceSum(bits=16))(X)) - usual).max() > 0.1


def test_spread_is_of_the_chip_and_jitter_of_the_read():
    one, two = (chip(ResistanceSum(bits=16), key) for key in (0, 1))
    first, again, other = one(X), one(X), two(X)
    np.testing.assert_array_equal(first, again)
    assert np.abs(np.asarray(first - other)).max() > 0.05
    noisy = chip(ResistanceSum(low_spread=0.0, high_spread=0.0, bits=16, jitter=1e-9))
    reads = [noisy(X, jax.random.key(k)) for k in (1, 2)]
    assert np.abs(np.asarray(reads[0] - reads[1])).max() > 0.05


def test_calibration_sees_the_chips_own_sums():
    built = chip(ResistanceSum()).calibrated(X)
    net = built.network
    values = jax.jit(lambda x: net.values(x, binary._products(dict(built.columns), None)))
    seen = values(jnp.asarray(X))
    for i in (1, 2):
        normal = np.asarray(seen[f"norm{i}"])
        np.testing.assert_allclose(normal.mean(0), 0, atol=1e-3)
        np.testing.assert_allclose(normal.std(0), 1, atol=0.02)


def test_accuracy_and_cost_are_of_one_run_on_the_published_array():
    labels = np.arange(20) % 3
    stored = chip(ResistanceSum())
    found = binary_costs.evaluate(stored, X, labels, batch=20)
    outputs = (np.asarray(stored(X)), np.asarray(PLAIN(NET, X)))
    assert found.accuracy == np.mean(outputs[0].argmax(-1) == labels)
    assert found.float_accuracy == np.mean(outputs[1].argmax(-1) == labels)
    first, last = (layer.report for layer in found.cost.layers)
    products = {row.name: row.total for row in first.rows}["resistance_sum.4"]
    assert products == pytest.approx(128 * 65 * 2 / 262e12, rel=1e-6, abs=0)
    moved = charge({"sram.32kB.bit": 71 + 65 * 8, "add.int8": 2 * 65}).energy
    assert first.energy == pytest.approx(products + moved, rel=1e-6, abs=0)
    # Two arrays of rows, and of columns two for 65 and one for 3, at 11.1 MHz.
    assert found.cost.latency == pytest.approx((4 + 2) / 11.1e6, rel=1e-6, abs=0)
    assert found.cost.arrays == 6
    assert last.missing == found.cost.missing == ("resistance_sum.4",)  # nobody gives its area
    bits = charge(binary_costs.PROCESSOR.events(71, 65, 1)).energy
    assert found.cost.layers[0].digital.energy == pytest.approx(bits, rel=1e-9, abs=0)
    assert bits < 0.2 * charge({"mac.int8": 71 * 65, "dram.bit": 8 * 71 * 65}).energy
    assert 0 < found.cost.advantage_on_chip < found.cost.advantage
    moved = stored.calibrated(X)
    assert np.array_equal(
        binary_costs.evaluate(moved, X, labels, batch=20).float_found, found.float_found
    )
    with pytest.raises(ValueError, match="key is 3"):
        binary_costs.evaluate(stored, X, labels, key=3)


@pytest.mark.slow
def test_a_trained_network_loses_little_on_calibrated_chips():
    pytest.importorskip("optax")
    pytest.importorskip("sklearn")
    images, labels = data.load("digits", "train")
    x, y = data.load("digits", "test")
    start = binary.perceptron((8, 8, 1), 10, (128,), seed=1)
    options = {"epochs": 12, "rate": 0.01, "linear": binary.product}
    net = train(start, images - 0.5, labels, **options).unfolded
    software = accuracy(lambda x: PLAIN(net, x), x - 0.5, y, 360)
    assert software > 0.87
    chips = [chip(ResistanceSum(), key, net).calibrated(images - 0.5) for key in range(3)]
    found = np.mean([accuracy(one, x - 0.5, y, 360) for one in chips])
    assert software - 0.08 < found < software + 0.02
    worse = ResistanceSum(low_spread=8e3, high_spread=8e3)
    lost = accuracy(chip(worse, 0, net).calibrated(images - 0.5), x - 0.5, y, 360)
    assert lost < found - 0.02
