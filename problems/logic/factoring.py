"""Integer factoring: by a squared error of many-body terms, and by a multiplier run backwards.

`factoring` is the way of the eight-p-bit experiment: odd X and Y, whose lowest bits are 1 and whose
other bits are p-bits, with energy ``(X Y - F)**2``, products of up to four spins, whole numbers.
W. A. Borders et al., Nature 573, 390 (2019), doi:10.1038/s41586-019-1557-9, factored integers up to
945 with eight p-bits, and finds good agreement with theory (abstract).  That 35 and 161 took four
and six p-bits is from memory; how these bits are shared out follows from arithmetic: 5 * 7 = 7 * 5,
7 * 23 and 15 * 63 are the only products of odd numbers of 4, 6 and 8 free bits, however divided.
Its success over time is not in open text and no reference here; what an ideal sampler should find
is known exactly instead (`law`), since 2**8 states can be enumerated.

`multiplier_factoring` holds the product of a multiplier at F: pairs of spins only, no coupling
above 2, and about ``3 * bits_x * bits_y`` spins.
"""

from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.logic.arithmetic import multiplier
from problems.logic.circuit import Circuit
from problems.logic.gates import all_bits
from problems.model import IsingProblem, as_states
from problems.polynomial import PolynomialProblem, from_terms

# Bits of X and Y, the fixed lowest ones included.
PUBLISHED = {35: (3, 3), 161: (3, 5), 945: (4, 6)}
_MOST_BITS = 26  # (X Y)**2 stays below 2**53

Products = dict[frozenset[int], int]


