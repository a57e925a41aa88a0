"""What an image costs a binary network in arrays that sum resistances, and its accuracy.

Products are charged at the published efficiency of the array, 262 TOPS/W at 1.0 V, the converters
included; inputs are fetched from a buffer and results put back, and each array adds its sums to
those of the others digitally.  Signs are not charged on either side.
"""

import jax
from numpy.typing import ArrayLike

from crossbar.costs import Costs
from crossbar.ledger import charge
from pbits.neural import binary
from pbits.neural.checking import checked_classes, checked_images, checked_key
from pbits.neural.cost_report import InferenceCost, LayerCost
from pbits.neural.costing import RESULT_BITS
from pbits.neural.evaluating import Progress, outputs
from pbits.neural.inference import Evaluation
from pbits.neural.network import LinearNode
from pbits.neural.processor import Processor

PROCESSOR = Processor(mac="tree.add_bit", bits=1)
"""Agreements of bits, counted by one bit of an adder each (assumed); data of one bit."""


def evaluate(
    stored: binary.ResistanceNetwork,
    images: ArrayLike,
    labels: ArrayLike,
    *,
    key: jax.Array | None = None,
    batch: int = 500,
    processor: Processor | None = None,
    costs: Costs | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Accuracy, and energy and latency of an image, of the same run.

    The float accuracy is that of exact products of signs, as the network was trained.

    Args:
        stored: of :meth:`ResistanceNetwork.program`, perhaps calibrated.
        images, labels: inputs [n, ...] and classes int [n].
        key: of jitter, where there is any; None for none.
        batch: images at a time.
        processor: to compare with; `PROCESSOR` if None.
        costs: the table; the built-in one if None.
        progress: called with the images done and all images.

    Raises:
        ValueError: as :func:`pbits.neural.evaluate`.

    Example:
        >>> import numpy as np
        >>> net = binary.perceptron((3,), 2, hidden=(4,))
        >>> stored = binary.ResistanceNetwork.program(jax.random.key(0), net)
        >>> found = evaluate(stored, np.eye(3) - 0.5, [0, 1, 1])
        >>> found.cost.arrays, found.facts()["images"]
        (2, 3)
    """
    given = checked_images(images)
    classes = stored.network.shapes()[stored.network.nodes[-1].name][-1]
    wanted = checked_classes(labels, len(given), classes)
    keys = (
        None if key is None else iter(jax.random.split(checked_key(key), -(-len(given) // batch)))
    )
    found = outputs(
        lambda x: stored(x, None if keys is None else next(keys)), given, batch, progress
    )
    plain = outputs(lambda x: stored.trained.run(x, binary.product), given, batch)
    cost = cost_of(stored, processor, costs)
    return Evaluation(wanted, found.argmax(-1), plain.argmax(-1), classes, cost)


def cost_of(
    stored: binary.ResistanceNetwork,
    processor: Processor | None = None,
    costs: Costs | None = None,
) -> InferenceCost:
    """Of one image, arrays one after another; their area is not known.

    Args:
        stored: see `binary.ResistanceNetwork`.
        processor: to compare with; `PROCESSOR` if None.
        costs: the table; the built-in one if None.

    Raises:
        ValueError: for converters whose energy the table does not know.
    """
    machine = PROCESSOR if processor is None else processor
    layers = [_layer(stored, node, machine, costs) for node in stored.network.linears()]
    return InferenceCost(tuple(layers), machine)


def _layer(
    stored: binary.ResistanceNetwork, node: LinearNode, processor: Processor, costs: Costs | None
) -> LayerCost:
    tiles, rows, outputs = stored.columns[node.name].plus.shape
    arrays, part = tiles * -(-outputs // rows), f"resistance_sum.{stored.array.bits}"
    inputs, times = node.matrix.shape[0], node.products
    events = {
        part: times * tiles * rows * outputs,
        processor.buffer: times * (inputs + outputs * RESULT_BITS),
        "add.int8": times * tiles * outputs,
    }
    path = {"resistance_sum.time": times * arrays / float(stored.array.rate)}
    report = charge(events, path, {part: arrays}, costs)
    digital = charge(processor.events(inputs, outputs, times), costs=costs)
    return LayerCost(node.name, report, digital, times, inputs * outputs * times, arrays)
