"""Binary networks, and arrays that sum resistances to compute them.

Weights and inputs of every product are -1 or 1 (Hubara et al., NIPS 2016): training keeps real
weights behind the signs and lets slopes pass them (straight through) where a number is within
-1..1.  Sums are normalised, digitally, before the next sign.  :class:`ResistanceNetwork` computes
the products in arrays of `crossbar.converters.resistance_sum`, 64 rows at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.tree_util import register_dataclass
from numpy.typing import ArrayLike

from crossbar.converters.resistance_sum import ResistanceColumns, ResistanceSum
from pbits import checks
from pbits.neural.activations import BatchNorm
from pbits.neural.checking import checked_images, checked_key
from pbits.neural.joining import Flatten
from pbits.neural.linear import Dense, Linear
from pbits.neural.network import LinearHook, Network, chain
from pbits.neural.normalising import Moments, by_batch


def sign(x: jax.Array) -> jax.Array:
    """-1 or 1 (1 at 0), with slope 1 where x is within -1..1 and 0 elsewhere.

    Example:
        >>> sign(jnp.array([-0.3, 0.0])).tolist()
        [-1.0, 1.0]
        >>> [float(jax.grad(sign)(x)) for x in (0.5, 2.0)]
        [1.0, 0.0]
    """
    soft = jnp.clip(x, -1, 1)
    return soft + lax.stop_gradient(jnp.where(x < 0, -1.0, 1.0) - soft)


@register_dataclass
@dataclass(frozen=True)
class Binarise:
    """The sign as a layer that can be trained through; see :func:`sign`."""

    def __call__(self, x: jax.Array) -> jax.Array:
        return sign(x)


def perceptron(
    input_shape: Sequence[int], classes: int, hidden: Sequence[int] = (128,), seed: int = 0
) -> Network:
    """A binary perceptron to be trained with ``linear=binary.product``.

    Inputs are taken by their sign.  Keep it unfolded (``train(...).unfolded``): folding would put
    the normalisation into weights whose signs are all that is stored.
    """
    random = np.random.default_rng(checks.whole_number("seed", seed, least=0))
    sizes = (int(np.prod(input_shape)), *hidden, classes)
    for width in sizes:
        checks.whole_number("each number of units", width, least=1)
    layers: list[Any] = [Flatten()]
    names = ["flatten"]
    for i, (width, wide) in enumerate(pairwise(sizes), 1):
        one, zero = jnp.ones(wide), jnp.zeros(wide)
        weight = jnp.asarray(random.uniform(-0.1, 0.1, (width, wide)), jnp.float32)
        layers += [Binarise(), Dense(weight), BatchNorm(one, zero, zero, one)]
        names += [f"sign{i}", f"dense{i}", f"norm{i}"]
    return chain(layers, tuple(input_shape), names)


def product(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
    """A hook: rows of signs times the signs of the weights, over the root of their number."""
    del name
    return jnp.matmul(rows, sign(layer.matrix), precision="highest") / rows.shape[-1] ** 0.5


@dataclass(frozen=True, eq=False)
class ResistanceNetwork:
    """A binary network in arrays that sum resistances.  Made by :meth:`program`.

    Attributes:
        network: of :func:`perceptron`, trained.
        array: rows and converter.
        columns: the arrays of each layer by name, stacked: resistances [tiles, rows, outputs].
        trained: the network before :meth:`calibrated`.
    """

    network: Network
    array: ResistanceSum
    columns: Mapping[str, ResistanceColumns]
    trained: Network

    @classmethod
    def program(
        cls, key: jax.Array, network: Network, array: ResistanceSum | None = None
    ) -> "ResistanceNetwork":
        """Write all layers into one chip.

        Rows that a layer does not fill hold as many 1 as -1, or one more, and are driven with 1;
        what they add is known and taken off.

        Args:
            key: of `jax.random`: the chip.
            network: of :func:`perceptron`, trained, unfolded.
            array: the published one if None.

        Raises:
            ValueError: on a key that is none.
        """
        key = checked_key(key)
        array = ResistanceSum() if array is None else array
        columns = {}
        for i, (name, _, matrix, _) in enumerate(network.linears()):
            signs = np.where(np.asarray(matrix) < 0, -1.0, 1.0)
            filled = np.concatenate([signs, _filling(len(signs), array.rows, signs.shape[1])])
            tiles = filled.reshape(-1, array.rows, signs.shape[1])
            own = jax.random.fold_in(key, i)
            written = [
                array.program(jax.random.fold_in(own, j), one) for j, one in enumerate(tiles)
            ]
            columns[name] = jax.tree.map(lambda *parts: jnp.stack(parts), *_resistances(written))
        stacked = {name: ResistanceColumns(array, *both) for name, both in columns.items()}
        return cls(network, array, stacked, network)

    def __call__(self, x: ArrayLike, key: jax.Array | None = None) -> jax.Array:
        """Outputs [n, classes] of inputs [n, ...]; `key` is that of jitter, where there is any."""
        return _run(self.network, dict(self.columns), jnp.asarray(x, jnp.float32), key)

    def calibrated(self, images: ArrayLike) -> "ResistanceNetwork":
        """With the normalisation, which is digital, by what this chip gives for some images.

        A converter's codes and the spread of its cells move each column; its threshold follows.
        """
        moments = _moments(self.network, dict(self.columns), jnp.asarray(checked_images(images)))
        layers = {
            name: replace(self.network[name], mean=mean, variance=variance)
            for name, (mean, variance) in moments.items()
        }
        return replace(self, network=self.network.replace(layers))


def _filling(inputs: int, rows: int, outputs: int) -> np.ndarray:
    """Rows of alternating sign up to a multiple of `rows`."""
    return np.tile(1.0 - 2.0 * (np.arange(-inputs % rows) % 2), (outputs, 1)).T


def _resistances(written: list[ResistanceColumns]) -> list[tuple[jax.Array, jax.Array]]:
    return [(one.plus, one.minus) for one in written]


@jax.jit
def _run(
    network: Network,
    columns: dict[str, ResistanceColumns],
    x: jax.Array,
    key: jax.Array | None,
) -> jax.Array:
    return network.run(x, _products(columns, key))


@jax.jit
def _moments(network: Network, columns: dict[str, ResistanceColumns], x: jax.Array) -> Moments:
    """Mean and variance of what enters each normalisation, all before it already set to theirs."""
    found: Moments = {}
    network.run(x, _products(columns, None), by_batch(found))
    return found


def _products(columns: dict[str, ResistanceColumns], key: jax.Array | None) -> LinearHook:
    order = list(columns)

    def hook(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        del layer
        written = columns[name]
        tiles, height, outputs = written.plus.shape
        missing = tiles * height - rows.shape[1]
        inputs = jnp.pad(rows, ((0, 0), (0, missing)), constant_values=1.0)
        own = None if key is None else jax.random.fold_in(key, order.index(name))
        total = jnp.zeros((len(rows), outputs)) - missing % 2
        for j in range(tiles):
            one = replace(written, plus=written.plus[j], minus=written.minus[j])
            again = None if own is None else jax.random.fold_in(own, j)
            total = total + one.mvm(inputs[:, j * height : (j + 1) * height], again)[0]
        return total / rows.shape[1] ** 0.5

    return hook
