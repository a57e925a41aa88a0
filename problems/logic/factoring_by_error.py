"""Integer factoring by a squared error, a polynomial of terms of up to four spins.

This is the way of the eight-p-bit experiment: odd X and Y, whose lowest bits are 1 and whose other
bits are p-bits, with energy ``(X Y - F)**2`` in whole numbers.
W. A. Borders et al., Nature 573, 390 (2019), doi:10.1038/s41586-019-1557-9, factored integers up to
945 with interactions of three and four bodies, and finds good agreement with theory (abstract).
Tohoku University's press release has the numbers: 35 = 5 * 7 by four p-bits, 161 = 23 * 7 by six,
945 = 63 * 15 by eight.  There is no other way to share out so many free bits between odd factors.
How often the experiment found them is not in open text and no reference here; how often an ideal
sampler should is known exactly (`law`), since 2**8 states can be enumerated.

Squares of spins are replaced by 1 before anything else: the derivative of the square as it stands
is no difference of energies.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.logic.factors import FactorCertificate, certify, divided, one_state, widths
from problems.logic.gates import all_bits
from problems.model import as_states
from problems.polynomial import PolynomialProblem, from_terms

_MOST_BITS = 26  # (X Y)**2 stays below 2**53

Products = dict[frozenset[int], int]


@dataclass(frozen=True, eq=False)
class Factoring:
    """``(X Y - F)**2`` over the free bits of odd X and Y; build one with :func:`factoring`.

    Attributes:
        number: F.
        bits: of X and of Y, the lowest ones, which are 1, included.
        problem: the energy; labels x1, x2, ..., y1, y2, ... from the second lowest bit up.
    """

    number: int
    bits: tuple[int, int]
    problem: PolynomialProblem

    def factors(self, spins: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """X and Y [...] of states [..., n].

        Example:
            >>> x, y = factoring(35).factors([[-1, 1, 1, 1], [1, 1, -1, 1]])
            >>> x.tolist(), y.tolist()
            ([5, 7], [7, 5])
        """
        states, lead = as_states(spins, self.problem.num_variables)
        split = self.bits[0] - 1
        parts = (states[:, :split] > 0, states[:, split:] > 0)
        x, y = (1 + part @ (2 << np.arange(part.shape[1])) for part in parts)
        return x.reshape(lead), y.reshape(lead)

    def decode(self, spins: ArrayLike) -> tuple[int, int]:
        """X and Y of one state [n]."""
        x, y = self.factors(one_state(spins, self.problem.num_variables))
        return int(x), int(y)

    def certificate(self, spins: ArrayLike) -> FactorCertificate:
        """Multiply the factors of one state [n] and compare with the number and the energy.

        Example:
            >>> factoring(35).certificate([-1, 1, 1, 1]).is_nontrivial
            True
        """
        x, y = self.decode(spins)
        energy = self.problem.energies(one_state(spins, self.problem.num_variables)).item()
        return certify(self.number, x, y, energy, energy == (x * y - self.number) ** 2)

    def state(self, x: int, y: int) -> NDArray[np.int8]:
        """The state [n] of two odd factors.

        Raises:
            ValueError: on numbers that are even or have too many bits.

        Example:
            >>> factoring(35).state(5, 7).tolist()
            [-1, 1, 1, 1]
        """
        spins = []
        for value, bits in zip((x, y), self.bits, strict=True):
            if not 0 < value < 1 << bits or value % 2 == 0:
                raise ValueError(f"{value} given; expected odd factors of {self.bits} bits")
            spins += [2 * (value >> k & 1) - 1 for k in range(1, bits)]
        return np.array(spins, np.int8)

    def law(self, beta: float) -> tuple[NDArray, NDArray, NDArray]:
        """Boltzmann's law by enumeration: X [2**n], Y [2**n] and their probabilities [2**n].

        Raises:
            ValueError: beyond 16 free bits.

        Example:
            >>> x, y, chance = factoring(945).law(beta=1e-3)
            >>> round(chance[x * y == 945].sum().item(), 3)
            0.697
        """
        states = 2 * all_bits(self.problem.num_variables) - 1
        x, y = self.factors(states)
        energies = (x * y - self.number) ** 2.0
        weights = np.exp(-beta * (energies - energies.min()))
        return x, y, weights / weights.sum()

    def repair(self, spins: ArrayLike) -> NDArray[np.int8]:
        """The state [n] in which the other factor fits, where X or Y divides F; else unchanged.

        Example:
            >>> problem = factoring(35)
            >>> problem.decode(problem.repair(problem.state(7, 3)))
            (7, 5)
        """
        state = one_state(spins, self.problem.num_variables)
        fitting = divided(self.number, self.decode(state), self.bits)
        return state if fitting is None else self.state(*fitting)


def factoring(number: int, bits_x: int | None = None, bits_y: int | None = None) -> Factoring:
    """Factoring of an odd number by squared error.

    Args:
        number: F, odd, at least 9.
        bits_x, bits_y: bits of the factors, at least 2 each.  By default those of the published
            experiment for 35, 161 and 945, and for other numbers as many as the smaller and the
            larger of any two factors beside 1 and F can have.

    Raises:
        ValueError: on a number that is even, below 9 or beyond all products, only one width, or
            more than 26 bits in all, beyond which energies are no longer exact.

    Example:
        >>> [factoring(number).problem.num_variables for number in (35, 161, 945)]
        [4, 6, 8]
    """
    width_x, width_y = widths(number, bits_x, bits_y)
    if width_x + width_y > _MOST_BITS:
        raise ValueError(
            f"factors of {width_x} and {width_y} bits; expected at most {_MOST_BITS} in all: use "
            "factoring_circuit, whose coefficients stay small"
        )
    if number > ((1 << width_x) - 1) * ((1 << width_y) - 1):
        raise ValueError(f"no factors of {width_x} and {width_y} bits make {number}")
    x = _odd(range(width_x - 1))
    y = _odd(range(width_x - 1, width_x + width_y - 2))
    error = _times(x, y)
    error[frozenset()] -= number
    squared = _times(error, error)
    terms = [([sorted(spins)], [value]) for spins, value in squared.items() if spins]
    labels = [f"x{k}" for k in range(1, width_x)] + [f"y{k}" for k in range(1, width_y)]
    problem = from_terms(terms, len(labels), squared[frozenset()], labels)
    return Factoring(number, (width_x, width_y), problem)


def _odd(spins: range) -> Products:
    """``1 + sum_k 2**k x_k`` with x = (1 + s) / 2: whole numbers in spins, for k from 1."""
    weights = {frozenset({spin}): 1 << k for k, spin in enumerate(spins)}
    return {frozenset(): 1 + sum(weights.values()), **weights}


def _times(a: Products, b: Products) -> Products:
    """Product of two polynomials of spins; s * s = 1."""
    found: Products = {}
    for first, p in a.items():
        for second, q in b.items():
            spins = first ^ second
            found[spins] = found.get(spins, 0) + p * q
    return found
