"""Digits: learnt, generated, completed and told apart, with floors that a broken part misses."""

import gzip
import struct

import numpy as np
import pytest

from pbits.boltzmann import (
    BlockGibbs,
    BoltzmannMachine,
    deep,
    exact,
    inference,
    initialise,
    rbm,
    train,
)
from pbits.boltzmann.data import Images, digits, mnist, with_labels

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def images():
    return digits()


@pytest.fixture(scope="module")
def trained(images):
    """Seconds of training; twice as many epochs add some percent."""
    data = with_labels(images.train, images.train_labels, 10)
    start = initialise(rbm(64, 48, num_labels=10), data, scale=0.02)
    return train(
        start, data, epochs=25, batch_size=50, num_chains=200, learning_rate=0.02, seed=0
    ).machine


def test_digits(images):
    assert images.train.shape == (1438, 64)
    assert images.test.shape == (359, 64)
    assert set(np.unique(images.train)) == {-1, 1}
    counts = np.bincount(np.concatenate([images.train_labels, images.test_labels]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_classes_of_digits(trained, images):
    by_energy = inference.accuracy(trained, images.test, images.test_labels)
    assert by_energy > 0.88
    drawn = inference.accuracy(
        trained, images.test, images.test_labels, sampler=BlockGibbs(), num_sweeps=30
    )
    assert drawn > 0.86
    blank = BoltzmannMachine(trained.graph, trained.h, np.zeros(trained.coupling.size))
    assert inference.accuracy(blank, images.test, images.test_labels) < 0.2


def test_halves_of_digits_are_completed(trained, images):
    """Far better than by the mean of each pixel."""
    known = np.arange(64) % 8 < 4
    found = inference.complete(trained, images.test, known, reads=15, num_sweeps=50)[:, :64]
    assert (found[:, known] == images.test[:, known]).all()
    by_means = np.sign(images.train.mean(0))
    wrong = (np.sign(found) != images.test)[:, ~known].mean()
    assert wrong < 0.8 * (by_means != images.test)[:, ~known].mean()


def test_generated_digits_are_of_their_class(trained, images):
    """A nearest neighbour among the training images, which saw no machine, reads them."""
    hits = []
    for label in range(10):
        made = inference.generate(trained, 20, label=label, num_sweeps=200, seed=label)
        assert (made[:, 64:].argmax(1) == label).all()
        nearest = (made[:, :64].astype(int) @ images.train.T.astype(int)).argmax(1)
        hits.append((images.train_labels[nearest] == label).mean())
    assert np.mean(hits) > 0.75
    assert np.unique(made, axis=0).shape[0] > 10


def test_class_weights_are_those_of_enumeration():
    draws = np.random.default_rng(3)
    rows = np.where(draws.random((6, 4)) < 0.5, 1, -1)
    for graph in (rbm(4, 3, num_labels=3), deep(4, (3, 2), num_labels=3)):
        machine = BoltzmannMachine(
            graph, draws.normal(0, 0.5, graph.num_units), draws.normal(0, 1, graph.num_couplings)
        )
        wanted = np.stack(
            [exact.log_weights(machine, with_labels(rows, [k] * 6, 3)) for k in range(3)], axis=1
        )
        found = inference.class_log_weights(machine, rows)
        np.testing.assert_allclose(found, wanted, atol=1e-9 if graph.is_restricted else 0.2)
        # Labels drawn with pixels held: each label's mean, given by enumeration of what is free.
        known = np.ones(4, bool)
        drawn = inference.complete(machine, rows, known, reads=2000)[:, 4:]
        states = exact.states(3)
        weights = np.stack(
            [
                exact.log_weights(machine, np.column_stack([rows, np.tile(s, (6, 1))]))
                for s in states
            ]
        )
        share = np.exp(weights - weights.max(0))
        np.testing.assert_allclose(drawn, (share / share.sum(0)).T @ states, atol=0.1)


def test_mnist_files(tmp_path):
    draws = np.random.default_rng(0)
    images, labels = draws.integers(0, 256, (2, 3, 4, 5)), draws.integers(0, 10, (2, 3))
    for k, part in enumerate(("train", "t10k")):
        head = b"\0\0\x08\x03" + struct.pack(">3I", 3, 4, 5)
        raw = head + images[k].astype(np.uint8).tobytes()
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(raw))
        head = b"\0\0\x08\x01" + struct.pack(">I", 3)
        raw = head + labels[k].astype(np.uint8).tobytes()
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(raw)
    found = mnist(tmp_path)
    assert isinstance(found, Images)
    assert found.shape == (4, 5)
    assert (found.test == np.where(images[1].reshape(3, 20) > 127, 1, -1)).all()
    assert (found.train_labels == labels[0]).all()
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(raw[:-1])
    with pytest.raises(ValueError, match="t10k-labels-idx1-ubyte holds 2 bytes"):
        mnist(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no files of mnist \(train\)"):
        mnist(tmp_path / "nowhere")


def test_errors(trained):
    with pytest.raises(ValueError, match="label is 10"):
        inference.generate(trained, 2, label=10)
    with pytest.raises(ValueError, match="label is 0 and the machine has 0"):
        inference.classify(initialise(rbm(4, 2)), np.ones((1, 4)))
    with pytest.raises(ValueError, match="known has shape"):
        inference.complete(trained, np.ones((1, 64)), [True])
    with pytest.raises(ValueError, match=r"labels are from 2 to 2; expected 0 to 1"):
        with_labels(np.ones((1, 2)), [2], 2)
