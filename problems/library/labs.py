"""LABS: the binary sequence of least autocorrelation energy.

``E = sum_{k=1}^{n-1} C_k^2`` with ``C_k = sum_i s_i s_{i+k}``, as it stands: products of four
spins, or two where places coincide, in whole numbers, without constraints.  The merit factor is
n^2 / (2 E).
Reversal, negation and negation of every other element leave E alone (C_k gets the sign (-1)^k).

`OPTIMA` are energies found by exhaustive search, by the rule above, over all 2^(n-1) sequences that
begin with +1; T. Packebusch and S. Mertens, J. Phys. A 49, 165001 (2016), arXiv:1512.02475, is the
reference for longer ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import whole
from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.polynomial import PolynomialProblem, from_terms

BinarySequence = tuple[int, ...]

_LONGEST = 500
# Least energy by length; the tests search again.
OPTIMA = {
    1: 0, 2: 1, 3: 1, 4: 2, 5: 2, 6: 7, 7: 3, 8: 8, 9: 12, 10: 13, 11: 5, 12: 10, 13: 6, 14: 19,
    15: 15, 16: 24, 17: 32, 18: 25, 19: 29, 20: 26, 21: 26, 22: 39, 23: 47, 24: 36, 25: 36, 26: 45,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class LowAutocorrelation(Encoded[BinarySequence]):
    """A sequence of -1 and +1; build one with :func:`labs`.

    Solutions are tuples of n signs.  The objective is the energy.
    """

    kind: ClassVar[str] = "labs"

    n: int

    @cached_property
    def problem(self) -> PolynomialProblem:
        parts, offset = [], 0
        for lag in range(1, self.n):
            offset += self.n - lag
            first, second = np.triu_indices(self.n - lag, 1)
            variables = np.column_stack([first, first + lag, second, second + lag])
            parts.append((variables, np.full(first.size, 2)))
        return from_terms(parts, self.n, offset)

    def decode(self, spins: ArrayLike) -> BinarySequence:
        return tuple(one_state(spins, self.n).tolist())

    def encode(self, solution: BinarySequence) -> NDArray[np.int8]:
        return self._checked(solution)

    def certificate(self, solution: BinarySequence) -> Certificate:
        found = correlations(self._checked(solution))
        energy = sum(c * c for c in found)
        facts: dict[str, Any] = {"peak": max(map(abs, found), default=0)}
        if energy:
            facts["merit_factor"] = self.n**2 / (2 * energy)
        if self.n in OPTIMA:
            facts["known_optimum"] = OPTIMA[self.n]
        return certificate(energy, **facts)

    def draw(self, solution: BinarySequence, axes: Any) -> None:
        """The sequence as a step line above its autocorrelations as bars."""
        signs = self._checked(solution)
        found = correlations(signs)
        height = max(map(abs, found), default=0) + 2
        axes.step(np.arange(self.n + 1), height + np.append(signs, signs[-1:]), where="post")
        axes.bar(np.arange(1, self.n), found, color="tab:orange", width=0.8)
        axes.axhline(0, color="black", linewidth=0.5)
        energy = sum(c * c for c in found)
        axes.set(xlabel="place; lag", ylabel="autocorrelation", title=f"energy {energy}")

    def plain(self, solution: BinarySequence) -> list[int]:
        return list(map(int, solution))

    def words(self, solution: BinarySequence) -> str:
        return "".join("+" if sign > 0 else "-" for sign in solution)

    def from_plain(self, data: Any) -> BinarySequence:
        return tuple(self._checked(data).tolist())

    def _checked(self, solution: Any) -> NDArray[np.int8]:
        if not isinstance(solution, Sequence | np.ndarray) or isinstance(solution, str):
            raise ValueError(f"{solution!r:.60} given; expected {self.n} signs")
        if len(solution) != self.n or any(sign not in (-1, 1) for sign in solution):
            raise ValueError(f"{str(solution)[:60]} given; expected {self.n} signs, -1 or 1")
        return np.array(solution, np.int8)


def correlations(signs: ArrayLike) -> list[int]:
    """``C_1`` to ``C_{n-1}`` of a sequence.

    Example:
        >>> correlations([1, 1, 1, -1])
        [1, 0, -1]
    """
    values = np.asarray(signs, np.int64)
    return [int(values[lag:] @ values[:-lag]) for lag in range(1, values.size)]


def labs(n: int) -> LowAutocorrelation:
    """The binary sequence of n elements whose squared autocorrelations add up to least.

    Args:
        n: 1 to 500; the number of terms grows as n^3 / 6 or so, to 20 million.

    Raises:
        ValueError: on n that is no integer from 1 to 500.

    Example:
        >>> barker = labs(13)
        >>> sequence = (1, 1, 1, 1, 1, -1, -1, 1, 1, -1, 1, -1, 1)
        >>> known = barker.certificate(sequence)
        >>> known.objective, round(known.facts["merit_factor"], 2)
        (6, 14.08)
    """
    return LowAutocorrelation(whole("n", n, 1, _LONGEST))
