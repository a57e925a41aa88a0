"""Neural networks whose matrix products are a seam: float, quantised or magnetic memory."""

from pbits.neural import layers
from pbits.neural.arrays import cnn, from_npz, mlp
from pbits.neural.network import LinearNode, Network, Node, assemble, chain

__all__ = [
    "LinearNode",
    "Network",
    "Node",
    "assemble",
    "chain",
    "cnn",
    "from_npz",
    "layers",
    "mlp",
]
