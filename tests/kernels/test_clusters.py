"""Cluster moves: whole components, energies conserved to the unit, and nothing else changes."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pbits.kernels import clusters
from pbits.kernels.base import Kernel, Model, State
from pbits.kernels.clusters import Pairs, exchange_clusters
from pbits.models import choose_model
from pbits.random import mix, seed_key
from problems import ising
from problems.generators import edwards_anderson, random_gnp
from problems.model import IsingProblem

READS = 64


def weighted(n: int = 40) -> IsingProblem:
    """Couplings of -3 to 3 and biases, on a sparse graph with a hub."""
    rng = np.random.default_rng(3)
    chosen = rng.random(n * (n - 1) // 2) < 0.05
    pairs = np.array(np.triu_indices(n, 1))[:, chosen]
    hub = np.array([np.zeros(n - 1, int), np.arange(1, n)])
    row, col = np.unique(np.c_[pairs, hub[:, ::2]], axis=1)
    return ising(rng.integers(-2, 3, n), row, col, rng.choice([-3, -2, -1, 1, 2, 3], row.size))


PROBLEMS = {
    "lattice": edwards_anderson((10, 10), seed=1),
    "weighted": weighted(),
    "real": random_gnp(90, 0.03, seed=2, couplings="gaussian"),
    "uncoupled": ising([1, 0, 2], [], [], []),
}


def partner_of(kernel: Kernel, key: jax.Array) -> np.ndarray:
    """Who each read's partner is."""
    digit = int(mix(key[:1], key[1])[0] % 5) if kernel.reads_per_lane > 1 else 0
    return np.arange(READS) ^ (1 << digit)


class Moved(NamedTuple):
    """What one move did."""

    before: np.ndarray  # [reads, n]
    after: np.ndarray
    back: np.ndarray  # after the same move again
    partner: np.ndarray
    cluster: np.ndarray


def moved(problem: IsingProblem, seed: int) -> Moved:
    """Half of the reads of a random state exchange clusters; energies stay as counted."""
    kernel, model, _ = choose_model(problem)
    state, key = start(kernel, model, seed_key(seed + 10)), seed_key(seed)
    active, symmetric = jnp.arange(READS) >= READS // 2, jnp.asarray(not problem.h.any())
    pairs = Pairs(active, symmetric, jnp.arange(READS) ^ 1)
    move = jax.jit(exchange_clusters)
    after, sizes = move(key, state, model, pairs)
    back, _ = move(key, after, model, pairs)
    read = [read_out(kernel, model, s) for s in (state, after, back)]
    spins = [np.asarray(s)[: problem.num_variables].T for s, _ in read]
    # Complements of rows must have moved along.
    counted = np.diff([energy for _, energy in read[:2]], axis=0)[0]
    real = np.diff([problem.energies(s) for s in spins[:2]], axis=0)[0] / float(model.unit)
    np.testing.assert_allclose(counted, real, atol=1e-4)
    return Moved(*spins, partner_of(kernel, key), np.asarray(sizes.cluster))


@partial(jax.jit, static_argnums=0)
def start(kernel: Kernel, model: Model, key: jax.Array) -> State:
    lanes = READS // kernel.reads_per_lane
    return kernel.init(key, model, jnp.arange(lanes, dtype=jnp.uint32))


@partial(jax.jit, static_argnums=0)
def read_out(kernel: Kernel, model: Model, state: State) -> tuple[jax.Array, jax.Array]:
    return kernel.spins(state, model), kernel.energy(state, model)


@pytest.mark.parametrize("name", PROBLEMS)
def test_one_whole_component_is_exchanged_and_energy_kept(name: str) -> None:
    problem = PROBLEMS[name]
    for seed in range(3):
        before, after, back, partner, cluster = moved(problem, seed)
        flipped = before != after
        np.testing.assert_array_equal(flipped[partner], flipped)
        assert not flipped[: READS // 2].any()
        np.testing.assert_array_equal(cluster, flipped.sum(1))
        np.testing.assert_array_equal(back, before)  # the move is its own inverse
        old, new = problem.energies(before), problem.energies(after)
        rounding = 0 if np.issubdtype(old.dtype, np.integer) else 1e-12
        np.testing.assert_allclose(new + new[partner], old + old[partner], rtol=rounding)
        for read in range(READS // 2, READS):
            assert_component(problem, before[read], before[partner[read]], flipped[read])
        if problem.coupling.size:
            assert np.mean(flipped[READS // 2 :].any(1)) > 0.9
            assert np.any(new != old)


def assert_component(
    problem: IsingProblem, one: np.ndarray, other: np.ndarray, flipped: np.ndarray
) -> None:
    """SciPy's connected components of what the two disagree on, or agree on, hold `flipped`."""
    domain = one != other
    if not problem.h.any() and 2 * domain.sum() > domain.size:
        domain = ~domain
    inside = domain[problem.row] & domain[problem.col]
    ends = problem.row[inside], problem.col[inside]
    graph = coo_matrix((np.ones(inside.sum()), ends), shape=(domain.size,) * 2)
    label = connected_components(graph)[1]
    of = np.unique(label[flipped])
    assert of.size <= 1
    if of.size:
        np.testing.assert_array_equal(flipped, domain & (label == of[0]))


def test_partial_clusters_do_not_keep_the_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    """One tile pass is not a flood fill: the tests above have teeth."""

    def first_pass(seeds: jax.Array, domain: jax.Array, tables: list) -> jax.Array:
        return clusters._grow_tiles(seeds, domain, tables[0])

    monkeypatch.setattr(clusters, "_grow", first_pass)
    problem = edwards_anderson((9, 9), seed=1)  # shapes of its own: nothing compiled is reused
    found = moved(problem, 1)
    old, new = problem.energies(found.before), problem.energies(found.after)
    assert np.any(new + new[found.partner] != old + old[found.partner])


@pytest.mark.parametrize("rows", [1, 7, 240, 500])
def test_counts_by_read(rows: int) -> None:
    words = np.random.default_rng(rows).integers(0, 2**32, (rows, 3), dtype=np.uint32)
    expected = (words[:, :, None] >> np.arange(32) & 1).sum(0).reshape(-1)
    np.testing.assert_array_equal(clusters._count_reads(jnp.asarray(words)), expected)
