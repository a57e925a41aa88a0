"""Log-likelihoods of machines too large to enumerate, with standard errors.

Annealed importance sampling goes from independent units to the machine: R. M. Neal, Stat. Comput.
11, 125 (2001), arXiv:physics/9803008; of Boltzmann machines, R. Salakhutdinov & I. Murray, Proc.
ICML 25, 872 (2008), doi 10.1145/1390156.1390266.  The last class of units is summed over, so that
weights scatter less.  Population annealing gives the same number by other means.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits import checks, random
from pbits.boltzmann.block_gibbs import (
    Layout,
    Parameters,
    Spins,
    by_class,
    class_pairs,
    field,
    held_by_class,
    parameters_of,
    product,
    sweep,
)
from pbits.boltzmann.model import BoltzmannMachine, base_biases, log_2cosh
from pbits.population import population_anneal
from problems.model import as_states

_MOST_CHAINS = 2**14  # side by side


class Estimate(NamedTuple):
    """A number with its standard error.

    Attributes:
        value, error: arrays of one shape, or floats.
        effective: runs that carry the weight; few of them make the error itself doubtful.
    """

    value: NDArray[np.float64] | float
    error: NDArray[np.float64] | float
    effective: NDArray[np.float64] | float


def annealed(
    machine: BoltzmannMachine,
    *,
    num_runs: int = 256,
    num_betas: int = 1000,
    data: ArrayLike | None = None,
    seed: int = 0,
) -> Estimate:
    """``log Z`` by annealed importance sampling.

    The mean of exp of the estimate is Z, so that the estimate itself is more often too low.

    Args:
        machine: of at most 8 classes of uncoupled units.
        num_runs: independent ones.
        num_betas: steps on the way from independent units to the machine.
        data: [k, num_seen], with whose means the independent units begin; None for fair ones.
        seed: of the runs.

    Example:
        >>> from pbits.boltzmann import exact, initialise, rbm
        >>> machine = initialise(rbm(6, 4), scale=0.5)
        >>> found = annealed(machine, num_betas=100)
        >>> bool(abs(found.value - exact.log_z(machine)) < 4 * found.error < 0.2)
        True
    """
    runs = checks.whole_number("num_runs", num_runs, 2)
    free = np.zeros(machine.graph.num_units, bool)
    start = np.ones((1, machine.graph.num_units), np.int8)
    log = _anneal(machine, start, free, runs, num_betas, data, seed)
    value, error, effective = log_mean_exp(log[0])
    return Estimate(float(value), float(error), float(effective))


def log_weights(
    machine: BoltzmannMachine,
    seen: ArrayLike,
    *,
    num_runs: int = 32,
    num_betas: int = 200,
    seed: int = 0,
) -> Estimate:
    """``log sum_hidden exp(-E)`` [k] of rows of data [k, num_seen], exact where it can be.

    Machines with coupled hidden units are annealed with data held.
    """
    rows, _ = as_states(seen, machine.graph.num_seen)
    if machine.graph.is_restricted:
        zero = np.zeros(len(rows))
        return Estimate(machine.log_weights(rows), zero, np.full(len(rows), np.inf))
    runs = checks.whole_number("num_runs", num_runs, 2)
    start = np.pad(rows, ((0, 0), (0, machine.graph.num_hidden)), constant_values=1)
    size = max(_MOST_CHAINS // runs, 1)
    log = [
        _anneal(machine, start[k : k + size], machine.graph.seen, runs, num_betas, None, seed + k)
        for k in range(0, len(rows), size)
    ]
    return Estimate(*log_mean_exp(np.concatenate(log)))


def log_likelihood(
    machine: BoltzmannMachine,
    seen: ArrayLike,
    log_z: Estimate | None = None,
    *,
    num_runs: int = 32,
    num_betas: int = 200,
    seed: int = 0,
) -> Estimate:
    """Mean natural logarithm of the probability of data [k, num_seen].

    The error is that of log Z and of the rows' weights; not that of having so few data.

    Args:
        machine: of at most 8 classes of uncoupled units, unless it is restricted.
        seen: data.
        log_z: of `annealed` (default, with its own defaults) or `population`.
        num_runs, num_betas, seed: of `log_weights`.

    Example:
        >>> from pbits.boltzmann import initialise, rbm
        >>> machine = initialise(rbm(2, 2), scale=0.0)
        >>> found = log_likelihood(machine, [[1, 1]])
        >>> bool(abs(found.value - np.log(1 / 4)) < 4 * found.error < 0.1)
        True
    """
    parts = log_weights(machine, seen, num_runs=num_runs, num_betas=num_betas, seed=seed)
    # Its errors add to those of the rows only if its seed is that of none of them.
    own = seed + np.size(parts.value)
    whole = annealed(machine, data=seen, seed=own) if log_z is None else log_z
    squares = np.asarray(parts.error) ** 2
    error = np.sqrt(squares.sum() / max(squares.size, 1) ** 2 + float(whole.error) ** 2)
    value = np.mean(parts.value) - float(whole.value)
    least = min(float(np.min(parts.effective)), float(whole.effective))
    return Estimate(float(value), float(error), least)


def population(
    machine: BoltzmannMachine,
    *,
    num_reads: int = 1024,
    num_sweeps_per_beta: int = 10,
    seed: int = 0,
) -> Estimate:
    """``log Z`` by population annealing, from infinite temperature to beta = 1.

    For graphs of any number of classes.

    Args:
        machine: any.
        num_reads: replicas.
        num_sweeps_per_beta: of each at each temperature.
        seed: of the run.

    Example:
        >>> from pbits.boltzmann import exact, initialise, rbm
        >>> machine = initialise(rbm(6, 4), scale=0.5)
        >>> found = population(machine)
        >>> bool(abs(found.value - exact.log_z(machine)) < 4 * found.error < 0.2)
        True
    """
    found = population_anneal(
        machine.problem, beta_range=(0.0, 1.0), num_reads=num_reads, update="gibbs",
        num_sweeps_per_beta=num_sweeps_per_beta, seed=seed,
    )  # fmt: skip
    effective = num_reads / found.rho_t
    return Estimate(float(found.log_z[-1]), float(found.log_z_error[-1]), float(effective))


def log_mean_exp(log: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Over the last axis: logarithm of the mean, its standard error, and effective numbers.

    Example:
        >>> value, error, effective = log_mean_exp(np.log([1.0, 3.0]) + 800)
        >>> np.exp(value - 800).round(6).item(), error.round(6).item(), effective.round(6).item()
        (2.0, 0.5, 1.6)
    """
    top = log.max(-1, keepdims=True)
    weight = np.exp(log - top)
    mean, count = weight.mean(-1), log.shape[-1]
    error = weight.std(-1, ddof=1) / mean / np.sqrt(count)
    effective = weight.sum(-1) ** 2 / (weight**2).sum(-1)
    return top[..., 0] + np.log(mean), error, effective


