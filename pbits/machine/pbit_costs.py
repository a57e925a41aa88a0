"""What one decision of a p-bit costs in joules, seconds and area, from its device and circuit.

``E = P t + C V**2 + leakage t`` (:mod:`pbits.devices.energy`): the current that flows while the
p-bit is waited for, its output charged once, and what leaks.  A p-bit read after one correlation
time is still related to its last value (e**-1), after four hardly (e**-4 = 1.8 %): both are given.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from crossbar.costs import Costs
from crossbar.ledger import charge
from pbits import checks
from pbits.devices.checking import Number
from pbits.devices.circuit import Divider, DividerPBit, Transistor
from pbits.devices.energy import bit_energy
from pbits.devices.junction import Junction
from pbits.devices.kubo import easy_plane
from pbits.devices.pbit_model import PBitModel

GATE = 1e-16
"""F, of the gates of a small transistor: assumed."""
TRANSISTORS = 5
"""Of a p-bit of one junction in a divider with an inverter behind: three to five."""
CMOS_TRANSISTORS = 10_000
"""At most, of a digital p-bit: Singh et al., Nat. Commun. 15, 2685 (2024)."""
_DRAWN = 45e-9  # m, node of the table's arithmetic and memories
_ROUNDS = 60  # of halving: more than a float32 has digits


class PBitCost(NamedTuple):
    """One p-bit.

    Attributes:
        seconds: that a decision is waited for.
        power: W, mean, while it is waited for.
        switching: J, once a decision.
        leakage: W, always.
        area: m^2.
        correlation_time: s, of the device; 0 where decisions are independent.
        notes: what is assumed.
        input_bits: of a converter before it, where fields come as numbers; see `input_joules`.
    """

    seconds: float
    power: float
    switching: float = 0.0
    leakage: float = 0.0
    area: float = 0.0
    correlation_time: float = 0.0
    notes: tuple[str, ...] = ()
    input_bits: int = 0

    @property
    def joules(self) -> float:
        """Of one decision, with the leakage of its own duration."""
        return (self.power + self.leakage) * self.seconds + self.switching


def decision_cost(
    model: PBitModel,
    power: Number,
    inputs: Number = 0.0,
    *,
    seconds: float | None = None,
    capacitance: float = 4 * GATE,
    swing: float = 0.8,
    leakage: float = 0.0,
    area: float | None = None,
) -> PBitCost:
    """A p-bit read some time after its last decision.

    Args:
        model: whose correlation time counts.
        power: W that flows, such as a circuit's `power`, or ``V**2 <G>`` of one junction.
        inputs: of the model.
        seconds: from input to reading; four correlation times by default.
        capacitance: F, charged once a decision: by default the gates of two inverters.
        swing: V of that.
        leakage: W.
        area: m^2; a junction and `TRANSISTORS` transistors of the table by default.

    Raises:
        ValueError: on numbers out of range.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.devices.telegraph import Telegraph
        >>> cost = decision_cost(Telegraph(ConstantTime(1e-9)), 0.1**2 * 1e-4)
        >>> f"{cost.seconds:.0e} s, {cost.joules:.3g} J"
        '4e-09 s, 4.26e-15 J'
    """
    watts = checks.non_negative("power", float(jnp.asarray(power)))
    for name, value in (("capacitance", capacitance), ("swing", swing), ("leakage", leakage)):
        checks.non_negative(name, value)
    found = bit_energy(model, watts, inputs)
    tau = float(found.correlation_time)
    notes = [f"p-bits charge {capacitance * 1e15:.3g} fF to {swing:g} V once a decision"]
    if area is None:
        area = small_area()
        notes.append(f"area of a p-bit: one junction and {TRANSISTORS} transistors, dense")
    notes += [] if leakage else ["p-bits do not leak"]
    wait = 4 * tau if seconds is None else checks.positive("seconds", seconds)
    switching = capacitance * swing**2
    return PBitCost(wait, watts, switching, leakage, area, tau, tuple(notes))


def at_one_and_four(cost: PBitCost) -> tuple[float, float]:
    """Joules of a decision at one and at four correlation times.

    Raises:
        ValueError: for a p-bit without a correlation time.

    Example:
        >>> [f"{joules:.2g}" for joules in at_one_and_four(divider_cost())]
        ['4.5e-15', '1.7e-14']
    """
    tau = checks.positive("correlation_time", cost.correlation_time)
    one, four = (cost._replace(seconds=k * tau).joules for k in (1, 4))
    return one, four


def divider_cost(
    junction: Junction | None = None,
    *,
    supply: float = 0.8,
    seconds: float | None = None,
    capacitance: float = 4 * GATE,
    leakage: float = 0.0,
) -> PBitCost:
    """A magnet in its plane, a transistor that divides the supply with it, an inverter behind.

    The transistor conducts a fifth of the parallel junction's conductance at its threshold, and the
    gate is set where the output is as often up as down.

    Args:
        junction: in plane and without an easy axis; preset "easy-plane-disk" by default.
        supply: V.
        seconds, capacitance, leakage: see `decision_cost`.

    Raises:
        ValueError: on a junction out of plane, or without resistance.

    Example:
        >>> cost = divider_cost()
        >>> f"{cost.correlation_time * 1e12:.0f} ps, {cost.power * 1e6:.0f} uW"
        '136 ps, 31 uW'
    """
    if junction is None:
        from pbits.devices import presets

        junction = presets.get("easy-plane-disk")
    model, gate = divider_pbit(junction, supply)
    cost = decision_cost(
        model, model.power(gate), gate, seconds=seconds, capacitance=capacitance, swing=supply,
        leakage=leakage,
    )  # fmt: skip
    notes = ("current through the p-bits at zero field stands for all fields",)
    return cost._replace(notes=(*cost.notes, *notes))


def divider_pbit(junction: Junction, supply: float = 0.8) -> tuple[DividerPBit, float]:
    """The p-bit that `divider_cost` counts, and the gate's V at which it is as often up as down.

    Raises:
        ValueError: on a junction out of plane, or without resistance.

    Example:
        >>> from pbits.devices import presets
        >>> pbit, gate = divider_pbit(presets.get("easy-plane-disk"))
        >>> bool(abs(pbit.transfer(gate)) < 0.01)
        True
    """
    if junction.orientation != "in-plane":
        raise ValueError(
            "the junction is perpendicular; expected one in plane: for two states use "
            "decision_cost with a Telegraph of circuit.DividerRates"
        )
    checks.positive("supply", supply)
    own = junction.conductances()
    divider = Divider(own, Transistor(0.2 * float(jnp.asarray(own.parallel))), supply)
    disk = easy_plane(
        junction.moment, junction.hard_field(), junction.alpha, junction.temperature
    )  # fmt: skip
    return DividerPBit(disk, divider), _middle(divider)


def _middle(divider: Divider) -> float:
    """Gate voltage at which the level is 0, found by halving: the level rises with the gate."""
    low, high = -2.0, 5.0
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if float(divider.level(middle)) < 0 else (low, middle)
    return high


def junction_power(junction: Junction, voltage: float) -> float:
    """W, ``V**2 <G>`` of a junction as often parallel as antiparallel.

    Example:
        >>> from pbits.devices import presets
        >>> f"{junction_power(presets.get('easy-plane-disk'), 0.1):.2g}"
        '9.2e-07'
    """
    return float(voltage**2 * np.mean(junction.conductance([-1.0, 1.0], voltage)))


def small_area(costs: Costs | None = None) -> float:
    """m^2, of a junction and its transistors.

    Example:
        >>> f"{small_area() * 1e12:.2g} um^2"
        '0.075 um^2'
    """
    return charge(parts={"pbit.junction": 1, "pbit.transistor": TRANSISTORS}, costs=costs).area


def input_joules(bits: int, *, unit: float = 1e-15, swing: float = 0.8) -> float:
    """J, of setting a p-bit's input by a converter of equal capacitors: ``2**bits C V**2``.

    Args:
        bits: of the converter; 0 where a current or voltage is taken as it is, for nothing.
        unit: F, of one capacitor, which is assumed.
        swing: V.

    Example:
        >>> f"{input_joules(8):.2g}"
        '1.6e-13'
    """
    whole = checks.whole_number("bits", bits, 0)
    return 2.0**whole * unit * swing**2 if whole else 0.0


def cmos_cost(
    *,
    random_bits: int = 32,
    table_bits: int = 32,
    clock: float = 1e-9,
    node: float = 7e-9,
    voltage: float = 0.7,
    costs: Costs | None = None,
) -> PBitCost:
    """A digital p-bit: a shift register of random bits, a table of tanh, a comparison.

    Counted with the table's entries for 45 nm and 1 V, then scaled: capacitance as the node, energy
    as capacitance and the square of the voltage, which is assumed.

    Args:
        random_bits: of the register, shifted once a decision, and of the comparison.
        table_bits: read from a small memory.
        clock: s, of a decision.
        node: m.
        voltage: V.
        costs: a table of your own.

    Raises:
        ValueError: on numbers out of range.

    Example:
        >>> f"{cmos_cost().joules:.2g} J, {cmos_cost(node=45e-9, voltage=1.0).joules:.2g} J"
        '4e-13 J, 5.3e-12 J'
    """
    checks.whole_number("random_bits", random_bits, 1)
    checks.whole_number("table_bits", table_bits, 0)
    for name, value in (("clock", clock), ("node", node), ("voltage", voltage)):
        checks.positive(name, value)
    parts = {
        "register.bit": random_bits,
        "tree.add_bit": random_bits,
        "sram.8kB.bit": table_bits,
    }
    joules = charge(parts, costs=costs).energy * node / _DRAWN * voltage**2
    dense = charge(parts={"pbit.transistor": CMOS_TRANSISTORS}, costs=costs).area
    notes = (
        f"digital p-bits: arithmetic and memory of 45 nm scaled to {node * 1e9:g} nm and "
        f"{voltage:g} V (C as the node, C V^2)",
        f"area of a digital p-bit: {CMOS_TRANSISTORS} transistors of 22-nm memory",
        "p-bits do not leak",
    )
    return PBitCost(clock, 0.0, joules, 0.0, dense, 0.0, notes)
