"""The work of ``pbits bench crossbar``: an array, a layer, and what both should give."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbits.bench.machine import installed_version

BITS = 8
LARGEST = 2 ** (BITS - 1) - 1
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """The work of the comparison.

    Attributes:
        array: cells along a side of an array.
        inputs, outputs: of the layer.
        batch: vectors of the layer.
        peer_vectors: that CrossSim gets of them with wires, one by one, which is how it is fastest;
            its time of a batch is reckoned from these.
        resistance: Ohm, of a cell at its highest conductance.
        contrast: highest over lowest conductance.
        wire: Ohm, of a segment.
        seconds: of each measurement, at least.
        rounds: measured calls of each side, in turn.
        seed: of weights, inputs and the array.

    Raises:
        ValueError: where arrays do not fill the layer: CrossSim would cut it in equal parts.
    """

    array: int = 128
    inputs: int = 512
    outputs: int = 512
    batch: int = 256
    peer_vectors: int = 4
    resistance: float = 1e5
    contrast: float = 10.0
    wire: float = 1.56
    seconds: float = 0.3
    rounds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs"):
            if getattr(self, name) % self.array:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; expected a multiple of array, {self.array}"
                )

    @property
    def is_target(self) -> bool:
        """Whether it is the work that the targets are of."""
        return (self.array, self.inputs, self.outputs, self.batch) == (128, 512, 512, 256)


class Arrays:
    """One array of cells between both ends of their range."""

    def __init__(self, settings: Settings) -> None:
        import jax.numpy as jnp

        from crossbar.wires.wire import Wire

        shape, high = (settings.array, settings.array), 1 / settings.resistance
        rng = np.random.default_rng(settings.seed)
        self.settings = settings
        self.cells = rng.uniform(high / settings.contrast, high, shape)
        self.wire = Wire(settings.wire, settings.wire)
        self._cells = jnp.asarray(self.cells, jnp.float32)

    def single(self) -> Any:
        """S, [rows, columns], of `crossbar.wires.effective`."""
        from crossbar.wires.effective import effective

        return effective(self._cells, self.wire).transfer.block_until_ready()

    def double(self) -> Any:
        """The same in float64."""
        return in_float64(self.cells, self.settings.wire)

    def nodal(self) -> Any:
        """The same by sparse nodal analysis."""
        from crossbar.wires.nodal import nodal_transfer

        return nodal_transfer(self.cells, self.wire)


def in_float64(cells: Array, segment: float) -> Array:
    """What an array with wires computes, S, in float64."""
    import jax
    import jax.numpy as jnp

    from crossbar.wires.effective import effective
    from crossbar.wires.wire import Wire

    with jax.enable_x64(True):
        return np.asarray(effective(jnp.asarray(cells), Wire(segment, segment)).transfer)


class Layer:
    """Weights and inputs of 8 bits, as whole numbers over 127, so that all sides round alike."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        rng = np.random.default_rng(settings.seed)
        size = (settings.inputs, settings.outputs)
        self.codes = rng.integers(-LARGEST, LARGEST, size, endpoint=True)
        # Both scale by the largest.
        self.codes[0, 0] = LARGEST
        self.inputs = rng.integers(-LARGEST, LARGEST, (settings.batch, size[0]), endpoint=True)
        self.weights = self.codes / LARGEST
        self.x = (self.inputs / LARGEST).astype(np.float32)
        self.exact = self.inputs / LARGEST @ self.weights
        self._references: dict[float, Array] = {}

    @cached_property
    def digits(self) -> NDArray[np.int64]:
        """[bits, batch, inputs], least first, with the sign of the input."""
        places = np.arange(BITS - 1)[:, None, None]
        return (np.abs(self.inputs) >> places & 1) * np.sign(self.inputs)

    @cached_property
    def step(self) -> int:
        """Of an ADC's code, in steps of a level: the least power of two that clips nothing."""
        largest = max(np.abs(part @ self.codes[rows]).max() for rows, part in self._blocks())
        return int(2 ** np.ceil(np.log2(max(largest / LARGEST, 1))))

    def _blocks(self) -> list[tuple[slice, NDArray]]:
        size, inputs = self.settings.array, self.settings.inputs
        rows = [slice(start, start + size) for start in range(0, inputs, size)]
        return [(one, self.digits[..., one]) for one in rows]

    @property
    def design(self) -> Any:
        """Differential pairs of cells of 128 levels, bit-serial inputs, 8-bit converters."""
        import jax.numpy as jnp

        from crossbar.cells.cell import Cell
        from crossbar.converters.adc import IdealAdc
        from crossbar.design import Design

        high = 1 / self.settings.resistance
        cell = Cell(jnp.linspace(high / self.settings.contrast, high, LARGEST + 1))
        size = self.settings.array
        return Design(
            cell, adc=IdealAdc(BITS), rows=size, columns=size, weight_bits=BITS, input_bits=BITS,
            encoding="sign-magnitude",
        )  # fmt: skip

    def ours(self, wire: float) -> "Ours":
        """The side of `crossbar`."""
        return Ours(self, wire)

    def products(self) -> dict[str, Callable[[], Any]]:
        """The layer with wires, without, and as plain products of the same whole numbers."""
        import jax
        import jax.numpy as jnp

        from crossbar.quantise import digits

        wires, ideal = self.ours(self.settings.wire).memory, self.ours(0.0).memory
        x, weights = jnp.asarray(self.x), jnp.asarray(self.codes, jnp.float32)
        codes = jnp.asarray(self.inputs, jnp.float32)

        @jax.jit
        def bit_serial(x: jax.Array, weights: jax.Array) -> jax.Array:
            whole = jnp.round(x * LARGEST).astype(jnp.int32)
            parts, worth = digits(whole, BITS, 1, "sign-magnitude")
            sums = (parts.reshape(-1, x.shape[1]) @ weights).reshape(*parts.shape[:2], -1)
            return sum((w * s for w, s in zip(worth.tolist(), sums, strict=True)), jnp.zeros(()))

        plain = jax.jit(jnp.matmul)
        return {
            "exact wires": lambda: (x @ wires).block_until_ready(),
            "exact wires and energy": lambda: jax.block_until_ready(wires.mvm(x)),
            "without wires": lambda: (x @ ideal).block_until_ready(),
            "bit-serial matmul": lambda: bit_serial(x, weights).block_until_ready(),
            "matmul": lambda: plain(codes, weights).block_until_ready(),
        }

    def errors(self, result: Any, wire: float) -> dict[str, float]:
        """Root mean squares over that of the exact product.

        "error" is against the exact product: converters and wires; "deviation" against what these
        converters and wires give in float64, which is what the side got wrong.
        """
        found = np.asarray(result, np.float64)
        exact, model = self.exact[: len(found)], self.reference(wire)[: len(found)]
        size = np.sqrt(np.mean(exact**2))
        return {
            "error": float(np.sqrt(np.mean((found - exact) ** 2)) / size),
            "deviation": float(np.sqrt(np.mean((found - model) ** 2)) / size),
        }

    def reference(self, wire: float) -> Array:
        """[batch, outputs], in NumPy but for the wires."""
        if wire not in self._references:
            self._references[wire] = self._reference(wire)
        return self._references[wire]

    def _reference(self, wire: float) -> Array:
        total = np.zeros_like(self.exact)
        for rows, digits in self._blocks():
            sums = digits @ self._seen(self.codes[rows], wire)
            codes = np.clip(np.rint(sums / self.step), -LARGEST, LARGEST)
            total += np.tensordot(2.0 ** np.arange(BITS - 1), codes * self.step, 1)
        return total / LARGEST**2

    def _seen(self, codes: NDArray, wire: float) -> Array:
        """Weights of one row of arrays as they act, in steps of a level."""
        if not wire:
            return codes.astype(float)
        size, high = self.settings.array, 1 / self.settings.resistance
        step = (high - high / self.settings.contrast) / LARGEST
        seen = []
        for start in range(0, codes.shape[1], size):
            block = np.zeros((size, size))
            part = codes[:, start : start + size]
            block[: part.shape[0], : part.shape[1]] = part
            both = [high / self.settings.contrast + step * np.maximum(sign * block, 0)
                    for sign in (1, -1)]  # fmt: skip
            plus, minus = (in_float64(cells, wire) for cells in both)
            seen.append((plus - minus)[: part.shape[0], : part.shape[1]] / step)
        return np.concatenate(seen, axis=1)


class Ours:
    """`crossbar.program` and ``x @ memory``."""

    name = "pbits"

    def __init__(self, layer: Layer, wire: float) -> None:
        import jax.numpy as jnp

        from crossbar.wires.wire import Wire

        self.layer, self.vectors = layer, layer.settings.batch
        self.version = installed_version("pbits")
        self.design = layer.design.replace(wire=Wire(wire, wire) if wire else None)
        self.x = jnp.asarray(layer.x)
        self.memory = self.set_up()

    def set_up(self) -> Any:
        """Weights into arrays, with the range of all converters."""
        import jax
        import jax.numpy as jnp

        from crossbar.programming import program

        memory = program(jax.random.key(0), self.layer.weights, self.design).replace(
            step=jnp.full(1, self.layer.step, jnp.float32),
            input_scale=jnp.float32(1 / LARGEST),
        )
        return jax.block_until_ready(memory)

    def product(self) -> Any:
        """[batch, outputs]."""
        return (self.x @ self.memory).block_until_ready()
