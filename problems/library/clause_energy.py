"""Clauses as energies of spins: the weight of those that are false, exactly.

A literal that is false is a bit y = (1 + t s) / 2 with t = -1 for the variable and +1 for its
negation; a clause of weight w costs ``w y_1 y_2 ... y_k``, which is a product of bits and not less
than 0.  Longer products are folded with auxiliary spins (z = 1 where the spin is up), each of which
serves one clause, so that the minimum over it may be taken clause by clause:

    y_1 y_2 R = min_z [ z R + y_1 y_2 - 2 z (y_1 + y_2) + 3 z ],  R = y_3 ... y_k,

since z = 1 against z = 0 is 3 + R against 0 where both bits are 0, 1 + R against 0 where one is 1,
and R <= 1 against 1 where both are (Rosenberg's substitution, with the least weight that serves).
Three factors are left in the end, which take one more auxiliary spin where only pairs are wanted:

    y_1 y_2 y_3 = min_a [ a (1 - y_1 - y_2 - y_3) + y_1 y_2 + y_1 y_3 + y_2 y_3 ],

with q bits up: min(q (q - 1) / 2, 1 - q + q (q - 1) / 2) = 0, 0, 0, 1 for q = 0, 1, 2, 3.
No penalty weight is left to choose: whatever the weights, the minimum over the auxiliary spins is
the weight of the clauses that are false.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from problems.polynomial import PolynomialProblem, from_terms

MOST_NATIVE = 5  # factors of a product that stays one: 2**5 terms
_PAIRS = 3  # factors that one auxiliary spin turns into pairs


@dataclass(frozen=True)
class Factors:
    """Bits ``(1 + sign s_spin) / 2``, shapes [m, k]: m rows of k factors."""

    spin: NDArray[np.int64]
    sign: NDArray[np.int8]

    def up(self, state: NDArray) -> NDArray[np.bool_]:
        """Which bits [m, k] are 1 in a state [n]."""
        return state[self.spin] == self.sign

    def take(self, *columns: int) -> "Factors":
        return Factors(self.spin[:, columns], self.sign[:, columns])

    def after(self, first: "Factors", start: int) -> "Factors":
        """Columns of `first`, then those of this one from `start` on."""
        return Factors(
            np.hstack([first.spin, self.spin[:, start:]]),
            np.hstack([first.sign, self.sign[:, start:]]),
        )


@dataclass
class ClauseEnergy:
    """A sum of products of bits over spins, auxiliary ones coming after the first n."""

    num_spins: int
    offset: float = 0
    _terms: list[tuple[NDArray, NDArray]] = field(default_factory=list)
    # (auxiliary spins [m], what they follow, how many of it must be up), in order.
    _follow: list[tuple[NDArray, Factors, int]] = field(default_factory=list)

    def add(self, bits: Factors, weight: NDArray) -> None:
        """Add ``sum_m weight_m prod_k bit_mk``."""
        width = bits.spin.shape[1]
        scaled = np.ldexp(np.asarray(weight, np.float64), -width)
        for size in range(width + 1):
            for chosen in combinations(range(width), size):
                part = bits.take(*chosen)
                self._terms.append((part.spin, scaled * part.sign.prod(1, dtype=np.int64)))

    def clauses(self, bits: Factors, weight: NDArray, quadratic: bool) -> None:
        """Add m products of k bits each, folded where they are too long."""
        while bits.spin.shape[1] > (_PAIRS if quadratic else MOST_NATIVE):
            pair = bits.take(0, 1)
            new = self._auxiliary(pair, 2)
            self.add(pair, weight)
            self.add(new, 3 * weight)
            for k in range(2):
                self.add(bits.take(k).after(new, 0), -2 * weight)
            bits = bits.after(new, 2)
        if quadratic and bits.spin.shape[1] == _PAIRS:
            new = self._auxiliary(bits, 2)
            self.add(new, weight)
            for k in range(_PAIRS):
                self.add(bits.take(k).after(new, 0), -weight)
                self.add(bits.take(*{0, 1, 2} - {k}), weight)
        else:
            self.add(bits, weight)

    def complete(self, spins: NDArray[np.int8]) -> NDArray[np.int8]:
        """All spins, the auxiliary ones where the energy is least, from the first [n]."""
        state = np.ones(self.num_spins, np.int8)
        state[: spins.size] = spins
        for new, bits, needed in self._follow:
            state[new] = np.where(bits.up(state).sum(1) >= needed, 1, -1)
        return state

    def problem(self, labels: Sequence) -> PolynomialProblem:
        """The sum, as a polynomial; labels of all spins."""
        return from_terms(self._terms, self.num_spins, self.offset, labels)

    def _auxiliary(self, bits: Factors, needed: int) -> Factors:
        new = self.num_spins + np.arange(len(bits.spin))
        self.num_spins += new.size
        self._follow.append((new, bits, needed))
        return Factors(new[:, None], np.ones((new.size, 1), np.int8))
