"""The easy-plane p-bit: a phase that m_z turns, which no two-state model describes.

A disk without an in-plane easy axis points anywhere in its plane.  Heat moves m_z a little out of
it, an Ornstein-Uhlenbeck process of variance ``kT / (Ms B_d V)`` and rate ``G = alpha gamma B_d /
(1 + alpha**2)``, and m_z in the hard axis' field B_d turns the phase at gamma B_d m_z, at
``w = gamma sqrt(B_d kT / (Ms V))`` in the mean square; directly, heat spreads the phase at D.
That is R. Kubo's oscillator of random frequency: the phase gains in a time t a Gaussian angle of
variance ``v = 2 (w / G)**2 (exp(-G t) - 1 + G t) + 2 D t``, and m_x = cos(phase) has the
autocorrelation ``C = exp(-v / 2)``: Gaussian and independent of damping where G << w.
Held against the stochastic LLG equation in `tests/devices/test_kubo.py` where kappa = Ms B_d V /
(2 kT) is 146 and more; m_z must stay small, and below a kappa of 5 it is refused.

A bit comes from a comparator: s = +1 where ``m_x > -input``.  Uniform phases make the law of m_x
an arcsine, so the mean spin is ``(2 / pi) arcsin(input)``: no hyperbolic tangent, and certain
beyond 1.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.core import Tracer

from pbits import runtime
from pbits.devices.checking import Number, check_known
from pbits.devices.macrospin import BOLTZMANN, GAMMA
from pbits.devices.pbit_model import Draw, PBitModel, normal

_HARMONICS = 200
_POINTS = 1500
_PHASES = 256
# Series of both functions of G t, whose float32 differences cancel below these.
_SMALL_MEAN, _SMALL_SPREAD = 0.3, 0.5


class Turn(NamedTuple):
    """An exact step of m_z (over its standard deviation) and phase."""

    kept: jax.Array  # of m_z
    kick: jax.Array  # standard deviation of what it gains
    carried: jax.Array  # radians per unit of m_z
    shared: jax.Array  # radians per unit of the kick
    own: jax.Array  # standard deviation of the phase's own kick
    inputs: jax.Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class EasyPlane(PBitModel):
    """A disk read by a comparator.

    Attributes:
        turning: w, rad/s.
        damping: G, 1/s.
        diffusion: D, 1/s.

    Raises:
        ValueError: on numbers that are not above zero (`diffusion` may be zero).

    Example:
        >>> disk = easy_plane(moment=1.5e-18, hard_field=0.8, alpha=0.01)
        >>> round(1e12 / float(disk.turning))  # ps
        121
        >>> round(float(disk.transfer(0.5)), 4)
        0.3333
    """

    turning: Number
    damping: Number
    diffusion: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_known("turning", self.turning, 0.0, strictly=True)
        check_known("damping", self.damping, 0.0, strictly=True)
        check_known("diffusion", self.diffusion, 0.0)

    def phase_variance(self, times: Number) -> jax.Array:
        """Of the angle that the phase gains, rad^2."""
        t = jnp.abs(jnp.asarray(times))
        ratio = jnp.asarray(self.turning) / self.damping
        return 2 * ratio**2 * _grown(jnp.asarray(self.damping) * t) + 2 * self.diffusion * t

    def direction_autocorrelation(self, times: Number) -> jax.Array:
        """Of m_x over its mean square: ``exp(-v / 2)``."""
        return jnp.exp(-self.phase_variance(times) / 2)

    def memory_variance(self, times: Number) -> jax.Array:
        """Of the angle given m_z at its beginning: about 2/3 w**2 G t**3 at first, rad^2."""
        t = jnp.abs(jnp.asarray(times))
        ratio = jnp.asarray(self.turning) / self.damping
        return ratio**2 * _spread(jnp.asarray(self.damping) * t) + 2 * self.diffusion * t

    def distribution(self, inputs: Number = 0.0) -> tuple[jax.Array, jax.Array]:
        """m_x [k] at even phases, and their probabilities [k]."""
        phases = jnp.pi * (jnp.arange(_PHASES) + 0.5) / _PHASES
        return jnp.cos(phases), jnp.full(_PHASES, 1 / _PHASES)

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin, ``(2 / pi) arcsin(input)``."""
        return 2 / jnp.pi * jnp.arcsin(jnp.clip(jnp.asarray(inputs), -1.0, 1.0))

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Of the bit: harmonic k of the square wave decays as ``exp(-k**2 v / 2)``.

        At no input ``8 / pi**2 sum over odd k of exp(-k**2 v / 2) / k**2``.
        """
        v, i = jnp.broadcast_arrays(self.phase_variance(times), jnp.asarray(inputs))
        k = jnp.arange(1, _HARMONICS + 1)
        edge = jnp.arccos(jnp.clip(-i, -1.0, 1.0))[..., None]
        weights = (jnp.sin(k * edge) / k) ** 2
        total = jnp.sum(weights, axis=-1)
        left = jnp.sum(weights * jnp.exp(-(k**2) * v[..., None] / 2), axis=-1)
        return jnp.where(total > 1e-9, left / jnp.maximum(total, 1e-9), 1.0)

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the bit's autocorrelation, seconds."""
        u = (jnp.arange(_POINTS) + 0.5) / _POINTS
        # Long enough for either limit, Gaussian and exponential; dense near zero.
        w, g = jnp.asarray(self.turning), jnp.asarray(self.damping)
        scale = 15 / (w * w / (w + g) + self.diffusion)
        i, scale = jnp.broadcast_arrays(jnp.asarray(inputs), scale)
        seen = jax.vmap(lambda x: self.autocorrelation(scale * x**2, i))(u)
        return scale * jnp.mean(seen * (2 * u).reshape(-1, *(1,) * i.ndim), axis=0)

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """``pi sqrt(pi / 2) / w``, seconds, the same at every input between -1 and 1.

        By Rice's formula, of the turning alone: an edge that diffusion crosses back and forth is
        counted once.  Infinite where the bit is certain.
        """
        certain = jnp.abs(jnp.asarray(inputs)) >= 1
        dwell = jnp.pi * jnp.sqrt(jnp.pi / 2) / jnp.asarray(self.turning)
        return jnp.where(certain, jnp.inf, dwell)

    def propagator(self, inputs: Number, dt: Number) -> Turn:
        """Coefficients of the exact joint Gaussian step."""
        a = self.damping * jnp.asarray(dt)
        ratio, gone = jnp.asarray(self.turning) / self.damping, -jnp.expm1(-a)
        kick = jnp.sqrt(-jnp.expm1(-2 * a))
        shared = ratio * gone**2 / kick
        own = self.memory_variance(dt) - shared**2
        kept, carried = jnp.exp(-a), ratio * gone
        return Turn(kept, kick, carried, shared, jnp.sqrt(jnp.maximum(own, 0)), jnp.asarray(inputs))

    def begin(self, draw: Draw, given: Turn) -> tuple[jax.Array, jax.Array]:
        """m_z over its standard deviation, and the phase."""
        return normal(draw, 0), 2 * jnp.pi * draw(1)

    def showing(self, spins: jax.Array) -> tuple[jax.Array, jax.Array]:
        """In the plane, along or against the reference."""
        return jnp.zeros(spins.shape), jnp.where(spins > 0, 0.0, jnp.pi)

    def step(
        self, draw: Draw, state: tuple[jax.Array, jax.Array], given: Turn
    ) -> tuple[jax.Array, jax.Array]:
        """Both dt later."""
        (out, phase), kick = state, normal(draw, 0)
        phase = phase + given.carried * out + given.shared * kick + given.own * normal(draw, 1)
        return given.kept * out + given.kick * kick, jnp.mod(phase, 2 * jnp.pi)

    def direction(self, state: tuple[jax.Array, jax.Array]) -> jax.Array:
        """m_x."""
        return jnp.cos(state[1])

    def spin(self, state: tuple[jax.Array, jax.Array], given: Turn) -> jax.Array:
        """Sign of m_x + input."""
        return jnp.where(self.direction(state) > -given.inputs, 1, -1).astype(jnp.int8)


