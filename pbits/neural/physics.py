"""Networks that solve a partial differential equation, and how well.

A perceptron u(t, x) with tanh is trained so that the residual of the equation, the initial values
and the boundary values vanish (physics-informed; Raissi et al., J. Comput. Phys. 378, 686 (2019)).
Both equations here have solutions to compare with.  Inputs (t, x) are scaled to -1..1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks
from pbits.neural import optimisers
from pbits.neural.arrays import mlp
from pbits.neural.network import Network


@dataclass(frozen=True)
class Heat:
    """``u_t = diffusivity * u_xx`` for t from 0 to 1, x from -1 to 1, u = 0 at both ends.

    Starts as ``-sin(pi x)``, which decays and keeps its shape.

    Example:
        >>> round(float(Heat(0.1).exact(1.0, 0.5)), 4)  # -exp(-0.1 pi**2)
        -0.3727
    """

    diffusivity: float = 0.1

    def residual(self, u: jax.Array, u_t: jax.Array, u_x: jax.Array, u_xx: jax.Array) -> jax.Array:
        """What is 0 for a solution."""
        return u_t - self.diffusivity * u_xx

    def exact(self, t: ArrayLike, x: ArrayLike) -> NDArray[np.float64]:
        """The solution."""
        return -np.exp(-self.diffusivity * np.pi**2 * np.asarray(t)) * np.sin(np.pi * np.asarray(x))


@dataclass(frozen=True)
class Burgers:
    """``u_t + u u_x = viscosity * u_xx`` for t from 0 to 1, x from -1 to 1, u = 0 at both ends.

    Starts as ``-sin(pi x)``, which steepens around 0.  The solution is that of Cole and Hopf, by
    Gauss-Hermite quadrature.

    Example:
        >>> round(float(Burgers().exact(0.0, 0.25)), 4)
        -0.7071
    """

    viscosity: float = 0.1

    def residual(self, u: jax.Array, u_t: jax.Array, u_x: jax.Array, u_xx: jax.Array) -> jax.Array:
        """What is 0 for a solution."""
        return u_t + u * u_x - self.viscosity * u_xx

    def exact(self, t: ArrayLike, x: ArrayLike) -> NDArray[np.float64]:
        """The solution, from quadrature with 100 nodes."""
        nodes, weights = np.polynomial.hermite.hermgauss(100)
        t, x = np.broadcast_arrays(np.asarray(t, float), np.asarray(x, float))
        place = x[..., None] - 2 * np.sqrt(self.viscosity * t[..., None]) * nodes
        # exp(-phi) with phi' = u0 / (2 viscosity); a constant in phi cancels.
        mass = weights * np.exp(-np.cos(np.pi * place) / (2 * np.pi * self.viscosity))
        return -(np.sin(np.pi * place) * mass).sum(-1) / mass.sum(-1)


Equation = Heat | Burgers


class Solved(NamedTuple):
    """A network that was trained on an equation.

    Attributes:
        network: (t, x), both scaled to -1..1, to u: see :func:`points`.
        loss: at the last step.
        error: relative to the exact solution; see :func:`relative_error`.
    """

    network: Network
    loss: float
    error: float


def points(t: ArrayLike, x: ArrayLike) -> NDArray[np.float32]:
    """Inputs [n, 2] of a network, from t in 0..1 and x in -1..1."""
    t, x = np.broadcast_arrays(np.asarray(t, np.float32), np.asarray(x, np.float32))
    return np.column_stack([2 * t.ravel() - 1, x.ravel()]).astype(np.float32)


def relative_error(
    equation: Equation, run: Network | Callable[[jax.Array], ArrayLike], size: int = 41
) -> float:
    """Root of the mean squared error over that of the exact solution, on a grid of size x size."""
    t, x = np.meshgrid(np.linspace(0, 1, size), np.linspace(-1, 1, size), indexing="ij")
    exact = equation.exact(t, x).ravel()
    found = np.asarray(run(jnp.asarray(points(t, x))), np.float64).ravel()
    return float(np.sqrt(((found - exact) ** 2).sum() / (exact**2).sum()))


def solve(
    equation: Equation,
    hidden: tuple[int, ...] = (32, 32),
    *,
    steps: int = 3000,
    rate: float = 1e-2,
    inside: int = 256,
    seed: int = 0,
) -> Solved:
    """Train a network on an equation; the same seed gives the same network.

    Args:
        equation: what to solve.
        hidden: units of each layer.
        steps: of Adam; the rate falls to 0 as a cosine.
        rate: of learning, at the start.
        inside: points where the residual is asked for, new at every step; a quarter of them each
            at the start and at the ends.
        seed: of weights and points.

    Raises:
        ValueError: where an argument is out of range.
        ImportError: where optax is not installed.
    """
    checks.whole_number("steps", steps, least=1)
    checks.whole_number("inside", inside, least=4)
    random = np.random.default_rng(checks.whole_number("seed", seed, least=0))
    sizes = (2, *hidden, 1)
    weights = [random.normal(0, np.sqrt(2 / (a + b)), (a, b)) for a, b in pairwise(sizes)]
    network = mlp(weights, [np.zeros(size) for size in sizes[1:]], "tanh")
    key = jax.random.key(seed)
    network, loss = _descend(network, equation, steps, checks.positive("rate", rate), inside, key)
    return Solved(network, float(loss), relative_error(equation, network))


@partial(jax.jit, static_argnums=(1, 2, 3, 4))
def _descend(
    network: Network, equation: Equation, steps: int, rate: float, inside: int, key: jax.Array
) -> tuple[Network, jax.Array]:
    rule = optimisers.make("adam", rate, steps)

    def step(
        carry: tuple[Network, Any], number: jax.Array
    ) -> tuple[tuple[Network, Any], jax.Array]:
        network, state = carry
        drawn = jax.random.uniform(jax.random.fold_in(key, number), (2 * inside,), minval=-1.0)
        z = drawn.reshape(inside, 2)
        value, slope = jax.value_and_grad(_loss)(network, equation, z)
        changes, state = rule.update(slope, state, network)
        return (jax.tree.map(jnp.add, network, changes), state), value

    (network, _), losses = jax.lax.scan(step, (network, rule.init(network)), jnp.arange(steps))
    return network, losses[-1]


def _loss(network: Network, equation: Equation, z: jax.Array) -> jax.Array:
    u, u_t, u_x, u_xx = derivatives(network, z)
    few = len(z) // 4
    start = z[:few].at[:, 0].set(-1.0)
    ends = z[:few].at[:, 1].set(jnp.where(jnp.arange(few) % 2 == 0, -1.0, 1.0))
    wrong = network(start)[:, 0] + jnp.sin(jnp.pi * start[:, 1])
    return (
        jnp.mean(equation.residual(u, u_t, u_x, u_xx) ** 2)
        + 10 * jnp.mean(wrong**2)
        + 10 * jnp.mean(network(ends) ** 2)
    )


def derivatives(
    network: Network, z: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """u, u_t, u_x and u_xx at scaled points z [n, 2]; rows of a network do not see each other."""

    def along(axis: int, f: Callable[[jax.Array], jax.Array], scale: float) -> Callable:
        tangent = jnp.zeros_like(z).at[:, axis].set(scale)
        return lambda at: jax.jvp(f, (at,), (tangent,))[1]

    def value(at: jax.Array) -> jax.Array:
        return network(at)[:, 0]

    in_x = along(1, value, 1.0)
    u_x, u_xx = jax.jvp(in_x, (z,), (jnp.zeros_like(z).at[:, 1].set(1.0),))
    return value(z), along(0, value, 2.0)(z), u_x, u_xx
