"""Two free layers that act on each other: dipolar fields and mutual spin torque.

Each layer is a macrospin of its own noise.  The stray field of one in the other is linear in its
direction, ``B_1 = -mu0 Ms_2 N m_2``; a current between them carries the spins of each into the
other.  Electrons that run from the second layer to the first drive m_1 towards m_2, and those
reflected drive m_2 away from m_1: equal torques of opposite sign, so that neither parallel nor
antiparallel wins.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.devices.checking import positive_array
from pbits.devices.demagnetisation import mutual_factor
from pbits.devices.macrospin import (
    GAMMA,
    Angles,
    Direction,
    Magnet,
    Vector,
    angles,
    efficiency,
    noise,
    rotated,
    turn,
    turned_by_mean,
)

MU0 = 1.25663706212e-6  # N / A**2 (CODATA 2018)
Both = tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]


class Pair(NamedTuple):
    """Two coupled free layers, in SI units; every field a number or [devices].

    Attributes:
        first, second: the layers.  A layer's asymmetry belongs to the torque from the other
            layer, so then it has no `damping_like` of its own.
        field_first: T; the stray field in the first layer is ``field_first_k m_second_k``.
        field_second: the same in the second layer.
        torque_first: T, a_DL in the first layer, polarised by the second: positive drives it
            parallel to the other.
        torque_second: the same in the second layer; a current makes the two of opposite sign.
    """

    first: Magnet
    second: Magnet
    field_first: Vector = Vector()
    field_second: Vector = Vector()
    torque_first: jax.Array | float = 0.0
    torque_second: jax.Array | float = 0.0


class PairAngles(NamedTuple):
    """A pair for one size of step, in radians per step: what :func:`pair_step` takes."""

    layers: tuple[Angles, Angles]
    pull: tuple[Direction, Direction]  # fields per direction of the other
    torque: tuple[jax.Array, jax.Array]
    skew: tuple[jax.Array, jax.Array]


def dipolar_tensor(
    thickness: ArrayLike, diameter: ArrayLike, distance: ArrayLike
) -> NDArray[np.float64]:
    """Coupling tensor D of two equal coaxial cylinders: B_1 = mu0 Ms_2 D m_2.

    Args:
        thickness, diameter: of each cylinder.
        distance: between their centres, at least the thickness.

    Returns:
        [..., 3, 3], symmetric and traceless; -N of
        :func:`~pbits.devices.demagnetisation.mutual_factor` along the axis, half of N across.

    Raises:
        ValueError: on lengths not above 0, or cylinders that overlap.

    Example:
        >>> tensor = dipolar_tensor(1e-9, 20e-9, 3e-9)
        >>> bool(tensor[2, 2] > 0), bool(abs(tensor.trace()) < 1e-15)
        (True, True)
    """
    axial = np.asarray(mutual_factor(thickness, diameter, distance))
    return -axial[..., None, None] * np.diag([-0.5, -0.5, 1.0])


def coupled_disks(
    first: Magnet,
    second: Magnet,
    *,
    thickness: float,
    diameter: float,
    distance: float,
    torque: ArrayLike = 0.0,
) -> Pair:
    """Two equal disks above each other with their stray fields and a current between them.

    Args:
        first, second: the layers without each other.
        thickness, diameter, distance: in m, as :func:`dipolar_tensor` has them; Ms is each
            layer's moment over the volume.
        torque: T, a_DL; positive drives the first layer along the second, the second against
            the first.

    Raises:
        ValueError: on bad lengths.

    Example:
        >>> disk = Magnet(1e6 * 3.14e-25, 0.01, Vector(z=-1.2))
        >>> pair = coupled_disks(disk, disk, thickness=1e-9, diameter=20e-9, distance=3e-9)
        >>> bool(pair.field_first.x < 0 < pair.field_first.z)  # antiparallel in the plane
        True
    """
    tensor = MU0 * dipolar_tensor(thickness, diameter, distance)
    volume = np.pi / 4 * positive_array("diameter", diameter) ** 2 * thickness

    def stray(source: Magnet) -> Vector:
        x, y, z = (source.moment / volume * tensor[k, k] for k in range(3))
        return Vector(x, y, z)

    push = jnp.asarray(torque)
    return Pair(first, second, stray(second), stray(first), push, -push)


def check_pair(pair: Pair) -> None:
    """Refuse an angular efficiency that would belong to two polarisers at once.

    Raises:
        ValueError: where a layer has both an asymmetry and a `damping_like` of its own.
    """
    for name, layer in zip(("first", "second"), pair[:2], strict=True):
        if np.any(np.asarray(layer.asymmetry) != 1) and np.any(
            [np.any(np.asarray(part) != 0) for part in layer.damping_like]
        ):
            raise ValueError(
                f"the {name} layer has asymmetry={layer.asymmetry!r} and a damping_like of its "
                "own; expected one of them only, since the asymmetry belongs to the torque from "
                "the other layer"
            )


def pair_angles(pair: Pair, dt: jax.Array | float, drive: jax.Array | float = 1.0) -> PairAngles:
    """Per step of `dt` seconds, all spin torques scaled by `drive`."""
    layers = angles(pair.first, dt, drive), angles(pair.second, dt, drive)
    pulls, torques, skews = [], [], []
    fields, pushes = pair[2:4], pair[4:6]
    for magnet, given, field, torque in zip(pair[:2], layers, fields, pushes, strict=True):
        rate = jnp.asarray(GAMMA * dt, jnp.float32) / (1 + given.alpha * given.alpha)
        x, y, z = (rate * jnp.asarray(part, jnp.float32) for part in field)
        pulls.append((x, y, z))
        mean, slope = efficiency(magnet.asymmetry)
        push = rate * jnp.asarray(torque, jnp.float32) * drive
        torques.append(push * mean)
        # What a negative push turns round is the torque, not the other layer.
        skews.append(jnp.sign(push) * slope)
    return PairAngles(layers, tuple(pulls), tuple(torques), tuple(skews))


def pair_step(key: jax.Array, m: Both, given: PairAngles, device: jax.Array) -> Both:
    """One step of all pairs: as :func:`~pbits.devices.macrospin.step`, of six components."""
    now = m[:3], m[3:]
    kicks = [noise(key, device, given.layers[k].noise, k) for k in range(2)]
    first = _turns(now, given, kicks)
    ahead = rotated(now[0], first[0]), rotated(now[1], first[1])
    second = _turns(ahead, given, kicks)
    one, other = (turned_by_mean(now[k], first[k], second[k]) for k in range(2))
    return *one, *other


def _turns(
    m: tuple[Direction, Direction], given: PairAngles, kicks: list[Direction]
) -> list[Direction]:
    """The vectors by which both layers turn in a step."""
    found = []
    for k, layer in enumerate(given.layers):
        other, pull, push = m[1 - k], given.pull[k], given.torque[k]
        fx, fy, fz = (b + p * o for b, p, o in zip(layer.field, pull, other, strict=True))
        tx, ty, tz = (t + push * o for t, o in zip(layer.torque, other, strict=True))
        seen = layer._replace(field=(fx, fy, fz), torque=(tx, ty, tz), skew=given.skew[k])
        found.append(turn(m[k], seen, kicks[k]))
    return found


def alignment(m: NDArray[np.float32]) -> NDArray[np.float64]:
    """m_1 . m_2 of each pair, from [..., 2, 3, devices] to [..., devices].

    Example:
        >>> alignment(np.array([[[0.0], [0.0], [1.0]], [[0.0], [0.0], [-1.0]]])).tolist()
        [-1.0]
    """
    return np.asarray(np.sum(m[..., 0, :, :] * m[..., 1, :, :], axis=-2, dtype=np.float64))
