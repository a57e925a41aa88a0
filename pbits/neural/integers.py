"""Layers in whole numbers: steps of inputs and weights, and products that lose nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks
from pbits.neural.checking import checked_images
from pbits.neural.linear import Linear
from pbits.neural.network import Network


@dataclass(frozen=True, eq=False)
class IntegerLayer:
    """A linear layer as ``input_step * weight_step * (integers @ integers)``, two's complement.

    Steps are symmetric: 0 is 0, and the most negative code is not used.  After a rectifier half of
    the codes are never used either.

    Attributes:
        weights: int32 [in, out].
        weight_step: float64 [out], of each column of its own.
        input_step: of all inputs.
        input_bits: of an input; what is beyond its largest code is clipped.
    """

    weights: NDArray[np.int32]
    weight_step: NDArray[np.float64]
    input_step: float
    input_bits: int

    def inputs(self, rows: ArrayLike) -> NDArray[np.int32]:
        """Rows [m, in] in steps, rounded (half to even)."""
        codes = np.rint(np.asarray(rows, np.float64) / self.input_step)
        top = top_code(self.input_bits)
        return np.clip(codes, -top, top).astype(np.int32)

    def outputs(self, sums: NDArray) -> NDArray[np.float32]:
        """What sums of products of integers [m, out] stand for."""
        return (sums * (self.input_step * self.weight_step)).astype(np.float32)

    def exact(self, rows: ArrayLike) -> NDArray[np.float32]:
        """The layer in software: sums in float64, where integers below 2**53 are exact."""
        return self.outputs(self.inputs(rows).astype(np.float64) @ self.weights.astype(np.float64))


def top_code(bits: int) -> int:
    """The largest code of two's complement."""
    return 2 ** (bits - 1) - 1


def round_weights(
    matrix: ArrayLike, bits: int, *, per_column: bool = True
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Codes [in, out] of a matrix and their steps [out]; the largest of a column is the top code.

    Args:
        matrix: float [in, out].
        bits: of a code, with its sign.
        per_column: whether each column has a step of its own; else all have the coarsest.

    Example:
        >>> codes, step = round_weights([[1.0, 0.1], [-0.5, 0.0]], 4)
        >>> codes.tolist()
        [[7, 7], [-4, 0]]
    """
    values = np.asarray(matrix, np.float64)
    largest = np.abs(values).max(0 if per_column else None, keepdims=True)
    step = np.where(largest > 0, largest, 1.0) / top_code(bits)
    step = np.broadcast_to(step.ravel(), values.shape[1:])
    return np.rint(values / step).astype(np.int32), step


def input_steps(
    network: Network, images: ArrayLike, bits: int, covered: float = 1.0, batch: int = 50
) -> dict[str, float]:
    """Steps of the inputs of every linear layer, by name, from what some images give in float.

    Args:
        images: inputs [n, ...], as the network expects them; a few dozen are enough.
        bits: of an input.
        covered: share of the absolute inputs other than 0 that are not clipped, in the batch that
            needs most.
        batch: images at a time.

    Raises:
        ValueError: where there are no images or some are not finite, or a share outside 0 to 1.
    """
    checks.whole_number("bits", bits, least=2)
    if not 0 < covered <= 1:
        raise ValueError(f"covered is {covered!r}; expected a share above 0, up to 1")
    given, batch = checked_images(images), checks.whole_number("batch", batch, least=1)
    largest: dict[str, float] = {}

    def watch(name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        seen = np.abs(np.asarray(rows))
        seen = seen[seen > 0]
        reach = float(np.quantile(seen, covered)) if seen.size else 0.0
        largest[name] = max(largest.get(name, 0.0), reach)
        return jnp.matmul(rows, layer.matrix, precision="highest")

    for first in range(0, len(given), batch):
        network.run(jnp.asarray(given[first : first + batch]), watch)
    return {name: (reach or 1.0) / top_code(bits) for name, reach in largest.items()}


def round_network(
    network: Network, steps: Mapping[str, float], input_bits: int, weight_bits: int
) -> dict[str, IntegerLayer]:
    """All linear layers in whole numbers, by name.

    Args:
        steps: of the inputs, by name; see :func:`input_steps`.

    Raises:
        ValueError: where a layer has no step.
    """
    layers = {}
    for name, _, matrix, _ in network.linears():
        if name not in steps:
            raise ValueError(f"there is no input step for {name!r}; there are {list(steps)}")
        codes, weight_step = round_weights(matrix, weight_bits)
        layers[name] = IntegerLayer(codes, weight_step, float(steps[name]), input_bits)
    return layers
