"""Annealing in NumPy, for the seconds in which JAX still compiles.

Slower than the compiled kernels by far, but it starts at once.  Metropolis, one colour of the
graph at a time, all reads together.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.kernels.colouring import colour
from problems.model import IsingProblem
from problems.polynomial import PolynomialProblem, Problem

_FIRST_SWEEPS = 64
_MOST_COUPLINGS = 200_000
_MOST_LONGER_TERMS = 20_000  # products of spins cost more than couplings


def is_suitable(problem: Problem) -> bool:
    """Whether a sweep is a matter of milliseconds: not too many terms.

    Example:
        >>> from problems.generators import ferromagnet, sherrington_kirkpatrick
        >>> is_suitable(ferromagnet((8, 8))), is_suitable(sherrington_kirkpatrick(1000))
        (True, False)
    """
    is_plain = isinstance(problem, IsingProblem)
    return problem.num_interactions <= (_MOST_COUPLINGS if is_plain else _MOST_LONGER_TERMS)


class Found(NamedTuple):
    """The best state so far, and how many sweeps were done."""

    spins: NDArray[np.int8]  # [n]
    energy: float
    num_sweeps: int


class _Class(NamedTuple):
    """Spins of one colour, in no term together.

    Rows [members, t] of coefficients go with the spins themselves, or with products of those that
    a term has besides: `others` [t, k - 1].
    """

    members: NDArray[np.int64]
    bias: NDArray[np.float32]
    parts: tuple[tuple[Any, NDArray[np.int64] | None], ...]

    def field(self, spins: NDArray[np.float32]) -> NDArray[np.float32]:
        """[members, reads] what each is multiplied by in the energy."""
        total = self.bias
        for rows, others in self.parts:
            total = total + rows @ (spins if others is None else spins[others].prod(1))
        return total


def host_anneal(
    problem: Problem, beta_range: tuple[float, float], *, num_reads: int = 16, seed: int = 0
) -> Iterator[Found]:
    """Anneal again and again, each time twice as slowly; yields after every sweep, for ever.

    Args:
        problem: of at least one variable.
        beta_range: first and last inverse temperature of every anneal, geometric.
        num_reads: states side by side.
        seed: equal seeds give equal sequences.

    Example:
        >>> from itertools import islice
        >>> from problems.generators import ferromagnet
        >>> *_, last = islice(host_anneal(ferromagnet((4, 4)), (0.1, 2.0)), 40)
        >>> last.energy
        -32.0
    """
    n = problem.num_variables
    rng = np.random.default_rng(seed)
    classes = _classes(problem)
    best = Found(np.ones(n, np.int8), float(problem.energies(np.ones(n, np.int8))), 0)
    sweeps = _FIRST_SWEEPS
    while True:
        spins = rng.choice(np.array([-1, 1], np.float32), (n, num_reads))
        energy = problem.energies(spins.T.astype(np.int8)).astype(np.float64)
        for beta in np.geomspace(*beta_range, sweeps).astype(np.float32):
            for group in classes:
                energy += _update(group, spins, beta, rng)
            best = _better(problem, spins, energy, best)
            yield best
        sweeps *= 2


def _classes(problem: Problem) -> list[_Class]:
    if isinstance(problem, PolynomialProblem):
        return _classes_of_terms(problem)
    from scipy import sparse

    n = problem.num_variables
    ends = (problem.row, problem.col)
    upper = sparse.csr_array((problem.coupling.astype(np.float32), ends), shape=(n, n))
    matrix = (upper + upper.T).tocsr()
    bias = problem.h.astype(np.float32)[:, None]
    groups = _groups(n, problem.row, problem.col)
    return [_Class(members, bias[members], ((matrix[members], None),)) for members in groups]


def _classes_of_terms(problem: PolynomialProblem) -> list[_Class]:
    n, bias = problem.num_variables, np.zeros((problem.num_variables, 1), np.float32)
    longer = []
    for variables, coefficient in problem.terms:
        if variables.shape[1] == 1:
            bias[variables[:, 0], 0] = coefficient
        else:
            longer.append((variables, coefficient.astype(np.float32)))
    pairs = [v[:, list(two)] for v, _ in longer for two in combinations(range(v.shape[1]), 2)]
    edges = np.unique(np.concatenate([np.zeros((0, 2), np.int64), *pairs]), axis=0)
    return [
        _Class(members, bias[members], tuple(_part(members, n, *group) for group in longer))
        for members in _groups(n, edges[:, 0], edges[:, 1])
    ]


def _groups(n: int, row: NDArray, col: NDArray) -> list[NDArray[np.int64]]:
    colours = colour(n, row, col)
    return [np.flatnonzero(colours == c) for c in range(colours.max() + 1)]


def _part(
    members: NDArray[np.int64], n: int, variables: NDArray[np.int64], coefficient: NDArray
) -> tuple[Any, NDArray[np.int64]]:
    """Terms of one order with a spin of a class: coefficients by member, and their other spins."""
    from scipy import sparse

    position = np.full(n, -1)
    position[members] = np.arange(members.size)
    term, place = np.nonzero(position[variables] >= 0)
    chosen = variables[term]
    mine = np.arange(variables.shape[1]) == place[:, None]
    at = position[chosen[mine]], np.arange(term.size)
    rows = sparse.csr_array((coefficient[term], at), shape=(members.size, term.size))
    return rows, chosen[~mine].reshape(term.size, variables.shape[1] - 1)


def _update(
    group: _Class, spins: NDArray[np.float32], beta: np.float32, rng: np.random.Generator
) -> NDArray[np.float64]:
    """New spins in place; by how much the energies changed, [reads]."""
    own = spins[group.members]
    # Flipping changes the energy by -2 s (h + J s): accepted where that times beta is below an
    # exponential variate, which is Metropolis.
    threshold = rng.standard_exponential(own.shape, np.float32)
    change = -2 * own * group.field(spins)
    flips = beta * change < threshold
    spins[group.members] = np.where(flips, -own, own)
    return np.where(flips, change, 0).sum(0, dtype=np.float64)


def _better(
    problem: Problem, spins: NDArray[np.float32], energy: NDArray[np.float64], best: Found
) -> Found:
    """A state that seems better is counted exactly, since running energies are rounded."""
    k, done = int(np.argmin(energy)), best.num_sweeps + 1
    if energy[k] < best.energy:
        state = spins[:, k].astype(np.int8)
        exact = float(problem.energies(state))
        if exact < best.energy:
            return Found(state, exact, done)
    return best._replace(num_sweeps=done)
