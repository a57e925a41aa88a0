"""XORSAT: linear equations modulo 2, as many of them true as can be.

Bits x = (1 + s) / 2.  An equation of k bits and side b holds where the product of its spins, which
is -1 to the number of zeros, is b' = (-1)^(k + b).  ``E = sum_c w_c (1 - b'_c prod s) / 2`` is the
weight of those that do not, one term each whatever its length.

With pairs only, an equation of k > 3 bits is cut into a chain with auxiliary bits, x_1 + x_2 + z =
0, z + x_3 + ... = b: for any x the best z break none of it where the equation holds and one where
it does not, as the sum of the chain is the equation.  Three spins take one more auxiliary spin a,

    (4 - b'(s_1 + s_2 + s_3) - 2 b' a + s_1 s_2 + s_2 s_3 + s_3 s_1 + 2 a (s_1 + s_2 + s_3)) / 2,

whose minimum over a is 0 where s_1 s_2 s_3 = b' and 1 elsewhere.  No weight is left to choose.

Elimination decides whether all can hold: `certificate` says so, and names a contradiction.
M. Kowalsky et al., Quantum Sci. Technol. 7, 025008 (2022), arXiv:2103.08464, why annealers find it
hard all the same.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.amounts import whole
from problems.library.encoded import Certificate, Encoded, certificate, one_state
from problems.library.formula import check_weights, values_of, variable_count
from problems.library.satisfiability import Assignment
from problems.polynomial import Problem, from_terms


class Elimination(NamedTuple):
    """Rows in echelon form: bit masks of variables and of the equations added up, and sides."""

    pivots: dict[int, tuple[int, int, int]]  # by highest variable: mask, side, equations
    contradiction: tuple[int, ...] | None  # equations whose sum is 0 = 1


@dataclass(frozen=True, eq=False)
class Xorsat(Encoded[Assignment]):
    """Bits that solve equations; build one with :func:`xorsat`.

    Solutions are tuples of n truth values.  The objective is the weight of the equations that do
    not hold.  Without weights all of them have to.
    """

    kind: ClassVar[str] = "xorsat"

    equations: tuple[tuple[int, ...], ...]
    sides: tuple[int, ...]
    weights: tuple[int | float, ...] | None
    num_variables: int
    quadratic: bool

    @cached_property
    def elimination(self) -> Elimination:
        """Gauss' elimination of all equations."""
        pivots: dict[int, tuple[int, int, int]] = {}
        for k, (members, side) in enumerate(zip(self.equations, self.sides, strict=True)):
            mask, used = sum(1 << i for i in members), 1 << k
            while mask and (top := mask.bit_length() - 1) in pivots:
                other, its_side, its_used = pivots[top]
                mask, side, used = mask ^ other, side ^ its_side, used ^ its_used
            if mask:
                pivots[mask.bit_length() - 1] = mask, side, used
            elif side:
                return Elimination(pivots, tuple(_bits(used)))
        return Elimination(pivots, None)

    @cached_property
    def _chains(self) -> list[tuple[tuple[int, ...], int, int, int | None]]:
        """Members, side, equation, and auxiliary spin that follows the first two members."""
        found, new = [], self.num_variables
        for k, (members, side) in enumerate(zip(self.equations, self.sides, strict=True)):
            while self.quadratic and len(members) > 3:
                found.append(((members[0], members[1], new), 0, k, new))
                members, new = (new, *members[2:]), new + 1
            found.append((members, side, k, None))
        return found

    @cached_property
    def _triples(self) -> NDArray[np.int64]:
        """[m, 3] members of equations that take an auxiliary spin more, in order."""
        triples = [entry[0] for entry in self._chains if self.quadratic and len(entry[0]) == 3]
        return np.array(triples, np.int64).reshape(-1, 3)

    @cached_property
    def _linked(self) -> int:
        """Spins before those of the triples."""
        return self.num_variables + sum(link is not None for *_, link in self._chains)

    @cached_property
    def problem(self) -> Problem:
        terms: dict[int, tuple[list, list]] = {}
        offset: float = 0

        def add(spins: Sequence[int], value: float) -> None:
            entry = terms.setdefault(len(spins), ([], []))
            entry[0].append(spins)
            entry[1].append(value)

        extra = self._linked
        for members, side, k, _ in self._chains:
            half = (1 if self.weights is None else self.weights[k]) / 2
            sign = -1 if (len(members) + side) % 2 else 1
            if self.quadratic and len(members) == 3:
                offset += 4 * half
                add((extra,), -2 * sign * half)
                for i, spin in enumerate(members):
                    add((spin,), -sign * half)
                    add((spin, members[i - 1]), half)
                    add((spin, extra), 2 * half)
                extra += 1
            else:
                offset += half
                add(members, -sign * half)
        parts = [(np.array(v, np.int64).reshape(len(v), k), c) for k, (v, c) in terms.items()]
        found = from_terms(parts, extra, offset)
        return found.to_ising() if self.quadratic else found

    @property
    def ideal(self) -> int:
        return 0

    def decode(self, spins: ArrayLike) -> Assignment:
        state = one_state(spins, self.problem.num_variables)
        return tuple((state[: self.num_variables] > 0).tolist())

    def encode(self, solution: Assignment) -> NDArray[np.int8]:
        bits = values_of(solution, self.num_variables).tolist()
        for members, _, _, link in self._chains:
            if link is not None:
                bits.append(bits[members[0]] != bits[members[1]])
        spins = np.where(bits, 1, -1).astype(np.int8)
        signs = [
            -1 if (3 + side) % 2 else 1
            for members, side, *_ in self._chains
            if self.quadratic and len(members) == 3
        ]
        field = spins[self._triples].sum(1) - np.array(signs, np.int64)
        return np.concatenate([spins, np.where(field > 0, -1, 1)]).astype(np.int8)

    def certificate(self, solution: Assignment) -> Certificate:
        bits = values_of(solution, self.num_variables).tolist()
        pairs = zip(self.equations, self.sides, strict=True)
        wrong = [k for k, (at, side) in enumerate(pairs) if sum(bits[i] for i in at) % 2 != side]
        lost = sum(1 if self.weights is None else self.weights[k] for k in wrong)
        clash = self.elimination.contradiction
        facts: dict[str, Any] = {"satisfiable": clash is None, "false_equations": len(wrong)}
        if clash is not None:
            facts["contradiction"] = clash
        words = [f"equations[{k}] does not hold" for k in wrong] if self.weights is None else []
        return certificate(lost, words, **facts)

    def repair(self, solution: Assignment) -> Assignment:
        """The solution by elimination that has this one's bits where they are free, if any."""
        if self.elimination.contradiction is not None:
            return solution
        bits = values_of(solution, self.num_variables).tolist()
        value = sum(1 << i for i, bit in enumerate(bits) if bit)
        for top in sorted(self.elimination.pivots):
            mask, side, _ = self.elimination.pivots[top]
            if (mask & value).bit_count() % 2 != side:
                value ^= 1 << top
        return tuple(bool(value >> i & 1) for i in range(self.num_variables))

    def draw(self, solution: Assignment, axes: Any) -> None:
        """Equations in rows, bits in columns: black for 1, red rows do not hold."""
        bits = values_of(solution, self.num_variables)
        for k, (members, side) in enumerate(zip(self.equations, self.sides, strict=True)):
            at = np.array(members, np.int64)
            wrong = bits[at].sum() % 2 != side
            face = np.where(bits[at], "tab:red" if wrong else "black", "white")
            axes.scatter(at, np.full(at.size, k), c=face, edgecolors="tab:red" if wrong else "grey")
        axes.invert_yaxis()
        axes.set(xlabel="bit", ylabel="equation", title="filled: 1; red: does not hold")

    def plain(self, solution: Assignment) -> list[int]:
        return values_of(solution, self.num_variables).astype(int).tolist()

    def words(self, solution: Assignment) -> str:
        return " ".join(map(str, self.plain(solution)))

    def from_plain(self, data: Any) -> Assignment:
        return tuple(values_of(data, self.num_variables).tolist())


