"""Neural networks whose matrix products are a seam: float, quantised or magnetic memory."""

from pbits.neural import data, layers, shapes
from pbits.neural.arrays import cnn, from_npz, mlp
from pbits.neural.augmenting import Augmentation
from pbits.neural.chips import Chips, evaluate_chips
from pbits.neural.evaluating import accuracy, outputs
from pbits.neural.fitting import Aids
from pbits.neural.folding import fold
from pbits.neural.hardware import hardware
from pbits.neural.inference import Evaluation, evaluate
from pbits.neural.mapping import Mapped, map_network
from pbits.neural.monte_carlo import monte_carlo
from pbits.neural.network import LinearNode, Network, Node, assemble, chain
from pbits.neural.onnx_file import read_onnx
from pbits.neural.onnx_graph import UnsupportedModel
from pbits.neural.pbit_shapes import pbit_mlp
from pbits.neural.predictions import Predictions
from pbits.neural.pruning import prune
from pbits.neural.sampled_evaluation import SampledEvaluation, evaluate_samples
from pbits.neural.stochastic import PBits, straight_through, with_devices
from pbits.neural.training import Epoch, Trained, train
from pbits.neural.twin import Twin, quantised, twin_of

__all__ = [
    "Aids",
    "Augmentation",
    "Chips",
    "Epoch",
    "Evaluation",
    "LinearNode",
    "Mapped",
    "Network",
    "Node",
    "PBits",
    "Predictions",
    "SampledEvaluation",
    "Trained",
    "Twin",
    "UnsupportedModel",
    "accuracy",
    "assemble",
    "chain",
    "cnn",
    "data",
    "evaluate",
    "evaluate_chips",
    "evaluate_samples",
    "fold",
    "from_npz",
    "hardware",
    "layers",
    "map_network",
    "mlp",
    "monte_carlo",
    "outputs",
    "pbit_mlp",
    "prune",
    "quantised",
    "read_onnx",
    "shapes",
    "straight_through",
    "train",
    "twin_of",
    "with_devices",
]
