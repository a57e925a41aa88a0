"""What rounds of ladders add up to, in whole numbers.

Whole numbers have the same sum whatever the calls that rounds are cut into, and how long a call is
is a matter of timing: so decisions taken from these sums replay.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

CERTAIN = 2**16  # the count of a probability of one
MAX_ROUNDS = 256  # of one call, so that nothing overflows
# Units in one step of the two counts that make up an energy, coarse and fine.
_WHOLE_STEPS, _REAL_STEPS = (2.0**16, 1.0), (2.0**4, 2.0**-18)


class Tally(NamedTuple):
    """Sums over the rounds of one call, by position: [reads] each."""

    refused: jax.Array  # uint32, see `swaps.propose`
    energy: tuple[jax.Array, ...]  # int32, see `counted`
    # Sites exchanged; and the same where that was no exchange of names, see `pairing`: int32.
    moved: tuple[jax.Array, ...]
    # Replicas after each round, int16 [rounds, reads]; nothing where they are not followed.
    path: tuple[jax.Array, ...]


class Sums(NamedTuple):
    """The same over all ladders, by rung."""

    refused: NDArray[np.float64]  # [T], in units of 1 / CERTAIN
    num_swaps: int  # between two rungs: rounds times ladders
    energy: NDArray[np.int64]  # [2, T], in steps
    cluster: NDArray[np.float64]  # [T], spins exchanged in cluster moves
    gain: NDArray[np.float64]  # [T], see `pairing`
    num_moves: int  # of clusters: moves times ladders
    rungs: NDArray[np.int16] | None  # [rounds, ladders, T] of each replica, where they are followed

    @property
    def rejection(self) -> NDArray[np.float64]:
        """[T], of a swap with the next rung; 0 at the coldest."""
        return self.refused / (CERTAIN * max(self.num_swaps, 1))


def counted(energy: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Energies [reads] in units as two counts of steps, coarse and fine: int32 [reads] each.

    Sums of MAX_ROUNDS counts fit: of int32 energies, and of real ones below 2**27 units.  Steps of
    real ones are finer than float32 is from 32 units on, and four millionths of a unit below.

    Example:
        >>> [int(x[0]) for x in counted(jnp.array([-1]))]
        [-1, 65535]
        >>> [float(x[0] * s) for x, s in zip(counted(jnp.array([-1.5])), steps(np.float32))]
        [-16.0, 14.5]
    """
    if energy.dtype == jnp.int32:
        return energy >> 16, energy & 0xFFFF
    coarse, fine = _REAL_STEPS
    whole = jnp.floor(energy / coarse)
    rest = jnp.rint((energy - coarse * whole) / fine)
    return whole.astype(jnp.int32), rest.astype(jnp.int32)


def steps(energy_dtype: type[np.generic]) -> NDArray[np.float64]:
    """Units in a step of each count of `counted`: [2]."""
    return np.array(_WHOLE_STEPS if energy_dtype is np.int32 else _REAL_STEPS)
