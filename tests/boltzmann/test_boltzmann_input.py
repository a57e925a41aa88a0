"""What no Boltzmann machine can learn from is refused, with what came and what was expected."""

import numpy as np
import pytest

from pbits.boltzmann import (
    BoltzmannMachine,
    deep,
    exact,
    inference,
    initialise,
    local,
    rbm,
    sparse,
    train,
)
from pbits.boltzmann.data import bars_and_stripes, with_labels

DATA = bars_and_stripes(2)
LABELS = np.arange(6) % 2
PLAIN, LABELLED = initialise(rbm(4, 2)), initialise(rbm(4, 2, num_labels=2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rbm("4", 2), "num_visible is '4'"),
        (lambda: deep(4, 3), "hidden is 3; expected sizes of layers"),
        (lambda: deep(4, (3, -1)), "each size of hidden is -1"),
        (lambda: local("44", (2, 2), 1), r"shape is '44'; expected \(rows, columns\)"),
        (lambda: sparse(2, 2, [0.5], [2]), "row holds float64"),
        (lambda: initialise(rbm(4, 2), scale=-1), "scale is -1"),
        (lambda: initialise(rbm(4, 2), seed="a"), "seed is 'a'"),
        (lambda: BoltzmannMachine(rbm(1, 1), [np.nan, 0], [0]), "1 values that are not finite"),
        (lambda: with_labels((DATA + 1) // 2, LABELS, 2), r"spins must be -1 or \+1"),
        (lambda: with_labels(DATA * np.nan, LABELS, 2), r"spins must be -1 or \+1"),
        (lambda: with_labels(DATA, LABELS + 0.5, 2), "labels hold float64"),
        (lambda: with_labels(DATA, LABELS + 1, 2), "from 1 to 2; expected 0 to 1"),
        (lambda: train(PLAIN, DATA, momentum=1.5), "momentum is 1.5; expected a share below 1"),
        (lambda: train(PLAIN, DATA, sampler="gibbs"), "sampler is 'gibbs'; expected BlockGibbs"),
        (lambda: train(PLAIN, DATA, optimiser="adam"), "optimiser is 'adam'"),
        (lambda: train(PLAIN, DATA, score=lambda _: np.nan), "score gave nan in epoch 0"),
        (lambda: inference.generate(PLAIN, 2, num_sweeps=0), "num_sweeps is 0"),
        (lambda: inference.generate(PLAIN, 2, start=DATA[:5]), "start has 5 rows; expected 2"),
        (lambda: inference.generate(PLAIN, 2, label=0), "the machine has 0; give its graph"),
        (lambda: inference.generate(LABELLED, 2, label="1"), "label is '1'"),
        (lambda: inference.complete(PLAIN, DATA, [1, 1, 0, 0]), "known has shape .* holds int64"),
        (lambda: inference.complete(PLAIN, DATA, np.ones(4, bool), num_sweeps=-1), "is -1"),
        (lambda: inference.accuracy(LABELLED, DATA, LABELS + 2), "from 2 to 3; expected 0 to 1"),
        (lambda: inference.accuracy(LABELLED, DATA, [0]), r"labels of shape \(1,\)"),
        (lambda: inference.accuracy(LABELLED, DATA[:0], []), "there are no images"),
        (lambda: exact.gradient(PLAIN, DATA[:0]), "data has no rows"),
    ],
)
def test_input_out_of_range(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_training_that_diverges_says_so():
    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        train(PLAIN, DATA, epochs=60, learning_rate=1e30, seed=0)


def test_what_stands_for_unknown_pixels_does_not_matter():
    known, blanks = np.arange(4) < 2, DATA.astype(float)
    blanks[:, 2:] = np.nan
    found = inference.complete(PLAIN, blanks, known, num_sweeps=2, seed=1)
    np.testing.assert_array_equal(
        found, inference.complete(PLAIN, DATA, known, num_sweeps=2, seed=1)
    )
    np.testing.assert_array_equal(found[:, :2], DATA[:, :2])
