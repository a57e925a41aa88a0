"""Accuracy, doubt and cost of a network that rolls dice, from one call and the same images.

Layers in arrays are charged by the ledger, p-bits by their decisions, and linear layers that are
not in memory as a digital processor's, as often as they are computed: once an image before the
first p-bit, once a sample behind it.  The processor that all is compared with computes the same
network once, at the means of its p-bits.  Activations are not counted on either side.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.costs import Costs
from crossbar.ledger import Report, si
from pbits.machine.pbit_costs import PBitCost
from pbits.neural.checking import checked_classes, checked_images
from pbits.neural.digital import digital_report
from pbits.neural.evaluating import outputs, share_error
from pbits.neural.monte_carlo import Arrays, monte_carlo
from pbits.neural.network import Network
from pbits.neural.predictions import (
    Gain,
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
from pbits.neural.processor import Processor
from pbits.neural.sample_costs import SampleCost, sample_cost
from pbits.neural.stochastic import randoms

_CHARGED = 100  # images whose cells are looked at for energy


@dataclass(frozen=True)
class SampledEvaluation:
    """What samples of a stochastic network say, and what they take.

    Attributes:
        predictions: all samples.
        labels: int [n].
        compared: probabilities [n, classes] of a deterministic network.
        cost: of arrays and p-bits, for one image.
        rest_once, rest_each: J of linear layers outside memory, once and a sample.
        digital: of the processor, an image.
        outside: entropies of images of no class, sampled and of `compared`; None without such.
        temperatures: of both, by which confidences are tempered: fitted to images held out, else 1.
    """

    predictions: Predictions
    labels: NDArray
    compared: NDArray[np.float64]
    cost: SampleCost
    rest_once: float
    rest_each: float
    digital: Report
    outside: tuple[NDArray, NDArray] | None = None
    temperatures: tuple[float, float] = (1.0, 1.0)

    @property
    def accuracy(self) -> float:
        """Of all samples together."""
        return self.predictions.accuracy(self.labels)

    @property
    def standard_error(self) -> float:
        """Of the accuracy, over draws of so many images."""
        return share_error(self.accuracy, len(self.labels))

    @property
    def float_accuracy(self) -> float:
        """Of the deterministic network compared with."""
        return float(np.mean(self.compared.argmax(-1) == self.labels))

    @property
    def by_samples(self) -> dict[int, float]:
        """Accuracy of 1, 2, 4, ... samples."""
        most = self.predictions.samples
        counts = [2**k for k in range(most.bit_length()) if 2**k <= most]
        return {count: self.predictions.accuracy(self.labels, count) for count in counts}

    @property
    def calibration(self) -> tuple[float, float]:
        """Calibration errors, sampled and deterministic."""
        own, theirs = self._confidences()
        return calibration_error(own, self.labels), calibration_error(theirs, self.labels)

    def _confidences(self) -> tuple[NDArray, NDArray]:
        own, theirs = self.temperatures
        return tempered(self.predictions.probabilities(), own), tempered(self.compared, theirs)

    @property
    def detection(self) -> tuple[float, Gain] | None:
        """Area under ROC of telling `outside` by entropy, and what is gained by sampling."""
        if self.outside is None:
            return None
        own, theirs = self.predictions.entropy(), entropy(self.compared)
        gain = auroc_gain(own, self.outside[0], theirs, self.outside[1])
        return auroc(own, self.outside[0]), gain

    @property
    def joules_per_image(self) -> float:
        """All samples."""
        count = self.predictions.samples
        return self.cost.joules(count) + self.rest_once + count * self.rest_each

    @property
    def seconds_per_image(self) -> float:
        """All samples one after another; layers outside memory take no time here."""
        return self.cost.seconds(self.predictions.samples)

    @property
    def advantage(self) -> float:
        """Energy of the processor over that of all samples."""
        return self.digital.energy / self.joules_per_image

    def joules_by_part(self) -> dict[str, float]:
        """J an image, by layer, all samples; "processor" stands for layers outside memory."""
        count = self.predictions.samples
        parts = dict(self.cost.once) | {k: count * j for k, j in self.cost.each.items()}
        rest = self.rest_once + count * self.rest_each
        return parts | ({"processor": rest} if rest else {})

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON."""
        found, calibration = self.detection, self.calibration
        return {
            "accuracy": self.accuracy,
            "float_accuracy": self.float_accuracy,
            "standard_error": self.standard_error,
            "images": len(self.labels),
            "samples": self.predictions.samples,
            "accuracy_by_samples": {str(k): v for k, v in self.by_samples.items()},
            "calibration_error": calibration[0],
            "deterministic_calibration_error": calibration[1],
            "log_loss": log_loss(self._confidences()[0], self.labels),
            "temperatures": list(self.temperatures),
            "auroc": found and found[0],
            "auroc_gain": found and found[1].value,
            "auroc_gain_standard_error": found and found[1].error,
            "joules_per_image": self.joules_per_image,
            "seconds_per_image": self.seconds_per_image,
            "area_square_metres": self.cost.area,
            "joules_by_part": self.joules_by_part(),
            "digital": {"joules_per_image": self.digital.energy, "advantage": self.advantage},
        }

    def __str__(self) -> str:
        lines = [
            f"accuracy {100 * self.accuracy:.2f} +- {100 * self.standard_error:.2f} % of "
            f"{len(self.labels)} images at {self.predictions.samples} samples "
            f"({100 * self.by_samples[1]:.2f} % at one), deterministic "
            f"{100 * self.float_accuracy:.2f} %",
            "calibration error {:.3f}, deterministic {:.3f}".format(*self.calibration),
        ]
        if self.detection is not None:
            area, gain = self.detection
            lines.append(
                f"images of no class told by entropy: area under ROC {area:.3f}, "
                f"{gain.value:+.3f} +- {gain.error:.3f} against the deterministic network"
            )
        lines.append(
            f"energy {si(self.joules_per_image, 'J')}, latency {si(self.seconds_per_image, 's')} "
            f"an image, area {self.cost.area * 1e6:.4g} mm^2; a digital processor takes "
            f"{si(self.digital.energy, 'J')} for the means ({self.advantage:.2g} times as much)"
        )
        return "\n".join(lines)


