"""Cluster moves: whole components, energies conserved to the unit, and nothing else changes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from kernel_table import graphs
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pbits.kernels import clusters
from pbits.kernels.base import Kernel, Model
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
    "single": ising([1], [], [], []),
}


def partner_of(kernel: Kernel, key: jax.Array) -> np.ndarray:
    """Who each read's partner is."""
    digit = int(mix(key[:1], key[1])[0] % 5) if kernel.reads_per_lane > 1 else 0
    return np.arange(READS) ^ (1 << digit)


def moved(name: str, seed: int) -> tuple:
    """Problem, spins before and after, integer or float energies before and after, who pairs."""
    problem = PROBLEMS[name]
    kernel, model, _ = choose_model(problem)
    lane = jnp.arange(READS // kernel.reads_per_lane, dtype=jnp.uint32)
    state, key = kernel.init(seed_key(seed + 10), model, lane), seed_key(seed)
    active = jnp.arange(READS) >= READS // 2
    symmetric = jnp.asarray(not problem.h.any())
    pairs = Pairs(active, symmetric, jnp.arange(READS) ^ 1)
    after, sizes = jax.jit(exchange_clusters)(key, state, model, pairs)
    read = [np.asarray(kernel.spins(s, model))[: problem.num_variables].T for s in (state, after)]
    same = kernel.load(padded(kernel, model, read[1]), model, lane)
    assert_same_spins(kernel, model, same, after)
    return problem, *read, partner_of(kernel, key), sizes


def padded(kernel: Kernel, model: Model, spins: np.ndarray) -> np.ndarray:
    size = model.row_of_spin.shape[0]
    return np.pad(spins.T, ((0, size - spins.shape[1]), (0, 0)), constant_values=1)


def assert_same_spins(kernel: Kernel, model: Model, one: object, other: object) -> None:
    """Complements and counted energies of a moved state are those of a fresh one."""
    energies = [np.asarray(kernel.energy(s, model)) for s in (one, other)]
    np.testing.assert_allclose(*energies, atol=1e-4)


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("seed", range(3))
def test_one_whole_component_is_exchanged_and_energy_kept(name: str, seed: int) -> None:
    problem, before, after, partner, sizes = moved(name, seed)
    flipped = before != after
    np.testing.assert_array_equal(flipped[partner], flipped)
    assert not flipped[: READS // 2].any()
    np.testing.assert_array_equal(sizes.cluster, flipped.sum(1))
    old, new = problem.energies(before), problem.energies(after)
    np.testing.assert_allclose(new + new[partner], old + old[partner], rtol=1e-12, atol=1e-12)
    if np.issubdtype(old.dtype, np.integer):
        np.testing.assert_array_equal(new + new[partner], old + old[partner])
    for read in range(READS // 2, READS):
        assert_component(problem, before[read], before[partner[read]], flipped[read])
    if problem.num_variables > 10:
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
    jax.clear_caches()
    problem, before, after, partner, _ = moved("lattice", 1)
    jax.clear_caches()
    old, new = problem.energies(before), problem.energies(after)
    assert np.any(new + new[partner] != old + old[partner])


@pytest.mark.parametrize("rows", [1, 7, 240, 500])
def test_counts_by_read(rows: int) -> None:
    words = np.random.default_rng(rows).integers(0, 2**32, (rows, 3), dtype=np.uint32)
    expected = (words[:, :, None] >> np.arange(32) & 1).sum(0).reshape(-1)
    np.testing.assert_array_equal(clusters._count_reads(jnp.asarray(words)), expected)


def test_exchanging_twice_with_one_key_is_no_move() -> None:
    problem = graphs()["biased"].problem
    kernel, model, _ = choose_model(problem)
    state = kernel.init(seed_key(1), model, jnp.arange(2, dtype=jnp.uint32))
    pairs = Pairs(jnp.ones(READS, bool), jnp.asarray(False), jnp.arange(READS) ^ 1)
    there, _ = exchange_clusters(seed_key(2), state, model, pairs)
    back, _ = exchange_clusters(seed_key(2), there, model, pairs)
    assert not np.array_equal(there.words, state.words)
    np.testing.assert_array_equal(back.words, state.words)
