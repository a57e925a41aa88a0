"""Networks with their smallest weights set to zero."""

from collections.abc import Mapping
from numbers import Real

import jax.numpy as jnp
import numpy as np

from pbits.neural.network import Network


def prune(network: Network, sparsity: float | Mapping[str, float]) -> Network:
    """The network with the smallest weights of each linear layer set to zero.

    Args:
        network: trained.
        sparsity: share of a layer's weights that become zero, 0 to below 1; by name for some layers
            only.

    Raises:
        ValueError: on a share out of range.
        KeyError: on a name that no node has.

    Example:
        >>> from pbits.neural import mlp
        >>> prune(mlp([[[3.0], [-1.0]]]), 0.5)["dense1"].weight.tolist()
        [[3.0], [0.0]]
    """
    linears = {node.name: node for node in network.linears()}
    wanted = sparsity if isinstance(sparsity, Mapping) else dict.fromkeys(linears, sparsity)
    layers = {}
    for name, value in wanted.items():
        if name not in linears:
            raise KeyError(f"no linear layer is named {name!r}; there are {', '.join(linears)}")
        matrix = np.array(linears[name].matrix)
        if not isinstance(value, Real) or not 0 <= value < 1:
            raise ValueError(f"sparsity of {name} is {value!r}; expected at least 0, below 1")
        count = round(value * matrix.size)
        smallest = np.argsort(np.abs(matrix), axis=None, kind="stable")[:count]
        matrix.flat[smallest] = 0
        layer = linears[name].layer
        layers[name] = layer.with_matrix(jnp.asarray(matrix), layer.bias)
    return network.replace(layers)


def sparsity_of(network: Network) -> float:
    """Share of the weights of all linear layers that are zero."""
    matrices = [np.asarray(node.matrix) for node in network.linears()]
    return 1 - sum(map(np.count_nonzero, matrices)) / sum(matrix.size for matrix in matrices)
