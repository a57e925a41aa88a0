"""Cells in series: resistances are summed, and a delay is the result.

Magnetic cells have too little resistance to sum their currents.  Jung et al., Nature 601, 211
(2022), put 64 of them in series in each column and measured how long the column takes to charge a
capacitor: ``t ~ C sum_i R_i``.  A bit cell holds two junctions in opposite states and the input
chooses which of them lies in the path: resistance is low where input and weight agree (XNOR).
"""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from jax.core import Tracer
from numpy.typing import ArrayLike, NDArray

from crossbar import chance
from crossbar.checking import (
    check_above_zero,
    check_range,
    check_whole,
    finite_matrix,
    is_concrete,
)
from crossbar.converters.adc import STATIC, Number


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ResistanceSum:
    """Array of cells in series with time-to-digital converters; defaults are Jung's array.

    Args:
        low, high: Ohm, of a path whose junction is parallel or antiparallel (measured).
        low_spread, high_spread: Ohm, standard deviations between cells (measured, 8192 cells).
        capacitance: F, that a column charges.  Assumed: with it columns take 14 to 28 ns, where
            13 to 29 ns were measured.
        jitter: s, standard deviation of a measured delay, at each read; None for none.
        bits: of the converter.
        span: share of the delays that can occur that the converter covers, in the middle.
        rows: cells in series.
        rate: Hz, products a second (measured, with control).

    Raises:
        ValueError: on numbers out of range, or a high resistance that is not above the low one.

    Example:
        >>> [round(float(t) * 1e9, 1) for t in ResistanceSum().delays]
        [14.0, 28.0]
    """

    low: Number = 13e3
    low_spread: Number = 1.6e3
    high: Number = 26e3
    high_spread: Number = 2.0e3
    capacitance: Number = 16.8e-15
    jitter: Number | None = None
    span: Number = 1.0
    rate: Number = 11.1e6
    bits: int = field(default=4, metadata=STATIC)
    rows: int = field(default=64, metadata=STATIC)

    def __post_init__(self) -> None:
        check_whole("bits of the time-to-digital converter", self.bits, 1, 16)
        check_whole("rows", self.rows, 1, 4096)
        check_range("low", self.low, 1e-3, unit="Ohm")
        if is_concrete(self.high) and is_concrete(self.low):
            check_range("high - low", self.high - self.low, 1e-3, unit="Ohm")
        check_range("span", self.span, 1e-3, 1.0)
        for name in ("low_spread", "high_spread", "jitter"):
            check_range(name, getattr(self, name), 0.0)
        check_range("capacitance", self.capacitance, 1e-21, unit="F")
        check_above_zero("rate", self.rate, "Hz")

    @property
    def delays(self) -> tuple[Number, Number]:
        """s, where all inputs agree with the weights, and where none does; no spread."""
        total = self.rows * self.capacitance
        return total * self.low, total * self.high

    @property
    def step(self) -> Number:
        """What a code is worth, in the unit of the product, -rows to rows."""
        return 2 * self.rows * self.span / 2**self.bits

    def program(self, key: jax.Array, weights: ArrayLike) -> "ResistanceColumns":
        """Write a matrix of -1 and 1, [rows, columns].

        Resistances are Gaussian, cut at a hundredth of their mean.

        Args:
            key: of the chip.

        Raises:
            ValueError: on other weights, or another number of rows.
        """
        matrix = finite_matrix("weights", weights)
        if matrix.shape[0] != self.rows or not (np.abs(matrix) == 1).all():
            raise ValueError(
                f"weights have shape {matrix.shape}; expected {self.rows} rows of -1 and 1"
            )
        plus_key, minus_key = random.split(key)
        plus = self._draw(plus_key, jnp.asarray(matrix > 0))
        return ResistanceColumns(self, plus, self._draw(minus_key, jnp.asarray(matrix < 0)))

    def _draw(self, key: jax.Array, is_low: jax.Array) -> jax.Array:
        mean = jnp.where(is_low, self.low, self.high)
        spread = jnp.where(is_low, self.low_spread, self.high_spread)
        return jnp.maximum(mean + spread * chance.normal(key, mean.shape), 0.01 * mean)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ResistanceColumns:
    """A programmed array, ``x @ W`` for inputs of -1 and 1.

    Attributes:
        array: what it is made of.
        plus, minus: Ohm, [rows, columns]: of the path that an input of 1 or -1 takes.
    """

    array: ResistanceSum
    plus: jax.Array
    minus: jax.Array

    def replace(self, **changes: Any) -> "ResistanceColumns":
        """With some values changed."""
        return replace(self, **changes)

    def delays(self, x: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """s, [..., columns], of each column, with jitter where there is a key."""
        total = (self.plus + self.minus).sum(0) / 2 + x @ ((self.plus - self.minus) / 2)
        delay = total * self.array.capacitance
        if key is None or self.array.jitter is None:
            return delay
        return delay + self.array.jitter * chance.normal(key, delay.shape)

    def codes(self, delay: jax.Array) -> jax.Array:
        """Codes of the converter, 0 for the shortest delays."""
        first, last = self.array.delays
        margin = (1 - self.array.span) / 2
        place = ((delay - first) / (last - first) - margin) / self.array.span
        most = 2**self.array.bits - 1
        return jnp.clip(jnp.floor(place * (most + 1)), 0, most)

    def mvm(self, x: ArrayLike, key: jax.Array | None = None) -> tuple[jax.Array, dict[str, Any]]:
        """Product with inputs of -1 and 1, and what it took.

        Args:
            x: [..., rows].
            key: of jitter; None for none.

        Returns:
            [..., columns], the middles of the codes, and counts of events for the ledger: products
            of a bit and a bit, of this many bits of the converter.

        Raises:
            ValueError: on inputs of another length, or other than -1 and 1.
        """
        inputs = _check_signs(x, self.array.rows)
        code = self.codes(self.delays(inputs, key))
        value = self.array.span * self.array.rows - (code + 0.5) * self.array.step
        vectors = int(np.prod(inputs.shape[:-1]))
        return value, {f"resistance_sum.{self.array.bits}": vectors * self.plus.size}

    def path(self, vectors: int = 1) -> dict[str, Number]:
        """What of so many products follows one after another, for `crossbar.ledger.charge`."""
        return {"resistance_sum.time": vectors / self.array.rate}


def _check_signs(x: ArrayLike, rows: int) -> jax.Array:
    inputs = jnp.asarray(x, jnp.float32)
    if inputs.ndim < 1 or inputs.shape[-1] != rows:
        raise ValueError(f"x has shape {inputs.shape}; expected [..., {rows}]")
    if not isinstance(inputs, Tracer) and not bool((jnp.abs(inputs) == 1).all()):
        raise ValueError("x holds other values than -1 and 1; the array is binary")
    return inputs


class SumErrors(NamedTuple):
    """Standard deviations of a product, in its unit (-rows to rows).

    Attributes:
        spread: of cells.
        rounding: of the converter, ``step / sqrt(12)``.
        jitter: of the delay.
        total: of all together.
    """

    spread: NDArray[np.float64]
    rounding: float
    jitter: float
    total: NDArray[np.float64]


def sum_errors(array: ResistanceSum, products: ArrayLike) -> SumErrors:
    """What is to be expected around some exact products.

    Args:
        products: of -rows to rows; where more agree, more cells are low, and low ones spread less.

    Raises:
        ValueError: on products beyond that.

    Example:
        >>> errors = sum_errors(ResistanceSum(), 0.0)
        >>> round(float(errors.spread), 2), round(errors.rounding, 2)
        (2.23, 2.31)
    """
    value = np.asarray(products, np.float64)
    check_range("products", value, -array.rows, array.rows)
    agree = (array.rows + value) / 2
    differ = array.rows - agree
    contrast = float(array.high - array.low)
    ohms = np.sqrt(agree * float(array.low_spread) ** 2 + differ * float(array.high_spread) ** 2)
    spread = 2 * ohms / contrast
    rounding = float(array.step) / 12**0.5
    seconds = 0.0 if array.jitter is None else float(array.jitter)
    jitter = 2 * seconds / (contrast * float(array.capacitance))
    return SumErrors(spread, rounding, jitter, np.sqrt(spread**2 + rounding**2 + jitter**2))
