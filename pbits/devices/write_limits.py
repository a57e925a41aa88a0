"""Closed forms of the switching probability, each where it holds.

- Far above the critical current: W. H. Butler et al., IEEE Trans. Magn. 48, 4684 (2012).
- Below it: escape over the barrier, with exact passage times.
- A voltage that removes the anisotropy: precession about the field that is left; one that lays the
  magnet into the plane: a random bit.

Between about 0.8 and 1.5 critical currents none of them holds;
:mod:`~pbits.devices.write_table` does everywhere.  Times tau are in units of
``t_D = (1 + alpha**2) / (alpha gamma B_k)``.
"""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from pbits.devices.checking import finite_array, positive_array
from pbits.devices.macrospin import BOLTZMANN, GAMMA, Magnet
from pbits.devices.passage import escape_rate
from pbits.devices.step_sizes import safe_step
from pbits.devices.write_ensemble import switched_share


def overcritical_error(delta: ArrayLike, bias: ArrayLike, tau: ArrayLike) -> jax.Array:
    """Write error far above the critical current, ``i > 1``.

    ``1 - exp(-(pi**2 delta / 4) (i - 1) / (i exp(2 tau (i - 1)) - 1))``: 3 to 8 % above the exact
    one at i = 3, up to 1.8 times it at 2 and 6 times at 1.5.

    Example:
        >>> round(float(overcritical_error(60.0, 3.0, 3.0)), 4)
        0.0006
    """
    delta, bias, tau = (jnp.asarray(x, jnp.float32) for x in (delta, bias, tau))
    over = bias - 1
    # Divided by the exponential, which overflows.
    fading = jnp.exp(-2 * tau * over)
    return -jnp.expm1(-(np.pi**2 / 4) * delta * over * fading / (bias - fading))


def thermal_probability(delta: ArrayLike, bias: ArrayLike, tau: ArrayLike) -> NDArray[np.float64]:
    """Probability of being in the other well after escape over the barrier, ``|i| < 1``.

    ``P = nu_up / nu (1 - exp(-nu tau))``, nu = nu_up + nu_down: for barriers
    ``delta (1 - |i|)**2`` of about 5 and more, and pulses of several t_D.

    Args:
        delta: barrier over kT at no bias.
        bias: towards the other well, over its critical value; negative holds the magnet back.
        tau: length.  Shapes broadcast.

    Raises:
        ValueError: on values out of range.

    Example:
        >>> float(thermal_probability(40.0, 0.5, 1e3).round(4))
        0.0532
    """
    up, down = _rates(delta, bias)
    total = up + down
    return up / total * -np.expm1(-total * finite_array("tau", tau))


def retention_time(
    delta: ArrayLike, bias: ArrayLike = 0.0, lost: float = 0.01
) -> NDArray[np.float64]:
    """Time, over t_D, after which a share of the magnets has left its well.

    Args:
        delta, bias: as :func:`thermal_probability`; the bias is a stray field or a small current.
        lost: the share, less than what is there in the long run (half at no bias).

    Raises:
        ValueError: where so many never leave.

    Example:
        >>> bool(retention_time(60.0) > 1e22)
        True
    """
    up, down = _rates(delta, bias)
    final = up / (up + down)
    if not 0 < lost < np.min(final):
        raise ValueError(
            f"lost is {lost!r}; expected above 0 and below {np.min(final):g}, the share that has "
            "left in the long run"
        )
    return -np.log1p(-lost / final) / (up + down)


def _rates(delta: ArrayLike, bias: ArrayLike) -> tuple[NDArray, NDArray]:
    barriers, biases = positive_array("delta", delta), finite_array("bias", bias)
    rate = np.vectorize(escape_rate, otypes=[float])
    return rate(barriers, biases), rate(barriers, -biases)


def half_period(field: ArrayLike) -> NDArray[np.float64]:
    """Seconds of half a turn about a field in T, ``pi / (gamma B)``: the pulse that switches.

    Example:
        >>> float((half_period(0.05) * 1e12).round(1))
        356.8
    """
    return np.pi / (GAMMA * positive_array("field", field))


def precessional_probability(
    magnet: Magnet,
    lowered: ArrayLike,
    num_records: int,
    *,
    record_every: int = 8,
    num_devices: int = 2000,
    settle: float = 3.0,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Switching probability against the length of a voltage pulse, from the macrospin.

    Magnets relax in the well at m_z = -1 for `settle` times t_D, the anisotropy along z changes
    to `lowered` for a time, and they relax again.  A magnet has switched where m_z > 0 then.

    Args:
        magnet: with an easy axis along z and an in-plane field, of no torque.
        lowered: T, anisotropy field along z during the pulse; 0 for none.
        num_records: lengths of the pulse.
        record_every: steps between two lengths.
        num_devices: the same ones for each length; the standard error is at most
            ``1 / (2 sqrt(num_devices))``.
        settle: times t_D of relaxing.
        seed: of the noise.

    Returns:
        Seconds and probabilities, [num_records] each.

    Example:
        >>> from pbits.devices.macrospin import Vector
        >>> magnet = Magnet(1e-17, 0.05, Vector(z=0.2), field=Vector(x=0.02))
        >>> times, found = precessional_probability(magnet, 0.0, 6, num_devices=100)
        >>> found.shape
        (6,)
    """
    weak = magnet._replace(anisotropy=magnet.anisotropy._replace(z=lowered))
    dt = safe_step(magnet)
    times = record_every * dt * np.arange(1, num_records + 1)
    switched = switched_share(magnet, weak, times, num_devices, settle, seed)
    return np.asarray(times, float), np.asarray(switched.mean(axis=1), float)


def relaxed_probability(
    moment: ArrayLike, hardness: ArrayLike, anisotropy: ArrayLike, stray: ArrayLike = 0.0,
    temperature: ArrayLike = 300.0,
) -> NDArray[np.float64]:  # fmt: skip
    """Probability of m_z > 0 after a voltage pulse long enough to lay the magnet into the plane.

    ``Phi(B_z sqrt((Ms V / kT) (1 / B + 1 / B_k)))``, Phi the normal law: 1/2 without a field along
    z, a random bit.  In the plane m_z is normal, of mean B_z / B and variance kT / (Ms V B);
    freed, it leaves the top of the barrier at -B_z / B_k with noise of kT / (Ms V B_k) on the way.
    For B and B_k of many kT / (Ms V), axial symmetry and a sudden end of the pulse.

    Args:
        moment: Ms V, A m^2.
        hardness: B, T, of the plane during the pulse.
        anisotropy: B_k, T, of the axis after it.
        stray: B_z, T, all along.
        temperature: K.

    Example:
        >>> float(relaxed_probability(1e-18, 0.2, 0.4))
        0.5
    """
    mu, flat, easy = (
        positive_array(name, x)
        for name, x in (("moment", moment), ("hardness", hardness), ("anisotropy", anisotropy))
    )
    per_kt = mu / (BOLTZMANN * positive_array("temperature", temperature))
    return ndtr(finite_array("stray", stray) * np.sqrt(per_kt * (1 / flat + 1 / easy)))
