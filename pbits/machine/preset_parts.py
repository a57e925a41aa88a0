"""From a preset's numbers to the parts of a machine."""

from functools import lru_cache
from math import atanh, exp
from typing import Any

from crossbar.converters.adc import Adc, IdealAdc
from crossbar.converters.flash import FlashAdc
from crossbar.converters.sar import SarAdc
from crossbar.wires.wire import Wire
from pbits import runtime
from pbits.devices import presets as junctions
from pbits.devices import summary
from pbits.devices.rate_laws import BarrierRates, two_states
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Spread
from pbits.machine.clocking import Clocking
from pbits.machine.couplings import CrossbarCoupling, IdealCoupling, bipolar
from pbits.machine.machine import Machine
from pbits.machine.neurons import Neurons
from pbits.machine.pbit_costs import (
    cmos_cost,
    decision_cost,
    divider_cost,
    divider_pbit,
    junction_power,
)

PBITS = ("ideal", "telegraph", "divider", "digital")
CONVERTERS = ("ideal", "sar", "flash")
_HALF = atanh(0.5)  # the mean spin at I50 is a half
_STEP = 1e-3  # V, over which a divider's slope is taken


def build(**numbers: Any) -> Machine:
    """A machine.

    Args:
        pbits: one of `PBITS`.
        junction: preset of a telegraph's or divider's junction.
        read_voltage: V, of a telegraph's.
        supply: V, of a divider.
        node, voltage, digital_clock: of digital p-bits.
        slope_spread: relative standard deviation between devices.
        offset_spread: standard deviation, of the argument of tanh.
        input_bits: of the converter before each p-bit.
        clock, wait: kind and wait of `Clocking`.
        chip: seed of all deviations.
        others: see `coupling_of`.

    Raises:
        ValueError: on another kind of p-bit or converter, or an impossible value.
    """
    runtime.ensure_configured()  # before JAX is used at all
    clocking = Clocking(numbers["clock"], wait=numbers.get("wait", Clocking.wait))
    return Machine(neurons_of(**numbers), coupling_of(**numbers), clocking)


def coupling_of(
    *,
    cell: str | None = None,
    wire: float = 0.0,
    rows: int = 128,
    columns: int = 128,
    arrays: int | None = None,
    weight_bits: int = 8,
    weight_error: float | None = None,
    converter: str = "ideal",
    adc_bits: int = 8,
    adc_mismatch: float = 0.0,
    adc_offset: float = 0.0,
    adc_noise: float = 0.0,
    columns_per_adc: int = 8,
    chip: int = 0,
    **others: Any,
) -> IdealCoupling | CrossbarCoupling:
    """Arrays of a cell, or an ideal coupling for none; arguments as `crossbar.Design`'s.

    Args:
        cell: preset.
        wire: Ohm, of a segment of either line.
        arrays, weight_error: see `CrossbarCoupling`.
        converter: one of `CONVERTERS`.
        adc_mismatch, adc_offset, adc_noise: of it.
        others: of the p-bits, not looked at.
    """
    del others
    if cell is None:
        return IdealCoupling()
    adc = _converter(converter, adc_bits, adc_mismatch, adc_offset, adc_noise)
    design = bipolar(
        cell, rows=rows, columns=columns, weight_bits=weight_bits, adc=adc,
        wire=Wire(word=wire, bit=wire) if wire else None, columns_per_adc=columns_per_adc,
    )  # fmt: skip
    return CrossbarCoupling(design, arrays=arrays, weight_error=weight_error, seed=chip)


def _converter(kind: str, bits: int, mismatch: float, offset: float, noise: float) -> Adc:
    if kind == "sar":
        return SarAdc(bits, mismatch=mismatch, offset=offset, noise=noise or None)
    if kind == "flash":
        return FlashAdc(bits, offset=offset, noise=noise or None)
    if kind == "ideal":
        return IdealAdc(bits)
    raise ValueError(f"converter is {kind!r}; expected one of {', '.join(CONVERTERS)}")


