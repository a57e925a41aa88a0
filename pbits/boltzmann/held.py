"""P-bits that are held: each read has units clamped at spins of its own, as strong biases would.

A held p-bit keeps the spin it starts from, so that one run serves a batch of data: reads differ in
what they hold.  In hardware the value stands in a register beside the p-bit; a field strong enough
to override all couplings does the same, and so does `problems.clamp` for one pattern.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits.kernels.coupled import PBit
from pbits.machine import LoadedMachine, Neurons


@cache
def holding(pbit: PBit) -> PBit:
    """The p-bit with parameters ``(its own, float32 [rows, 1])``, above 0 where it is held."""

    def init(parameters: Any, spins: jax.Array) -> Any:
        return pbit.init(parameters[0], spins)

    def tick(
        keys: Any, parameters: Any, state: Any, spins: jax.Array, drive: jax.Array,
        lane: jax.Array, beta: jax.Array,
    ) -> tuple[jax.Array, Any]:  # fmt: skip
        own, held = parameters
        new, state = pbit.tick(keys, own, state, spins, drive, lane, beta)
        return jnp.where(held > 0, spins, new), state

    return PBit(init, tick, f"held {pbit.name}")


@dataclass(frozen=True)
class HeldNeurons(Neurons):
    """Neurons of which some are held; `held` is bool [n]."""

    held: NDArray[np.bool_] | None = None

    @property
    def is_ideal(self) -> bool:
        """Never, since the exact sampler's kernels hold nothing."""
        return False

    @property
    def pbit(self) -> PBit:
        """For `kernels.coupled`."""
        return holding(super().pbit)

    def parameters(self, count: int, dt: float) -> Any:
        """Of `pbit`."""
        held = np.zeros(count, bool) if self.held is None else self.held
        return super().parameters(count, dt), held.astype(np.float32)[:, None]


def hold(loaded: LoadedMachine, held: NDArray[np.bool_]) -> LoadedMachine:
    """A loaded machine some of whose p-bits, bool [n], keep the spins that reads start from.

    Example:
        >>> from pbits.machine import Machine
        >>> from problems.generators import ferromagnet
        >>> loaded = hold(Machine().load(ferromagnet((4, 4))), np.arange(16) < 4)
        >>> start = np.where(np.arange(16) < 4, -1, 1)[None]
        >>> found = loaded.sample(beta=2.0, num_reads=1, num_sweeps=50, initial_spins=start, seed=1)
        >>> found.spins[0, :4].tolist()
        [-1, -1, -1, -1]
    """
    if loaded.copies is not None:
        held = loaded.copies.encode(np.where(held, 1, -1)) > 0
    neurons = HeldNeurons(**{**vars(loaded.machine.neurons), "held": held})
    return replace(loaded, machine=replace(loaded.machine, neurons=neurons))
