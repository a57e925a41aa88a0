"""Wishart planted ensemble: complete graphs with a known ground state and tunable ruggedness.

Columns w_k orthogonal to the planted state t give J = W W^T, so that ``E(s) = 1/2 |W^T s|^2 - c``
and t reaches the least energy, -c = -1/2 sum_ik W_ik^2.  Few columns (small alpha = columns / n)
leave many states nearly as low.
Reference: F. Hamze et al., Phys. Rev. E 101, 052102 (2020), doi:10.1103/PhysRevE.101.052102.
"""

import operator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from problems.generators.couplings import seeded
from problems.generators.parts import Squares
from problems.generators.planted import Planted, plant, random_spins


def wishart_planting(
    n: int,
    alpha: float,
    *,
    couplings: Literal["gaussian", "integer"] = "gaussian",
    seed: int = 0,
) -> Planted:
    """Wishart planted problem of n spins and round(alpha n) columns, at least one.

    Args:
        n: number of spins, >= 2.
        alpha: columns per spin, > 0; the ruggedness of the landscape depends on it.
        couplings: "gaussian": Gaussian columns of covariance n/(n-1) (1 - t t^T/n), divided by
            sqrt(n), real couplings.  "integer": columns of +-1, half of them along t and half
            against it, n even; couplings are whole numbers of size about sqrt(alpha n).
        seed: of columns and planted state.

    Raises:
        ValueError: on n < 2, alpha that is not a finite number > 0, an odd n with "integer", or
            another `couplings`.

    Example:
        >>> from problems import generators
        >>> planted = generators.wishart_planting(16, 0.5, couplings="integer")
        >>> planted.energy, planted.certify().is_ground_state
        (-64, True)
    """
    if operator.index(n) < 2 or not 0 < alpha < np.inf:
        raise ValueError(f"n = {n} and alpha = {alpha} given; expected n >= 2 and alpha > 0")
    columns = max(1, round(alpha * n))
    rng = seeded(seed)
    spins = random_spins(rng, n)
    if couplings == "gaussian":
        vectors = _gaussian(rng, n, columns)
    elif couplings == "integer":
        vectors = _balanced(rng, n, columns)
    else:
        raise ValueError(f"couplings {couplings!r} given; expected one of gaussian, integer")
    return plant(Squares(vectors * spins[:, None]), spins)


def _gaussian(rng: np.random.Generator, n: int, columns: int) -> NDArray[np.float64]:
    """[n, columns] Gaussian, each column with sum zero and 1/n in variance of each entry."""
    free = rng.standard_normal((n, columns))
    return (free - free.mean(0)) / np.sqrt(n - 1)


def _balanced(rng: np.random.Generator, n: int, columns: int) -> NDArray[np.int64]:
    """[n, columns] of +-1, each column with sum zero."""
    if n % 2:
        raise ValueError(f"n = {n} given; integer couplings need an even number of spins")
    half = np.repeat(np.array([-1, 1]), n // 2)
    return rng.permuted(np.tile(half[:, None], (1, columns)), axis=0)
