"""Rates of a two-state p-bit as functions of its input: what drives `telegraph.Telegraph`.

A law gives ``ln nu_up`` and ``ln nu_down`` (1/s; up is from spin -1 to +1) for inputs of any shape,
in JAX, so that laws batch and differentiate in their parameters.  Parameters are numbers or arrays
that broadcast to the inputs.  Bias ``i = (input - offset) / critical``, positive towards +1.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from pbits import checks
from pbits.devices.axial import AxialMagnet
from pbits.devices.checking import Number, check_known
from pbits.devices.passage import escape_rate
from pbits.exponentials import exp_nonpositive

Pair = tuple[jax.Array, jax.Array]
_EIGENVALUES_TO = 12.0  # barriers over kT, beyond which rates come from first-passage times
_LARGEST_BIAS = 0.95


class RateLaw(Protocol):
    """What a telegraph needs to know."""

    def log_rates(self, inputs: Number) -> Pair:
        """``(ln nu_up, ln nu_down)`` in 1/s."""
        ...


def relaxation(law: RateLaw, inputs: Number) -> Pair:
    """``ln(nu_up / nu_down)`` and ``nu_up + nu_down`` in 1/s; a law may have its own way to them.

    Example:
        >>> logit, total = relaxation(ConstantTime(2.0), 0.3)
        >>> round(float(logit), 3), float(total)
        (0.6, 0.5)
    """
    own = getattr(law, "relaxation", None)
    if own is not None:
        return own(inputs)
    up, down = law.log_rates(inputs)
    ratio = up - down
    return ratio, jnp.exp(jnp.maximum(up, down)) * (1 + exp_nonpositive(-jnp.abs(ratio)))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BarrierRates:
    """Arrhenius: ``nu = exp(-delta (1 -+ i)**n -+ skew) / tau0``.

    Attributes:
        delta: barrier over kT at no bias.
        tau0: s, mean dwell without a barrier.
        critical: input at which a barrier is gone; in the input's unit.
        offset: input at which both barriers are equal.
        exponent: n = 2 for a field or torque along the axis of a uniaxial magnet, 3/2 for an
            oblique field, 1 for the linear law.  The tangent of n = 2 is n = 1 at half of
            `critical`.
        skew: half of the logarithm of down's prefactor over up's; acts as a bias does.

    Raises:
        ValueError: on a negative barrier, or a time, critical input or exponent not above zero.

    Example:
        >>> law = BarrierRates(delta=6.0, tau0=1e-9)
        >>> up, down = law.log_rates(0.1)
        >>> round(float(up - down), 4)  # 4 delta i
        2.4
    """

    delta: Number
    tau0: Number
    critical: Number = 1.0
    offset: Number = 0.0
    exponent: Number = 2.0
    skew: Number = 0.0

    def __post_init__(self) -> None:
        check_known("delta", self.delta, 0.0)
        for name in ("tau0", "critical", "exponent"):
            check_known(name, getattr(self, name), 0.0, strictly=True)

    def log_rates(self, inputs: Number) -> Pair:
        i = (jnp.asarray(inputs) - jnp.asarray(self.offset)) / jnp.asarray(self.critical)
        base = -jnp.log(jnp.asarray(self.tau0))
        power = jnp.asarray(self.exponent, i.dtype)
        up = base - self.delta * _power(1 - i, power) - self.skew
        return up, base - self.delta * _power(1 + i, power) + self.skew


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ConstantTime:
    """A relaxation time that the input leaves alone, as measured on easy-plane devices.

    ``nu = exp(+-x) / (2 tau cosh x)``, ``x = slope (input - offset)``: a mean spin of tanh x.

    Attributes:
        time: s, correlation time; a mean dwell at no bias is twice that.
        slope: per unit of input.
        offset: input at which the mean spin is zero.

    Raises:
        ValueError: on a time not above zero.

    Example:
        >>> up, down = ConstantTime(1e-9, slope=2.0).log_rates(0.5)
        >>> round(float(jnp.exp(up) + jnp.exp(down)) * 1e-9, 4)
        1.0
    """

    time: Number
    slope: Number = 1.0
    offset: Number = 0.0

    def __post_init__(self) -> None:
        check_known("time", self.time, 0.0, strictly=True)

    def log_rates(self, inputs: Number) -> Pair:
        x = jnp.asarray(self.slope) * (jnp.asarray(inputs) - jnp.asarray(self.offset))
        base = -jnp.log(jnp.asarray(self.time))
        return base + jax.nn.log_sigmoid(2 * x), base + jax.nn.log_sigmoid(-2 * x)

    def relaxation(self, inputs: Number) -> Pair:
        x = jnp.asarray(self.slope) * (jnp.asarray(inputs) - jnp.asarray(self.offset))
        return 2 * x, 1 / jnp.asarray(self.time)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class PolynomialRates:
    """Measured devices: ``ln tau_s = sum_k a_{s,k} V**k`` for each state s, tau in seconds.

    Attributes:
        low: [k, ...] coefficients of the dwell in state -1, constant term first.
        high: [k, ...] of the dwell in state +1.

    Example:
        >>> law = PolynomialRates(np.log([1e-6, 0.1]), np.log([2e-6, 10.0]))
        >>> up, down = law.log_rates(0.0)
        >>> round(float(jnp.exp(up - down)), 4)
        2.0
    """

    low: Number
    high: Number

    def log_rates(self, inputs: Number) -> Pair:
        v = jnp.asarray(inputs)
        return -_polynomial(self.low, v), -_polynomial(self.high, v)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class TableRates:
    """Any law on an even grid of bias; linear in between, the last value beyond.

    Attributes:
        low, high: ends of the grid.
        log_up, log_down: [k] of both rates in 1/s.
        critical, offset: input to bias, as in :class:`BarrierRates`.
    """

    low: Number
    high: Number
    log_up: Number
    log_down: Number
    critical: Number = 1.0
    offset: Number = 0.0

    def log_rates(self, inputs: Number) -> Pair:
        up, down = jnp.asarray(self.log_up), jnp.asarray(self.log_down)
        i = (jnp.asarray(inputs) - jnp.asarray(self.offset)) / jnp.asarray(self.critical)
        place = (i - self.low) / (jnp.asarray(self.high) - self.low) * (up.shape[0] - 1)
        place = jnp.clip(place, 0, up.shape[0] - 1)
        below = jnp.minimum(place.astype(jnp.int32), up.shape[0] - 2)
        share = place - below
        return (
            up[below] * (1 - share) + up[below + 1] * share,
            down[below] * (1 - share) + down[below + 1] * share,
        )


def macrospin_rates(
    delta: float, unit_time: float, *, critical: float = 1.0, offset: float = 0.0, points: int = 39
) -> TableRates:
    """Rates of a uniaxial macrospin under an axial field or torque, from the exact references.

    Up to a barrier of 12 the relaxation rate is the Fokker-Planck equation's smallest eigenvalue,
    shared so that the mean of sgn m_z is exact; beyond, rates are those of first-passage times.

    Args:
        delta: barrier over kT at no bias, at least 3: below, there are no two states.
        unit_time: t_D in s, :func:`pbits.devices.rates.unit_time`.
        critical, offset: input to bias.
        points: of the grid between biases of -0.95 and 0.95; an odd number has one at no bias.

    Raises:
        ValueError: on numbers out of range.

    Example:
        >>> law = macrospin_rates(6.0, 1e-9)
        >>> up, down = law.log_rates(0.0)
        >>> round(float(jnp.exp(up) + jnp.exp(down)) * 1e-9 / 5.60219e-3, 4)
        1.0
    """
    two_states(delta)
    checks.positive("unit_time", unit_time)
    grid = np.linspace(-_LARGEST_BIAS, _LARGEST_BIAS, checks.whole_number("points", points, 3))
    # The other rate is the one at the opposite bias.
    up = np.array([_log_escape(delta, float(h)) for h in grid]) - np.log(unit_time)
    ends = -_LARGEST_BIAS, _LARGEST_BIAS
    return TableRates(*ends, up.astype(np.float32), up[::-1].astype(np.float32), critical, offset)


def entropic_time(barrier: Number, tau_inf: Number, characteristic: Number) -> jax.Array:
    """tau0 by the Meyer-Neldel rule: ``tau_inf exp(-E_a / E_MN)``, s.

    A barrier with many paths over it (nucleation of a domain wall) has a prefactor that falls as
    the barrier rises (L. Desplat & J.-V. Kim, Phys. Rev. Lett. 125, 107201 (2020)).

    Args:
        barrier, characteristic: E_a and E_MN in one unit, for instance kT.
        tau_inf: s.

    Example:
        >>> f"{float(entropic_time(20.0, 1e-9, 2.0)):.2g}"
        '4.5e-14'
    """
    check_known("characteristic", characteristic, 0.0, strictly=True)
    return jnp.asarray(tau_inf) * jnp.exp(-jnp.asarray(barrier) / jnp.asarray(characteristic))


def two_states(delta: float) -> None:
    """Refuse a barrier at which a magnet is no two-state system.

    Raises:
        ValueError: below 3 kT, with what to use instead.
    """
    if not (np.isfinite(delta) and delta >= 3):
        raise ValueError(
            f"delta is {delta!r}; expected at least 3 kT: below, a magnet has no two states with "
            "exponential dwells. Use pbits.devices.axial_pbit.AxialPBit for a perpendicular "
            "magnet, pbits.devices.kubo.EasyPlane for a disk without an easy axis"
        )


def _log_escape(delta: float, bias: float) -> float:
    if delta > _EIGENVALUES_TO:
        return float(np.log(escape_rate(delta, bias)))
    law = AxialMagnet(delta, bias)
    total = law.eigenvalues()[1] / (2 * delta)
    return float(np.log(total * law.stationary[law.centres > 0].sum()))


@jax.custom_jvp
def _power(base: jax.Array, power: jax.Array) -> jax.Array:
    """Zero where there is no barrier any more, its derivative too."""
    left = jnp.maximum(base, 0)
    usual = (power == 2) | (power == 1) | (power == 1.5)
    # A power of any exponent takes longer than all else in a step of a p-bit.
    return jax.lax.cond(jnp.all(usual), _usual_power, _any_power, left, power)


def _usual_power(left: jax.Array, power: jax.Array) -> jax.Array:
    factor = jnp.where(power == 2, left, jnp.where(power == 1, 1, jnp.sqrt(left)))
    return left * factor


def _any_power(left: jax.Array, power: jax.Array) -> jax.Array:
    return jnp.where(left > 0, jnp.where(left > 0, left, 1) ** power, 0)


@_power.defjvp
def _power_jvp(primals: Any, tangents: Any) -> Any:
    base, power = primals
    found = _power(base, power)
    safe = jnp.where(base > 0, base, 1)
    slope = power * safe ** (power - 1) * tangents[0] + found * jnp.log(safe) * tangents[1]
    return found, jnp.where(base > 0, slope, 0)


def _polynomial(coefficients: Number, v: jax.Array) -> jax.Array:
    parts = jnp.asarray(coefficients)
    total = jnp.zeros(v.shape, parts.dtype)
    for k in range(parts.shape[0] - 1, -1, -1):
        total = total * v + parts[k]
    return total
