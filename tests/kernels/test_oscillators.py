"""Oscillators move as the published equations say, written once more in NumPy and float64."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits.bifurcation import coupling_strength
from pbits.kernels import dense_float, sparse
from pbits.kernels.bifurcation import bifurcation, bifurcation_model
from pbits.random import seed_key
from problems.model import ising

MODELS = {"sparse": sparse.sparse_model, "dense_float": dense_float.dense_float_model}
READS = 64
PUMPS = np.linspace(0, 1, 120)
PROBLEMS = {
    "pair": ising([0, 0], [0], [1], [1]),
    "biased": ising([0.3, -0.2], [0], [1], [0.7]),
    "triangle": ising([0.5, 0.1, -0.4], [0, 0, 1], [1, 2, 2], [1.0, -0.6, 0.8]),
}


def published(problem, position, momentum, pump, variant, step):
    """One step of all spins and the extra one: E = -sum_{i<j} K_ij s_i s_j, as in the paper."""
    n = problem.num_variables
    matrix = np.zeros((n + 1, n + 1))
    matrix[problem.row, problem.col] = -problem.coupling
    matrix[:n, n] = -problem.h
    matrix += matrix.T
    size = n + 1 if np.any(problem.h) else n
    mean_square = (matrix**2).sum() / (size * (size - 1))
    strength = 0.5 / (np.sqrt(mean_square) * np.sqrt(size))
    values = position if variant == "ballistic" else np.sign(position)
    momentum = momentum + (-(1 - pump) * position + strength * matrix @ values) * step
    position = position + momentum * step
    momentum[np.abs(position) > 1] = 0
    position[np.abs(position) > 1] = np.sign(position[np.abs(position) > 1])
    return position, momentum


class Oscillators:
    """A kernel with a model, and where its spins are."""

    def __init__(self, problem, variant, layout="sparse", scale=1.0, step=0.5):
        parts = (problem.h, problem.row, problem.col, scale * problem.coupling)
        model = bifurcation_model(
            MODELS[layout](*parts), problem.h, coupling_strength(problem), step
        )
        self.model, self.kernel = model, bifurcation(layout, variant)
        rows = np.arange(problem.num_variables)
        if layout == "sparse":
            rows = np.asarray(model.spins.row_of_spin)[rows]
        self.rows = [*rows, -1]
        self.lane = jnp.arange(READS, dtype=jnp.uint32)
        self.state = jax.jit(self.kernel.init)(seed_key(3), model, self.lane)

    def now(self):
        return [np.float64(x)[self.rows] for x in self.state[:2]]


def deviation(problem, variant, layout="sparse", **kwargs):
    """Largest difference of positions and momenta at any step, and the last positions."""
    ours, worst = Oscillators(problem, variant, layout, **kwargs), 0.0
    step = jax.jit(ours.kernel.step)
    expected = ours.now()
    for pump in PUMPS:
        expected = published(problem, *expected, np.float32(pump), variant, 0.5)
        ours.state, _ = step(seed_key(0), ours.state, ours.model, jnp.float32(pump))
        pairs = zip(ours.now(), expected, strict=True)
        worst = max(worst, *(np.abs(a - b).max() for a, b in pairs))
    return worst, ours


@pytest.mark.parametrize("variant", ["ballistic", "discrete"])
@pytest.mark.parametrize(
    ("name", "layout"), [*((name, "sparse") for name in PROBLEMS), ("triangle", "dense_float")]
)
def test_every_step_is_the_published_one(name, variant, layout):
    problem = PROBLEMS[name]
    worst, ours = deviation(problem, variant, layout)
    assert worst < 1e-4  # positions are of order 1
    # Most reads end at a wall, so walls were tried.
    assert np.mean(np.abs(ours.now()[0]).max(0) == 1) > 0.8
    # The extra oscillator is what spins are read against.
    signs = np.where(ours.now()[0] < 0, -1, 1)
    spins = np.asarray(ours.kernel.spins(ours.state, ours.model))[: problem.num_variables]
    np.testing.assert_array_equal(spins, signs[:-1] * signs[-1])
    energy = ours.kernel.energy(ours.state, ours.model)
    np.testing.assert_allclose(energy, problem.energies(spins.T), atol=1e-5)


@pytest.mark.parametrize(
    "wrong", [{"scale": -1}, {"scale": 1.01}, {"step": 0.505}], ids=["sign", "strength", "step"]
)
def test_other_equations_are_noticed(wrong):
    assert deviation(PROBLEMS["triangle"], "ballistic", **wrong)[0] > 1e-3


def test_first_positions_and_momenta_are_uniform_and_independent():
    problem = ising(np.ones(40), range(39), range(1, 40), np.ones(39))
    position, momentum = Oscillators(problem, "ballistic").now()
    both = np.concatenate([position, momentum])
    assert np.abs(both).max() <= 0.1
    assert abs(both.mean()) < 4 * 0.1 / np.sqrt(3 * both.size)
    assert both.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.05)
    assert np.unique(both).size > 0.99 * both.size
    assert abs(np.mean(position * momentum)) < 4 * 0.01 / 3 / np.sqrt(position.size)


def test_loaded_spins_come_back_and_reads_are_chosen_one_by_one():
    ours = Oscillators(PROBLEMS["triangle"], "discrete")
    spins = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (3, READS))
    size = ours.model.spins.row_of_spin.shape[0]
    full = jnp.asarray(np.pad(spins, ((0, size - 3), (0, 0)), constant_values=1))
    loaded = ours.kernel.load(full, ours.model, ours.lane)
    mask = np.arange(READS) % 3 == 0
    mixed = ours.kernel.choose(jnp.asarray(mask), loaded, ours.state)
    given, before, after = (
        np.asarray(ours.kernel.spins(s, ours.model))[:3] for s in (loaded, ours.state, mixed)
    )
    np.testing.assert_array_equal(given, spins)
    np.testing.assert_array_equal(after, np.where(mask, spins, before))
