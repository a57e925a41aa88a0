"""Affine functions after a linear layer taken into its matrix, where that changes nothing."""

from collections import Counter
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from pbits.neural.activations import BatchNorm, Identity, Scale
from pbits.neural.linear import Linear
from pbits.neural.network import INPUT, Network, Node, assemble


def fold(network: Network) -> Network:
    """The same function with fewer layers.

    Batch normalisations become affine functions of the running moments; an affine function per
    channel that alone reads a linear layer goes into its matrix and bias; identities, and layers
    that nothing reads, go. What cannot be folded stays as a :class:`~pbits.neural.layers.Scale`.

    Example:
        >>> import jax.numpy as jnp
        >>> from pbits.neural import chain
        >>> from pbits.neural.layers import Dense, Scale
        >>> net = chain([Dense(jnp.eye(2)), Scale(jnp.array([2.0, 3.0]), jnp.ones(2))], (2,))
        >>> folded = fold(net)
        >>> [node.name for node in folded.nodes], folded["dense0"].matrix.tolist()
        (['dense0'], [[2.0, 0.0], [0.0, 3.0]])
    """
    output = network.nodes[-1].name
    nodes = _read_by(network.nodes, output)
    readers = Counter(name for node in nodes for name in node.inputs)
    kept: dict[str, Node] = {}
    stands_for = {INPUT: INPUT}
    for node in nodes:
        node = replace(node, inputs=tuple(stands_for[name] for name in node.inputs))
        layer, source = _affine(node.layer), node.inputs[0]
        before = kept.get(source)
        if isinstance(layer, Identity) and (before or node.name != output):
            stands_for[node.name] = source
            readers[source] += readers[node.name] - 1
        elif before and readers[source] == 1 and (merged := _merged(before.layer, layer)):
            kept[source] = replace(before, layer=merged)
            stands_for[node.name] = source
            readers[source] = readers[node.name]
        else:
            kept[node.name] = replace(node, layer=layer)
            stands_for[node.name] = node.name
    return assemble(tuple(kept.values()), network.input_shape)


def _read_by(nodes: tuple[Node, ...], output: str) -> list[Node]:
    """The nodes that the output needs, in order."""
    needed, found = {output}, []
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(node.inputs)
            found.append(node)
    return found[::-1]


def _affine(layer: Any) -> Any:
    if isinstance(layer, BatchNorm):
        return layer.scale(layer.mean, layer.variance)
    return layer


def _merged(linear: Any, scale: Any) -> Linear | None:
    """Both layers as one linear layer; None where they are not such layers."""
    if not (isinstance(linear, Linear) and isinstance(scale, Scale)):
        return None
    matrix = linear.matrix
    factor, shift = (_per_channel(x, matrix.shape[1]) for x in (scale.factor, scale.shift))
    if factor is None or shift is None:
        return None
    bias = shift if linear.bias is None else linear.bias * factor + shift
    return linear.with_matrix(matrix * factor, bias)


def _per_channel(x: jax.Array, channels: int) -> jax.Array | None:
    if x.size == 1:
        return jnp.full(channels, x.reshape(()))
    return x if x.shape == (channels,) else None
