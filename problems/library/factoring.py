"""Factoring: an odd number as a product of two.

By a multiplier of gates whose product is held (`problems.logic.factoring_circuit`): pairs of spins,
energy 0 exactly at factorisations, and no weight to choose.  Or by the squared error
``(x y - N)^2``, products of up to four spins and large coefficients (`problems.logic.factoring`),
as in W. A. Borders et al., Nature 573, 390 (2019), doi 10.1038/s41586-019-1557-9.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.logic.factoring_by_circuit import MultiplierFactoring, factoring_circuit
from problems.logic.factoring_by_error import Factoring
from problems.logic.factoring_by_error import factoring as factoring_by_error
from problems.logic.factors import divided, widths
from problems.polynomial import Problem

Factors = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Factorisation(Encoded[Factors]):
    """Two factors of a number; build one with :func:`factoring`.

    The objective is how far the product is from the number; 1 as a factor breaks a constraint.
    """

    kind: ClassVar[str] = "factoring"

    number: int
    bits: Factors
    by: Factoring | MultiplierFactoring

    @cached_property
    def problem(self) -> Problem:
        return self.by.problem

    @property
    def ideal(self) -> int:
        return 0

    def decode(self, spins: ArrayLike) -> Factors:
        return self.by.decode(one_state(spins, self.problem.num_variables))

    def encode(self, solution: Factors) -> NDArray[np.int8]:
        """The state of two odd factors, in either order; gates follow the inputs, so that a wrong
        product shows only in the gates that feed it, which need not be the least energy."""
        x, y = self._checked(solution)
        if x >> self.bits[0] or y >> self.bits[1]:
            x, y = y, x
        if x % 2 == 0 or y % 2 == 0 or x >> self.bits[0] or y >> self.bits[1]:
            raise ValueError(f"{x}, {y} given; expected odd factors of {self.bits} bits")
        return self.by.state(x, y)

    def certificate(self, solution: Factors) -> Certificate:
        x, y = self._checked(solution)
        words = [] if x * y == self.number else [f"{x} * {y} is {x * y}, not {self.number}"]
        if 1 in (x, y):
            words.append("1 is no proper factor")
        return certificate(abs(x * y - self.number), words, product=x * y)

    def repair(self, solution: Factors) -> Factors:
        """The other factor by division, where one of these two divides the number."""
        return divided(self.number, self._checked(solution), self.bits) or solution

    def draw(self, solution: Factors, axes: Any) -> None:
        """The bits of both factors and of their product, highest on the left."""
        x, y = self._checked(solution)
        rows = {"x": (x, self.bits[0]), "y": (y, self.bits[1]), "x y": (x * y, sum(self.bits))}
        for height, (value, width) in enumerate(rows.values()):
            bits = np.array([value >> k & 1 for k in range(width)])
            face = np.where(bits > 0, "tab:blue", "white")
            axes.scatter(np.arange(width), np.full(width, height), c=face, edgecolors="grey", s=80)
        axes.set_yticks(range(3), [f"{name} = {value}" for name, (value, _) in rows.items()])
        axes.set(xlabel="bit", xlim=(sum(self.bits) - 0.5, -0.5), ylim=(2.5, -0.5))
        axes.set_title(f"to be {self.number}")

    def plain(self, solution: Factors) -> list[int]:
        return list(self._checked(solution))

    def words(self, solution: Factors) -> str:
        return f"{solution[0]} * {solution[1]}"

    def from_plain(self, data: Any) -> Factors:
        return self._checked(data)

    def _checked(self, solution: Any) -> Factors:
        pair = solution if isinstance(solution, tuple | list) else ()
        if len(pair) != 2 or any(type(x) is not int or x < 0 for x in pair):
            raise ValueError(f"{str(solution)[:60]} given; expected two whole numbers")
        return pair[0], pair[1]


def factoring(
    number: int, bits_x: int | None = None, bits_y: int | None = None, quadratic: bool = True
) -> Factorisation:
    """Factoring of an odd number of at least 9.

    Args:
        number: what is to be factored.
        bits_x, bits_y: bits of the factors; by default as many as any two can have.
        quadratic: by a multiplier of gates; otherwise by the squared error.

    Raises:
        ValueError: on an even or too small number, or widths that cannot make it.

    Example:
        >>> problem = factoring(143)
        >>> problem.certificate((11, 13)).feasible, problem.certificate((1, 143)).violations
        (True, ('1 is no proper factor',))
    """
    for name, value in (("number", number), ("bits_x", bits_x), ("bits_y", bits_y)):
        if type(value) is not int and (value is not None or name == "number"):
            raise ValueError(f"{name} is {value!r}; expected an integer")
    bits = widths(number, bits_x, bits_y)
    by = factoring_circuit(number, *bits) if quadratic else factoring_by_error(number, *bits)
    return Factorisation(number, bits, by)
