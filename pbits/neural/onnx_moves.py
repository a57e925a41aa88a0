"""ONNX operators that move numbers: reshaping, transposing, cutting, padding, joining."""

import math
from collections.abc import Callable, Sequence

from pbits.neural import layers
from pbits.neural.onnx_graph import Made, Operation, Value


def _reshape(op: Operation) -> Made:
    target = op.listed("shape", 1)
    if not target:
        raise op.refusal("the target shape is missing")
    x = op.value()
    known = (0, *x.onnx_shape)
    sizes = [
        known[i] if t == 0 and i < len(known) and not op.attribute("allowzero", 0) else t
        for i, t in enumerate(target)
    ]
    rest = sizes[1:]
    if sizes[0] not in (0, -1, 1, op.batch):
        raise op.refusal(f"the shape {target} does not keep the batch as the first axis")
    if -1 in rest:
        others = math.prod(t for t in rest if t != -1)
        rest[rest.index(-1)] = math.prod(x.shape) // others if others else 0
    return _reshaped(op, x, rest)


def _flatten(op: Operation) -> Made:
    x = op.value()
    if op.attribute("axis", 1) % (1 + len(x.shape)) != 1:
        raise op.refusal("only axis 1 is supported: the batch stays")
    return _reshaped(op, x, [math.prod(x.shape)])


def _squeeze(op: Operation) -> Made:
    x, axes = op.value(), op.listed("axes", 1)
    shape = x.onnx_shape
    if axes is None:
        axes = [i + 1 for i, size in enumerate(shape) if size == 1]
    gone = {a % (1 + len(shape)) - 1 for a in axes}
    if -1 in gone:
        raise op.refusal("the batch cannot be squeezed")
    return _reshaped(op, x, [size for i, size in enumerate(shape) if i not in gone])


def _unsqueeze(op: Operation) -> Made:
    x, axes = op.value(), op.listed("axes", 1) or []
    rank = 1 + len(x.shape) + len(axes)
    new = {a % rank for a in axes}
    if 0 in new:
        raise op.refusal("no axis can come before the batch")
    sizes = iter(x.onnx_shape)
    return _reshaped(op, x, [1 if i in new else next(sizes) for i in range(1, rank)])


def _reshaped(op: Operation, x: Value, rest: Sequence[int]) -> Made:
    """Another shape, as the file orders its axes, of the same numbers; the batch stays."""
    if math.prod(rest) != math.prod(x.shape) or not rest:
        raise op.refusal(f"{list(x.onnx_shape)} cannot become {list(rest)}: the batch must stay")
    if tuple(rest) == x.onnx_shape:
        return op.made(layers.Identity(), x)
    if len(rest) == 1:
        return op.made(layers.Flatten(x.channels_first), x, channels_first=False)
    if x.channels_first:
        raise op.refusal(f"images {list(x.onnx_shape)} can only be flattened, not {list(rest)}")
    if len(rest) == 3:
        shape = (*rest[1:], rest[0])
        return op.made(layers.Reshape(shape, channels_first=True), x, channels_first=True)
    return op.made(layers.Reshape(tuple(rest)), x)


def _transpose(op: Operation) -> Made:
    x, perm = op.value(), op.attribute("perm", [])
    if list(perm) == list(range(1 + len(x.shape))):
        return op.made(layers.Identity())
    wanted = [0, 2, 3, 1] if x.channels_first else [0, 3, 1, 2]
    if len(x.shape) != 3 or list(perm) != wanted:
        raise op.refusal(f"only moves of the channels are supported, not {list(perm)}")
    return op.made(layers.Identity(), channels_first=not x.channels_first)


def _slice(op: Operation) -> Made:
    x = op.value()
    starts, ends = op.listed("starts", 1), op.listed("ends", 2)
    if starts is None or ends is None:
        raise op.refusal("starts or ends are missing")
    axes = op.listed("axes", 3) or list(range(len(starts)))
    steps = op.listed("steps", 4) or [1] * len(starts)
    bounds = [(0, size, 1) for size in x.shape]
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        axis %= 1 + len(x.shape)
        if axis == 0 or step < 1:
            raise op.refusal("only forward slices within one image are supported")
        ours = x.axis(axis)
        bounds[ours] = slice(start, end, step).indices(x.shape[ours])
    return op.made(layers.Slice(tuple(bounds)))


def _pad(op: Operation) -> Made:
    x, pads = op.value(), op.listed("pads", 1)
    value = op.attribute("value", op.constant(2))
    rank = 1 + len(x.shape)
    axes = [a % rank for a in op.listed("axes", 3) or range(rank)]
    if pads is None or op.attribute("mode", "constant") != "constant" or min(pads) < 0:
        raise op.refusal("only padding with a constant, given by the file, is supported")
    sides = [(0, 0)] * len(x.shape)
    for axis, before, after in zip(axes, pads[: len(axes)], pads[len(axes) :], strict=True):
        if axis == 0 and before + after:
            raise op.refusal("the batch cannot be padded")
        if axis:
            sides[x.axis(axis)] = (before, after)
    return op.made(layers.Pad(tuple(sides), 0.0 if value is None else float(value)))


def _concat(op: Operation) -> Made:
    values = [op.value(i) for i in range(len(op.proto.input))]
    axis = op.attribute("axis", 1) % (1 + len(values[0].shape))
    if axis == 0 or values[0].axis(axis) != len(values[0].shape) - 1:
        raise op.refusal("only channels can be joined")
    if len({v.channels_first for v in values}) > 1:
        raise op.refusal("the values have different orders of axes")
    return op.made(layers.Concat(), *values)


MOVES: dict[str, Callable[[Operation], Made]] = {
    "Concat": _concat,
    "Flatten": _flatten,
    "Pad": _pad,
    "Reshape": _reshape,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
