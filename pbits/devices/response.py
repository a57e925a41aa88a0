"""Derivatives of mean directions with respect to fields and torques, by likelihood ratios.

Derivatives along noisy paths exist (:func:`~pbits.devices.macrospin.advance` can be
differentiated) but grow without bound: precession shears neighbouring paths apart.  A change of
drift is instead a change of the noise's probability, whose logarithm has the derivative
``sum_k q_k . kick_k / noise**2`` to first order in the step, q being the change of the turn of a
step (likelihood ratios: P. W. Glynn, Commun. ACM 33(10), 75 (1990), doi:10.1145/84537.84552).  Its
variance grows with the number of steps, so a run should last a few relaxation times.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike, NDArray

from pbits import checks, random, runtime
from pbits.devices.blocks import Layout
from pbits.devices.macrospin import Magnet, advance, angles, noise, step, turn
from pbits.devices.simulation import unit_vectors
from pbits.devices.step_sizes import checked_step


class Gradient(NamedTuple):
    """Derivative of the mean direction.

    Attributes:
        mean: [3], over devices at the end.
        gradient: [3], of the mean, per unit of the parameter.
        error: [3], standard errors of the gradient.
    """

    mean: NDArray[np.float64]
    gradient: NDArray[np.float64]
    error: NDArray[np.float64]


def mean_gradient(
    magnet_of: Callable[[Any], Magnet],
    at: float,
    *,
    num_steps: int,
    num_devices: int,
    dt: float | None = None,
    start: ArrayLike | None = None,
    seed: int | None = None,
) -> Gradient:
    """d<m>/dx of magnets ``magnet_of(x)``, where x sets fields, torques or anisotropy.

    Args:
        magnet_of: differentiable by JAX; numbers equal for all devices.
        at: value of x.
        num_steps: over which x differs: of a few relaxation times for the long-run derivative.
        num_devices: with noise of their own; the error falls with its root.
        dt: seconds; default a safe step.
        start: [3] or [3, num_devices], for instance of the long-run law.
        seed: equal seeds give equal results.

    Raises:
        ValueError: where x changes the noise (damping, temperature, moment), a field is not one
            number, or arguments are out of range.

    Example:
        >>> from pbits.devices.macrospin import Vector
        >>> found = mean_gradient(
        ...     lambda field: Magnet(1e-18, 0.1, Vector(), field=Vector(z=field)), 0.0,
        ...     num_steps=100, num_devices=1000, dt=1e-12, seed=1,
        ... )
        >>> found.gradient.shape
        (3,)
    """
    seed = checks.seed_or_random(seed)
    count = checks.whole_number("num_devices", num_devices, 2)
    steps = checks.whole_number("num_steps", num_steps, 1)
    at = checks.finite("at", at)
    if any(np.ndim(leaf) for leaf in jax.tree.leaves(magnet_of(at))):
        raise ValueError("a field of the magnet is an array; expected numbers, equal for all")
    dt = checked_step(magnet_of(at), dt)
    given, change = jax.jvp(lambda x: angles(magnet_of(x), dt), (jnp.float32(at),), (1.0,))
    if not np.all(np.asarray(given.noise) > 0) or np.any(np.asarray(change.noise)):
        raise ValueError(
            "the parameter changes the noise, or there is none; expected one that sets fields, "
            "torques or anisotropy of a magnet at a temperature"
        )
    runtime.ensure_configured()
    layout = Layout(count, 1)
    m = layout.spread(unit_vectors(start, 1, count, seed))
    ended, score = _run(random.seed_key(seed), m, layout.numbers, given, change, steps)
    m, score = layout.joined(ended).astype(np.float64), layout.joined(score).astype(np.float64)
    mean = m.mean(axis=1)
    products = (m - mean[:, None]) * (score - score.mean())
    return Gradient(mean, products.mean(axis=1), products.std(axis=1) / np.sqrt(count))


@partial(jax.jit, static_argnames="num_steps")
def _run(key: Any, m: Any, numbers: Any, given: Any, change: Any, num_steps: int) -> Any:
    def move(key: jax.Array, state: Any, given: Any, device: jax.Array) -> Any:
        m, score = state[:3], state[3]
        kicks = noise(key, device, given.noise)
        nothing = jnp.zeros_like(m[0])
        _, q = jax.jvp(
            lambda turns: turn(m, turns, (nothing, nothing, nothing)), (given,), (change,)
        )
        # What turns m about itself does nothing but add to the variance.
        along = sum(a * b for a, b in zip(q, m, strict=True))
        gain = sum((a - along * b) * k for a, b, k in zip(q, m, kicks, strict=True))
        return *step(key, m, given, device), score + gain / given.noise**2

    def block(one: Any) -> Any:
        m, device = one
        state = (*m, jnp.zeros_like(m[0]))
        x, y, z, score = advance(key, state, given, device, 0, num_steps, move)
        return jnp.stack([x, y, z]), score

    return lax.map(block, (m, numbers))
