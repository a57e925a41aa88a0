"""Accuracy and cost of a mapped network, from one run."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import ArrayLike

from crossbar.costs import Costs
from pbits.neural.checking import checked_classes, checked_images
from pbits.neural.cost_report import InferenceCost
from pbits.neural.costing import cost_of
from pbits.neural.evaluating import Progress, outputs, share_error
from pbits.neural.mapping import Mapped
from pbits.neural.processor import Processor


@dataclass(frozen=True)
class Evaluation:
    """Accuracy on labelled images and the cost of an image, from the same run.

    Attributes:
        labels: int [n].
        found, float_found: classes by the arrays and by the float network, [n].
        classes: how many there are.
        cost: see `InferenceCost`.
    """

    labels: np.ndarray
    found: np.ndarray
    float_found: np.ndarray
    classes: int
    cost: InferenceCost

    @property
    def accuracy(self) -> float:
        """Share of images that the arrays tell right."""
        return float(np.mean(self.found == self.labels))

    @property
    def float_accuracy(self) -> float:
        """Share of images that the float network tells right."""
        return float(np.mean(self.float_found == self.labels))

    @property
    def standard_error(self) -> float:
        """Of the accuracy, over draws of so many images."""
        return share_error(self.accuracy, len(self.labels))

    @property
    def loss(self) -> float:
        """Float accuracy less accuracy."""
        return self.float_accuracy - self.accuracy

    @property
    def loss_error(self) -> float:
        """Standard error of the loss: both networks see the same images."""
        change = (self.float_found == self.labels) * 1.0 - (self.found == self.labels)
        return float(np.std(change) / np.sqrt(len(change)))

    @property
    def confusion(self) -> np.ndarray:
        """How many images of each class (rows) the arrays take for which (columns)."""
        table = np.zeros((self.classes, self.classes), int)
        np.add.at(table, (self.labels, self.found), 1)
        return table

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "accuracy": self.accuracy,
            "float_accuracy": self.float_accuracy,
            "standard_error": self.standard_error,
            "loss": self.loss,
            "loss_standard_error": self.loss_error,
            "images": len(self.labels),
            **self.cost.facts(),
            "confusion": self.confusion.tolist(),
        }

    def __str__(self) -> str:
        return (
            f"accuracy {100 * self.accuracy:.2f} +- {100 * self.standard_error:.2f} %, in float "
            f"{100 * self.float_accuracy:.2f} %, of {len(self.labels)} images\n{self.cost}"
        )


def evaluate(
    mapped: Mapped,
    images: ArrayLike,
    labels: ArrayLike,
    *,
    key: jax.Array | None = None,
    names: ArrayLike | None = None,
    batch: int = 100,
    processor: Processor | None = None,
    costs: Costs | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Accuracy, and energy, latency and area of an image.

    Args:
        mapped: see `map_network`.
        images: inputs [n, ...], as the network expects them.
        labels: classes, int [n].
        key: of read noise; None for none.
        names: the class of each output, such as of `plasticity.votes`; its place if None.
        batch: images at a time.
        processor: a digital one to compare with.
        costs: the table of costs; the built-in one if None.
        progress: called with the images done and all images.

    Raises:
        ValueError: where there are no images or some are not finite, or labels are not classes.

    Example:
        >>> import crossbar
        >>> from pbits.neural import map_network, mlp
        >>> design = crossbar.Design(crossbar.Cell([1e-6, 2e-6]), rows=4, columns=4)
        >>> images = np.array([[1.0, 0.0], [0.0, 1.0]])
        >>> mapped = map_network(mlp([np.eye(2)]), design, images, jax.random.key(0))
        >>> evaluate(mapped, images, [0, 1]).accuracy
        1.0
        >>> evaluate(mapped, images, [2, 0], names=[2, 0]).confusion.tolist()
        [[1, 0, 0], [0, 0, 0], [0, 0, 1]]
    """
    images = checked_images(images)
    width = mapped.network.shapes()[mapped.network.nodes[-1].name][-1]
    called = np.arange(width) if names is None else checked_classes(names, width, name="names")
    wanted = checked_classes(labels, len(images), width if names is None else None)
    classes = int(max(called.max(), wanted.max())) + 1
    logits, energies = mapped.counted(images, key, batch, progress)
    plain = outputs(mapped.network, images, batch)
    found, expected = (called[x.argmax(-1)] for x in (logits, plain))
    cost = cost_of(mapped, energies, processor=processor, costs=costs)
    return Evaluation(wanted, found, expected, classes, cost)