def neurons_of(
    *,
    pbits: str,
    junction: str = "in-plane-easy-axis",
    read_voltage: float = summary.READ_VOLTAGE,
    supply: float = 0.8,
    node: float = 7e-9,
    voltage: float = 0.7,
    digital_clock: float = 1e-9,
    slope_spread: float = 0.0,
    offset_spread: float = 0.0,
    input_bits: int = 0,
    chip: int = 0,
    **others: Any,
) -> Neurons:
    """P-bits; see `build`."""
    del others
    if pbits == "ideal":
        return Neurons()
    if pbits == "digital":
        return Neurons(cost=cmos_cost(clock=digital_clock, node=node, voltage=voltage))
    if pbits == "telegraph":
        own = telegraph_neurons(junction, read_voltage)
    elif pbits == "divider":
        own = divider_neurons(junction, supply)
    else:
        raise ValueError(f"pbits is {pbits!r}; expected one of {', '.join(PBITS)}")
    spread = Spread(slope=slope_spread, offset=offset_spread / own.slope)
    return Neurons(
        own.model, own.slope, own.offset, spread, chip, own.cost._replace(input_bits=input_bits)
    )


@lru_cache
def telegraph_neurons(name: str, read_voltage: float = summary.READ_VOLTAGE) -> Neurons:
    """Junctions of two states, driven by a current through them and read at a small voltage.

    Barrier, correlation time and I50 are those of the junction's exact law; between them rates
    follow the linear law of Arrhenius, ``ln(nu_up / nu_down) = 2 delta I / I_c``, whose mean spin
    is a tanh.

    Raises:
        ValueError: below a barrier of 3 kT, or where the junction has no I50.

    Example:
        >>> neurons = telegraph_neurons("in-plane-easy-axis")
        >>> tau, half = neurons.cost.correlation_time, _HALF / neurons.slope
        >>> f"{tau * 1e9:.1f} ns, I50 {half * 1e6:.1f} uA"
        '17.7 ns, I50 7.9 uA'
    """
    junction = junctions.get(name)
    delta = junction.barrier().value
    two_states(delta)
    half, time = summary.half_current(junction), summary.times(junction).correlation
    if half is None:
        raise ValueError(f"no I50 of {name} was found; use a junction that a current can hold")
    slope = _HALF / half
    # Two equal rates of exp(-delta) / tau0 make a correlation time of tau0 exp(delta) / 2.
    law = BarrierRates(delta, 2 * time * exp(-delta), delta / slope, exponent=1.0)
    model = Telegraph(law)
    watts = junction_power(junction, read_voltage) + _drive_power(junction, half)
    cost = decision_cost(model, watts)
    notes = (
        "rates between zero current and I50 follow the linear law of Arrhenius",
        "p-bits are driven by I50 all the time, beside the current that reads them",
    )
    return Neurons(model, slope, cost=cost._replace(notes=(*cost.notes, *notes)))


def _drive_power(junction: Any, current: float) -> float:
    """W, of a current through a junction as often parallel as antiparallel."""
    return current**2 * sum(0.5 / float(junction.conductance(c)) for c in (-1.0, 1.0))


@lru_cache
def divider_neurons(name: str, supply: float = 0.8) -> Neurons:
    """Disks without an easy axis, each in a divider with a transistor, an inverter behind.

    The mean spin is an arcsine of what the gate asks for, not a tanh: `slope` is that at the
    middle, and strong fields are certain.

    Raises:
        ValueError: on a junction out of plane, or without resistance.

    Example:
        >>> f"{divider_neurons('easy-plane-disk').cost.correlation_time * 1e12:.0f} ps"
        '136 ps'
    """
    junction = junctions.get(name)
    model, gate = divider_pbit(junction, supply)
    rise = float(model.transfer(gate + _STEP)) - float(model.transfer(gate - _STEP))
    cost = divider_cost(junction, supply=supply)
    return Neurons(model, rise / (2 * _STEP), gate, cost=cost)
