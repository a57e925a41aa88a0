"""P-bits as circuits: a junction and a transistor divide the supply, an inverter decides.

Two and three terminals: :mod:`pbits.devices.terminals`.

In every circuit m = +1 of the device is the *antiparallel* state, and a positive input of its law
drives it there: in the signs of :mod:`pbits.devices.junction` m = -m.p, and a current I of a
`Junction` is the input -I.  Conductance, not resistance, is linear in the cosine.  Transistors are
resistors that the gate sets, in the form of the EKV model at low drain voltage (Enz, Krummenacher &
Vittoz 1995, cited from memory); their dependence on the drain voltage is left out.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from pbits.devices.checking import Number, check_known
from pbits.devices.pbit_model import Draw, PBitModel

Pair = tuple[jax.Array, jax.Array]
_CERTAIN = 30.0  # logarithm by which rates of an output that cannot flip are parted
_ROUNDS = 12  # of the junction's voltage at a given current


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Conductances:
    """Of a junction: ``G = (G_P + G_AP) / 2 - (G_P - G_AP) / 2 m``, m = +1 antiparallel.

    Attributes:
        parallel: G_P, S.
        tmr: ``G_P / G_AP - 1`` at no voltage.
        half_voltage: V at which the ratio is half of that: ``tmr / (1 + (V / V_h)**2)``.

    Raises:
        ValueError: on numbers that are not above zero (`tmr`: negative).

    Example:
        >>> junction = Conductances(parallel=1e-4, tmr=1.0)
        >>> round(1e6 * float(junction.at(1.0)))  # uS
        50
    """

    parallel: Number
    tmr: Number
    half_voltage: Number = 0.5

    def __post_init__(self) -> None:
        check_known("parallel", self.parallel, 0.0, strictly=True)
        check_known("tmr", self.tmr, 0.0)
        check_known("half_voltage", self.half_voltage, 0.0, strictly=True)

    def at(self, m: Number, voltage: Number = 0.0) -> jax.Array:
        """Siemens at a direction -1 to 1 and a voltage."""
        ratio = self.tmr / (1 + jnp.square(jnp.asarray(voltage) / self.half_voltage))
        low = self.parallel / (1 + ratio)
        return jnp.asarray((self.parallel + low) / 2 - (self.parallel - low) / 2 * m)

    def at_current(self, m: Number, current: Number) -> Pair:
        """Voltage and conductance at a current in A."""
        conductance = self.at(m)
        for _ in range(_ROUNDS):
            conductance = self.at(m, jnp.asarray(current) / conductance)
        return jnp.asarray(current) / conductance, conductance


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Transistor:
    """A conductance that the gate sets: ``G_0 ln(1 + e**x) / (1 + e**-x)``, x = (V - V_T) / width.

    Attributes:
        unit: G_0, S.
        threshold: V_T, V.
        width: V, twice the slope factor times kT / e: about 0.07 at room temperature.

    Raises:
        ValueError: on a unit or width not above zero.

    Example:
        >>> gate = Transistor(unit=2e-5, threshold=0.3)
        >>> bool(gate.conductance(0.2) < gate.conductance(0.4))
        True
    """

    unit: Number
    threshold: Number = 0.3
    width: Number = 0.07

    def __post_init__(self) -> None:
        check_known("unit", self.unit, 0.0, strictly=True)
        check_known("width", self.width, 0.0, strictly=True)

    def conductance(self, gate: Number) -> jax.Array:
        """Siemens at a gate voltage."""
        x = (jnp.asarray(gate) - self.threshold) / self.width
        return jnp.asarray(self.unit) * jax.nn.softplus(x) * jax.nn.sigmoid(x)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Divider:
    """Junction from the supply to a node, transistor from the node to ground, inverter behind.

    The output is +1 where the node is below ``switching * supply``: where the junction conducts
    less than the transistor does, scaled.  K. Y. Camsari et al., IEEE Electron Device Lett. 38,
    1767 (2017).

    Attributes:
        junction: its conductances.
        transistor: driven by the input, V.
        supply: V.
        switching: share of the supply at which the inverter turns.

    Raises:
        ValueError: on a supply or switching point not above zero.
    """

    junction: Conductances
    transistor: Transistor
    supply: Number = 0.8
    switching: Number = 0.5

    def __post_init__(self) -> None:
        check_known("supply", self.supply, 0.0, strictly=True)
        check_known("switching", self.switching, 0.0, strictly=True)

    def level(self, inputs: Number) -> jax.Array:
        """What the device's m is held against: the output is +1 where ``m > -level``.

        At the switching point the junction's voltage is known, so its TMR is too.
        """
        share = jnp.asarray(self.switching)
        high, low = (self.junction.at(m, (1 - share) * self.supply) for m in (-1.0, 1.0))
        wanted = self.transistor.conductance(inputs) * share / (1 - share)
        return (2 * wanted - high - low) / (high - low)

    def currents(self, inputs: Number, m: Number) -> jax.Array:
        """Amperes from the supply at a direction m, the junction at its share of the supply."""
        gate = self.transistor.conductance(inputs)
        voltage = (1 - jnp.asarray(self.switching)) * self.supply
        conductance = self.junction.at(m, voltage)
        return jnp.asarray(self.supply) * conductance * gate / (conductance + gate)

    def power(self, inputs: Number, distribution: Pair) -> jax.Array:
        """Mean watts from the supply."""
        m, weights = distribution
        seen = self.currents(jnp.asarray(inputs)[..., None], m)
        return jnp.asarray(self.supply) * jnp.sum(weights * seen, -1)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class DividerRates:
    """A two-state junction in a divider: rates of its *output*, for a Telegraph.

    The current that flows depends on the state, so each rate sees that of the state it leaves.
    Between both conductances the gate shifts the mean by this torque only; beyond, the output is
    certain.

    Attributes:
        law: rates of the device over its current in A.
        divider: the circuit; its input is the gate, V.
        direction: +1 where current drives the device antiparallel, -1 where parallel.
    """

    law: Any
    divider: Divider
    direction: Number = 1.0

    def log_rates(self, inputs: Number) -> Pair:
        """``(ln nu_up, ln nu_down)`` in 1/s at a gate voltage."""
        low, high = (self.direction * self.divider.currents(inputs, m) for m in (-1.0, 1.0))
        up, down = self.law.log_rates(low)[0], self.law.log_rates(high)[1]
        level = self.divider.level(inputs)
        parted = _CERTAIN * ((level >= 1) * 1.0 - (level <= -1) * 1.0)
        return up + parted, down - parted


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class DividerPBit(PBitModel):
    """A magnet of any direction in a divider: its own distribution makes the transfer curve.

    Attributes:
        device: read by a comparator, :class:`~pbits.devices.kubo.EasyPlane` or
            :class:`~pbits.devices.axial_pbit.AxialComparator`; of two states, use a Telegraph of
            :class:`DividerRates`.
        divider: the circuit; its input is the gate, V.

    Example:
        >>> from pbits.devices.kubo import easy_plane
        >>> divider = Divider(Conductances(1e-4, 1.0), Transistor(2e-5))
        >>> pbit = DividerPBit(easy_plane(1.5e-18, 0.8, 0.01), divider)
        >>> pbit.transfer(jnp.array([0.2, 0.8])).tolist()
        [-1.0, 1.0]
    """

    device: Any
    divider: Divider

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean output over the gate's voltage."""
        return self.device.transfer(self.divider.level(inputs))

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Of the output."""
        return self.device.autocorrelation(times, self.divider.level(inputs))

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Of the output, seconds."""
        return self.device.correlation_time(self.divider.level(inputs))

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Of the output, as the device says, seconds."""
        return self.device.mean_dwell(self.divider.level(inputs))

    def power(self, inputs: Number) -> jax.Array:
        """Mean watts from the supply."""
        return self.divider.power(inputs, self.device.distribution())

    def propagator(self, inputs: Number, dt: Number) -> Any:
        """The device's."""
        return self.device.propagator(self.divider.level(inputs), dt)

    def begin(self, draw: Draw, given: Any) -> Any:
        """The device's."""
        return self.device.begin(draw, given)

    def showing(self, spins: jax.Array) -> Any:
        """The device's."""
        return self.device.showing(spins)

    def step(self, draw: Draw, state: Any, given: Any) -> Any:
        """The device's."""
        return self.device.step(draw, state, given)

    def spin(self, state: Any, given: Any) -> jax.Array:
        """The device's."""
        return self.device.spin(state, given)
