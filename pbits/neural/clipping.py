"""Large weights cut, so that what cells deviate by is worth less.

Cells deviate by a share of a level, whatever the level is worth, so their error grows with the
largest weight of a column, which sets its scale.
"""

import numpy as np
from numpy.typing import NDArray

from crossbar.cells.cell import spread_of
from crossbar.design import Design
from crossbar.mapping import encode
from crossbar.programming import code_bits

Array = NDArray[np.float64]
_SHARES = np.linspace(1.0, 0.3, 15)
_TINY = 1e-300
_AS_GOOD = 0.999  # of the power got back: cut no further than it takes


def clipped(matrix: Array, design: Design, rows: Array) -> Array:
    """A matrix whose columns are cut where the datasheet promises the least error after gains.

    Args:
        matrix: [in, out].
        design: see `Design`.
        rows: [vectors, in], typical; inputs that are larger count for more.

    Example:
        >>> import crossbar
        >>> weights = np.append(np.ones(99), 2.0)[:, None]
        >>> for spread in (0.0, 0.2):
        ...     cell = crossbar.Cell([1e-6, 2e-6], device_spread=spread)
        ...     design = crossbar.Design(cell, per_column=True)
        ...     print(round(clipped(weights, design, np.eye(100)).max(), 2))
        2.0
        1.0
    """
    power = np.square(rows).mean(0)
    limit = 2 ** (code_bits(design) - 1) - 1
    variance = code_variance(design)
    axis = 0 if design.per_column else None
    largest = np.abs(matrix).max(axis=axis, keepdims=True)
    kept = []
    for share in _SHARES:
        scale = np.where(largest > 0, share * largest, 1.0) / limit
        codes = np.clip(np.rint(matrix / scale), -limit, limit).astype(int)
        stored, noise = codes * scale, scale**2 * variance[codes + limit]
        # The part of the products' power that the best gain gets back.
        kept.append(np.square(power @ (matrix * stored)) / (power @ (stored**2 + noise) + _TINY))
    table = np.array(kept)
    table = table if design.per_column else table.sum(1, keepdims=True)
    best = np.argmax(table >= _AS_GOOD * table.max(0), axis=0)
    return np.clip(matrix, -_SHARES[best] * largest, _SHARES[best] * largest)


def code_variance(design: Design) -> Array:
    """Variance of what each code from the least to the largest comes out as, in codes squared.

    Example:
        >>> import crossbar
        >>> design = crossbar.Design(crossbar.Cell([1.0, 2.0], device_spread=0.1), weight_bits=3)
        >>> code_variance(design).round(2).tolist()  # 3 is two cells of 2 and two of 1
        [0.25, 0.22, 0.13, 0.1, 0.13, 0.22, 0.25]
    """
    cell = design.cell
    limit = 2 ** (code_bits(design) - 1) - 1
    codes = np.arange(-limit, limit + 1)[:, None]
    planes = encode(codes, design.mapping, design.weight_bits, cell.num_levels)
    spreads = [np.asarray(spread_of(x, cell), float)
               for x in (cell.device_spread, cell.cycle_spread)]  # fmt: skip
    deviations = np.asarray(cell.levels, float) * np.hypot(*spreads) / float(cell.step)
    each = np.square(deviations)
    both = each[planes.plus[..., 0]] + each[planes.minus[..., 0]]
    return np.square(planes.significance) @ both
