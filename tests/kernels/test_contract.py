"""What every kernel promises besides exactness, checked over the table of kernels."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import stats
from kernel_table import ROWS, Row

from pbits.kernels.base import Kernel, Model, State, run
from pbits.random import seed_key, sweep_key
from problems.generators import edwards_anderson
from problems.model import IsingProblem, ising
from problems.polynomial import Problem, from_terms

KEY = (11, 0)
CASES = [
    pytest.param(row, update, id=f"{row.name}-{update}")
    for row in ROWS
    if not row.is_variant
    for update in row.updates
]
contract = pytest.mark.parametrize(("row", "update"), CASES)
_run = jax.jit(run, static_argnums=0)


def instance(row: Row, seed: int = 0) -> Problem:
    """27 spins of equal degree; instances differ in signs only."""
    lattice = edwards_anderson((3, 3, 3), seed=seed)
    rng = np.random.default_rng(seed)
    h = rng.choice((-1, 1), 27)
    if not row.any_order:
        return ising(h, lattice.row, lattice.col, lattice.coupling, offset=5)
    single, shapes = np.arange(27)[:, None], [(0, 9), (0, 2, 7), (0, 4, 6, 11)]
    longer = [((single + np.array(shape)) % 27, rng.choice((-1, 1), 27)) for shape in shapes]
    return from_terms([(single, h), *longer], offset=5)


class Ready:
    """A kernel with a model and a random state of it, of as few lanes as it takes."""

    def __init__(self, row: Row, update: str, first: int = 0, last: int = 1):
        self.problem = instance(row)
        self.kernel, self.model = row.prepare(self.problem, update, 1.0)
        self.key = jnp.asarray(KEY, jnp.uint32)
        multiple = self.kernel.lane_multiple
        self.lane = jnp.arange(first * multiple, last * multiple, dtype=jnp.uint32)
        self.state = jax.jit(self.kernel.init)(self.key, self.model, self.lane)

    @property
    def num_reads(self) -> int:
        return self.lane.size * self.kernel.reads_per_lane

    def spins(self, state: State) -> np.ndarray:
        return np.asarray(self.kernel.spins(state, self.model))[: self.problem.num_variables]

    def swept(self, betas: Any) -> State:
        return _run(self.kernel, self.key, self.state, self.model, jnp.asarray(betas, jnp.float32))

    def load(self, spins: np.ndarray) -> State:
        full = stats.padded(self.kernel, self.model, spins)
        return self.kernel.load(jnp.asarray(full), self.model, self.lane)


@contract
def test_random_spins_are_fair_and_differ_from_read_to_read(row: Row, update: str) -> None:
    ready = Ready(row, update, 0, 4)
    spins = ready.spins(ready.state)
    assert spins.shape == (27, ready.num_reads)
    assert spins.dtype == np.int8
    assert set(np.unique(spins)) == {-1, 1}
    assert abs(spins.mean()) < 4 / np.sqrt(spins.size)
    assert np.unique(spins, axis=1).shape[1] == ready.num_reads
    assert np.unique(spins, axis=0).shape[0] == 27


@contract
def test_compiled_step_equals_plain_step(row: Row, update: str) -> None:
    ready = Ready(row, update)
    arguments = ready.key, ready.state, ready.model, jnp.float32(0.5)
    plain, _ = ready.kernel.step(*arguments)
    compiled, _ = jax.jit(ready.kernel.step)(*arguments)
    np.testing.assert_array_equal(ready.spins(plain), ready.spins(compiled))


@contract
def test_other_instances_betas_and_keys_run_the_same_program(row: Row, update: str) -> None:
    ready = Ready(row, update)
    traces = []
    step = jax.jit(_counting(ready.kernel.step, traces))
    for seed, beta in ((0, 0.3), (1, 0.3), (2, 0.9)):
        kernel, model = row.prepare(instance(row, seed), update, 1.0)
        step(seed_key(seed), ready.state, model, jnp.float32(beta))
        assert kernel is ready.kernel
    assert len(traces) == 1


def _counting(function: Callable, traces: list) -> Callable:
    def counted(*arguments: Any) -> Any:
        traces.append(1)
        return function(*arguments)

    return counted


@contract
def test_energies_are_those_of_the_problem(row: Row, update: str) -> None:
    ready = Ready(row, update)
    for state in (ready.state, ready.swept([0.4] * 3)):
        energy = np.asarray(jax.jit(ready.kernel.energy)(state, ready.model))
        expected = ready.problem.energies(ready.spins(state).T) - ready.problem.offset
        np.testing.assert_array_equal(energy, expected)


@contract
def test_loaded_spins_come_back(row: Row, update: str) -> None:
    ready = Ready(row, update)
    spins = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (27, ready.num_reads))
    np.testing.assert_array_equal(ready.spins(ready.load(spins)), spins)


@contract
def test_choose_takes_each_read_from_one_of_two_states(row: Row, update: str) -> None:
    ready = Ready(row, update)
    other = ready.swept([0.4] * 3)
    mask = np.random.default_rng(0).random(ready.num_reads) < 0.5
    mixed = ready.kernel.choose(jnp.asarray(mask), ready.state, other)
    expected = np.where(mask, ready.spins(ready.state), ready.spins(other))
    np.testing.assert_array_equal(ready.spins(mixed), expected)
    assert jax.tree.structure(mixed) == jax.tree.structure(other)


@contract
def test_a_run_replays_and_a_longer_one_begins_with_it(row: Row, update: str) -> None:
    ready = Ready(row, update)
    betas = np.linspace(0.2, 0.8, 6)
    long, short = ready.swept(betas), ready.swept(betas[:3])
    np.testing.assert_array_equal(ready.spins(long), ready.spins(ready.swept(betas)))
    assert np.any(ready.spins(long) != ready.spins(short))
    step = jax.jit(ready.kernel.step)
    for sweep in range(3, 6):
        key = sweep_key(ready.key, jnp.uint32(sweep))
        short, _ = step(key, short, ready.model, jnp.float32(betas[sweep]))
    np.testing.assert_array_equal(ready.spins(long), ready.spins(short))


@contract
def test_another_seed_gives_another_run(row: Row, update: str) -> None:
    ready = Ready(row, update)
    first = ready.swept([0.4] * 3)
    ready.key = seed_key(12)
    assert np.any(ready.spins(ready.swept([0.4] * 3)) != ready.spins(first))


@contract
def test_reads_may_have_betas_of_their_own(row: Row, update: str) -> None:
    if not row.beta_per_read:
        pytest.skip("declared in the table: one beta for all reads")
    ready = Ready(row, update)
    warm, cold = ready.spins(ready.swept([0.2] * 3)), ready.spins(ready.swept([0.9] * 3))
    is_cold = np.arange(ready.num_reads) % 3 == 0
    mixed = ready.swept(np.tile(np.where(is_cold, 0.9, 0.2), (3, 1)))
    np.testing.assert_array_equal(ready.spins(mixed), np.where(is_cold, cold, warm))


@contract
def test_lanes_may_have_betas_of_their_own(row: Row, update: str) -> None:
    if not row.beta_per_read:
        pytest.skip("declared in the table: one beta for all reads")
    ready = Ready(row, update)
    per_lane = ready.kernel.reads_per_lane
    by_lane = np.where(np.arange(ready.num_reads // per_lane) % 2, 0.9, 0.2)
    found = ready.swept(np.tile(by_lane, (3, 1)))
    expected = ready.swept(np.tile(np.repeat(by_lane, per_lane), (3, 1)))
    np.testing.assert_array_equal(ready.spins(found), ready.spins(expected))


@contract
def test_reads_do_not_depend_on_how_lanes_are_shared_out(row: Row, update: str) -> None:
    spans = ((0, 3), (0, 1), (1, 3))
    whole, *parts = (Ready(row, update, *span) for span in spans)
    found = [part.spins(part.swept([0.4] * 3)) for part in parts]
    expected = whole.spins(whole.swept([0.4] * 3))
    np.testing.assert_array_equal(np.concatenate(found, axis=1), expected)


@contract
def test_models_and_states_are_plain_trees_of_arrays(row: Row, update: str) -> None:
    ready = Ready(row, update)
    for tree in (ready.model, ready.state):
        leaves, structure = jax.tree.flatten(tree)
        assert all(isinstance(leaf, jax.Array | np.ndarray | np.generic) for leaf in leaves)
        assert hash(structure) is not None
        again = jax.tree.unflatten(structure, leaves)
        assert jax.tree.structure(again) == structure
        assert jax.tree.leaves(jax.tree.map(lambda leaf: None, tree)) == []
    for leaf in jax.tree.leaves(ready.state):
        assert leaf.shape[-1] in (ready.num_reads, ready.lane.size)


@pytest.mark.parametrize("row", [r for r in ROWS if r.real_couplings], ids=lambda row: row.name)
def test_real_energies_are_those_of_the_problem(row: Row) -> None:
    rng = np.random.default_rng(0)
    lattice = edwards_anderson((3, 3, 3))
    problem = ising(rng.normal(size=27), lattice.row, lattice.col, rng.normal(size=81))
    kernel, model = _prepared(row, problem)
    spins = rng.choice(np.array([-1, 1], np.int8), (27, 64))
    lane = jnp.arange(64 // kernel.reads_per_lane, dtype=jnp.uint32)
    full = jnp.asarray(stats.padded(kernel, model, spins))
    energy = 3.0 * np.asarray(kernel.energy(kernel.load(full, model, lane), model))
    np.testing.assert_allclose(energy, problem.energies(spins.T), atol=1e-5 * 108)


def _prepared(row: Row, problem: IsingProblem) -> tuple[Kernel, Model]:
    return row.prepare(problem, row.updates[0], 3.0)
