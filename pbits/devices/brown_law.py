"""Closed forms of :mod:`~pbits.devices.rates` in JAX: differentiable in barrier, time and bias."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from pbits.devices.checking import Number, check_known

_LARGEST_BIAS = 0.95  # beyond, there is hardly a barrier: the last rate stays
Pair = tuple[jax.Array, jax.Array]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BrownRates:
    """A uniaxial magnet with a high barrier: Brown's rates times ``1 - 1 / delta``.

    Attributes:
        delta: barrier over kT at no bias; 1.2 % from the exact rate at 10, 2 % at 6, without bias.
        unit_time: t_D, s.
        critical: input at which a barrier is gone.
        offset: input at which both barriers are equal.

    Raises:
        ValueError: on a barrier of 1 or below, or a time or critical input not above zero.

    Example:
        >>> up, down = BrownRates(10.0, 1e-9).log_rates(0.0)
        >>> round(float(2 * jnp.exp(up)) * 1e-9 / 1.44108e-4, 2)
        1.01
    """

    delta: Number
    unit_time: Number
    critical: Number = 1.0
    offset: Number = 0.0

    def __post_init__(self) -> None:
        check_known("delta", self.delta, 1.0, strictly=True)
        for name in ("unit_time", "critical"):
            check_known(name, getattr(self, name), 0.0, strictly=True)

    def log_rates(self, inputs: Number) -> Pair:
        """``(ln nu_up, ln nu_down)`` in 1/s."""
        delta = jnp.asarray(self.delta)
        h = (jnp.asarray(inputs) - jnp.asarray(self.offset)) / jnp.asarray(self.critical)
        h = jnp.clip(h, -_LARGEST_BIAS, _LARGEST_BIAS)
        base = 0.5 * jnp.log(delta / jnp.pi) + jnp.log1p(-h * h) + jnp.log1p(-1 / delta)
        base = base - jnp.log(jnp.asarray(self.unit_time))
        up = base + jnp.log1p(-h) - delta * jnp.square(1 - h)
        return up, base + jnp.log1p(h) - delta * jnp.square(1 + h)


def cregg_time(delta: Number, unit_time: Number) -> jax.Array:
    """``rates.cregg`` in JAX: correlation time at no bias and any barrier, s; 8.5 % off at most.

    Example:
        >>> round(float(cregg_time(3.0, 1.0) * 0.0785671), 3)
        0.943
    """
    check_known("delta", delta, 0.0, strictly=True)
    check_known("unit_time", unit_time, 0.0, strictly=True)
    d = jnp.asarray(delta)
    whole = jnp.sqrt(d / jnp.pi) * d / (1 + d) + jnp.exp2(-d - 1)
    return jnp.asarray(unit_time) * jnp.expm1(d) / (2 * whole)
