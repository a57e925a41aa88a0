"""Training: what it reaches, that it replays, batch normalisation, interruption."""

import signal

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits.neural import Augmentation, accuracy, chain, data, fold, layers, shapes, train
from pbits.neural.augmenting import moved

pytest.importorskip("optax")
pytest.importorskip("sklearn")
RNG = np.random.default_rng(5)
X = RNG.normal(size=(64, 6)).astype(np.float32) + 1
Y = (X[:, 0] > X[:, 1]).astype(int)

SHORT = {"epochs": 10, "batch": 16}  # one compiled program


def start():
    def dense(a, b):
        return layers.Dense(jnp.asarray(RNG.normal(size=(a, b)) / a, jnp.float32), jnp.zeros(b))

    one, zero = jnp.ones(4), jnp.zeros(4)
    norm = layers.BatchNorm(one, zero, zero, one)
    names = ("first", "norm", "relu", "last")
    return chain([dense(6, 4), norm, layers.Relu(), dense(4, 2)], (6,), names)


START = start()


def test_a_perceptron_learns_the_digits():
    images, labels = data.load("digits", "train")
    net = shapes.mlp(images.shape[1:], 10, hidden=(32,))
    trained = train(net, images, labels, epochs=15, rate=0.01, seed=1)
    unseen = data.load("digits", "test")
    assert accuracy(net, *unseen) < 0.3
    assert accuracy(trained.network, *unseen) > 0.94
    assert trained.accuracy == max(epoch.accuracy for epoch in trained.history)
    assert len(trained.history) == 15
    assert trained.history[-1].loss < 0.1 < trained.history[0].loss


def test_equal_seeds_give_equal_networks():
    first, again, other = (train(START, X, Y, **SHORT, seed=seed).unfolded for seed in (3, 3, 4))
    same = jax.tree.map(lambda a, b: bool((a == b).all()), first, again)
    assert jax.tree.all(same)
    assert (first["last"].weight != other["last"].weight).any()


def test_a_step_moves_the_running_moments_towards_the_batch_and_folding_keeps_the_function():
    net = train(START, X, Y, epochs=1, batch=64, held_out=(X, Y), optimiser="sgd").unfolded
    seen = X @ START["first"].weight
    np.testing.assert_allclose(net["norm"].mean, 0.1 * seen.mean(0), rtol=1e-4)
    np.testing.assert_allclose(net["norm"].variance, 0.1 * seen.var(0) + 0.9, rtol=1e-4)
    folded = fold(net)
    assert [n.name for n in folded.nodes] == ["first", "relu", "last"]
    np.testing.assert_allclose(folded(X), net(X), atol=1e-5)


def test_an_interrupted_training_keeps_its_best():
    def press(epoch):
        if epoch.number == 2:
            signal.raise_signal(signal.SIGINT)

    trained = train(START, X, Y, **SHORT, progress=press)
    assert trained.interrupted
    assert [epoch.number for epoch in trained.history] == [1, 2]
    assert np.isfinite(trained.network(X)).all()


def test_training_through_a_hook_and_with_a_penalty():
    """A product of zeros leaves nothing to learn before the biases; the penalty acts alone."""
    trained = train(
        START,
        X,
        Y,
        epochs=1,
        batch=32,
        rate=0.1,
        linear=lambda name, layer, x: 0.0 * (x @ layer.matrix),
        penalty=lambda network: 10 * jnp.sum(network["last"].weight),
    )
    after = trained.unfolded
    np.testing.assert_array_equal(after["first"].weight, START["first"].weight)
    assert (after["last"].weight < START["last"].weight).all()


