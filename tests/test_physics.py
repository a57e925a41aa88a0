"""Samples of systems too large to enumerate, against what is known about them exactly.

All standard errors are those of independent chains; a z beyond 3.9 has probability 1e-4.
"""

import numpy as np
import pytest
from scipy.stats import norm

import pbits
from problems.bqm import to_bqm
from problems.generators import edwards_anderson, ferromagnet, random_regular
from problems.generators import sherrington_kirkpatrick as sk
from problems.model import IsingProblem, ising

ALPHA = 1e-4


def z_limit(num_tests: int) -> float:
    """Two-sided, for a family of tests (Bonferroni)."""
    return norm.isf(ALPHA / 2 / num_tests)


def standard_error(values: np.ndarray) -> np.ndarray:
    return values.std(0, ddof=1) / np.sqrt(values.shape[0])


def log_partition(side: int, coupling: float) -> float:
    """ln Z of the periodic square Ising ferromagnet, ``coupling`` = beta |J|.

    B. Kaufman, Phys. Rev. 76, 1232 (1949), doi 10.1103/PhysRev.76.1232.
    """
    order = np.arange(2 * side)
    gamma = np.arccosh(np.cosh(2 * coupling) / np.tanh(2 * coupling) - np.cos(np.pi * order / side))
    gamma[0] = 2 * coupling + np.log(np.tanh(coupling))
    half = side * gamma / 2
    odd, even = half[1::2], half[::2]
    # cosh(x) = e^|x| (1 + e^-2|x|) / 2, so that nothing overflows.
    terms = [_log_product(part, sign) for part in (odd, even) for sign in (1, -1)]
    signs = np.array([1, 1, 1, np.prod(np.sign(even))])
    largest = max(value for value in terms)
    total = (signs * np.exp(np.array(terms) - largest)).sum()
    prefactor = side**2 / 2 * np.log(2 * np.sinh(2 * coupling)) - np.log(2)
    return prefactor + largest + np.log(total)


def _log_product(x: np.ndarray, sign: int) -> float:
    """ln of ``prod |2 cosh x|`` (sign 1) or ``prod |2 sinh x|`` (sign -1)."""
    size = np.abs(x)
    return float((size + np.log1p(sign * np.exp(-2 * size))).sum())


def mean_energy(side: int, beta: float, step: float = 1e-4) -> float:
    """Exact mean energy of the ferromagnet, all bonds -1."""
    return -(log_partition(side, beta + step) - log_partition(side, beta - step)) / (2 * step)


def test_kaufman_formula_against_enumeration():
    """Four by four: all 65,536 states."""
    problem = ferromagnet((4, 4))
    states = 2 * ((np.arange(2**16)[:, None] >> np.arange(16)) & 1) - 1
    energy = problem.energies(states)
    for beta in (0.3, 0.4406868, 0.7):
        weight = np.exp(-beta * energy)
        assert log_partition(4, beta) == pytest.approx(np.log(weight.sum()), rel=1e-10)
        assert mean_energy(4, beta) == pytest.approx((weight * energy).sum() / weight.sum())


@pytest.mark.parametrize("update", ["gibbs", "metropolis"])
@pytest.mark.parametrize("beta", [0.3, 0.42])
def test_energy_of_the_square_ferromagnet(update: str, beta: float):
    result = pbits.sample(
        ferromagnet((16, 16)), beta=beta, num_reads=4096, num_sweeps=600, update=update, seed=1
    )
    z = (result.energies.mean() - mean_energy(16, beta)) / standard_error(result.energies)
    assert abs(z) < z_limit(1)


