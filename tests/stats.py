"""Statistical tests of kernels against enumeration, with honest p-values.

Chains start from exact samples of the Boltzmann distribution, so that independent replicas are
independent draws at any later time and no autocorrelation has to be estimated (A. Gandy & J. Scott,
arXiv:2001.06465).  A kernel that does not move also keeps the distribution, so a second test starts
with all spins up and must arrive at it.  NumPy and SciPy do the judging.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pbits.kernels.base import Kernel, Model
from pbits.random import seed_key, sweep_key
from problems.polynomial import Problem

# A correct kernel fails one test in ten thousand; seeds are fixed, so it fails never or always.
ALPHA = 1e-4
_MAX_SPINS = 16


def enumerate_states(num_spins: int) -> NDArray[np.int8]:
    """All states, int8 [2**n, n]; spin i of state k is up where bit i of k is set.

    Example:
        >>> enumerate_states(2).tolist()
        [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    """
    if num_spins > _MAX_SPINS:
        raise ValueError(f"{num_spins} spins are too many to enumerate")
    bit = (np.arange(2**num_spins)[:, None] >> np.arange(num_spins)) & 1
    return (2 * bit - 1).astype(np.int8)


def boltzmann(problem: Problem, beta: float) -> NDArray[np.float64]:
    """Probabilities [2**n] of the states of `enumerate_states`, ``exp(-beta E) / Z``."""
    energy = problem.energies(enumerate_states(problem.num_variables)).astype(np.float64)
    weight = np.exp(-beta * (energy - energy.min()))
    return weight / weight.sum()


def exact_samples(problem: Problem, beta: float, count: int, seed: int) -> NDArray[np.int8]:
    """Independent exact samples by inversion of the enumerated distribution, int8 [n, count]."""
    cumulative = np.cumsum(boltzmann(problem, beta))
    uniform = np.random.default_rng(seed).random(count) * cumulative[-1]
    drawn = np.searchsorted(cumulative, uniform, side="right")
    return enumerate_states(problem.num_variables)[drawn].T


def count_states(spins: NDArray[np.int8]) -> NDArray[np.int64]:
    """How often each state of `enumerate_states` occurs in spins [n, reads]: [2**n]."""
    index = (1 << np.arange(spins.shape[0])) @ (spins > 0)
    return np.bincount(index, minlength=2 ** spins.shape[0])


def pooled_chi_square(observed: NDArray, probabilities: NDArray, min_expected: float = 10) -> float:
    """p-value of counts against probabilities, rare outcomes pooled.

    Pooling to 5 expected counts, as textbooks advise, makes p-values of 1e-4 several times too
    frequent; 10 does not (`test_stats.py`).

    Args:
        observed: [k] counts.
        probabilities: [k], of sum 1.
        min_expected: outcomes are merged, rarest first, until every bin expects this many.

    Raises:
        ValueError: where fewer than two bins remain.

    Example:
        >>> round(pooled_chi_square(np.array([48, 52]), np.array([0.5, 0.5])), 3)
        0.689
    """
    total = observed.sum()
    order = np.argsort(probabilities, kind="stable")
    starts = _bin_starts(probabilities[order] * total, min_expected)
    if len(starts) < 2:
        raise ValueError("all outcomes fell into one bin; draw more samples")
    expected = np.add.reduceat(probabilities[order], starts) * total
    found = np.add.reduceat(observed[order], starts)
    statistic = ((found - expected) ** 2 / expected).sum()
    return float(stats.chi2.sf(statistic, len(starts) - 1))


def _bin_starts(expected: NDArray, min_expected: float) -> list[int]:
    """First outcome of each bin, `expected` rising; what is left over joins the last bin."""
    starts, filled = [0], 0.0
    for k, value in enumerate(expected):
        if filled >= min_expected:
            starts.append(k)
            filled = 0.0
        filled += value
    return starts if filled >= min_expected or len(starts) == 1 else starts[:-1]


def invariance_pvalue(
    kernel: Kernel,
    model: Model,
    problem: Problem,
    beta: float,
    num_sweeps: int = 5,
    num_replicas: int = 2**17,
    seed: int = 0,
) -> float:
    """p-value of "exact samples stay exact samples" after some sweeps of a kernel.

    Args:
        kernel, model: what is tested.
        problem: what it should sample, of at most 16 spins.
        beta: inverse temperature.
        num_sweeps: more of them show a wrong stationary state more fully.
        num_replicas: independent chains, a multiple of 32.
        seed: of the exact samples and of the kernel's random numbers.
    """
    start = exact_samples(problem, np.float32(beta), num_replicas, seed)
    return _pvalue(kernel, model, problem, beta, num_sweeps, start, seed)


def convergence_pvalue(
    kernel: Kernel,
    model: Model,
    problem: Problem,
    beta: float,
    num_sweeps: int = 100,
    num_replicas: int = 2**17,
    seed: int = 0,
) -> float:
    """p-value of "all spins up" having become the exact distribution; arguments as above."""
    start = np.ones((problem.num_variables, num_replicas), np.int8)
    return _pvalue(kernel, model, problem, beta, num_sweeps, start, seed)


def _pvalue(
    kernel: Kernel,
    model: Model,
    problem: Problem,
    beta: float,
    num_sweeps: int,
    start: NDArray[np.int8],
    seed: int,
) -> float:
    end = sweep_spins(kernel, model, start, beta, num_sweeps, seed)
    return pooled_chi_square(count_states(end), boltzmann(problem, np.float32(beta)))


def sweep_spins(
    kernel: Kernel,
    model: Model,
    spins: NDArray[np.int8],
    beta: float | NDArray,
    num_sweeps: int,
    seed: int = 0,
    lane: NDArray[np.uint32] | None = None,
) -> NDArray[np.int8]:
    """Spins [n, reads] after some sweeps from given ones; beta is a number or [reads]."""
    if lane is None:
        lane = np.arange(spins.shape[1] // kernel.reads_per_lane, dtype=np.uint32)
    end = _swept(
        kernel, model, padded(kernel, model, spins), jnp.asarray(lane), seed_key(seed),
        jnp.asarray(beta, jnp.float32), jnp.uint32(num_sweeps),
    )  # fmt: skip
    return np.asarray(end)[: spins.shape[0]]


def padded(kernel: Kernel, model: Model, spins: NDArray[np.int8]) -> NDArray[np.int8]:
    """Spins [n, reads] with as many rows as the model was rounded up to."""
    shape = jax.eval_shape(partial(_random_spins, kernel), model)
    return np.pad(spins, ((0, shape.shape[0] - spins.shape[0]), (0, 0)), constant_values=1)


def _random_spins(kernel: Kernel, model: Model) -> jax.Array:
    lane = jnp.arange(kernel.lane_multiple, dtype=jnp.uint32)
    return kernel.spins(kernel.init(seed_key(0), model, lane), model)


@partial(jax.jit, static_argnums=0)
def _swept(
    kernel: Kernel,
    model: Model,
    spins: jax.Array,
    lane: jax.Array,
    key: jax.Array,
    beta: jax.Array,
    num_sweeps: jax.Array,
) -> jax.Array:
    """One program for every beta and number of sweeps."""
    state = jax.lax.fori_loop(
        jnp.uint32(0),
        num_sweeps,
        lambda i, state: kernel.step(sweep_key(key, i), state, model, beta)[0],
        kernel.load(spins, model, lane),
    )
    return kernel.spins(state, model)
