"""One imperfection at a time: functions that take a machine and give it one deviation.

What it costs is measured by `imperfection_study`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.wires.wire import Wire
from pbits import checks
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.shaped import ShapedPBit
from pbits.devices.telegraph import Telegraph
from pbits.machine.clocking import Clocking
from pbits.machine.couplings import CrossbarCoupling, bipolar
from pbits.machine.machine import Machine
from pbits.machine.neurons import Neurons

_TAU = 1e-9  # of free p-bits; lags and delays are shares of it
_STEP = 0.1
_CONDUCTANCES = (1e-6, 1e-4)  # S, of cells that deviate in nothing
_SIDE = 64
Size = float | str | None
Give = Callable[[Machine, Any, int], Machine]


@dataclass(frozen=True)
class Imperfection:
    """A deviation of a machine.

    Attributes:
        name: for reports.
        unit: of its size.
        what: it is.
        give: ``(machine, size, seed) -> machine`` that has it; the seed is that of the chip.
        drawn: whether chips differ in it.
    """

    name: str
    unit: str
    what: str
    give: Give
    drawn: bool = False


def imperfect(name: str, size: Size, machine: Machine | None = None, seed: int = 0) -> Machine:
    """A machine with one imperfection.

    Args:
        name: in `IMPERFECTIONS`.
        size: of it, in its unit; None for the machine as it is.
        machine: that is otherwise as given; an ideal one by default.
        seed: of the chip, where chips differ.

    Raises:
        ValueError: on another name, or a size out of range.

    Example:
        >>> imperfect("offset spread", 0.1).neurons.spread.offset
        0.1
    """
    base = Machine() if machine is None else machine
    known = IMPERFECTIONS.get(name)
    if known is None:
        raise ValueError(f"imperfection is {name!r}; expected one of {', '.join(IMPERFECTIONS)}")
    return base if size is None else known.give(base, size, seed)


def _neurons(machine: Machine, seed: int | None = None, **changes: Any) -> Machine:
    """P-bits that decide at once, unless there is a device, with some changes."""
    own = machine.neurons if machine.neurons.model is not None else Neurons(IdealSigmoid())
    spread = changes.pop("spread", None)
    if spread is not None:
        changes |= {"spread": replace(own.spread, **spread), "seed": seed}
    return replace(machine, neurons=replace(own, **changes))


def _spread(name: str) -> Give:
    return lambda machine, size, seed: _neurons(machine, seed, spread={name: float(size)})


def _shape(machine: Machine, size: Any, seed: int) -> Machine:
    del seed
    return _neurons(machine, model=ShapedPBit(str(size)))


def _input_bits(machine: Machine, size: Any, seed: int) -> Machine:
    del seed
    return _neurons(machine, input_bits=int(size))


def _free(name: str) -> Give:
    """Inputs of free telegraph p-bits, lagging or late by a share of their correlation time."""

    def give(machine: Machine, size: Any, seed: int) -> Machine:
        del seed
        neurons = Neurons(Telegraph(ConstantTime(_TAU)))
        clocking = Clocking("asynchronous", step=_STEP)
        clocking = replace(clocking, **{name: checks.non_negative(name, size) * _TAU})
        return replace(machine, neurons=neurons, clocking=clocking)

    return give


def _fraction(machine: Machine, size: Any, seed: int) -> Machine:
    del seed
    return replace(machine, clocking=Clocking("parallel", fraction=float(size)))


def _common(machine: Machine, size: Any, seed: int) -> Machine:
    del seed
    return replace(machine, common_noise=float(size))


def _arrays(machine: Machine, seed: int, cell: dict[str, Any], **changes: Any) -> Machine:
    """Arrays that lose nothing, unless there are others, with some changes."""
    own = machine.coupling
    if not isinstance(own, CrossbarCoupling):
        design = bipolar(Cell(list(_CONDUCTANCES)), rows=_SIDE, columns=_SIDE, adc=IdealAdc(None))
        own = CrossbarCoupling(design)
    error = 1.0 if "weight_bits" in changes else own.weight_error
    design = own.design.replace(cell=own.design.cell.replace(**cell), **changes)
    return replace(machine, coupling=replace(own, design=design, weight_error=error, seed=seed))


def _cell(name: str) -> Give:
    return lambda machine, size, seed: _arrays(machine, seed, {name: float(size)})


def _weight_bits(machine: Machine, size: Any, seed: int) -> Machine:
    return _arrays(machine, seed, {}, weight_bits=int(size))


def _adc_bits(machine: Machine, size: Any, seed: int) -> Machine:
    return _arrays(machine, seed, {}, adc=IdealAdc(int(size)))


def _wires(machine: Machine, size: Any, seed: int) -> Machine:
    return _arrays(machine, seed, {}, wire=Wire(word=float(size), bit=float(size)))


IMPERFECTIONS: dict[str, Imperfection] = {
    one.name: one
    for one in (
        Imperfection("offset spread", "beta I", "p-bits' own offsets", _spread("offset"), True),
        Imperfection("slope spread", "relative", "p-bits' own slopes", _spread("slope"), True),
        Imperfection("shape", "", "response curves that are no tanh, of equal slope", _shape),
        Imperfection("input bits", "bits", "of the converters that drive p-bits", _input_bits),
        Imperfection("synapse lag", "tau", "free p-bits, inputs that follow late", _free("lag")),
        Imperfection("synapse delay", "tau", "free p-bits, inputs that are late", _free("delay")),
        Imperfection("parallel fraction", "of p-bits", "clocked together at random", _fraction),
        Imperfection("common noise", "beta I", "of all p-bits of a clock", _common),
        Imperfection("weight bits", "bits", "of a coupling, sign included", _weight_bits),
        Imperfection("adc bits", "bits", "of the converters of fields", _adc_bits),
        Imperfection("device spread", "relative", "of conductances", _cell("device_spread"), True),
        Imperfection("cycle spread", "relative", "of writing", _cell("cycle_spread"), True),
        Imperfection("read noise", "relative", "of cells at each read", _cell("read_noise")),
        Imperfection("wire resistance", "Ohm", "of a segment between cells", _wires),
    )
}
