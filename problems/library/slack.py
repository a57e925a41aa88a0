"""Whole-number inequalities as penalties, with half the usual slack.

For ``g = constant + sum_k c_k x_k`` with whole numbers the penalty is

    P = weight (g - 2t)(g - 2t - 1) / 2,    t = 0 .. T a slack number in bits.

A product of neighbours is never negative, and 0 where g is 2t or 2t + 1: each t serves two values
of g, so that one bit less is needed than in ``(g - s)^2`` (Lucas 2014, section 5.2), and none where
g is at most 1 whenever it is not negative.  Where g < 0 the least penalty, at t = 0, is
``weight |g| (|g| + 1) / 2 >= weight``.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from problems.library.binaries import Binaries
from problems.library.integers import IntegerBits, integer_bits


def slack_bits(encoding: str, most: int) -> IntegerBits:
    """The number t for values of g from 0 to `most`.

    Raises:
        ValueError: as :func:`integer_bits`.
    """
    return integer_bits(encoding, 0, most // 2)


def best_slack(slack: IntegerBits, gap: int) -> NDArray[np.int8]:
    """Bits of the t of least penalty for g = `gap`."""
    return slack.encode(min(max(gap // 2, 0), slack.hi))


def keep_nonnegative(
    energy: Binaries,
    index: ArrayLike,
    coefficients: ArrayLike,
    constant: int,
    weight: float,
    slack: IntegerBits,
    place: ArrayLike,
) -> None:
    """Add the penalty P of ``constant + sum_k coefficients_k x_{index_k} >= 0``.

    Args:
        energy: what it is added to.
        index: [k] bits of the sum, distinct.
        coefficients: [k] whole numbers.
        constant: a whole number.
        weight: of P, and of states in which the slack bits mean no number.
        slack: of :func:`slack_bits`.
        place: [slack.num_bits] where its bits are.

    Example:
        >>> energy = Binaries(2)  # at least one of two bits
        >>> keep_nonnegative(energy, [0, 1], [1, 1], -1, 3, slack_bits("binary", 1), [])
        >>> energy.problem().energies([[-1, -1], [1, -1], [1, 1]]).tolist()
        [3.0, 0.0, 0.0]
    """
    bits = np.concatenate([np.asarray(index, np.int64), np.asarray(place, np.int64)])
    parts = np.concatenate([np.asarray(coefficients), -2 * slack.coefficients])
    energy.square(bits, parts, constant, weight / 2)
    energy.add(bits, -weight / 2 * parts)
    energy.constant(-weight / 2 * constant)
    slack.penalise(energy, place, weight)
