"""Generators: structure of each family, exact small spectra, seeds and distributions."""

import itertools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from problems.generators.gnp import pair, random_gnp, successes
from problems.generators.lattice import edwards_anderson, ferromagnet
from problems.generators.regular import random_regular
from problems.generators.sk import sherrington_kirkpatrick

REFERENCE = Path(__file__).parents[3] / "shared/data/reference/ising2d_exact.json"
SEEDED = {
    "lattice": lambda seed: edwards_anderson((4, 5), seed=seed),
    "lattice gaussian": lambda seed: edwards_anderson((4, 5), couplings="gaussian", seed=seed),
    "sk": lambda seed: sherrington_kirkpatrick(12, seed=seed),
    "sk pm1": lambda seed: sherrington_kirkpatrick(12, couplings="pm1", seed=seed),
    "regular": lambda seed: random_regular(20, 3, seed=seed),
    "gnp": lambda seed: random_gnp(30, 0.3, seed=seed),
}


def degrees(problem):
    ends = np.concatenate([problem.row, problem.col])
    return np.bincount(ends, minlength=problem.num_variables)


def all_states(n):
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return (2 * bits - 1).astype(np.int8)


def brute_force_bonds(shape, periodic):
    """Pairs of sites whose coordinates differ by one along one axis."""
    index = {site: i for i, site in enumerate(itertools.product(*map(range, shape)))}
    bonds = set()
    for site, axis in itertools.product(index, range(len(shape))):
        ahead = list(site)
        ahead[axis] += 1
        if periodic:
            ahead[axis] %= shape[axis]
        if tuple(ahead) in index and tuple(ahead) != site:
            bonds.add(tuple(sorted((index[site], index[tuple(ahead)]))))
    return sorted(bonds)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize(
    "shape", [(1,), (2,), (5,), (1, 4), (2, 2), (2, 3), (4, 3), (2, 1, 3), (3, 4, 5), (2, 3, 2, 3)]
)
def test_lattice_bonds_equal_brute_force(shape, periodic):
    problem = edwards_anderson(shape, periodic=periodic, seed=3)
    bonds = list(zip(problem.row.tolist(), problem.col.tolist(), strict=True))
    assert bonds == brute_force_bonds(shape, periodic)
    assert set(problem.coupling.tolist()) <= {-1, 1}
    assert problem.is_integer
    assert not problem.h.any()


@pytest.mark.parametrize(
    ("shape", "coordination"), [((6,), 2), ((5, 6), 4), ((3, 4, 5), 6), ((3, 2), 3), ((3, 1), 2)]
)
def test_periodic_coordination_numbers(shape, coordination):
    assert set(degrees(ferromagnet(shape))) == {coordination}


def test_open_lattice_corners_edges_and_interior():
    counts = Counter(degrees(ferromagnet((4, 4, 4), periodic=False)).tolist())
    assert counts == {3: 8, 4: 24, 5: 24, 6: 8}


@pytest.mark.parametrize("shape", [(8,), (3, 3), (2, 2, 3)])
def test_ferromagnet_ground_states_are_the_two_aligned_states(shape):
    problem = ferromagnet(shape, coupling=-3)
    energies = problem.energies(all_states(problem.num_variables))
    assert energies.min() == -3 * problem.num_interactions
    assert np.flatnonzero(energies == energies.min()).tolist() == [0, energies.size - 1]


def test_density_of_states_of_the_4x4_torus():
    # P. D. Beale, Phys. Rev. Lett. 76, 78 (1996), gives the method; symmetric in E -> -E.
    half = {-32: 2, -24: 32, -20: 64, -16: 424, -12: 1728, -8: 6688, -4: 13568}
    energies = ferromagnet((4, 4)).energies(all_states(16))
    assert Counter(energies.tolist()) == half | {-e: g for e, g in half.items()} | {0: 20524}


def test_partition_function_of_the_4x4_torus_equals_kaufman():
    if not REFERENCE.exists():
        pytest.skip("reference data ising2d_exact.json is not next to the repository")
    rows = json.loads(REFERENCE.read_text())["kaufman_finite_torus"]
    energies = ferromagnet((4, 4)).energies(all_states(16))
    values, counts = np.unique(energies, return_counts=True)
    small = [row for row in rows if row["L"] == 4]
    assert small
    for row in small:
        log_z = np.log(np.sum(counts * np.exp(-values / row["T"])))
        assert log_z == pytest.approx(row["lnZ"], rel=1e-10)


@pytest.mark.parametrize("shape", [(), (0, 3), (3, -1), (2.5, 2), 4])
def test_bad_lattice_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="shape"):
        ferromagnet(shape)


