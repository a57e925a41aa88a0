"""Neural networks whose matrix products are a seam: float, quantised or magnetic memory."""

from pbits.neural import data, layers, shapes
from pbits.neural.arrays import cnn, from_npz, mlp
from pbits.neural.augmenting import Augmentation
from pbits.neural.evaluating import accuracy, outputs
from pbits.neural.fitting import Aids
from pbits.neural.folding import fold
from pbits.neural.mapping import Mapped, map_network
from pbits.neural.network import LinearNode, Network, Node, assemble, chain
from pbits.neural.onnx_file import read_onnx
from pbits.neural.onnx_graph import UnsupportedModel
from pbits.neural.training import Epoch, Trained, train

__all__ = [
    "Aids",
    "Augmentation",
    "Epoch",
    "LinearNode",
    "Mapped",
    "Network",
    "Node",
    "Trained",
    "UnsupportedModel",
    "accuracy",
    "assemble",
    "chain",
    "cnn",
    "data",
    "fold",
    "from_npz",
    "layers",
    "map_network",
    "mlp",
    "outputs",
    "read_onnx",
    "shapes",
    "train",
]
