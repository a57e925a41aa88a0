"""What reading a junction does to its state: a read is a weak write.

At a voltage V the torque is that of the current ``G_P V`` in either state, so ``h = V / V_c`` with
the critical voltage of the direction, and the voltage changes the barrier where there is VCMA.  The
rate of flips is that of first passage over what barrier is left (`passage`).
"""

import numpy as np

from pbits import checks
from pbits.devices import levels
from pbits.devices.junction import Junction
from pbits.devices.passage import escape_rate
from pbits.devices.rates import unit_time


def flip_rate(junction: Junction, voltage: float) -> float:
    """Flips a second of the state that a voltage disturbs more.

    A positive voltage disturbs the antiparallel state, a negative one the parallel state.  An axial
    magnet's is exact to 3 % where 5 kT of barrier are left.  Of others the barrier falls as ``1 -
    h``, the exponent is right near no voltage, and the prefactor is an estimate.

    Args:
        junction: with a resistance-area product.
        voltage: V, over the junction.

    Returns:
        1/s; infinite from the critical voltage on, where a read is a write.

    Raises:
        ValueError: on a junction without a resistance or without a barrier.

    Example:
        >>> from pbits.devices import presets
        >>> junction = presets.get("pma-memory")
        >>> flip_rate(junction, 0.0) < flip_rate(junction, 0.05) < flip_rate(junction, 0.1)
        True
    """
    checks.finite("voltage", voltage)
    limits = junction.critical_voltage()
    barrier = junction.barrier()
    if not barrier.value > 0:
        raise ValueError("the junction has no barrier between two states: it stores nothing")
    field = float(junction.easy_field() + junction.hard_field() / 2)
    clock = float(unit_time(junction.alpha, field))
    if levels.not_axial(junction) or barrier.value != barrier.coherent:
        h = max(voltage / limit for limit in limits)
        return escape_rate(barrier.value * (1 - h)) / clock if h < 1 else float(np.inf)
    magnet = junction.axial(voltage=voltage)
    if not abs(magnet.bias) < 1:
        return float(np.inf)
    driven = junction.magnet(voltage=voltage).anisotropy.z
    clock = float(unit_time(junction.alpha, driven))
    return max(escape_rate(magnet.delta, bias) for bias in (magnet.bias, -magnet.bias)) / clock


def flip_probability(junction: Junction, voltage: float, seconds: float) -> float:
    """Probability that one read flips the state that it disturbs more: `Cell.disturb`.

    Args:
        junction: with a resistance-area product.
        voltage: V, over the junction.
        seconds: of the read.

    Raises:
        ValueError: as `flip_rate`, or on a negative time.

    Example:
        >>> from pbits.devices import presets
        >>> 0 < flip_probability(presets.get("pma-memory"), 0.1, 10e-9) < 1e-12
        True
    """
    seconds = checks.non_negative("seconds", seconds)
    return float(-np.expm1(-flip_rate(junction, voltage) * seconds)) if seconds else 0.0
