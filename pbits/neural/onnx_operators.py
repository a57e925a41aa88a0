"""ONNX operators as layers: the ones that compute; those that move numbers are in onnx_moves."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from pbits.neural import layers
from pbits.neural.linear import Sides
from pbits.neural.onnx_graph import Made, Operation, Value
from pbits.neural.onnx_moves import MOVES


def _conv(op: Operation) -> Made:
    x, weight = op.value(), op.needed(1)
    if weight.ndim != 4:
        raise op.refusal(f"the kernel has shape {weight.shape}; only images are supported")
    groups = op.attribute("group", 1)
    dilation, stride = (tuple(op.attribute(n, [1, 1])) for n in ("dilations", "strides"))
    reach = [1 + (k - 1) * d for k, d in zip(weight.shape[2:], dilation, strict=True)]
    kernel = jnp.asarray(_ungrouped(weight, groups).transpose(2, 3, 1, 0), jnp.float32)
    bias = op.constant(2)
    padding = _padding(op, x, reach, stride)
    vector = None if bias is None else jnp.asarray(bias, jnp.float32)
    return op.made(layers.Conv(kernel, vector, stride, padding, dilation))


def _ungrouped(weight: np.ndarray, groups: int) -> np.ndarray:
    """One kernel [out, in, kh, kw] with zeros between groups: what a crossbar would hold."""
    out, inputs, *size = weight.shape
    whole = np.zeros((out, inputs * groups, *size), weight.dtype)
    for g in range(groups):
        rows = slice(g * out // groups, (g + 1) * out // groups)
        whole[rows, g * inputs : (g + 1) * inputs] = weight[rows]
    return whole


def _padding(op: Operation, x: Value, reach: list[int], stride: tuple[int, ...]) -> Sides:
    """Zeros around, from the numbers given or the rule named by `auto_pad`."""
    if not x.channels_first or len(x.shape) != 3:
        raise op.refusal(f"expected images [n, c, h, w], not {x.onnx_shape} after the batch")
    rule = op.attribute("auto_pad", "NOTSET")
    if rule in ("NOTSET", "VALID"):
        top, left, bottom, right = op.attribute("pads", [0] * 4) if rule == "NOTSET" else [0] * 4
        return (top, bottom), (left, right)
    sides = []
    for size, window, step in zip(x.shape, reach, stride, strict=False):
        total = max((-(-size // step) - 1) * step + window - size, 0)
        small = total // 2
        sides.append((small, total - small) if rule == "SAME_UPPER" else (total - small, small))
    return sides[0], sides[1]


def _pool(op: Operation) -> Made:
    x = op.value()
    window = tuple(op.attribute("kernel_shape", []))
    stride = tuple(op.attribute("strides", [1] * len(window)))
    if len(window) != 2 or set(op.attribute("dilations", [1])) != {1} or len(op.proto.output) > 1:
        raise op.refusal("only plain pooling of images is supported, without dilation or indices")
    sides = _padding(op, x, list(window), stride)
    counts = bool(op.attribute("count_include_pad", 0))
    if op.attribute("ceil_mode", 0):
        grown = tuple(_ceiled(x.shape[i], window[i], stride[i], sides[i]) for i in range(2))
        if grown != sides and counts:
            raise op.refusal("ceil_mode with count_include_pad is not supported")
        sides = (grown[0], grown[1])
    if op.proto.op_type == "MaxPool":
        return op.made(layers.MaxPool(window, stride, sides))
    return op.made(layers.MeanPool(window, stride, sides, counts))


def _ceiled(size: int, window: int, stride: int, sides: tuple[int, int]) -> tuple[int, int]:
    """More places after the end, so that the last, partial window counts."""
    whole = size + sum(sides)
    outputs = -(-(whole - window) // stride) + 1
    if (outputs - 1) * stride >= size + sides[0]:  # a window must begin inside
        outputs -= 1
    return sides[0], sides[1] + max((outputs - 1) * stride + window - whole, 0)


def _global_mean(op: Operation) -> Made:
    if not op.value().channels_first:
        raise op.refusal("expected images [n, c, h, w]")
    return op.made(layers.GlobalMean(keep=True))


def _global_max(op: Operation) -> Made:
    if not op.value().channels_first:
        raise op.refusal("expected images [n, c, h, w]")
    size = op.value().shape[:2]
    return op.made(layers.MaxPool((size[0], size[1]), (1, 1)))


def _reduce_mean(op: Operation) -> Made:
    x, axes = op.value(), op.listed("axes", 1)
    if not x.channels_first or axes is None or sorted(a % 4 for a in axes) != [2, 3]:
        raise op.refusal(f"only means over the pixels of images are supported, not axes {axes}")
    keep = bool(op.attribute("keepdims", 1))
    return op.made(layers.GlobalMean(keep), channels_first=keep)


def _gemm(op: Operation) -> Made:
    if op.attribute("transA", 0):
        raise op.refusal("transA is not supported")
    matrix, bias = op.needed(1), op.constant(2)
    matrix = matrix.T if op.attribute("transB", 0) else matrix
    matrix = jnp.asarray(op.attribute("alpha", 1.0) * matrix, jnp.float32)
    if bias is None:
        return _dense(op, matrix, None)
    scaled = np.asarray(op.attribute("beta", 1.0) * bias, np.float32)
    try:
        vector = np.broadcast_to(scaled, (1, matrix.shape[1]))[0]
    except ValueError:
        raise op.refusal(f"a bias of shape {bias.shape} is not supported") from None
    return _dense(op, matrix, jnp.asarray(vector))


def _matmul(op: Operation) -> Made:
    return _dense(op, jnp.asarray(op.needed(1), jnp.float32), None)


def _dense(op: Operation, matrix: jnp.ndarray, bias: jnp.ndarray | None) -> Made:
    if matrix.ndim != 2 or op.value().channels_first:
        raise op.refusal("only products with one matrix [in, out] over the last axis are supported")
    return op.made(layers.Dense(matrix, bias))


def _batch_norm(op: Operation) -> Made:
    if op.attribute("training_mode", 0):
        raise op.refusal("it is in training mode; export the model for inference")
    scale, shift, mean, variance = (np.asarray(op.needed(i), np.float64) for i in range(1, 5))
    factor = scale / np.sqrt(variance + op.attribute("epsilon", 1e-5))
    x = op.value()
    if len(x.shape) > 1 and not x.channels_first:
        raise op.refusal("expected images [n, c, h, w] or features [n, c]")
    numbers = (jnp.asarray(a, jnp.float32) for a in (factor, shift - mean * factor))
    return op.made(layers.Scale(*numbers))


def _arithmetic(op: Operation) -> Made:
    """Add, Sub, Mul or Div with a constant, or a sum of two values."""
    kind, constant = op.proto.op_type, [op.is_constant(i) for i in (0, 1)]
    if not any(constant):
        if kind != "Add":
            raise op.refusal("both inputs depend on the network's input; only their sum is known")
        return _sum(op)
    x = op.value(constant.index(False))
    number = op.aligned(op.needed(constant.index(True)), x)
    one, none = jnp.ones_like(number), jnp.zeros_like(number)
    if kind == "Add":
        layer = layers.Scale(one, number)
    elif kind == "Mul":
        layer = layers.Scale(number, none)
    elif kind == "Sub":
        layer = layers.Scale(-one, number) if constant[0] else layers.Scale(one, -number)
    elif constant[0]:
        raise op.refusal("a constant divided by a value is not supported")
    else:
        layer = layers.Scale(one / number, none)
    made = op.made(layer, x)
    if made.value("", op).shape != x.shape:
        raise op.refusal(f"a constant of shape {number.shape} makes the value larger; unsupported")
    return made


def _sum(op: Operation) -> Made:
    values = [op.value(i) for i in range(len(op.proto.input))]
    if len({(v.channels_first, v.shape) for v in values}) > 1:
        raise op.refusal(f"the values have different shapes {[v.onnx_shape for v in values]}")
    return op.made(layers.Add(), *values)


def _clip(op: Operation) -> Made:
    low, high = (op.attribute(n, op.constant(i)) for i, n in ((1, "min"), (2, "max")))
    return op.made(
        layers.Clip(-np.inf if low is None else float(low), np.inf if high is None else float(high))
    )


def _softmax(op: Operation) -> Made:
    x = op.value()
    axis = op.attribute("axis", 1 if op.opset < 13 else -1) % (1 + len(x.shape))
    if x.channels_first or axis != len(x.shape):
        raise op.refusal(f"only the last axis is supported, not {axis}")
    return op.made(layers.Softmax(log=op.proto.op_type == "LogSoftmax"))


OPERATORS: dict[str, Callable[[Operation], Made]] = {
    "Add": _arithmetic,
    "AveragePool": _pool,
    "BatchNormalization": _batch_norm,
    "Cast": lambda op: op.made(layers.Identity()),
    "Clip": _clip,
    "Conv": _conv,
    "Div": _arithmetic,
    "Dropout": lambda op: op.made(layers.Identity()),
    "Gemm": _gemm,
    "GlobalAveragePool": _global_mean,
    "GlobalMaxPool": _global_max,
    "Identity": lambda op: op.made(layers.Identity()),
    "LeakyRelu": lambda op: op.made(layers.LeakyRelu(op.attribute("alpha", 0.01))),
    "LogSoftmax": _softmax,
    "MatMul": _matmul,
    "MaxPool": _pool,
    "Mul": _arithmetic,
    "ReduceMean": _reduce_mean,
    "Relu": lambda op: op.made(layers.Relu()),
    "Sigmoid": lambda op: op.made(layers.Sigmoid()),
    "Sign": lambda op: op.made(layers.Sign(0.0)),
    "Softmax": _softmax,
    "Sub": _arithmetic,
    "Sum": _sum,
    "Tanh": lambda op: op.made(layers.Tanh()),
    **MOVES,
}
