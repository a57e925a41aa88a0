"""The quantised software twin of a network: products of whole numbers, in NumPy.

It shares neither code nor arithmetic with the arrays: whole numbers are multiplied and added, and
only then scaled, once.  Arrays of ideal cells whose converters lose nothing give the same to the
last bit.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from crossbar.programming import code_bits
from pbits import checks
from pbits.neural.checking import checked_images
from pbits.neural.evaluating import outputs
from pbits.neural.integers import round_weights
from pbits.neural.linear import Linear
from pbits.neural.mapping import Mapped, typical_rows
from pbits.neural.network import Network
from pbits.neural.signs import unsigned_layers


class WholeLayer(NamedTuple):
    """A linear layer in whole numbers.

    Attributes:
        codes: of weights, [in, out], whole numbers.
        scale: float32 [out], what a weight of 1 is worth.
        input_scale: float32, what an input of 1 is worth.
        least, largest: input.
    """

    codes: np.ndarray
    scale: np.ndarray
    input_scale: np.float32
    least: int
    largest: int

    def inputs(self, rows: np.ndarray) -> np.ndarray:
        """Rows as whole numbers."""
        whole = np.rint(rows.astype(np.float32) / self.input_scale)
        return np.clip(whole, self.least, self.largest)

    def product(self, rows: np.ndarray) -> np.ndarray:
        """Rows times the matrix, float32."""
        # Float64 holds whole numbers up to 2^53, and its products are quick.
        total = self.inputs(rows).astype(np.float64) @ self.codes.astype(np.float64)
        return total.astype(np.float32) * (self.input_scale * self.scale)


@dataclass(frozen=True)
class Twin:
    """A network whose linear layers are :class:`WholeLayer`."""

    network: Network
    layers: dict[str, WholeLayer]

    def __call__(self, x: ArrayLike) -> jax.Array:
        """Outputs of one batch [n, ...]; cannot be traced."""
        return self.network.run(jnp.asarray(x, jnp.float32), linear=self.hook)

    def run(self, images: ArrayLike, batch: int = 100) -> np.ndarray:
        """Outputs of images [n, ...], float32 [n, classes]."""
        return outputs(self, images, batch)

    def hook(self, name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        """The product of a linear layer."""
        return jnp.asarray(self.layers[name].product(np.asarray(rows)))


def twin_of(mapped: Mapped) -> Twin:
    """The twin with the bits and input scales of a mapped network, from the network's own weights.

    Gains of columns, deviations and converters are not in it.
    """
    layers = {}
    for node in mapped.network.linears():
        memory = mapped.arrays[node.name]
        scale, design = memory.input_scale, memory.design
        assert scale is not None
        layers[node.name] = _whole(
            np.asarray(node.matrix), code_bits(design), design.input_bits, float(scale),
            unsigned=not memory.is_signed, per_column=design.per_column,
        )  # fmt: skip
    return Twin(mapped.network, layers)


def quantised(
    network: Network, images: ArrayLike, weight_bits: int = 8, input_bits: int = 8
) -> Twin:
    """A network in whole numbers, inputs of each layer reaching to the largest of some images.

    Args:
        network: trained.
        images: typical inputs [n, ...].
        weight_bits: with the sign.
        input_bits: with the sign where there is one.

    Example:
        >>> from pbits.neural import mlp
        >>> twin = quantised(mlp([[[1.0], [0.5]]]), [[1.0, 1.0]], weight_bits=3, input_bits=2)
        >>> round(float(twin([[1.0, 0.4]])[0, 0]), 3)  # 1 + 2/3 * 1/3
        1.222
    """
    for name, bits in (("weight_bits", weight_bits), ("input_bits", input_bits)):
        checks.whole_number(name, bits, 2)
    x = checked_images(images)
    unsigned = unsigned_layers(network, unsigned_input=bool(x.min() >= 0))
    rows, layers = typical_rows(network, x, 2**12), {}
    for node in network.linears():
        plain = node.name in unsigned
        top = float(np.abs(rows[node.name]).max()) or 1.0
        scale = top / (2 ** (input_bits - (not plain)) - 1)
        layers[node.name] = _whole(
            np.asarray(node.matrix), weight_bits, input_bits, scale, unsigned=plain
        )
    return Twin(network, layers)


def _whole(
    matrix: np.ndarray,
    weight_bits: int,
    input_bits: int,
    input_scale: float,
    *,
    unsigned: bool,
    per_column: bool = False,
) -> WholeLayer:
    codes, step = round_weights(matrix, weight_bits, per_column=per_column)
    largest = 2 ** (input_bits - (not unsigned)) - 1
    least = 0 if unsigned else -largest
    return WholeLayer(codes, step.astype(np.float32), np.float32(input_scale), least, largest)
