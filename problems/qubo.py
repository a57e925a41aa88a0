"""QUBO to Ising and back: x = (1 + s) / 2, so spin +1 is x = 1.

With q_ij the coefficient of the product x_i x_j (i < j) and q_i that of x_i:

    h_i = q_i / 2 + sum_j q_ij / 4,    J_ij = q_ij / 4,
    offset' = offset + sum_i q_i / 2 + sum_{i<j} q_ij / 4.

An integer QUBO therefore gives quarters, which float64 holds exactly.
Reference: A. Lucas, Front. Phys. 2, 5 (2014), doi:10.3389/fphy.2014.00005.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.model import IsingProblem, ising, real_array

if TYPE_CHECKING:
    from scipy.sparse import csr_array, sparray, spmatrix


def from_qubo(
    Q: "ArrayLike | sparray | spmatrix | Mapping",
    offset: float = 0,
    labels: Sequence[Hashable] | None = None,
) -> IsingProblem:
    """Ising problem with the energies of ``E(x) = sum_ij Q_ij x_i x_j + offset``, x in {0, 1}.

    Both triangles count: a symmetric Q gives x_i x_j the coefficient ``2 Q_ij``.

    Args:
        Q: [n, n] array or scipy sparse matrix, or a dict {(i, j): value} of any labels.
        offset: constant energy.
        labels: n distinct labels in the order of the spins.  Without them an array has
            ``range(n)``; so has a dict whose labels are 0..n-1, and any other dict takes its
            labels in order of appearance.

    Raises:
        ValueError: where Q is not square, a value is not finite, or a dict key is not a pair of
            known labels.

    Example:
        >>> from problems import binary_to_spin, from_qubo
        >>> problem = from_qubo({("a", "a"): 4, ("a", "b"): -8})
        >>> problem.energies(binary_to_spin([[1, 0], [1, 1]])).tolist()
        [4, -4]
    """
    if isinstance(Q, Mapping) and not _is_sparse(Q):  # a DOK matrix is both
        row, col, value, labels = _from_dict(Q, labels)
        n = len(labels)
    else:
        row, col, value, n = _from_matrix(Q)
    diagonal = row == col
    linear = np.zeros(n, value.dtype)
    np.add.at(linear, row[diagonal], value[diagonal])
    pairs = ~diagonal
    return ising_from_binary(linear, row[pairs], col[pairs], value[pairs], offset, labels)


def ising_from_binary(
    linear: ArrayLike,
    row: ArrayLike,
    col: ArrayLike,
    quadratic: ArrayLike,
    offset: float = 0,
    labels: Sequence[Hashable] | None = None,
) -> IsingProblem:
    """Ising problem of ``sum_i linear_i x_i + sum_k quadratic_k x_{row_k} x_{col_k} + offset``.

    Args:
        linear: [n] coefficients.
        row, col: [m] indices in 0..n-1, row != col; repeated pairs are added up.
        quadratic: [m] coefficients.
        offset: constant energy.
        labels: as for :func:`problems.ising`.

    Raises:
        ValueError: as :func:`problems.ising`.
    """
    linear, quadratic = real_array("linear", linear), real_array("quadratic", quadratic)
    constant = real_array("offset", offset)
    # Four times the coefficients: integers stay integers until the one exact division.
    h = 2 * linear + _sums(row, quadratic, linear.size) + _sums(col, quadratic, linear.size)
    shift = constant + (2 * linear.sum() + quadratic.sum()) / 4
    return ising(h / 4, row, col, quadratic / 4, shift, labels)


def to_qubo(problem: IsingProblem) -> "tuple[csr_array, int | float]":
    """QUBO with the energies of `problem`: upper triangular Q [n, n] and an offset.

    ``E = sum_ij Q_ij x_i x_j + offset`` with x = (1 + s) / 2; int64 for an integer problem.

    Example:
        >>> from problems import ising, to_qubo
        >>> Q, offset = to_qubo(ising([1, 0], [0], [1], [1]))
        >>> Q.toarray().tolist(), offset
        ([[0, 4], [0, -2]], 0)
    """
    n, row, col = problem.num_variables, problem.row, problem.col
    fields = _sums(row, problem.coupling, n) + _sums(col, problem.coupling, n)
    value = np.concatenate([2 * (problem.h - fields), 4 * problem.coupling])
    spins = np.arange(n)
    index = (np.concatenate([spins, row]), np.concatenate([spins, col]))
    from scipy.sparse import coo_array

    Q = coo_array((value, index), shape=(n, n)).tocsr()
    return Q, (problem.offset - problem.h.sum() + problem.coupling.sum()).item()


def binary_to_spin(x: ArrayLike) -> NDArray[np.int8]:
    """Spins 2x - 1 of a 0/1 (or bool) array of any shape, int8; ValueError on other values.

    Example:
        >>> from problems import binary_to_spin
        >>> binary_to_spin([0, 1]).tolist()
        [-1, 1]
    """
    bits = np.asarray(x)
    if not np.all((bits == 0) | (bits == 1)):
        raise ValueError("expected only 0 and 1; states of -1 and +1 are spins already")
    return np.where(bits == 1, 1, -1).astype(np.int8)


def spin_to_binary(s: ArrayLike) -> NDArray[np.int8]:
    """Bits (1 + s) / 2 of an array of -1 and +1 of any shape, int8; ValueError on other values.

    Example:
        >>> from problems import spin_to_binary
        >>> spin_to_binary([-1, 1]).tolist()
        [0, 1]
    """
    spins = np.asarray(s)
    if not np.all((spins == -1) | (spins == 1)):
        raise ValueError("expected only -1 and +1; states of 0 and 1 are binary already")
    return (spins == 1).astype(np.int8)


def _sums(index: ArrayLike, value: NDArray, n: int) -> NDArray:
    """[n] sums of `value` by `index`, in the dtype of `value` (bincount would go to float64)."""
    total = np.zeros(n, value.dtype)
    np.add.at(total, np.asarray(index, np.int64), value)
    return total


def _is_sparse(Q: Any) -> bool:
    from scipy.sparse import issparse

    return issparse(Q)


def _from_matrix(Q: Any) -> tuple[NDArray, NDArray, NDArray, int]:
    """Stored entries (row, col, value) and the side of a square array or sparse matrix."""
    from scipy.sparse import coo_array

    matrix: Any = Q if _is_sparse(Q) else real_array("Q", Q)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"Q has shape {matrix.shape}; expected a square [n, n] matrix")
    entries = coo_array(matrix)
    return entries.row, entries.col, real_array("Q", entries.data), matrix.shape[0]


def _from_dict(
    Q: Mapping, labels: Sequence[Hashable] | None
) -> tuple[NDArray, NDArray, NDArray, Sequence[Hashable]]:
    pairs = list(Q)
    odd = [key for key in pairs if not (isinstance(key, tuple) and len(key) == 2)]
    if odd:
        raise ValueError(f"Q has the key {odd[0]!r}; expected pairs {{(i, j): value}}")
    names = _default_labels(pairs) if labels is None else labels
    index = {name: i for i, name in enumerate(names)}
    try:
        ends = np.array([(index[i], index[j]) for i, j in pairs], np.int64).reshape(-1, 2)
    except KeyError as error:
        raise ValueError(f"Q names {error}, which is not among the labels given") from error
    return ends[:, 0], ends[:, 1], real_array("Q", list(Q.values())), names


def _default_labels(pairs: Sequence[tuple]) -> Sequence[Hashable]:
    names = dict.fromkeys(name for pair in pairs for name in pair)
    indices = range(len(names))
    return indices if names.keys() == set(indices) else list(names)
