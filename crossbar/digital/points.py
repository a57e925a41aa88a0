"""Operating points: a voltage and a clock, and what was published at which.

Two points are published, and they are different: 540 MHz at 1.20 V is the fastest, 80 MHz at 0.65 V
the most efficient, where 1890 of 655 360 bitcells were read wrongly.  No number here mixes them.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

EFFICIENT: Final = (0.65, 80e6)
FASTEST: Final = (1.20, 540e6)
READ_ERRORS: Final = (1890, 655_360)
"""Wrong bitcells and bitcells read at 0.65 V; none wrong among as many from 0.85 V up."""
NO_ERRORS_FROM: Final = 0.85
ERROR_BOUND: Final = -math.log(0.05) / READ_ERRORS[1]
"""Upper bound of the error rate from 0.85 V up, at 95 %: 4.6e-6; none seen is not none."""


def max_clock(voltage: float) -> float:
    """Highest clock in Hz at a supply voltage; between the published points a straight line.

    The line is assumed, and so is that 80 MHz is the limit at 0.65 V.

    Raises:
        ValueError: outside 0.65 to 1.20 V.

    Example:
        >>> f"{max_clock(1.2):.3g} {max_clock(0.925):.3g}"
        '5.4e+08 3.1e+08'
    """
    (low, slow), (high, fast) = EFFICIENT, FASTEST
    if not low <= voltage <= high:
        raise ValueError(f"voltage is {voltage!r}; published points span {low} to {high} V")
    return float(np.interp(voltage, (low, high), (slow, fast)))


@dataclass(frozen=True)
class OperatingPoint:
    """A supply voltage and a clock.

    Attributes:
        voltage: V, 0.65 to 1.20; the default reads without errors.
        clock: Hz; the highest of `max_clock` where None is given.

    Raises:
        ValueError: on a voltage outside the published points, or a clock above its highest.

    Example:
        >>> OperatingPoint(1.20)
        OperatingPoint(voltage=1.2, clock=540000000.0)
        >>> f"{OperatingPoint(0.65).read_error_rate:.2e}"
        '2.88e-03'
    """

    voltage: float = FASTEST[0]
    clock: float | None = None

    def __post_init__(self) -> None:
        most = max_clock(self.voltage)
        clock = most if self.clock is None else self.clock
        if not 0 < clock <= most * (1 + 1e-9):
            raise ValueError(
                f"clock is {clock!r} Hz; at {self.voltage} V it is above 0 and at most {most:.4g} "
                "Hz (straight line between the published points)"
            )
        object.__setattr__(self, "clock", float(clock))

    @property
    def period(self) -> float:
        """Seconds per cycle."""
        assert self.clock is not None
        return 1 / self.clock

    @property
    def published(self) -> bool:
        """Whether this is one of the two published points; else clock and errors are assumed."""
        return (self.voltage, self.clock) in (EFFICIENT, FASTEST)

    @property
    def read_error_rate(self) -> float:
        """Probability that a bitcell is read wrongly.

        Measured at 0.65 V; 0 from 0.85 V, where none was seen; between them a straight line of the
        logarithm down to the bound of 0.85 V, which is assumed.
        """
        return 0.0 if self.voltage >= NO_ERRORS_FROM else self.read_error_bound

    @property
    def read_error_bound(self) -> float:
        """The same, but from 0.85 V up what none in 655 360 excludes at 95 %: 4.6e-6."""
        ends = np.log([READ_ERRORS[0] / READ_ERRORS[1], ERROR_BOUND])
        return float(np.exp(np.interp(self.voltage, (EFFICIENT[0], NO_ERRORS_FROM), ends)))