def evaluate_samples(
    network: Network,
    images: ArrayLike,
    labels: ArrayLike,
    samples: int = 32,
    *,
    pbit: PBitCost,
    arrays: Arrays | None = None,
    noisy: bool | tuple[str, ...] = False,
    outside: ArrayLike | None = None,
    compared: Network | None = None,
    held_out: tuple[ArrayLike, ArrayLike] | None = None,
    seed: int = 0,
    batch: int = 200,
    processor: Processor | None = None,
    costs: Costs | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SampledEvaluation:
    """Accuracy, doubt, energy, time and area of a network with layers of p-bits.

    Args:
        network: with layers of `PBits`.
        images, labels: inputs [n, ...] and classes int [n].
        samples: of each image.
        pbit: cost of one p-bit, such as ``Neurons.cost`` or `pbit_costs.divider_cost`.
        arrays: of linear layers in memory, by name; the others are a processor's.
        noisy, seed, batch: see `monte_carlo`.
        outside: images of no class, to be told by doubt.
        compared: a deterministic network of the same inputs and classes; this one at the means of
            its p-bits if None.
        held_out: other images and labels, to which the temperatures of both are fitted: a mean over
            samples doubts more than each sample was taught to.
        processor: a digital one; the default one if None.
        costs: the table of costs; the built-in one if None.
        progress: called with the images done and all images.

    Raises:
        ValueError: as `monte_carlo`, and where labels are not classes.

    Example:
        >>> from pbits.machine.pbit_costs import divider_cost
        >>> from pbits.neural import pbit_mlp
        >>> net, images = pbit_mlp((4,), 2, hidden=(3,)), np.ones((5, 4))
        >>> found = evaluate_samples(net, images, [0, 1, 0, 1, 0], 4, pbit=divider_cost())
        >>> sorted(found.joules_by_part())
        ['pbits1', 'pixels', 'processor']
    """
    memory, x = dict(arrays or {}), checked_images(images)
    classes = network.shapes()[network.nodes[-1].name][-1]
    wanted = checked_classes(labels, len(x), classes)
    plain = network if compared is None else compared

    def sampled(given: NDArray, seen: Callable[[int, int], None] | None = None) -> Predictions:
        return monte_carlo(
            network, given, samples, seed=seed, arrays=memory, noisy=noisy, batch=batch,
            progress=seen,
        )  # fmt: skip

    def deterministic(given: NDArray) -> NDArray:
        return softmax(outputs(plain, given, batch))

    found, others, temperatures = sampled(x, progress), None, (1.0, 1.0)
    if outside is not None:
        strange = checked_images(outside, "outside")
        others = sampled(strange).entropy(), entropy(deterministic(strange))
    if held_out is not None:
        kept = checked_images(held_out[0], "held_out")
        both = sampled(kept).probabilities(), deterministic(kept)
        temperatures = fit_temperature(both[0], held_out[1]), fit_temperature(both[1], held_out[1])
    return SampledEvaluation(
        found, wanted, deterministic(x),
        sample_cost(network, jnp.asarray(x[:_CHARGED]), memory, pbit, seed=seed),
        *_outside_memory(network, memory, processor, costs),
        digital_report(network, processor, costs), others, temperatures,
    )  # fmt: skip


def _outside_memory(
    network: Network, arrays: Arrays, processor: Processor | None, costs: Costs | None
) -> tuple[float, float]:
    """J of linear layers that are not in arrays: before the first p-bit, and behind it."""
    left, anew = {one.name for one in network.linears()} - set(arrays), randoms(network)
    once, each = (
        digital_report(network, processor, costs, names).energy
        for names in (left - anew, left & anew)
    )
    return once, each
