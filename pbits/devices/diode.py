"""Spin-torque diode: the voltage that a junction makes of a microwave current.

At second order in the current's amplitude, for any geometry, from derivatives of the equation of
motion at its equilibrium, taken by differentiation of the integrator's own right-hand side.  With
coordinates q in the tangent plane, ``dq/dt = F(q, I)`` and ``V = I R(q)``, a current
``I_rf cos(omega t)`` moves q by ``x = (i omega - F_q)^-1 F_I`` per ampere and without a direct
current ``V_dc = 1/2 I_rf**2 Re[R_q . x]``; a direct current adds the mean shift of q, which is of
the same order.  Such voltages are what spin torques are measured by (J. C. Sankey et al.,
arXiv:0705.4207).  A barrier whose conductance depends on the voltage rectifies too, at all
frequencies: ``1/4 V''(I)`` more (:func:`curvature`).

Only low powers are linear: amplitudes that turn the layer by a radian saturate it, and
:func:`rectified_voltage` follows it there.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike, NDArray

from pbits import checks
from pbits.devices.checking import finite_array, positive_array
from pbits.devices.linearised import (
    Diode,
    Linearised,
    at_current,
    check_diode,
    equilibrium,
    resistance,
)
from pbits.devices.macrospin import BOLTZMANN, GAMMA, angles, diffusion, step
from pbits.devices.step_sizes import USUAL_ANGLE, checked_step, largest_field
from pbits.random import seed_key, sweep_key

Array = NDArray[np.float64]
_STEPS_PER_PERIOD = 48


class Rectifier(NamedTuple):
    """A diode at its point of work.

    Attributes:
        direction: [3], of the free layer.
        resistance: Ohm.
        decays: [2] complex, 1/s: eigenvalues of F_q, real parts negative.
        frequencies: [k] Hz.
        rectification: [k] V / A**2, V_dc over the squared amplitude of the current.
        resistance_noise: Ohm**2 / Hz, one-sided, of thermal motion at low frequency.
    """

    direction: Array
    resistance: float
    decays: NDArray[np.complex128]
    frequencies: Array
    rectification: Array
    resistance_noise: float


def rectifier(
    diode: Diode,
    frequencies: ArrayLike,
    *,
    start: ArrayLike = (0.3, 0.1, 0.95),
    curvature: float = 0.0,
) -> Rectifier:
    """Linear response around the equilibrium that the free layer relaxes to.

    Args:
        diode: the junction.
        frequencies: [k] Hz, above 0.
        start: [3], where relaxation starts: picks one of several equilibria.
        curvature: V / A**2, of the barrier at rest, as :func:`curvature` gives it.

    Raises:
        ValueError: where the direct current keeps the layer in motion: no equilibrium; on
            quantities out of range.

    Example:
        >>> from pbits.devices.macrospin import Magnet, Vector
        >>> layer = Magnet(8e5 * 2e-24, 0.01, Vector(z=-0.8), field=Vector(y=0.1))
        >>> junction = Diode(layer, 1000.0, 2000.0, Vector(x=20.0))
        >>> found = rectifier(junction, [1e9, 8e9])
        >>> bool(abs(found.direction[1] - 1) < 1e-5), found.rectification.shape
        (True, (2,))
    """
    check_diode(diode)
    omega = 2 * np.pi * positive_array("frequency", np.atleast_1d(frequencies))
    magnet = at_current(diode, diode.current)
    m = equilibrium(magnet, start)
    own = Linearised(diode, m)
    a, x = own.response(omega)
    decays = np.linalg.eigvals(a).astype(np.complex128)
    if not np.all(decays.real < 0):
        raise ValueError(
            f"no stable equilibrium at {diode.current:.3g} A: the torque keeps the free layer in "
            "motion; use a smaller current, or rectified_voltage, which integrates in time"
        )
    shift = np.linalg.solve(a.T, own.r)
    noise = 4 * float(np.max(diffusion(magnet))) * float(shift @ shift)
    rest = float(resistance(diode, m))
    total = own.rectified(a, x) + checks.finite("curvature", curvature) / 4
    return Rectifier(m, rest, decays, omega / 2 / np.pi, total, noise)


def curvature(current: Callable[[Any], Any], voltage: float) -> float:
    """``d2V / dI2`` in V / A**2 of a barrier that is no ohmic resistance: ``-I'' / I'**3``.

    Args:
        current: A, of the voltage in V, made of what JAX can differentiate.
        voltage: V, of the direct current.

    Raises:
        ValueError: where the current does not rise with the voltage.

    Example:
        >>> found = curvature(lambda v: 1e-3 * v * (1 + 0.1 * v), 0.0)
        >>> float(f"{found:.4g}")
        -200000.0
    """
    at = jnp.float32(checks.finite("voltage", voltage))
    slope, bend = float(jax.grad(current)(at)), float(jax.grad(jax.grad(current))(at))
    if not slope > 0:
        raise ValueError(f"dI/dV is {slope:.3g} S at {voltage} V; expected a number above 0")
    return -bend / slope**3


def sensitivity(found: Rectifier, *, impedance: float = 50.0) -> Array:
    """mV / mW of incident microwave power, [k], from a line of that impedance.

    The line drives ``I_rf**2 = 8 P Z / (R + Z)**2`` through a resistance R.

    Example:
        >>> base = Rectifier(np.zeros(3), 50.0, np.zeros(2), np.ones(1), np.full(1, 100.0), 0.0)
        >>> sensitivity(base).round(6).tolist()  # matched: I_rf**2 = 2 P / R
        [4.0]
    """
    z = checks.positive("impedance", impedance)
    return found.rectification * amplitude(1.0, found.resistance, impedance=z) ** 2


def amplitude(power: ArrayLike, resistance: float, *, impedance: float = 50.0) -> Any:
    """Amplitude of the current in A, at a microwave power in W from a line.

    Example:
        >>> float(round(amplitude(1e-6, 50.0), 6))
        0.0002
    """
    z, watts = checks.positive("impedance", impedance), finite_array("power", power)
    if np.any(watts < 0):
        raise ValueError(f"power is {float(watts.min())!r}; expected at least 0 (W)")
    return np.sqrt(8 * watts * z) / (checks.positive("resistance", resistance) + z)


def noise_equivalent_power(
    diode: Diode, found: Rectifier, *, impedance: float = 50.0, temperature: float = 300.0
) -> Array:
    """W / sqrt(Hz), [k]: the power whose voltage equals thermal noise in one hertz.

    Johnson noise of the junction, and of its resistance under a direct current:
    ``V_n**2 = 4 k T R + S_R I**2``.

    Example:
        >>> from pbits.devices.macrospin import Magnet, Vector
        >>> layer = Magnet(8e5 * 2e-24, 0.01, Vector(z=-0.8), field=Vector(y=0.1))
        >>> junction = Diode(layer, 1000.0, 2000.0, Vector(x=20.0))
        >>> float(noise_equivalent_power(junction, rectifier(junction, 8.6e9))[0]) > 0
        True
    """
    johnson = 4 * BOLTZMANN * checks.positive("temperature", temperature) * found.resistance
    voltage = np.sqrt(johnson + found.resistance_noise * diode.current**2)
    return voltage / np.abs(sensitivity(found, impedance=impedance))


def rectified_voltage(
    diode: Diode,
    amplitudes: ArrayLike,
    frequency: float,
    *,
    start: ArrayLike = (0.3, 0.1, 0.95),
    settle: float | None = None,
    num_periods: int = 20,
    seed: int | None = None,
) -> Array:
    """V_dc in volts by integration in time: also where the layer saturates, or is noisy.

    The voltage over whole periods minus that of the direct current alone at rest.

    Args:
        diode: with a temperature of 0 for a sharp answer, else with noise.
        amplitudes: [n] A, of the current; one run for each.
        frequency: Hz.
        start: [3], as :func:`rectifier` has it.
        settle: seconds before the measurement; default twenty times ``1 / (alpha gamma B)``, B
            being the largest field, and twenty periods.
        num_periods: that are measured.
        seed: of the noise.

    Raises:
        ValueError: on quantities out of range.

    Example:
        >>> from pbits.devices.macrospin import Magnet, Vector
        >>> layer = Magnet(8e5 * 2e-24, 0.05, Vector(z=-0.8), 0.0, field=Vector(y=0.1))
        >>> junction = Diode(layer, 1000.0, 2000.0, Vector(x=20.0))
        >>> rectified_voltage(junction, [1e-5, 2e-5], 8e9, num_periods=2).shape
        (2,)
    """
    check_diode(diode)
    # The last run has the direct current alone, and the same noise.
    currents = np.append(np.atleast_1d(finite_array("amplitudes", amplitudes)), 0.0)
    frequency = checks.positive("frequency", frequency)
    periods = checks.whole_number("num_periods", num_periods, 1)
    dt, each, skip = _timing(diode, float(np.max(np.abs(currents))), frequency, settle)
    m = equilibrium(at_current(diode, diode.current), start)
    base = float(resistance(diode, m)), np.float32(diode.current)
    began = np.repeat(m.astype(np.float32)[:, None], currents.size, axis=1)
    seed = checks.seed_or_random(seed)
    total = _driven(
        seed_key(seed), tuple(began), currents.astype(np.float32), _plain(diode), base,
        np.float32(dt), np.uint32(skip), np.uint32(each), np.uint32(periods * each),
    )  # fmt: skip
    volts = np.asarray(total, np.float64) / (periods * each)
    return volts[:-1] - volts[-1]


def _timing(
    diode: Diode, largest: float, frequency: float, settle: float | None
) -> tuple[float, int, int]:
    """Seconds per step, steps per period, and steps before the measurement: whole periods."""
    # Currents swing both ways, so the layer may meet either sum.
    fields = (largest_field(at_current(diode, diode.current + i)) for i in (-largest, largest))
    most, fastest = max(
        zip(fields, (diode.current - largest, diode.current + largest), strict=True)
    )
    rate = GAMMA * most
    each = int(np.ceil(max(_STEPS_PER_PERIOD, 4 * rate / (USUAL_ANGLE * frequency))))
    dt = checked_step(at_current(diode, fastest), 1 / (frequency * each))
    if settle is None:
        settle = 20 / (float(diode.magnet.alpha) * rate) + 20 / frequency
    return dt, each, int(np.ceil(checks.non_negative("settle", settle) * frequency)) * each


def _plain(diode: Diode) -> Diode:
    """Numbers as arrays, so that no program is compiled for their values."""
    return jax.tree.map(lambda leaf: np.float32(leaf), diode)


@jax.jit
def _driven(
    key: Any, m: Any, sizes: Any, diode: Any, base: Any, dt: Any, skip: Any, each: Any, count: Any
) -> Any:
    device = jnp.zeros(sizes.size, jnp.uint32)
    rest, current = base
    length = jnp.sqrt(sum(part * part for part in diode.reference))
    unit = [part / length for part in diode.reference]
    high, low = 1 / diode.parallel, 1 / diode.antiparallel

    def excess(m: Any) -> Any:
        cosine = sum(a * b for a, b in zip(m, unit, strict=True))
        return 1 / ((high + low) / 2 + (high - low) / 2 * cosine) - rest

    def one(i: jax.Array, state: Any) -> Any:
        m, total = state
        # The middle of the step keeps the phase to second order.
        phase = 2 * np.pi * ((i % each).astype(jnp.float32) + 0.5) / each.astype(jnp.float32)
        now = current + sizes * jnp.cos(phase)
        ahead = step(sweep_key(key, i), m, angles(at_current(diode, now), dt), device)
        seen = now * 0.5 * (excess(m) + excess(ahead))
        return ahead, total + jnp.where(i >= skip, seen, 0.0)

    return lax.fori_loop(jnp.uint32(0), skip + count, one, (m, jnp.zeros_like(sizes)))[1]
