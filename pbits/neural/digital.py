"""What a whole network takes on a digital processor."""

from collections.abc import Collection

from crossbar.costs import Costs
from crossbar.ledger import Report, charge
from pbits.neural.network import Network
from pbits.neural.processor import Processor


def digital_report(
    network: Network,
    processor: Processor | None = None,
    costs: Costs | None = None,
    names: Collection[str] | None = None,
) -> Report:
    """Energy of an image on a digital processor, by kind of part.

    Args:
        network: whose linear layers are counted; activations and pooling are not.
        processor: the default one if None.
        costs: the table; the built-in one if None.
        names: of the layers; all if None.

    Example:
        >>> from pbits.neural.shapes import mlp
        >>> report = digital_report(mlp((8, 8, 1), 10, hidden=(16,)))
        >>> {r.name: r.count for r in report.rows}["mac.int8"], bool(report.energy > 0)
        (1184.0, True)
    """
    machine, total = processor or Processor(), dict[str, float]()
    for one in network.linears():
        if names is None or one.name in names:
            inputs, outputs = one.matrix.shape
            for event, count in machine.events(inputs, outputs, one.products).items():
                total[event] = total.get(event, 0.0) + count
    return charge(total, costs=costs)
