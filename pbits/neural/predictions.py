"""What many samples of a stochastic network say: classes, doubt, and how far to trust both.

The entropy of the mean prediction is all doubt; the mean entropy of single samples is doubt that
every sample has; their difference is the mutual information of prediction and p-bits, on which
samples disagree (Houlsby et al., arXiv:1112.5745).  Entropies are in nats.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import rankdata

from pbits.checks import positive, whole_number

Array = NDArray[np.float64]


class Predictions(NamedTuple):
    """Samples of a network's outputs.

    Attributes:
        logits: float32 [samples, n, classes].
        seed: of the samples.
    """

    logits: NDArray[np.float32]
    seed: int

    @property
    def samples(self) -> int:
        """How many of each image."""
        return len(self.logits)

    def probabilities(self, samples: int | None = None) -> Array:
        """Mean over the first so many samples (all by default), [n, classes]."""
        return _softmax(self.logits[:samples]).mean(0)

    def entropy(self) -> Array:
        """Of the mean prediction, [n]."""
        return entropy(self.probabilities())

    def mutual_information(self) -> Array:
        """Of prediction and p-bits, [n]: 0 where all samples agree in their probabilities."""
        return self.entropy() - entropy(_softmax(self.logits)).mean(0)

    def accuracy(self, labels: ArrayLike, samples: int | None = None) -> float:
        """Share of images whose likeliest class is right, with groups of so many samples.

        Samples are cut into as many groups as there are, and the accuracies averaged.

        Args:
            labels: int [n].
            samples: in a group; all by default.

        Raises:
            ValueError: on more samples than there are, or labels of another number.

        Example:
            >>> logits = np.array([[[1.0, 0.0]], [[0.0, 3.0]]], np.float32)
            >>> found = Predictions(logits, 0)
            >>> found.accuracy([1]), found.accuracy([1], samples=1)
            (1.0, 0.5)
        """
        size = whole_number("samples", samples or self.samples, 1)
        wanted = np.asarray(labels)
        if size > self.samples or wanted.shape != self.logits.shape[1:2]:
            raise ValueError(
                f"got {size} samples and labels of shape {wanted.shape}; expected at most "
                f"{self.samples}, and ({self.logits.shape[1]},)"
            )
        right = []
        for first in range(0, self.samples - size + 1, size):
            group = _softmax(self.logits[first : first + size]).mean(0)
            right.append(np.mean(group.argmax(-1) == wanted))
        return float(np.mean(right))


def softmax(logits: ArrayLike) -> Array:
    """Probabilities [..., classes] of one deterministic output.

    Example:
        >>> softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    return _softmax(np.asarray(logits))


def entropy(probabilities: ArrayLike) -> Array:
    """``-sum p ln p`` over the last axis.

    Example:
        >>> float(entropy([0.5, 0.5]).round(4)), float(entropy([1.0, 0.0]))
        (0.6931, 0.0)
    """
    p = np.asarray(probabilities, np.float64)
    return -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1) + 0.0


def calibration_error(probabilities: ArrayLike, labels: ArrayLike, bins: int = 15) -> float:
    """Mean of |accuracy - confidence| over equal bins of confidence, by images in them.

    The expected calibration error (Guo et al., arXiv:1706.04599).  Of n images it is above 0 by
    about ``sqrt(bins / n)`` times a half at most, even for a calibrated network.

    Args:
        probabilities: [n, classes].
        labels: int [n].
        bins: of 0 to 1.

    Example:
        >>> calibration_error([[0.75, 0.25]] * 4, [0, 0, 0, 1])
        0.0
    """
    p, y = np.asarray(probabilities, np.float64), np.asarray(labels)
    confidence, right = p.max(-1), p.argmax(-1) == y
    place = np.minimum((confidence * whole_number("bins", bins, 1)).astype(int), bins - 1)
    gap = np.bincount(place, right - confidence, minlength=bins)
    return float(np.abs(gap).sum() / len(y))


def log_loss(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Mean of ``-ln p`` of the right class.

    Example:
        >>> round(log_loss([[0.5, 0.5]], [1]), 4)
        0.6931
    """
    p, y = np.asarray(probabilities, np.float64), np.asarray(labels)
    return float(-np.mean(np.log(np.maximum(p[np.arange(len(y)), y], 1e-300))))


def tempered(probabilities: ArrayLike, temperature: float) -> Array:
    """``p**(1 / T)``, normalised: surer below T = 1, in more doubt above.

    Example:
        >>> tempered([0.8, 0.2], 0.5).round(3).tolist()
        [0.941, 0.059]
    """
    p = np.maximum(np.asarray(probabilities, np.float64), 1e-300)
    return _softmax(np.log(p) / positive("temperature", temperature))


def fit_temperature(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """The temperature, from 1/16 to 16, at which `tempered` has the least `log_loss`.

    A mean over samples that each doubt as they were trained to doubts too much: it is tempered as
    a whole (of one output this is Guo's temperature).  Use images that were not trained on.

    Example:
        >>> sure = [[0.982, 0.018]] * 4  # logits that differ by 4
        >>> round(4 / fit_temperature(sure, [0, 0, 0, 1]), 2)  # ln 3
        1.1
    """
    found = minimize_scalar(
        lambda log_t: log_loss(tempered(probabilities, float(np.exp(log_t))), labels),
        bounds=(-np.log(16.0), np.log(16.0)), method="bounded", options={"xatol": 1e-3},
    )  # fmt: skip
    return float(np.exp(found.x))  # pyright: ignore


def auroc(inside: ArrayLike, outside: ArrayLike) -> float:
    """Probability that a score of the second kind is above one of the first; ties count half.

    The area under the curve of detections over false alarms, as Mann and Whitney's U.

    Example:
        >>> auroc([0.1, 0.2], [0.2, 0.9])
        0.875
    """
    first, second = np.ravel(inside), np.ravel(outside)
    ranks = rankdata(np.concatenate([first, second]))[len(first) :]
    return float((ranks.mean() - (len(second) + 1) / 2) / len(first))


def _softmax(logits: NDArray) -> Array:
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    p = np.exp(shifted)
    return p / p.sum(-1, keepdims=True)
