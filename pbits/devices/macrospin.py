"""Stochastic Landau-Lifshitz-Gilbert equation with spin torques, thousands of magnets at once.

Gilbert's form, fields B in tesla, gamma' = gamma / (1 + alpha**2):

``dm/dt = -gamma m x (B + B_th) + alpha m x dm/dt - gamma a_DL m x (m x p) - gamma a_FL m x p``

With ``H = B + a_FL p + a_DL m x p`` it is a rotation of m by the vector
``gamma' (H + alpha m x H)``, in which both terms mix the torques as Gilbert's form demands, and
thermal noise is a random rotation of variance 2 D per axis and time,
``D = alpha gamma kT / ((1 + alpha**2) Ms V)`` (Brown, Phys. Rev. 130, 1677 (1963)): in
Stratonovich's sense, which Heun's method is.  A step rotates by the mean of the two vectors at its
beginning and at its predicted end, through Cayley's form of the rotation with the angle of the
vector itself, so that the length of m is kept, neither precession nor noise heats the spin, and
diffusion has its rate.

:func:`angles`, :func:`step` and :func:`advance` are pure functions of arrays: they can be compiled,
mapped and differentiated with respect to every field of a :class:`Magnet`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from pbits import random

GAMMA = 1.76085963e11  # rad / (s T), of the electron (CODATA 2018)
BOLTZMANN = 1.380649e-23  # J / K, exact
_LARGE = 1e23
# Four random bytes: symmetric, of the right variance, and as good as a Gaussian to the order of
# the scheme.
_BYTES_MEAN = 4 * 127.5
_BYTES_SCALE = 1 / np.sqrt(4 * (256**2 - 1) / 12)

Direction = tuple[jax.Array, jax.Array, jax.Array]  # [devices] each


class Vector(NamedTuple):
    """Three components, each a number or an array [devices]."""

    x: jax.Array | float = 0.0
    y: jax.Array | float = 0.0
    z: jax.Array | float = 0.0


class Magnet(NamedTuple):
    """A free layer of uniform magnetisation, in SI units; every field a number or [devices].

    Attributes:
        moment: Ms V, in A m^2.
        alpha: Gilbert damping.
        anisotropy: T; the field along axis k is ``anisotropy_k m_k``: (0, 0, B_k) is an easy axis,
            (0, 0, -B_d) an easy plane.
        temperature: K.
        field: T, from outside, or of a current (Oersted).
        damping_like: T, a_DL times the direction of polarisation: positive drives m towards it.
        field_like: T, a_FL times the direction of polarisation: acts as a field does.
        asymmetry: Lambda of Slonczewski's efficiency, 1 for none; scales `damping_like` by
            ``2 L**2 / (L**2 + 1 + (L**2 - 1) m.p)``, p being the direction of `damping_like`: a
            current the other way is a negative drive, not a reversed vector.
    """

    moment: jax.Array | float
    alpha: jax.Array | float
    anisotropy: Vector
    temperature: jax.Array | float = 300.0
    field: Vector = Vector()
    damping_like: Vector = Vector()
    field_like: Vector = Vector()
    asymmetry: jax.Array | float = 1.0


class Angles(NamedTuple):
    """A magnet for one size of step, in radians per step: what :func:`step` takes."""

    alpha: jax.Array
    anisotropy: Direction
    field: Direction
    torque: Direction
    skew: jax.Array  # (L**2 - 1) / (L**2 + 1), negative for a negative drive
    noise: jax.Array  # standard deviation per axis


def diffusion(magnet: Magnet) -> jax.Array:
    """Rotational diffusion constant D, 1/s.

    Example:
        >>> magnet = Magnet(1.1e6 * 30e-9 * 30e-9 * 2e-9, 0.01, Vector())
        >>> round(1e9 / (2 * float(diffusion(magnet))), 1)  # ns, of free diffusion
        135.8
    """
    # Near one, so that derivatives do not underflow: they have the moment's square.
    field = BOLTZMANN * _LARGE * jnp.asarray(magnet.temperature) / (magnet.moment * _LARGE)
    return magnet.alpha * GAMMA * field / (1 + jnp.square(magnet.alpha))


def angles(magnet: Magnet, dt: jax.Array | float, drive: jax.Array | float = 1.0) -> Angles:
    """Per step of `dt` seconds, both torques scaled by `drive`.

    Example:
        >>> turned = angles(Magnet(1e-18, 0.0, Vector(z=0.1)), 1e-12)
        >>> round(float(turned.anisotropy[2]), 4)  # gamma B dt
        0.0176
    """
    alpha = jnp.asarray(magnet.alpha, jnp.float32)
    rate = jnp.asarray(GAMMA * dt, jnp.float32) / (1 + alpha * alpha)

    def turned(vector: Vector, scale: jax.Array | float = 1.0) -> Direction:
        x, y, z = (rate * jnp.asarray(part, jnp.float32) * scale for part in vector)
        return x, y, z

    outer, like = turned(magnet.field), turned(magnet.field_like, drive)
    mean, slope = efficiency(magnet.asymmetry)
    return Angles(
        alpha,
        turned(magnet.anisotropy),
        (outer[0] + like[0], outer[1] + like[1], outer[2] + like[2]),
        turned(magnet.damping_like, drive * mean),
        # A negative drive turns the torque round, but not the polariser.
        jnp.sign(jnp.asarray(drive, jnp.float32)) * slope,
        _root(2 * diffusion(magnet) * dt).astype(jnp.float32),
    )


def efficiency(asymmetry: jax.Array | float) -> tuple[jax.Array, jax.Array]:
    """Slonczewski's efficiency is ``mean / (1 + slope m.p)``; these are 1 and 0 without asymmetry.

    Example:
        >>> mean, slope = efficiency(2.0)
        >>> [round(float(mean / (1 + slope * cosine)), 6) for cosine in (1, -1)]
        [1.0, 4.0]
    """
    squared = jnp.square(jnp.asarray(asymmetry, jnp.float32))
    return 2 * squared / (squared + 1), (squared - 1) / (squared + 1)


def _root(variance: jax.Array) -> jax.Array:
    """Square root with a finite derivative where there is no noise."""
    some = variance > 0
    return jnp.where(some, jnp.sqrt(jnp.where(some, variance, 1.0)), 0.0)


def step(key: jax.Array, m: Direction, given: Angles, device: jax.Array) -> Direction:
    """One step of all devices.

    Args:
        key: uint32 [2], of this step.
        m: unit vectors.
        given: radians per step.
        device: uint32 [devices], numbers of the devices, for their noise.
    """
    kicks = noise(key, device, given.noise)
    first = turn(m, given, kicks)
    second = turn(rotated(m, first), given, kicks)
    return turned_by_mean(m, first, second)


def turned_by_mean(m: Direction, first: Direction, second: Direction) -> Direction:
    """m after a step that turns by one vector at its beginning and another at its end."""
    x, y, z = (0.5 * (a + b) for a, b in zip(first, second, strict=True))
    ahead = rotated(m, (x, y, z))
    # A rotation up to rounding, which must not add up over millions of steps.
    scale = 1.5 - 0.5 * _dot(ahead, ahead)
    return scale * ahead[0], scale * ahead[1], scale * ahead[2]


def noise(key: jax.Array, device: jax.Array, scale: jax.Array, layer: int = 0) -> Direction:
    """Random vectors, independent for each step's key, device and layer."""
    keys = random.row_keys(key, jnp.zeros(1, jnp.uint32))
    x, y, z = (scale * _bell(random.words(keys, device, 3 * layer + k)[0]) for k in range(3))
    return x, y, z


