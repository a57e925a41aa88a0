"""Choice and layout of kernels: units, energies, and programs shared by similar instances."""

import jax
import numpy as np
import pytest

from pbits.engine import Engine
from pbits.models import choose_model
from pbits.random import seed_key
from problems import ising
from problems.generators import edwards_anderson, random_gnp, random_regular, wishart_planting

READS = 8


def scaled(problem, factor, offset=0):
    parts = problem.row, problem.col, problem.coupling * factor
    return ising(problem.h * factor, *parts, offset)


def biased(problem, seed=0):
    h = np.random.default_rng(seed).integers(-2, 3, problem.num_variables)
    return ising(h, problem.row, problem.col, problem.coupling, 7)


def wheel(weight):
    """A ring of 99 spins around a hub."""
    rim = np.arange(1, 100)
    row, col = np.r_[np.zeros(99, int), rim], np.r_[rim, rim % 99 + 1]
    return ising(np.zeros(100), row, col, np.repeat([weight, 1], 99))


THIN, THICK = random_gnp(40, 0.1, seed=1), random_gnp(80, 0.6, seed=1)
REAL_THIN = random_gnp(40, 0.1, seed=1, couplings="gaussian")
REAL_THICK = random_gnp(80, 0.6, seed=1, couplings="gaussian")


@pytest.mark.parametrize(
    ("problem", "kernel"),
    [
        (THIN, "packed"),
        (biased(THIN), "packed"),
        (edwards_anderson((8, 8, 8)), "packed"),
        (random_gnp(60, 1.0), "packed"),  # complete, but too small for matrices to pay
        (wheel(1), "packed"),
        (wheel(30), "sparse"),  # the hub alone would take 2970 slots
        (scaled(random_gnp(10, 0.5), 1e9), "packed"),
        (ising([1, 10**6], [0], [1], [1]), "sparse"),
        (THICK, "dense"),
        (biased(THICK), "dense"),
        (random_gnp(400, 0.25), "dense"),
        (wishart_planting(200, 0.15, couplings="integer").problem, "dense"),
        (REAL_THIN, "sparse"),
        (REAL_THICK, "dense_float"),
        (ising(THICK.h, THICK.row, THICK.col, THICK.coupling * 10**6 + 1), "dense_float"),
        (ising([0, 0, 0], [0, 1], [1, 2], [0, 0]), "packed"),
    ],
)
@pytest.mark.parametrize("update", ["metropolis", "gibbs"])
def test_kernel_follows_couplings_and_density(problem, kernel, update):
    assert choose_model(problem, update).kernel.name == f"{kernel}-{update}"


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="update is 'wolff'; expected 'metropolis' or 'gibbs'"):
        choose_model(THIN, "wolff")


@pytest.mark.parametrize("degree", [15, 16, 17, 24, 31, 32, 63, 64, 65, 100])
def test_every_width_of_row_works(degree):
    """Kernels add neighbours in groups; no remainder is a remainder as well."""
    rim = np.arange(1, degree + 1)
    kernel, model, _ = choose_model(ising(np.zeros(degree + 1), 0 * rim, rim, np.sqrt(rim)))
    assert kernel.name == "sparse-metropolis"
    spins = np.ones((model.row_of_spin.size, 4), np.int8)
    state = kernel.load(spins, model, np.arange(4, dtype=np.uint32))
    after, _ = jax.eval_shape(kernel.step, seed_key(0), state, model, np.float32(1))
    assert after.spins.shape == state.spins.shape


@pytest.mark.parametrize(
    ("h", "coupling", "unit"),
    [
        ([1, -2], 3, 1),
        ([2, -4], 6, 2),
        ([0.25, 0.5], -1.75, 0.25),
        ([0.5, 0], 0.75, 0.25),  # the unit is smaller than any coefficient
        ([1 / 3, 2 / 3], 1, 1 / 3),
        ([6, 0], 10, 2),
        ([0, 0], -1e-9, 1e-9),
        ([3 * 2.0**80, 0], 2.0**81, 2.0**80),
        ([1, 0], np.sqrt(2), None),
        ([1, 0], 1 + 1e-9, None),
    ],
)
def test_unit_is_the_largest_common_divisor(h, coupling, unit):
    found = choose_model(ising(h, [0], [1], [coupling]))
    assert found.kernel.name.startswith("packed" if unit else "sparse")
    largest = max(*np.abs(h), abs(coupling))
    assert found.unit == pytest.approx(unit or largest, rel=1e-12)


@pytest.mark.parametrize(
    ("problem", "exact"),
    [
        (biased(THIN), True),
        (scaled(biased(THIN), 0.25, -3), True),
        (biased(THICK), True),
        (wheel(30), True),  # float32, but of small integers
        (REAL_THIN, False),
        (scaled(REAL_THIN, 1e20, 1e20), False),
        (REAL_THICK, False),
    ],
    ids=["packed", "quarters", "dense", "hub", "sparse", "huge", "dense_float"],
)
def test_kernels_agree_with_the_problem_about_energies(problem, exact):
    spins = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (READS, problem.h.size))
    engine = Engine(choose_model(problem), READS)
    run = engine.start_from(spins)
    run, _, _ = engine.advance(run, seed_key(0), np.zeros(0, np.float32), 0, 1)  # only looks
    expected = problem.energies(spins)
    found = np.asarray(run.best_energy, float)[:READS] * engine.unit + problem.offset
    size = np.abs(problem.coupling).sum() + np.abs(problem.h).sum()
    np.testing.assert_allclose(found, expected, rtol=0, atol=0 if exact else 1e-6 * size)
    assert np.ptp(expected) > 1e-3 * size
    np.testing.assert_array_equal(engine.spins(run.state, problem.h.size), spins)


FAMILIES = {
    "packed": lambda seed: random_gnp(200, 0.1, seed=seed),
    "regular": lambda seed: random_regular(100, 3, seed=seed),
    "sparse": lambda seed: random_gnp(200, 0.1, seed=seed, couplings="gaussian"),
    "dense": lambda seed: random_gnp(100, 0.6, seed=seed),
    "dense_float": lambda seed: random_gnp(100, 0.6, seed=seed, couplings="gaussian"),
}


def _layout(prepared):
    leaves, tree = jax.tree.flatten(prepared.model)
    return prepared.kernel, tree, [(np.shape(x), np.asarray(x).dtype) for x in leaves]


@pytest.mark.parametrize("name", FAMILIES)
def test_similar_instances_share_shapes(name):
    """Seldom another layout: each costs a compilation of a second or more."""
    layouts = [_layout(choose_model(FAMILIES[name](seed))) for seed in range(6)]
    assert sum(layout not in layouts[:k] for k, layout in enumerate(layouts)) <= 2


@pytest.mark.parametrize("name", ["packed", "sparse"])
def test_similar_instances_share_one_program(name):
    def advance(seed, count, beta):
        engine = Engine(choose_model(FAMILIES[name](seed)), READS)
        key = seed_key(seed)
        run = engine.start(key)
        run, _, _ = engine.advance(run, key, np.full(count, beta, np.float32), 0, count)
        engine.spins(run.best, 200)
        return [program._cache_size() for program in engine._programs]

    first = advance(0, 2, 0.1)
    assert advance(1, 5, 0.7) == first
    couplings = "pm1" if name == "packed" else "gaussian"
    engine = Engine(choose_model(random_gnp(300, 0.05, couplings=couplings)), READS)
    engine.start(seed_key(0))
    assert engine._programs.start._cache_size() == first[0] + 1  # the count does count
