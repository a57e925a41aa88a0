"""Gains and offsets fitted layer by layer to a network that is in memory already."""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

from crossbar.compensation import gain_and_offset
from crossbar.programmed import ProgrammedMatrix
from pbits.neural.linear import Linear
from pbits.neural.network import Network
from pbits.neural.tiles import multiply


def fit_in_order(
    network: Network, arrays: Mapping[str, ProgrammedMatrix], images: np.ndarray, key: jax.Array
) -> dict[str, ProgrammedMatrix]:
    """The same arrays, their gains and offsets fitted in the order in which layers follow.

    What a layer is given already holds the deviations of the layers before, corrected as far as
    they can be; its products are fitted to what they are in the float network for the same images,
    by least squares for each column.  Nothing is trained: two numbers a column, no labels.

    Args:
        network: in float.
        arrays: of each linear layer, by name, with a fixed `input_scale`.
        images: [n, ...], some dozens, all at once.
        key: of read noise.

    Example:
        >>> import crossbar
        >>> from pbits.neural import mlp
        >>> net, design = mlp([[[1.0]]]), crossbar.Design(crossbar.Cell([1e-6, 2e-6]))
        >>> half = crossbar.program(random.key(0), [[0.5]], design)
        >>> half = {"dense1": half.replace(input_scale=jnp.float32(1 / 127))}
        >>> fitted = fit_in_order(net, half, np.array([[0.0], [1.0]]), random.key(0))
        >>> round(fitted["dense1"].gain.item(), 2)
        2.0
    """
    x = jnp.asarray(images, jnp.float32)
    wanted: dict[str, np.ndarray] = {}
    fitted: dict[str, ProgrammedMatrix] = {}

    def look(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        product = jnp.matmul(rows, layer.matrix, precision="highest")
        wanted[name] = np.asarray(product)
        return product

    def product(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        del layer
        one = arrays[name]
        plain = one.replace(gain=jnp.ones_like(one.gain), offset=jnp.zeros_like(one.offset))
        seen, _ = multiply(plain, rows, random.fold_in(key, len(fitted)))
        gain, offset = (jnp.asarray(y, jnp.float32) for y in gain_and_offset(seen, wanted[name]))
        fitted[name] = one.replace(gain=gain, offset=offset)
        return seen * gain + offset

    network.run(x, linear=look)
    network.run(x, linear=product)
    return fitted
