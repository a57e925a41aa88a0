"""Path integrals keep the distribution of all slices together, and agree with diagonalisation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import stats
from kernel_table import graphs
from scipy.linalg import expm

from pbits.kernels import dense_float, quantum, sparse
from pbits.random import seed_key, sweep_key
from pbits.schedules import slice_bond
from problems.model import IsingProblem, ising

BETA, FIELD = 1.5, 0.9
TRIANGLE = ising([0.3, -0.2, 0.5], [0, 0, 1], [1, 2, 2], [0.6, -0.4, 0.7])
PAIR = ising([0.4, -0.1], [0], [1], [0.8])
MODELS = {"sparse": sparse.sparse_model, "dense_float": dense_float.dense_float_model}


def ring(problem: IsingProblem, slices: int, beta: float, bond: float) -> IsingProblem:
    """The classical problem of all slices, at temperature one; spin i of slice k has k n + i."""
    n, scale = problem.num_variables, beta / slices
    first = n * np.arange(slices)[:, None]
    row = np.concatenate([(problem.row + first).reshape(-1), np.arange(slices * n)])
    here = np.arange(slices * n)
    col = np.concatenate([(problem.col + first).reshape(-1), (here + n) % (slices * n)])
    bonds = np.full(slices * n, -bond)
    if slices == 1:  # a slice that is its own neighbour feels nothing
        row, col, bonds = problem.row, problem.col, bonds[:0]
    coupling = np.concatenate([np.tile(problem.coupling * scale, slices), bonds])
    return ising(np.tile(problem.h * scale, slices), row, col, coupling)


class Paths:
    """A quantum kernel over a problem, its states read and written slice by slice."""

    def __init__(self, problem, slices, layout="sparse", update="gibbs", whole_paths=False):
        self.problem, self.slices = problem, slices
        self.kernel = quantum.quantum(layout, update, slices, whole_paths)
        self.below = quantum.LAYOUTS[layout]
        parts = (problem.h, problem.row, problem.col, problem.coupling)
        self.model = MODELS[layout](*parts)
        # Even slices are kept first, then odd ones, then the last of an odd number.
        even = slices - slices % 2 if slices > 1 else 1
        self.order = [*range(0, even, 2), *range(1, even, 2), *range(even, slices)]

    def state(self, spins):
        """From [P n, reads]."""
        columns = spins.reshape(self.slices, self.problem.num_variables, -1)[self.order]
        columns = columns.swapaxes(0, 1).reshape(self.problem.num_variables, -1)
        lane = jnp.arange(columns.shape[1], dtype=jnp.uint32)
        size = self.model.row_of_spin.shape[0] if hasattr(self.model, "row_of_spin") else 64
        columns = np.pad(columns, ((0, size - columns.shape[0]), (0, 0)), constant_values=1)
        rows = self.below.kernel.load(jnp.asarray(columns), self.model, lane).spins
        reads = jnp.arange(spins.shape[1], dtype=jnp.uint32)
        return quantum.QuantumState(quantum._cut(rows, self.slices), reads)

    def slices_of(self, state):
        """[P n, reads]."""
        joined = quantum._joined(state)
        n = self.problem.num_variables
        spins = self.below.kernel.spins(self.below.state(joined, state.lane), self.model)
        columns = np.asarray(spins)[:n].reshape(n, self.slices, -1).swapaxes(0, 1)
        return columns[np.argsort(self.order)].reshape(self.slices * n, -1)

    def swept(self, spins, setting, num_sweeps, seed=0):
        @jax.jit
        def run(state, model, setting):
            def sweep(i, state):
                return self.kernel.step(sweep_key(seed_key(seed), i), state, model, setting)[0]

            return jax.lax.fori_loop(jnp.uint32(0), jnp.uint32(num_sweeps), sweep, state)

        return self.slices_of(run(self.state(spins), self.model, jnp.float32(setting)))


def pvalue(paths, num_sweeps=3, replicas=2**14, beta=BETA, field=FIELD, wrong=1.0, start=None):
    """Of "exact samples of all slices stay exact samples", or of `start` having become such."""
    bond = slice_bond(beta, field, paths.slices).item()
    whole = ring(paths.problem, paths.slices, beta, bond)
    if start is None:
        start = stats.exact_samples(whole, 1.0, replicas, seed=1)
    end = paths.swept(start, [beta, wrong * bond], num_sweeps)
    return stats.pooled_chi_square(stats.count_states(end), stats.boltzmann(whole, 1.0))


CASES = [
    (TRIANGLE, 4, "sparse", "gibbs", False),
    (TRIANGLE, 4, "sparse", "metropolis", True),
    (PAIR, 7, "sparse", "gibbs", False),
    (TRIANGLE, 3, "sparse", "metropolis", False),
    (PAIR, 2, "sparse", "gibbs", False),
    pytest.param(TRIANGLE, 4, "dense_float", "gibbs", True, marks=pytest.mark.slow),
    pytest.param(TRIANGLE, 3, "dense_float", "metropolis", False, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("problem", "slices", "layout", "update", "whole_paths"), CASES)
def test_all_slices_keep_their_distribution(problem, slices, layout, update, whole_paths):
    paths = Paths(problem, slices, layout, update, whole_paths)
    replicas = 2**14 if layout == "sparse" else 2**11
    assert pvalue(paths, replicas=replicas) > stats.ALPHA


@pytest.mark.parametrize("whole_paths", [False, True])
def test_all_slices_reach_their_distribution(whole_paths):
    paths = Paths(TRIANGLE, 4, whole_paths=whole_paths)
    start = np.ones((12, 2**14), np.int8)
    assert pvalue(paths, 40, start=start) > stats.ALPHA
    assert pvalue(paths, 1, start=start) < stats.ALPHA


@pytest.mark.parametrize("name", ["biased", "gaussian"])
def test_one_slice_is_the_classical_problem(name):
    problem = graphs()[name].problem
    paths = Paths(problem, 1, update="metropolis", whole_paths=True)
    assert pvalue(paths, beta=0.7) > stats.ALPHA


@pytest.mark.parametrize("wrong", [0.9, 1.1])
def test_a_wrong_bond_is_noticed(wrong):
    assert pvalue(Paths(TRIANGLE, 4), wrong=wrong) < stats.ALPHA


def test_updating_all_slices_at_once_is_noticed(monkeypatch):
    own_pull, before = quantum._pull, []

    def pull(slices, k):
        if k == 0:
            before[:] = slices
        return own_pull(before, k)

    monkeypatch.setattr(quantum, "_pull", pull)
    assert pvalue(Paths(TRIANGLE, 4)) < stats.ALPHA


def test_flipping_paths_by_the_field_of_one_slice_is_noticed(monkeypatch):
    own = quantum._together

    def together(update, count, spin, drive, uniform):
        size = drive.shape[-1] // count
        one = jnp.tile(drive[..., :size], count)
        return own(update, count, spin, one, uniform)

    monkeypatch.setattr(quantum, "_together", together)
    assert pvalue(Paths(TRIANGLE, 4, whole_paths=True)) < stats.ALPHA


def pauli(problem):
    """E as a diagonal, and the sum of all sigma_x, in the order of `enumerate_states`."""
    states = stats.enumerate_states(problem.num_variables)
    flips = (states[:, None, :] != states[None, :, :]).sum(-1)
    return problem.energies(states), (flips == 1).astype(float)


def diagonalised(problem, beta, field):
    """Mean of ``H = E - field * sum sigma_x`` at inverse temperature beta."""
    energy, flip = pauli(problem)
    values = np.linalg.eigvalsh(np.diag(energy) - field * flip)
    weight = np.exp(-beta * (values - values.min()))
    return (values * weight).sum() / weight.sum()


def sliced(problem, beta, field, slices):
    """The same with P slices, by matrices: Trotter's error and no other."""
    energy, flip = pauli(problem)
    short = beta / slices
    one = expm(short * field * flip) @ np.diag(np.exp(-short * energy))
    power = np.linalg.matrix_power(one, slices)
    hamiltonian = np.diag(energy) - field * flip
    return np.trace(power @ hamiltonian) / np.trace(power)


