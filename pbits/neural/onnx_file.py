"""Trained networks from ONNX files, any framework's common exchange format (onnx.ai)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pbits.neural.activations import Identity
from pbits.neural.folding import fold
from pbits.neural.network import INPUT, Network, Node, assemble
from pbits.neural.onnx_graph import Operation, UnsupportedModel, Value
from pbits.neural.onnx_operators import OPERATORS


def read_onnx(
    path: str | Path, input_shape: Sequence[int] | None = None, output: str | None = None
) -> Network:
    """The network of an ONNX file; batch normalisation is folded into the layer before it.

    ONNX orders images [n, c, h, w]; the network takes them as [n, h, w, c], and flattens in the
    file's order. Preprocessing belongs to the data (:class:`pbits.neural.data.Preprocess`).

    Args:
        path: the file.
        input_shape: [h, w, c] or [features] where the file leaves sizes open.
        output: name of the output, where there are several.

    Raises:
        UnsupportedModel: where an operator, or a use of it, is not supported; it names the node.
        ImportError: where onnx is not installed.
        ValueError: where the file is not ONNX, or its input or output is not clear.
        FileNotFoundError: where there is no file.
    """
    model = _load(Path(path))
    reader = _Reader(model, input_shape)
    nodes = reader.nodes(output)
    return fold(assemble(nodes, reader.input_shape))


def _load(path: Path) -> Any:
    try:
        import onnx
    except ImportError as error:
        raise ImportError(
            "reading ONNX files needs the package onnx: pip install 'pbits[neural]'"
        ) from error
    if not path.is_file():
        raise FileNotFoundError(f"no file {path}; give the path of an ONNX file")
    try:
        model = onnx.load(str(path))
    except Exception as error:  # protobuf's own classes, which differ between its versions
        raise ValueError(f"{path} is not a valid ONNX file: {error}") from error
    if not model.graph.node:
        raise ValueError(f"{path} is not a valid ONNX file: it has no operators")
    return model


class _Reader:
    """Walks a graph in its order: constants are computed, operators become nodes."""

    def __init__(self, model: Any, input_shape: Sequence[int] | None) -> None:
        from onnx import numpy_helper

        self.graph = model.graph
        self.opset = max(
            (o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=1
        )
        self.domains = list(model.opset_import)
        self.constants = {t.name: numpy_helper.to_array(t) for t in self.graph.initializer}
        self.values: dict[str, Value | None] = {"": None}
        self.batch = 0
        self.input_shape = self._input(input_shape)

    def _input(self, given: Sequence[int] | None) -> tuple[int, ...]:
        inputs = [i for i in self.graph.input if i.name not in self.constants]
        if len(inputs) != 1:
            names = [i.name for i in inputs]
            raise ValueError(f"the model has inputs {names}; expected exactly one")
        name = inputs[0].name
        dims = inputs[0].type.tensor_type.shape.dim
        self.batch, *sizes = [d.dim_value for d in dims] or [0]
        first = len(sizes) == 3 and not self._is_channels_last(name)
        shape = tuple(given) if given is not None else tuple(_moved(sizes) if first else sizes)
        if len(shape) != len(sizes) or not sizes or min(shape) < 1:
            raise ValueError(
                f"input {name!r} has sizes {sizes} after the batch (0 is open); give input_shape, "
                "[h, w, c] or [features], with as many sizes"
            )
        self.values[name] = Value(INPUT, tuple(map(int, shape)), first)
        return tuple(map(int, shape))

    def _is_channels_last(self, name: str) -> bool:
        """Whether images come as [n, h, w, c]: then all that reads them moves the channels."""
        perms = [
            list(a.ints)
            for node in self.graph.node
            if name in node.input and node.op_type == "Transpose"
            for a in node.attribute
        ]
        readers = sum(name in node.input for node in self.graph.node)
        return bool(perms) and len(perms) == readers and all(p == [0, 3, 1, 2] for p in perms)

    def nodes(self, output: str | None) -> list[Node]:
        """The nodes in order, the one of the output last."""
        wanted = self._output(output)
        found: list[Node] = []
        for proto in self.graph.node:
            found += self._node(proto, {node.name for node in found})
        value = self.values.get(wanted)
        if value is None:
            raise UnsupportedModel(f"output {wanted!r} does not depend on the input")
        return [*found, Node(Identity(), "output", (value.name,))]

    def _output(self, output: str | None) -> str:
        names = [o.name for o in self.graph.output]
        if (output is None and len(names) != 1) or (output is not None and output not in names):
            raise ValueError(f"output is {output!r}; expected one of the model's outputs {names}")
        return output or names[0]

    def _node(self, proto: Any, taken: set[str]) -> Iterator[Node]:
        operation = Operation(proto, self.opset, self.batch, self.constants, self.values)
        if proto.op_type == "Shape" and proto.input[0] in self.values:
            # Size 0 stands for the batch: Reshape reads it as "unchanged".
            shape = np.array((0, *operation.value().onnx_shape))
            first, last = operation.attribute("start", 0), operation.attribute("end", None)
            self.constants[proto.output[0]] = shape[first:last]
        elif all(name in self.constants for name in proto.input if name):
            self._compute(proto)
        elif proto.op_type not in OPERATORS or proto.domain not in ("", "ai.onnx"):
            raise operation.refusal(f"the operator is not supported; {', '.join(OPERATORS)} are")
        else:
            made = OPERATORS[proto.op_type](operation)
            name = _unique(operation.name.lstrip("/"), taken)
            self.values[proto.output[0]] = made.value(name, operation)
            yield Node(made.layer, name, made.inputs)

    def _compute(self, proto: Any) -> None:
        from onnx import TensorProto, helper
        from onnx.reference import ReferenceEvaluator

        free = [helper.make_tensor_value_info(n, TensorProto.UNDEFINED, None) for n in proto.input]
        ends = [helper.make_tensor_value_info(n, TensorProto.UNDEFINED, None) for n in proto.output]
        graph = helper.make_graph([proto], "constant", free, ends)
        model = helper.make_model(graph, opset_imports=self.domains)
        feeds = {name: self.constants[name] for name in proto.input if name}
        answers = ReferenceEvaluator(model).run(list(proto.output), feeds)
        self.constants.update(dict(zip(proto.output, answers, strict=True)))  # pyright: ignore


def _unique(name: str, taken: set[str]) -> str:
    taken = taken | {INPUT, "output"}
    if name not in taken:
        return name
    return next(f"{name}_{i}" for i in range(2, len(taken) + 3) if f"{name}_{i}" not in taken)


def _moved(sizes: list[int]) -> list[int]:
    return [*sizes[1:], sizes[0]]
