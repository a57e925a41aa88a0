"""How many writes a junction survives: a stated model of breakdown for measured numbers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Endurance(NamedTuple):
    """Breakdown of the barrier: a Weibull law whose scale falls exponentially with voltage.

    A model to be given measured numbers, none of which come with it.

    Attributes:
        cycles: after which 63 % have failed, at `voltage`.
        voltage: V, of the measurement.
        acceleration: 1 / V, fall of log(cycles) with voltage.
        shape: Weibull's, 1 for failures without memory.
        label: where the numbers come from.
    """

    cycles: float
    voltage: float
    acceleration: float
    shape: float = 1.0
    label: str = "assumed"

    def failed(self, voltage: ArrayLike, cycles: ArrayLike) -> NDArray[np.float64]:
        """Share of devices broken after some cycles at a voltage.

        Example:
            >>> law = Endurance(1e12, 0.5, 30.0)
            >>> law.failed([0.5, 0.6], 1e12).round(3).tolist()
            [0.632, 1.0]
        """
        scale = self.cycles * np.exp(-self.acceleration * (np.asarray(voltage) - self.voltage))
        return -np.expm1(-((np.asarray(cycles, float) / scale) ** self.shape))
