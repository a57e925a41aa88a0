"""Energy per random bit of a p-bit, from its own voltages, conductances and times.

``E = P t + C V**2``: what flows during a sample, and charging the output once.  Quoted at one
correlation time, where neighbouring bits are still related (a correlation of e**-1), and at four,
where they hardly are (e**-4 = 1.8 %).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from pbits.devices.checking import Number
from pbits.devices.pbit_model import PBitModel


class BitEnergy(NamedTuple):
    """Joules per bit.

    Attributes:
        correlation_time: s.
        at_one, at_four: joules at a sample every 1 and every 4 correlation times.
    """

    correlation_time: jax.Array
    at_one: jax.Array
    at_four: jax.Array


def bit_energy(
    model: PBitModel,
    power: Number,
    inputs: Number = 0.0,
    *,
    capacitance: Number = 0.0,
    swing: Number = 0.0,
) -> BitEnergy:
    """Energy per bit at both sampling intervals.

    Args:
        model: whose correlation time counts.
        power: W that flows, for instance the `power` of a circuit; ``V**2 <G>`` for one junction.
        inputs: of the model.
        capacitance: F, charged once per bit.
        swing: V of that.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.devices.telegraph import Telegraph
        >>> pbit = Telegraph(ConstantTime(1e-9))
        >>> found = bit_energy(pbit, 0.1**2 * 1e-4, capacitance=1e-15, swing=0.8)
        >>> [f"{float(e):.3g}" for e in (found.at_one, found.at_four)]
        ['1.64e-15', '4.64e-15']
    """
    tau = model.correlation_time(inputs)
    charging = jnp.asarray(capacitance) * jnp.square(jnp.asarray(swing))
    one, four = (k * tau * jnp.asarray(power) + charging for k in (1, 4))
    return BitEnergy(tau, one, four)
