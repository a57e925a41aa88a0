"""How many reads a search has: every kernel's speed is found, and more work means fewer reads."""

import numpy as np
import pytest

from pbits import runtime
from pbits.models import choose_model
from pbits.solving import allotment
from pbits.solving.allotment import Allotment
from problems import ising
from problems.generators import random_gnp, random_regular, sherrington_kirkpatrick
from problems.polynomial import from_terms


def gaussian(degree, n=500):
    graph = random_regular(n, degree, seed=1)
    coupling = np.random.default_rng(1).normal(size=graph.row.size)
    return ising(graph.h, graph.row, graph.col, coupling)


def cubic(n, m, real=False):
    rng = np.random.default_rng(0)
    terms = np.array([rng.choice(n, 3, replace=False) for _ in range(m)])
    return from_terms([(terms, rng.normal(size=m) if real else rng.choice([-1, 1], m))], n)


PROBLEMS = {
    "packed": random_regular(500, 6, seed=1),
    "dense": sherrington_kirkpatrick(100, couplings="pm1", seed=1),
    "sparse": gaussian(6),
    "dense_float": sherrington_kirkpatrick(100, couplings="gaussian", seed=1),
    "packed_poly": cubic(200, 400),
    "poly_float": cubic(200, 400, real=True),
}


@pytest.mark.parametrize("update", ["metropolis", "gibbs"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_every_kernel_has_a_speed(name, update):
    """Polynomials with small integers run on the packed kernel, under its name."""
    kernel = choose_model(PROBLEMS[name], update).kernel.name
    layout = "packed" if name == "packed_poly" else name
    assert kernel == f"{layout}-{update}"
    known = allotment._SPARSE_SPEED | allotment._DENSE_SPEED
    reads = 1.0
    if layout in allotment._SPARSE_SPEED:
        reads = {"packed_poly": 12.0, "poly_float": 12.0}.get(name, 6.0)
    assert allotment._speed(kernel, PROBLEMS[name]) == pytest.approx(known[layout] / reads)


def test_unknown_kernels_are_no_guess():
    with pytest.raises(KeyError, match="poly"):
        allotment._speed("poly-float-metropolis", PROBLEMS["packed"])


def test_a_term_counts_all_its_other_spins():
    problem = from_terms([([[0], [1]], [1, 1]), ([[0, 1]], [1]), ([[0, 1, 2, 3]], [1])], 4)
    # One spin reads 1, in two of four spins, and 3, in all of them.
    assert allotment._reads_per_update(problem) == 0.5 + 3
    assert allotment._reads_per_update(gaussian(6)) == 6
    assert allotment._reads_per_update(random_gnp(10, 0.0)) == 0


def num_reads(problem, seconds):
    ladders, rungs = Allotment(None, None).complete(choose_model(problem), problem, seconds)
    assert ladders % len(runtime.devices()) == 0
    return ladders * rungs


@pytest.mark.slow
def test_more_work_means_fewer_reads_and_more_time_more():
    assert num_reads(gaussian(6, 5000), 5) > num_reads(gaussian(60, 5000), 5)
    assert num_reads(gaussian(60, 5000), 50) > num_reads(gaussian(60, 5000), 5)
    sparse, heavy = cubic(2000, 4000, real=True), cubic(2000, 80_000, real=True)
    assert num_reads(sparse, 50) > num_reads(heavy, 50)


def test_what_is_asked_for_is_given():
    problem = PROBLEMS["sparse"]
    assert Allotment(3, 5).complete(choose_model(problem), problem, 1.0) == (3, 5)
