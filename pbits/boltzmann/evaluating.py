"""Classes found by a p-bit computer, with what an image costs from the same run's ledger."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.costs import Costs
from crossbar.ledger import Report, charge, si
from pbits import checks
from pbits.boltzmann.data import checked_classes
from pbits.boltzmann.graph import Graph
from pbits.boltzmann.inference import label_means
from pbits.boltzmann.model import BoltzmannMachine
from pbits.boltzmann.samplers import OnMachine
from pbits.boltzmann.spending import Spent
from pbits.neural.processor import Processor


@dataclass(frozen=True)
class Evaluation:
    """Accuracy and cost of the same reads.

    Attributes:
        labels, found: classes, int [n].
        spent: by all reads; couplings are written once.
        area: m^2, of parts of known area.
        digital: energy of the same sweeps of one image on a processor that moves its data.
    """

    labels: NDArray[np.int64]
    found: NDArray[np.int64]
    spent: Spent
    area: float
    digital: Report

    @property
    def accuracy(self) -> float:
        """Share of images whose class is found."""
        return float(np.mean(self.found == self.labels))

    @property
    def standard_error(self) -> float:
        """Of the accuracy, over draws of so many images."""
        return float(np.sqrt(self.accuracy * (1 - self.accuracy) / len(self.labels)))

    @property
    def joules_per_image(self) -> float:
        """Without writing the couplings, which is paid once."""
        return self.spent.run_joules / len(self.labels)

    @property
    def seconds_per_image(self) -> float:
        """All its reads, one after another."""
        return self.spent.run_seconds / len(self.labels)

    @property
    def advantage(self) -> float:
        """Energy of the processor over that of the p-bit computer; infinite where that is none."""
        each = self.joules_per_image
        return self.digital.energy / each if each else float("inf")

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "accuracy": self.accuracy,
            "standard_error": self.standard_error,
            "images": len(self.labels),
            "joules_per_image": self.joules_per_image,
            "seconds_per_image": self.seconds_per_image,
            "area_square_metres": self.area,
            "write_joules": self.spent.write_joules,
            "digital": {
                "joules_per_image": self.digital.energy,
                "advantage": self.advantage if self.joules_per_image else None,
            },
        }

    def __str__(self) -> str:
        return (
            f"accuracy {100 * self.accuracy:.2f} +- {100 * self.standard_error:.2f} % of "
            f"{len(self.labels)} images; {si(self.joules_per_image, 'J')} and "
            f"{si(self.seconds_per_image, 's')} an image, writing once "
            f"{si(self.spent.write_joules, 'J')}; a digital processor takes "
            f"{si(self.digital.energy, 'J')}"
        )


def evaluate(
    machine: BoltzmannMachine,
    images: ArrayLike,
    labels: ArrayLike,
    *,
    computer: OnMachine,
    reads: int = 16,
    num_sweeps: int = 50,
    processor: Processor | None = None,
    costs: Costs | None = None,
    seed: int = 0,
) -> Evaluation:
    """Classify images by the labels that are up most often, pixels held; see `classify`.

    Args:
        machine: with labels.
        images, labels: of -1 and +1 [n, num_visible], and classes int [n].
        computer: that draws.
        reads, num_sweeps, seed: of each image.
        processor: a digital one that does the same sweeps; the default one if None.  Its random
            numbers and its sigmoids are counted for nothing.
        costs: the processor's table of costs; the built-in one if None.

    Raises:
        ValueError: on images or labels that do not fit the machine.
    """
    count = len(np.asarray(images))
    if not count:
        raise ValueError("there are no images; expected at least one")
    wanted = checked_classes(labels, count, machine.graph.num_labels)
    draw = computer.load(machine)
    means = label_means(machine, images, draw, reads=reads, num_sweeps=num_sweeps, seed=seed)
    sweeps = checks.whole_number("reads", reads, 1) * num_sweeps
    events = digital_events(machine.graph, sweeps, processor or Processor())
    area = draw.loaded.report(num_sweeps, reads).area_m2
    return Evaluation(wanted, means.argmax(1), draw.spent, area, charge(events, costs=costs))


def digital_events(graph: Graph, sweeps: int, processor: Processor) -> dict[str, float]:
    """Of one image: every unit's field once a sweep, couplings fetched once.

    Example:
        >>> from pbits.boltzmann import rbm
        >>> digital_events(rbm(4, 2), 10, Processor())["mac.int8"]  # 8 pairs, both ways
        160.0
    """
    macs = 2.0 * graph.num_couplings * sweeps
    operands = processor.bits + processor.stored_bits
    moved = operands * macs / processor.reuse + graph.num_units * sweeps
    stored = graph.num_couplings + graph.num_units
    return {
        processor.mac: macs,
        processor.buffer: moved,
        processor.memory: processor.stored_bits * stored / processor.images_per_load,
    }