@dataclass(frozen=True)
class FactorCertificate:
    """What one state says, multiplied out in whole numbers.

    Attributes:
        x, y: the factors that were read.
        product: x * y.
        is_factorisation: whether that is the number.
        is_nontrivial: whether it is, and neither factor is 1.
        energy: of the state.
        consistent_with_energy: whether the energy is what the bits say: the squared error, or 0
            exactly where all gates of a multiplier are satisfied.
    """

    x: int
    y: int
    product: int
    is_factorisation: bool
    is_nontrivial: bool
    energy: int | float
    consistent_with_energy: bool


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
        x, y = self.factors(_one(spins, self.problem.num_variables))
        return int(x), int(y)

    def certificate(self, spins: ArrayLike) -> FactorCertificate:
        """Multiply the factors of one state [n] and compare with the number and the energy.

        Example:
            >>> factoring(35).certificate([-1, 1, 1, 1]).is_nontrivial
            True
        """
        x, y = self.decode(spins)
        energy = self.problem.energies(_one(spins, self.problem.num_variables)).item()
        return _certificate(self.number, x, y, energy, energy == (x * y - self.number) ** 2)

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
            >>> round(chance[x * y == 945].sum(), 3)
            0.697
        """
        states = 2 * all_bits(self.problem.num_variables) - 1
        x, y = self.factors(states)
        weights = np.exp(-beta * (x * y - self.number) ** 2.0)
        return x, y, weights / weights.sum()

    def repair(self, spins: ArrayLike) -> NDArray[np.int8]:
        """The state [n] in which the other factor fits, where X or Y divides F; else unchanged.

        Example:
            >>> problem = factoring(35)
            >>> problem.decode(problem.repair(problem.state(7, 3)))
            (7, 5)
        """
        state = _one(spins, self.problem.num_variables)
        fitting = _divided(self.number, self.decode(state), self.bits)
        return state if fitting is None else self.state(*fitting)


@dataclass(frozen=True, eq=False)
class MultiplierFactoring:
    """A multiplier with its product held; build one with :func:`multiplier_factoring`.

    Attributes:
        number: what is to be factored.
        circuit: the multiplier; `circuit.problem` is the energy.
    """

    number: int
    circuit: Circuit

    @property
    def problem(self) -> IsingProblem:
        """That of the circuit; energy 0 exactly at factorisations."""
        return self.circuit.problem

    def decode(self, spins: ArrayLike) -> tuple[int, int]:
        """The inputs of the multiplier, of one state [n]."""
        found = self.circuit.decode(spins)
        return found["a"], found["b"]

    def certificate(self, spins: ArrayLike) -> FactorCertificate:
        """Multiply the inputs of one state [n]; compare gates and energy.

        Example:
            >>> problem = multiplier_factoring(15, 3, 2)
            >>> problem.certificate(problem.state(5, 3)).is_nontrivial
            True
        """
        found = self.circuit.certificate(spins)
        x, y = found.values["a"], found.values["b"]
        return _certificate(self.number, x, y, found.energy, found.consistent_with_energy)

    def state(self, x: int, y: int) -> NDArray[np.int8]:
        """The state [n] of two factors, with all wires worked out from them."""
        return self.circuit.evaluate(a=x, b=y)

    def repair(self, spins: ArrayLike) -> NDArray[np.int8]:
        """As `Factoring.repair`; where nothing divides, all wires follow the inputs."""
        bits = tuple(len(self.circuit.registers[name]) for name in "ab")
        fitting = _divided(self.number, self.decode(spins), bits)
        return self.circuit.repair(spins) if fitting is None else self.state(*fitting)


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
    width_x, width_y = _widths(number, bits_x, bits_y)
    if width_x + width_y > _MOST_BITS:
        raise ValueError(
            f"factors of {width_x} and {width_y} bits; expected at most {_MOST_BITS} in all: use "
            "multiplier_factoring, whose coefficients stay small"
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


def multiplier_factoring(
    number: int, bits_x: int | None = None, bits_y: int | None = None
) -> MultiplierFactoring:
    """Factoring of an odd number by a multiplier whose product and lowest input bits are held.

    Args:
        number: odd, at least 9.
        bits_x, bits_y: as in :func:`factoring`; wide enough for the product.

    Raises:
        ValueError: on a number that is even or too small or has more bits than a product.

    Example:
        >>> multiplier_factoring(35).problem.num_variables
        19
    """
    width_x, width_y = _widths(number, bits_x, bits_y)
    circuit = multiplier(width_x, width_y).hold(p=number)
    return MultiplierFactoring(number, circuit.hold_wires({"a0": 1, "b0": 1}))


def _widths(number: int, bits_x: int | None, bits_y: int | None) -> tuple[int, int]:
    if number < 9 or number % 2 == 0:
        raise ValueError(f"{number} given; expected an odd number of at least 9")
    if (bits_x is None) != (bits_y is None):
        raise ValueError("one width given; expected bits_x and bits_y, or neither")
    if bits_x is None or bits_y is None:
        found = isqrt(number).bit_length(), (number // 3).bit_length()
        bits_x, bits_y = PUBLISHED.get(number, found)
    if min(bits_x, bits_y) < 2:
        raise ValueError(f"factors of {bits_x} and {bits_y} bits; expected at least 2 each")
    return bits_x, bits_y


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


def _certificate(
    number: int, x: int, y: int, energy: int | float, consistent: bool
) -> FactorCertificate:
    right = x * y == number
    return FactorCertificate(x, y, x * y, right, right and 1 not in (x, y), energy, consistent)


def _divided(number: int, found: tuple[int, int], bits: tuple[int, ...]) -> tuple[int, int] | None:
    """Two factors, one of them found, that fit into `bits`; None where neither divides."""
    x, y = found
    for pair in ((x, number // max(x, 1)), (number // max(y, 1), y)):
        fits = all(value < 1 << width for value, width in zip(pair, bits, strict=True))
        if pair[0] * pair[1] == number and fits and 1 not in pair:
            return pair
    return None


def _one(spins: ArrayLike, n: int) -> NDArray[np.int8]:
    states, lead = as_states(spins, n)
    if lead:
        raise ValueError(f"{len(states)} states given; expected one, shape [{n}]")
    return states[0]
