"""The Ising problem: biases, sparse couplings, offset and labels, with exact energies.

Every energy that the project reports is recomputed here, in int64 where all coefficients are
integers and in float64 otherwise, so that no sampler has to be trusted.  NumPy only.
"""

import math
import operator
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Below this sum of |coefficients| every energy is exact in int64 and in float64 alike.
_EXACT_INTEGER = 2**53
_DENSE_LIMIT = 8192
_FEW = 4  # states for which a matrix is not worth building
# Entries of the [states, couplings] scratch array; bounds memory, not the number of states.
_BLOCK = 2**20


@dataclass(frozen=True, eq=False)
class IsingProblem:
    """Minimise ``E(s) = sum_i h_i s_i + sum_k J_k s_{row_k} s_{col_k} + offset``, s in {-1, +1}.

    Build one with :func:`ising`, which checks and normalises its input.

    Attributes:
        h: [n] biases, int64 or float64.
        row: [m] int64, first spin of each coupling, ``row < col``.
        col: [m] int64, second spin; pairs are unique and sorted by (row, col).
        coupling: [m] J values, same dtype as `h`.
        offset: constant energy, a Python int or float.
        labels: tuple of n distinct labels, or ``range(n)``.
    """

    h: NDArray
    row: NDArray[np.int64]
    col: NDArray[np.int64]
    coupling: NDArray
    offset: int | float = 0
    labels: Sequence[Hashable] = field(default_factory=tuple)

    @property
    def num_variables(self) -> int:
        return self.h.shape[0]

    @property
    def num_interactions(self) -> int:
        return self.coupling.shape[0]

    @property
    def is_integer(self) -> bool:
        """True where h, J and offset are integers whose absolute sum is below 2**53."""
        return self.h.dtype == np.int64

    def energies(self, spins: ArrayLike) -> NDArray:
        """Exact energies of one or many states.

        Args:
            spins: [..., n] values -1 or +1, in the order of `labels`.

        Returns:
            [...] int64 where `is_integer`, else float64.

        Raises:
            ValueError: on a wrong last axis or a value other than -1 and +1.

        Example:
            >>> from problems import ising
            >>> ising([0, 0], [0], [1], [1]).energies([[1, 1], [1, -1]]).tolist()
            [1, -1]
        """
        states, lead = as_states(spins, self.num_variables)
        result = np.full(states.shape[0], self.offset, self.h.dtype)
        if self.is_integer and states.shape[0] <= _FEW:
            return (result + self._edge_sums(states)).reshape(lead)
        couplings = self._coupling_matrix()
        for part in blocks(states.shape[0], 2 * self.num_variables):
            block = states[part].astype(couplings.dtype)
            # Sums over the last axis round the same for one state as for many.
            field = np.ascontiguousarray((couplings @ block.T).T) + self.h.astype(couplings.dtype)
            result[part] += (block * field).sum(-1).astype(self.h.dtype)
        return result.reshape(lead)

    def _edge_sums(self, states: NDArray[np.int8]) -> NDArray[np.int64]:
        """Term by term, for few states; nothing rounds, so the order of terms does not matter."""
        bonds = states[:, self.row] * states[:, self.col]
        pairs = zip(states, bonds, strict=True)
        return np.array([self.h @ s + self.coupling @ b for s, b in pairs], np.int64)

    def _coupling_matrix(self) -> Any:
        """J above the diagonal: sparse, or dense and floating where that is faster and exact."""
        n = self.num_variables
        if self.is_integer and n <= _DENSE_LIMIT and 100 * self.num_interactions > n * n:
            # Float32 where every sum of h and J is exact in it: half the time.
            total = np.abs(self.h).sum() + np.abs(self.coupling).sum()
            matrix = np.zeros((n, n), np.float32 if total < 2**24 else np.float64)
            matrix[self.row, self.col] = self.coupling
            return matrix
        from scipy import sparse

        return sparse.csr_array((self.coupling, (self.row, self.col)), shape=(n, n))


def ising(
    h: ArrayLike,
    row: ArrayLike,
    col: ArrayLike,
    coupling: ArrayLike,
    offset: float = 0,
    labels: Sequence[Hashable] | None = None,
) -> IsingProblem:
    """Check and normalise biases and couplings into an :class:`IsingProblem`.

    Pairs are ordered (row < col) and sorted; repeated pairs are added up, zero couplings are kept.
    Integer values (whatever their dtype) give an integer problem as long as their absolute sum
    stays below 2**53; anything else gives a float64 problem.

    Args:
        h: [n] biases.
        row, col: [m] spin indices in 0..n-1, row != col.
        coupling: [m] J values.
        offset: constant energy.
        labels: n distinct hashable labels, ``range(n)`` if None.

    Raises:
        ValueError: on values that are not finite real numbers, indices out of range,
            self-couplings, unequal lengths or repeated labels.

    Example:
        >>> from problems import ising
        >>> ising([0.5, 0.0], [1], [0], [-1]).row.tolist()
        [0]
    """
    h, coupling = real_array("h", h), real_array("coupling", coupling)
    constant = real_array("offset", offset)
    row, col = np.asarray(row), np.asarray(col)
    _check(h, row, col, coupling)
    row, col = row.astype(np.int64), col.astype(np.int64)
    dtype = np.int64 if all_integer(h, coupling, constant) else np.float64
    low, high = np.minimum(row, col), np.maximum(row, col)
    low, high, coupling = _merge_pairs(low, high, coupling.astype(dtype), h.size)
    names = check_labels(labels, h.size)
    return IsingProblem(h.astype(dtype), low, high, coupling, constant.astype(dtype).item(), names)


