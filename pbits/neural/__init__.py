"""Neural networks whose matrix products are a seam: float, quantised or magnetic memory."""

from pbits.neural import layers
from pbits.neural.arrays import cnn, from_npz, mlp
from pbits.neural.folding import fold
from pbits.neural.network import LinearNode, Network, Node, assemble, chain
from pbits.neural.onnx_file import read_onnx
from pbits.neural.onnx_graph import UnsupportedModel

__all__ = [
    "LinearNode",
    "Network",
    "Node",
    "UnsupportedModel",
    "assemble",
    "chain",
    "cnn",
    "fold",
    "from_npz",
    "layers",
    "mlp",
    "read_onnx",
]
