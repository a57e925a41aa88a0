"""Statistics of predictions, against definitions written out and laws of their own."""

import numpy as np
import pytest

from pbits.neural.predictions import (
    Predictions,
    auroc,
    auroc_gain,
    calibration_error,
    entropy,
    fit_temperature,
    log_loss,
    softmax,
    tempered,
)

RNG = np.random.default_rng(8)
LOGITS = RNG.normal(size=(6, 400, 4)).astype(np.float32) * 2
P = softmax(LOGITS)


def test_auroc_is_the_share_of_pairs_in_order():
    a, b = RNG.integers(0, 6, 40), RNG.integers(2, 8, 30)
    pairs = np.sign(b[None] - a[:, None])
    assert auroc(a, b) == pytest.approx(np.mean((pairs + 1) / 2))
    assert auroc(a, b) + auroc(b, a) == pytest.approx(1)


def test_calibration_error_of_labels_drawn_from_the_predictions_is_small():
    p = np.repeat(P[0], 100, axis=0)
    labels = (p.cumsum(1) > RNG.random((len(p), 1))).argmax(1)
    assert calibration_error(p, labels) < 0.01
    assert calibration_error(tempered(p, 0.5), labels) > 0.05
    one = fit_temperature(tempered(p, 2.0), labels)
    assert one == pytest.approx(0.5, rel=0.02)
    assert log_loss(p, labels) == pytest.approx(entropy(p).mean(), abs=0.01)


def test_calibration_error_by_hand():
    p = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.4, 0.6]])
    # Bin of 0.9: accuracy 1/2; bin of 0.6: accuracy 1.
    assert calibration_error(p, [0, 1, 0, 1], bins=10) == pytest.approx(0.5 * 0.4 + 0.5 * 0.4)


def test_mutual_information_is_what_samples_disagree_on():
    found = Predictions(LOGITS, 0)
    agreeing = Predictions(np.repeat(LOGITS[:1], 6, 0), 0)
    np.testing.assert_allclose(agreeing.mutual_information(), 0, atol=1e-12)
    information = found.mutual_information()
    assert information.min() > 0
    mean = P.mean(0)
    divergence = np.mean(np.sum(P * np.log(P / mean), -1), 0)  # the same by Kullback and Leibler
    np.testing.assert_allclose(information, divergence, rtol=1e-9)
    opposed = Predictions(np.array([[[50.0, 0.0]], [[0.0, 50.0]]], np.float32), 0)
    np.testing.assert_allclose(opposed.mutual_information(), np.log(2), rtol=1e-6)


def test_accuracy_by_groups_of_samples():
    labels, found = P.mean(0).argmax(-1), Predictions(LOGITS, 0)
    assert found.accuracy(labels) == 1
    each = [np.mean(p.argmax(-1) == labels) for p in P]
    assert found.accuracy(labels, 1) == pytest.approx(np.mean(each))
    halves = [np.mean(p.mean(0).argmax(-1) == labels) for p in (P[:3], P[3:])]
    assert found.accuracy(labels, 3) == pytest.approx(np.mean(halves))
    with pytest.raises(ValueError, match="expected at most 6"):
        found.accuracy(labels, 7)


def test_the_error_of_a_gain_of_auroc_is_that_of_new_images():
    """Scores that share most of their noise: the error of the difference, not of each area."""
    rng, found = np.random.default_rng(3), []
    for _ in range(400):
        inside, outside = (rng.normal(mean, 1, 60) for mean in (0.0, 1.0))
        noise = [rng.normal(0, 0.5, 60) for _ in range(2)]
        found.append(auroc_gain(inside, outside, inside + noise[0], outside + noise[1]))
    values, errors = np.array(found).T
    assert values.std() == pytest.approx(errors.mean(), rel=0.12)  # 3.4 sigma of 400 draws
    assert values.mean() > 5 * errors.mean() / 20
    alone = auroc_gain(inside, outside, *rng.normal(size=(2, 60)))
    assert alone.error > 1.5 * errors.mean()
    assert found[-1].value == pytest.approx(
        auroc(inside, outside) - auroc(inside + noise[0], outside + noise[1])
    )
