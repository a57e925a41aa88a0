"""Spin-torque diodes in front of an array: microwave power in, voltages of word lines out.

Each word line has a diode whose rectified voltage, amplified to the read voltage, is an input of
the product: ``y = V_dc(P) @ W``.  Where voltages go with power that is a weighted sum of powers; a
diode saturates within nanowatts, so its curve over power is taken from the macrospin in time.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.checking import is_concrete
from crossbar.programmed import ProgrammedMatrix
from pbits import checks
from pbits.devices.checking import positive_array
from pbits.devices.diode import Diode, amplitude, rectified_voltage, rectifier, sensitivity

Array = NDArray[np.float64]


class PowerCurve(NamedTuple):
    """Rectified voltage over power at one frequency.

    Attributes:
        powers: W, [k], rising from 0.
        volts: V, [k], from 0.
        sensitivity: V / W, of the lowest powers by linear response.
    """

    powers: jax.Array
    volts: jax.Array
    sensitivity: float

    def volts_at(self, power: ArrayLike) -> jax.Array:
        """V, [...], of powers in W, [...]; joined by straight lines, differentiable.

        Raises:
            ValueError: on powers below 0, beyond the curve, or not finite.

        Example:
            >>> curve = PowerCurve(jnp.array([0.0, 1e-9]), jnp.array([0.0, 2e-6]), 2000.0)
            >>> float(f"{float(curve.volts_at(5e-10)):.4g}")
            1e-06
        """
        if is_concrete(power) and is_concrete(self.powers):
            top, given = float(self.powers[-1]), np.asarray(power, np.float64)
            # As far as float32 rounds.
            if not ((given >= 0) & (given <= top * (1 + 1e-6))).all():
                raise ValueError(
                    f"power is from {given.min():.3g} to {given.max():.3g} W; expected 0 to "
                    f"{top:.3g} W, where the curve ends: give power_curve larger powers"
                )
        return jnp.interp(jnp.asarray(power, jnp.float32), self.powers, self.volts)


def power_curve(
    diode: Diode,
    powers: ArrayLike,
    frequency: float,
    *,
    impedance: float = 50.0,
    start: ArrayLike = (0.3, 0.1, 0.95),
    num_periods: int = 20,
) -> PowerCurve:
    """The curve of a diode on a line, by integration in time.

    Args:
        diode: of temperature 0, whose curve has no noise.
        powers: W, [k], rising and above 0; the lowest should be of linear response.
        frequency: Hz.
        impedance: Ohm, of the line.
        start, num_periods: as `diode.rectified_voltage`.

    Raises:
        ValueError: on powers that do not rise from above 0, or what the diode refuses.

    Example:
        >>> from pbits.devices.diode_examples import unbiased
        >>> curve = power_curve(unbiased(alpha=0.02), [1e-9, 1e-6], 0.84e9, num_periods=2)
        >>> linear = curve.sensitivity * 1e-6
        >>> bool(abs(curve.volts_at(1e-6)) < 0.9 * abs(linear))  # it saturates
        True
    """
    watts = np.atleast_1d(positive_array("powers", powers))
    if watts.ndim != 1 or not (np.diff(watts) > 0).all():
        raise ValueError(f"powers are {watts.tolist()} W; expected numbers that rise")
    found = rectifier(diode, frequency, start=start)
    sizes = amplitude(watts, found.resistance, impedance=impedance)
    volts = rectified_voltage(diode, sizes, frequency, start=start, num_periods=num_periods)
    return PowerCurve(
        jnp.asarray(np.append(0.0, watts), jnp.float32),
        jnp.asarray(np.append(0.0, volts), jnp.float32),
        float(sensitivity(found, impedance=impedance)[0]),  # mV / mW
    )


class Sensing(NamedTuple):
    """Arrays whose word lines are driven by diodes.

    Attributes:
        memory: takes voltages of diodes as inputs; its largest code is the largest of the curve.
        gain: of the amplifier that makes the read voltage of it.
    """

    memory: ProgrammedMatrix
    gain: float


def fed_by(memory: ProgrammedMatrix, curve: PowerCurve) -> Sensing:
    """Arrays with the range of a diode: products are in volts of the diode, times weights.

    Args:
        memory: programmed; an unsigned encoding takes diodes of positive voltages alone.
        curve: of the diodes, all alike.

    Raises:
        ValueError: on a curve that rectifies nothing.

    Example:
        >>> import crossbar
        >>> curve = PowerCurve(jnp.array([0.0, 1e-9]), jnp.array([0.0, 2e-6]), 2000.0)
        >>> cell = crossbar.Cell(jnp.array([1e-6, 2e-6]), read_voltage=0.1)
        >>> design = crossbar.Design(cell, rows=2, columns=4, weight_bits=2)
        >>> sensing = fed_by(crossbar.program(jax.random.key(0), [[1.0], [-1.0]], design), curve)
        >>> y, _ = sensing.memory.mvm(curve.volts_at([8e-10, 2e-10]))
        >>> round(sensing.gain), float(f"{float(y[0]):.1e}")  # 2 kV / W of 0.6 nW
        (50000, 1.2e-06)
    """
    largest = checks.positive("largest voltage", float(jnp.max(jnp.abs(curve.volts))))
    codes = 2 ** (memory.design.input_bits - memory.is_signed) - 1
    scale = jnp.float32(largest / codes)
    return Sensing(
        memory.replace(input_scale=scale), float(memory.design.cell.read_voltage) / largest
    )
