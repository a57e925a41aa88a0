"""Measured switching curves: a logistic function of the pulse's voltage.

``P = 1 / (1 + exp(-(V - V_th(t)) / V_T))``,  ``V_th(t) = V_inf (1 + t_c / t)``: below about 10 ns a
fixed angular momentum has to be brought in, so that the excess over the static threshold goes as
1 / t (D. Bedau et al., Appl. Phys. Lett. 97, 262502 (2010); for spin-orbit torque K. Garello et
al., Appl. Phys. Lett. 105, 212402 (2014); both from memory).  Longer pulses, which thermal motion
helps, have a threshold that falls with log t: not this one.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from numpy.typing import ArrayLike

from pbits.devices.calibration import fit_response
from pbits.devices.checking import positive_array


class PulseSigmoid(NamedTuple):
    """A measured curve, V and s.

    Attributes:
        threshold: V_th of pulses of length `pulse`.
        width: V_T.
        pulse: s, of the measurement.
        resistance: ohm, that the pulse sees.
        incubation: t_c, s; 0 where only one length was measured.
        label: where the numbers come from.
    """

    threshold: ArrayLike
    width: ArrayLike
    pulse: ArrayLike
    resistance: ArrayLike
    incubation: ArrayLike = 0.0
    label: str = "assumed"

    def threshold_at(self, seconds: ArrayLike) -> jax.Array:
        """V_th of another length of pulse, V; that of the measurement where `incubation` is 0.

        Example:
            >>> law = orbit_pulses()._replace(incubation=0.75e-9)
            >>> round(float(law.threshold_at(1.5e-9) / law.threshold_at(0.75e-9)), 3)
            0.75
        """
        # Ratios of times, which float32 holds.
        waits = jnp.asarray(self.incubation) / jnp.asarray(self.pulse)
        return (
            jnp.asarray(self.threshold)
            * (1 + waits * (jnp.asarray(self.pulse) / jnp.asarray(seconds)))
            / (1 + waits)
        )

    def probability(self, voltage: ArrayLike, seconds: ArrayLike | None = None) -> jax.Array:
        """Of switching; `seconds` of the measurement by default.  Shapes broadcast.

        Example:
            >>> round(float(orbit_pulses().probability(0.895)), 3)
            0.5
        """
        length = self.pulse if seconds is None else seconds
        away = jnp.asarray(voltage) - self.threshold_at(length)
        return jax.nn.sigmoid(away / jnp.asarray(self.width))

    def voltage(self, probability: ArrayLike, seconds: ArrayLike | None = None) -> jax.Array:
        """What switches with a probability, V: the inverse of :meth:`probability`."""
        length = self.pulse if seconds is None else seconds
        p = jnp.asarray(probability)
        return self.threshold_at(length) + jnp.asarray(self.width) * (jnp.log(p) - jnp.log1p(-p))

    def energy(self, voltage: ArrayLike, seconds: ArrayLike | None = None) -> jax.Array:
        """V**2 t / R of a pulse, J.

        Example:
            >>> round(float(orbit_pulses().energy(0.895)) * 1e12, 2)  # pJ
            0.77
        """
        length = self.pulse if seconds is None else seconds
        return jnp.square(jnp.asarray(voltage)) / jnp.asarray(self.resistance) * jnp.asarray(length)


def orbit_pulses() -> PulseSigmoid:
    """A spin-orbit-torque junction at 0.75 ns, the one length measured: no incubation from it.

    46 points of JinChengZ18/smtj_pbnn_sim: threshold 0.895 V, width 22 to 23 mV, 776 ohm.
    """
    return PulseSigmoid(
        0.895, 0.0225, 0.75e-9, 776.0,
        label="measured: JinChengZ18/smtj_pbnn_sim; incubation: not known, none assumed",
    )  # fmt: skip


def fitted_sigmoid(
    voltages: ArrayLike, switched: ArrayLike, trials: ArrayLike, *, pulse: float, resistance: float
) -> PulseSigmoid:
    """The curve of greatest likelihood of a sweep.

    Args:
        voltages: [k] V.
        switched: [k], how many of
        trials: at each, a number or [k].
        pulse: s.
        resistance: ohm.

    Raises:
        ValueError: on counts that fit no curve, see
            :func:`~pbits.devices.calibration.fit_response`.

    Example:
        >>> import numpy as np
        >>> volts = np.linspace(0.8, 1.0, 21)
        >>> shares = np.asarray(orbit_pulses().probability(volts))
        >>> fit = fitted_sigmoid(volts, 1000 * shares, 1000, pulse=0.75e-9, resistance=776.0)
        >>> round(float(fit.threshold), 4), round(float(fit.width), 4)
        (0.895, 0.0225)
    """
    positive_array("pulse and resistance", [pulse, resistance])
    fit = fit_response(voltages, switched, trials)
    width = 1 / (2 * fit.slope)
    return PulseSigmoid(fit.offset, width, pulse, resistance, label="fitted to a sweep")
