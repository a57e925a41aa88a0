"""Whole numbers lo..hi as bits: ``value = constant + sum_k coefficients_k x_k``.

With ``m = hi - lo``:

    binary       bits of m (m.bit_length()), the last coefficient cut so that nothing exceeds hi
    unary        m bits of weight one, in any order
    domain-wall  m bits of weight one, all ones before all zeros (N. Chancellor, Quantum Sci.
                 Technol. 4, 045004 (2019), arXiv:1903.05068)
    one-hot      m + 1 bits, one of them 1: a bit for each value

Every value has a state and no state a value outside lo..hi.  In the last two some states mean
nothing; their penalty is 0 for states that mean a number and at least `weight` for all others.
"""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.binaries import Binaries

_MOST_BITS = 1_000_000
_MOST_RANGE = 2**53


@dataclass(frozen=True)
class IntegerBits(ABC):
    """A whole number lo <= value <= hi in `num_bits` bits."""

    lo: int
    hi: int

    def __post_init__(self) -> None:
        for name in ("lo", "hi"):
            try:
                object.__setattr__(self, name, operator.index(getattr(self, name)))
            except TypeError:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; expected a whole number"
                ) from None
        if not self.lo <= self.hi:
            raise ValueError(f"integers {self.lo} to {self.hi} given; expected lo <= hi")
        if self.span > _MOST_RANGE:
            raise ValueError(f"{self.lo} to {self.hi} spans {self.span}; expected at most 2^53")
        if self.num_bits > _MOST_BITS:
            raise ValueError(
                f"{self.lo} to {self.hi} takes {self.num_bits} bits in this encoding; expected at "
                f"most {_MOST_BITS} ('binary' takes {self.span.bit_length()})"
            )

    @property
    def span(self) -> int:
        """hi - lo."""
        return self.hi - self.lo

    @property
    def constant(self) -> int:
        """The value where all bits are 0."""
        return self.lo

    @property
    @abstractmethod
    def num_bits(self) -> int: ...

    @property
    @abstractmethod
    def coefficients(self) -> NDArray[np.int64]:
        """What each bit adds to the value [num_bits]."""

    def penalise(self, energy: Binaries, index: ArrayLike, weight: float) -> None:
        """Add 0 where the bits at `index` [num_bits] mean a number, `weight` or more elsewhere."""
        del energy, index, weight  # every state means a number

    def decode(self, bits: ArrayLike) -> int | None:
        """The number that bits [num_bits] of 0 and 1 mean, or None.

        Raises:
            ValueError: on another shape or another value.
        """
        ones = np.asarray(bits)
        if ones.shape != (self.num_bits,) or not np.isin(ones, (0, 1)).all():
            raise ValueError(
                f"bits of shape {ones.shape} given; expected {self.num_bits} values of 0 and 1"
            )
        if not self._means(ones):
            return None
        return self.constant + int(self.coefficients @ ones.astype(np.int64))

    def encode(self, value: int) -> NDArray[np.int8]:
        """Bits [num_bits] that mean a number.

        Raises:
            ValueError: on a number outside lo..hi.
        """
        if not self.lo <= value <= self.hi or value != int(value):
            raise ValueError(
                f"{value!r} given; expected a whole number from {self.lo} to {self.hi}"
            )
        return self._bits(int(value) - self.lo)

    def _means(self, ones: NDArray) -> bool:
        return True

    @abstractmethod
    def _bits(self, above: int) -> NDArray[np.int8]: ...


class Binary(IntegerBits):
    """Powers of two, the last coefficient cut to fit.

    Example:
        >>> Binary(0, 5).coefficients.tolist()
        [1, 2, 2]
    """

    @property
    def num_bits(self) -> int:
        return self.span.bit_length()

    @cached_property
    def coefficients(self) -> NDArray[np.int64]:
        powers = 2 ** np.arange(self.num_bits, dtype=np.int64)
        if powers.size:
            powers[-1] = self.span - powers[:-1].sum()
        return powers

    def _bits(self, above: int) -> NDArray[np.int8]:
        bits = np.zeros(self.num_bits, np.int8)
        if bits.size and above >= 2 ** (bits.size - 1):
            bits[-1] = 1
            above -= int(self.coefficients[-1])
        bits[:-1] = [above >> k & 1 for k in range(bits.size - 1)]
        return bits


class Unary(IntegerBits):
    """As many ones as the value is above lo."""

    @property
    def num_bits(self) -> int:
        return self.span

    @cached_property
    def coefficients(self) -> NDArray[np.int64]:
        return np.ones(self.num_bits, np.int64)

    def _bits(self, above: int) -> NDArray[np.int8]:
        return (np.arange(self.num_bits) < above).astype(np.int8)


class DomainWall(Unary):
    """Ones, then zeros; the wall between them is the value.

    Example:
        >>> DomainWall(0, 3).encode(2).tolist(), DomainWall(0, 3).decode([0, 1, 0])
        ([1, 1, 0], None)
    """

    def penalise(self, energy: Binaries, index: ArrayLike, weight: float) -> None:
        """Add `weight` for each 1 that follows a 0."""
        bits = np.asarray(index, np.int64)
        energy.add(bits[1:], weight)
        energy.couple(bits[:-1], bits[1:], -weight)

    def _means(self, ones: NDArray) -> bool:
        return bool((ones[1:] <= ones[:-1]).all())


class OneHot(IntegerBits):
    """One bit for each value."""

    @property
    def num_bits(self) -> int:
        return self.span + 1

    @cached_property
    def coefficients(self) -> NDArray[np.int64]:
        return np.arange(self.num_bits)

    def penalise(self, energy: Binaries, index: ArrayLike, weight: float) -> None:
        """Add ``weight (1 - sum x)^2``."""
        energy.exactly_one(np.asarray(index, np.int64)[None, :], weight)

    def _means(self, ones: NDArray) -> bool:
        return bool(ones.sum() == 1)

    def _bits(self, above: int) -> NDArray[np.int8]:
        return (np.arange(self.num_bits) == above).astype(np.int8)


ENCODINGS: dict[str, Callable[[Any, Any], IntegerBits]] = {
    "binary": Binary,
    "unary": Unary,
    "domain-wall": DomainWall,
    "one-hot": OneHot,
}


def integer_bits(encoding: str, lo: int, hi: int) -> IntegerBits:
    """Bits for a whole number from lo to hi.

    Args:
        encoding: "binary", "unary", "domain-wall" or "one-hot".
        lo, hi: least and largest value, whole numbers.

    Raises:
        ValueError: on an unknown encoding, lo > hi, or a range of more than 2^53 (a million bits).

    Example:
        >>> number = integer_bits("domain-wall", -1, 3)
        >>> number.num_bits, number.constant, number.decode(number.encode(2))
        (4, -1, 2)
    """
    if not isinstance(encoding, str) or encoding not in ENCODINGS:
        raise ValueError(f"encoding {encoding!r} given; expected one of {', '.join(ENCODINGS)}")
    return ENCODINGS[encoding](lo, hi)