@pytest.mark.parametrize("update", ["gibbs", "metropolis"])
@pytest.mark.parametrize("couplings", ["pm1", "gaussian"])
def test_marginals_of_a_narrow_strip(update: str, couplings: str):
    """300 spins in a strip 4 wide, whose exact marginals a tree decomposition gives."""
    samplers = pytest.importorskip("dwave.samplers")
    problem, beta = strip(couplings), 0.6
    exact = samplers.TreeDecompositionSampler().sample(to_bqm(problem), beta=beta).info
    result = pbits.sample(problem, beta=beta, num_reads=8192, num_sweeps=400, update=update, seed=2)
    up = np.array([exact["variable_marginals"][i] for i in range(problem.num_variables)])
    assert worst_z(result.spins, 2 * up - 1) < z_limit(up.size)
    pairs = zip(problem.row.tolist(), problem.col.tolist(), strict=True)
    tables = [exact["interaction_marginals"][pair] for pair in pairs]
    product = np.array([sum(s * t * p for (s, t), p in table.items()) for table in tables])
    found = result.spins[:, problem.row] * result.spins[:, problem.col]
    assert worst_z(found, product) < z_limit(product.size)


def strip(couplings: str) -> IsingProblem:
    lattice = edwards_anderson((75, 4), couplings=couplings, periodic=False, seed=3)
    rng = np.random.default_rng(3)
    h = rng.integers(-1, 2, 300) if couplings == "pm1" else rng.normal(size=300) / 2
    return ising(h, lattice.row, lattice.col, lattice.coupling)


def worst_z(signs: np.ndarray, mean: np.ndarray) -> float:
    """Largest |z| of the means of signs [reads, k] against exact ones [k]."""
    # The exact variance: a sampled one can vanish.
    error = np.sqrt(np.maximum(1 - mean**2, 1e-12) / signs.shape[0])
    return float(np.abs((signs.mean(0) - mean) / error).max())


CALLEN = {
    "packed": (edwards_anderson((5, 5, 5), seed=4), 0.5),
    "dense": (sk(100, couplings="pm1", seed=4), 0.05),
    "sparse": (edwards_anderson((5, 5, 5), couplings="gaussian", seed=4), 0.5),
    "dense_float": (sk(100, seed=4), 0.5),
    "hubs": (random_regular(100, 40, seed=4), 0.05),
}


@pytest.mark.parametrize("update", ["gibbs", "metropolis"])
@pytest.mark.parametrize(("problem", "beta"), CALLEN.values(), ids=CALLEN)
def test_callen_identities(problem: IsingProblem, beta: float, update: str):
    """``<s_i> = <tanh(-beta I_i)>`` and ``<s_j s_i> = <s_j tanh(-beta I_i)>``, at any size.

    H. B. Callen, Phys. Lett. 4, 161 (1963), doi 10.1016/0031-9163(63)90344-5.
    """
    field = np.random.default_rng(5).choice((-1, 0, 1), problem.num_variables)
    biased = ising(field * _scale(problem), problem.row, problem.col, problem.coupling)
    result = pbits.sample(biased, beta=beta, num_reads=4096, num_sweeps=100, update=update, seed=6)
    spins = result.spins.astype(np.float64)
    difference = spins - np.tanh(-beta * local_fields(biased, spins))
    z = difference.mean(0) / standard_error(difference)
    assert np.abs(z).max() < z_limit(z.size)
    pairs = spins[:, biased.row] * difference[:, biased.col]
    z = pairs.mean(0) / standard_error(pairs)
    assert np.abs(z).max() < z_limit(z.size)


def _scale(problem: IsingProblem) -> float:
    """Biases of the size of a coupling keep integer problems integer."""
    return float(np.abs(problem.coupling).min()) if problem.is_integer else 0.5


def local_fields(problem: IsingProblem, spins: np.ndarray) -> np.ndarray:
    """``I_i = h_i + sum_j J_ij s_j``, [reads, n]."""
    matrix = np.zeros((problem.num_variables,) * 2)
    matrix[problem.row, problem.col] = matrix[problem.col, problem.row] = problem.coupling
    return problem.h + spins @ matrix


def test_callen_identities_see_five_percent_in_beta():
    problem, beta = CALLEN["packed"]
    result = pbits.sample(problem, beta=beta * 1.05, num_reads=4096, num_sweeps=300, seed=6)
    spins = result.spins.astype(np.float64)
    difference = spins - np.tanh(-beta * local_fields(problem, spins))
    pairs = (spins[:, problem.row] * difference[:, problem.col]) * -np.sign(problem.coupling)
    total = pairs.sum(1)
    assert abs(total.mean() / standard_error(total)) > z_limit(1)
