"""Machines to start from, every number with where it is from and how it is known.

"measured": on a device; "simulated": of somebody's model or fit; "memory": not looked up again;
"assumed": chosen here, because no source gives it.  Junctions and cells are presets themselves,
with origins of their own (`pbits.devices.presets`, `crossbar.cells.presets`).
"""

import difflib
from dataclasses import fields, replace
from typing import Any, Literal, NamedTuple

from pbits.machine.couplings import IdealCoupling
from pbits.machine.limits import shortfalls
from pbits.machine.machine import Machine
from pbits.machine.preset_parts import build, coupling_of
from problems.model import IsingProblem

Label = Literal["measured", "simulated", "memory", "assumed"]
_FIELDS = {field.name for field in fields(Machine)}


class Number(NamedTuple):
    """A value of a preset in a unit ("" for none), with its origin."""

    value: Any
    unit: str
    label: Label
    source: str


class Preset(NamedTuple):
    """A machine in numbers; what they mean is told by `preset_parts.build`."""

    text: str
    numbers: dict[str, Number]


def names() -> tuple[str, ...]:
    """All presets.

    Example:
        >>> names()
        ('default', 'ideal', 'fast', 'stt', 'low-cost', 'cmos')
    """
    return tuple(_PRESETS)


def describe(name: str) -> Preset:
    """A preset with the origin of its numbers.

    Raises:
        ValueError: on another name, with those there are.

    Example:
        >>> describe("default").numbers["wire"].label
        'simulated'
    """
    if name not in _PRESETS:
        raise ValueError(f"hardware is {name!r}; expected one of {', '.join(_PRESETS)}")
    return _PRESETS[name]


def values(name: str, **changes: Any) -> dict[str, Any]:
    """Numbers of a preset, some of them changed.

    Raises:
        ValueError: on another name, or a number that the preset does not have.

    Example:
        >>> values("low-cost", weight_bits=4)["weight_bits"]
        4
    """
    numbers = describe(name).numbers
    for key in changes:
        if key not in numbers:
            near = difflib.get_close_matches(key, numbers, n=3, cutoff=0.4)
            hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(numbers)}"
            raise ValueError(f"{name} has no number {key!r}; {hint}")
    return {key: number.value for key, number in numbers.items()} | changes


def get(name: str, **changes: Any) -> Machine:
    """The machine of a preset.

    Args:
        name: see `names`.
        changes: numbers of the preset (`describe(name).numbers`), or attributes of `Machine`.

    Raises:
        ValueError: on another name, a number that the preset does not have, or an impossible value.

    Example:
        >>> get("low-cost", weight_bits=4).coupling.design.weight_bits
        4
    """
    own = {key: value for key, value in changes.items() if key not in _FIELDS}
    parts = {key: value for key, value in changes.items() if key in _FIELDS}
    return replace(build(**values(name, **own)), **parts)


def holders(problem: IsingProblem) -> tuple[str, ...]:
    """Presets that can hold a problem; nothing is written to arrays.

    Example:
        >>> from problems import ising
        >>> holders(ising([0, 0, 0], [0, 1], [1, 2], [1, 20]))
        ('default', 'ideal', 'fast', 'stt', 'cmos')
    """
    found = []
    for name in names():
        coupling = coupling_of(**values(name))
        if isinstance(coupling, IdealCoupling) or not shortfalls(problem, coupling.limits()):
            found.append(name)
    return tuple(found)


_UNITS = {
    "read_voltage": "V", "supply": "V", "voltage": "V", "wire": "Ohm", "digital_clock": "s",
    "node": "m", "adc_offset": "codes", "adc_noise": "codes", "wait": "correlation times",
    "offset_spread": "1 / slope",
}  # fmt: skip


def _all(label: Label, source: str, **given: Any) -> dict[str, Number]:
    return {
        name: Number(value, _UNITS.get(name, ""), label, source) for name, value in given.items()
    }


_JUNCTION = "pbits.devices.presets.describe({!r}): barrier, time and I50 by the law on the sphere"
_CELL = "crossbar.cells.presets.describe({!r})"
_WIRE = "NeuroSim, 22 nm: 1.56 Ohm of wire a cell at a pitch of 4 F"
_LEFT = "what calibration leaves; published arrays give spreads before it"
_SAR = "no source at hand: a converter whose errors are below half a code"