def easy_plane(
    moment: Number, hard_field: Number, alpha: Number, temperature: Number = 300.0
) -> EasyPlane:
    """A disk from its material.

    Args:
        moment: Ms V, A m^2.
        hard_field: B_d, T, what holds m in the plane.
        alpha: Gilbert damping.
        temperature: K.

    Raises:
        ValueError: on numbers not above zero, and where kappa = Ms B_d V / (2 kT) is below 5: the
            magnet leaves its plane, use `pbits.devices.simulation.simulate`.
    """
    given = {"moment": moment, "hard_field": hard_field, "alpha": alpha, "temperature": temperature}
    runtime.ensure_configured()
    for name, value in given.items():
        check_known(name, value, 0.0, strictly=True)
    # In tesla first: the energies' squares would leave float32.
    thermal = jnp.asarray(BOLTZMANN / 1e-23) * temperature / (jnp.asarray(moment) * 1e23)
    _check_flat(hard_field, thermal)
    squared = 1 + jnp.square(jnp.asarray(alpha))
    return EasyPlane(
        GAMMA * jnp.sqrt(jnp.asarray(hard_field) * thermal),
        jnp.asarray(alpha) * GAMMA * hard_field / squared,
        jnp.asarray(alpha) * GAMMA * thermal / squared,
    )


