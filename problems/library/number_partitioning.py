"""Number partitioning: two sets of numbers with sums as equal as possible.

Spin i says on which side number i is.  ``E = (sum_i a_i s_i)^2`` (Lucas, Front. Phys. 2, 5 (2014),
section 2.1), so that E is the squared difference of the two sums; there is no penalty.  The whole
numbers a_i are the numbers divided by their greatest common unit, E being in squares of that unit.
Energies are exact (int64) while ``(sum_i |a_i|)^2 < 2^53`` and rounded like any double beyond;
certificates are exact always.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import Amount, amounts, common_unit, exactly, total
from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.library.graphs import expect_pairs
from problems.model import IsingProblem, ising

_LARGEST = 2**53
Sides = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class NumberPartitioning(Encoded[Sides]):
    """Numbers for two sides; build one with :func:`number_partitioning`.

    Solutions are a side, 0 or 1, for each number.  The objective is the difference of the two sums,
    without its sign; the energy of a solution is the square of that, in units.
    """

    kind: ClassVar[str] = "number-partitioning"

    numbers: tuple[Amount, ...]

    @cached_property
    def _units(self) -> tuple[tuple[int, ...], Any]:
        exact = [exactly(a) for a in self.numbers]
        unit = common_unit(exact)
        return tuple(int(a / unit) for a in exact), unit

    @cached_property
    def problem(self) -> IsingProblem:
        steps, _ = self._units
        count = len(steps) * (len(steps) - 1) // 2
        expect_pairs(count, "a partition of numbers", "fewer of them")
        row, col = np.triu_indices(len(steps), 1)
        exact = sum(map(abs, steps)) ** 2 < _LARGEST
        values = np.array(steps, np.int64 if exact else np.float64)
        squares = sum(a * a for a in steps)
        zeros = np.zeros(len(steps), values.dtype)
        return ising(zeros, row, col, 2 * values[row] * values[col], squares)

    def energy_of(self, objective: float) -> int | float:
        """The square of the difference, in units."""
        steps = exactly(objective) / self._units[1]
        return steps.numerator**2 if steps.denominator == 1 else float(steps) ** 2

    @property
    def ideal(self) -> int | float:
        """An odd sum cannot be halved."""
        steps, unit = self._units
        least = sum(steps) % 2 * unit
        return int(least) if least == int(least) else float(least)

    def decode(self, spins: ArrayLike) -> Sides:
        state = one_state(spins, len(self.numbers))
        return tuple(int(s > 0) for s in state)

    def encode(self, solution: Sides) -> NDArray[np.int8]:
        self._check(solution)
        return np.array([2 * side - 1 for side in solution], np.int8)

    def certificate(self, solution: Sides) -> Certificate:
        self._check(solution)
        sums = [
            total(a for a, side in zip(self.numbers, solution, strict=True) if side == which)
            for which in (0, 1)
        ]
        difference = abs(exactly(sums[0]) - exactly(sums[1]))
        whole = difference.denominator == 1
        return certificate(int(difference) if whole else float(difference), sums=tuple(sums))

    def draw(self, solution: Sides, axes: Any) -> None:
        """Two stacks of boxes, as high as their numbers."""
        self._check(solution)
        order = sorted(range(len(self.numbers)), key=lambda i: -abs(self.numbers[i]))
        height = [0.0, 0.0]
        for i in order:
            side, size = solution[i], abs(float(self.numbers[i]))
            colour = "tab:blue" if self.numbers[i] >= 0 else "tab:red"
            axes.bar(side, size, 0.8, bottom=height[side], color=colour, edgecolor="white")
            height[side] += size
        axes.set_xticks([0, 1], ["side 0", "side 1"])
        axes.set_ylabel("numbers")

    def plain(self, solution: Sides) -> list[int]:
        return list(solution)

    def words(self, solution: Sides) -> str:
        """The numbers of both sides: ``3 2 | 1 4``."""
        pairs = list(zip(self.numbers, solution, strict=True))
        return " | ".join(" ".join(str(a) for a, side in pairs if side == c) for c in (0, 1))

    def from_plain(self, data: Any) -> Sides:
        self._check(data)
        return tuple(data)

    def _check(self, solution: Any) -> None:
        if isinstance(solution, str) or not isinstance(solution, Iterable):
            raise ValueError(f"{solution!r:.60} is no solution; expected a side for each number")
        sides = list(solution)
        if len(sides) != len(self.numbers) or any(side not in (0, 1) for side in sides):
            raise ValueError(
                f"{sides!r:.60} given; expected {len(self.numbers)} sides, each of them 0 or 1"
            )


def number_partitioning(numbers: Iterable[Amount]) -> NumberPartitioning:
    """Two sets of numbers with sums as equal as possible.

    Args:
        numbers: finite, of either sign; decimals mean what is written.

    Raises:
        ValueError: on numbers that are not finite, or that sum to 2^53 or more of their common
            unit: doubles could not tell their sums apart.

    Example:
        >>> halves = number_partitioning([3, 1, 1, 2, 2, 1])
        >>> halves.certificate((1, 0, 0, 1, 0, 0)).objective
        0
        >>> halves.problem.energies([1, -1, -1, 1, -1, 1]).item()
        4
    """
    encoded = NumberPartitioning(amounts("numbers", numbers))
    steps, unit = encoded._units
    if sum(map(abs, steps)) >= _LARGEST:
        raise ValueError(
            f"the numbers sum to {sum(map(abs, steps))} times their common unit {float(unit):g}; "
            "expected less than 2^53 (round them to a coarser unit)"
        )
    return encoded
