"""The p-bits of a machine: a device model, how devices differ, and what calibration believes."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks
from pbits.devices.clocked import Clocked, start, start_heated, tick, tick_heated
from pbits.devices.pbit_model import PBitModel
from pbits.devices.variability import Devices, Spread, draw_devices
from pbits.kernels.coupled import IDEAL_PBIT, PBit
from pbits.machine.barriers import varied
from pbits.machine.pbit_costs import PBitCost

Array = NDArray[np.float64]
_FREE = PBitCost(0.0, 0.0, notes=("p-bits have no cost of their own: no energy and no area",))


@dataclass(frozen=True)
class Neurons:
    """P-bits that answer fields.

    A p-bit is told ``x = offset - beta I / slope``, so that its mean spin would be
    ``tanh(-beta I)``; the device hears ``gain (x - shift)``.  The machine knows the first only.

    Attributes:
        model: any p-bit model; None for the ideal p-bit, which decides at once.
        slope: of ``atanh`` of the model's transfer curve, per unit of input.
        offset: input at which its mean spin is zero.
        spread: between devices: `slope` (relative; a device's gain), `offset` (in units of the
            input; its shift) and `barrier` (in kT; its time, see `barriers.varied`).
        seed: of the devices: which chip.
        cost: of one p-bit; nothing for the ideal one.
        input_bits: of the converter that gives inputs; None for inputs that are not rounded.
        input_range: ``beta I`` of its last code; larger ones are cut.
        believed: slopes and offsets [n] that were found by calibration; None for the nominal ones.
        temperature: K, at which the model's numbers hold.
        temperatures: K, lowest and highest that the chip may have, for annealing by temperature;
            the default is assumed.

    Raises:
        ValueError: on a slope that is not above 0, a spread of ideal p-bits, or temperatures that
            are not above 0 and in order.

    Example:
        >>> from pbits.devices.rate_laws import ConstantTime
        >>> from pbits.devices.telegraph import Telegraph
        >>> neurons = Neurons(Telegraph(ConstantTime(1e-9)), spread=Spread(offset=0.1))
        >>> neurons.devices(1000)[1].std().round(2)
        np.float64(0.1)
    """

    model: PBitModel | None = None
    slope: float = 1.0
    offset: float = 0.0
    spread: Spread = field(default_factory=Spread)
    seed: int = 0
    cost: PBitCost = _FREE
    input_bits: int | None = None
    input_range: float = 4.0
    believed: tuple[Array, Array] | None = None
    temperature: float = 300.0
    temperatures: tuple[float, float] = (250.0, 400.0)

    def __post_init__(self) -> None:
        checks.positive("slope", self.slope)
        checks.finite("offset", self.offset)
        checks.positive("temperature", self.temperature)
        low, high = self.temperatures
        if not 0 < low < high < np.inf:
            raise ValueError(
                f"temperatures are {self.temperatures} K; expected 0 < lowest < highest"
            )
        if self.spread.conductance or self.spread.tmr:
            raise ValueError(
                f"spread is {self.spread}; expected slope, offset and barrier alone: give a model "
                "whose circuit's numbers are arrays [n, 1] for spreads of conductances"
            )
        checks.positive("input_range", self.input_range)
        if self.input_bits is not None:
            checks.whole_number("input_bits", self.input_bits, 2)
        if self.model is None and (self.spread != Spread() or self.believed is not None):
            raise ValueError(
                "ideal p-bits do not differ; give a model, for instance "
                "pbits.devices.ideal.IdealSigmoid()"
            )
        if self.model is not None and self.spread.barrier:
            varied(self.model, self.spread.barrier, 1, self.seed)
        if self.model is None and self.input_bits is not None:
            raise ValueError(
                f"input_bits is {self.input_bits} and p-bits are ideal; give a model, for "
                "instance pbits.devices.ideal.IdealSigmoid()"
            )

    @property
    def is_ideal(self) -> bool:
        """Whether they are the exact sampler's."""
        return self.model is None

    @property
    def pbit(self) -> PBit:
        """For `kernels.coupled`."""
        if self.model is None:
            return IDEAL_PBIT
        return PBit(start, tick, type(self.model).__name__.lower())

    @property
    def heated_pbit(self) -> PBit:
        """The same where temperature sets beta; its parameters are `clocked.Heated`."""
        return PBit(start_heated, tick_heated, f"heated {self.pbit.name}")

    @property
    def remembers(self) -> bool:
        """Whether devices are more than the spin they show."""
        return self.model is not None and self.model.remembers

    def correlation_times(self, count: int) -> tuple[float, float]:
        """s, at no field, of the fastest of so many devices and of the slowest.

        Zero where decisions are independent.
        """
        model = self.models(count)
        if model is None:
            return 0.0, 0.0
        times = np.asarray(model.correlation_time(self.offset))
        return float(times.min()), float(times.max())

    def models(self, count: int) -> Any:
        """The model of so many devices, None if ideal; more devices begin with the same ones."""
        if self.model is None or not self.spread.barrier:
            return self.model
        return varied(self.model, self.spread.barrier, count, self.seed)

    def devices(self, count: int) -> tuple[Array, Array]:
        """Gains and shifts of devices, [count] each; more devices begin with the same ones."""
        own = Spread(slope=self.spread.slope, offset=self.spread.offset)
        drawn = draw_devices(Devices(1.0), own, count, seed=self.seed)
        return np.broadcast_to(drawn.slope, count), np.broadcast_to(drawn.offset, count)

    def parameters(self, count: int, dt: float) -> Any:
        """Of `pbit`.

        Args:
            count: p-bits.
            dt: s, that a clocked p-bit has.

        Raises:
            ValueError: on beliefs about another number of p-bits.
        """
        if self.model is None:
            return None
        gain, shift = self.devices(count)
        slope, offset = self.believes(count)
        columns = [np.asarray(x, np.float32)[:, None] for x in (slope, offset, gain, shift)]
        columns += self._converter()
        return Clocked(self.models(count), np.asarray(dt, np.float32), *columns)

    def _converter(self) -> tuple[Any, Any]:
        """Step and last code of what gives inputs; codes are as many on either side of 0."""
        if self.input_bits is None:
            return None, None
        most = 2 ** (self.input_bits - 1) - 1
        return np.float32(self.input_range / most), np.float32(most)

    def believes(self, count: int) -> tuple[Array, Array]:
        """Slopes and offsets by which so many p-bits are told inputs, [count] each.

        Raises:
            ValueError: on beliefs about another number of p-bits.
        """
        if self.believed is None:
            return np.full(count, self.slope), np.full(count, self.offset)
        slope, offset = self.believed
        if slope.shape != (count,) or offset.shape != (count,):
            raise ValueError(
                f"calibration is of {slope.shape} slopes and {offset.shape} offsets; expected "
                f"{count} of each, one for each p-bit of the problem"
            )
        return slope, offset

    def believing(self, slope: ArrayLike, offset: ArrayLike) -> "Neurons":
        """The same p-bits, told inputs by other slopes and offsets, [n] each.

        Raises:
            ValueError: on slopes not above 0 or numbers that are not finite.
        """
        found = np.asarray(slope, np.float64), np.asarray(offset, np.float64)
        if not all(np.isfinite(x).all() for x in found) or not (found[0] > 0).all():
            raise ValueError("slopes and offsets must be finite, slopes above 0; check the sweep")
        return replace(self, believed=found)
