"""Which reads of a ladder exchange clusters, and on which rungs that is worth its time.

Houdayer's moves need two reads at one temperature.  A word holds one rung of 32 ladders, so its
reads pair among themselves; where reads are apart, ladders 2k and 2k + 1 pair.  Clusters grow for
all lanes together, as long as the slowest of them needs, so the program holds only so many of the
coldest rungs and each can be switched off.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits.kernels.base import Kernel, Model, State
from pbits.kernels.clusters import Pairs, exchange_clusters, is_offered
from problems.polynomial import PolynomialProblem, Problem

# Moving as few spins as this for nothing is what sweeps do as well.
_LEAST_GAIN = 4.0
# Share of the lowest energy, from infinite temperature on, at which single flips become slow.
_COLD = 0.75


class Coldest(NamedTuple):
    """Sizes that a program is compiled for: `count` of the `num_rungs` rungs exchange clusters."""

    num_rungs: int
    count: int

    def of(self, values: jax.Array, per_lane: int = 1) -> jax.Array:
        """Entries [..., k] of the coldest rungs from those [..., lanes * per_lane] of all."""
        return self._by_block(values, per_lane)[..., -self.count * per_lane :].reshape(
            *values.shape[:-1], -1
        )

    def put(self, values: jax.Array, part: jax.Array, per_lane: int = 1) -> jax.Array:
        """`values` with those of the coldest rungs replaced."""
        blocks = self._by_block(values, per_lane)
        part = part.reshape(*blocks.shape[:-1], -1)
        blocks = jnp.concatenate([blocks[..., : -self.count * per_lane], part], -1)
        done = blocks.reshape(*values.shape[:-1], -1)
        return jnp.concatenate([done, values[..., done.shape[-1] :]], -1)

    def _by_block(self, values: jax.Array, per_lane: int) -> jax.Array:
        """Whole ladders apart: [..., ladders, T * per_lane]; lanes left over are no ladder."""
        width = self.num_rungs * per_lane
        blocks = values.shape[-1] // width
        return values[..., : blocks * width].reshape(*values.shape[:-1], blocks, width)


def exchange_coldest(
    key: jax.Array,
    state: State,
    model: Model,
    active: jax.Array,
    symmetric: jax.Array,
    coldest: Coldest,
    per_lane: int,
) -> tuple[State, jax.Array, jax.Array]:
    """One cluster move of all active pairs on the coldest rungs.

    Args:
        key: uint32 [2], of this move.
        state, model: of one device.
        active: bool [reads].
        symmetric: bool [], whether energies stay when all spins flip.
        coldest: which lanes take part.
        per_lane: reads of a lane.

    Returns:
        The state; and by read of the device, int32: how many sites were exchanged, and how many
        where that was at most half of what the pair disagreed on.  More is little else than an
        exchange of names.
    """
    part = jax.tree.map(coldest.of, state)
    chosen = coldest.of(active, per_lane)
    at = jnp.arange(chosen.size)
    other = (at // coldest.count ^ 1) * coldest.count + at % coldest.count
    pairs = Pairs(chosen, symmetric, jnp.where(other < at.size, other, at))
    part, sizes = exchange_clusters(key, part, model, pairs)
    gain = jnp.where(2 * sizes.cluster <= sizes.domain, sizes.cluster, 0)
    zero = jnp.zeros(active.shape, jnp.int32)
    cluster, gain = (coldest.put(zero, x, per_lane) for x in (sizes.cluster, gain))
    return jax.tree.map(coldest.put, state, part), cluster, gain


@dataclass
class Clusters:
    """Whether and where a run exchanges clusters.

    Attributes:
        num_rungs: T.
        num_spins: n.
        count: how many of the coldest rungs the program provides for; 0 for none at all.
        is_measured: whether :meth:`review` chooses rungs; else all are active.
        active: [T] bool.
        fraction: [T] share of all spins that a move exchanged, mean over the last stretch of moves
            between two reviews; 0 where there was none.
    """

    num_rungs: int
    num_spins: int
    count: int
    is_measured: bool
    active: NDArray[np.bool_] = field(init=False)
    fraction: NDArray[np.float64] = field(init=False)
    _cluster: NDArray[np.float64] = field(init=False)
    _gain: NDArray[np.float64] = field(init=False)
    _moves: int = 0

    def __post_init__(self) -> None:
        self._refused = np.zeros(self.num_rungs, bool)
        self.fraction = np.zeros(self.num_rungs)
        self._set(np.full(self.num_rungs, self.count > 0 and not self.is_measured))

    @property
    def is_open(self) -> bool:
        """Whether there is anything to review."""
        return self.is_measured and self.count > 0

    def _set(self, active: NDArray[np.bool_]) -> None:
        self.active, self._moves = active, 0
        self._cluster, self._gain = np.zeros((2, self.num_rungs))

    def note(self, cluster: NDArray, gain: NDArray, moves: int) -> None:
        """Sums over some more moves, in whole sites by rung; `moves` counts those of each ladder.

        Sums of whole numbers do not depend on the calls that moves were cut into.
        """
        if moves:
            self._moves += moves
            self._cluster = self._cluster + cluster
            self._gain = self._gain + gain
            share = self._cluster / (self._moves * self.num_spins)
            self.fraction = np.where(self.active, share, self.fraction)

    def review(self, mean_energy: NDArray, best: float, infinite: float) -> None:
        """Choose cold rungs, and no longer those whose clusters turned out to be of no use.

        Those are single spins, or the whole domain of their pair: exchanging all of that is
        exchanging names.

        Args:
            mean_energy: [T].
            best: lowest energy seen.
            infinite: mean energy at infinite temperature.
        """
        if not self.is_open:
            return
        if self._moves:
            self._refused |= self.active & (self._gain < _LEAST_GAIN * self._moves)
        is_cold = mean_energy - infinite <= _COLD * (best - infinite)
        is_cold[: self.num_rungs - self.count] = False
        self._set(is_cold & ~self._refused)


def cluster_share(asked: bool | str, problem: Problem, kernel: Kernel, num_ladders: int) -> float:
    """On what share of a ladder clusters may be exchanged, as `cluster_moves` of `temper` asks.

    Raises:
        ValueError: where it is none of True, False and "auto", or the kernel has no such moves.
    """
    if not isinstance(asked, bool) and asked != "auto":
        raise ValueError(f"cluster_moves is {asked!r}; expected 'auto', True or False")
    if asked is True and not is_offered(kernel):
        raise ValueError(
            f"cluster_moves is True, and the problem is dense ({kernel.name}), where a cluster is "
            "all that two reads disagree on; expected few couplings per variable: use 'auto' or "
            "False"
        )
    if asked != "auto":
        return float(asked)
    if isinstance(problem, PolynomialProblem):
        return 0.0
    has_pairs = kernel.reads_per_lane > 1 or num_ladders > 1
    return 0.5 if is_offered(kernel) and has_pairs and problem.coupling.size else 0.0
