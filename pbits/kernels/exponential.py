"""Both update rules in float32."""

import jax
import jax.numpy as jnp
import numpy as np

from pbits.exponentials import exp_nonpositive


def accept(update: str, spin: jax.Array, drive: jax.Array, uniform: jax.Array) -> jax.Array:
    """Next spins, int8 -1 and +1.

    Args:
        update: "metropolis", or "gibbs": the p-bit equation ``m = sgn(tanh(-drive / 2) - r)``.
        spin: int8, present spins.
        drive: float32, ``2 beta (h_i + sum_j J_ij s_j)``: what being up costs more than being down.
        uniform: float32 in [0, 1).
    """
    if update == "metropolis":
        gain = spin.astype(jnp.float32) * drive
        return jnp.where(uniform < exp_nonpositive(gain), -spin, spin)
    # Up with probability 1 / (1 + exp(drive)), by an exponential that cannot overflow.
    small = exp_nonpositive(-jnp.abs(drive))
    likely = jnp.where(drive > 0, small, np.float32(1))
    return jnp.where(uniform * (1 + small) < likely, jnp.int8(1), jnp.int8(-1))
