"""Writing a bit by spin torque or voltage, in SI units: errors, disturbance, retention, energy.

A :class:`Writer` is an axial magnet with the current that just drives it: everything follows from
its barrier, t_D and critical current.  Currents are positive where they drive m towards +1; a
write starts in thermal equilibrium in the well at -1, and has worked where m_z > 0 at the end of a
square pulse.  Its probability comes from Fokker-Planck tables
(:mod:`~pbits.devices.write_table`), so it holds below, around and above the critical current.
"""

from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.devices import write_limits, write_table
from pbits.devices.checking import finite_array, positive_array
from pbits.devices.junction import Junction
from pbits.devices.macrospin import BOLTZMANN, GAMMA
from pbits.devices.spin_loss import SpinLoss, spin_loss_critical_current
from pbits.devices.write_torque import transfer_torque

Numbers = NDArray[np.float64] | jax.Array | float


class Writer(NamedTuple):
    """What writes a bit, numbers or arrays of one shape.

    Attributes:
        delta: barrier over kT.
        unit_time: t_D, s.
        critical_current: A, from -1 to +1 at zero temperature.
        resistance: ohm, that the write current passes.
    """

    delta: Numbers
    unit_time: Numbers
    critical_current: Numbers
    resistance: Numbers

    def bias(self, current: ArrayLike) -> jax.Array:
        """Current over the critical one."""
        return jnp.asarray(current, jnp.float32) / jnp.asarray(self.critical_current, jnp.float32)

    def tau(self, seconds: ArrayLike) -> jax.Array:
        """Time over t_D."""
        # Scaled first: float32 has no squares of nanoseconds.
        return jnp.asarray(seconds, jnp.float32) / jnp.asarray(self.unit_time, jnp.float32)


def axial_writer(
    *,
    moment: ArrayLike,
    anisotropy: ArrayLike,
    alpha: ArrayLike,
    resistance: ArrayLike,
    torque_per_current: ArrayLike,
    temperature: ArrayLike = 300.0,
) -> Writer:
    """A writer of a perpendicular magnet whose spins are polarised along its axis.

    ``delta = Ms V B_k / 2 kT``, ``t_D = (1 + alpha**2) / (alpha gamma B_k)``,
    ``I_c = alpha B_k / (a_DL / I)``.

    Args:
        moment: Ms V, A m^2.
        anisotropy: B_k, T.
        alpha: Gilbert damping.
        resistance: ohm.
        torque_per_current: a_DL / I, T / A: :mod:`~pbits.devices.write_torque`.
        temperature: K.

    Raises:
        ValueError: on numbers not above 0.

    Example:
        >>> from pbits.devices.write_torque import transfer_torque
        >>> torque = transfer_torque(1e-18, 0.6)
        >>> writer = axial_writer(
        ...     moment=1e-18, anisotropy=0.4, alpha=0.01, resistance=3e3, torque_per_current=torque
        ... )
        >>> round(float(writer.delta), 1), round(1e6 * float(writer.critical_current), 1)
        (48.3, 20.3)
    """
    given = dict(moment=moment, anisotropy=anisotropy, alpha=alpha, resistance=resistance)
    mu, field, damping, ohm = (positive_array(name, x) for name, x in given.items())
    thermal = BOLTZMANN * positive_array("temperature", temperature)
    torque = positive_array("torque_per_current", torque_per_current)
    return Writer(
        mu * field / (2 * thermal), (1 + damping**2) / (damping * GAMMA * field),
        damping * field / torque, ohm,
    )  # fmt: skip


def spin_loss_writer(
    strip: SpinLoss, *, moment: ArrayLike, anisotropy: ArrayLike, alpha: ArrayLike,
    temperature: ArrayLike = 300.0,
) -> Writer:  # fmt: skip
    """A writer by :mod:`~pbits.devices.spin_loss`, spins along the axis of an axial magnet."""
    per_ampere = 1 / spin_loss_critical_current(strip, 1.0)
    return axial_writer(
        moment=moment, anisotropy=anisotropy, alpha=alpha, resistance=strip.resistance,
        torque_per_current=per_ampere, temperature=temperature,
    )  # fmt: skip


def junction_writer(
    junction: Junction, *, temperature: float | None = None, resistance: float | None = None
) -> Writer:
    """The writer of a round perpendicular junction by spin transfer, at a temperature.

    Heat-assisted writes: ``changed_error(junction_writer(j), junction_writer(j, temperature=T),
    current, seconds)``.  What heat does beside kT is what `junction.replace(temperature=T)` says.

    Args:
        junction: whose current through it writes.
        temperature: K; the junction's by default.
        resistance: ohm; by default the junction's at m.p = 0 and no voltage.

    Raises:
        ValueError: on a junction in the plane, or without a resistance where none is given.

    Example:
        >>> from pbits.devices import presets
        >>> grain = presets.get("fept-grain")
        >>> cold, hot = (junction_writer(grain, temperature=t, resistance=1e4) for t in (300, 600))
        >>> bool(hot.delta < 0.51 * cold.delta)
        True
    """
    if junction.orientation != "perpendicular":
        raise ValueError(
            "the junction is in plane, so no axial magnet; expected a perpendicular one: use "
            "write_ensemble.pulse_table"
        )
    at = junction if temperature is None else junction.replace(temperature=temperature)
    return axial_writer(
        moment=at.moment, anisotropy=at.easy_field(), alpha=at.alpha,
        resistance=1 / at.conductance(0.0) if resistance is None else resistance,
        torque_per_current=transfer_torque(at.moment, at.polarisation),
        temperature=at.temperature,
    )  # fmt: skip