def _bits(mask: int) -> list[int]:
    return [k for k in range(mask.bit_length()) if mask >> k & 1]


def xorsat(
    equations: Sequence[Sequence[int]],
    sides: Sequence[int],
    num_variables: int | None = None,
    weights: Sequence[float] | None = None,
    quadratic: bool = False,
) -> Xorsat:
    """Equations ``x_i + x_j + ... = b`` modulo 2.

    Args:
        equations: variables of each, from 0; one that stands twice drops out.
        sides: 0 or 1 for each.
        num_variables: n, by default one more than the largest that occurs.
        weights: 0 or more; where they are given, equations need not hold.
        quadratic: whether to use pairs of spins only, with 2 k - 5 auxiliary ones for an equation
            of k > 2 bits.

    Raises:
        ValueError: on variables or sides out of range, or wrong weights.

    Example:
        >>> system = xorsat([[0, 1, 2], [0, 1]], [1, 0])
        >>> system.repair((True, False, False))
        (True, True, True)
        >>> xorsat([[0, 1], [1, 2], [2, 0]], [1, 1, 1]).elimination.contradiction
        (0, 1, 2)
    """
    for name, given in (("equations", equations), ("sides", sides)):
        if not isinstance(given, Sequence | np.ndarray) or isinstance(given, str):
            raise ValueError(f"{name} is {given!r:.60}; expected a list")
    rows = tuple(_members(entry, f"equations[{k}]") for k, entry in enumerate(equations))
    if len(sides) != len(rows):
        raise ValueError(f"{len(sides)} sides given; expected {len(rows)}, one for each equation")
    for side in sides:
        whole("side", side, 0, 1)
    largest = max((i for row in rows for i, _ in row), default=-1)
    n = variable_count(num_variables, largest + 1)
    known = None if weights is None else check_weights(weights, len(rows))
    odd = tuple(tuple(i for i, count in row if count % 2) for row in rows)
    return Xorsat(odd, tuple(map(int, sides)), known, n, bool(quadratic))


def _members(entry: Any, name: str) -> list[tuple[int, int]]:
    """Variables of an equation and how often each stands in it."""
    try:
        members = [-1 if isinstance(i, bool) else operator.index(i) for i in entry]
    except TypeError as error:
        raise ValueError(f"{name} is {str(entry)[:60]}; expected a list of integers") from error
    if any(not 0 <= i < np.iinfo(np.int32).max for i in members):
        raise ValueError(f"{name} is {str(entry)[:60]}; expected variables from 0")
    return [(i, members.count(i)) for i in dict.fromkeys(members)]
