"""Networks of p-bits of usual shapes with random parameters, to be trained."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from pbits.checks import non_negative
from pbits.neural import shapes
from pbits.neural.activations import Relu, Scale
from pbits.neural.network import Network, Node, assemble
from pbits.neural.stochastic import PBits


def pbit_mlp(
    input_shape: Sequence[int],
    classes: int,
    hidden: Sequence[int] = (128,),
    *,
    drive: float = 4.0,
    activation: object | None = None,
    seed: int = 0,
) -> Network:
    """A perceptron whose pixels are p-bits, and whose hidden units are.

    A pixel of 0..1 drives its p-bit with ``drive (pixel - 1/2)``: the lighter, the more often up,
    so that a tile reads inputs of one bit and grey is what samples disagree on.

    Args:
        input_shape: of one input, [h, w, c] or [features].
        classes: outputs, which are logits.
        hidden: units of each hidden layer.
        drive: 0 leaves pixels as they are, deterministic.
        activation: of hidden units; p-bits by default.  A rectifier makes a hybrid network.
        seed: of the weights.

    Example:
        >>> [node.name for node in pbit_mlp((8, 8, 1), 10).nodes]
        ['flatten', 'level', 'pixels', 'dense1', 'pbits1', 'dense2']
    """
    plain = shapes.mlp(input_shape, classes, hidden, seed)
    nodes, count = [plain.nodes[0]], int(np.prod(tuple(input_shape)))
    if non_negative("drive", drive):
        each = jnp.full(count, drive, jnp.float32)
        nodes.append(Node(Scale(each, -each / 2), "level", (nodes[-1].name,)))
        nodes.append(Node(PBits(), "pixels", ("level",)))
    unit = PBits() if activation is None else activation
    for node in plain.nodes[1:]:
        rectifies = isinstance(node.layer, Relu)
        name = node.name.replace("relu", "pbits") if activation is None else node.name
        nodes.append(Node(unit if rectifies else node.layer, name, (nodes[-1].name,)))
    return assemble(nodes, tuple(input_shape))
