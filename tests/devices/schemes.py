"""Integrators that are wrong, or right only for short steps, as others have published them.

All take m [3, n] of a uniaxial magnet with B_k = 1, a step in radians, alpha and delta; the noise
of variance 2 D per axis and time, D = alpha / (2 delta (1 + alpha**2)).
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax


def _drift(m, alpha):
    h = jnp.stack([jnp.zeros_like(m[0]), jnp.zeros_like(m[0]), m[2]])
    across = _cross(m, h)
    return -(across + alpha * _cross(m, across)) / (1 + alpha**2)


def _cross(a, b):
    return jnp.cross(a, b, axis=0)


def _unit(m):
    return m / jnp.sqrt(jnp.sum(m * m, axis=0))


def _size(dt, alpha, delta):
    return jnp.sqrt(2 * dt * alpha / (2 * delta * (1 + alpha**2)))


def heun(m, normal, dt, alpha, delta):
    """Plain Heun, projected back onto the sphere: right for short steps."""
    kick = _size(dt, alpha, delta) * normal
    first = _drift(m, alpha) * dt + _cross(m, kick)
    ahead = m + first
    second = _drift(ahead, alpha) * dt + _cross(ahead, kick)
    return _unit(m + 0.5 * (first + second))


def euler_heun(m, normal, dt, alpha, delta):
    """The drift by Euler's method, the noise by Heun's."""
    kick = _size(dt, alpha, delta) * normal
    ahead = m + _cross(m, kick)
    return _unit(m + _drift(m, alpha) * dt + 0.5 * _cross(m + ahead, kick))


def element_wise(m, normal, dt, alpha, delta):
    """Noise times the components of m, in place of the vector product."""
    kick = _size(dt, alpha, delta) * normal
    first = _drift(m, alpha) * dt + m * kick
    ahead = m + first
    second = _drift(ahead, alpha) * dt + ahead * kick
    return _unit(m + 0.5 * (first + second))


def too_hot(m, normal, dt, alpha, delta):
    """Without 1 + alpha**2 in the variance of the noise."""
    return heun(m, normal * jnp.sqrt(1 + alpha**2), dt, alpha, delta)


def spherical_euler(m, normal, dt, alpha, delta):
    """Euler's method in polar angles without the drift D cot(theta) that Ito's calculus adds."""
    kick = _size(dt, alpha, delta) * normal
    theta, phi = jnp.arccos(jnp.clip(m[2], -1, 1)), jnp.arctan2(m[1], m[0])
    rate = dt / (1 + alpha**2)
    sine = jnp.maximum(jnp.sin(theta), 1e-4)
    theta = theta - rate * alpha * jnp.sin(theta) * jnp.cos(theta) + kick[0]
    phi = phi + rate * jnp.cos(theta) + kick[1] / sine
    across = jnp.sin(theta)
    return jnp.stack([across * jnp.cos(phi), across * jnp.sin(phi), jnp.cos(theta)])


@partial(jax.jit, static_argnames=("scheme", "num_steps"))
def run(scheme, m, num_steps, dt, alpha, delta, seed):
    """`num_steps` steps from m [3, n]."""

    def one(i, m):
        normal = jax.random.normal(jax.random.fold_in(jax.random.key(seed), i), m.shape)
        return scheme(m, normal, dt, alpha, delta)

    return lax.fori_loop(0, num_steps, one, jnp.asarray(m, jnp.float32))
