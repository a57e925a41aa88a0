"""dimod binary polynomials to polynomial problems and back.

With x = (1 + s) / 2 a binary monomial of k variables is ``2**-k`` times the sum of the products of
all subsets of its spins.  Integer coefficients therefore become multiples of ``2**-k``, which
float64 holds exactly.
"""

from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Literal

import dimod
import numpy as np
from dimod.higherorder.polynomial import BinaryPolynomial

from problems.model import real_array
from problems.polynomial import PolynomialProblem, Terms, from_terms

_MAX_BINARY_ORDER = 20
_MAX_EXPANDED = 2**24


def from_poly(
    poly: BinaryPolynomial, labels: Sequence[Hashable] | None = None
) -> PolynomialProblem:
    """Polynomial problem with the energies of a dimod polynomial; x = 0, 1 becomes s = -1, +1.

    A dimod polynomial has no order of its own; labels are sorted, those of several types by the
    type's name and by their text.

    Args:
        poly: SPIN or BINARY, any labels, possibly empty.
        labels: another order; all labels of `poly`, and perhaps further ones.

    Raises:
        ValueError: where `poly` is no binary polynomial, `labels` lack a variable, a coefficient
            is not a finite number, or a BINARY polynomial expands into too many products of spins:
            a monomial of more than 20 variables, or more than 2**24 products in all.

    Example:
        >>> import dimod
        >>> from problems import from_poly
        >>> problem = from_poly(dimod.BinaryPolynomial({"abc": 8}, "BINARY"))
        >>> problem.labels, problem.offset, [t.coefficient.tolist() for t in problem.terms]
        (('a', 'b', 'c'), 1, [[1, 1, 1], [1, 1, 1], [1]])
    """
    if not isinstance(poly, BinaryPolynomial):
        raise ValueError(f"expected a dimod.BinaryPolynomial, not {type(poly).__name__}")
    labels = sorted_labels(poly.variables) if labels is None else labels
    if missing := poly.variables.difference(labels):
        raise ValueError(f"the labels lack {next(iter(missing))!r}; expected all variables")
    place = {label: k for k, label in enumerate(labels)}
    members: dict[int, list[list[int]]] = {}
    values: dict[int, list] = {}
    for term, bias in poly.items():
        members.setdefault(len(term), []).append([place[label] for label in term])
        values.setdefault(len(term), []).append(bias)
    groups = [
        Terms(np.array(rows, np.int64).reshape(len(rows), k), real_array("bias", values[k]))
        for k, rows in members.items()
    ]
    if poly.vartype is dimod.BINARY:
        groups = _expanded(groups)
    return from_terms(groups, len(labels), labels=labels)


def to_poly(
    problem: PolynomialProblem, vartype: Literal["SPIN", "BINARY"] = "SPIN"
) -> BinaryPolynomial:
    """dimod polynomial with the energies and labels of `problem`.

    Spins that no term names stay variables, with a bias of zero.

    Args:
        problem: any polynomial problem.
        vartype: "SPIN" or "BINARY" (x = (1 + s) / 2), or dimod's own constants.

    Raises:
        ValueError: on another vartype.

    Example:
        >>> from problems import from_terms, to_poly
        >>> to_poly(from_terms([([[0, 1, 2]], [-2])], labels="abc"))["cba"]
        -2
    """
    try:
        target = dimod.as_vartype(vartype)
    except TypeError as error:
        raise ValueError(f"vartype {vartype!r} given; expected 'SPIN' or 'BINARY'") from error
    labels = problem.labels
    named: dict[tuple, int | float] = {(label,): 0 for label in labels}
    for variables, coefficient in problem.terms:
        for row, value in zip(variables.tolist(), coefficient.tolist(), strict=True):
            named[tuple(labels[i] for i in row)] = value
    if problem.offset:
        named[()] = problem.offset
    poly = BinaryPolynomial(named, dimod.SPIN)
    return poly if target is dimod.SPIN else poly.to_binary()


def sorted_labels(labels: set[Hashable]) -> list[Hashable]:
    """Labels in an order that does not depend on their hashes.

    Example:
        >>> sorted_labels({2, "b", "a", 1})
        [1, 2, 'a', 'b']
    """
    try:
        return sorted(labels)  # type: ignore[type-var]
    except TypeError:
        return sorted(labels, key=lambda label: (type(label).__name__, repr(label)))


def _expanded(groups: list[Terms]) -> list[Terms]:
    """Binary monomials as products of spins."""
    longest = max((group.variables.shape[1] for group in groups), default=0)
    total = sum(group.coefficient.size << group.variables.shape[1] for group in groups)
    if longest > _MAX_BINARY_ORDER or total > _MAX_EXPANDED:
        raise ValueError(
            f"a BINARY polynomial of order {longest} expands into {total} products of spins; "
            f"expected monomials of at most {_MAX_BINARY_ORDER} variables and {_MAX_EXPANDED} "
            "products: state it in spins, or split long monomials by auxiliary variables"
        )
    return [part for group in groups for part in _subsets(group)]


def _subsets(group: Terms) -> list[Terms]:
    m, k = group.variables.shape
    value = np.ldexp(group.coefficient.astype(np.float64), -k)
    found = []
    for size in range(k + 1):
        subsets = list(combinations(range(k), size))
        chosen = np.array(subsets, np.int64).reshape(len(subsets), size)
        variables = group.variables[:, chosen].reshape(m * len(chosen), size)
        found.append(Terms(variables, np.repeat(value, len(chosen))))
    return found
