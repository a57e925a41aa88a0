"""What an operator of an ONNX graph reads, and what it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class UnsupportedModel(ValueError):
    """An ONNX model uses what cannot be imported; the message names the node."""


class Value(NamedTuple):
    """A value of the network: node, shape without the batch, and whether ONNX has [n, c, h, w]."""

    name: str
    shape: tuple[int, ...]
    channels_first: bool

    @property
    def onnx_shape(self) -> tuple[int, ...]:
        """The shape (without the batch) in the order of the file."""
        return (self.shape[-1], *self.shape[:-1]) if self.channels_first else self.shape

    def axis(self, onnx_axis: int) -> int:
        """Our axis, counted after the batch, of an axis of the file, counted with the batch."""
        if not self.channels_first:
            return onnx_axis - 1
        return (onnx_axis - 2) % 3


class Made(NamedTuple):
    """A layer, the names it reads, and whether its output is [n, c, h, w] in the file."""

    layer: Any
    inputs: tuple[str, ...]
    channels_first: bool
    shapes: tuple[tuple[int, ...], ...]

    def value(self, name: str, operation: "Operation") -> Value:
        """The output under a node's name."""
        given = [jax.ShapeDtypeStruct((1, *shape), jnp.float32) for shape in self.shapes]
        try:
            shape = jax.eval_shape(self.layer, *given).shape[1:]
        except (TypeError, ValueError) as error:
            raise operation.refusal(
                f"inputs of shape {self.shapes} do not fit ({error})"
            ) from error
        return Value(name, shape, self.channels_first)


@dataclass(frozen=True)
class Operation:
    """A node of the graph with what is known about its inputs; `batch` is 0 where it is open."""

    proto: Any
    opset: int
    batch: int
    constants: Mapping[str, np.ndarray]
    values: Mapping[str, Value | None]

    @property
    def name(self) -> str:
        """Name of the node, or of its kind and output where it has none."""
        return self.proto.name or f"{self.proto.op_type}_{self.proto.output[0]}"

    def refusal(self, reason: str) -> UnsupportedModel:
        """An error about this node, to be raised."""
        return UnsupportedModel(f"node {self.name!r} ({self.proto.op_type}): {reason}")

    def attribute(self, name: str, default: Any) -> Any:
        """An attribute of the node; lists as lists, strings decoded."""
        from onnx import helper

        for attribute in self.proto.attribute:
            if attribute.name == name:
                value = helper.get_attribute_value(attribute)
                return value.decode() if isinstance(value, bytes) else value
        return default

    def value(self, i: int = 0) -> Value:
        """Input i, which depends on the network's input."""
        value = self.values.get(self.proto.input[i])
        if value is None:
            raise self.refusal(f"input {i} is constant; expected a value of the network")
        return value

    def is_constant(self, i: int) -> bool:
        """Whether input i is known before anything runs."""
        return self.proto.input[i] in self.constants

    def constant(self, i: int) -> np.ndarray | None:
        """Input i, which must be a constant; None where it is left out."""
        if i >= len(self.proto.input) or not self.proto.input[i]:
            return None
        if not self.is_constant(i):
            raise self.refusal(f"input {i} is computed from the network's input; must be constant")
        return self.constants[self.proto.input[i]]

    def needed(self, i: int) -> np.ndarray:
        """Input i, a constant that must be there."""
        found = self.constant(i)
        if found is None:
            raise self.refusal(f"input {i} is missing")
        return found

    def listed(self, name: str, i: int) -> list[int] | None:
        """Whole numbers that are an attribute in old files and input i in new ones."""
        found = self.attribute(name, None)
        given = self.constant(i) if found is None else found
        return None if given is None else [int(x) for x in np.ravel(given)]

    def made(self, layer: Any, *values: Value, channels_first: bool | None = None) -> Made:
        """A layer of `values`, by default of the first input, in whose order the output is."""
        values = values or (self.value(),)
        first = values[0].channels_first if channels_first is None else channels_first
        names, shapes = tuple(v.name for v in values), tuple(v.shape for v in values)
        return Made(layer, names, first, shapes)

    def aligned(self, constant: np.ndarray, value: Value) -> jax.Array:
        """A constant that goes with `value` element by element, in our order of axes."""
        array = np.asarray(constant, np.float32)
        if array.size == 1:
            return jnp.asarray(array.reshape(()))
        rank = 1 + len(value.shape)
        array = array.reshape((1,) * (rank - array.ndim) + array.shape)
        if array.ndim != rank or array.shape[0] != 1:
            raise self.refusal(f"a constant of shape {constant.shape} does not go with {value}")
        array = np.moveaxis(array[0], 0, -1) if value.channels_first else array[0]
        while array.ndim > 1 and array.shape[0] == 1:
            array = array[0]
        return jnp.asarray(array)
