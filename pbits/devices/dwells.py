"""Dwells and rates from recorded signals: simulated magnets or measured voltages.  NumPy.

A threshold at zero counts every wobble across it, and rates come out far too high.  A comparator
with hysteresis counts a flip when the other threshold is passed; what it shows as a mean dwell is
:func:`pbits.devices.passage.hysteresis_dwell`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks


class Rates(NamedTuple):
    """Flips over time spent.

    Attributes:
        up, down: rates out of -1 and out of +1, 1/s.
        flips_up, flips_down: counted; the standard error is the rate over their root.
    """

    up: float
    down: float
    flips_up: int
    flips_down: int


def with_hysteresis(signal: ArrayLike, threshold: float = 0.5) -> NDArray[np.int8]:
    """Spins of a signal: +1 once above `threshold`, -1 once below its negative.

    Args:
        signal: [k, ...], time first.
        threshold: above 0.

    Returns:
        int8 [k, ...]; 0 until either threshold was first passed.

    Example:
        >>> with_hysteresis([0.1, 0.9, 0.2, -0.3, -0.8, 0.4]).tolist()
        [0, 1, 1, 1, -1, -1]
    """
    limit, values = checks.positive("threshold", threshold), np.asarray(signal)
    passed = np.sign(values) * (np.abs(values) > limit)
    order = np.arange(len(values)).reshape(-1, *(1,) * (values.ndim - 1))
    last = np.maximum.accumulate(np.where(passed != 0, order, 0), axis=0)
    return np.take_along_axis(passed, last, axis=0).astype(np.int8)


def dwell_times(spins: ArrayLike, dt: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Complete dwells in -1 and in +1, seconds; those cut off by either end are left out.

    Long dwells are cut off more often, so take means from :func:`flip_rates` instead.

    Args:
        spins: [k, ...], time first.
        dt: seconds between records.

    Example:
        >>> low, high = dwell_times([1, -1, -1, 1, 1, 1, -1], 1.0)
        >>> low.tolist(), high.tolist()
        ([2.0], [3.0])
    """
    checks.positive("dt", dt)
    seen = np.asarray(spins)
    columns = seen.reshape(len(seen), -1).T
    found: dict[int, list[NDArray]] = {-1: [np.empty(0)], 1: [np.empty(0)]}
    for column in columns:
        edges = np.flatnonzero(column[1:] != column[:-1]) + 1
        lengths, signs = np.diff(edges) * dt, column[edges[:-1]]
        for sign in (-1, 1):
            found[sign].append(lengths[signs == sign])
    return np.concatenate(found[-1]), np.concatenate(found[1])


def flip_rates(spins: ArrayLike, dt: float) -> Rates:
    """Rates by counting flips and time, without bias from dwells cut off.

    Raises:
        ValueError: where one of the states does not occur.

    Example:
        >>> flip_rates([1, 1, -1, -1, 1], 0.5)
        Rates(up=1.0, down=1.0, flips_up=1, flips_down=1)
    """
    checks.positive("dt", dt)
    seen = np.asarray(spins)
    before, after = seen[:-1], seen[1:]
    low, high = np.sum(before == -1) * dt, np.sum(before == 1) * dt
    if not (low and high):
        raise ValueError("one of the states does not occur; record for longer")
    up, down = (int(np.sum((before == s) & (after == -s))) for s in (-1, 1))
    return Rates(float(up / low), float(down / high), up, down)
