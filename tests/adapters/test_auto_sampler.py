"""AutoSampler: dimod's conformance tests, and what it says about its run."""

import inspect
import json
import unittest

import dimod
import dimod.testing
import pytest

from pbits import AutoSampler


@dimod.testing.load_sampler_bqm_tests(AutoSampler)
class TestConformance(unittest.TestCase):
    def test_api(self):
        dimod.testing.assert_sampler_api(AutoSampler())


def test_parameters_name_the_keywords_and_existing_properties():
    sampler = AutoSampler()
    names = set(inspect.signature(sampler.sample).parameters) - {"bqm", "kwargs"}
    assert set(sampler.parameters) == names
    referred = {name for names in sampler.parameters.values() for name in names}
    assert referred == set(sampler.properties)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_finds_the_ground_state_and_says_how(vartype):
    bqm = dimod.generators.ran_r(3, 12, seed=1).change_vartype(vartype, inplace=False)
    exact = dimod.ExactSolver().sample(bqm).first.energy
    found = AutoSampler().sample(bqm, seed=1)
    dimod.testing.assert_response_energies(found, bqm)
    assert found.first.energy == pytest.approx(exact)
    info = json.loads(json.dumps(found.info))
    assert (info["stopped_by"], info["seed"]) == ("exhausted", 1)
    assert info["phases"][0]["name"] == "enumeration"


def test_failing_progress_ends_the_run_and_keeps_the_states():
    bqm = dimod.generators.ran_r(1, 40, seed=2)

    def progress(report):
        raise RuntimeError("no terminal")

    with pytest.warns(RuntimeWarning, match="no terminal"):
        found = AutoSampler().sample(bqm, time_limit=30, progress=progress, seed=1)
    assert found.info["timing"]["total_ns"] < 25e9
    dimod.testing.assert_response_energies(found, bqm)


def test_initial_states_count_as_seen():
    bqm = dimod.generators.ran_r(1, 30, seed=2)
    best = AutoSampler().sample(bqm, seed=1, time_limit=0.3).first
    found = AutoSampler().sample(bqm, time_limit=0.0, initial_states=best.sample, seed=1)
    assert found.first.energy <= best.energy


def test_unknown_keywords_warn():
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning):
        AutoSampler().sample_ising({"a": 1}, {}, nonsense=1)
