"""What draws a machine's states: matrices of spins, the project's kernels, or a p-bit computer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits.boltzmann.block_gibbs import Layout, held_by_class, parameters_of, run
from pbits.boltzmann.held import hold
from pbits.boltzmann.model import BoltzmannMachine
from pbits.boltzmann.spending import Spent
from pbits.machine import LoadedMachine, Machine, MachineSamples
from pbits.random import seed_key
from pbits.sampling import sample

States = NDArray[np.int8]
Draw = Callable[[States, NDArray[np.bool_], int, int], States]


class Sampler(Protocol):
    """Draws states of a Boltzmann machine."""

    def load(self, machine: BoltzmannMachine) -> Draw:
        """A function ``(states int8 [k, n], held bool [n], num_sweeps, seed) -> states``.

        Every row of states is a chain that goes on for some sweeps; units that are held keep the
        spins they have in it.
        """
        ...


@dataclass(frozen=True)
class BlockGibbs:
    """Class by class with matrices: the fastest for restricted and deep machines.

    Example:
        >>> from pbits.boltzmann import initialise, rbm
        >>> draw = BlockGibbs().load(initialise(rbm(4, 2)))
        >>> draw(np.ones((3, 6), np.int8), np.arange(6) < 4, 5, 0)[:, :4].min().item()
        1
    """

    def load(self, machine: BoltzmannMachine) -> Draw:
        """See `Sampler`."""
        layout, parameters = Layout.of(machine.graph), parameters_of(machine)

        def draw(states: States, held: NDArray[np.bool_], num_sweeps: int, seed: int) -> States:
            found = run(
                parameters, layout, jnp.asarray(states.T), held_by_class(held, machine.graph),
                seed_key(seed), np.int32(num_sweeps),
            )  # fmt: skip
            return np.ascontiguousarray(np.asarray(found).T)

        return draw


@dataclass(frozen=True)
class Kernels:
    """The kernels of `pbits.sample`, and of an ideal p-bit computer where units are held.

    For sparse machines of any size and number of classes.
    """

    def load(self, machine: BoltzmannMachine) -> Draw:
        """See `Sampler`."""
        loaded = Machine().load(machine.problem)

        def draw(states: States, held: NDArray[np.bool_], num_sweeps: int, seed: int) -> States:
            if held.any():
                return _drawn(hold(loaded, held), states, num_sweeps, seed).spins
            found = sample(
                machine.problem, beta=1.0, num_reads=len(states), num_sweeps=num_sweeps, seed=seed,
                initial_spins=states,
            )  # fmt: skip
            return found.spins

        return draw


@dataclass(frozen=True)
class OnMachine:
    """A p-bit computer: couplings are written into it, its p-bits draw the states.

    Attributes:
        machine: with all that makes its law another than Boltzmann's.  Its seeds are the chip's:
            the same devices deviate whenever couplings are written again.
    """

    machine: Machine = field(default_factory=Machine)

    def load(self, machine: BoltzmannMachine) -> "MachineDraw":
        """See `Sampler`."""
        return MachineDraw(self.machine.load(machine.problem))


class MachineDraw:
    """A loaded p-bit computer as a `Draw`, that knows what it took.

    Attributes:
        loaded: the computer, couplings written.
        spent: by all runs so far, and by writing once there is a run.

    Example:
        >>> from pbits.boltzmann import initialise, rbm
        >>> draw = OnMachine().load(initialise(rbm(4, 2)))
        >>> _ = draw(np.ones((3, 6), np.int8), np.arange(6) < 4, 5, 0)
        >>> draw.spent.updates
        90.0
    """

    def __init__(self, loaded: LoadedMachine):
        self.loaded = loaded
        self.spent = Spent()

    def __call__(
        self, states: States, held: NDArray[np.bool_], num_sweeps: int, seed: int
    ) -> States:
        """See `Sampler`."""
        # Held or not, all runs are one program.
        found = _drawn(hold(self.loaded, held), states, num_sweeps, seed)
        self.spent = self.spent + Spent.of(found.hardware, written=not self.spent.runs)
        return found.spins


def _drawn(loaded: LoadedMachine, states: States, num_sweeps: int, seed: int) -> MachineSamples:
    return loaded.sample(
        beta=1.0, num_reads=len(states), num_sweeps=num_sweeps, seed=seed, initial_spins=states
    )


def random_states(machine: BoltzmannMachine, count: int, seed: int) -> States:
    """Fair spins [count, n]."""
    drawn = np.random.default_rng(seed).integers(0, 2, (count, machine.graph.num_units))
    return (2 * drawn - 1).astype(np.int8)