_TELEGRAPH = (
    _all("assumed", "chosen: a superparamagnetic junction in plane with a small easy axis",
         pbits="telegraph")
    | _all("simulated", _JUNCTION.format("in-plane-easy-axis"), junction="in-plane-easy-axis")
    | _all("assumed", "as `pbits device` reads a junction", read_voltage=0.1)
    | _all("assumed", _LEFT, slope_spread=0.05, offset_spread=0.05)
    | _all("assumed", "as many as the array's converters give", input_bits=8)
)  # fmt: skip
_CLOCK = _all(
    "assumed", "colour after colour keeps Boltzmann's law; exp(-4) of a spin is still remembered",
    clock="coloured", wait=4.0,
)  # fmt: skip
_ARRAYS = (
    _all("assumed", _CELL.format("sot") + "; free resistance lets arrays be large", cell="sot")
    | _all("simulated", _WIRE, wire=1.56)
    | _all("assumed", "chosen: 4096 fully connected spins", rows=128, columns=128, arrays=1024)
    | _all("assumed", "chosen: couplings of -127 to 127", weight_bits=8)
    | _all("assumed", "chosen: whole multiples of a unit are held exactly, or refused",
           weight_error=None)
    | _all("assumed", _SAR, converter="sar", adc_bits=8, adc_mismatch=0.01, adc_offset=0.2,
           adc_noise=0.2)
    | _all("assumed", "chosen: eight columns share a converter", columns_per_adc=8)
)  # fmt: skip

_PRESETS = {
    "default": Preset(
        "telegraph p-bits of superparamagnetic junctions, SOT arrays of 128 x 128, 8-bit SAR "
        "converters",
        _TELEGRAPH | _ARRAYS | _CLOCK,
    ),
    "ideal": Preset(
        "the exact sampler: ideal p-bits and couplings that take no time, energy or area",
        _all("assumed", "the exact limit", pbits="ideal", cell=None, clock="coloured"),
    ),
    "fast": Preset(
        "easy-plane disks of 0.1 ns in dividers, SOT arrays of 64 x 64, a 6-bit flash converter "
        "for each column",
        _all("assumed", "chosen: a disk without an easy axis, a transistor and an inverter",
             pbits="divider", supply=0.8)
        | _all("simulated", "pbits.devices.presets.describe('easy-plane-disk')",
               junction="easy-plane-disk")
        | _all("assumed", _LEFT, slope_spread=0.05, offset_spread=0.05)
        | _all("assumed", "as many as the array's converters give", input_bits=6)
        | _ARRAYS
        | _all("assumed", "chosen: 4096 fully connected spins", rows=64, columns=64, arrays=4096)
        | _all("assumed", "no source at hand: comparators of a quarter of a code",
               converter="flash", adc_bits=6, adc_mismatch=0.0, adc_offset=0.25, adc_noise=0.2)
        | _all("assumed", "chosen: every column has its own", columns_per_adc=1)
        | _CLOCK,
    ),
    "stt": Preset(
        "the default's p-bits, two-terminal STT cells, whose low resistance allows arrays of "
        "32 x 32 only",
        _TELEGRAPH
        | _ARRAYS
        | _all("assumed", _CELL.format("stt-28nm"), cell="stt-28nm")
        | _all("assumed", "chosen: wires lose 6 % of the current; 2048 fully connected spins",
               rows=32, columns=32, arrays=4096)
        | _CLOCK,
    ),
    "low-cost": Preset(
        "junctions that differ by a fifth, couplings of 3 bits in SOT arrays of 64 x 64, shared "
        "4-bit converters",
        _TELEGRAPH
        | _all("assumed", "before calibration: barriers differ by 8 % (JinCheng's model of a "
               "wafer), slopes and offsets by more", slope_spread=0.2, offset_spread=0.2)
        | _all("assumed", "as many as the array's converters give", input_bits=4)
        | _ARRAYS
        | _all("assumed", "chosen: 512 fully connected spins", rows=64, columns=64, arrays=64)
        | _all("assumed", "chosen: couplings of -3 to 3", weight_bits=3)
        | _all("assumed", "no source at hand", adc_bits=4, adc_mismatch=0.02, adc_offset=0.25,
               adc_noise=0.25)
        | _all("assumed", "chosen: sixteen columns share a converter", columns_per_adc=16)
        | _CLOCK,
    ),
    "cmos": Preset(
        "digital p-bits of a shift register and a table of tanh at 7 nm, arrays as the default's",
        _all("assumed", "ideal in their law: 32 random bits decide", pbits="digital")
        | _all("assumed", "arithmetic of 45 nm scaled, see pbit_costs.cmos_cost", node=7e-9,
               voltage=0.7, digital_clock=1e-9)
        | _ARRAYS
        | _CLOCK,
    ),
}  # fmt: skip
