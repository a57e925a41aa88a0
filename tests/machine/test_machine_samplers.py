"""The p-bit computer behind dimod: dimod's conformance tests, and `info["hardware"]`."""

import functools
import inspect
import json
import unittest

import dimod
import dimod.testing
import numpy as np
import pytest

from pbits import MachineBoltzmannSampler, MachineSampler
from pbits.machine import Clocking, Machine

KINDS = [MachineSampler, MachineBoltzmannSampler]
QUICK = {"num_reads": 16, "num_sweeps": 50, "seed": 1}
BQM = dimod.BinaryQuadraticModel({"a": 1, "c": -1}, {"ab": 1, "bc": 1, "ac": 1}, 0.5, "SPIN")


@functools.cache
def digital(kind):
    """Arrays without wires or a spread of p-bits, which compile quickly."""
    return kind("cmos", rows=16, columns=16, wire=0.0, converter="ideal", arrays=4)


@pytest.mark.parametrize("kind", KINDS)
def test_api_and_parameters(kind):
    sampler = kind("ideal")
    dimod.testing.assert_sampler_api(sampler)
    names = set(inspect.signature(sampler.sample).parameters) - {"bqm", "kwargs"}
    assert set(sampler.parameters) == names
    referred = {name for names in sampler.parameters.values() for name in names}
    assert referred | {"hardware"} == set(sampler.properties)
    assert sampler.properties["hardware"] == "ideal"


class Ideal(MachineSampler):
    def __init__(self):
        super().__init__("ideal")


@dimod.testing.load_sampler_bqm_tests(Ideal)
class TestIdeal(unittest.TestCase):
    pass


@pytest.mark.slow
@dimod.testing.load_sampler_bqm_tests(MachineSampler)
class TestDefault(unittest.TestCase):
    pass


@pytest.mark.slow
@dimod.testing.load_sampler_bqm_tests(MachineBoltzmannSampler)
class TestDefaultSamples(unittest.TestCase):
    pass


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_anneals_are_of_the_bqm_and_tell_what_they_took(vartype):
    bqm = BQM.change_vartype(vartype, inplace=False)
    found = digital(MachineSampler).sample(bqm, **QUICK)
    dimod.testing.assert_response_energies(found, bqm)
    assert found.first.energy == pytest.approx(dimod.ExactSolver().sample(bqm).first.energy)
    told = json.loads(json.dumps(found.info, allow_nan=False))["hardware"]
    assert (told["preset"], told["reads"]) == ("cmos", 16)
    assert min(told["seconds"], told["joules"], told["area_m2"]) > 0
    assert told["best"]["successes"] == int(
        np.count_nonzero(found.record.energy == found.first.energy)
    )
    assert told["best"]["joules"]["value"] == pytest.approx(
        told["best"]["seconds"]["value"] * told["power_watts"], rel=1e-9, abs=0
    )


def test_samples_tell_the_energy_of_an_effective_one():
    asked = QUICK | {"num_reads": 64, "num_chains": 8, "thinning": 2, "beta": 0.3}
    told = digital(MachineBoltzmannSampler).sample(BQM, **asked).info["hardware"]
    each = told["joules_per_effective_sample"]
    assert told["reads"] == 8
    # Draws of small chains are nearly independent: 64 of them share the energy of the run.
    assert 0.3 < each["value"] * 64 / told["run_joules"] < 4
    alone = digital(MachineBoltzmannSampler).sample(BQM, **QUICK).info["hardware"]
    assert alone["joules_per_effective_sample"] is None


def test_all_options_reach_the_machine(monkeypatch):
    asked = []

    def noting(self, problem, **options):
        asked.append(options)
        raise InterruptedError

    monkeypatch.setattr(Machine, "anneal", noting)
    given = {
        "beta_range": (0.1, 2.0), "beta_schedule_type": "linear", "knob": "temperature",
        "time_limit": 3.0, "target_energy": -2.5, "num_restarts": 4, "trace": True,
    }  # fmt: skip
    with pytest.raises(InterruptedError):
        MachineSampler("ideal").sample(BQM, **QUICK, **given)
    (options,) = asked
    assert {name: options[name] for name in given | QUICK} == given | QUICK


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_model_takes_nothing(kind):
    found = digital(kind).sample(dimod.BinaryQuadraticModel("SPIN"), **QUICK)
    assert len(found) == 16


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_fit_is_refused_with_what_does(kind):
    with pytest.raises(ValueError, match=r"4: use 9, or 4 of 32 x 32|4: use"):
        digital(kind).sample_ising({}, {(i, j): 1 for i in range(48) for j in range(i)})


def test_a_machine_of_your_own():
    sampler = MachineSampler(Machine(clocking=Clocking("parallel")))
    assert sampler.properties["hardware"] is None
    with pytest.raises(ValueError, match="rows are given beside a machine"):
        MachineSampler(Machine(), rows=3)
    with pytest.raises(ValueError, match="expected one of default"):
        MachineSampler("nothing")
    with pytest.raises(ValueError, match="did you mean rows"):
        MachineSampler("default", row=3)


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_keywords_warn(kind):
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning):
        kind("ideal").sample_ising({"a": 1}, {}, nonsense=1, **QUICK)
