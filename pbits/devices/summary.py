"""What a junction is as a p-bit: times, thresholds and energies, from the exact laws.

A round perpendicular magnet follows the axial law, any other the law on the sphere, both as one
uniform magnet: where a domain wall reverses it sooner, its times are upper bounds.  The spin is
s = +1 where m points along the reference.  Correlation time: 1 / lambda_1 of the axial law, and
the integral of the autocorrelation on the sphere, where a magnet may not decay exponentially.
A mean dwell is 1 / nu of one state: twice the correlation time where both are alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from pbits.devices.axial import AxialMagnet
from pbits.devices.junction import Junction
from pbits.devices.levels import not_axial
from pbits.devices.macrospin import diffusion
from pbits.devices.passage import escape_rate
from pbits.devices.sphere import SphericalMagnet

Array = NDArray[np.float64]
READ_VOLTAGE = 0.1  # V, assumed where no current is given
_LOW = 10.0  # kT: from here on first-passage times are exact, see `passage`
_STIFF = 600.0  # kT: what the harmonics resolve
_RESOLVED = 0.05  # of the distribution in the last harmonics: the mean is then within 3 %
_NO_BARRIER = 0.3  # kT: harmonics have no thin layers to resolve
_TWO_STATES = 1.0  # kT: without a barrier of this height nothing dwells


@dataclass(frozen=True)
class Times:
    """Seconds; None where there are no two states to dwell in.

    Attributes:
        correlation: of the spin's autocorrelation.
        dwell_up: mean time in s = +1 (parallel), between passages over the barrier.
        dwell_down: mean time in s = -1.
        mean_sign: long-run mean of s.
    """

    correlation: float
    dwell_up: float | None
    dwell_down: float | None
    mean_sign: float


def is_axial(junction: Junction) -> bool:
    """Whether m_z evolves by itself."""
    return not not_axial(junction)


def times(junction: Junction, current: float = 0.0) -> Times:
    """Correlation and dwell times at a current.

    Raises:
        ValueError: where neither law is at hand: a stiff in-plane magnet, or a strong torque on
            one.

    Example:
        >>> from pbits.devices import presets
        >>> round(times(presets.get("pma-low-barrier")).correlation * 1e9, 1)
        135.8
    """
    rate = 1 / _unit(junction, current)
    law = law_of(junction, current, fine=True)
    sign = law.mean_sign()
    if isinstance(law, AxialMagnet):
        correlation = 1 / (_axial_rate(law) * rate)
    elif _unresolved(law) > _RESOLVED:
        raise ValueError(
            f"a current of {current:.3g} A makes a law too sharp for harmonics of degree "
            f"{law.degree}; use the macrospin: Junction.magnet, pbits.devices.simulation.simulate"
        )
    else:
        correlation = law.correlation_time(2) / rate
    one_state = isinstance(law, AxialMagnet) and abs(law.bias) >= 1
    if one_state or junction.barrier().coherent < _TWO_STATES:
        return Times(correlation, None, None, sign)
    slow = correlation
    if isinstance(law, SphericalMagnet):
        slow = 1 / (float(np.real(law.eigenvalue(2))) * rate)
    with np.errstate(divide="ignore"):
        up, down = (float(np.float64(slow) / share) for share in reversed(_shares(law)))
    return Times(correlation, up, down, sign)


def _shares(law: AxialMagnet | SphericalMagnet) -> tuple[float, float]:
    """Long-run probabilities of the two states, on an axis parted by the top of the barrier."""
    if isinstance(law, SphericalMagnet):
        sign = np.clip(law.mean_sign(), -1, 1)
        return float(1 + sign) / 2, float(1 - sign) / 2
    up = law.centres > -law.bias
    return float(law.stationary[up].sum()), float(law.stationary[~up].sum())


def law_of(
    junction: Junction, current: float = 0.0, *, fine: bool = False
) -> AxialMagnet | SphericalMagnet:
    """The exact law with the axis of the bit along z, in units of 1 / D.

    Args:
        junction: whose.
        current: A.
        fine: for times rather than means of the long run: harmonics enough for the thin layers in
            which a magnet of low damping passes from state to state, 0.5 % in the times.

    Raises:
        ValueError: as :func:`times`.
    """
    if is_axial(junction):
        return junction.axial(current)
    found = junction.harmonics(current=current)
    stiff = float(np.ptp(found.quadratic))
    if stiff > _STIFF:
        raise ValueError(
            f"the anisotropy is {stiff:.4g} kT, more than harmonics resolve ({_STIFF:g}); use the "
            "macrospin, or a smaller magnet"
        )
    degree = max(40.0, 20 + 3.5 * np.sqrt(2 * stiff))
    if fine and junction.barrier().coherent > _NO_BARRIER:
        degree *= float(np.clip(1.6 * (0.01 / found.alpha) ** (1 / 3), 1, 2.5))
    parts = found.quadratic, found.field, found.torque
    if junction.axis == "x":
        parts = tuple((y, z, x) for x, y, z in parts)
    return SphericalMagnet(parts[0], found.alpha, parts[1], parts[2], int(degree))


def _unit(junction: Junction, current: float) -> float:
    """1 / D at the temperature of the junction, s."""
    return 1 / float(diffusion(junction.magnet(current=current)))


def _axial_rate(law: AxialMagnet) -> float:
    """lambda_1 over D."""
    bias = abs(law.bias)
    if bias < 1 and law.delta * (1 - bias) ** 2 > _LOW:
        return 2 * law.delta * (escape_rate(law.delta, bias) + escape_rate(law.delta, -bias))
    return float(law.eigenvalues()[1])


def transfer(junction: Junction, currents: ArrayLike) -> Array:
    """Long-run mean of s at each current, [k]; NaN where a strong torque needs more harmonics."""

    def one(current: float) -> float:
        law = law_of(junction, current)
        sharp = isinstance(law, SphericalMagnet) and _unresolved(law) > _RESOLVED
        return np.nan if sharp else law.mean_sign()

    return np.array([one(float(i)) for i in np.atleast_1d(np.asarray(currents, np.float64))])


def half_current(junction: Junction) -> float | None:
    """I50, A: current at which the long-run mean of s is 1/2, so that P(s = +1) = 3/4.

    None where no current below ten times the critical one, or twenty times that of thermal motion
    over alpha, does it or can be resolved.  Within 1 % of the axial law, about 3 % on the sphere.
    """

    def excess(current: float) -> float:
        return float(transfer(junction, current)[0]) - 0.5

    largest = 10 * junction.critical_current().to_parallel
    largest = max(largest, 20 * junction.thermal_current / junction.alpha)
    low, high = 0.0, junction.thermal_current / (1 + junction.barrier().value)
    grown = 3.0
    while not (found := excess(high)) >= 0:
        if np.isnan(found):  # too far
            grown = grown**0.5
            high = low * grown
        else:
            low, high = high, grown * high
        if not (1.05 < grown and 0 < high < largest):
            return None
    root: Any = brentq(excess, low, high, xtol=1e-3 * high)
    return float(root)


def _unresolved(law: SphericalMagnet) -> float:
    """Largest coefficient of the last tenth of the harmonics, over that of the mean."""
    size = np.abs(law.stationary)
    return float(size[int(0.9 * law.degree) ** 2 :].max() / size[0])


def autocorrelation(junction: Junction, seconds: Array, current: float = 0.0) -> Array:
    """Of m along the axis of the bit less its mean, over its variance.

    Args:
        junction: whose.
        seconds: [k], evenly spaced from 0.
        current: A.

    Returns:
        [k], 1 at first.
    """
    law, reduced = law_of(junction, current, fine=True), seconds / _unit(junction, current)
    if isinstance(law, SphericalMagnet):
        products, mean = law.autocorrelation(2, reduced), law.mean(2)
        return (products - mean**2) / (law.mean(2, 2) - mean**2)
    if law.delta > 2 * _LOW:
        return np.exp(-reduced * _axial_rate(law))
    z = law.centres - law.mean(law.centres)
    after = law.evolve(z * law.stationary, reduced, steps_per_interval=8)
    return after @ z / law.mean(z * z)


@dataclass(frozen=True)
class Energy:
    """Joules per bit that flow through the junction alone: no inverter, no leakage.

    Attributes:
        per_correlation: for a bit every correlation time.
        per_independent: for a bit every four, where 1.8 % of the correlation is left.
        assumption: in words.
    """

    per_correlation: float
    per_independent: float
    assumption: str


def energy_per_bit(junction: Junction, correlation: float, current: float = 0.0) -> Energy:
    """``V**2 <G> t`` at `READ_VOLTAGE`, or ``I**2 <R> t`` at a current; means of the long run.

    Args:
        junction: whose.
        correlation: s.
        current: A that is held.

    Raises:
        ValueError: without a resistance-area product.
    """
    law = law_of(junction, current)
    if not current:
        power = READ_VOLTAGE**2 * law.mean_over(lambda z: junction.conductance(z, READ_VOLTAGE))
        held = f"{READ_VOLTAGE:.3g} V, an assumed read voltage"
    else:
        voltage = law.mean_over(lambda z: junction.voltage(z, current))
        power = current * voltage
        held = f"{abs(voltage):.3g} V on average, that of the current"
    text = f"the junction alone at {held}: no inverter, no leakage"
    return Energy(power * correlation, 4 * power * correlation, text)
