"""One colour of a polynomial's spins after another in NumPy, as `host` needs it.

The products of all terms are kept: what a flip of s_i costs is -2 times the sum of c_T times the
product of T over the terms that i stands in, and the products of those change sign with it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.kernels.colouring import colour
from pbits.kernels.packed_poly import coupled_pairs
from problems.polynomial import PolynomialProblem


class TermClass(NamedTuple):
    """Spins of one colour: no two of them stand in the same term."""

    members: NDArray[np.int64]  # [k]
    rows: Any  # [k, terms] sparse, coefficients of the terms that each stands in
    touched: NDArray[np.int64]  # [t] terms with a member
    owner: NDArray[np.int64]  # [t] the place of that member


def term_classes(problem: PolynomialProblem) -> list[TermClass]:
    """The spins by colour.

    Example:
        >>> from problems import from_terms
        >>> [c.members.tolist() for c in term_classes(from_terms([([[0, 1, 2]], [5])]))]
        [[0], [1], [2]]
    """
    from scipy import sparse

    n, spin, term, value, done = problem.num_variables, [], [], [], 0
    for variables, coefficient in problem.terms:
        width = variables.shape[1]
        spin.append(variables.ravel())
        term.append(np.repeat(done + np.arange(coefficient.size), width))
        value.append(np.repeat(coefficient.astype(np.float32), width))
        done += coefficient.size
    ends = (np.concatenate(spin), np.concatenate(term)) if spin else (np.zeros(0, np.int64),) * 2
    data = np.concatenate(value) if value else np.zeros(0, np.float32)
    matrix = sparse.csr_array((data, ends), shape=(n, done))
    colours = colour(n, *coupled_pairs(n, problem.terms))
    found = []
    for c in range(colours.max(initial=-1) + 1):
        members = np.flatnonzero(colours == c)
        rows = matrix[members]
        owner = np.repeat(np.arange(members.size), np.diff(rows.indptr))
        found.append(TermClass(members, rows, rows.indices.astype(np.int64), owner))
    return found


def term_products(problem: PolynomialProblem, spins: NDArray[np.float32]) -> NDArray[np.float32]:
    """Products [terms, reads] of spins [n, reads], in the order of `term_classes`."""
    parts = [np.prod(spins[variables], axis=1) for variables, _ in problem.terms]
    return np.concatenate([np.zeros((0, spins.shape[1]), np.float32), *parts])


def update_terms(
    group: TermClass,
    spins: NDArray[np.float32],
    products: NDArray[np.float32],
    beta: np.float32,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """New spins and products in place, by Metropolis; how much the energies changed, [reads]."""
    change = -2 * (group.rows @ products)
    flips = beta * change < rng.standard_exponential(change.shape, np.float32)
    sign = np.where(flips, np.float32(-1), np.float32(1))
    spins[group.members] *= sign
    products[group.touched] *= sign[group.owner]
    return np.where(flips, change, 0).sum(0, dtype=np.float64)
