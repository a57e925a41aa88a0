"""Devices share the reads of quantum annealing and bifurcation and change nothing."""

import pytest
from test_devices import finish, start

RUNS = """
import hashlib, json
import numpy as np
from pbits import bifurcate, quantum_anneal
from problems import ising
from problems.generators import random_gnp

def digest(result):
    spins = hashlib.sha256(result.spins.tobytes()).hexdigest()
    states = len(np.unique(result.spins, axis=0))
    return spins, result.kernel, states, result.num_devices

def biased(n, p):
    graph = random_gnp(n, p, seed=1, couplings="gaussian")
    h = np.random.default_rng(0).normal(size=n) / 4
    return ising(h, graph.row, graph.col, graph.coupling)

sparse, dense = biased(60, 0.1), biased(70, 0.6)
# 150 reads are unequal shares of blocks of 64 and of 16.
short = {"num_reads": 150, "seed": 1}
quantum = short | {"num_sweeps": 4, "field_range": (9.0, 9.0)}
rough = short | {"num_steps": 25, "time_step": 1.0}
print(json.dumps([
    digest(quantum_anneal(dense, num_slices=3, **quantum)),
    digest(bifurcate(sparse, variant="discrete", **rough)),
    digest(bifurcate(dense, **rough)),
]))
"""
CASES = [
    "quantum-dense_float-3",
    "bifurcation-sparse-discrete",
    "bifurcation-dense_float-ballistic",
]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    processes = [
        start(RUNS, tmp_path_factory.mktemp("home"), PBITS_NUM_DEVICES=str(count))
        for count in (1, 2)
    ]
    return [finish(process) for process in processes]


@pytest.mark.parametrize("case", CASES)
def test_spins_do_not_depend_on_the_number_of_devices(found, case):
    one, two = (results[CASES.index(case)] for results in found)
    assert one[1].rsplit("-", 1)[0] == case.rsplit("-", 1)[0]
    assert one[:3] == two[:3]
    assert (one[3], two[3]) == (1, 2)
    assert one[2] > 20  # reads that all agree would agree anyhow
