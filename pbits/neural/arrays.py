"""Networks from plain arrays of weights: lists, or files of numpy's npz format."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from pbits.neural.activations import Clip, Identity, Relu, Sigmoid, Sign, Tanh
from pbits.neural.joining import Flatten
from pbits.neural.linear import Conv, Dense
from pbits.neural.network import Network, chain
from pbits.neural.pooling import MaxPool

ACTIVATIONS = {
    "relu": Relu(),
    "relu6": Clip(0.0, 6.0),
    "hardtanh": Clip(-1.0, 1.0),
    "tanh": Tanh(),
    "sigmoid": Sigmoid(),
    "sign": Sign(),
    "identity": Identity(),
}


def mlp(
    weights: Sequence[ArrayLike],
    biases: Sequence[ArrayLike | None] | None = None,
    activation: str = "relu",
    input_shape: Sequence[int] | None = None,
) -> Network:
    """A multilayer perceptron from matrices [in, out].

    Args:
        weights: one matrix [in, out] a layer.
        biases: one vector [out] a layer, or None.
        activation: between layers, one of `ACTIVATIONS`; none after the last layer.
        input_shape: of one input; the features of the first matrix without it, else images are
            flattened first.

    Raises:
        ValueError: where sizes do not fit.

    Example:
        >>> net = mlp([[[1.0], [1.0]]], [[0.5]])
        >>> net([[2.0, 3.0]]).tolist()
        [[5.5]]
    """
    first = np.shape(weights[0])[0] if len(weights) else 0
    shape = (first,) if input_shape is None else tuple(input_shape)
    layers: list[Any] = [Flatten()] if len(shape) > 1 else []
    names = ["flatten"] if layers else []
    function = _activation(activation)
    for i, (weight, bias) in enumerate(_paired(weights, biases)):
        layers += [_dense(weight, bias, f"weights[{i}]"), function]
        names += [f"dense{i + 1}", f"{activation}{i + 1}"]
    return chain(layers[:-1], shape, names[:-1])


def cnn(
    weights: Sequence[ArrayLike],
    biases: Sequence[ArrayLike | None] | None = None,
    *,
    input_shape: Sequence[int],
    activation: str = "relu",
    padding: str = "same",
    pool: int = 2,
) -> Network:
    """Convolutions, each with an activation and max pooling, then a perceptron.

    Args:
        weights: kernels [kh, kw, in, out], then matrices [in, out]; the first matrix reads the
            pixels in the order [h, w, c].
        biases: one vector [out] a layer, or None.
        input_shape: of one image, [h, w, c].
        activation: one of `ACTIVATIONS`.
        padding: "same" keeps the size of an image, "valid" adds no zeros.
        pool: window and stride of the pooling; 1 for none.

    Raises:
        ValueError: where sizes do not fit.

    Example:
        >>> import numpy as np
        >>> net = cnn([np.ones((3, 3, 1, 2)), np.ones((8, 1))], input_shape=(4, 4, 1))
        >>> net(np.ones((1, 4, 4, 1))).tolist()
        [[72.0]]
    """
    if padding not in ("same", "valid"):
        raise ValueError(f"padding is {padding!r}; expected 'same' or 'valid'")
    function, layers, names = _activation(activation), [], []
    for i, (weight, bias) in enumerate(_paired(weights, biases)):
        if np.ndim(weight) == 4:
            layers += [_conv(weight, bias, padding), function]
            names += [f"conv{i + 1}", f"{activation}{i + 1}"]
            if pool > 1:
                layers.append(MaxPool((pool, pool), (pool, pool)))
                names.append(f"pool{i + 1}")
            continue
        if "flatten" not in names:
            layers.append(Flatten())
            names.append("flatten")
        layers += [_dense(weight, bias, f"weights[{i}]"), function]
        names += [f"dense{i + 1}", f"{activation}{i + 1}"]
    if names and names[-1].startswith(activation):
        layers, names = layers[:-1], names[:-1]
    return chain(layers, tuple(input_shape), names)


def from_npz(path: str | Path, input_shape: Sequence[int] | None = None, **options: Any) -> Network:
    """A network from a file of arrays, in the file's order: weights, each perhaps with its bias.

    Arrays of two axes are matrices [in, out], of four kernels [kh, kw, in, out], of one the bias of
    the weights before them. `options` are those of :func:`mlp`, or with a kernel of :func:`cnn`.

    Raises:
        ValueError: where an array is none of these, or sizes do not fit.
    """
    weights: list[np.ndarray] = []
    biases: list[np.ndarray | None] = []
    with np.load(path, allow_pickle=False) as file:
        for name in file.files:
            array = file[name]
            if array.ndim in (2, 4):
                weights.append(array)
                biases.append(None)
            elif array.ndim == 1 and weights and biases[-1] is None:
                biases[-1] = array
            else:
                raise ValueError(
                    f"{path}: array {name!r} of shape {array.shape} is not expected there; give "
                    "matrices [in, out] or kernels [kh, kw, in, out], each before its bias [out]"
                )
    if any(weight.ndim == 4 for weight in weights):
        if input_shape is None:
            raise ValueError(f"{path} has convolutions; give input_shape, such as (28, 28, 1)")
        return cnn(weights, biases, input_shape=input_shape, **options)
    return mlp(weights, biases, input_shape=input_shape, **options)


def _paired(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike | None] | None
) -> list[tuple[ArrayLike, ArrayLike | None]]:
    if not len(weights):
        raise ValueError("weights is empty; expected at least one array")
    given = [None] * len(weights) if biases is None else list(biases)
    if len(given) != len(weights):
        raise ValueError(f"{len(given)} biases for {len(weights)} weights; expected one each")
    return list(zip(weights, given, strict=True))


def _dense(weight: ArrayLike, bias: ArrayLike | None, name: str) -> Dense:
    matrix = jnp.asarray(_finite(weight, name))
    if matrix.ndim != 2:
        raise ValueError(f"{name} has shape {matrix.shape}; expected a matrix [in, out]")
    return Dense(matrix, _bias(bias, matrix.shape[1]))


def _conv(weight: ArrayLike, bias: ArrayLike | None, padding: str) -> Conv:
    kernel = jnp.asarray(_finite(weight, "a kernel"))
    below = [(size - 1) // 2 for size in kernel.shape[:2]]
    sides = [(b, size - 1 - b) for b, size in zip(below, kernel.shape, strict=False)]
    around = (sides[0], sides[1]) if padding == "same" else ((0, 0), (0, 0))
    return Conv(kernel, _bias(bias, kernel.shape[3]), padding=around)


def _bias(bias: ArrayLike | None, size: int) -> Any:
    if bias is None:
        return None
    vector = jnp.asarray(_finite(bias, "a bias"))
    if vector.shape != (size,):
        raise ValueError(f"a bias has shape {vector.shape}; expected ({size},)")
    return vector


def _finite(values: ArrayLike, name: str) -> np.ndarray:
    found = np.asarray(values, np.float32)
    if not np.isfinite(found).all():
        raise ValueError(f"{name} holds values that are not finite; expected a trained network's")
    return found


def _activation(name: str) -> Any:
    if name not in ACTIVATIONS:
        raise ValueError(f"activation is {name!r}; expected one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]
