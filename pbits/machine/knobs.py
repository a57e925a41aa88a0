"""What anneals a machine: the scale of the inputs, the temperature of p-bits, a voltage of arrays.

A schedule is one of betas whatever turns it.  Inputs can be scaled by any factor.  A temperature
acts on the devices: ``beta = beta_in T_0 / T``, beta_in being the scale that inputs keep: a chip
that can be between 250 and 400 K anneals over a factor of 1.6.  Its cold p-bits are slow, and
clocks wait for them.  A voltage scales the currents of the arrays; p-bits take them at a scale that
stays, and converters and noise stay those of the full current: hot is coarse and noisy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.cells.cell import Cell
from pbits import checks
from pbits.machine.barriers import barriers
from pbits.machine.clocking import Clocking
from pbits.machine.couplings import CrossbarCoupling, IdealCoupling
from pbits.machine.neurons import Neurons
from pbits.schedules import beta_schedule, default_beta_range
from problems.polynomial import Problem

Array = NDArray[np.float64]
KNOBS = ("input", "temperature", "voltage")
_VOLTAGES = 2000


@dataclass(frozen=True, eq=False)
class Turned:
    """A schedule, by the knob that makes it.

    Attributes:
        knob: one of `KNOBS`.
        betas: [sweeps].
        reference: beta at the temperature of the devices' numbers, or at the read voltage.
        values: [sweeps] K or V; the scale of inputs itself, 1 / energy, for "input".
        share: of the read voltage, [sweeps].
        waited: barrier over kT of the p-bits that a clock waits for; 0 for clocks of fixed time.
        notes: what is assumed.
    """

    knob: str
    betas: Array
    reference: float
    values: Array
    share: Array
    waited: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def range(self) -> tuple[float, float]:
        """First and last value."""
        return float(self.values[0]), float(self.values[-1])

    def longer(self, sweeps: int) -> float:
        """Mean time of a clock over that at the temperature of the devices' numbers."""
        return float(
            np.exp(self.waited * (self._of(self.betas, sweeps) / self.reference - 1)).mean()
        )

    def power(self, sweeps: int) -> float:
        """Mean power in the cells over that at the read voltage."""
        return float((self._of(self.share, sweeps) ** 2).mean())

    def _of(self, values: Array, sweeps: int) -> Array:
        """In each of so many sweeps: restarts begin anew."""
        return np.resize(values, max(sweeps, 1))


def turn(
    knob: str,
    betas: ArrayLike,
    *,
    neurons: Neurons,
    coupling: IdealCoupling | CrossbarCoupling,
    clocking: Clocking,
    count: int,
) -> Turned:
    """A schedule by a knob.

    Args:
        knob: one of `KNOBS`.
        betas: [sweeps], at least one.
        neurons, coupling, clocking: of the machine.
        count: p-bits.

    Raises:
        ValueError: where a device or coupling does not have the knob, with those that do; on
            betas that it does not reach.

    Example:
        >>> from pbits.devices.rate_laws import BarrierRates
        >>> from pbits.devices.telegraph import Telegraph
        >>> neurons = Neurons(Telegraph(BarrierRates(delta=6.0, tau0=1e-9)), slope=12.0)
        >>> found = turn("temperature", [1.0, 1.5], neurons=neurons, coupling=IdealCoupling(),
        ...              clocking=Clocking(), count=5)
        >>> [round(kelvin, 1) for kelvin in found.values.tolist()]
        [400.0, 266.7]
    """
    steps = np.asarray(betas, np.float64)
    if knob == "temperature":
        return _temperature(steps, neurons, clocking, count)
    if knob == "voltage":
        return _voltage(steps, coupling)
    if knob != "input":
        raise ValueError(f"knob is {knob!r}; expected one of {', '.join(KNOBS)}")
    return Turned(knob, steps, 1.0, steps, np.ones(steps.size))


def betas_of(
    problem: Problem,
    knob: str,
    neurons: Neurons,
    *,
    num_sweeps: int,
    beta_range: Sequence[float] | None = None,
    kind: str = "geometric",
    given: ArrayLike | None = None,
) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """Betas of an anneal, one for each sweep, and their ends.

    Args:
        problem: whose coefficients tell a range where none is given.
        knob: one of `KNOBS`, which may reach a part of that range only.
        neurons: of the machine.
        num_sweeps: of the anneal.
        beta_range: first and last.
        kind, given: of `schedules.beta_schedule`.

    Example:
        >>> from problems import ising
        >>> betas, ends = betas_of(ising([1], [], [], []), "input", Neurons(), num_sweeps=3,
        ...                        beta_range=(1, 4))
        >>> betas.tolist(), ends
        ([1.0, 2.0, 4.0], (1.0, 4.0))
    """
    if beta_range is None:
        span = widest(knob, neurons, default_beta_range(problem))
    else:
        span = checks.pair(beta_range)
    steps = checks.whole_number("num_sweeps", num_sweeps, 0)
    betas = beta_schedule(kind, span, steps, 1, given)
    if kind == "custom" and betas.size:
        span = betas[0], betas[-1]
    return betas, (float(span[0]), float(span[1]))


