"""Circuits of two terminals (spin-transfer torque) and of three (spin-orbit torque).

As in :mod:`pbits.devices.circuit`, m = +1 is the antiparallel state and a positive input of a
device's law drives it there.
"""

from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from pbits.devices.checking import Number, check_known
from pbits.devices.circuit import Conductances, Pair


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class TwoTerminalRates:
    """Spin-transfer torque in the junction that is read, for a Telegraph.

    At constant voltage the torque goes as ``V G_P``, whatever the state; at constant current the
    voltage depends on the state, and so does what it does to the barrier: the dwells become unequal
    where the current is large.

    Attributes:
        law: rates of the device over its current in A.
        junction: its conductances.
        barrier_per_volt: change of the barrier over kT per V (VCMA), equal for both states.
        by_current: whether the input is A rather than V.

    Example:
        >>> from pbits.devices.rate_laws import BarrierRates
        >>> law = BarrierRates(delta=5.0, tau0=1e-9, critical=1e-5)
        >>> pbit = TwoTerminalRates(law, Conductances(1e-4, 1.0), barrier_per_volt=2.0)
        >>> up, down = pbit.log_rates(0.01)
        >>> round(float(up - down), 3)  # 4 delta i, i = 0.01 V * 1e-4 S / 1e-5 A
        2.0
    """

    law: Any
    junction: Conductances
    barrier_per_volt: Number = 0.0
    by_current: bool = field(default=False, metadata={"static": True})

    def log_rates(self, inputs: Number) -> Pair:
        """``(ln nu_up, ln nu_down)`` in 1/s."""
        given = jnp.asarray(inputs)
        current = given if self.by_current else given * self.junction.parallel
        up, down = self.law.log_rates(current)
        low, high = (self._voltage(given, m) for m in (-1.0, 1.0))
        return up - self.barrier_per_volt * low, down - self.barrier_per_volt * high

    def power(self, inputs: Number, distribution: Pair) -> jax.Array:
        """Mean watts in the junction."""
        m, weights = distribution
        given = jnp.asarray(inputs)[..., None]
        voltage = self._voltage(given, m)
        return jnp.sum(weights * voltage**2 * self.junction.at(m, voltage), -1)

    def _voltage(self, given: jax.Array, m: Number) -> jax.Array:
        if not self.by_current:
            return given
        return self.junction.at_current(m, given)[0]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class SpinOrbit:
    """Three terminals: a current in a heavy metal writes, a voltage on the junction reads.

    Attributes:
        junction: its conductances.
        channel: resistance of the heavy metal, Ohm.
        reading: V.

    Raises:
        ValueError: on a resistance not above zero.
    """

    junction: Conductances
    channel: Number
    reading: Number = 0.1

    def __post_init__(self) -> None:
        check_known("channel", self.channel, 0.0, strictly=True)

    def power(self, inputs: Number, distribution: Pair) -> jax.Array:
        """Mean watts of writing at a current (A) and reading."""
        m, weights = distribution
        read = jnp.square(jnp.asarray(self.reading)) * self.junction.at(m, self.reading)
        return jnp.square(jnp.asarray(inputs)) * self.channel + jnp.sum(weights * read, -1)
