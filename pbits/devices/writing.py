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
from pbits.devices.macrospin import BOLTZMANN, GAMMA, Magnet
from pbits.devices.simulation import safe_step, simulate
from pbits.devices.spin_loss import SpinLoss, spin_loss_critical_current

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
    return write_table.exact_switching(
        delta * lowered, current / critical / lowered, seconds / unit * lowered,
        rest_delta=delta, num_cells=num_cells,
    )  # fmt: skip


def simulated_probability(
    magnet: Magnet,
    seconds: ArrayLike,
    *,
    num_devices: int = 4000,
    start: ArrayLike,
    dt: float | None = None,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of m_z > 0 after pulses of some lengths, for magnets of any kind.

    Args:
        magnet: with the torques of the pulse.
        seconds: [k], ascending lengths, rounded to steps.
        num_devices: trajectories, of which all lengths are read.
        start: [3] or [3, num_devices] directions before the pulse.
        dt: seconds per step at most; default :func:`~pbits.devices.simulation.safe_step`.
        seed: of the noise.

    Returns:
        Probabilities and their standard errors, [k] each.

    Example:
        >>> from pbits.devices.macrospin import Vector
        >>> magnet = Magnet(1e-18, 0.1, Vector(z=0.1), damping_like=Vector(z=0.04))
        >>> found, error = simulated_probability(magnet, [2e-9], num_devices=50, start=[0, 0, -1.0])
        >>> found.shape
        (1,)
    """
    lengths = positive_array("seconds", np.atleast_1d(np.asarray(seconds, float)))
    longest = safe_step(magnet) if dt is None else dt
    # So that the first length is a whole number of steps.
    dt = float(lengths[0] / np.ceil(lengths[0] / longest * (1 - 1e-9)))
    found, directions, done = [], start, 0
    for length in lengths:
        ahead = max(round(float(length) / dt) - done, 0)
        run = simulate(
            magnet, num_steps=ahead, num_devices=num_devices, start=directions, seed=seed,
            first_step=done, dt=dt, keep_directions=False,
        )  # fmt: skip
        directions, done = run.final, done + ahead
        found.append((run.final[2] > 0).mean())
    p = np.asarray(found)
    return p, np.sqrt(p * (1 - p) / num_devices)
