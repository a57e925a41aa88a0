"""A network: layers in order, each with the names of what it reads."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.tree_util import register_dataclass

from pbits.neural.linear import Conv, Dense, Linear, products_per_image

INPUT = "input"
LinearHook = Callable[[str, Linear, jax.Array], jax.Array]
DigitalHook = Callable[..., jax.Array]  # (name, layer, *inputs) -> output


@register_dataclass
@dataclass(frozen=True)
class Node:
    """A layer with its name and the names of its inputs ("input" is the network's)."""

    layer: Any
    name: str = field(metadata={"static": True})
    inputs: tuple[str, ...] = field(metadata={"static": True})


class LinearNode(NamedTuple):
    """A linear layer of a network: its matrix [in, out], and how many rows an image takes."""

    name: str
    layer: Linear
    matrix: jax.Array
    products: int


@register_dataclass
@dataclass(frozen=True)
class Network:
    """Layers in order; the last one is the output.  A pytree: parameters are its leaves.

    Attributes:
        nodes: each reads only "input" and nodes before it.
        input_shape: of one input, [h, w, c] or [features].

    Example:
        >>> import jax.numpy as jnp
        >>> from pbits.neural.layers import Dense, Relu
        >>> net = chain([Dense(-jnp.eye(2)), Relu()], (2,))
        >>> net(jnp.array([[-1.0, 2.0]])).tolist()
        [[1.0, 0.0]]
        >>> net.run(jnp.array([[-1.0, 2.0]]), linear=lambda name, layer, x: 2 * x).tolist()
        [[0.0, 4.0]]
    """

    nodes: tuple[Node, ...]
    input_shape: tuple[int, ...] = field(metadata={"static": True})

    def __call__(self, x: jax.Array) -> jax.Array:
        """Outputs, such as logits [n, classes], of inputs [n, ...], in float32."""
        return self.run(x)

    def run(
        self,
        x: jax.Array,
        linear: LinearHook | None = None,
        digital: DigitalHook | None = None,
    ) -> jax.Array:
        """The network with hooks in place of its layers.

        Args:
            x: inputs [n, ...]; single-channel images are also taken as features, and features as
                such images.
            linear: ``linear(name, layer, rows [m, in]) -> [m, out]`` computes every matrix product,
                one call a layer; a bias is added afterwards. For a convolution the rows are the
                patches of all output pixels (image after image, row after row). Without it
                products are exact float32.
            digital: ``digital(name, layer, *inputs) -> output`` computes every other layer; without
                it ``layer(*inputs)``.

        Raises:
            ValueError: where x has another shape than the network's inputs.
        """
        values = self.values(x, linear, digital)
        return values[self.nodes[-1].name]

    def values(
        self,
        x: jax.Array,
        linear: LinearHook | None = None,
        digital: DigitalHook | None = None,
    ) -> dict[str, jax.Array]:
        """What every node gives, by name, and "input"; arguments as in :meth:`run`."""
        values = {INPUT: self.shaped(x)}
        for node in self.nodes:
            inputs = [values[name] for name in node.inputs]
            values[node.name] = _apply(node, inputs, linear, digital)
        return values

    def shaped(self, x: jax.Array) -> jax.Array:
        """Inputs [n, ...] as float32 [n, *input_shape]."""
        x = jnp.asarray(x, jnp.float32)
        given, wanted = x.shape[1:], self.input_shape
        if given == wanted:
            return x
        if x.ndim > 1 and math.prod(given) == math.prod(wanted) and _ordered(given, wanted):
            return x.reshape(len(x), *wanted)
        raise ValueError(f"inputs have shape {x.shape}; expected [n, {str(wanted)[1:-1]}]")

    def __getitem__(self, name: str) -> Any:
        """The layer of that name."""
        for node in self.nodes:
            if node.name == name:
                return node.layer
        raise KeyError(f"no node is named {name!r}; there are {[n.name for n in self.nodes]}")

    def replace(self, layers: Mapping[str, Any]) -> "Network":
        """The same network with other layers under the given names."""
        for name in layers:
            self[name]
        nodes = (replace(n, layer=layers.get(n.name, n.layer)) for n in self.nodes)
        return Network(tuple(nodes), self.input_shape)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every value for one input (without the batch), by name."""
        one = jax.ShapeDtypeStruct((1, *self.input_shape), jnp.float32)
        return {k: v.shape[1:] for k, v in jax.eval_shape(Network.values, self, one).items()}

    def linears(self) -> list[LinearNode]:
        """The linear layers in order, with their matrices and rows per image.

        Example:
            >>> import jax.numpy as jnp
            >>> from pbits.neural.layers import Conv
            >>> net = chain([Conv(jnp.ones((3, 3, 1, 4)))], (8, 8, 1))
            >>> [(name, matrix.shape, products) for name, _, matrix, products in net.linears()]
            [('conv0', (9, 4), 36)]
        """
        shapes = self.shapes()
        return [
            LinearNode(
                n.name, n.layer, n.layer.matrix, products_per_image(n.layer, shapes[n.inputs[0]])
            )
            for n in self.nodes
            if isinstance(n.layer, Linear)
        ]


def chain(layers: Sequence[Any], input_shape: Sequence[int], names: Sequence[str] = ()) -> Network:
    """A network of layers one after the other, named by kind and number unless `names` are given.

    Example:
        >>> from pbits.neural.layers import Relu, Tanh
        >>> [node.name for node in chain([Relu(), Tanh()], (2,)).nodes]
        ['relu0', 'tanh1']
    """
    names = names or [f"{type(layer).__name__.lower()}{i}" for i, layer in enumerate(layers)]
    before = (INPUT, *names)
    nodes = tuple(
        Node(layer, name, (source,))
        for layer, name, source in zip(layers, names, before, strict=False)
    )
    return assemble(nodes, input_shape)


def assemble(nodes: Sequence[Node], input_shape: Sequence[int]) -> Network:
    """A checked network.

    Raises:
        ValueError: where there is no node, names repeat, a node reads what is not before it, or
            shapes do not fit; the message names the node.
    """
    if not nodes:
        raise ValueError("a network needs at least one node")
    known = {INPUT: jax.ShapeDtypeStruct((1, *map(int, input_shape)), jnp.float32)}
    for node in nodes:
        missing = [name for name in node.inputs if name not in known]
        if missing or node.name in known:
            problem = f"reads {missing}, which no node before it gives" if missing else "repeats"
            raise ValueError(f"node {node.name!r} {problem}; nodes go in order, each name once")
        try:
            known[node.name] = jax.eval_shape(node.layer, *(known[name] for name in node.inputs))
        except (TypeError, ValueError) as error:
            shapes = [known[name].shape for name in node.inputs]
            raise ValueError(
                f"node {node.name!r} ({type(node.layer).__name__}) does not take inputs of shape "
                f"{shapes}: {error}"
            ) from error
    return Network(tuple(nodes), tuple(map(int, input_shape)))


def _apply(
    node: Node,
    inputs: list[jax.Array],
    linear: LinearHook | None,
    digital: DigitalHook | None,
) -> jax.Array:
    layer = node.layer
    if isinstance(layer, Dense | Conv):
        if linear is None:
            return layer(*inputs)
        return layer.through(lambda rows: linear(node.name, layer, rows), *inputs)
    return layer(*inputs) if digital is None else digital(node.name, layer, *inputs)


def _ordered(given: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether reshaping keeps the order of pixels: with one channel there is only one order."""
    images = [shape for shape in (given, wanted) if len(shape) == 3]
    return all(shape[-1] == 1 for shape in images)
