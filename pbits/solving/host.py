"""Annealing in NumPy, for the seconds in which JAX still compiles.

Slower than the compiled kernels by far, but it starts at once.  Metropolis, one colour of the
graph at a time, all reads together.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.kernels.colouring import colour
from pbits.solving.host_terms import term_classes, term_products, update_terms
from problems.model import IsingProblem
from problems.polynomial import PolynomialProblem, Problem

_FIRST_SWEEPS = 64
_MOST_COUPLINGS = 200_000
_MOST_PLACES = 20_000  # of spins in terms of polynomials, whose terms rarely share few colours

# Changes spins [n, reads] in place at one temperature; by how much the energies changed, [reads].
_Sweep = Callable[[NDArray[np.float32], np.float32, np.random.Generator], NDArray[np.float64]]


def is_suitable(problem: Problem) -> bool:
    """Whether a sweep is a matter of milliseconds: not too many couplings or terms.

    Example:
        >>> from problems.generators import ferromagnet, sherrington_kirkpatrick
        >>> is_suitable(ferromagnet((8, 8))), is_suitable(sherrington_kirkpatrick(1000))
        (True, False)
    """
    if isinstance(problem, PolynomialProblem):
        return sum(variables.size for variables, _ in problem.terms) <= _MOST_PLACES
    return problem.num_interactions <= _MOST_COUPLINGS


class Found(NamedTuple):
    """The best state so far, and how many sweeps were done."""

    spins: NDArray[np.int8]  # [n]
    energy: float
    num_sweeps: int


class _Class(NamedTuple):
    """Spins of one colour: their numbers, rows of the coupling matrix, biases."""

    members: NDArray[np.int64]
    rows: Any
    bias: NDArray[np.float32]


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
    prepared = _prepared(problem)
    best = Found(np.ones(n, np.int8), float(problem.energies(np.ones(n, np.int8))), 0)
    sweeps = _FIRST_SWEEPS
    while True:
        spins = rng.choice(np.array([-1, 1], np.float32), (n, num_reads))
        energy = problem.energies(spins.T.astype(np.int8)).astype(np.float64)
        sweep = prepared(spins)
        for beta in np.geomspace(*beta_range, sweeps).astype(np.float32):
            energy += sweep(spins, beta, rng)
            best = _better(problem, spins, energy, best)
            yield best
        sweeps *= 2


def _prepared(problem: Problem) -> Callable[[NDArray[np.float32]], _Sweep]:
    """What makes a sweep for spins to start from; all that depends on the problem alone is done."""
    if isinstance(problem, PolynomialProblem):
        groups = term_classes(problem)

        def of_terms(start: NDArray[np.float32]) -> _Sweep:
            products = term_products(problem, start)
            return lambda spins, beta, rng: sum(
                (update_terms(group, spins, products, beta, rng) for group in groups),
                np.zeros(spins.shape[1]),
            )

        return of_terms
    classes = _classes(problem)
    return lambda _: (
        lambda spins, beta, rng: sum(
            (_update(group, spins, beta, rng) for group in classes), np.zeros(spins.shape[1])
        )
    )


def _classes(problem: IsingProblem) -> list[_Class]:
    from scipy import sparse

    n = problem.num_variables
    ends = (problem.row, problem.col)
    upper = sparse.csr_array((problem.coupling.astype(np.float32), ends), shape=(n, n))
    matrix = (upper + upper.T).tocsr()
    colours = colour(n, problem.row, problem.col)
    groups = [np.flatnonzero(colours == c) for c in range(colours.max() + 1)]
    bias = problem.h.astype(np.float32)[:, None]
    return [_Class(members, matrix[members], bias[members]) for members in groups]


def _update(
    group: _Class, spins: NDArray[np.float32], beta: np.float32, rng: np.random.Generator
) -> NDArray[np.float64]:
    """New spins in place; by how much the energies changed, [reads]."""
    own = spins[group.members]
    # Flipping changes the energy by -2 s (h + J s): accepted where that times beta is below an
    # exponential variate, which is Metropolis.
    field = group.rows @ spins + group.bias
    threshold = rng.standard_exponential(own.shape, np.float32)
    change = -2 * own * field
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
