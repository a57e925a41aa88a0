"""Writing until a read says it is done: pulses, time, energy and what stays wrong, in closed form.

Each pulse finds the magnet relaxed in its old well and switches it with probability P; pulses
never switch back.  A verifying read is wrong with given probabilities.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from numpy.typing import ArrayLike


class Effort(NamedTuple):
    """Expectations over a write with verification.

    Attributes:
        pulses: how many, as many as reads.
        error: probability of being unswitched at the end.
        energy: J.
        latency: s.
    """

    pulses: jax.Array
    error: jax.Array
    energy: jax.Array
    latency: jax.Array


def write_verify(
    probability: ArrayLike,
    most: int,
    *,
    write_energy: ArrayLike = 0.0,
    verify_energy: ArrayLike = 0.0,
    write_time: ArrayLike = 0.0,
    verify_time: ArrayLike = 0.0,
    missed: ArrayLike = 0.0,
    imagined: ArrayLike = 0.0,
) -> Effort:
    """Expected effort of at most `most` pulses, each followed by a read.

    With ``q = (1 - P) (1 - imagined)``, the probability of going on unswitched, and
    ``G(x) = sum_{k < most} x**k``: pulses ``G(q) + P missed (G(q) - G(missed)) / (q - missed)``,
    error ``(1 - P) imagined G(q) + q**most``.

    Args:
        probability: P of one pulse, of any shape; differentiable.
        most: pulses allowed, at least 1.
        write_energy, verify_energy: J, of a pulse and of a read.
        write_time, verify_time: s.
        missed: probability that the read of a switched magnet says it is not.
        imagined: probability that the read of an unswitched magnet says it is.

    Raises:
        ValueError: where `most` is below 1.

    Example:
        >>> effort = write_verify(0.5, 10, write_energy=1e-13, verify_energy=1e-14)
        >>> round(float(effort.pulses), 3), float(effort.error) == 0.5**10
        (1.998, True)
    """
    if most < 1:
        raise ValueError(f"most is {most!r}; expected at least 1 pulse")
    p, a, b = (jnp.asarray(x, jnp.float32) for x in (probability, missed, imagined))
    stay = (1 - p) * (1 - b)
    power = jnp.ones_like(stay + a)
    none = jnp.zeros_like(power)

    def once(_: int, sums: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        power, twice, pulses, tried = sums
        # twice is (stay**k - a**k) / (stay - a) as a sum: nothing cancels, nothing is divided.
        pulses = pulses + power + p * a * twice
        return power * stay, power + a * twice, pulses, tried + power

    power, _, pulses, tried = lax.fori_loop(0, most, once, (power, none, none, none))
    error = (1 - p) * b * tried + power
    each_energy = jnp.asarray(write_energy) + jnp.asarray(verify_energy)
    each_time = jnp.asarray(write_time) + jnp.asarray(verify_time)
    return Effort(pulses, error, pulses * each_energy, pulses * each_time)
