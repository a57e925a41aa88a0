"""The sampler of constrained models, on models of known minima."""

import json

import dimod
import dimod.testing
import numpy as np
import pytest

from pbits import CQMSampler
from problems.constrained import Penalised

FEW = {"num_reads": 16, "num_sweeps": 50, "num_rounds": 3}


@pytest.fixture(scope="module")
def cqm():
    """A knapsack with two limits, an integer, a spin, a one-hot group and a soft constraint."""
    bits = [dimod.Binary(f"b{k}") for k in range(4)]
    i, s = dimod.Integer("i", lower_bound=-1, upper_bound=3), dimod.Spin("s")
    model = dimod.ConstrainedQuadraticModel()
    model.set_objective(-3 * bits[0] - 5 * bits[1] - 4 * bits[2] * s - 2 * i + 1.5)
    model.add_constraint(2 * bits[0] + 3 * bits[1] + i <= 5, label="room")
    model.add_constraint(i - s >= 0, label="least")
    model.add_constraint(bits[0] + i <= 2, label="soft", weight=0.5)
    model.add_discrete(["b2", "b3"], label="one")
    return model


@pytest.fixture(scope="module")
def found(cqm):
    return CQMSampler().sample_cqm(cqm, seed=1, label="mixed", **FEW)


def test_the_best_sample_is_that_of_dimods_exact_solver(cqm, found):
    exact = dimod.ExactCQMSolver().sample_cqm(cqm)
    best = exact.record.energy[exact.record.is_feasible].min()
    assert found.filter(lambda d: d.is_feasible).first.energy == pytest.approx(best)
    assert found.record.is_feasible[0]
    assert found.record.energy[0] == pytest.approx(best)


def test_samples_are_the_models_own(cqm, found):
    dimod.testing.assert_sampleset_energies_cqm(found.filter(lambda d: d.is_satisfied.all()), cqm)
    again = dimod.SampleSet.from_samples_cqm((found.record.sample, list(found.variables)), cqm)
    np.testing.assert_allclose(found.record.energy, again.record.energy)
    assert (found.record.is_satisfied == again.record.is_satisfied).all()
    assert set(found.variables) == set(cqm.variables)
    assert len(np.unique(found.record.sample, axis=0)) == len(found)
    assert (np.diff(found.record.is_feasible.astype(int)) <= 0).all()


def test_info_tells_of_every_round(found):
    info = json.loads(json.dumps(found.info))
    assert (info["seed"], info["label"], info["stopped_by"]) == (1, "mixed", "schedule")
    assert len(info["rounds"]) == 3
    assert set(info["weights"]) == set(info["rounds"][0]["broken"]) == set(info["proven_weights"])
    assert info["rounds"][-1]["best"] == pytest.approx(found.record.energy[0])
    assert sum(info["timing"].values()) >= info["timing"]["total_ns"] > 0
    assert info["constraint_labels"] == ["room", "least", "soft", "one"]


def test_equal_seeds_give_equal_samples(cqm, found):
    again = CQMSampler().sample_cqm(cqm, seed=1, **FEW)
    np.testing.assert_array_equal(found.record.sample, again.record.sample)
    assert found.info["rounds"] == again.info["rounds"]


def test_runs_stop_as_asked(cqm):
    sampler, small = CQMSampler(), {"num_reads": 16, "num_sweeps": 50}
    short = sampler.sample_cqm(cqm, time_limit=0.05, seed=1, **small)
    assert short.info["stopped_by"] == "time_limit"
    asked = sampler.sample_cqm(cqm, seed=1, interrupt_function=lambda: True, **small)
    assert asked.info["stopped_by"] == "interrupt"
    assert len(asked) > 0
    assert len(asked.info["rounds"]) == 1


def test_an_end_asked_for_while_solutions_are_improved_is_kept(cqm):
    """The anneal ends by itself; the second answer comes from the improvement after it."""
    answers = []

    def asked():
        answers.append(bool(run_ended))
        return answers[-1] and answers.count(True) == 1

    run_ended = []
    real = Penalised.improve

    def improve(self, *arguments, **keywords):
        run_ended.append(1)
        return real(self, *arguments, **keywords)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Penalised, "improve", improve)
        found = CQMSampler().sample_cqm(cqm, seed=1, interrupt_function=asked, **FEW)
    assert found.info["stopped_by"] == "interrupt"
    assert len(found.info["rounds"]) == 1
    assert found.record.is_feasible[0]


def test_properties_and_parameters_agree():
    sampler = CQMSampler()
    for names in sampler.parameters.values():
        assert set(names) <= set(sampler.properties)
    assert {"time_limit", "label", "seed"} <= set(sampler.parameters)


def test_models_without_variables_or_without_choice():
    assert len(CQMSampler().sample_cqm(dimod.ConstrainedQuadraticModel(), seed=1, **FEW)) == 0
    fixed = dimod.ConstrainedQuadraticModel()
    fixed.add_variable("INTEGER", "k", lower_bound=3, upper_bound=3)
    assert CQMSampler().sample_cqm(fixed, seed=1, **FEW).first.sample == {"k": 3}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"num_rounds": 0}, "num_rounds"),
        ({"num_reads": 0}, "num_reads"),
        ({"time_limit": -1}, "time_limit"),
        ({"encoding": "gray"}, "encoding 'gray'"),
        ({"start": "high"}, "start is 'high'"),
        ({"penalties": {"door": 1}}, "weight of 'door'"),
    ],
)
def test_bad_arguments(cqm, change, words):
    with pytest.raises(ValueError, match=words):
        CQMSampler().sample_cqm(cqm, **(FEW | change))


def test_unknown_keywords_warn(cqm):
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning):
        CQMSampler().sample_cqm(cqm, seed=1, gadget=1, **FEW)


def test_what_cannot_be_feasible_is_told():
    model = dimod.ConstrainedQuadraticModel()
    model.add_constraint(dimod.Binary("x") + dimod.Binary("y") >= 3, label="much")
    with pytest.raises(ValueError, match="'much' cannot hold"):
        CQMSampler().sample_cqm(model)
