"""Neural networks whose matrix products are a seam: float, quantised or magnetic memory."""

from pbits.neural import data, layers, shapes
from pbits.neural.arrays import cnn, from_npz, mlp
from pbits.neural.augmenting import Augmentation
from pbits.neural.evaluating import accuracy, outputs
from pbits.neural.folding import fold
from pbits.neural.monte_carlo import monte_carlo
from pbits.neural.network import LinearNode, Network, Node, assemble, chain
from pbits.neural.onnx_file import read_onnx
from pbits.neural.onnx_graph import UnsupportedModel
from pbits.neural.pbit_shapes import pbit_mlp
from pbits.neural.predictions import Predictions
from pbits.neural.stochastic import PBits, straight_through, with_devices
from pbits.neural.training import Epoch, Trained, train

__all__ = [
    "Augmentation",
    "Epoch",
    "LinearNode",
    "Network",
    "Node",
    "PBits",
    "Predictions",
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
    "mlp",
    "monte_carlo",
    "outputs",
    "pbit_mlp",
    "read_onnx",
    "shapes",
    "straight_through",
    "train",
    "with_devices",
]
