"""Energy of macro cycles from the toggles of the data, and the toggles themselves.

    E = N_c [I V / f + V^2 (c0 + c1 alpha_in (1 - s_w))]  per cycle

N_c bitcells, alpha_in the part of input lines that toggle, s_w the part of stored bits that are 0.
One point is published, 7.02 to 112.3 TOPS/W at 0.65 V, 80 MHz, alpha_in = 1/16 and s_w = 1/2; the
structure and the shares of leakage, clock and data at that point are assumed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crossbar.digital.points import EFFICIENT, OperatingPoint

PUBLISHED_TOPS_PER_WATT: Final = 112.3
"""At 4-bit inputs and weights: 2 N_c / 4 operations in 4 cycles."""
PUBLISHED_ACTIVITY: Final = (1 / 16) * (1 - 0.5)
CELL_CYCLE: Final = 2 / 16 / (PUBLISHED_TOPS_PER_WATT * 1e12)
"""J per bitcell and cycle at the published point: 1.113 fJ."""


@dataclass(frozen=True)
class EnergyLaw:
    """Constants of the law, per bitcell.

    Attributes:
        leakage: I, A.
        clocked: c0, J/V^2 per cycle.
        data: c1, J/V^2 per cycle in which the product of input and stored bit toggles.
    """

    leakage: float
    clocked: float
    data: float

    @classmethod
    def calibrated(cls, leakage: float = 0.05, clocked: float = 0.45) -> "EnergyLaw":
        """The law that gives the published point, from the shares of leakage and clock in it.

        The rest is the data's.  Both shares are assumptions; what they change is how the energy
        varies away from the point, not the point.

        Raises:
            ValueError: on shares outside 0 to 1.

        Example:
            >>> law = EnergyLaw.calibrated()
            >>> f"{sum(law.terms(OperatingPoint(0.65), PUBLISHED_ACTIVITY)):.4g}"
            '1.113e-15'
        """
        if min(leakage, clocked) < 0 or leakage + clocked > 1:
            raise ValueError(
                f"shares of leakage and clock are {leakage} and {clocked}; "
                "expected numbers of at least 0 with a sum of at most 1"
            )
        voltage, clock = EFFICIENT
        dynamic = CELL_CYCLE / voltage**2
        rest = max(1 - leakage - clocked, 0.0)
        return cls(
            leakage * CELL_CYCLE * clock / voltage,
            clocked * dynamic,
            rest * dynamic / PUBLISHED_ACTIVITY,
        )

    def terms(self, point: OperatingPoint, activity: float) -> tuple[float, float, float]:
        """Joules per bitcell and cycle: leakage, clocked, data.

        Args:
            point: voltage and clock.
            activity: toggling products per bitcell and cycle, alpha_in (1 - s_w) on average.
        """
        square = point.voltage**2
        leak = self.leakage * point.voltage * point.period
        return leak, self.clocked * square, self.data * square * activity


def line_toggles(inputs: NDArray[np.int32], bits: int) -> NDArray[np.int64]:
    """How often each input line changes while a batch streams through, MSB first.

    Lines start at 0 and hold the last bit of a vector until the first of the next.

    Args:
        inputs: ``[batch, inputs]`` two's complement.
        bits: of an input.

    Returns:
        ``[inputs]`` toggles in ``batch * bits`` cycles.

    Example:
        >>> line_toggles(np.array([[5], [-1]], np.int32), 4).tolist()  # 0101 1111 after a 0
        [3]
    """
    words = inputs & np.int32(2**bits - 1)
    within = np.bitwise_count((words ^ (words >> 1)) & np.int32(2 ** (bits - 1) - 1))
    first = words >> (bits - 1)
    last = np.concatenate([np.zeros_like(words[:1]), words[:-1] & 1])
    return within.sum(0, dtype=np.int64) + (first ^ last).sum(0, dtype=np.int64)
