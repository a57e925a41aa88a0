"""Population annealing, quantum annealing and bifurcation behind dimod."""

import inspect
import json
import unittest

import dimod
import dimod.testing
import numpy as np
import pytest

from pbits import BifurcationSampler, PopulationSampler, QuantumAnnealingSampler

# Small settings, so that every test is a matter of a second.
QUICK = {
    PopulationSampler: {"num_reads": 128, "num_sweeps_per_beta": 2},
    QuantumAnnealingSampler: {"num_reads": 8, "num_sweeps": 60, "num_slices": 4},
    BifurcationSampler: {"num_reads": 64, "num_steps": 200},
}
SAMPLERS = list(QUICK)


@pytest.mark.parametrize("kind", SAMPLERS)
def test_api_and_parameters(kind):
    sampler = kind()
    dimod.testing.assert_sampler_api(sampler)
    names = set(inspect.signature(sampler.sample).parameters) - {"bqm", "kwargs"}
    assert set(sampler.parameters) == names
    referred = {name for names in sampler.parameters.values() for name in names}
    assert referred == set(sampler.properties)


@dimod.testing.load_sampler_bqm_tests(BifurcationSampler)
class TestBifurcation(unittest.TestCase):
    pass


@pytest.mark.slow
@dimod.testing.load_sampler_bqm_tests(PopulationSampler)
class TestPopulation(unittest.TestCase):
    pass


@pytest.mark.slow
@dimod.testing.load_sampler_bqm_tests(QuantumAnnealingSampler)
class TestQuantum(unittest.TestCase):
    pass


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("kind", SAMPLERS)
def test_finds_the_ground_state_and_says_how(kind, vartype):
    bqm = dimod.generators.ran_r(3, 8, seed=1).change_vartype(vartype, inplace=False)
    exact = dimod.ExactSolver().sample(bqm).first.energy
    found = kind().sample(bqm, seed=1, **QUICK[kind])
    dimod.testing.assert_response_energies(found, bqm)
    assert len(found) == QUICK[kind]["num_reads"]
    assert found.first.energy == pytest.approx(exact)
    info = json.loads(json.dumps(found.info, allow_nan=False))
    assert (info["stopped_by"], info["seed"]) == ("schedule", 1)


def test_population_gives_the_partition_function():
    bqm = dimod.BinaryQuadraticModel({"a": 0.5}, {"ab": -1.0}, 0.25, "SPIN")
    found = PopulationSampler().sample(bqm, betas=[0.5, 1.0], seed=1, num_reads=4096)
    assert found.info["betas"] == [0.0, 0.5, 1.0]
    energies = dimod.ExactSolver().sample(bqm).record.energy
    exact = np.log(np.exp(-energies).sum())
    assert found.info["log_z"][-1] == pytest.approx(exact, abs=5 * found.info["log_z_error"][-1])


@pytest.mark.parametrize("kind", SAMPLERS)
def test_unknown_keywords_warn(kind):
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning):
        kind().sample_ising({"a": 1}, {}, nonsense=1, **QUICK[kind])


@pytest.mark.parametrize("kind", SAMPLERS)
def test_restarts_without_end_are_refused(kind):
    with pytest.raises(ValueError, match="give a time_limit, a target_energy or an interrupt_fun"):
        kind().sample_ising({"a": 1}, {}, num_restarts=None)
