"""Updates of a machine's parameters, batch by batch: one JAX program an epoch, or any sampler."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.boltzmann.block_gibbs import (
    Layout,
    Parameters,
    Spins,
    by_class,
    held_by_class,
    machine_of,
    moments,
    parameters_of,
    sweeps,
)
from pbits.boltzmann.exact import Moments
from pbits.boltzmann.graph import Graph
from pbits.boltzmann.model import BoltzmannMachine
from pbits.boltzmann.samplers import MachineDraw, Sampler, States
from pbits.boltzmann.spending import Spent

_POSITIVE, _NEGATIVE, _HIDDEN = 0, 1, 2  # what random numbers are for


class Recipe(NamedTuple):
    """How moments are estimated.

    Attributes:
        persistent: whether free runs go on, or start at data; fixed in a program.
        sweeps: of free runs.
        held_sweeps: of hidden units while data are held.
    """

    persistent: bool
    sweeps: int
    held_sweeps: int


class Learner(Protocol):
    """Parameters on their way."""

    num_rows: int
    spent: Spent | None  # by a p-bit computer so far

    def learn(
        self, batches: NDArray, rates: NDArray, first: int, stops: Callable[[], bool]
    ) -> tuple[float, bool]:
        """Update once for each batch [k, batch] of rows of data.

        Args:
            batches: numbers of rows.
            rates: [k] of learning.
            first: number of the first update.
            stops: asked on the way.

        Returns:
            Root mean square of the gradients, and whether all updates were made.
        """
        ...

    def machine(self) -> BoltzmannMachine:
        """As it is now."""
        ...


class _Carry(NamedTuple):
    parameters: Parameters
    optimiser: Any
    chains: Spins


class BlockLearner:
    """All updates of an epoch in one program of matrices."""

    def __init__(
        self, machine: BoltzmannMachine, data: States, recipe: Recipe, optimiser: Any,
        decay: float, chains: int, sampler: Sampler, seed: int,
    ):  # fmt: skip
        del sampler
        self.num_rows = len(data)
        self.spent: Spent | None = None
        self._graph, self._recipe, self._optimiser = machine.graph, recipe, optimiser
        self._layout = Layout.of(machine.graph)
        self._held = held_by_class(machine.graph.seen, machine.graph)
        self._data = jax.device_put(np.ascontiguousarray(data.T))
        self._decay, self._seed = np.float32(decay), random.seed_key(seed)
        parameters = parameters_of(machine)
        start = first_chains(machine.graph, data, chains, seed).T
        self._carry = _Carry(
            parameters, jax.jit(optimiser.init)(parameters), by_class(start, self._layout)
        )

    def learn(
        self, batches: NDArray, rates: NDArray, first: int, stops: Callable[[], bool]
    ) -> tuple[float, bool]:
        """See `Learner`."""
        del stops
        self._carry, squares = _program(self._recipe.persistent, self._optimiser)(
            self._carry, self._layout, self._held, self._data, batches.astype(np.int32),
            rates.astype(np.float32), self._decay, self._seed, np.uint32(first),
            np.array(self._recipe[1:], np.int32),
        )  # fmt: skip
        count = self._graph.num_units + self._graph.num_couplings
        return float(np.sqrt(np.asarray(squares).mean() / count)), True

    def machine(self) -> BoltzmannMachine:
        """See `Learner`."""
        return machine_of(self._graph, jax.tree.map(np.asarray, self._carry.parameters))


@cache
def _program(persistent: bool, optimiser: Any) -> Any:
    return jax.jit(partial(_epoch, persistent, optimiser))


def _epoch(
    persistent: bool, optimiser: Any, carry: _Carry, layout: Layout, held: Spins, data: jax.Array,
    batches: jax.Array, rates: jax.Array, decay: jax.Array, seed: jax.Array, first: jax.Array,
    counts: jax.Array,
) -> tuple[_Carry, jax.Array]:  # fmt: skip
    def update(carry: _Carry, inputs: Any) -> tuple[_Carry, jax.Array]:
        rows, rate, number = inputs
        keys = [random.sweep_key(random.sweep_key(seed, number), np.uint32(k)) for k in range(3)]
        recipe = Recipe(persistent, counts[0], counts[1])  # type: ignore[arg-type]
        given, chains = _gradient(recipe, carry, layout, held, data[:, rows], keys)
        coupling = jax.tree.map(
            lambda slope, own, mask: (slope + decay * own) * mask,
            given.coupling, carry.parameters.coupling, layout.mask,
        )  # fmt: skip
        grads = Parameters(given.h, coupling)
        steps, state = optimiser.update(grads, carry.optimiser, carry.parameters)
        moved = jax.tree.map(lambda x, step: x + rate * step, carry.parameters, steps)
        squares = jnp.stack([(g**2).sum() for g in jax.tree.leaves(grads)]).sum()
        return _Carry(moved, state, chains), squares

    numbers = first + jnp.arange(batches.shape[0], dtype=jnp.uint32)
    return jax.lax.scan(update, carry, (batches, rates, numbers))


def _gradient(
    recipe: Recipe, carry: _Carry, layout: Layout, held: Spins, rows: jax.Array, keys: list
) -> tuple[Parameters, Spins]:
    """Of minus the mean log-likelihood; and where the free runs are."""
    parameters, lane = carry.parameters, jnp.arange(rows.shape[1], dtype=jnp.uint32)
    count = sum(own.shape[0] for own in layout.units) - rows.shape[0]
    unit = jnp.arange(count, dtype=jnp.uint32)
    hidden = random.random_spins(random.row_keys(keys[_HIDDEN], unit), lane)
    start = by_class(jnp.concatenate([rows, hidden]), layout)
    zero = jnp.uint32(0)
    with_data = sweeps(parameters, layout, start, held, keys[_POSITIVE], zero, recipe.held_sweeps)
    free = tuple(jnp.zeros_like(part) for part in held)
    chains = carry.chains if recipe.persistent else with_data
    chains = sweeps(parameters, layout, chains, free, keys[_NEGATIVE], zero, recipe.sweeps)
    data, model = (moments(parameters, *pair) for pair in ((with_data, held), (chains, free)))
    gradient = jax.tree.map(lambda x, y: x - y, data, model)
    return gradient, chains if recipe.persistent else carry.chains


class SamplerLearner:
    """Updates on the host, states from any sampler."""

    def __init__(
        self, machine: BoltzmannMachine, data: States, recipe: Recipe, optimiser: Any,
        decay: float, chains: int, sampler: Sampler, seed: int,
    ):  # fmt: skip
        self.num_rows = len(data)
        self._graph, self._data, self._recipe = machine.graph, data, recipe
        self._sampler, self._optimiser, self._decay = sampler, optimiser, decay
        self._seed = seed
        self._parameters = Moments(
            machine.h.astype(np.float32), machine.coupling.astype(np.float32)
        )
        self._state = optimiser.init(self._parameters)
        self._chains = first_chains(machine.graph, data, chains, seed)
        self.spent: Spent | None = None

    def learn(
        self, batches: NDArray, rates: NDArray, first: int, stops: Callable[[], bool]
    ) -> tuple[float, bool]:
        """See `Learner`."""
        squares = []
        for k, rows in enumerate(batches):
            squares.append(self._update(self._data[rows], float(rates[k]), first + k))
            if stops():
                break
        count = self._graph.num_units + self._graph.num_couplings
        return float(np.sqrt(np.mean(squares) / count)), len(squares) == len(batches)

    def machine(self) -> BoltzmannMachine:
        """See `Learner`."""
        return BoltzmannMachine(self._graph, *(np.asarray(x, np.float64) for x in self._parameters))

    def _update(self, rows: States, rate: float, number: int) -> float:
        draw, graph, recipe = self._sampler.load(self.machine()), self._graph, self._recipe
        seeds = np.random.SeedSequence([self._seed, number]).generate_state(3, np.uint32).tolist()
        start = _with_hidden(graph, rows, seeds[_HIDDEN])
        with_data = draw(start, graph.seen, recipe.held_sweeps, seeds[_POSITIVE])
        chains = self._chains if recipe.persistent else with_data
        free = np.zeros(graph.num_units, bool)
        chains = draw(chains, free, recipe.sweeps, seeds[_NEGATIVE])
        if recipe.persistent:
            self._chains = chains
        if isinstance(draw, MachineDraw):
            self.spent = draw.spent + (self.spent or Spent())
        grads = sample_moments(graph, with_data).less(sample_moments(graph, chains))
        grads = Moments(
            grads.unit.astype(np.float32),
            (grads.pair + self._decay * self._parameters.pair).astype(np.float32),
        )
        steps, self._state = self._optimiser.update(grads, self._state, self._parameters)
        moved = (np.asarray(x + rate * s) for x, s in zip(self._parameters, steps, strict=True))
        self._parameters = Moments(*moved)
        return sum(float((g**2).sum()) for g in grads)


def sample_moments(graph: Graph, spins: States) -> Moments:
    """Means over states [k, n]."""
    values = spins.astype(np.float32)
    if graph.num_couplings * 4 > graph.num_units**2:
        pairs = (values.T @ values)[graph.row, graph.col] / len(values)
    else:
        pairs = np.einsum("km,km->m", values[:, graph.row], values[:, graph.col]) / len(values)
    return Moments(values.mean(0, dtype=np.float64), pairs.astype(np.float64))


def _with_hidden(graph: Graph, rows: States, seed: int) -> States:
    """Data with random hidden units."""
    drawn = np.random.default_rng(seed).integers(0, 2, (len(rows), graph.num_hidden))
    return np.concatenate([rows, (2 * drawn - 1).astype(np.int8)], axis=1)


def first_chains(graph: Graph, data: States, count: int, seed: int) -> States:
    """Where free runs start: at data, with random hidden units."""
    rows = np.random.default_rng([seed, 1]).integers(0, len(data), count)
    return _with_hidden(graph, data[rows], seed)
