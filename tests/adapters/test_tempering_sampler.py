"""TemperingSampler: dimod's conformance tests, and what it says about its run."""

import inspect
import json
import unittest

import dimod
import dimod.testing
import numpy as np
import pytest

from pbits import TemperingSampler


def test_api():
    dimod.testing.assert_sampler_api(TemperingSampler())


@pytest.mark.slow  # many sizes, so many programs: half a minute
@dimod.testing.load_sampler_bqm_tests(TemperingSampler)
class TestConformance(unittest.TestCase):
    pass


def test_parameters_name_the_keywords_and_existing_properties():
    sampler = TemperingSampler()
    names = set(inspect.signature(sampler.sample).parameters) - {"bqm", "kwargs"}
    assert set(sampler.parameters) == names
    referred = {name for names in sampler.parameters.values() for name in names}
    assert referred == set(sampler.properties)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_finds_the_ground_state_and_says_how(vartype):
    bqm = dimod.generators.ran_r(3, 12, seed=1).change_vartype(vartype, inplace=False)
    exact = dimod.ExactSolver().sample(bqm).first.energy
    found = TemperingSampler().sample(bqm, num_reads=5, num_temperatures=4, seed=1)
    dimod.testing.assert_response_energies(found, bqm)
    assert len(found) == 5
    assert found.first.energy == pytest.approx(exact)
    info = json.loads(json.dumps(found.info))
    assert len(info["betas"]) == 4 == len(info["rejection"]) + 1
    assert info["barrier"] == pytest.approx(sum(info["rejection"]))
    assert (info["stopped_by"], info["seed"], info["num_sweeps"]) == ("schedule", 1, 1000)


def test_initial_states_count_as_seen():
    bqm = dimod.generators.ran_r(1, 10, seed=2)
    best = dimod.ExactSolver().sample(bqm).first
    found = TemperingSampler().sample(
        bqm, num_sweeps=2, betas=[1e-4, 1e-3], initial_states=best.sample, seed=1
    )
    assert np.all(found.record.energy == best.energy)


def test_unknown_keywords_warn():
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning):
        TemperingSampler().sample_ising({"a": 1}, {}, num_temperatures=2, num_sweeps=2, nonsense=1)