def table_for(writer: Writer, *, folder: str | Path | None = None) -> write_table.SwitchingTable:
    """The table of a writer's barriers: :func:`~pbits.devices.write_table.switching_table`."""
    return write_table.switching_table(writer.delta, folder=folder)


def write_error(
    table: write_table.SwitchingTable, writer: Writer, current: ArrayLike, seconds: ArrayLike
) -> jax.Array:
    """Probability that a pulse leaves the bit unwritten; differentiable in all numbers.

    Args:
        table: of :func:`table_for`.
        writer: of barriers in it.
        current: A; of a voltage V, ``V / writer.resistance``.
        seconds: length of the pulse.  Shapes broadcast.

    Example:
        >>> writer = Writer(20.0, 1e-9, 50e-6, 3e3)
        >>> table = table_for(writer)
        >>> errors = write_error(table, writer, jnp.array([60e-6, 100e-6]), 6e-9)
        >>> bool(errors[1] < 1e-3 < errors[0])
        True
    """
    return write_table.write_error(table, writer.delta, writer.bias(current), writer.tau(seconds))


def switching_probability(
    table: write_table.SwitchingTable, writer: Writer, current: ArrayLike, seconds: ArrayLike
) -> jax.Array:
    """1 - :func:`write_error`, without loss of digits where it is small."""
    return write_table.switching_probability(
        table, writer.delta, writer.bias(current), writer.tau(seconds)
    )


def read_disturb(writer: Writer, current: ArrayLike, seconds: ArrayLike) -> NDArray[np.float64]:
    """Probability that reads of a total time flip the bit, by exact passage times.

    Args:
        writer: of a barrier of 5 and more at the current.
        current: A, towards the other state, below the critical one.
        seconds: of reading, all reads together.

    Example:
        >>> bool(read_disturb(Writer(60.0, 1e-9, 50e-6, 3e3), 10e-6, 1e-8) < 1e-15)
        True
    """
    bias = finite_array("current", current) / np.asarray(writer.critical_current, float)
    tau = positive_array("seconds", seconds) / np.asarray(writer.unit_time, float)
    return write_limits.thermal_probability(writer.delta, bias, tau)


def retention_time(writer: Writer, lost: float = 0.01) -> NDArray[np.float64]:
    """Seconds after which a share of bits at rest is lost.

    Example:
        >>> bool(retention_time(Writer(60.0, 1e-9, 50e-6, 3e3)) > 10 * 365 * 86400)
        True
    """
    return write_limits.retention_time(writer.delta, 0.0, lost) * np.asarray(writer.unit_time)


def pulse_energy(current: ArrayLike, resistance: ArrayLike, seconds: ArrayLike) -> jax.Array:
    """Integral of I**2 R over a pulse, J.

    Args:
        current: A, [..., k] samples of its shape.
        resistance: ohm, a number or [..., k] where it changes as the magnet does.
        seconds: [k], when; joined by straight lines (trapezoids).

    Example:
        >>> t = np.linspace(0, 5e-9, 11)
        >>> round(float(pulse_energy(np.full(11, 1e-4), 1e3, t)) * 1e15)  # fJ
        50
    """
    # Scaled to stay inside float32.
    power = jnp.square(jnp.asarray(current) * 1e6) * jnp.asarray(resistance)
    return jnp.trapezoid(power, jnp.asarray(seconds) * 1e9) * 1e-21


def voltage_lowered_error(
    writer: Writer, lowered: float, current: float, seconds: float, *, num_cells: int = 2000
) -> float:
    """Write error of a pulse whose voltage also lowers the barrier: by Fokker-Planck, directly.

    The magnet rests at its barrier and is driven at another: B_k, and with it delta, 1 / t_D and
    the critical current, go down together.

    Args:
        writer: at rest, of single numbers.
        lowered: anisotropy field during the pulse over that at rest, above 0.
        current: A.
        seconds: length.
        num_cells: of the solution.

    Raises:
        ValueError: where nothing is left of the barrier: then the magnet precesses, see
            :func:`~pbits.devices.write_limits.precessional_probability`.

    Example:
        >>> writer = Writer(40.0, 1e-9, 50e-6, 3e3)
        >>> plain, helped = (voltage_lowered_error(writer, x, 75e-6, 5e-9) for x in (1.0, 0.7))
        >>> helped < plain
        True
    """
    if not lowered > 0:
        raise ValueError(
            f"lowered is {lowered!r}; expected above 0: without a barrier the magnet precesses, "
            "use write_limits.precessional_probability"
        )
    delta, unit, critical = (np.asarray(x, float).item() for x in writer[:3])
    driven = Writer(delta * lowered, unit / lowered, critical * lowered, writer.resistance)
    return changed_error(writer, driven, current, seconds, num_cells=num_cells)


def changed_error(
    rest: Writer, driven: Writer, current: float, seconds: float, *, num_cells: int = 2000
) -> float:
    """Write error of a magnet that is another one during the pulse: warmer, or under a voltage.

    It changes at once when the pulse begins and keeps its well when it ends: for changes faster
    than t_D, and none that is made slowly while the current is off.

    Args:
        rest: before the pulse, of single numbers.
        driven: during it.
        current: A.
        seconds: length.
        num_cells: of the Fokker-Planck solution.

    Example:
        >>> cold, hot = Writer(60.0, 1e-9, 50e-6, 3e3), Writer(30.0, 2e-9, 25e-6, 3e3)
        >>> plain = changed_error(cold, cold, 60e-6, 10e-9)
        >>> changed_error(cold, hot, 60e-6, 10e-9) < plain
        True
    """
    before = np.asarray(rest.delta, float).item()
    delta, unit, critical = (np.asarray(x, float).item() for x in driven[:3])
    return write_table.exact_switching(
        delta, current / critical, seconds / unit, rest_delta=before, num_cells=num_cells
    )
