"""Optima of published and planted instances by annealing at the proven weights."""

import os
import tarfile
from pathlib import Path

import pytest

import pbits
from problems.generators import planted_assignment, planted_tour
from problems.library import load
from problems.library.quadratic_assignment import quadratic_assignment
from problems.library.travelling_salesman import travelling_salesman

DATA = Path(os.environ.get("PBITS_DATA_DIR", Path(__file__).parents[4] / "shared" / "data"))
pytestmark = pytest.mark.slow


def annealed(encoded, hot, cold, sweeps):
    betas = (1 / hot, 1 / cold)
    return pbits.anneal(encoded.problem, num_reads=128, num_sweeps=sweeps, beta_range=betas, seed=1)


def test_planted_optima_are_found():
    tour, assignment = planted_tour(9, seed=1), planted_assignment((2, 3), seed=1)
    encoded = travelling_salesman(tour.distances)
    scale = encoded.penalties["cities"]
    result = annealed(encoded, 0.3 * scale, 0.03 * scale, 4000)
    assert encoded.answer(result, repair=False).certificate.objective == tour.length
    encoded = quadratic_assignment(assignment.flow, assignment.distance)
    result = annealed(encoded, 100, 5, 4000)
    assert encoded.answer(result, repair=False).certificate.objective == assignment.value


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("tsp/burma14.tsp", 3323),
        ("tsp/ulysses16.tsp", 6859),
        ("tsp/gr17.tsp", 2085),
        ("qap/nug12.dat", 578),
        ("qap/had12.dat", 1652),
    ],
)
def test_published_optima_with_local_search(tmp_path, name, best):
    """Samples of a short anneal, then 2-opt or exchanges: never below the optimum, and on it."""
    family, file = name.split("/")
    archive = DATA / family / ("tsplib_small.tar.xz" if family == "tsp" else "qaplib_small.tar.xz")
    if not archive.is_file():
        pytest.skip("published instances are not at hand")
    with tarfile.open(archive) as files:
        (tmp_path / file).write_bytes(files.extractfile(file).read())
    encoded = load(tmp_path / file)
    scale = max(encoded.penalties.values())
    result = annealed(encoded, 0.3 * scale, 0.03 * scale, 2000)
    mended = [encoded.repair(encoded.decode(state)) for state in result.spins]
    values = [encoded.certificate(encoded.improve(each)).objective for each in mended]
    assert min(values) == best
