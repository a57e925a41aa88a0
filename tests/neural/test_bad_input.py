"""What no network can make sense of is refused, with what came and what was expected."""

from types import SimpleNamespace

import numpy as np
import pytest
from jax import random

from pbits import neural
from pbits.neural import binary, macro, predictions, readout, shapes
from pbits.neural.partial_sums import PartialSums
from pbits.neural.plasticity import Learned, votes
from pbits.neural.toggles import ToggleAware

IMAGES, LABELS = np.full((6, 4), 0.5, np.float32), np.arange(6) % 3
NAN = np.where(np.arange(24).reshape(6, 4) == 9, np.nan, IMAGES)
NET = shapes.mlp((4,), 3, hidden=(2,))
RANDOM = neural.pbit_mlp((4,), 3, hidden=(2,), drive=0)
MACRO = macro.on_macros(NET, IMAGES)
MAPPED = SimpleNamespace(network=NET)  # refused before arrays are asked
STORED, SOT, KEY = neural.Mapped(NET, {}), neural.hardware("sot"), random.key(0)
LEARNED = Learned(np.ones((8, 2), np.int8), np.zeros(2), np.ones(2), 1, 1.0, 1.0, 1)

IMAGE_USERS = {
    "Mapped.run": lambda x: STORED.run(x),
    "in_arrays": lambda x: readout.in_arrays(RANDOM, SOT, x, KEY),
    "outputs": lambda x: neural.outputs(NET, x),
    "accuracy": lambda x: neural.accuracy(NET, x, LABELS),
    "evaluate": lambda x: neural.evaluate(MAPPED, x, LABELS),
    "monte_carlo": lambda x: neural.monte_carlo(RANDOM, x, 1),
    "on_macros": lambda x: macro.on_macros(NET, x),
    "measure": lambda x: macro.measure(MACRO, x, LABELS),
    "train": lambda x: neural.train(NET, x, LABELS),
    "quantised": lambda x: neural.quantised(NET, x),
    "votes": lambda x: votes(LEARNED, x, LABELS, 3),
}
LABEL_USERS = {
    "accuracy": lambda y: neural.accuracy(NET, IMAGES, y),
    "evaluate": lambda y: neural.evaluate(MAPPED, IMAGES, y),
    "measure": lambda y: macro.measure(MACRO, IMAGES, y),
    "train": lambda y: neural.train(NET, IMAGES, y),
    "votes": lambda y: votes(LEARNED, IMAGES, y, 3),
    "calibration_error": lambda y: predictions.calibration_error(SHARES, y),
    "log_loss": lambda y: predictions.log_loss(SHARES, y),
    "fit_temperature": lambda y: predictions.fit_temperature(SHARES, y),
}
SHARES = np.full((6, 3), 1 / 3)


@pytest.mark.parametrize("use", IMAGE_USERS.values(), ids=IMAGE_USERS)
def test_images_must_be_there_and_finite(use):
    for wrong in (NAN, np.where(np.isnan(NAN), np.inf, NAN)):
        with pytest.raises(ValueError, match="not finite, first in number 2"):
            use(wrong)
    with pytest.raises(ValueError, match="there are no images"):
        use(IMAGES[:0])
    with pytest.raises(ValueError, match="no array of numbers"):
        use("pictures")


@pytest.mark.parametrize("use", LABEL_USERS.values(), ids=LABEL_USERS)
def test_labels_must_be_classes(use):
    """Else they would count as wrong answers, and nobody would notice."""
    for labels in (LABELS + 1, LABELS - 1):
        with pytest.raises(ValueError, match=r"labels are from -?\d to \d; expected classes"):
            use(labels)
    with pytest.raises(ValueError, match="labels hold float64"):
        use(LABELS + 0.5)
    with pytest.raises(ValueError, match="labels hold <U"):
        use(LABELS.astype(str))
    with pytest.raises(ValueError, match=r"labels have shape \(2,\); expected \(6,\)"):
        use(LABELS[:2])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: neural.map_network(NET, SOT, NAN, KEY), "calibration_images hold .* number 2"),
        (lambda: neural.map_network(NET, SOT, IMAGES[:0], KEY), "there are no calibration_images"),
        (lambda: neural.map_network(NET, SOT, IMAGES, 3), r"key is 3; expected .* jax.random.key"),
        (lambda: neural.map_network(NET, "sot", IMAGES, KEY), "design is 'sot'; expected a crossb"),
        (lambda: neural.evaluate_chips(NET, SOT, IMAGES, IMAGES, LABELS, 3), "key is 3"),
        (lambda: neural.evaluate(STORED, IMAGES, LABELS, key=random.split(KEY)), "key is Array"),
        (lambda: neural.evaluate(STORED, IMAGES, LABELS, names=[0]), r"names have .* an output"),
        (lambda: readout.in_arrays(RANDOM, "sot", IMAGES, KEY), "design is 'sot'"),
        (lambda: shapes.mlp((4,), 0), "width of dense3 is 0"),
        (lambda: shapes.mlp((4,), 3, hidden=("8",)), "width of dense1 is '8'"),
        (lambda: shapes.mlp((4, -1), 3), "each size of input_shape is -1"),
        (lambda: shapes.make("resnet8", (64,), 10), r"conv1 reads inputs of shape \(64,\)"),
        (lambda: neural.mlp([np.full((2, 2), np.nan)]), r"weights\[0\] holds values that are not"),
        (lambda: neural.prune(NET, "0.5"), "sparsity of dense1 is '0.5'"),
        (lambda: neural.quantised(NET, IMAGES, weight_bits=1), "weight_bits is 1"),
        (lambda: neural.monte_carlo(RANDOM, IMAGES, 1, seed=-1), "seed is -1"),
        (lambda: neural.monte_carlo(RANDOM, IMAGES, 1, noisy="dense1"), "expected names in a tup"),
        (lambda: neural.monte_carlo(NET, IMAGES, 1), "no layer of p-bits"),
        (lambda: macro.measure(MACRO, IMAGES, LABELS, batch=0), "batch is 0"),
        (lambda: binary.perceptron((4,), 3, hidden=(-1,)), "each number of units is -1"),
        (lambda: PartialSums(rows=0), "rows is 0"),
        (lambda: PartialSums(more=(("dense2", 0),)), "number of dense2 is 0"),
        (lambda: ToggleAware.of({"dense1": 0.0}), "step of 'dense1' is 0.0"),
        (lambda: ToggleAware.of({"dense1": 1.0}, 0, 8), "input_bits is 0"),
        (lambda: ToggleAware.of({"a": 1.0}).linear("b", None, None), "no input step for 'b'"),
        (lambda: predictions.Predictions(np.ones((2, 1, 3)), 0).probabilities(0), "samples is 0"),
        (lambda: predictions.Predictions(np.ones((2, 1, 3)), 0).probabilities(9), "at most 2"),
        (lambda: predictions.calibration_error([[2.0, 1.0]], [0]), "softmax makes them"),
        (lambda: predictions.tempered([np.nan, 1.0], 1.0), "negative values or nan"),
        (lambda: predictions.auroc([], [1.0]), "inside holds 0 scores"),
        (lambda: predictions.auroc([1.0], [np.nan]), "1 of them nan"),
        (lambda: predictions.auroc_gain([1, 2], [1, 2], [1, 2], [1]), "same images"),
    ],
)  # fmt: skip
def test_numbers_out_of_range(call, words):
    with pytest.raises(ValueError, match=words):
        call()
