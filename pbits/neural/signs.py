"""Which linear layers only ever see numbers that are not negative."""

from typing import Any

from pbits.neural.activations import Clip, Identity, Relu, Sigmoid, Softmax
from pbits.neural.joining import Add, Concat, Flatten, Pad, Reshape, Slice
from pbits.neural.linear import Linear
from pbits.neural.network import INPUT, Network
from pbits.neural.pooling import GlobalMean, MaxPool, MeanPool

_MAKERS = (Relu, Sigmoid, Softmax)
_KEEPERS = (Identity, MaxPool, MeanPool, GlobalMean, Flatten, Reshape, Slice, Add, Concat)


def unsigned_layers(network: Network, *, unsigned_input: bool) -> set[str]:
    """Names of the linear layers whose inputs are never negative, such as after a rectifier.

    Args:
        network: nodes in order.
        unsigned_input: whether the network's inputs are never negative.

    Example:
        >>> import jax.numpy as jnp
        >>> from pbits.neural.layers import Dense
        >>> from pbits.neural.network import chain
        >>> net = chain([Dense(jnp.eye(2)), Relu(), Dense(jnp.eye(2))], (2,))
        >>> unsigned_layers(net, unsigned_input=False)
        {'dense2'}
    """
    never = {INPUT: unsigned_input}
    found = set()
    for node in network.nodes:
        inputs = all(never[name] for name in node.inputs)
        never[node.name] = _is_unsigned(node.layer, inputs)
        if isinstance(node.layer, Linear) and inputs:
            found.add(node.name)
    return found


def _is_unsigned(layer: Any, inputs: bool) -> bool:
    if isinstance(layer, _MAKERS):
        return True
    if isinstance(layer, Clip):
        return layer.low >= 0
    if isinstance(layer, Pad):
        return inputs and layer.value >= 0
    return inputs and isinstance(layer, _KEEPERS)
