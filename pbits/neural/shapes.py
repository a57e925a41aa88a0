"""Networks of usual shapes with random parameters, to be trained.

Weights are normal with the variance that keeps that of a rectified signal (He et al., 2015); batch
normalisation is a layer of its own until it is folded.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from pbits.checks import whole_number
from pbits.neural.activations import BatchNorm, Relu
from pbits.neural.joining import Add, Flatten
from pbits.neural.linear import Conv, Dense
from pbits.neural.network import INPUT, Network, Node, assemble
from pbits.neural.pooling import GlobalMean, MaxPool


def mlp(
    input_shape: Sequence[int], classes: int, hidden: Sequence[int] = (256, 256), seed: int = 0
) -> Network:
    """A multilayer perceptron with `hidden` units and rectifiers.

    Example:
        >>> [node.name for node in mlp((8, 8, 1), 10, hidden=(32,)).nodes]
        ['flatten', 'dense1', 'relu1', 'dense2']
    """
    net = _Builder(input_shape, seed)
    net.add("flatten", Flatten())
    for i, width in enumerate(hidden, 1):
        net.dense(f"dense{i}", width)
        net.add(f"relu{i}", Relu())
    net.dense(f"dense{len(hidden) + 1}", classes)
    return net.network()


def lenet(
    input_shape: Sequence[int],
    classes: int,
    seed: int = 0,
    channels: Sequence[int] = (6, 16),
    hidden: Sequence[int] = (120, 84),
) -> Network:
    """Convolutions of 5 x 5 with so many `channels`, each pooled, then `hidden` units.

    As LeNet-5 (LeCun et al., 1998) with rectifiers and max pooling. Zeros stand around the images
    of each convolution, but not of the second one where images have 20 pixels or more.

    Example:
        >>> net = lenet((8, 8, 1), 10, channels=(16,), hidden=())
        >>> [(node.name, node.matrix.shape) for node in net.linears()]
        [('conv1', (25, 16)), ('dense1', (256, 10))]
    """
    net = _Builder(input_shape, seed)
    for i, width in enumerate(channels, 1):
        around = 0 if i == 2 and input_shape[0] >= 20 else 2
        net.conv(f"conv{i}", width, size=5, around=around)
        net.add(f"conv{i}.relu", Relu())
        net.add(f"pool{i}", MaxPool())
    net.add("flatten", Flatten())
    for i, width in enumerate(hidden, 1):
        net.dense(f"dense{i}", width)
        net.add(f"dense{i}.relu", Relu())
    net.dense(f"dense{len(hidden) + 1}", classes)
    return net.network()


def resnet(
    input_shape: Sequence[int],
    classes: int,
    widths: Sequence[int] = (16, 32, 64),
    blocks: int = 1,
    seed: int = 0,
) -> Network:
    """A residual network for small images (He et al., 2016), with batch normalisation.

    A convolution of 3 x 3, then for each width `blocks` blocks of two of them, the first of a new
    width with stride 2; branches of different shape are joined through a convolution of 1 x 1. The
    number in a name counts the layers with weights but those: ``2 * blocks * len(widths) + 2``.
    """
    net = _Builder(input_shape, seed)
    net.normalised("conv1", widths[0])
    net.add("conv1.relu", Relu())
    for i, width in enumerate(widths, 1):
        for j in range(1, whole_number("blocks", blocks, least=1) + 1):
            _block(net, f"block{i}.{j}", width, stride=2 if i > 1 and j == 1 else 1)
    net.add("mean", GlobalMean())
    net.dense("dense", classes)
    return net.network()


def make(name: str, input_shape: Sequence[int], classes: int, seed: int = 0) -> Network:
    """A network of one of the `SHAPES`: "mlp", "lenet", "resnet8", "resnet20" or "resnet18".

    Raises:
        ValueError: where there is no such shape, or images are too small for it.

    Example:
        >>> len(make("resnet20", (32, 32, 3), 10).linears())  # two of them join branches
        22
    """
    if name not in SHAPES:
        raise ValueError(f"shape is {name!r}; expected one of {', '.join(SHAPES)}")
    return SHAPES[name](tuple(input_shape), classes, seed)


SHAPES: dict[str, Callable[[tuple[int, ...], int, int], Network]] = {
    "mlp": lambda shape, classes, seed: mlp(shape, classes, seed=seed),
    "lenet": lenet,
    "resnet8": lambda shape, classes, seed: resnet(shape, classes, seed=seed),
    "resnet20": lambda shape, classes, seed: resnet(shape, classes, blocks=3, seed=seed),
    "resnet18": lambda shape, classes, seed: resnet(
        shape, classes, (64, 128, 256, 512), blocks=2, seed=seed
    ),
}


def _block(net: "_Builder", name: str, width: int, stride: int) -> None:
    start, shape = net.last, net.shape
    net.normalised(f"{name}.conv1", width, stride=stride)
    net.add(f"{name}.relu1", Relu())
    main = net.normalised(f"{name}.conv2", width)
    if shape != net.shape:
        net.last, net.shape = start, shape
        start = net.normalised(f"{name}.join", width, size=1, stride=stride)
    net.add(f"{name}.add", Add(), (main, start))
    net.add(f"{name}.relu2", Relu())


class _Builder:
    """Nodes one after the other; `last` and `shape` are the name and shape that the next reads."""

    def __init__(self, input_shape: Sequence[int], seed: int) -> None:
        self.input_shape = self.shape = tuple(
            whole_number("each size of input_shape", size, least=1) for size in input_shape
        )
        self.random = np.random.default_rng(whole_number("seed", seed, least=0))
        self.last = INPUT
        self.nodes: list[Node] = []

    def add(self, name: str, layer: Any, inputs: tuple[str, ...] = ()) -> str:
        self.nodes.append(Node(layer, name, inputs or (self.last,)))
        self.last = name
        if not inputs:
            self.shape = assemble([Node(layer, name, (INPUT,))], self.shape).shapes()[name]
        return name

    def dense(self, name: str, width: int) -> str:
        size, width = self.shape[0], whole_number(f"the width of {name}", width, least=1)
        return self.add(name, Dense(self._normal(size, size, width), jnp.zeros(width)))

    def conv(
        self, name: str, width: int, size: int, around: int, stride: int = 1, bias: bool = True
    ) -> str:
        if len(self.shape) != 3:
            raise ValueError(f"{name} reads inputs of shape {self.shape}; expected [h, w, c]")
        inputs, width = self.shape[-1], whole_number(f"the width of {name}", width, least=1)
        weight = self._normal(size * size * inputs, size, size, inputs, width)
        shift = jnp.zeros(width) if bias else None
        sides = (around, around)
        return self.add(name, Conv(weight, shift, (stride, stride), (sides, sides)))

    def normalised(self, name: str, width: int, size: int = 3, stride: int = 1) -> str:
        self.conv(name, width, size, around=size // 2, stride=stride, bias=False)
        one, zero = jnp.ones(width), jnp.zeros(width)
        return self.add(f"{name}.norm", BatchNorm(one, zero, zero, one))

    def network(self) -> Network:
        return assemble(self.nodes, self.input_shape)

    def _normal(self, fan: int, *shape: int) -> jnp.ndarray:
        return jnp.asarray(self.random.normal(0, np.sqrt(2 / fan), shape), jnp.float32)
