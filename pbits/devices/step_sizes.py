"""How long a step of the stochastic macrospin may be, and which magnets it takes at all."""

import jax
import numpy as np
from jax.core import Tracer

from pbits import checks
from pbits.devices.checking import check_known, finite_array, positive_array
from pbits.devices.macrospin import GAMMA, Magnet, Vector, diffusion
from pbits.devices.pair import Pair, check_pair

# Of the fastest precession, in radians per step: the stationary error stays below 1 % to 0.4 and is
# about that at 0.5, see the tests.  And of the random turn's variance s per axis, in rad^2 a step:
# free diffusion is too fast by the share s / 10.
USUAL_ANGLE, LARGEST_ANGLE = 0.25, 0.5
USUAL_SPREAD, LARGEST_SPREAD = 0.02, 0.1


def check_magnet(magnet: Magnet | Pair) -> None:
    """Refuse what no magnet can have.

    Raises:
        TypeError: inside a JAX program, where values are not known.
        ValueError: on quantities out of range or not finite, or on pairs as `check_pair` has them.

    Example:
        >>> check_magnet(Magnet(1e-18, 0.01, Vector(z=0.1)))
    """
    if any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(magnet)):
        raise TypeError(
            "a field of the magnet is traced by JAX, which does not know its value; compile, map "
            "or differentiate macrospin.advance, or use response.mean_gradient"
        )
    if isinstance(magnet, Pair):
        check_pair(magnet)
    layers = magnet[:2] if isinstance(magnet, Pair) else (magnet,)
    for layer in layers:
        positive_array("moment", layer.moment)
        positive_array("asymmetry", layer.asymmetry)
        check_known("alpha", layer.alpha, 0.0)
        check_known("temperature", layer.temperature, 0.0)
    for leaf in jax.tree.leaves(magnet):
        finite_array("a field of the magnet", leaf)


def safe_step(magnet: Magnet | Pair, drive: float = 1.0) -> float:
    """Seconds per step that keep the stationary law to about a percent or better.

    Args:
        magnet: all of whose fields count.
        drive: largest factor of the spin torques.

    Raises:
        ValueError: where nothing acts on the magnet, or a quantity is out of range.

    Example:
        >>> from pbits.devices.macrospin import Vector
        >>> dt = safe_step(Magnet(1e-18, 0.01, Vector(z=0.1)))
        >>> 1e-12 < dt < 2e-11
        True
    """
    check_magnet(magnet)
    field, spread = largest_field(magnet, drive), _fastest(magnet)
    by_angle = USUAL_ANGLE / (GAMMA * field) if field else np.inf
    by_noise = USUAL_SPREAD / (2 * spread) if spread else np.inf
    dt = min(by_angle, by_noise)
    if not np.isfinite(dt):
        raise ValueError("neither fields nor temperature act on this magnet: nothing moves")
    return dt


def checked_step(magnet: Magnet | Pair, dt: float | None, drive: float = 1.0) -> float:
    """A safe step, or the one given where it is not too long, at spin torques times `drive`.

    Raises:
        ValueError: where precession or noise turn too far in a step, with one that is safe.
    """
    if dt is None:
        return safe_step(magnet, drive)
    check_magnet(magnet)
    dt = checks.positive("dt", dt)
    angle = GAMMA * largest_field(magnet, drive) * dt
    spread = 2 * _fastest(magnet) * dt
    if angle > LARGEST_ANGLE or spread > LARGEST_SPREAD:
        raise ValueError(
            f"dt is {dt:.3g} s, in which the magnet precesses by {angle:.3g} rad and diffuses by "
            f"{spread:.3g} rad^2; expected at most {LARGEST_ANGLE} and {LARGEST_SPREAD}: "
            f"dt={safe_step(magnet, drive):.3g} is safe"
        )
    return dt


def largest_field(magnet: Magnet | Pair, drive: float = 1.0) -> float:
    """Bound on the field that any of the magnets precesses in, T, at spin torques times `drive`."""
    if isinstance(magnet, Pair):
        fields, torques = magnet[2:4], magnet[4:6]
        return max(
            largest_field(layer, drive)
            + _largest(field)
            + drive * _efficiency(layer) * float(np.max(np.abs(a)))
            for layer, field, a in zip(magnet[:2], fields, torques, strict=True)
        )
    # What all three axes have in common is along m and does nothing.
    spread = np.ptp(np.stack(np.broadcast_arrays(*magnet.anisotropy)), axis=0)
    torque = _efficiency(magnet) * _largest(magnet.damping_like) + _largest(magnet.field_like)
    return float(np.max(spread)) + _largest(magnet.field) + drive * torque


def _efficiency(magnet: Magnet) -> float:
    """The largest over all angles."""
    return max(1.0, float(np.max(np.square(np.asarray(magnet.asymmetry, np.float64)))))


def _largest(vector: Vector) -> float:
    return float(np.max(np.sqrt(sum(np.square(np.asarray(part, np.float64)) for part in vector))))


def _fastest(magnet: Magnet | Pair) -> float:
    """Largest diffusion constant, 1/s."""
    layers = magnet[:2] if isinstance(magnet, Pair) else (magnet,)
    return max(float(np.max(diffusion(layer))) for layer in layers)
