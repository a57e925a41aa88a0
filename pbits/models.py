"""Choose the kernel and lay the problem out for it.

| couplings            | few neighbours | many neighbours |
|----------------------|----------------|-----------------|
| small integers * unit| `packed`       | `dense`         |
| anything else        | `sparse`       | `dense_float`   |

Polynomials with terms of more than two spins run on `packed` too, or else on `poly_float`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pbits.kernels.base import Kernel, Model
from pbits.kernels.coupled_model import Layout, dense_layout, poly_layout, sparse_layout
from pbits.kernels.dense import MAX_PLANES, dense, dense_model
from pbits.kernels.dense_float import DenseFloatModel, dense_float, dense_float_model
from pbits.kernels.packed import packed
from pbits.kernels.packed_model import packed_model
from pbits.kernels.packed_poly import TermArrays, packed_poly
from pbits.kernels.poly_float import poly_float, poly_float_model
from pbits.kernels.sparse import SparseModel, sparse, sparse_model
from problems.model import IsingProblem
from problems.polynomial import PolynomialProblem, Problem

_WORK_PER_SLOT = 16  # gathered, not streamed
_INT32 = 2**31 - 1
_MAX_INTEGER = 2**20  # above this, slots and planes cannot help: do not even look for a unit


class Prepared(NamedTuple):
    """A problem ready to run: ``E = unit * kernel.energy(state, model) + offset``."""

    kernel: Kernel
    model: Model
    unit: float


class FloatModel(NamedTuple):
    """A problem laid out for float32 arithmetic; `layout` is "sparse" or "dense_float"."""

    layout: str
    model: SparseModel | DenseFloatModel
    unit: float

    @property
    def work(self) -> int:
        """What a sweep of one read costs, in multiply-adds of a matrix product, roughly."""
        if isinstance(self.model, DenseFloatModel):
            return self.model.coupling.size
        used = (int(b.num_tiles) * b.weight[0].size for b in self.model.buckets)
        return _WORK_PER_SLOT * sum(used)


class _Scaled(NamedTuple):
    h: NDArray
    row: NDArray
    col: NDArray
    coupling: NDArray
    unit: float


def choose_model(problem: Problem, update: str = "metropolis", num_bits: int = 16) -> Prepared:
    """Kernel and model for a problem of at least one variable.

    Args:
        problem: any Ising or polynomial problem; zero couplings are dropped.
        update: "metropolis" or "gibbs".
        num_bits: resolution of probabilities in the packed kernel, 8 to 32.

    Raises:
        ValueError: on an unknown update rule, or coefficients too large for float32 arithmetic.

    Example:
        >>> from problems.generators import edwards_anderson
        >>> choose_model(edwards_anderson((4, 4, 4))).kernel.name
        'packed-metropolis'
    """
    if update not in ("metropolis", "gibbs"):
        raise ValueError(f"update is {update!r}; expected 'metropolis' or 'gibbs'")
    if isinstance(problem, PolynomialProblem):
        if problem.order > 2:
            return _choose_polynomial(problem, update, num_bits)
        problem = problem.to_ising()
    parts = _nonzero(problem)
    integer = _in_units(*parts)
    if integer is not None:
        if _is_dense(integer) and _fits_planes(integer):
            return Prepared(dense(update), dense_model(*integer), integer.unit)
        if not _is_dense(integer) and _fits_slots(integer):
            model, parity = packed_model(*integer)
            return Prepared(packed(update, num_bits, parity=parity), model, integer.unit)
    layout, model, unit = _float_model(integer or _normalised(*parts))
    kernel = dense_float if layout == "dense_float" else sparse
    return Prepared(kernel(update), model, unit)


def choose_float_model(problem: IsingProblem) -> FloatModel:
    """Model for the kernels that know no other arithmetic, of at least one variable.

    Raises:
        ValueError: on coefficients too large for float32 arithmetic.

    Example:
        >>> from problems.generators import edwards_anderson
        >>> choose_float_model(edwards_anderson((4, 4, 4))).layout
        'sparse'
    """
    parts = _nonzero(problem)
    # Integers stay integers, which float32 adds up exactly below 2**24.
    return _float_model(_in_units(*parts) or _normalised(*parts))


def choose_layout(problem: Problem) -> Layout:
    """Where a machine's p-bits stand in a table, and exact energies; of at least one variable.

    Raises:
        ValueError: on coefficients too large for float32 arithmetic.

    Example:
        >>> from problems.generators import edwards_anderson
        >>> choose_layout(edwards_anderson((4, 4, 4))).num_colours
        2
    """
    if isinstance(problem, PolynomialProblem):
        if problem.order > 2:
            n = problem.num_variables
            unit = float(max(np.abs(c).max(initial=0) for _, c in problem.terms))
            _check_scale(unit)
            return poly_layout(n, [(v, c / unit) for v, c in problem.terms], unit)
        problem = problem.to_ising()
    parts = _nonzero(problem)
    scaled = _in_units(*parts) or _normalised(*parts)
    return (dense_layout if _is_dense(scaled) else sparse_layout)(*scaled)


def _float_model(scaled: _Scaled) -> FloatModel:
    if _is_dense(scaled):
        return FloatModel("dense_float", dense_float_model(*scaled), scaled.unit)
    return FloatModel("sparse", sparse_model(*scaled), scaled.unit)


def _nonzero(problem: IsingProblem) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    keep = problem.coupling != 0
    return problem.h, problem.row[keep], problem.col[keep], problem.coupling[keep]


def _in_units(h: NDArray, row: NDArray, col: NDArray, coupling: NDArray) -> _Scaled | None:
    """The model as integers times the largest common unit, or None where it is not of that kind."""
    values = np.concatenate([h, coupling])
    values = np.abs(values[values != 0])
    if values.size == 0:
        return _Scaled(h.astype(np.int64), row, col, coupling.astype(np.int64), 1.0)
    smallest = float(values.min())
    if values.max() / _MAX_INTEGER > smallest:
        return None
    _check_scale(float(values.max()))
    # A few small denominators: 1/2 and 1/4 arise from QUBO, thirds from nothing common.
    unit = _common_unit(values, [smallest / k for k in (1, 2, 3, 4)])
    if unit is None:
        return None
    fields, pairs = (np.rint(x / unit).astype(np.int64) for x in (h, coupling))
    return _Scaled(fields, row, col, pairs, unit)


def _common_unit(values: NDArray, candidates: list[float]) -> float | None:
    """The largest multiple of one of `candidates` that divides all `values`."""
    for unit in candidates:
        numbers = np.rint(values / unit)
        if np.array_equal(numbers * unit, values):
            return unit * int(np.gcd.reduce(numbers.astype(np.int64)))
    return None


def _choose_polynomial(problem: PolynomialProblem, update: str, num_bits: int) -> Prepared:
    n = problem.num_variables
    values = np.abs(np.concatenate([c for _, c in problem.terms]).astype(np.float64))
    smallest, largest = float(values.min()), float(values.max())
    _check_scale(largest)
    if largest <= _MAX_INTEGER * smallest:
        # Binary monomials become multiples of 2**-k, whose smallest need not be their unit.
        dyadic = 2.0 ** (np.floor(np.log2(smallest)) - 20)
        unit = _common_unit(values, [smallest, smallest / 2, smallest / 3, smallest / 4, dyadic])
        if unit is not None:
            scaled = [(v, np.rint(c / unit).astype(np.int64)) for v, c in problem.terms]
            if _terms_fit_slots(n, scaled):
                model, parity = packed_poly(n, scaled, unit)
                return Prepared(packed(update, num_bits, parity=parity), model, unit)
            if largest <= _MAX_INTEGER * unit:
                return Prepared(poly_float(update), poly_float_model(n, scaled, unit), unit)
    real = [(v, c / largest) for v, c in problem.terms]
    return Prepared(poly_float(update), poly_float_model(n, real, largest), largest)


def _normalised(h: NDArray, row: NDArray, col: NDArray, coupling: NDArray) -> _Scaled:
    unit = float(max(np.abs(h).max(initial=0), np.abs(coupling).max(initial=0)))
    _check_scale(unit)
    return _Scaled(h / unit, row, col, coupling / unit, unit)


def _check_scale(largest: float) -> None:
    """Kernels multiply beta and the unit in float32."""
    if not 1e-30 < largest < 1e30:
        raise ValueError(
            f"the largest coefficient is {largest:.3g}; expected between 1e-30 and 1e30: "
            "rescale the problem"
        )


def _is_dense(model: _Scaled) -> bool:
    n, m = model.h.size, model.coupling.size
    degree = 2 * m / max(n, 1)
    return (degree > 0.35 * n and n > 64) or (degree > 64 and degree > 0.1 * n)


def _fits_planes(model: _Scaled) -> bool:
    total = 2 * (np.abs(model.coupling).sum() + np.abs(model.h).sum())
    return np.abs(model.coupling).max(initial=0) < 2**MAX_PLANES and total < _INT32


def _fits_slots(model: _Scaled) -> bool:
    """Slots stay within a few times the number of couplings, and no spin needs very many."""
    n = model.h.size
    weight = np.abs(model.h).astype(np.float64)
    for end in (model.row, model.col):
        weight += np.bincount(end, np.abs(model.coupling), n)
    return weight.max(initial=0) <= 2048 and weight.sum() <= 8 * n + 6 * model.coupling.size


def _terms_fit_slots(n: int, terms: list[TermArrays]) -> bool:
    """As :func:`_fits_slots`, a term taking ``|c|`` slots at each of its spins."""
    weight = np.zeros(n)
    for variables, coefficient in terms:
        each = np.repeat(np.abs(coefficient), variables.shape[1])
        weight += np.bincount(variables.ravel(), each, n)
    entries = sum(variables.size for variables, _ in terms)
    return weight.max(initial=0) <= 2048 and weight.sum() <= 8 * n + 3 * entries
