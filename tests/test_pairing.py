"""Clusters exchanged between exact samples leave exact samples; rungs are chosen as told."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import stats
from kernel_table import graphs

from pbits.kernels import clusters
from pbits.models import choose_model
from pbits.pairing import Clusters, Coldest, exchange_coldest
from pbits.random import seed_key, sweep_key

BETAS = np.array([0.1, 0.3, 0.8])
BLOCKS = 2**10
COLDEST = Coldest(num_rungs=3, count=2)


def exchanged_pvalues(name: str, symmetric: bool | None = None, rounds: int = 6) -> list[float]:
    """p-values by rung of "exact samples stay exact when only clusters change sides"."""
    problem = graphs()[name].problem
    kernel, model, _ = choose_model(problem)
    stride = kernel.reads_per_lane
    rung = np.arange(BLOCKS * 32 * BETAS.size) // stride % BETAS.size
    spins = np.zeros((problem.num_variables, rung.size), np.int8)
    for k, beta in enumerate(BETAS):
        spins[:, rung == k] = stats.exact_samples(problem, beta, BLOCKS * 32, seed=k)
    lane = jnp.arange(rung.size // stride, dtype=jnp.uint32)
    state = kernel.load(stats.padded(kernel, model, spins), model, lane)
    move = jax.jit(partial(exchange_coldest, coldest=COLDEST, per_lane=stride))
    flips = jnp.asarray(not problem.h.any() if symmetric is None else symmetric)
    for r in range(rounds):
        key = sweep_key(seed_key(1), jnp.uint32(r))
        state, cluster, _ = move(key, state, model, jnp.ones(rung.size, bool), flips)
        assert np.all((np.bincount(rung, cluster) > 0) == [False, True, True])
    end = np.asarray(kernel.spins(state, model))[: problem.num_variables]
    assert np.mean(np.any(end != spins, axis=0)[rung > 0]) > 0.2
    np.testing.assert_array_equal(end[:, rung == 0], spins[:, rung == 0])
    return [
        stats.pooled_chi_square(
            stats.count_states(end[:, rung == k]), stats.boltzmann(problem, beta)
        )
        for k, beta in enumerate(BETAS[1:], 1)
    ]


@pytest.mark.parametrize("name", ["ring", "biased", "weighted", "gaussian"])
def test_cluster_moves_keep_every_distribution(name: str) -> None:
    assert min(exchanged_pvalues(name)) > stats.ALPHA


def test_flipping_biased_reads_is_noticed() -> None:
    assert min(exchanged_pvalues("biased", symmetric=True)) < stats.ALPHA


def test_partial_clusters_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_grow", lambda seeds, domain, tables: seeds)
    assert min(exchanged_pvalues("biased")) < stats.ALPHA


def test_coldest_takes_and_puts_back() -> None:
    coldest = Coldest(num_rungs=3, count=2)
    values = jnp.arange(2 * 8 * 2).reshape(2, 16)  # eight lanes of two: two ladders, two over
    part = coldest.of(values, 2)
    np.testing.assert_array_equal(part[0], [2, 3, 4, 5, 8, 9, 10, 11])
    np.testing.assert_array_equal(coldest.put(values, part, 2), values)
    expected = np.array(values)
    expected[:, [2, 3, 4, 5, 8, 9, 10, 11]] = 0
    np.testing.assert_array_equal(coldest.put(values, 0 * part, 2), expected)


def test_useless_rungs_are_left_out_for_good() -> None:
    chosen = Clusters(num_rungs=6, num_spins=100, count=4, is_measured=True)
    assert not chosen.active.any()
    energy = np.array([-80.0, -20, -60, -80, -85, -90])
    chosen.review(energy, -100.0, 0.0)
    assert chosen.active.tolist() == [False, False, False, True, True, True]
    sizes = np.array([0, 0, 0, 160, 200, 40.0])  # of four moves in all
    chosen.note(sizes, np.array([0, 0, 0, 80, 2, 20.0]), 4)
    chosen.note(sizes, np.array([0, 0, 0, 80, 2, 12.0]), 4)  # four sites a move are just enough
    chosen.review(energy, -100.0, 0.0)
    assert chosen.active.tolist() == [False, False, False, True, False, True]
    chosen.note(np.array([0, 0, 0, 60, 0, 20.0]), np.full(6, 18.0), 2)
    chosen.review(energy, -100.0, 0.0)
    assert chosen.active.tolist() == [False, False, False, True, False, True]
    np.testing.assert_allclose(chosen.fraction, [0, 0, 0, 0.3, 0.5, 0.1])


def test_every_rung_where_asked_for() -> None:
    chosen = Clusters(num_rungs=3, num_spins=9, count=3, is_measured=False)
    chosen.review(np.zeros(3), 0.0, 0.0)
    assert chosen.active.all()
    assert not Clusters(num_rungs=3, num_spins=9, count=0, is_measured=True).is_open
