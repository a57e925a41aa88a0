"""The two-state p-bit: random telegraph noise with rates that depend on the input.

A spin leaves -1 at the rate nu_up and +1 at nu_down, which makes ``tau = 1 / (nu_up + nu_down)``
its correlation time and ``1 / nu`` its mean dwell: at no bias 2 tau.  Over an interval at constant
input the probability of +1 relaxes as ``p_eq + (p - p_eq) exp(-dt / tau)``: exact whatever dt.

Good for magnets with a barrier of at least 3 kT.  It is not good for easy-plane disks
(:class:`pbits.devices.kubo.EasyPlane`) nor below (:class:`pbits.devices.axial_pbit.AxialPBit`).
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp

from pbits import checks
from pbits.devices.checking import Number
from pbits.devices.pbit_model import Draw, PBitModel
from pbits.devices.rate_laws import macrospin_rates, relaxation, two_states
from pbits.devices.rates import unit_time
from pbits.exponentials import exp_nonpositive, expm1_nonpositive


class Flips(NamedTuple):
    """An exact step: probabilities, of the inputs' shape."""

    up: jax.Array  # to leave -1 (an odd number of flips)
    down: jax.Array
    long_run: jax.Array  # of +1


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Telegraph(PBitModel):
    """Two states, and a law of rates.

    Attributes:
        law: :class:`~pbits.devices.rate_laws.RateLaw`, for instance
            :class:`~pbits.devices.rate_laws.BarrierRates`.

    Example:
        >>> from pbits.devices.rate_laws import BarrierRates
        >>> pbit = Telegraph(BarrierRates(delta=6.0, tau0=1e-9))
        >>> tau = pbit.correlation_time()
        >>> round(float(pbit.mean_dwell() / tau), 3), round(float(pbit.transfer(0.05)), 4)
        (2.0, 0.537)
    """

    remembers: ClassVar[bool] = False
    law: Any

    def dwells(self, inputs: Number = 0.0) -> tuple[jax.Array, jax.Array]:
        """Mean dwell in -1 and in +1, seconds."""
        up, down = self.law.log_rates(inputs)
        return jnp.exp(-up), jnp.exp(-down)

    def distribution(self, inputs: Number = 0.0) -> tuple[jax.Array, jax.Array]:
        """Both states [2] and their probabilities [..., 2]."""
        mean = self.transfer(inputs)
        return jnp.array([-1.0, 1.0]), jnp.stack([1 - mean, 1 + mean], -1) / 2

    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin: ``tanh(ln(nu_up / nu_down) / 2)``."""
        up, down = self.law.log_rates(inputs)
        return jnp.tanh((up - down) / 2)

    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """``exp(-t / tau)``."""
        return jnp.exp(-jnp.abs(jnp.asarray(times)) / self.correlation_time(inputs))

    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """tau = 1 / (nu_up + nu_down), seconds."""
        return jnp.exp(-jnp.logaddexp(*self.law.log_rates(inputs)))

    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Over dwells of both signs, of which there are equally many; seconds."""
        low, high = self.dwells(inputs)
        return (low + high) / 2

    def spectrum(self, frequencies: Number, inputs: Number = 0.0) -> jax.Array:
        """One-sided power density of the spin, 1/Hz: a Lorentzian.

        ``4 tau (1 - <s>**2) / (1 + (2 pi f tau)**2)``; its integral is the variance.
        """
        tau = self.correlation_time(inputs)
        turned = 2 * jnp.pi * jnp.asarray(frequencies) * tau
        return 4 * tau * (1 - self.transfer(inputs) ** 2) / (1 + turned**2)

    def propagator(self, inputs: Number, dt: Number) -> Flips:
        """Probabilities of an odd number of flips in dt seconds."""
        logit, total = relaxation(self.law, inputs)
        # One exponential serves both probabilities.
        small = exp_nonpositive(-jnp.abs(logit))
        likely, unlikely = 1 / (1 + small), small / (1 + small)
        long_run = jnp.where(logit > 0, likely, unlikely)
        moved = -expm1_nonpositive(-jnp.asarray(dt) * total)
        return Flips(long_run * moved, jnp.where(logit > 0, unlikely, likely) * moved, long_run)

    def begin(self, draw: Draw, given: Flips) -> jax.Array:
        """A spin in equilibrium."""
        return jnp.where(draw(0) < given.long_run, 1, -1).astype(jnp.int8)

    def showing(self, spins: jax.Array) -> jax.Array:
        """The spins themselves."""
        return spins.astype(jnp.int8)

    def step(self, draw: Draw, state: jax.Array, given: Flips) -> jax.Array:
        """The spin dt later."""
        flips = draw(0) < jnp.where(state > 0, given.down, given.up)
        return jnp.where(flips, -state, state)

    def spin(self, state: jax.Array, given: Flips) -> jax.Array:
        """The state itself."""
        return state


def macrospin_telegraph(
    delta: float,
    alpha: float,
    anisotropy: float,
    *,
    critical: float = 1.0,
    offset: float = 0.0,
) -> Telegraph:
    """A uniaxial macrospin as a telegraph, with rates of the exact references.

    Args:
        delta: barrier over kT, at least 3.
        alpha: Gilbert damping.
        anisotropy: B_k in T.
        critical: input at which the barrier is gone, for instance the critical current in A.
        offset: input at which both states are equally long.

    Raises:
        ValueError: below a barrier of 3, with the models that hold there; on bad numbers.

    Example:
        >>> pbit = macrospin_telegraph(5.0, 0.01, 0.1)
        >>> f"{float(pbit.correlation_time()):.3g} {float(pbit.mean_dwell()):.3g}"
        '4.19e-07 8.39e-07'
    """
    two_states(delta)
    checks.positive("critical", critical)
    time = float(unit_time(alpha, anisotropy))
    return Telegraph(macrospin_rates(delta, time, critical=critical, offset=offset))