@pytest.mark.parametrize("problem", [ising([0.6], [], [], []), PAIR], ids=["one", "two"])
def test_energies_are_those_of_the_quantum_system(problem):
    """32 slices: Trotter's error is below 0.003, the statistical one is told by the reads."""
    slices, reads, n = 32, 1024, problem.num_variables
    exact = diagonalised(problem, BETA, FIELD)
    assert abs(sliced(problem, BETA, FIELD, slices) - exact) < 0.003
    paths = Paths(problem, slices, whole_paths=True)
    start = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (slices * n, reads))
    end = paths.swept(start, [BETA, slice_bond(BETA, FIELD, slices).item()], 200)
    spins = end.reshape(slices, n, reads)
    angle = BETA * FIELD / slices
    tunnel = np.where(spins == np.roll(spins, 1, 0), np.tanh(angle), 1 / np.tanh(angle))
    found = np.mean([problem.energies(s.T) for s in spins], 0) - FIELD * tunnel.mean(0).sum(0)
    error = found.std() / np.sqrt(reads)
    assert error < 0.04
    assert abs(found.mean() - exact) < 4 * error + 0.003
    # The classical energy, and a field off by a fifth, are told apart.
    classical = (stats.boltzmann(problem, BETA) * pauli(problem)[0]).sum()
    assert abs(found.mean() - classical) > 10 * error
    assert abs(found.mean() - diagonalised(problem, BETA, 1.2 * FIELD)) > 3 * error
