"""Nothing deviates: the machine is the exact sampler, in law and, with its numbers, bit for bit."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import mutants
import numpy as np
import pytest
import stats
from scipy.stats import chi2_contingency

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.converters.flash import FlashAdc
from crossbar.converters.sar import SarAdc
from pbits import runtime
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.kernels.dense_float import dense_float, dense_float_model
from pbits.kernels.sparse import sparse, sparse_model
from pbits.machine import Clocking, CrossbarCoupling, Machine, Neurons, bipolar
from problems import ising
from problems.generators import edwards_anderson, random_gnp, sherrington_kirkpatrick

ROW, COL = np.triu_indices(6, 1)
J = np.array([2, -1, 1, 3, -2, 1, 0, -1, 2, -1, 1, 1, -2, 0, 1])
PROBLEMS = {
    "complete": ising([1, -1, 0, 2, 0, 1], ROW, COL, J),
    "sparse": ising([1, 0, -2, 0, 1, 0], [0, 1, 2, 3, 4, 0], [1, 2, 3, 4, 5, 5],
                    [1, -2, 1, 1, -1, 3]),
}  # fmt: skip
HERE = Path(__file__).parent
runtime.ensure_configured()  # before cells start JAX
CLEAN = Cell([1e-6, 1e-5])
BETA, READS = 0.3, 16_384


def lossless(adc, **sizes):
    # Four rows, so that fields are sums over several arrays.
    return CrossbarCoupling(bipolar(CLEAN, adc=adc, **{"rows": 4, "columns": 4, **sizes}))


def simulated(machine, problem):
    """Loaded, and run p-bit by p-bit even where the exact sampler's kernel would do."""
    loaded = machine.load(problem)
    loaded.__dict__["prepared"] = loaded.simulated()
    return loaded


def drawn(loaded, reads=READS, seed=1, beta=BETA, sweeps=20):
    return loaded.sample(
        beta=beta, num_reads=reads, num_chains=reads, num_sweeps=sweeps, thinning=sweeps, seed=seed
    )


def pvalue(spins, problem, beta=BETA):
    return stats.pooled_chi_square(stats.count_states(spins.T), stats.boltzmann(problem, beta))


def same_law(one, other):
    """p-value of two sets of samples being of one law; states seen seldom count as one."""
    table = np.stack([stats.count_states(spins.T) for spins in (one, other)])
    rare = table.sum(0) < 40
    table = np.column_stack([table[:, ~rare], table[:, rare].sum(1)])
    return chi2_contingency(table[:, table.sum(0) > 0]).pvalue


@cache
def on_crossbar(name):
    # Its random numbers are those of a device, not the exact sampler's.
    machine = Machine(Neurons(IdealSigmoid()), lossless(IdealAdc(None)))
    return drawn(machine.load(PROBLEMS[name])).spins


@pytest.mark.parametrize("name", ["complete", pytest.param("sparse", marks=pytest.mark.slow)])
def test_the_law_is_boltzmanns_and_the_exact_samplers(name):
    problem, found = PROBLEMS[name], on_crossbar(name)
    assert pvalue(found, problem) > stats.ALPHA
    assert pvalue(found, problem, 1.1 * BETA) < stats.ALPHA
    exact = drawn(Machine().load(problem), seed=2)
    assert exact.kernel.startswith("packed")
    assert same_law(found, exact.spins) > stats.ALPHA
    hotter = drawn(Machine().load(problem), seed=2, beta=1.15 * BETA).spins
    assert same_law(found, hotter) < stats.ALPHA


def test_all_at_once_is_another_law():
    problem = PROBLEMS["complete"]
    machine = Machine(Neurons(IdealSigmoid()), lossless(IdealAdc(None)), Clocking("parallel"))
    assert pvalue(drawn(machine.load(problem)).spins, problem) < stats.ALPHA


def test_clocks_of_several_colours_at_once_are_noticed():
    """The mutant updates a colour with the spins of before the sweep."""
    problem = PROBLEMS["complete"]
    kernel, model, _ = Machine().load(mutants.double_cover(problem)).simulated()
    start = stats.exact_samples(problem, BETA, READS, 1)
    wrong = mutants.synchronous(kernel, problem.num_variables)
    pad = model.row_of_spin.shape[0] - 2 * problem.num_variables
    spins = np.pad(np.concatenate([start, start]), ((0, pad), (0, 0)), constant_values=1)
    end = stats.sweep_spins(wrong, model, spins, BETA, 5)
    assert pvalue(end[: problem.num_variables].T, problem) < stats.ALPHA