def real_array(name: str, values: ArrayLike) -> NDArray:
    """`values` as int64 (integer dtypes, where sums are exact) or float64.

    Raises:
        ValueError: on anything but finite real numbers.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} holds rows of unequal shapes; expected real numbers") from error
    if array.dtype.kind not in "biufO":
        raise ValueError(f"{name} has dtype {array.dtype}; expected real numbers")
    small = array.dtype.kind in "bi" or (array.dtype.kind == "u" and array.dtype.itemsize < 8)
    try:
        array = array.astype(np.int64 if small else np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} holds a value that is not a real number: {error}") from error
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} holds a value that is not finite; expected finite numbers")
    return array if all_integer(array) else array.astype(np.float64)


def as_states(spins: ArrayLike, n: int) -> tuple[NDArray[np.int8], tuple[int, ...]]:
    """Check spins [..., n] of -1 and +1; return them as [k, n] int8 with the leading shape."""
    states = np.asarray(spins)
    if states.shape[-1:] != (n,):
        raise ValueError(
            f"spins of shape {states.shape} given for {n} variables; expected shape [..., {n}]"
        )
    if not np.all((states == 1) | (states == -1)):
        raise ValueError("spins must be -1 or +1; use problems.binary_to_spin for 0/1 states")
    lead = states.shape[:-1]
    return states.astype(np.int8).reshape(math.prod(lead), n), lead


def blocks(count: int, width: int) -> Iterator[slice]:
    """Slices of ``range(count)`` whose scratch arrays of `width` columns stay small."""
    step = max(1, _BLOCK // max(1, width))
    return (slice(start, start + step) for start in range(0, count, step))


def _check(h: NDArray, row: NDArray, col: NDArray, coupling: NDArray) -> None:
    if h.ndim != 1 or not row.shape == col.shape == coupling.shape or row.ndim != 1:
        raise ValueError(
            f"h has shape {h.shape}, row {row.shape}, col {col.shape}, coupling {coupling.shape}; "
            "expected [n], [m], [m], [m]"
        )
    if not row.size:
        return
    if row.dtype.kind not in "iu" or col.dtype.kind not in "iu":
        raise ValueError(f"row and col have dtypes {row.dtype}, {col.dtype}; expected integers")
    if min(row.min(), col.min()) < 0 or max(row.max(), col.max()) >= h.size:
        raise ValueError(f"a coupling names a spin outside 0..{h.size - 1}")
    if np.any(row == col):
        raise ValueError(
            f"spin {row[row == col][0]} is coupled to itself; s*s = 1, so add it to the offset"
        )


def check_labels(labels: Sequence[Hashable] | None, n: int) -> Sequence[Hashable]:
    """`labels` as a tuple of n distinct entries, or as ``range(n)`` where they equal it."""
    if labels is None or labels == range(n):
        return range(n)
    names = tuple(labels)
    if len(names) != n or len(set(names)) != n:
        raise ValueError(f"{len(names)} labels given; expected {n} distinct ones")
    return range(n) if all(map(operator.eq, names, range(n))) else names


def _merge_pairs(
    low: NDArray, high: NDArray, coupling: NDArray, n: int
) -> tuple[NDArray, NDArray, NDArray]:
    """Sort by (low, high) and add up repeated pairs."""
    code = low * n + high
    if np.all(code[1:] > code[:-1]):
        return low, high, coupling
    order = np.argsort(code, kind="stable")
    low, high, coupling, code = low[order], high[order], coupling[order], code[order]
    first = np.flatnonzero(np.diff(code, prepend=-1))
    if first.size == code.size:
        return low, high, coupling
    return low[first], high[first], np.add.reduceat(coupling, first)


def all_integer(*arrays: NDArray) -> bool:
    """True where every value is an integer and no energy can leave the exact range."""
    if not all(np.all(values == np.rint(values)) for values in arrays):
        return False
    with np.errstate(over="ignore"):  # an infinite sum is not below it
        return sum(np.abs(values.astype(np.float64)).sum() for values in arrays) < _EXACT_INTEGER
