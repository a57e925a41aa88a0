"""The work of ``pbits bench inference``: a network whose layers are in arrays, and its inputs."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.bench.machine import installed_version

BITS = 8
LARGEST = 2 ** (BITS - 1) - 1
LEVELS = (2, LARGEST + 1)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """The work of the comparison.

    Attributes:
        network: a shape of `pbits.neural.shapes`, with random weights.
        size: pixels along a side of an image of three channels.
        images: of a measured call of ours, one batch.
        peer_images: that peers get of them without wires, all at once.
        peer_vectors: rows of each layer that peers get with wires, one by one, which is how
            CrossSim is fastest; its time of an image is reckoned from them.
        array: cells along a side of an array.
        levels: of a cell: 2 takes seven cells for a weight, 128 one.
        resistance: Ohm, of a cell at its highest conductance.
        contrast: highest over lowest conductance.
        wire: Ohm, of a segment.
        total: images that the time of all is reckoned for, compiling and set-up included.
        seconds: of each measurement, at least.
        rounds: measured calls of each side, in turn.
        seed: of weights and images.

    Raises:
        ValueError: on another number of levels or network.
    """

    network: str = "resnet20"
    size: int = 32
    images: int = 16
    peer_images: int = 4
    peer_vectors: int = 2
    array: int = 128
    levels: int = LARGEST + 1
    resistance: float = 1e5
    contrast: float = 10.0
    wire: float = 1.56
    total: int = 1000
    seconds: float = 0.3
    rounds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        from pbits.neural.shapes import SHAPES

        if self.network not in SHAPES:
            raise ValueError(f"network is {self.network!r}; expected one of {', '.join(SHAPES)}")
        if self.levels not in LEVELS:
            raise ValueError(f"levels is {self.levels}; expected one of {LEVELS}")
        if self.peer_images > self.images:
            raise ValueError(f"peer_images is {self.peer_images} of {self.images} images")

    @property
    def is_target(self) -> bool:
        """Whether it is work that the targets are of."""
        return self.array == 128 and self.network.startswith("resnet") and self.size == 32


class LayerWork(NamedTuple):
    """A linear layer.

    Attributes:
        name: of its node.
        matrix: float64 [in, out].
        products: rows of an image.
        rows: float32 [m, in], some that it sees.
        top: of its inputs, the largest that is told apart.
        steps: [slices], of a converter's code, in steps of a level.
        used: rows and columns of an array that are in use.
    """

    name: str
    matrix: Array
    products: int
    rows: NDArray[np.float32]
    top: float
    steps: NDArray[np.float64]
    used: tuple[int, int]

    @property
    def exact(self) -> Array:
        """Products of its rows."""
        return self.rows.astype(np.float64) @ self.matrix


class Work:
    """A network, images, and the ranges of all converters, which both sides get."""

    def __init__(self, settings: Settings) -> None:
        from pbits.neural.folding import fold
        from pbits.neural.shapes import make

        rng = np.random.default_rng(settings.seed)
        shape = (settings.size, settings.size, 3)
        self.settings = settings
        self.network = fold(make(settings.network, shape, 10, settings.seed))
        self.images = rng.random((settings.images, *shape), np.float32)

    @cached_property
    def layers(self) -> dict[str, LayerWork]:
        """All linear layers by name."""
        from pbits.neural.mapping import typical_rows

        rows, found = typical_rows(self.network, self.images[:2], 64), {}
        for node in self.network.linears():
            matrix = np.asarray(node.matrix, np.float64)
            lines, columns = (in_use(size, self.settings.array) for size in matrix.shape)
            used = (lines, columns)
            typical = np.asarray(rows[node.name], np.float32)
            top = float(np.abs(typical).max())
            steps = steps_of(
                matrix, typical.astype(np.float64) / top, used[0], self.settings.levels
            )
            found[node.name] = LayerWork(
                node.name, matrix, node.products, typical, top, steps, used
            )
        return found

    @cached_property
    def exact(self) -> Array:
        """Outputs of the network without arrays."""
        import jax.numpy as jnp

        return np.asarray(self.network.run(jnp.asarray(self.images)), np.float64)

    def design(self, used: tuple[int, int], wire: float = 0.0) -> Any:
        """Differential pairs of cells, bit-serial inputs with a sign, converters of 8 bits."""
        import jax.numpy as jnp

        from crossbar.cells.cell import Cell
        from crossbar.converters.adc import IdealAdc
        from crossbar.design import Design
        from crossbar.wires.wire import Wire

        own = self.settings
        high = 1 / own.resistance
        cell = Cell(jnp.linspace(high / own.contrast, high, own.levels))
        return Design(
            cell, wire=Wire(wire, wire) if wire else None, adc=IdealAdc(BITS), rows=used[0],
            columns=used[1], weight_bits=BITS, input_bits=BITS, encoding="sign-magnitude",
        )  # fmt: skip


def in_use(size: int, most: int) -> int:
    """Lines of an array that a layer takes: even parts where there are some, else full arrays.

    This is how CrossSim cuts a matrix.

    Example:
        >>> in_use(27, 128), in_use(144, 128), in_use(576, 128)
        (27, 72, 128)
    """
    parts = math.ceil(size / most)
    return most if size % parts else size // parts


def steps_of(matrix: Array, rows: Array, used: int, levels: int) -> Array:
    """Of each slice, in steps of a level: the least power of two that clips no sum of some rows.

    Args:
        matrix: [in, out].
        rows: [m, in], from -1 to 1.
        used: lines of an array.
        levels: of a cell.

    Example:
        >>> steps_of(np.ones((8, 1)), np.ones((1, 8)), 8, 128)
        array([8.])
    """
    from crossbar.mapping import encode
    from crossbar.quantise import quantise

    planes = encode(quantise(matrix, BITS).values, "differential", BITS, levels)
    inputs = np.rint(rows * LARGEST).astype(np.int64)
    digits = (np.abs(inputs) >> np.arange(BITS - 1)[:, None, None] & 1) * np.sign(inputs)
    weights = (planes.plus - planes.minus).astype(np.float64)
    largest = [
        np.abs(digits[..., cut].astype(np.float64) @ weights[:, None, cut]).max((1, 2, 3))
        for cut in (slice(start, start + used) for start in range(0, len(matrix), used))
    ]
    return 2.0 ** np.ceil(np.log2(np.maximum(np.max(largest, axis=0) / LARGEST, 1)))


class Ours:
    """`crossbar.program` for each layer, and `Mapped`."""

    name = "pbits"

    def __init__(self, work: Work, wire: float) -> None:
        self.work, self.wire, self.images = work, wire, work.settings.images
        self.version = installed_version("pbits")
        self.mapped = self.set_up()

    def set_up(self) -> Any:
        """Weights into arrays, with ranges of inputs and converters."""
        import jax

        from pbits.neural.mapping import Mapped

        arrays = {name: self._programmed(layer) for name, layer in self.work.layers.items()}
        return jax.block_until_ready(Mapped(self.work.network, arrays))

    def run(self) -> NDArray[np.float32]:
        """Outputs of all images, [images, classes]."""
        return self.infer(self.work.images)

    def infer(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs of images, in batches of `Settings.images`."""
        return self.mapped.run(images, batch=self.images)

    def layer(self, name: str, rows: NDArray[np.float32]) -> Array:
        """Products of one layer."""
        import jax.numpy as jnp

        from pbits.neural.tiles import multiply

        return np.asarray(multiply(self.mapped.arrays[name], jnp.asarray(rows))[0], np.float64)

    def _programmed(self, layer: LayerWork) -> Any:
        import jax.numpy as jnp
        from jax import random

        from crossbar.programming import program

        design = self.work.design(layer.used, self.wire)
        return program(random.key(0), layer.matrix, design).replace(
            step=jnp.asarray(layer.steps, jnp.float32),
            input_scale=jnp.float32(layer.top / LARGEST),
        )
