"""One-hot permutations: bit (i, k) says that row i has column k; shared by tours and assignments.

Penalty of a square table of bits with weights ``a_ik = alpha_i + beta_k``:

    sum_i alpha_i + sum_k beta_k - sum_ik a_ik x_ik + sum min(a_ik, a_jl) x_ik x_jl,

the last sum over pairs in one row or one column.  It vanishes for permutations, whatever the
weights; with one weight for all it is Lucas' ``A sum (1 - sum x)^2``, a = 2 A.

Why ground states are permutations.  Let the rest of the energy never grow when a bit is cleared,
and let setting bit (i, k) of a partial permutation, row i and column k being empty, raise it by
less than a_ik.  (1) Of two bits that are 1 in one row or column, clear the one of smaller weight a:
that costs at most a - a = 0.  (2) When none are left, set a bit in an empty row and an empty
column, until none is empty: each lowers the energy.  So every state leads to a permutation without
going up.  If (2) took place it went down.  If not, the last bit cleared shared both its row and its
column with others, and two pairs paid for one bit: down again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.binaries import Binaries
from problems.model import all_integer, real_array

_LARGEST = 1e100
_ROUNDING = 1e-9  # of the data: differences below it are none


def one_hot(
    energy: Binaries,
    bits: NDArray[np.int64],
    alpha: ArrayLike,
    beta: ArrayLike = 0,
    margin: float = 0,
) -> None:
    """Add the module's penalty.

    Args:
        energy: to add to.
        bits: [r, c] indices.
        alpha, beta: [r] and [c] parts of the weights, or one number.
        margin: what pairs cost above the lesser of their weights: needed where columns may stay
            empty (r < c, beta 0), and a superfluous bit shares its row alone.
    """
    rows = np.broadcast_to(alpha, bits.shape[:1])
    cols = np.broadcast_to(beta, bits.shape[1:])
    weight = rows[:, None] + cols
    energy.constant((rows.sum() + cols.sum()).item())
    energy.add(bits, -weight)
    for table, own in ((bits, weight), (bits.T, weight.T)):
        one, other = np.triu_indices(table.shape[1], 1)
        pair = np.minimum(own[:, one], own[:, other]) + margin
        energy.couple(table[:, one], table[:, other], pair)


def decided(table: NDArray) -> tuple[int | None, ...]:
    """For each row of bits [r, c] the column of its only 1, None where there is none or several.

    Example:
        >>> decided(np.array([[0, 1], [1, 1]]))
        (1, None)
    """
    chosen = table.argmax(1)
    single = (table > 0).sum(1) == 1
    return tuple(int(k) if only else None for k, only in zip(chosen, single, strict=True))


def undecided(solution: Sequence[int | None], row: str, column: str) -> list[str]:
    """What keeps a solution from being one to one, in words."""
    words = [f"{row} {i} has no {column}" for i, k in enumerate(solution) if k is None]
    taken: dict[int, int] = {}
    for i, k in enumerate(solution):
        if k is not None and taken.setdefault(k, i) != i:
            words.append(f"{row}s {taken[k]} and {i} both have {column} {k}")
    return words


def kept(solution: Sequence[int | None]) -> list[int | None]:
    """The solution with all but the first of equal columns taken out."""
    seen: set[int] = set()
    result: list[int | None] = []
    for k in solution:
        result.append(None if k in seen else k)
        if k is not None:
            seen.add(k)
    return result


def above(bounds: ArrayLike, scale: float) -> NDArray:
    """Positive weights just above bounds: by 1 where all are integers, else by 1% of the largest.

    Where the largest is nothing but rounding (all tours may be equally long), by `scale`, which is
    to be some number of the problem's data.

    Example:
        >>> above([3, 5], 5).tolist(), above([0.0, 1e-15], 5).round(9).tolist()
        ([4, 6], [5.0, 5.0])
    """
    values = real_array("bounds", bounds)
    if all_integer(values):
        return np.maximum(values, 0) + 1
    largest = np.abs(values).max(initial=0)
    return np.maximum(values, 0) + (0.01 * largest if largest > _ROUNDING * scale else scale or 1)


def numbers_table(name: str, values: Any) -> NDArray:
    """An array of real numbers, none beyond 1e100: sums of products of two of them are finite.

    Raises:
        ValueError: on anything else.
    """
    array = real_array(name, values)
    if not np.abs(array).max(initial=0) <= _LARGEST:
        raise ValueError(f"{name} holds a number beyond 1e100; expected smaller ones (other units)")
    return array


def square_matrix(name: str, values: Any) -> NDArray:
    """A matrix [n, n] of real numbers, as :func:`numbers_table` takes them.

    Raises:
        ValueError: on anything else.
    """
    matrix = numbers_table(name, values)
    if matrix.ndim == 1 and not matrix.size:
        return matrix.reshape(0, 0)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"{name} has shape {matrix.shape}; expected a square [n, n] matrix")
    return matrix


def scaled(weights: NDArray, factor: float) -> NDArray:
    """Weights times a factor; integers stay integers where the factor is 1."""
    return weights if factor == 1 else weights * factor


def checked(solution: Any, size: int, values: int, row: str, column: str) -> tuple[int | None, ...]:
    """A solution as a tuple: for each of `size` rows one of 0 to `values` - 1, or None.

    Raises:
        ValueError: on anything else.
    """
    try:
        words = list(solution)
    except TypeError as error:
        raise ValueError(
            f"{solution!r:.60} given; expected a list, one {column} a {row}"
        ) from error
    if len(words) != size:
        raise ValueError(f"{len(words)} entries given; expected {size}, one {column} a {row}")
    for i, k in enumerate(words):
        whole = isinstance(k, int | np.integer) and not isinstance(k, bool)
        if k is not None and not (whole and 0 <= k < values):
            raise ValueError(
                f"{row} {i} has {column} {k!r}; expected 0 to {values - 1}, or None for none"
            )
    return tuple(None if k is None else int(k) for k in words)


def descend_swaps(order: Sequence[int], cost: Callable[[list[int]], float]) -> list[int]:
    """Exchange two entries while that lowers the cost; the first that does is taken."""
    best, value = list(order), cost(list(order))
    better = True
    while better:
        better = False
        for i in range(len(best)):
            for j in range(i + 1, len(best)):
                best[i], best[j] = best[j], best[i]
                if (found := cost(best)) < value:
                    value, better = found, True
                else:
                    best[i], best[j] = best[j], best[i]
    return best


def layout(distances: NDArray) -> NDArray:
    """Places [n, 2] whose distances are about those of a matrix [n, n]: classical scaling.

    Example:
        >>> line = layout(np.array([[0, 1, 2], [1, 0, 1], [2, 1, 0]]))
        >>> np.abs(line[0] - line[2]).round(6).tolist()
        [2.0, 0.0]
    """
    n = len(distances)
    middle = np.eye(n) - 1 / max(n, 1)
    mean = (distances + distances.T) / 2
    value, vector = np.linalg.eigh(-0.5 * middle @ (mean * mean) @ middle)
    places = vector[:, ::-1] * np.sqrt(np.maximum(value[::-1], 0))
    return np.pad(places, ((0, 0), (0, 2)))[:, :2]