def _anneal(
    machine: BoltzmannMachine, start: NDArray[np.int8], held: NDArray[np.bool_], runs: int,
    num_betas: int, data: ArrayLike | None, seed: int,
) -> NDArray[np.float64]:  # fmt: skip
    """Logarithms of estimates of Z [k, runs], the units held as in each row of `start` [k, n]."""
    steps = checks.whole_number("num_betas", num_betas, 1)
    graph = machine.graph
    layout, parameters = Layout.of(graph), parameters_of(machine)
    h = np.zeros(graph.num_units)
    if data is not None:
        h[: graph.num_seen] = base_biases(as_states(data, graph.num_seen)[0])
    base = tuple(h[own].astype(np.float32) for own in graph.classes)
    betas = np.linspace(0, 1, steps + 1)[1:].astype(np.float32)
    states = np.repeat(start, runs, axis=0).T
    log = _importance(
        parameters, base, layout, jnp.asarray(states), held_by_class(held, graph),
        random.seed_key(seed), betas,
    )  # fmt: skip
    first = log_2cosh(h[~held]).sum() - start[:, held].astype(np.float64) @ h[held]
    return first[:, None] + np.asarray(log, np.float64).reshape(len(start), runs)


@jax.jit
def _importance(
    parameters: Parameters, base: tuple, layout: Layout, states: jax.Array, held: Spins,
    key: jax.Array, betas: jax.Array,
) -> jax.Array:  # fmt: skip
    """Logarithms of weights [chains] of states that start independent."""
    last = len(held) - 1
    order = (last, *range(last))

    def at(beta: jax.Array) -> Parameters:
        h = tuple((1 - beta) * b + beta * h for b, h in zip(base, parameters.h, strict=True))
        return Parameters(h, tuple(beta * matrix for matrix in parameters.coupling))

    def step(k: jax.Array, carry: tuple) -> tuple:
        spins, log, before = carry
        now = at(betas[k])
        log = log + (_collapsed(now, spins, held) - _collapsed(before, spins, held))
        number = k.astype(jnp.uint32) + 1
        spins = sweep(now, layout, spins, held, random.sweep_key(key, number), order)
        return spins, log, now

    hot = at(jnp.float32(0))
    first = random.sweep_key(key, jnp.uint32(0))
    spins = sweep(hot, layout, by_class(states, layout), held, first)
    start = (spins, jnp.zeros(states.shape[1]), hot)
    return jax.lax.fori_loop(0, betas.shape[0], step, start)[1]


def _collapsed(parameters: Parameters, spins: Spins, held: Spins) -> jax.Array:
    """Logarithm of the weight [chains] of all classes but the last, that summed over."""
    last = len(spins) - 1
    total = -sum(product(h, s) for h, s in zip(parameters.h[:last], spins[:last], strict=True))
    for (a, b), matrix in zip(class_pairs(len(spins)), parameters.coupling, strict=True):
        if b != last:
            total = total - (spins[a] * product(matrix, spins[b])).sum(0)
    inside = field(parameters, spins, last)
    free = jnp.logaddexp(inside, -inside)
    return total + jnp.where(held[last], -inside * spins[last], free).sum(0)