def test_wrong_arguments():
    for options, message in (
        ({"epochs": 0}, "epochs is 0"),
        ({"optimiser": "newton"}, "expected one of adam, sgd"),
        ({"rate": -1.0}, "rate is"),
        ({"held_out": 1.0}, "held_out is 1.0"),
        ({"decay": -0.5}, "decay is"),
    ):
        with pytest.raises(ValueError, match=message):
            train(START, X, Y, **options)
    with pytest.raises(ValueError, match=r"labels have shape \(3,\)"):
        train(START, X, Y[:3])
    for labels in (Y + 1, Y / 2, Y - 1):
        with pytest.raises(ValueError, match=r"expected (classes from 0 to 1|whole numbers)"):
            train(START, X, labels)
    with pytest.raises(FloatingPointError, match="lower the rate"):
        train(START, np.full_like(X, 1e38), Y, **SHORT)


def test_moves_are_numpy_rolls_with_zeros():
    images = RNG.normal(size=(3, 5, 4, 2)).astype(np.float32)
    moves = jnp.array([[1, 0, 1], [0, -2, 1], [-1, 1, -1]])
    got = jax.jit(moved)(jnp.asarray(images), moves)
    expected = np.zeros_like(images)
    expected[0, 1:] = images[0, :-1]
    expected[1, :, :-2] = images[1, :, 2:]
    expected[2, :-1, :-1] = images[2, 1:, ::-1][:, 1:]
    np.testing.assert_array_equal(got, expected)
    drawn = Augmentation(shift=2).draw(np.random.default_rng(0), 500)
    assert sorted(set(drawn[:, 0])) == sorted(set(drawn[:, 1])) == [-2, -1, 0, 1, 2]
    assert set(drawn[:, 2]) == {-1, 1}
    assert set(Augmentation(flip=False).draw(np.random.default_rng(0), 50)[:, 2]) == {1}


def test_shapes_have_the_layers_they_are_named_for():
    for name, joins, weights in (("resnet8", 2, 77_370), ("resnet20", 2, 270_906)):
        net = shapes.make(name, (32, 32, 3), 10)
        assert len(net.linears()) == int(name[6:]) + joins
        kernels = [n.layer for n in net.linears()]
        biases = sum(x.bias.size for x in kernels if x.bias is not None)
        assert sum(x.matrix.size for x in kernels) + biases == weights
        assert net.shapes()["dense"] == (10,)
    assert [m.shape for _, _, m, _ in shapes.make("lenet", (28, 28, 1), 10).linears()] == [
        (25, 6),
        (150, 16),
        (400, 120),
        (120, 84),
        (84, 10),
    ]
    small = shapes.lenet((20, 20, 1), 3, channels=(4, 5, 6), hidden=(7,))
    assert [m.shape for _, _, m, _ in small.linears()] == [
        (25, 4),
        (100, 5),
        (125, 6),
        (6, 7),
        (7, 3),
    ]
    with pytest.raises(ValueError, match="expected one of mlp, lenet"):
        shapes.make("alexnet", (32, 32, 3), 10)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "epochs"), [("lenet", 20), ("resnet8", 4), ("resnet20", 4)])
def test_convolutional_shapes_learn_the_digits(name, epochs):
    images, labels = data.load("digits", "train")
    net = shapes.make(name, images.shape[1:], 10)
    augmentation = Augmentation(shift=1, flip=False)
    trained = train(
        net, images, labels, epochs=epochs, rate=3e-3, decay=1e-3, augmentation=augmentation
    )
    unseen = data.load("digits", "test")
    np.testing.assert_allclose(
        trained.network(unseen.images[:50]), trained.unfolded(unseen.images[:50]), atol=1e-3
    )
    assert accuracy(trained.network, *unseen) > 0.9


@pytest.mark.slow
def test_resnet18_trains_a_step():
    images, labels = data.load("digits", "train")
    net = shapes.make("resnet18", images.shape[1:], 10)
    trained = train(net, images[:80], labels[:80], epochs=2, batch=32)
    assert len(trained.network.linears()) == 21
    assert np.isfinite([epoch.loss for epoch in trained.history]).all()
    assert (trained.unfolded["conv1"].weight != net["conv1"].weight).any()
