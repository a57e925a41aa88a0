"""An Ising problem that shrinks: neighbours by spin, biases, offset, and how to undo each step."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from problems.model import IsingProblem, ising


class Choice(NamedTuple):
    """Spin `spin` was left out; it takes the sign that its field, of these spins, asks for."""

    spin: int
    bias: float
    neighbours: tuple[int, ...]
    couplings: tuple[float, ...]

    def undo(self, states: NDArray[np.int8]) -> None:
        """Fill in row `spin` of states [n, k]."""
        field = np.full(states.shape[1], float(self.bias))
        for neighbour, coupling in zip(self.neighbours, self.couplings, strict=True):
            # A float: whole numbers times int8 would have to fit into int8.
            field += float(coupling) * states[neighbour]
        states[self.spin] = np.where(field > 0, -1, 1)


class Tie(NamedTuple):
    """Spin `spin` is `sign` times spin `other`."""

    spin: int
    other: int
    sign: int

    def undo(self, states: NDArray[np.int8]) -> None:
        """Fill in row `spin` of states [n, k]."""
        states[self.spin] = self.sign * states[self.other]


class Worksheet:
    """The problem as dictionaries, changed in place.

    Attributes:
        bias: of each spin.
        near: for each spin its neighbours and couplings; None where the spin is gone.
        offset: constant energy.
        steps: what was done, in order.
        touched: spins whose surroundings changed, to be looked at again.
    """

    def __init__(self, problem: IsingProblem) -> None:
        self.bias: list[float] = problem.h.tolist()
        self.near: list[dict[int, float] | None] = [{} for _ in self.bias]
        self.offset: float = problem.offset
        self.steps: list[Choice | Tie] = []
        pairs = zip(
            problem.row.tolist(), problem.col.tolist(), problem.coupling.tolist(), strict=True
        )
        for i, j, coupling in pairs:
            if coupling:
                self.around(i)[j] = self.around(j)[i] = coupling
        self.touched = dict.fromkeys(range(len(self.bias)))

    def around(self, spin: int) -> dict[int, float]:
        """Neighbours of a spin that is there."""
        found = self.near[spin]
        assert found is not None
        return found

    def couple(self, i: int, j: int, coupling: float) -> None:
        """Add a coupling; one that becomes 0 is no coupling any more."""
        total = self.around(i).get(j, 0) + coupling
        for a, b in ((i, j), (j, i)):
            if total:
                self.around(a)[b] = total
            else:
                self.around(a).pop(b, None)
            self.touched[a] = None

    def field(self, spin: int, value: float) -> None:
        """Add to a bias."""
        self.bias[spin] += value
        self.touched[spin] = None

    def fix(self, spin: int, sign: int) -> None:
        """Give a spin its value for good."""
        near = self._take(spin)
        self.steps.append(Choice(spin, -float(sign), (), ()))
        self.offset += sign * self.bias[spin]
        for j, coupling in near.items():
            self.field(j, sign * coupling)

    def tie(self, spin: int, other: int, sign: int) -> None:
        """Put `sign` times spin `other` in the place of a spin."""
        near = self._take(spin)
        self.steps.append(Tie(spin, other, sign))
        self.offset += sign * near.pop(other, 0)
        self.field(other, sign * self.bias[spin])
        for j, coupling in near.items():
            self.couple(other, j, sign * coupling)

    def eliminate(self, spin: int) -> None:
        """Minimise over a spin of at most two neighbours, or of three and no bias.

        ``min_s s (h + sum J_j s_j) = -|h + sum J_j s_j|`` is then a sum of a constant, biases and
        couplings: its values at all signs of the neighbours fix as many coefficients.
        """
        near = self._take(spin)
        names, strengths = tuple(near), tuple(near.values())
        self.steps.append(Choice(spin, self.bias[spin], names, strengths))
        if len(names) < 3:  # a bias is a coupling to a spin that is always +1, here -1 by number
            names, strengths = (-1, *names, -1), (self.bias[spin], *strengths, 0, 0)
        constant, *pairs = _minus_modulus(*strengths[:3])
        self.offset += constant
        for (one, other), value in zip(combinations(names[:3], 2), pairs, strict=False):
            if value and one < 0:
                self.field(other, value)
            elif value:
                self.couple(one, other, value)

    def _take(self, spin: int) -> dict[int, float]:
        """Neighbours of a spin that goes."""
        near, self.near[spin] = self.around(spin), None
        for j in near:
            del self.around(j)[spin]
            self.touched[j] = None
        self.touched.pop(spin, None)
        return near

    def left(self, labels) -> tuple[IsingProblem, NDArray[np.int64]]:
        """What is left as a problem, and which spins these are."""
        kept = [i for i, near in enumerate(self.near) if near is not None]
        index = {spin: k for k, spin in enumerate(kept)}
        pairs = [(i, j, c) for i in kept for j, c in self.around(i).items() if i < j]
        row = np.array([index[i] for i, _, _ in pairs], np.int64)
        col = np.array([index[j] for _, j, _ in pairs], np.int64)
        problem = ising(
            np.array([self.bias[i] for i in kept], np.float64), row, col,
            np.array([c for *_, c in pairs], np.float64), self.offset, [labels[i] for i in kept],
        )  # fmt: skip
        return problem, np.array(kept, np.int64)


def _minus_modulus(a: float, b: float, c: float) -> tuple[float, float, float, float]:
    """-|a s_1 + b s_2 + c s_3| as a constant and coefficients of s_1 s_2, s_1 s_3 and s_2 s_3."""
    same, third, second, first = abs(a + b + c), abs(a + b - c), abs(a - b + c), abs(a - b - c)
    return (
        -(same + third + second + first) / 4,
        -(same + third - second - first) / 4,
        -(same - third + second - first) / 4,
        -(same - third - second + first) / 4,
    )