def _bell(word: jax.Array) -> jax.Array:
    even, odd = word & np.uint32(0x00FF00FF), (word >> np.uint32(8)) & np.uint32(0x00FF00FF)
    pairs = even + odd
    total = (pairs & np.uint32(0xFFFF)) + (pairs >> np.uint32(16))
    return (total.astype(jnp.int32).astype(jnp.float32) - _BYTES_MEAN) * np.float32(_BYTES_SCALE)


def turn(m: Direction, given: Angles, kicks: Direction) -> Direction:
    """The vector by which m turns in a step."""
    # The size of the torque is in it, so m.p needs its direction.
    size = jnp.sqrt(jnp.maximum(_dot(given.torque, given.torque), 1e-30))
    factor = 1 / (1 + given.skew * _dot(m, given.torque) / size)
    spin = _cross(m, given.torque)
    h = [
        b + k * part + factor * t
        for b, k, part, t in zip(given.field, given.anisotropy, m, spin, strict=True)
    ]
    damping = _cross(m, (h[0], h[1], h[2]))
    x, y, z = (a + given.alpha * b + c for a, b, c in zip(h, damping, kicks, strict=True))
    return x, y, z


def rotated(m: Direction, by: Direction) -> Direction:
    """Cayley's rotation: exact in length; the error of its angle is 1/120 of the fifth power.

    With half the vector alone the angle would fall short by 1/12 of the cube: of all turns by
    noise that is a share of two thirds of their variance, by which diffusion would be too slow.
    """
    share = 0.5 + _dot(by, by) / 24  # tan(x / 2) / x to second order
    half = (share * by[0], share * by[1], share * by[2])
    once = _cross(half, m)
    twice = _cross(half, once)
    scale = 2 / (1 + _dot(half, half))
    x, y, z = (a + scale * (b + c) for a, b, c in zip(m, once, twice, strict=True))
    return x, y, z


def _cross(a: Direction, b: Direction) -> Direction:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Direction, b: Direction) -> jax.Array:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def advance(
    key: jax.Array,
    m: Any,
    given: Any,
    device: jax.Array,
    first: jax.Array | int,
    count: jax.Array | int,
    move: Callable[..., Any] = step,
) -> Any:
    """`count` steps from step number `first`; the noise of a step depends on its number alone.

    Args:
        key: uint32 [2], of the run.
        m: unit vectors, as `move` has them.
        given: radians per step.
        device: uint32 [devices].
        first: number of the first step.
        count: steps; of a Python integer they can be differentiated in reverse too, at the cost
            of memory for every step.
        move: :func:`step`, or another function of the same arguments.

    Example:
        >>> magnet = Magnet(1e-18, 0.1, Vector(z=0.1))
        >>> start = (jnp.zeros(2), jnp.zeros(2), jnp.ones(2))
        >>> device = jnp.arange(2, dtype=jnp.uint32)
        >>> m = advance(random.seed_key(1), start, angles(magnet, 1e-12), device, 0, 10)
        >>> bool(jnp.all(m[2] < 1))
        True
    """

    def one(i: jax.Array, m: Any) -> Any:
        return move(random.sweep_key(key, i), m, given, device)

    start = jnp.asarray(first, jnp.uint32)
    if isinstance(count, int):
        numbers = start + jnp.arange(count, dtype=jnp.uint32)
        return lax.scan(lambda m, i: (one(i, m), None), m, numbers)[0]
    return lax.fori_loop(start, start + jnp.asarray(count, jnp.uint32), one, m)
