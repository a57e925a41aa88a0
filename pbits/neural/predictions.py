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
from pbits.neural.checking import checked_classes, checked_shares

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
        """Mean over the first so many samples (all by default), [n, classes].

        Raises:
            ValueError: on no sample, or more than there are.
        """
        return _softmax(self.logits[: self._most(samples)]).mean(0)

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
            ValueError: on more samples than there are, or labels that are not classes, one an
                image.

        Example:
            >>> logits = np.array([[[1.0, 0.0]], [[0.0, 3.0]]], np.float32)
            >>> found = Predictions(logits, 0)
            >>> found.accuracy([1]), found.accuracy([1], samples=1)
            (1.0, 0.5)
        """
        size = self._most(samples)
        wanted = checked_classes(labels, *self.logits.shape[1:])
        right = []
        for first in range(0, self.samples - size + 1, size):
            group = _softmax(self.logits[first : first + size]).mean(0)
            right.append(np.mean(group.argmax(-1) == wanted))
        return float(np.mean(right))

    def _most(self, samples: int | None) -> int:
        size = whole_number("samples", self.samples if samples is None else samples, 1)
        if size > self.samples:
            raise ValueError(f"samples is {size}; expected at most {self.samples}, all there are")
        return size


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

    Raises:
        ValueError: on what are no probabilities, or no classes of them; so do the functions below.

    Example:
        >>> calibration_error([[0.75, 0.25]] * 4, [0, 0, 0, 1])
        0.0
    """
    p = checked_shares(probabilities)
    y = checked_classes(labels, *p.shape)
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
    p = checked_shares(probabilities)
    y = checked_classes(labels, *p.shape)
    return float(-np.mean(np.log(np.maximum(p[np.arange(len(y)), y], 1e-300))))


def tempered(probabilities: ArrayLike, temperature: float) -> Array:
    """``p**(1 / T)``, normalised: surer below T = 1, in more doubt above.

    Example:
        >>> tempered([0.8, 0.2], 0.5).round(3).tolist()
        [0.941, 0.059]
    """
    given = np.asarray(probabilities, np.float64)
    if not (given >= 0).all():
        raise ValueError("probabilities hold negative values or nan; expected 0 to 1")
    p = np.maximum(given, 1e-300)
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
    first, second = _scores(inside, "inside"), _scores(outside, "outside")
    ranks = rankdata(np.concatenate([first, second]))[len(first) :]
    return float((ranks.mean() - (len(second) + 1) / 2) / len(first))


class Gain(NamedTuple):
    """A difference of areas under ROC curves, and its standard error over the images."""

    value: float
    error: float


def auroc_gain(
    inside: ArrayLike, outside: ArrayLike, other_inside: ArrayLike, other_outside: ArrayLike
) -> Gain:
    """:func:`auroc` of some scores less that of other scores of the same images.

    The error counts that both see the same images: E. R. DeLong, D. M. DeLong & D. L.
    Clarke-Pearson, Biometrics 44, 837 (1988), doi 10.2307/2531595.  It is not that of training
    other networks.

    Args:
        inside, outside: scores [n] and [m], such as entropies of a sampled network.
        other_inside, other_outside: of the same images, such as of a deterministic network.

    Raises:
        ValueError: on scores of other numbers of images, or fewer than two of a kind.

    Example:
        >>> gain = auroc_gain([0.1, 0.3], [0.5, 0.6], [0.1, 0.6], [0.5, 0.3])
        >>> gain.value, round(gain.error, 3)
        (0.5, 0.5)
    """
    parts = [_places(inside, outside), _places(other_inside, other_outside)]
    for first, second in zip(*parts, strict=True):
        if len(first) != len(second) or len(first) < 2:
            raise ValueError(
                f"scores of {len(first)} and {len(second)} images are compared; expected those of "
                "the same images, two or more of each kind"
            )
    change = [first - second for first, second in zip(*parts, strict=True)]
    spread = sum(part.var(ddof=1) / len(part) for part in change)
    return Gain(float(change[0].mean()), float(np.sqrt(spread)))


def _places(inside: ArrayLike, outside: ArrayLike) -> tuple[Array, Array]:
    """Of each score, the share of the other kind that it is on the right side of."""
    a, b = _scores(inside, "inside"), _scores(outside, "outside")
    first, second = np.sort(a), np.sort(b)
    above = len(b) - (np.searchsorted(second, a, "left") + np.searchsorted(second, a, "right")) / 2
    below = (np.searchsorted(first, b, "left") + np.searchsorted(first, b, "right")) / 2
    return above / len(b), below / len(a)


def _scores(values: ArrayLike, name: str) -> Array:
    found = np.asarray(values, np.float64).ravel()
    if not found.size or np.isnan(found).any():
        raise ValueError(
            f"{name} holds {found.size} scores, {np.isnan(found).sum()} of them nan; expected one "
            "or more, all of them numbers"
        )
    return found


def _softmax(logits: NDArray) -> Array:
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    p = np.exp(shifted)
    return p / p.sum(-1, keepdims=True)
