"""Accuracy over several chips: the same network programmed into arrays that deviate anew."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import random
from numpy.typing import ArrayLike

from crossbar.design import Design
from pbits.checks import whole_number
from pbits.neural.checking import checked_key
from pbits.neural.inference import Evaluation, evaluate
from pbits.neural.mapping import map_network
from pbits.neural.network import Network

# (what is done, chip, how much of it, of how much)
ChipProgress = Callable[[str, int, int, int], None]


@dataclass(frozen=True)
class Chips:
    """The same labelled images on several chips.

    Attributes:
        evaluations: one a chip.
    """

    evaluations: tuple[Evaluation, ...]

    @property
    def right(self) -> np.ndarray:
        """Which images each chip tells right, bool [chips, images]."""
        return np.stack([one.found == one.labels for one in self.evaluations])

    @property
    def accuracies(self) -> np.ndarray:
        """Of each chip, [chips]."""
        return self.right.mean(1)

    @property
    def accuracy(self) -> float:
        """Mean over chips."""
        return float(self.accuracies.mean())

    @property
    def accuracy_deviation(self) -> float | None:
        """Standard deviation of the accuracy from chip to chip; None of a single chip."""
        return float(self.accuracies.std(ddof=1)) if len(self.evaluations) > 1 else None

    @property
    def loss(self) -> float:
        """Float accuracy less accuracy, the mean over chips."""
        return float(self._changes().mean())

    @property
    def loss_error(self) -> float:
        """Standard error of the loss, over draws of images and of chips; see `paired_error`."""
        return paired_error(self._changes())

    def pooled(self) -> Evaluation:
        """All images of all chips as one, such as for their confusion; costs of the first chip."""
        first = self.evaluations[0]
        labels, found, plain = (
            np.concatenate([getattr(one, name) for one in self.evaluations])
            for name in ("labels", "found", "float_found")
        )
        return Evaluation(labels, found, plain, first.classes, first.cost)

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON: costs are of the first chip, the confusion is a sum over chips."""
        several = {} if len(self.evaluations) == 1 else {
            "accuracy": self.accuracy,
            "standard_error": paired_error(self.right),
            "loss": self.loss,
            "loss_standard_error": self.loss_error,
            "confusion": self.pooled().confusion.tolist(),
        }  # fmt: skip
        own = {
            "chips": len(self.evaluations),
            "accuracies": self.accuracies.tolist(),
            "accuracy_mean": self.accuracy,
            "accuracy_deviation": self.accuracy_deviation,
        }
        return self.evaluations[0].facts() | several | own

    def __str__(self) -> str:
        first, chips = self.evaluations[0], len(self.evaluations)
        paired = f"lost {100 * self.loss:.2f} +- {100 * self.loss_error:.2f} points"
        if self.accuracy_deviation is None:
            head, _, rest = str(first).partition("\n")
            return f"{head}; {paired}\n{rest}"
        spread = f"deviation {100 * self.accuracy_deviation:.2f} from chip to chip"
        return (
            f"accuracy {100 * self.accuracy:.2f} % on {chips} chips ({spread}), in float "
            f"{100 * first.float_accuracy:.2f} %, of {len(first.labels)} images; {paired}\n"
            f"{first.cost}"
        )

    def _changes(self) -> np.ndarray:
        """What every image loses on every chip, -1, 0 or 1, [chips, images]."""
        first = self.evaluations[0]
        return (first.float_found == first.labels) * 1.0 - self.right


def paired_error(values: ArrayLike) -> float:
    """Standard error of the mean of values [chips, images], over draws of both.

    Images that are hard are so on all chips, and a bad chip is bad for all images; what is left
    falls with their product.  The errors over images and over chips both contain that rest, so it
    is taken off their sum once.  A single chip has the error over images alone.

    Example:
        >>> paired_error([[0, 1, 0, 1]]), paired_error([[0, 0], [1, 1]])
        (0.25, 0.5)
    """
    table = np.asarray(values, np.float64)
    chips, images = table.shape
    of_images = table.mean(0).var() / images
    if chips == 1:
        return float(np.sqrt(of_images))
    of_chips = table.mean(1).var(ddof=1) / chips
    rest = table - table.mean(0) - table.mean(1, keepdims=True) + table.mean()
    freedom = max((chips - 1) * (images - 1), 1)
    both = np.square(rest).sum() / freedom / (chips * images)
    return float(np.sqrt(max(of_images + of_chips - both, of_images, of_chips)))


def evaluate_chips(
    network: Network,
    design: Design,
    calibration_images: ArrayLike,
    images: ArrayLike,
    labels: ArrayLike,
    key: jax.Array,
    *,
    chips: int = 1,
    mapping: dict[str, Any] | None = None,
    progress: ChipProgress | None = None,
    **evaluation: Any,
) -> Chips:
    """Program a network into several chips and run the same images on each.

    Args:
        network, design, calibration_images: as of `map_network`.
        images, labels: as of `evaluate`.
        key: of `jax.random`; each chip and its reads have their own. The first chips do not depend
            on how many there are.
        chips: how many, at least 1.
        mapping: more arguments of `map_network`, such as ``{"aids": Aids()}``.
        progress: called with "programming layers" or "images", the chip, what is done and of what.
        evaluation: more arguments of `evaluate`.

    Raises:
        ValueError: as `map_network` and `evaluate`, and without a chip.

    Example:
        >>> import crossbar
        >>> from pbits.neural import mlp
        >>> design = crossbar.Design(crossbar.Cell([1e-6, 2e-6]), rows=4, columns=4)
        >>> images = np.array([[1.0, 0.0], [0.0, 1.0]])
        >>> evaluate_chips(
        ...     mlp([np.eye(2)]), design, images, images, [0, 1], random.key(0), chips=2
        ... ).accuracies.tolist()
        [1.0, 1.0]
    """
    whole_number("chips", chips, least=1)
    key, found = checked_key(key), []
    for place in range(chips):
        chip, read = random.split(random.fold_in(key, place) if place else key)
        mapped = map_network(
            network, design, calibration_images, chip,
            progress=_told(progress, "programming layers", place), **(mapping or {}),
        )  # fmt: skip
        done = evaluate(
            mapped, images, labels, key=read, progress=_told(progress, "images", place),
            **evaluation,
        )  # fmt: skip
        found.append(done)
    return Chips(tuple(found))


def _told(progress: ChipProgress | None, what: str, chip: int) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress(what, chip, done, total)
