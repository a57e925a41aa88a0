"""A radio front end: powers in, classes out.

Each input of a network is the power of a microwave at one spin-torque diode, whose rectified
voltage drives a word line of the first layer's array (:mod:`pbits.datasheets.sensors`).  Weak
powers drown in the thermal noise of the diodes' resistance, ``sqrt(4 k T R B)``; strong ones
saturate them.  Noise of the amplifier behind is not counted.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from crossbar import chance
from crossbar.programmed import ProgrammedMatrix
from pbits import checks
from pbits.datasheets.sensors import PowerCurve, fed_by
from pbits.devices.macrospin import BOLTZMANN
from pbits.neural.linear import Linear
from pbits.neural.network import LinearHook

_TYPICAL = 64  # powers between which the gain is fitted


class FrontEnd(NamedTuple):
    """Diodes of one kind, an input of 1 being a power of `top`.

    Attributes:
        curve: of the diode; its sign does not matter, leads can be swapped.
        top: W, at an input of 1.
        seconds: that a voltage is averaged over.
        resistance: Ohm, of the diode, for its noise; 0 for none.
        temperature: K.
    """

    curve: PowerCurve
    top: float
    seconds: float = 1e-6
    resistance: float = 0.0
    temperature: float = 300.0

    @property
    def noise(self) -> float:
        """V, r.m.s., in the band 1 / (2 seconds).

        Example:
            >>> curve = PowerCurve(jnp.array([0.0, 1e-9]), jnp.array([0.0, 2e-6]), 2000.0)
            >>> f"{FrontEnd(curve, 1e-9, 1e-6, 1000.0).noise:.2g}"
            '2.9e-06'
        """
        band = 1 / (2 * self.seconds)
        return float(np.sqrt(4 * BOLTZMANN * self.temperature * self.resistance * band))

    @property
    def used(self) -> PowerCurve:
        """The curve from 0 to `top`, rising.

        Raises:
            ValueError: where the curve ends before.
        """
        powers, top = np.asarray(self.curve.powers), checks.positive("top", self.top)
        # As many points whatever the top, so that one program serves all.
        inner = np.append(np.minimum(powers[:-1], np.float32(top)), np.float32(top))
        volts = np.asarray(self.curve.volts_at(inner))
        sign = 1.0 if volts[-1] >= 0 else -1.0
        return PowerCurve(
            jnp.asarray(inner), jnp.asarray(np.float32(sign) * volts), sign * self.curve.sensitivity
        )

    def volts(self, inputs: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """V, of inputs [...] from 0 to 1, with noise if there is a key."""
        used = self.used
        clean = _between(used.powers, used.volts, inputs)
        if key is None or not self.resistance:
            return clean
        return clean + self.noise * chance.normal(key, clean.shape, clean.dtype)

    def joules(self, inputs: ArrayLike) -> float:
        """J, of microwaves that an image takes on average: inputs [n, ...]."""
        mean = np.asarray(inputs, np.float64).reshape(len(np.asarray(inputs)), -1).sum(1).mean()
        return float(mean * self.top * self.seconds)


@jax.jit
def _between(powers: jax.Array, volts: jax.Array, inputs: jax.Array) -> jax.Array:
    return jnp.interp(powers[-1] * jnp.clip(inputs, 0, 1), powers, volts)


def fed(
    memory: ProgrammedMatrix,
    front: FrontEnd,
    name: str,
    key: jax.Array | None = None,
    others: LinearHook | None = None,
) -> LinearHook:
    """A hook whose first layer is an array behind diodes; what is digital undoes one gain.

    The gain, in V per unit of input, is that of the least squared error over evenly spread inputs.

    Args:
        memory: of the layer; its inputs' range becomes that of the diodes.
        front: the diodes.
        name: of the layer, which reads the network's inputs.
        key: of `jax.random`, for the noise; None for none.
        others: hook of the other layers; float by default.
    """
    sensing, even = fed_by(memory, front.used), np.linspace(0, 1, _TYPICAL, dtype=np.float32)
    volts = np.asarray(front.volts(jnp.asarray(even)), np.float64)
    gain = float(volts @ even / (even @ even))

    def hook(layer_name: str, layer: Linear, rows: jax.Array) -> jax.Array:
        if layer_name == name:
            driven = front.volts(rows, key)
            if not memory.is_signed:
                driven = jnp.maximum(driven, 0)
            return sensing.memory.mvm(driven)[0] / gain
        if others is not None:
            return others(layer_name, layer, rows)
        return jnp.matmul(rows, layer.matrix, precision="highest")

    return hook