def test_sk_couples_every_pair_with_variance_one_over_n():
    n = 200
    problem = sherrington_kirkpatrick(n, seed=5)
    assert problem.num_interactions == n * (n - 1) // 2
    assert set(degrees(problem)) == {n - 1}
    # chi-square: 19,900 draws of unit variance after scaling; a variance 2/n or 1 is far outside.
    chance = stats.chi2.cdf(n * np.sum(problem.coupling**2), problem.num_interactions)
    assert 1e-4 < chance < 1 - 1e-4


def test_sk_pm1_is_not_normalised():
    problem = sherrington_kirkpatrick(50, couplings="pm1", seed=1)
    assert problem.is_integer
    assert set(problem.coupling.tolist()) == {-1, 1}


@pytest.mark.parametrize(("n", "degree"), [(10, 3), (12, 4), (4, 3), (5, 0), (2, 1)])
def test_random_regular_degrees(n, degree):
    problem = random_regular(n, degree, seed=2, couplings="one")
    assert set(degrees(problem)) == {degree}
    assert problem.num_interactions == n * degree // 2
    assert set(problem.coupling.tolist()) <= {1}


@pytest.mark.parametrize(("n", "degree"), [(5, 3), (3, 3), (4, -1), (0, 0)])
def test_impossible_regular_graphs_are_refused(n, degree):
    with pytest.raises(ValueError, match="no graph has"):
        random_regular(n, degree)


@pytest.mark.parametrize("p", [0.002, 0.05, 0.5, 0.97])
def test_gnp_edge_counts_are_binomial(p):
    n, runs = 60, 300
    pairs = n * (n - 1) // 2
    counts = [random_gnp(n, p, seed=seed).num_interactions for seed in range(runs)]
    total = stats.binomtest(sum(counts), runs * pairs, p).pvalue
    spread = stats.chi2.cdf(np.var(counts) * runs / (pairs * p * (1 - p)), runs - 1)
    assert total > 1e-4
    assert 1e-4 < spread < 1 - 1e-4


def test_gnp_edges_are_uniform_over_the_pairs():
    counts = Counter()
    for seed in range(400):
        problem = random_gnp(8, 0.4, seed=seed)
        counts.update(zip(problem.row.tolist(), problem.col.tolist(), strict=True))
    assert set(counts) == set(itertools.combinations(range(8), 2))
    expected = 400 * 0.4
    statistic = sum((c - expected) ** 2 / (expected * 0.6) for c in counts.values())
    assert stats.chi2.sf(statistic, len(counts)) > 1e-4


def test_gnp_limits():
    assert random_gnp(7, 0).num_interactions == 0
    assert random_gnp(7, 1).num_interactions == 21
    assert random_gnp(1, 0.5).num_interactions == 0
    assert successes(np.random.default_rng(0), 10**12, 1e-300).size == 0


def test_gnp_of_many_spins_stays_sparse():
    # All 5e11 pairs would take terabytes.
    problem = random_gnp(10**6, 2e-7, seed=1)
    assert abs(problem.num_interactions - 1e5) < 5 * np.sqrt(1e5)
    assert problem.col.max() > 0.99e6


def test_pair_numbers_are_exact_for_large_graphs():
    col = np.array([1, 2, 3, 10**6, 2**31 - 1])
    first, last = col * (col - 1) // 2, col * (col + 1) // 2 - 1
    for index, row in ((first, np.zeros_like(col)), (last, col - 1)):
        got_row, got_col = pair(index)
        assert got_col.tolist() == col.tolist()
        assert got_row.tolist() == row.tolist()


@pytest.mark.parametrize("family", SEEDED)
def test_seeds_repeat_and_differ(family):
    make = SEEDED[family]
    first, again, other = make(7), make(7), make(8)
    assert first.row.tolist() == again.row.tolist()
    assert first.coupling.tolist() == again.coupling.tolist()
    assert first.coupling.tolist() != other.coupling.tolist()


def test_pm1_couplings_are_balanced_and_gaussian_ones_normal():
    signs = edwards_anderson((100, 100), seed=0).coupling
    assert stats.binomtest(int(np.sum(signs == 1)), signs.size, 0.5).pvalue > 1e-4
    normal = edwards_anderson((100, 100), couplings="gaussian", seed=0).coupling
    assert stats.kstest(normal, "norm").pvalue > 1e-4


def test_unknown_couplings_seeds_and_sizes_are_refused():
    with pytest.raises(ValueError, match="expected one of pm1, gaussian"):
        edwards_anderson((3,), couplings="one")
    with pytest.raises(ValueError, match="expected one of pm1, one"):
        random_regular(4, 3, couplings="gaussian")
    for seed in (None, -1, 0.5):
        with pytest.raises(ValueError, match="seed"):
            sherrington_kirkpatrick(3, seed=seed)
    with pytest.raises(ValueError, match="at least one spin"):
        sherrington_kirkpatrick(0)
    with pytest.raises(ValueError, match="n >= 1"):
        random_gnp(3, 1.5)
    with pytest.raises(ValueError, match="n >= 1"):
        random_gnp(0, 0.5)