def widest(knob: str, neurons: Neurons, span: tuple[float, float]) -> tuple[float, float]:
    """The part of a range of betas, its cold end kept, that a knob reaches.

    Example:
        >>> widest("temperature", Neurons(), (0.1, 2.0))
        (1.25, 2.0)
    """
    if knob != "temperature":
        return span
    low, high = neurons.temperatures
    return max(span[0], span[1] * low / high), span[1]


def _temperature(betas: Array, neurons: Neurons, clocking: Clocking, count: int) -> Turned:
    barriers(neurons.model)  # refuses p-bits without any
    over_kt = barriers(neurons.models(count))
    low, high = neurons.temperatures
    hot, cold = float(betas.min()), float(betas.max())
    if hot <= 0 or cold / hot > high / low * (1 + 1e-6):
        nearest = widest("temperature", neurons, (hot, cold))
        raise ValueError(
            f"betas from {hot:.4g} to {cold:.4g} and temperatures from {low:g} to {high:g} K; "
            f"expected a beta_range within a factor of {high / low:.3g}, such as "
            f"({nearest[0]:.4g}, {cold:.4g}), or knob='input'"
        )
    if clocking.period is None and (clocking.lag or clocking.delay):
        raise ValueError(
            "p-bits take longer when they are cold, and lag and delay count clocks of one time; "
            "expected a clocking with a period for knob='temperature'"
        )
    waited = 0.0
    if clocking.kind == "asynchronous":
        waited = float(over_kt.min())
    elif clocking.period is None:
        waited = float(over_kt.max())
    kelvin = high * hot / betas
    reference = hot * high / neurons.temperature
    notes = ("heating and cooling the chip is not counted",)
    return Turned("temperature", betas, reference, kelvin, np.ones(betas.size), waited, notes)


def _voltage(betas: Array, coupling: IdealCoupling | CrossbarCoupling) -> Turned:
    if not isinstance(coupling, CrossbarCoupling):
        raise ValueError(
            "the coupling is ideal and has no voltage; expected a CrossbarCoupling, or "
            "knob='input', or 'temperature' with a Telegraph of BarrierRates"
        )
    cold = float(betas.max()) or 1.0
    volts = voltages(coupling.design.cell, betas / cold)
    notes = ("noise of reads is that of a current, which the voltage leaves alone",)
    share = volts / float(coupling.design.cell.read_voltage)
    return Turned("voltage", betas, cold, volts, share, 0.0, notes)


def voltages(cell: Cell, shares: ArrayLike) -> Array:
    """V at which differences of currents are such shares of those at the read voltage.

    They go as ``V TMR(V) / (1 + TMR(V))``, and TMR rises as the voltage falls.

    Args:
        cell: its datasheet.
        shares: from 0 to 1.

    Raises:
        ValueError: where currents do not rise with the voltage, far above `half_voltage`.

    Example:
        >>> from crossbar.cells.presets import get
        >>> cell = get("sot").replace(half_voltage=0.5, read_voltage=0.1)
        >>> voltages(cell, [0.5, 1.0]).round(4).tolist()
        [0.0494, 0.1]
    """
    read, half = float(cell.read_voltage), float(np.asarray(cell.half_voltage))
    grid = np.linspace(0.0, read, _VOLTAGES)
    ratio = cell.tmr * (1 + (read / half) ** 2) / (1 + (grid / half) ** 2)
    current = grid * ratio / (1 + ratio)
    if (np.diff(current) <= 0).any():
        raise ValueError(
            f"read_voltage is {read:g} V and half_voltage {half:g} V: differences of currents fall "
            "as the voltage rises; expected a lower read_voltage for knob='voltage'"
        )
    return np.interp(np.asarray(shares, np.float64) * current[-1], current, grid)


def by_temperature(turned: Turned | None) -> bool:
    """Whether p-bits are heated."""
    return turned is not None and turned.knob == "temperature"


def by_voltage(turned: Turned | None) -> bool:
    """Whether arrays are read at a voltage that changes."""
    return turned is not None and turned.knob == "voltage"


def with_full(parameters: Any, turned: Turned) -> Any:
    """Parameters of `crossbar_fields.CROSSBAR_BY_VOLTAGE`."""
    return parameters._replace(full=np.float32(turned.reference))
