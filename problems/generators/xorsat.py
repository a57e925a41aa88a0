"""3-regular 3-XORSAT (3R3X): equations over three spins each, with a planted solution.

n spins and n equations ``s_i s_j s_k = b``; every equation has three different spins and every spin
stands in three equations.  Gaussian elimination solves them in polynomial time, local search meets
a glassy landscape: "glued trees" of nearly solved states.
References: M. Kowalsky et al., Quantum Sci. Technol. 7, 025008 (2022), arXiv:2103.08464;
I. Hen, Phys. Rev. Appl. 12, 011003 (2019), doi:10.1103/PhysRevApplied.12.011003.
"""

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.generators.couplings import seeded
from problems.generators.parts import Cliques
from problems.generators.planted import Planted, plant, random_spins
from problems.model import as_states

if TYPE_CHECKING:
    from dimod.higherorder.polynomial import BinaryPolynomial

_DEGREE = 3
_ATTEMPTS = 100


@dataclass(frozen=True, eq=False)
class Xorsat:
    """Equations ``s_i s_j s_k = b`` and a solution; build one with :func:`regular_xorsat`.

    Attributes:
        equations: [m, 3] int64 spin indices, different within a row; no two rows are equal sets.
        sides: [m] right-hand sides b, -1 or +1.
        spins: [n] int8, the planted solution.
    """

    equations: NDArray[np.int64]
    sides: NDArray[np.int64]
    spins: NDArray[np.int8]

    def violated(self, spins: ArrayLike) -> NDArray[np.int64]:
        """Numbers [...] of equations that the states [..., n] do not solve.

        Example:
            >>> from problems import generators
            >>> system = generators.regular_xorsat(8)
            >>> system.violated([system.spins, -system.spins]).tolist()
            [0, 8]
        """
        states, lead = as_states(spins, self.spins.size)
        wrong = states[:, self.equations].prod(-1, dtype=np.int8) != self.sides
        return wrong.sum(-1).reshape(lead)

    def num_solutions(self) -> int:
        """How many states solve all equations: 2^(n - rank over GF(2)).

        Example:
            >>> from problems import generators
            >>> generators.regular_xorsat(8).num_solutions() in (1, 2, 4, 8)
            True
        """
        rows = [sum(1 << k for k in row) for row in self.equations.tolist()]
        return 2 ** (self.spins.size - _rank(rows))

    def polynomial(self) -> "BinaryPolynomial":
        """``E(s) = -sum_c b_c s_i s_j s_k`` in dimod's form; its least value is -m.

        Example:
            >>> from problems import generators
            >>> system = generators.regular_xorsat(8)
            >>> int(system.polynomial().energy(dict(enumerate(system.spins.tolist()))))
            -8
        """
        from dimod.higherorder.polynomial import BinaryPolynomial

        rows = zip(self.equations.tolist(), self.sides.tolist(), strict=True)
        return BinaryPolynomial({tuple(spins): -side for spins, side in rows}, "SPIN")

    def ising(self) -> Planted:
        """Quadratic problem: spin n + c is an auxiliary of equation c, which adds, with b = b_c,

            -b (s_i + s_j + s_k) - 2 b a + s_i s_j + s_j s_k + s_k s_i + 2 a (s_i + s_j + s_k),

        whose minimum over a is -4 where the equation holds and -2 where it does not.

        Example:
            >>> from problems import generators
            >>> planted = generators.regular_xorsat(8).ising()
            >>> planted.problem.num_variables, planted.energy
            (16, -32)
        """
        n, m = self.spins.size, len(self.equations)
        members = np.column_stack([self.equations, n + np.arange(m)])
        h = -self.sides[:, None] * np.array([1, 1, 1, 2])
        coupling = np.triu(np.ones((4, 4), np.int64), 1)
        coupling[:3, 3] = 2
        sums = self.spins[self.equations].sum(1, dtype=np.int64)
        # 2 (s_i + s_j + s_k - b) is 4 b or -4 b at a solution, never 0.
        auxiliary = -np.sign(sums - self.sides).astype(np.int8)
        couplings = np.broadcast_to(coupling, (m, 4, 4))
        return plant(Cliques(members, h, couplings, n + m), np.append(self.spins, auxiliary))


def regular_xorsat(n: int, *, seed: int = 0) -> Xorsat:
    """Random 3-regular 3-XORSAT system of n equations on n spins, solved by random spins.

    The 3 n places in equations are dealt to the spins at random; a spin that stands twice in an
    equation is exchanged with one at a random place until no equation has such a pair.

    Args:
        n: number of spins and of equations, >= 4.
        seed: of equations and solution.

    Raises:
        ValueError: on n < 4 or a seed that is not an integer >= 0.

    Example:
        >>> from problems import generators
        >>> generators.regular_xorsat(12, seed=1).equations.shape
        (12, 3)
    """
    if operator.index(n) < _DEGREE + 1:
        raise ValueError(f"n = {n} given; expected at least {_DEGREE + 1} spins")
    rng = seeded(seed)
    equations = _regular_triples(rng, n)
    spins = random_spins(rng, n)
    return Xorsat(equations, spins[equations].prod(-1, dtype=np.int64), spins)


def _regular_triples(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """[n, 3] indices, each of 0..n-1 three times: none twice in a row, and no row twice."""
    for _ in range(_ATTEMPTS):
        triples = rng.permutation(np.repeat(np.arange(n), _DEGREE)).reshape(n, _DEGREE)
        for _ in range(_ATTEMPTS):
            bad = _bad_rows(triples)
            if not bad.size:
                return triples
            flat = triples.reshape(-1)
            for row in bad:
                here, there = row * _DEGREE + rng.integers(_DEGREE), rng.integers(flat.size)
                flat[here], flat[there] = flat[there], flat[here]
    raise RuntimeError(f"no 3-regular system of {n} equations found in {_ATTEMPTS**2} steps")


def _bad_rows(triples: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows that hold a spin twice or, from the second on, a set of spins again."""
    ordered = np.sort(triples, axis=1)
    twice = np.any(ordered[:, 1:] == ordered[:, :-1], axis=1)
    _, first = np.unique(ordered, axis=0, return_index=True)
    twice[np.setdiff1d(np.arange(len(ordered)), first)] = True
    return np.flatnonzero(twice)


def _rank(rows: list[int]) -> int:
    """Rank over GF(2) of rows given as integers whose bits are the entries."""
    pivots: dict[int, int] = {}
    for row in rows:
        while row:
            top = row.bit_length()
            if top not in pivots:
                pivots[top] = row
                break
            row ^= pivots[top]
    return len(pivots)
