"""Any p-bit model as the p-bit of a machine: ticks for `kernels.coupled.PBit`.

The machine's field becomes an input so that the model's mean spin at rest would be that of an
ideal p-bit, ``tanh(-drive / 2)``, drive being ``2 beta I``: ``input = offset - drive / (2 slope)``
for a model whose transfer curve is ``tanh(slope (input - offset))``.  Telegraphs of
:class:`~pbits.devices.rate_laws.ConstantTime`, and of
:class:`~pbits.devices.rate_laws.BarrierRates` with n = 1 or 2 below the critical input, have
exactly that curve; of others `slope` is a fit and the machine's law is not Boltzmann's.

A model that is no more than its spin starts each tick from the spin the machine has: a junction
that stands still until it is clocked.  One that remembers more goes on all the time, clocked or
not.

Devices differ: what is told to a p-bit is not what it hears, ``gain (input - shift)``, and only the
first is known to the machine.  Its `slope` and `offset` are what calibration believes.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from pbits import random
from pbits.devices.checking import Number
from pbits.devices.pbit_model import PBitModel, fine_uniforms
from pbits.devices.rate_laws import BarrierRates
from pbits.devices.telegraph import Telegraph


class Clocked(NamedTuple):
    """Parameters of a machine's p-bits; every number may be [n, 1], one for each.

    Attributes:
        model: the junctions.
        dt: s, time that a clocked p-bit has.
        slope: of ``atanh`` of the transfer curve, per unit of input.
        offset: input at which the mean spin is zero.
        gain, shift: a junction's own error: an input x acts as ``gain (x - shift)``.
        code, most: of the converter that gives inputs, its step in units of ``beta I`` and its last
            code; None for inputs that are not rounded.
    """

    model: PBitModel
    dt: Number
    slope: Number = 1.0
    offset: Number = 0.0
    gain: Number = 1.0
    shift: Number = 0.0
    code: Number | None = None
    most: Number | None = None


class Heated(NamedTuple):
    """P-bits whose temperature sets beta; their inputs stay those of one scale.

    Attributes:
        clocked: p-bits as they are at the temperature of their numbers.
        reference: beta there; at another temperature T it is ``reference T_0 / T``.
        waited: barrier over kT, at that temperature, of the p-bits for whose time `clocked.dt` is
            given: it changes as theirs does; 0 for a fixed time.
    """

    clocked: Clocked
    reference: Number
    waited: Number = 0.0


def start(parameters: Clocked, spins: jax.Array) -> Any:
    """State of junctions that show int8 spins [n, reads]."""
    return parameters.model.showing(spins) if parameters.model.remembers else ()


def heard(parameters: Clocked, drive: jax.Array) -> jax.Array:
    """The inputs at which junctions of these drives [n, reads] find themselves."""
    if parameters.code is not None and parameters.most is not None:
        step, most = 2 * jnp.asarray(parameters.code), jnp.asarray(parameters.most)
        drive = jnp.clip(jnp.round(drive / step), -most, most) * step
    told = jnp.asarray(parameters.offset) - drive / (2 * jnp.asarray(parameters.slope))
    return jnp.asarray(parameters.gain) * (told - jnp.asarray(parameters.shift))


def tick(
    keys: random.RowKeys,
    parameters: Clocked,
    state: Any,
    spins: jax.Array,
    drive: jax.Array,
    lane: jax.Array,
    beta: jax.Array,
) -> tuple[jax.Array, Any]:
    """One clock: every junction for `dt` seconds at the input of its drive float32 [n, reads].

    Returns:
        int8 spins [n, reads] and the state.

    Example:
        >>> from pbits.kernels.coupled import PBit
        >>> PBit(start, tick, "telegraph").name
        'telegraph'
    """
    del beta
    model = parameters.model
    given = model.propagator(heard(parameters, drive), parameters.dt)
    before = state if model.remembers else model.showing(spins)

    def draw(number: int, part: Any = 0) -> jax.Array:
        first = random.mix(keys.first ^ jnp.asarray(part, jnp.uint32), keys.second)
        return fine_uniforms(random.RowKeys(first, keys.second), lane, number)

    after = model.step(draw, before, given)
    seen = jnp.broadcast_to(model.spin(after, given), spins.shape)
    return seen, after if model.remembers else ()


def start_heated(parameters: Heated, spins: jax.Array) -> Any:
    """As `start`."""
    return start(parameters.clocked, spins)


def tick_heated(
    keys: random.RowKeys,
    parameters: Heated,
    state: Any,
    spins: jax.Array,
    drive: jax.Array,
    lane: jax.Array,
    beta: jax.Array,
) -> tuple[jax.Array, Any]:
    """As `tick`, of telegraphs over barriers, at the temperature that makes this beta.

    Barriers over kT go as 1 / T, and with them both how strongly an input weighs and how long a
    p-bit takes.

    Example:
        >>> from pbits.kernels.coupled import PBit
        >>> PBit(start_heated, tick_heated, "telegraph").name
        'telegraph'
    """
    clocked, reference, waited = parameters
    colder = jnp.reshape(beta / reference, (1, -1))
    longer = jnp.exp(waited * (colder - 1))
    given = clocked._replace(
        model=cooled(clocked.model, colder), dt=jnp.asarray(clocked.dt) * longer
    )
    return tick(keys, given, state, spins, drive / colder, lane, beta)


def cooled(model: PBitModel, colder: Number) -> PBitModel:
    """Telegraphs over barriers at a temperature that is lower by this factor.

    The critical input, a barrier's energy over that of the input, stays as it is.

    Raises:
        TypeError: on other models, whose numbers do not tell how they depend on temperature.

    Example:
        >>> warm = Telegraph(BarrierRates(delta=4.0, tau0=1e-9))
        >>> round(float(cooled(warm, 1.5).correlation_time() / warm.correlation_time()), 3)
        7.389
    """
    if not (isinstance(model, Telegraph) and isinstance(model.law, BarrierRates)):
        raise TypeError(f"model is {model!r}; expected a Telegraph of BarrierRates")
    return replace(model, law=replace(model.law, delta=jnp.asarray(model.law.delta) * colder))