QUICK = {("complete", "sar"), ("sparse", "none")}
ADCS = {"none": IdealAdc(None), "ideal": IdealAdc(8), "sar": SarAdc(8), "flash": FlashAdc(6)}
CASES = [
    pytest.param(name, adc, marks=() if (name, adc) in QUICK else pytest.mark.slow)
    for name in PROBLEMS for adc in ADCS
] + [pytest.param("wide", "sar", marks=pytest.mark.slow)]  # fmt: skip


def wide():
    """Of a layout whose fields are products, on several arrays each way."""
    graph = random_gnp(70, 0.6, seed=1)
    return ising(np.arange(70) % 5 - 2, graph.row, graph.col, graph.coupling)


@pytest.mark.parametrize(("name", "adc"), CASES)
def test_samples_of_a_lossless_crossbar_are_those_of_the_ideal_coupling(name, adc):
    problem, side = (wide(), 32) if name == "wide" else (PROBLEMS[name], 4)
    coupling = lossless(ADCS[adc], rows=side, columns=side)
    ideal = drawn(simulated(Machine(), problem), 64)
    found = drawn(simulated(Machine(coupling=coupling), problem), 64)
    assert len(coupling.load(problem).placement.arrays) > 3
    assert "crossbar" in found.kernel
    assert "ideal" in ideal.kernel
    assert np.array_equal(found.spins, ideal.spins)
    assert np.array_equal(found.energies, ideal.energies)


def test_too_few_bits_change_samples():
    ideal = drawn(simulated(Machine(), PROBLEMS["complete"]), 64)
    found = drawn(simulated(Machine(coupling=lossless(IdealAdc(2))), PROBLEMS["complete"]), 64)
    assert not np.array_equal(found.spins, ideal.spins)


FLOAT = {
    "sparse": edwards_anderson((4, 4, 2), seed=1),
    "dense": sherrington_kirkpatrick(66, seed=1),
}


@pytest.mark.parametrize("name", FLOAT)
def test_samples_are_those_of_the_exact_float_kernel(name):
    """Where it takes spins in the same order: colour by colour."""
    problem = FLOAT[name]
    loaded, n = Machine().load(problem), problem.num_variables
    kernel, model, unit = loaded.simulated()
    parts = problem.h / unit, problem.row, problem.col, problem.coupling / unit, unit
    if name == "sparse":
        exact, own = sparse("gibbs"), sparse_model(*parts, by_colour=True)
        assert len(own.buckets) == 1
    else:
        exact, own = dense_float("gibbs"), dense_float_model(*parts)
        assert loaded.layout.is_dense
        assert loaded.layout.row_of_spin.tolist() == list(range(n))
    start = np.random.default_rng(1).choice([-1, 1], (n, 64)).astype(np.int8)
    ends = [
        stats.sweep_spins(one, given, start, beta, 3)
        for one, given, beta in ((kernel, model, 0.3), (exact, own, 0.3), (exact, own, 0.31))
    ]
    assert np.array_equal(ends[0], ends[1])
    assert not np.array_equal(ends[0], ends[2])


def noisy(kind="coloured"):
    """P-bits of a correlation time of their own, on arrays that deviate and are noisy."""
    neurons = Neurons(Telegraph(ConstantTime(1e-9)))
    arrays = CrossbarCoupling(bipolar(rows=4, columns=4))
    clocking = Clocking(kind, delay=1e-10) if kind == "asynchronous" else Clocking(kind)
    return Machine(neurons, arrays, clocking).load(PROBLEMS["complete"])


def test_a_chain_does_not_know_how_many_there_are():
    few, many = drawn(noisy(), 64, sweeps=3), drawn(noisy(), 200, sweeps=3)
    assert np.array_equal(few.spins, many.spins[:64])
    assert not np.array_equal(few.spins, many.spins[64:128])


SHARED = """
import hashlib, json
from test_exact_limit import drawn, noisy
found = [drawn(noisy(kind), 300, sweeps=3) for kind in ("coloured", "parallel", "asynchronous")]
print(json.dumps([[x.num_devices, hashlib.sha256(x.spins.tobytes()).hexdigest()] for x in found]))
"""


@pytest.mark.slow
def test_devices_share_the_reads_and_change_nothing():
    found = []
    for count in ("1", "2"):
        paths = os.pathsep.join([*map(str, (HERE, HERE.parent, HERE.parents[1])), *sys.path])
        environment = os.environ | {"PBITS_NUM_DEVICES": count, "PYTHONPATH": paths}
        done = subprocess.run(
            [sys.executable, "-c", SHARED], env=environment, capture_output=True, text=True
        )
        assert not done.returncode, done.stderr
        found.append(json.loads(done.stdout))
    assert [{count for count, _ in one} for one in found] == [{1}, {2}]
    assert [one[1] for one in found[0]] == [one[1] for one in found[1]]
