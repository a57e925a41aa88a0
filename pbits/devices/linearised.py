"""Motion of a junction's free layer near rest: equilibrium, and derivatives of flow and voltage."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, runtime
from pbits.devices.checking import positive_array
from pbits.devices.macrospin import GAMMA, Magnet, Vector, advance, angles, turn
from pbits.devices.step_sizes import USUAL_ANGLE, largest_field, safe_step
from pbits.random import seed_key

Array = NDArray[np.float64]
_NEWTON_STEPS = 6
_MOST_STEPS = 2e6
_AT_REST = 1e-4  # of the largest field: what may still turn the layer


class Diode(NamedTuple):
    """A junction that rectifies, in SI units; numbers only.

    Attributes:
        magnet: its free layer without current, of asymmetry 1.
        parallel, antiparallel: resistances, Ohm; the conductance is linear in m . reference.
        damping_like: T / A, spin torque of a current.
        field_like: T / A, also the current's own field.
        anisotropy: T / A, change of the anisotropy fields with current (by its voltage).
        reference: direction of the reference layer.
        current: A, a direct current.
    """

    magnet: Magnet
    parallel: float
    antiparallel: float
    damping_like: Vector
    field_like: Vector = Vector()
    anisotropy: Vector = Vector()
    reference: Vector = Vector(x=1.0)
    current: float = 0.0


def check_diode(diode: Diode) -> None:
    """Refuse what this model of a junction cannot mean.

    Raises:
        ValueError: on resistances not above 0, or an angular efficiency, which would turn its
            polariser round whenever the current changes sign.
    """
    positive_array("resistance", [diode.parallel, diode.antiparallel])
    if diode.magnet.asymmetry != 1:
        raise ValueError(
            f"the free layer has asymmetry={diode.magnet.asymmetry!r}; expected 1: for another, "
            "integrate in time with simulate(drive=...)"
        )


def at_current(diode: Diode, current: Any) -> Magnet:
    """The free layer under a current."""
    magnet = diode.magnet

    def added(vector: Any, change: Vector) -> Vector:
        x, y, z = (a + current * b for a, b in zip(vector, change, strict=True))
        return Vector(x, y, z)

    return magnet._replace(
        anisotropy=added(magnet.anisotropy, diode.anisotropy),
        damping_like=added(magnet.damping_like, diode.damping_like),
        field_like=added(magnet.field_like, diode.field_like),
    )


def resistance(diode: Diode, m: Any) -> Any:
    """Ohm; conductance linear in the cosine between free and reference layer."""
    p = np.asarray([float(part) for part in diode.reference])
    p = p / np.linalg.norm(p)
    cosine = m[0] * p[0] + m[1] * p[1] + m[2] * p[2]
    high, low = 1 / diode.parallel, 1 / diode.antiparallel
    return 1 / ((high + low) / 2 + (high - low) / 2 * cosine)


def equilibrium(magnet: Magnet, start: ArrayLike) -> Array:
    """Where the layer comes to rest, [3], improved by Newton's method.

    Where it does not, the direction after a long time: :class:`Linearised` refuses it.
    """
    runtime.ensure_configured()
    still = magnet._replace(temperature=0.0)
    dt, alpha = safe_step(still), checks.positive("alpha", float(magnet.alpha))
    given = np.asarray(start, np.float64)
    m: Any = tuple(jnp.full(1, part, jnp.float32) for part in given / np.linalg.norm(given))
    device = jnp.zeros(1, jnp.uint32)
    steps = int(min(60 / (alpha * USUAL_ANGLE) + 1000, _MOST_STEPS))
    m = jax.jit(advance)(seed_key(0), m, angles(still, dt), device, np.uint32(0), np.uint32(steps))
    found = np.array([float(part[0]) for part in m])
    for _ in range(_NEWTON_STEPS):
        frame = _frame(found)
        flow = partial(_flow, frame, magnet)
        zero = jnp.zeros(2)
        jump = np.linalg.solve(np.asarray(jax.jacfwd(flow)(zero)), np.asarray(flow(zero)))
        if not np.all(np.isfinite(jump)) or np.linalg.norm(jump) > 0.1:
            break
        found = found - frame[1:].T @ jump
        found /= np.linalg.norm(found)
    return found


def _frame(m: Array) -> Array:
    """[3, 3]: m and two directions across it."""
    sign, _, rows = np.linalg.svd(m[None])
    return rows * sign[0, 0]


def _flow(frame: Array, magnet: Magnet, q: jax.Array) -> jax.Array:
    """dq/dt [2] per gamma and tesla, m being along ``frame[0] + q . frame[1:]``."""
    m = jnp.asarray(frame[0]) + q @ jnp.asarray(frame[1:])
    m = m / jnp.sqrt(m @ m)
    given = angles(magnet, 1 / GAMMA)._replace(noise=jnp.float32(0))
    nothing = (jnp.float32(0), jnp.float32(0), jnp.float32(0))
    by = jnp.stack(turn((m[0], m[1], m[2]), given, nothing))
    along, speed = jnp.asarray(frame) @ m, jnp.asarray(frame) @ jnp.cross(by, m)
    return (speed[1:] - along[1:] * speed[0] / along[0]) / along[0]


def _check_rest(magnet: Magnet, frame: Array) -> None:
    speed = float(np.linalg.norm(np.asarray(_flow(frame, magnet, jnp.zeros(2)))))
    if not speed <= _AT_REST * largest_field(magnet):
        raise ValueError(
            f"no stable equilibrium was reached: {speed:.3g} T still turn the free layer; use a "
            "smaller current, a start nearer to rest, or rectified_voltage, which integrates in "
            "time"
        )


class Linearised:
    """Derivatives of flow and voltage at the equilibrium m, to second order.

    Raises:
        ValueError: where the layer is not at rest there.
    """

    def __init__(self, diode: Diode, m: Array) -> None:
        frame = _frame(m)
        _check_rest(at_current(diode, diode.current), frame)

        def both(q: jax.Array, current: jax.Array) -> jax.Array:
            flow = GAMMA * _flow(frame, at_current(diode, current), q)
            ahead = jnp.asarray(frame[0]) + q @ jnp.asarray(frame[1:])
            ohms = resistance(diode, ahead / jnp.sqrt(ahead @ ahead))
            return jnp.append(flow, ohms)

        at = jnp.zeros(2), jnp.float32(diode.current)

        def wide(value: Any) -> Array:
            return np.asarray(value, np.float64)

        first = [wide(part) for part in jax.jacfwd(both, (0, 1))(*at)]
        second = jax.jacfwd(jax.jacfwd(both), (0, 1))(*at)
        self.a, self.r, self.b = first[0][:2], first[0][2], first[1][:2]
        # Fields and torques are linear in the current: F has no second derivative by it.
        self.f_qq, self.f_qi = wide(second[0])[:2], wide(second[1])[:2]
        self.r_qq = wide(second[0])[2]
        self.current = float(diode.current)

    def response(self, omega: Array) -> tuple[Array, NDArray[np.complex128]]:
        """F_q, and x [k, 2] per ampere."""
        matrices: Any = 1j * omega[:, None, None] * np.eye(2) - self.a
        forces = np.tile(self.b[:, None], (omega.size, 1, 1))
        x: Any = np.linalg.solve(matrices, forces)
        return self.a, x[..., 0]

    def rectified(self, a: Array, x: NDArray[np.complex128]) -> Array:
        """V_dc over I_rf**2, [k]."""
        direct = 0.5 * (x @ self.r).real
        if not self.current:
            return direct
        pairs = np.einsum("ki,kj->kij", x, x.conj()).real
        force = 0.25 * np.einsum("aij,kij->ka", self.f_qq, pairs)
        force = force + 0.5 * np.einsum("ai,ki->ka", self.f_qi, x.real)
        shift = -np.linalg.solve(a, force.T).T
        curved = 0.25 * np.einsum("ij,kij->k", self.r_qq, pairs)
        return direct + self.current * (shift @ self.r + curved)
