"""From a preset's numbers to the parts of a machine."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from crossbar.converters.adc import Adc, IdealAdc
from crossbar.converters.flash import FlashAdc
from crossbar.converters.sar import SarAdc
from crossbar.wires.wire import Wire
from pbits import runtime
from pbits.devices import summary
from pbits.devices.variability import Spread
from pbits.machine import devices
from pbits.machine.clocking import Clocking
from pbits.machine.couplings import CrossbarCoupling, IdealCoupling, bipolar
from pbits.machine.machine import Machine
from pbits.machine.neurons import Neurons
from pbits.machine.pbit_costs import cmos_cost

PBITS = ("ideal", "telegraph", "divider", "digital")
CONVERTERS = ("ideal", "sar", "flash")


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
        input_bits: of the converter before each p-bit, which rounds its input; 0 for none.
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
    fan_in: int | None = None,
    chain_strength: float | str | None = None,
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
        arrays, weight_error, fan_in, chain_strength: see `CrossbarCoupling`.
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
    return CrossbarCoupling(
        design, arrays=arrays, weight_error=weight_error, fan_in=fan_in,
        chain_strength=chain_strength, seed=chip,
    )  # fmt: skip


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
    return replace(
        own, spread=spread, seed=chip, input_bits=input_bits or None,
        cost=own.cost._replace(input_bits=input_bits),
    )  # fmt: skip


@lru_cache
def telegraph_neurons(name: str, read_voltage: float = summary.READ_VOLTAGE) -> Neurons:
    """Those of `devices.telegraph`, made once for all machines.

    Example:
        >>> neurons = telegraph_neurons("in-plane-easy-axis")
        >>> f"{neurons.cost.correlation_time * 1e9:.1f} ns, {1 / neurons.slope * 1e6:.1f} uA"
        '17.7 ns, 14.4 uA'
    """
    runtime.ensure_configured()
    return devices.telegraph(name, read_voltage=read_voltage)


@lru_cache
def divider_neurons(name: str, supply: float = 0.8) -> Neurons:
    """Those of `devices.disk`, made once for all machines.

    Example:
        >>> f"{divider_neurons('easy-plane-disk').cost.correlation_time * 1e12:.0f} ps"
        '136 ps'
    """
    runtime.ensure_configured()
    return devices.disk(name, supply=supply)