def double_layer(disk: EasyPlane) -> EasyPlane:
    """Two equal uncoupled free disks read against each other: ``m_1 . m_2`` for m_x.

    Both phases count, so the difference turns sqrt(2) times as fast and C(t) is squared.  Its law
    is an arcsine again, whatever current flows: torques that turn both disks alike leave it.

    Example:
        >>> disk = easy_plane(1.5e-18, 0.8, 0.01)
        >>> C, both = (d.direction_autocorrelation(1e-10) for d in (disk, double_layer(disk)))
        >>> bool(abs(both - C**2) < 1e-6)
        True
    """
    return EasyPlane(
        jnp.sqrt(2.0) * jnp.asarray(disk.turning), disk.damping, 2 * jnp.asarray(disk.diffusion)
    )


def _check_flat(hard_field: Number, thermal: jax.Array) -> None:
    if isinstance(thermal, Tracer) or isinstance(hard_field, Tracer):
        return
    kappa = float(jnp.min(jnp.asarray(hard_field) / (2 * thermal)))
    if kappa < 5:
        raise ValueError(
            f"kappa = Ms B_d V / (2 kT) is {kappa:.3g}; expected at least 5: the magnet leaves its "
            "plane. Use pbits.devices.simulation.simulate, or AxialPBit for an easy axis along z"
        )


def _grown(a: jax.Array) -> jax.Array:
    """exp(-a) - 1 + a."""
    small = a < _SMALL_MEAN
    x = jnp.where(small, a, 0.0)
    series = x * x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x * (1 / 120 - x * (1 / 720 - x / 5040)))))
    return jnp.where(small, series, jnp.expm1(-a) + a)


def _spread(a: jax.Array) -> jax.Array:
    """2 a - 3 + 4 exp(-a) - exp(-2 a)."""
    small = a < _SMALL_SPREAD
    x = jnp.where(small, a, 0.0)
    inner = 31 / 1260 - x * (1 / 160 - x * (127 / 90720 - x * 17 / 60480))
    series = x**3 * (2 / 3 - x * (1 / 2 - x * (7 / 30 - x * (1 / 12 - x * inner))))
    return jnp.where(small, series, 2 * a - 3 + 4 * jnp.exp(-a) - jnp.exp(-2 * a))
